import { Database, Lock, Scissors } from 'lucide-react'
import { Badge, Tooltip } from '../../ui/index.ts'
import { count, duration, plural } from '../../words/index.ts'
import type { QueryView } from '../use_run.ts'

/** How many rows, how long it took, what was read, and what was kept from the reader. */
export const StatusLine = ({ view, part }: { view: QueryView; part: boolean }) => {
  const masked = view.masked.map(({ product, table, column }) => `${column} of ${product}${named(product, table)}`)
  const reads = view.reads.map(({ product, table, sequence }) => `${product}${named(product, table)} #${sequence}`)
  return (
    <p role="status" className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1 text-ink-3 text-xs">
      <Badge tone="ok">{plural(view.rows, 'row')}</Badge>
      {view.durationMs !== null && <span className="tabular-nums">{duration(view.durationMs / 1000)}</span>}
      {part && <span>of the selection</span>}
      {view.truncated && (
        <Mark
          text={`Only the first ${count(view.rows)} rows are kept; there were more. Filter or group to see all.`}
          warn
        >
          <Scissors className="size-3" aria-hidden />
          cut off
        </Mark>
      )}
      {reads.length > 0 && (
        <Mark text={`Snapshots that were read: ${reads.join(', ')}`}>
          <Database className="size-3" aria-hidden />
          {plural(reads.length, 'snapshot')}
        </Mark>
      )}
      {masked.length > 0 && (
        <Mark text={`Masked for you: ${masked.join(', ')}`} warn>
          <Lock className="size-3" aria-hidden />
          {plural(masked.length, 'column')} masked by policy
        </Mark>
      )}
    </p>
  )
}

const named = (product: string, table: string): string => {
  const name = (product.split('/')[1] ?? '').replaceAll('-', '_')
  return name === table ? '' : ` (${table})`
}

const Mark = ({ text, warn, children }: { text: string; warn?: boolean; children: React.ReactNode }) => (
  <Tooltip text={text}>
    <button type="button" className={`flex items-center gap-1 rounded ${warn ? 'text-warn-ink' : ''}`}>
      {children}
      <span className="sr-only">. {text}</span>
    </button>
  </Tooltip>
)
