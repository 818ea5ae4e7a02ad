import { Link } from '@tanstack/react-router'
import { Hexagon } from 'lucide-react'
import type { Reply } from '../../api/index.ts'
import { Card, CardHead, readable } from '../../ui/index.ts'
import { count, plural } from '../../words/index.ts'
import { ShareBar } from '../parts.tsx'

const tiers = [
  { name: 'gold', word: 'Gold', colour: 'bg-(--tier-gold)', ink: 'text-(--tier-gold)' },
  { name: 'silver', word: 'Silver', colour: 'bg-(--tier-silver)', ink: 'text-(--tier-silver)' },
  { name: 'bronze', word: 'Bronze', colour: 'bg-(--tier-bronze)', ink: 'text-(--tier-bronze)' },
  { name: 'none', word: 'None', colour: 'bg-line-2', ink: 'text-line-2' },
] as const

type Row = Reply<'governance'>['certification'][number]
const sumOf = (row: Row): number => row.gold + row.silver + row.bronze + row.none

/** Tiers by domain: one bar each, its words beside it. */
export const Certification = ({ of }: { of: readonly Row[] }) => (
  <Card>
    <CardHead
      title="Certification"
      hint={plural(
        of.reduce((sum, row) => sum + sumOf(row), 0),
        'product',
      )}
    />
    <ul className="flex flex-col gap-2 px-4 pb-3">
      {of.map((row) => {
        const words = tiers
          .filter(({ name }) => row[name] > 0)
          .map(({ name, word }) => `${row[name]} ${word.toLowerCase()}`)
        return (
          <li key={row.domain} className="grid grid-cols-[7.5rem_minmax(0,1fr)_1.5rem] items-center gap-x-2.5">
            <Link
              to="/products"
              search={{ domain: row.domain }}
              className="truncate rounded text-sm hover:underline"
              title={readable(row.domain)}
            >
              {readable(row.domain)}
            </Link>
            <ShareBar
              label={`${readable(row.domain)}: ${words.join(', ')}`}
              parts={tiers.map(({ name, colour }) => ({ name, n: row[name], colour }))}
            />
            <span className="text-right text-ink-3 text-xs tabular-nums">{count(sumOf(row))}</span>
          </li>
        )
      })}
      {of.length === 0 && <li className="text-ink-3 text-sm">No product yet.</li>}
    </ul>
    <ul className="flex flex-wrap gap-x-4 gap-y-1 border-line border-t px-4 py-2.5 text-ink-3 text-xs">
      {tiers.map(({ name, word, ink }) => (
        <li key={name} className="flex items-center gap-1.5">
          <Hexagon className={`size-3 fill-current ${ink}`} aria-hidden />
          {word}
          <span className="tabular-nums">{count(of.reduce((sum, row) => sum + row[name], 0))}</span>
        </li>
      ))}
    </ul>
  </Card>
)
