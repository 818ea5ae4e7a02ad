import { Badge, Button, cn } from '../ui/index.ts'
import { plural } from '../words/index.ts'
import { type Infos, isSource, nameOfColumn, ownerOfColumn } from './model.ts'
import type { Change } from './state.ts'
import type { Trace } from './trace.ts'

/** What the lit way comes to, in one line. */
export const TraceBar = ({
  trace,
  infos,
  besides,
  change,
  list,
  className,
}: {
  trace: Trace
  infos: Infos
  /** Columns that are touched only by filters and joins, which are not shown. */
  besides: number
  change: Change
  list: boolean
  className?: string
}) => {
  const products = new Set([...trace.nodes].map(ownerOfColumn).filter((owner) => !isSource(owner)))
  const downstream = new Set([...trace.down.keys()].map(ownerOfColumn))
  const of = (health: string) => [...downstream].filter((id) => infos(id).health === health).length
  const [failing, stale] = [of('failing'), of('stale')]
  return (
    <div
      role="status"
      className={cn(
        'absolute inset-x-16 bottom-4 z-10 mx-auto flex w-fit max-w-[calc(100%-8rem)] flex-wrap items-center gap-x-3 gap-y-1 rounded-3xl border border-line bg-surface px-4 py-2 text-sm shadow-pop max-md:right-3 max-md:left-16 max-md:max-w-none',
        list && 'max-md:left-3',
        className,
      )}
    >
      <code className="break-all font-mono text-xs">
        {infos(ownerOfColumn(trace.start)).title}.{nameOfColumn(trace.start)}
      </code>
      <span className="text-ink-3">
        {plural(trace.nodes.size - 1, 'related column')} in {plural(products.size, 'product')}
      </span>
      {failing > 0 && <Badge tone="bad">{failing} failing downstream</Badge>}
      {stale > 0 && <Badge tone="warn">{stale} stale downstream</Badge>}
      {besides > 0 && (
        <button
          type="button"
          className="text-ink-3 underline hover:text-ink"
          onClick={() => change({ indirect: true })}
        >
          {besides} more by filters and joins
        </button>
      )}
      <Button variant="ghost" size="sm" onClick={() => change({ impact: true })}>
        Impact
      </Button>
      <button
        type="button"
        className="font-medium text-accent-ink hover:underline"
        onClick={() => change({ column: null })}
      >
        Clear
      </button>
    </div>
  )
}
