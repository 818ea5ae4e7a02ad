import { CircleCheck, CircleDashed, CircleX, Lock, Workflow } from 'lucide-react'
import { useApi } from '../api/index.ts'
import { MaskMark, maskSentence } from '../masks/index.ts'
import { ButtonLink, Classification, Dialog, DrawerContent } from '../ui/index.ts'
import { compact, count, percent } from '../words/index.ts'
import { type Column, type ColumnProfile, KeyMark, type TableSchema } from './columns.tsx'
import { Spread, TopValues } from './profile_chart.tsx'
import { ruleSentence, type View } from './words.ts'

/** One column: what it means, what is promised of it, what is in it, where it comes from. */
export default function ColumnDrawer({
  product,
  table,
  column,
  profile,
  onClose,
}: {
  product: View
  table: TableSchema
  column: Column
  profile: ColumnProfile | undefined
  onClose: () => void
}) {
  const mask = product.access.masks.find((each) => each.column.toLowerCase() === column.name.toLowerCase())
  const facts: { name: string; value: string }[] = profile
    ? [
        { name: 'Rows', value: compact(profile.rows) },
        {
          name: 'Nulls',
          value:
            profile.nulls === 0
              ? '0'
              : `${count(profile.nulls)} (${percent(profile.nulls / Math.max(1, profile.rows))})`,
        },
        { name: 'Distinct', value: profile.distinct === null ? '–' : compact(profile.distinct) },
        ...(profile.mean === null
          ? []
          : [{ name: 'Mean', value: profile.mean.toLocaleString('en', { maximumSignificantDigits: 6 }) }]),
      ]
    : []
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DrawerContent title={column.name} description={`${table.name} · ${column.type.toLowerCase()}`}>
        <div className="flex flex-wrap items-center gap-1.5">
          <Classification level={column.classification ?? product.classification} pii={column.pii} />
          <span className="text-ink-3 text-xs">{column.nullable ? 'May be empty' : 'Required'}</span>
          {table.key.includes(column.name) && <KeyMark />}
          {mask && <MaskMark mask={mask} />}
        </div>
        <p className="mt-3 text-ink-2">{column.description || 'The manifest says nothing about this column.'}</p>

        <Rules product={product} table={table.name} column={column.name} />

        <h3 className="mt-5 mb-2 font-semibold text-sm">Profile</h3>
        {!product.may.sample ? (
          <p className="flex items-center gap-2 rounded-lg bg-sunken px-3 py-2.5 text-ink-3 text-xs">
            <Lock className="size-3.5 shrink-0" aria-hidden />
            Statistics are shown to those who may read the product.
          </p>
        ) : profile === undefined ? (
          <p className="text-ink-3 text-xs">No figures yet; they are made with the next publish.</p>
        ) : (
          <>
            <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line">
              {facts.map(({ name, value }) => (
                <div key={name} className="bg-surface px-3 py-2">
                  <dt className="text-2xs text-ink-3">{name}</dt>
                  <dd className="tabular-nums">{value}</dd>
                </div>
              ))}
              {facts.length % 2 === 1 && <div className="bg-surface" />}
            </dl>
            {mask ? (
              <p className="mt-3 flex items-center gap-2 rounded-lg bg-warn-soft px-3 py-2 text-warn-ink text-xs">
                <Lock className="size-3.5 shrink-0" aria-hidden />
                Masked for you: {maskSentence(mask)}.
              </p>
            ) : (
              <div className="mt-4 flex flex-col gap-4">
                <Spread column={profile} />
                <TopValues column={profile} />
              </div>
            )}
            {profile.sampled && (
              <p className="mt-3 text-2xs text-ink-3">Quantiles and frequent values come from a sample.</p>
            )}
          </>
        )}
        <ButtonLink
          to="/lineage"
          search={{ focus: product.id, level: 'columns', column: `${table.name}.${column.name}` }}
          className="mt-5"
        >
          <Workflow className="size-3.5" aria-hidden />
          Column lineage
        </ButtonLink>
      </DrawerContent>
    </Dialog>
  )
}

function Rules({ product, table, column }: { product: View; table: string; column: string }) {
  const contract = useApi('getContract', { params: { domain: product.domain, product: product.name } })
  const rules = contract.data?.checks.filter((each) => each.table === table && each.columns.includes(column)) ?? []
  if (rules.length === 0) return null
  return (
    <>
      <h3 className="mt-5 mb-2 font-semibold text-sm">Rules</h3>
      <ul className="flex flex-col gap-1.5">
        {rules.map(({ id, asks, columns, outcome }) => (
          <li key={id} className="flex gap-2">
            {outcome === 'passed' ? (
              <CircleCheck className="mt-0.5 size-4 shrink-0 text-ok-ink" aria-label="Passed" />
            ) : outcome === 'failed' || outcome === 'warned' ? (
              <CircleX className="mt-0.5 size-4 shrink-0 text-bad-ink" aria-label={outcome} />
            ) : (
              <CircleDashed className="mt-0.5 size-4 shrink-0 text-ink-3" aria-label="Not run" />
            )}
            <span>{ruleSentence({ asks, columns })}</span>
          </li>
        ))}
      </ul>
    </>
  )
}
