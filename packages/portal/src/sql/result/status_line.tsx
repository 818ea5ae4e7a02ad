import { Popover } from '@base-ui/react/popover'
import { Database, Lock, Scissors } from 'lucide-react'
import type { ReactNode } from 'react'
import { howWords } from '../../masks/index.ts'
import { Badge, cn } from '../../ui/index.ts'
import { count, duration, plural } from '../../words/index.ts'
import type { QueryView } from '../use_run.ts'

/** How many rows, how long it took, what was read, and what was kept from the reader. */
export const StatusLine = ({ view, part }: { view: QueryView; part: boolean }) => {
  const masked = view.masked.map(
    ({ product, table, column, how }) =>
      `${column} of ${product}${named(product, table)}${how ? `: ${howWords[how]}` : ''}`,
  )
  const reads = view.reads.map(({ product, table, sequence }) => `${product}${named(product, table)} #${sequence}`)
  return (
    <div role="status" className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1 text-ink-3 text-xs">
      <Badge tone="ok">{plural(view.rows, 'row')}</Badge>
      {view.durationMs !== null && <span className="tabular-nums">{duration(view.durationMs / 1000)}</span>}
      {part && <span>of the selection</span>}
      {view.truncated && (
        <Mark
          title="There were more rows"
          lines={[`Only the first ${count(view.rows)} are kept. Filter or group to see all.`]}
          warn
        >
          <Scissors className="size-3" aria-hidden />
          cut off
        </Mark>
      )}
      {reads.length > 0 && (
        <Mark title="Snapshots that were read" lines={reads}>
          <Database className="size-3" aria-hidden />
          {plural(reads.length, 'snapshot')}
        </Mark>
      )}
      {masked.length > 0 && (
        <Mark title="Masked for you by policy" lines={masked} warn>
          <Lock className="size-3" aria-hidden />
          {plural(masked.length, 'column')} masked by policy
        </Mark>
      )}
    </div>
  )
}

const named = (product: string, table: string): string => {
  const name = (product.split('/')[1] ?? '').replaceAll('-', '_')
  return name === table ? '' : ` (${table})`
}

/** A word with more behind it, for pointers, fingers and keys. */
const Mark = ({
  title,
  lines,
  warn,
  children,
}: {
  title: string
  lines: readonly string[]
  warn?: boolean
  children: ReactNode
}) => (
  <Popover.Root>
    <Popover.Trigger
      openOnHover
      delay={250}
      className={cn('flex h-6 items-center gap-1 rounded hover:text-ink', warn && 'text-warn-ink hover:text-warn-ink')}
    >
      {children}
    </Popover.Trigger>
    <Popover.Portal>
      <Popover.Positioner sideOffset={6} align="start" className="z-50">
        <Popover.Popup className="max-w-[min(28rem,calc(100vw-2rem))] rounded-lg border border-line bg-raised p-3 text-xs shadow-pop outline-none">
          <Popover.Title className="font-medium text-sm">{title}</Popover.Title>
          <ul className="mt-1 flex max-h-60 flex-col gap-0.5 overflow-y-auto text-ink-2">
            {lines.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </Popover.Popup>
      </Popover.Positioner>
    </Popover.Portal>
  </Popover.Root>
)
