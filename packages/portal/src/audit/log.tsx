import type { ApiError } from '@datamesh/sdk'
import { type InfiniteData, useInfiniteQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ScrollText } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { client, type Reply } from '../api/index.ts'
import { Card, EmptyState, ErrorState, SkeletonRows } from '../ui/index.ts'
import { count } from '../words/index.ts'
import { LogHead, LogRow, rowPx } from './log_row.tsx'
import { type Filters, questionOf } from './words.ts'

type Pages = Reply<'listAudit'>
const atOnce = 200
const liveMs = 2_000

/** Newest first; older ones come as one scrolls. Only the rows in sight exist. */
export function Log({
  search,
  onOpen,
}: {
  search: Filters & { live?: 'yes'; entry?: number }
  onOpen: (seq: number) => void
}) {
  const question = questionOf(search)
  const live = search.live === 'yes'
  const from = useInfiniteQuery<Pages, ApiError, InfiniteData<Pages>, readonly unknown[], number | undefined>({
    queryKey: ['listAudit', question],
    queryFn: ({ pageParam, signal }) =>
      client.call('listAudit', {
        query: { ...question, limit: atOnce, ...(pageParam === undefined ? {} : { before: pageParam }) },
        signal,
      }),
    initialPageParam: undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: live ? liveMs : false,
  })
  const entries = from.data?.pages.flatMap((page) => page.entries) ?? []
  const scroller = useRef<HTMLDivElement>(null)
  const down = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: 12,
  })
  const lines = down.getVirtualItems()
  const last = lines.at(-1)?.index ?? 0
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = from
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && last >= entries.length - 40) void fetchNextPage()
  }, [last, entries.length, hasNextPage, isFetchingNextPage, fetchNextPage])

  if (from.data === undefined)
    return (
      <Card>
        {from.error ? (
          <ErrorState error={from.error} retry={() => void from.refetch()} />
        ) : (
          <div role="status" aria-busy="true">
            <span className="sr-only">Loading</span>
            <SkeletonRows rows={12} />
          </div>
        )}
      </Card>
    )
  if (entries.length === 0)
    return (
      <Card>
        <EmptyState icon={<ScrollText className="size-5" aria-hidden />} title="Nothing of that kind was written down">
          Widen the days, or clear a filter.
        </EmptyState>
      </Card>
    )
  return (
    <Card className="overflow-hidden">
      <div
        ref={scroller}
        role="table"
        aria-label="Audit log"
        aria-rowcount={hasNextPage ? -1 : entries.length + 1}
        tabIndex={0}
        className="max-h-[calc(100dvh-20rem)] min-h-80 overflow-auto outline-offset-[-2px]"
      >
        <LogHead />
        <div role="rowgroup" className="relative min-w-[58rem]" style={{ height: down.getTotalSize() }}>
          {lines.map(({ index, start }) => {
            const entry = entries[index]
            return (
              entry && (
                <LogRow
                  key={entry.seq}
                  entry={entry}
                  at={index}
                  top={start}
                  open={search.entry === entry.seq}
                  onOpen={onOpen}
                />
              )
            )
          })}
        </div>
      </div>
      <p role="status" className="flex items-center gap-2 border-line border-t px-4 py-2 text-ink-3 text-xs">
        {live && <i className="size-1.5 animate-pulse rounded-full bg-ok" aria-hidden />}
        {count(entries.length)} shown{hasNextPage ? ', older ones follow' : ', all there are'}
        {live && ', looked at every two seconds'}
      </p>
    </Card>
  )
}
