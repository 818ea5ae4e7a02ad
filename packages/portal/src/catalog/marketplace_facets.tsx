import { useId, useState } from 'react'
import type { Reply } from '../api/index.ts'
import { Checkbox, DomainDot, Skeleton } from '../ui/index.ts'
import { count } from '../words/index.ts'
import { chosen, type FacetKey, facets, offered, valueWord, type Wish } from './marketplace_filter.ts'

type Counts = Reply<'search'>['facets']
const few = 8

/** All facets with counts; a count says what choosing that value would give. */
export const Facets = ({
  counts,
  wish,
  onToggle,
}: {
  counts: Counts | undefined
  wish: Wish
  onToggle: (key: FacetKey, value: string) => void
}) =>
  counts === undefined ? (
    <FacetsSkeleton />
  ) : (
    <div className="flex flex-col divide-y divide-line">
      {facets.map(({ key, title }) => {
        const picked = chosen(wish, key)
        // tags and teams are many; they are shown when one came with the address
        if ((key === 'tag' || key === 'owner') && picked.length === 0) return null
        const values = offered(key, counts[key] ?? [], picked)
        return values.length === 0 ? null : (
          <Facet key={key} name={key} title={title} values={values} picked={picked} onToggle={onToggle} />
        )
      })}
    </div>
  )

function Facet({
  name,
  title,
  values,
  picked,
  onToggle,
}: {
  name: FacetKey
  title: string
  values: readonly { value: string; count: number }[]
  picked: readonly string[]
  onToggle: (key: FacetKey, value: string) => void
}) {
  const [all, setAll] = useState(false)
  const id = useId()
  const shown = all ? values : values.filter(({ value }, at) => at < few || picked.includes(value))
  return (
    <div role="group" aria-labelledby={id} className="py-3.5 first:pt-0">
      <h2 id={id} className="mb-1.5 font-semibold text-xs">
        {title}
      </h2>
      <ul className="flex flex-col">
        {shown.map(({ value, count: n }) => (
          <li key={value} className="flex items-center gap-2">
            <Checkbox
              className="min-h-6.5 min-w-0 flex-1 items-center text-ink-2 [&>span:first-child]:mt-0"
              checked={picked.includes(value)}
              onChange={() => onToggle(name, value)}
              label={
                <span className="flex min-w-0 items-center gap-1.5">
                  {name === 'domain' && <DomainDot domain={value} />}
                  <span className="truncate">{valueWord(name, value)}</span>
                  <span className="sr-only">, {count(n)}</span>
                </span>
              }
            />
            <span className="text-2xs text-ink-3 tabular-nums" aria-hidden>
              {count(n)}
            </span>
          </li>
        ))}
      </ul>
      {values.length > few && (
        <button
          type="button"
          className="mt-1 text-accent-ink text-xs hover:underline"
          aria-expanded={all}
          onClick={() => setAll(!all)}
        >
          {all ? 'Show fewer' : `Show all ${values.length}`}
        </button>
      )}
    </div>
  )
}

const FacetsSkeleton = () => (
  <div className="flex flex-col gap-6" role="status" aria-busy="true">
    <span className="sr-only">Loading filters</span>
    {[4, 3, 6, 3].map((rows, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: grey shapes have no identity
      <div key={at} className="flex flex-col gap-2.5">
        <Skeleton className="h-3 w-16" />
        {Array.from({ length: rows }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: grey shapes have no identity
          <Skeleton key={row} className="h-4" style={{ width: `${86 - ((row * 13) % 30)}%` }} />
        ))}
      </div>
    ))}
  </div>
)
