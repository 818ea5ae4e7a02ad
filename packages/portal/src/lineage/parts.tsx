import { CircleHelp } from 'lucide-react'
import type { ReactNode } from 'react'
import { cn, Skeleton } from '../ui/index.ts'
import type { Answer } from './model.ts'

/** Graph or list, beside the impact panel where that is open. */
export const Frame = ({
  list,
  impact,
  children,
  tree,
}: {
  list: boolean
  impact: boolean
  children: ReactNode
  tree: () => ReactNode
}) => (
  <div className={cn('absolute inset-0', impact && 'md:right-96')}>
    {list ? (
      <div
        className="h-full overflow-y-auto p-6 pb-20 max-md:p-4 max-md:pb-24"
        tabIndex={0}
        role="region"
        aria-label="Lineage as a list"
      >
        <div className="@container mx-auto max-w-6xl">{tree()}</div>
      </div>
    ) : (
      children
    )}
  </div>
)

/** Small things over a graph. */
export const Corner = ({ children }: { children: ReactNode }) => (
  <div className="absolute top-4 left-4 z-10 flex max-w-md flex-col items-start gap-2 text-ink-3 text-xs empty:hidden">
    {children}
  </div>
)
export const FoldButton = ({ onClick }: { onClick: () => void }) => (
  <button
    type="button"
    onClick={onClick}
    className="rounded-full border border-line bg-surface px-3 py-1 text-ink-2 text-xs shadow-card hover:text-ink"
  >
    Fold what was opened
  </button>
)

/** What could not be followed, said as it is. */
export const Unknown = ({ unknown, className }: { unknown: Answer['unknown']; className?: string }) =>
  unknown.length === 0 ? null : (
    <details
      className={cn('rounded-lg border border-line bg-warn-soft px-3 py-2 text-left text-warn-ink text-xs', className)}
    >
      <summary className="flex cursor-pointer items-center gap-1.5 font-medium">
        <CircleHelp className="size-3.5" aria-hidden />
        {unknown.length === 1 ? 'One model' : `${unknown.length} models`} could not be followed
      </summary>
      <ul className="mt-1.5 list-disc pl-4">
        {unknown.map(({ model, reason }) => (
          <li key={`${model} ${reason}`}>
            <code className="font-mono">{model}</code>: {reason}
          </li>
        ))}
      </ul>
    </details>
  )

export const GraphSkeleton = () => (
  <div className="flex h-full items-center justify-center gap-24 p-10">
    {[3, 1, 3].map((cards, column) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: grey columns have no identity
      <div key={column} className="flex flex-col gap-6">
        {Array.from({ length: cards }, (_, card) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: grey cards have no identity
          <Skeleton key={card} className="h-15 w-52 rounded-xl" />
        ))}
      </div>
    ))}
  </div>
)
