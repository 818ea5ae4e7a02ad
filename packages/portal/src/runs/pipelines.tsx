import type { Run } from '@datamesh/core'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Activity, SearchX } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useApi } from '../api/index.ts'
import { useEvents } from '../api/live.ts'
import { ownsDomain, useMe } from '../shell/me.ts'
import {
  Button,
  ButtonLink,
  Card,
  CardHead,
  EmptyState,
  Loaded,
  Page,
  PageHead,
  Skeleton,
  SkeletonRows,
} from '../ui/index.ts'
import { count, plural } from '../words/index.ts'
import { RunFilters, type RunsSearch, ranges } from './filters.tsx'
import { RunsTable } from './runs_table.tsx'
import { LiveMark } from './state_mark.tsx'
import { Timeline, TimelineKey } from './timeline.tsx'
import { useNow } from './use_now.ts'
import { isActive } from './words.ts'

const route = getRouteApi('/frame/runs')
const first = 100
const most = 1000

/** What ran, runs and waits across the mesh. */
export const Pipelines = () => {
  const search = route.useSearch()
  const range = ranges[search.range ?? '24h']
  const [limit, setLimit] = useState(first)
  const me = useMe()
  // the minute it was opened: the same question, the same place in the cache
  // biome-ignore lint/correctness/useExhaustiveDependencies: another range asks anew
  const since = useMemo(
    () => new Date(Math.floor((Date.now() - range.ms) / 60_000) * 60_000).toISOString(),
    [search.range],
  )
  const { state, domain, product, trigger } = search
  const runs = useApi(
    'listRuns',
    {
      query: {
        since,
        limit,
        ...(state && { state }),
        ...(domain && { domain }),
        ...(product && { product }),
        ...(trigger && { trigger }),
      },
    },
    {
      placeholderData: (before) => before,
      // the window of time moves on; that a run was asked for, began or ended is told
      refetchInterval: 60_000,
    },
  )
  const cache = useQueryClient()
  const liveness = useEvents(['run.', 'snapshot.'], () => void cache.invalidateQueries({ queryKey: ['listRuns'] }))
  const active = runs.data?.runs.some(isActive) ?? false
  const now = useNow(true, active ? 1_000 : 15_000)
  return (
    <Page>
      <PageHead
        title="Pipelines"
        hint="Every run of every product: what it built, what it proved and what it published."
      >
        <LiveMark liveness={liveness} />
      </PageHead>
      <RunFilters search={search} />
      <Loaded
        from={runs}
        skeleton={<PipelinesSkeleton />}
        isEmpty={({ runs }) => runs.length === 0}
        empty={<NoRuns search={search} />}
      >
        {({ runs, next }) => (
          <div className="flex flex-col gap-4">
            <Card>
              <CardHead title="Timeline" hint="by product" />
              <Timeline runs={runs} from={search.range ? now - range.ms : beginOf(runs, now, range.ms)} now={now} />
              <TimelineKey />
            </Card>
            <Card>
              <CardHead
                title="Runs"
                hint={next === null ? plural(runs.length, 'run') : `the newest ${count(runs.length)}`}
              />
              <RunsTable runs={runs} now={now} withProduct mayRun={(domain) => ownsDomain(me.data, domain)} />
              {next !== null && limit < most && (
                <div className="border-line border-t p-2 text-center">
                  <Button variant="ghost" size="sm" onClick={() => setLimit(Math.min(most, limit * 3))}>
                    Older runs
                  </Button>
                </div>
              )}
            </Card>
          </div>
        )}
      </Loaded>
    </Page>
  )
}

/** Without a wish for a range: where the first run shown began, so that a young mesh does not squeeze all it did into the right edge. */
const beginOf = (runs: readonly Run[], now: number, rangeMs: number): number => {
  const oldest = Math.min(...runs.map((run) => Date.parse(run.startedAt ?? run.createdAt)))
  return Math.max(now - rangeMs, Math.min(now - 600_000, oldest - (now - oldest) * 0.04))
}

const NoRuns = ({ search }: { search: RunsSearch }) => {
  const narrowed = search.state ?? search.domain ?? search.product ?? search.trigger
  const { words } = ranges[search.range ?? '24h']
  return (
    <Card>
      {narrowed ? (
        <EmptyState
          icon={<SearchX className="size-5" aria-hidden />}
          title="No run matches"
          action={
            <ButtonLink to="/runs" search={search.range ? { range: search.range } : {}}>
              Show all runs
            </ButtonLink>
          }
        >
          Nothing like this ran within {words}.
        </EmptyState>
      ) : (
        <EmptyState
          icon={<Activity className="size-5" aria-hidden />}
          title={`Nothing ran within ${words}`}
          action={
            <>
              <ButtonLink to="/products" variant="primary">
                Marketplace
              </ButtonLink>
              <ButtonLink to="/runs" search={{ range: '30d' }}>
                Look 30 days back
              </ButtonLink>
            </>
          }
        >
          A run begins when the owner of a product presses Publish on its page, by its schedule, or when one of its
          inputs has new data.
        </EmptyState>
      )}
    </Card>
  )
}

const PipelinesSkeleton = () => (
  <div className="flex flex-col gap-4">
    <Skeleton className="h-80 rounded-xl" />
    <Card>
      <SkeletonRows rows={8} />
    </Card>
  </div>
)
