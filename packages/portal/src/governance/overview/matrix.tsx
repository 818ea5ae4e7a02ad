import { Link } from '@tanstack/react-router'
import { Check, Eye } from 'lucide-react'
import type { Reply } from '../../api/index.ts'
import { Card, CardHead, cn, DomainDot, EmptyState, readable } from '../../ui/index.ts'
import { count, plural } from '../../words/index.ts'
import { policyParams } from '../words.ts'
import { type Cell, columnsOf, shareText, type Tone, toneOf } from './cells.ts'

type View = Reply<'governance'>

/** Domains against policies. What passes is a quiet tick; what fails is a figure that one sees from afar, and opens the products behind it. */
export function Matrix({ of }: { of: View }) {
  const columns = columnsOf(of)
  if (columns.length === 0)
    return (
      <Card>
        <CardHead title="Compliance by domain and policy" />
        <EmptyState title="Nothing has been judged yet">
          Policies look at a product soon after it is registered. Their answers will stand here.
        </EmptyState>
      </Card>
    )
  return (
    <Card className="overflow-hidden">
      <CardHead title="Compliance by domain and policy" hint="share of products that pass" />
      <div
        className="relative max-h-[38rem] overflow-auto px-4 pb-3"
        role="region"
        aria-label="Compliance by domain and policy"
        tabIndex={0}
      >
        <table className="w-full border-separate border-spacing-x-[3px] border-spacing-y-[5px]">
          <thead className="sticky top-0 z-20 bg-surface">
            <tr>
              <th
                scope="col"
                className="sticky left-0 z-10 bg-surface pr-2 pb-1 text-left align-bottom font-medium text-2xs text-ink-3"
              >
                Domain
              </th>
              {columns.map(({ id, title, mode }) => (
                <th
                  key={id}
                  scope="col"
                  className="min-w-15 px-1 pb-1 text-center align-bottom font-medium text-[0.65625rem] text-ink-3 leading-[0.875rem]"
                >
                  <Link
                    to="/policies/$scope/$policy"
                    params={policyParams(id)}
                    title={title}
                    className="inline-flex flex-col items-center rounded hover:text-ink hover:underline"
                  >
                    {mode === 'shadow' && <Eye className="mb-0.5 size-3 text-accent-ink" aria-label="in shadow" />}
                    <span className="max-w-14.5 hyphens-auto" lang="en">
                      {readable(policyParams(id).policy)}
                    </span>
                  </Link>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {of.matrix.map(({ domain, cells }) => (
              <tr key={domain}>
                <th scope="row" className="sticky left-0 z-10 bg-surface pr-3 text-left font-medium text-sm">
                  <Link
                    to="/domains/$domain"
                    params={{ domain }}
                    className="inline-flex items-center gap-2 whitespace-nowrap rounded hover:underline"
                  >
                    <DomainDot domain={domain} />
                    {readable(domain)}
                  </Link>
                </th>
                {columns.map((policy) => (
                  <td key={policy.id} className="p-0">
                    <One domain={domain} policy={policy} cell={cells.find((each) => each.policy === policy.id)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Legend />
    </Card>
  )
}

const looks: Record<Tone, string> = {
  none: 'text-ink-3',
  passes: 'bg-ok-soft/70 text-ok-ink',
  waived: 'bg-sunken text-ink-2 ring-1 ring-line ring-inset',
  quiet: 'bg-sunken text-ink-2 ring-1 ring-line-2 ring-inset hover:bg-line',
  warns: 'bg-warn-soft text-warn-ink ring-1 ring-warn/50 ring-inset hover:ring-warn',
  fails: 'bg-(--alarm) text-(--on-alarm) hover:brightness-110',
}
const shape = 'flex h-8.5 items-center justify-center rounded-md font-semibold text-xs tabular-nums'

const One = ({
  domain,
  policy,
  cell,
}: {
  domain: string
  policy: View['policies'][number]
  cell: Cell | undefined
}) => {
  const tone = toneOf(cell, policy)
  if (cell === undefined || tone === 'none')
    return (
      <span className={cn(shape, looks.none)}>
        <span aria-hidden>–</span>
        <span className="sr-only">not about its products</span>
      </span>
    )
  const open = cell.hit + cell.shadow
  if (open === 0)
    return (
      <span
        className={cn(shape, looks[tone])}
        title={cell.waived > 0 ? `${cell.waived} of ${cell.judged} waived` : undefined}
      >
        {tone === 'waived' ? <span aria-hidden>W</span> : <Check className="size-3.5" aria-hidden />}
        <span className="sr-only">{tone === 'waived' ? `${cell.waived} waived, the others pass` : 'all pass'}</span>
      </span>
    )
  const said = `${readable(domain)}, ${policy.title}: ${count(open)} of ${plural(cell.judged, 'product')} ${open === 1 ? 'does' : 'do'} not pass`
  return (
    <Link
      to="/governance"
      search={{ tab: 'violations', domain, policy: policy.id }}
      title={said}
      className={cn(shape, looks[tone])}
    >
      {shareText(cell)}
      <span className="sr-only"> percent pass. {said}</span>
    </Link>
  )
}

const Legend = () => (
  <ul className="flex flex-wrap gap-x-4 gap-y-1 border-line border-t px-4 py-2.5 text-2xs text-ink-3">
    {(
      [
        ['passes', 'all pass'],
        ['waived', 'passes by waiver'],
        ['quiet', 'hints, or in shadow'],
        ['warns', 'some are warned'],
        ['fails', 'blocked, or most fail'],
      ] as const
    ).map(([tone, words]) => (
      <li key={tone} className="flex items-center gap-1.5">
        <i aria-hidden className={cn('size-3 rounded-[3px]', looks[tone])} />
        {words}
      </li>
    ))}
  </ul>
)
