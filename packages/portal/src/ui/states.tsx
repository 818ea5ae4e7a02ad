import type { ApiError } from '@datamesh/sdk'
import type { UseQueryResult } from '@tanstack/react-query'
import { CircleAlert, Lock, RotateCcw, SearchX } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { Button } from './button.tsx'
import { cn } from './cn.ts'
import { useHalfMinute } from './half_minute.ts'
import { hintFor, titleFor } from './hints.ts'

/** A grey shape where something will stand. */
export const Skeleton = ({ className, ...rest }: ComponentProps<'div'>) => (
  <div aria-hidden className={cn('shimmer h-4 rounded-md', className)} {...rest} />
)

/** Lines of a text or rows of a table that are on their way. */
export const SkeletonRows = ({ rows = 6, className }: { rows?: number; className?: string }) => (
  <div className={cn('flex flex-col gap-3 p-4', className)}>
    {Array.from({ length: rows }, (_, row) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: grey lines have no identity
      <Skeleton key={row} style={{ width: `${92 - ((row * 17) % 34)}%` }} />
    ))}
  </div>
)

/** A page has one first heading, also when it is not there. */
const Title = ({ page, children }: { page: boolean; children: ReactNode }) =>
  page ? <h1 className="font-semibold text-lg">{children}</h1> : <p className="font-semibold text-base">{children}</p>

/** Nothing is there, why, and what to do about it. */
export const EmptyState = ({
  title,
  children,
  icon,
  action,
  page = false,
  className,
}: {
  title: string
  page?: boolean
  children?: ReactNode
  icon?: ReactNode
  action?: ReactNode
  className?: string
}) => (
  <div className={cn('flex flex-col items-center gap-2 px-6 py-12 text-center', className)}>
    <span className="grid size-10 place-items-center rounded-full bg-sunken text-ink-3 ring-1 ring-line ring-inset">
      {icon ?? <SearchX className="size-5" aria-hidden />}
    </span>
    <Title page={page}>{title}</Title>
    {children != null && <div className="max-w-md text-ink-3 text-sm">{children}</div>}
    {action != null && <div className="mt-2 flex flex-wrap justify-center gap-2">{action}</div>}
  </div>
)

/** What the platform said no with: sentence, next step, request id, and a way to try again. `page`: it stands in place of a whole page. */
export const ErrorState = ({
  error,
  retry,
  action,
  page = false,
  className,
}: {
  error: ApiError
  retry?: () => void
  action?: ReactNode
  page?: boolean
  className?: string
}) => {
  const hint = hintFor(error)
  return (
    <div role="alert" className={cn('flex flex-col items-center gap-2 px-6 py-12 text-center', className)}>
      <span
        className={cn(
          'grid size-10 place-items-center rounded-full',
          error.kind === 'denied' ? 'bg-warn-soft text-warn-ink' : 'bg-bad-soft text-bad-ink',
        )}
      >
        {error.kind === 'denied' ? (
          <Lock className="size-5" aria-hidden />
        ) : (
          <CircleAlert className="size-5" aria-hidden />
        )}
      </span>
      <Title page={page}>{sentence(titleFor(error))}</Title>
      {hint && <p className="max-w-md text-ink-3 text-sm">{sentence(hint)}</p>}
      {error.requestId && (
        <p className="text-ink-3 text-xs">
          Request <code className="font-mono">{error.requestId}</code>
        </p>
      )}
      <div className="mt-2 flex flex-wrap justify-center gap-2">
        {action}
        {retry && error.kind !== 'denied' && error.kind !== 'missing' && (
          <Button onClick={retry}>
            <RotateCcw className="size-3.5" aria-hidden />
            Try again
          </Button>
        )}
      </div>
    </div>
  )
}

/** Error texts of the platform begin small and end without a stop. A name in front (`sales/orders`, `order_id`) keeps its letters. */
export const sentence = (text: string): string => {
  const isName = /[/_.]\S/.test(text.split(' ')[0] ?? '')
  const first = isName ? text.charAt(0) : text.charAt(0).toUpperCase()
  return text && `${first}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
}

/**
 * A screen is its states: loading in its final shape, failed with a reason, empty with a next step, ready.
 * `stale` data stay visible while they are asked for again; a failure then stands above them.
 */
export function Loaded<T>({
  from,
  children,
  skeleton,
  empty,
  isEmpty,
  denied,
  missing,
  page = false,
}: {
  from: UseQueryResult<T, ApiError>
  children: (data: T) => ReactNode
  skeleton?: ReactNode
  empty?: ReactNode
  isEmpty?: (data: T) => boolean
  /** Instead of the plain refusal. */
  denied?: (error: ApiError) => ReactNode
  /** Where to go on from what does not exist. */
  missing?: ReactNode
  /** It is a whole page that is asked for: what failed is its heading. */
  page?: boolean
}) {
  useHalfMinute()
  if (from.data === undefined) {
    if (from.error) {
      if (from.error.kind === 'denied' && denied) return denied(from.error)
      const action = from.error.kind === 'missing' ? missing : undefined
      return <ErrorState error={from.error} page={page} action={action} retry={() => void from.refetch()} />
    }
    return (
      <div role="status" aria-busy="true">
        <span className="sr-only">Loading</span>
        {skeleton ?? <SkeletonRows />}
      </div>
    )
  }
  const nothing = isEmpty ? isEmpty(from.data) : Array.isArray(from.data) && from.data.length === 0
  if (nothing && empty !== undefined) return typeof empty === 'string' ? <EmptyState title={empty} /> : empty
  return (
    <>
      {from.error && (
        <p role="status" className="mb-3 rounded-lg bg-warn-soft px-3 py-2 text-warn-ink text-xs">
          This may be out of date: {titleFor(from.error)}.
        </p>
      )}
      {children(from.data)}
    </>
  )
}
