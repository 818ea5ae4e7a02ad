import { useQueryClient } from '@tanstack/react-query'
import { Activity, Upload } from 'lucide-react'
import { type Reply, useApi } from '../../api/index.ts'
import { useEvents } from '../../api/live.ts'
import { useRunActions } from '../../runs/run_actions.tsx'
import { RunsTable } from '../../runs/runs_table.tsx'
import { LiveMark } from '../../runs/state_mark.tsx'
import { useNow } from '../../runs/use_now.ts'
import { isActive, secondsOf, states } from '../../runs/words.ts'
import { Button, ButtonLink, Card, CardHead, EmptyState, Loaded, Skeleton, SkeletonRows, Stat } from '../../ui/index.ts'
import { Bars, binsOf, ChartCard, Histogram } from '../../viz/index.ts'
import { clock, count, duration, percent, plural, shortDay, when } from '../../words/index.ts'

type Run = Reply<'listRuns'>['runs'][number]

/** Runs of one product: how often they succeed, how long they take, and each of them. */
export const Runs = ({ product }: { product: Reply<'getProduct'> }) => {
  const cache = useQueryClient()
  const runs = useApi('listRuns', { query: { product: product.id, limit: 100 } })
  const liveness = useEvents(['run.', 'snapshot.'], (events) => {
    if (!events.some((event) => event.subject === product.id)) return
    for (const name of ['listRuns', 'getProduct']) void cache.invalidateQueries({ queryKey: [name] })
  })
  const { publish } = useRunActions()
  const now = useNow(true, runs.data?.runs.some(isActive) ? 1_000 : 15_000)
  const publishButton = product.may.publish && (
    <Button
      variant="primary"
      size="sm"
      busy={publish.isPending}
      onClick={() => publish.mutate({ params: { domain: product.domain, product: product.name }, body: {} })}
    >
      <Upload className="size-3.5" aria-hidden />
      Publish
    </Button>
  )
  return (
    <Loaded
      from={runs}
      skeleton={<RunsSkeleton />}
      isEmpty={({ runs }) => runs.length === 0}
      empty={
        <Card>
          <EmptyState
            icon={<Activity className="size-5" aria-hidden />}
            title="It has not run yet"
            action={publishButton}
          >
            A run builds the models, checks the result and publishes it as a snapshot that readers see at once.
          </EmptyState>
        </Card>
      }
    >
      {({ runs, next }) => (
        <div className="flex flex-col gap-4">
          <Figures runs={runs} />
          <Durations runs={runs} />
          <Card>
            <CardHead
              title="Runs"
              hint={next === null ? plural(runs.length, 'run') : `the newest ${count(runs.length)}`}
            >
              <LiveMark liveness={liveness} />
              <ButtonLink to="/runs" search={{ product: product.id, range: '30d' }} variant="ghost" size="sm">
                Timeline
              </ButtonLink>
            </CardHead>
            <RunsTable runs={runs} now={now} mayRun={() => product.may.publish} />
          </Card>
        </div>
      )}
    </Loaded>
  )
}

const ended = (runs: readonly Run[]) => runs.filter((run) => run.startedAt !== null && run.finishedAt !== null)
const median = (values: readonly number[]): number | null =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null

function Figures({ runs }: { runs: readonly Run[] }) {
  const over = runs.filter((run) => run.state === 'succeeded' || run.state === 'failed')
  const good = over.filter((run) => run.state === 'succeeded').length
  const typical = median(ended(runs).flatMap((run) => secondsOf(run, 0) ?? []))
  const waits = median(
    runs.flatMap((run) => (run.startedAt ? [(Date.parse(run.startedAt) - Date.parse(run.createdAt)) / 1000] : [])),
  )
  return (
    <Card className="grid grid-cols-4 divide-x divide-line max-md:grid-cols-2 max-md:divide-x-0">
      <Stat
        label="Succeeded"
        value={over.length === 0 ? '–' : percent(good / over.length, 0)}
        note={`${count(good)} of ${plural(over.length, 'run')}`}
      />
      <Stat label="Typical duration" value={typical === null ? '–' : duration(typical)} />
      <Stat label="Typical wait" value={waits === null ? '–' : duration(waits)} />
      <Stat label="Going on" value={count(runs.filter(isActive).length)} note="queued or running" />
    </Card>
  )
}

const shown = 40
const tones = { succeeded: 'ok', failed: 'bad', cancelled: 'warn', running: 'accent', queued: 'accent' } as const

function Durations({ runs }: { runs: readonly Run[] }) {
  const over = ended(runs)
  if (over.length < 2) return null
  const newest = over.slice(0, shown).toReversed()
  const seconds = (run: Run) => secondsOf(run, 0) ?? 0
  const [first, last] = [newest[0]?.createdAt ?? '', newest.at(-1)?.createdAt ?? '']
  // the time of day tells runs of one day apart, the date those of many
  const name = Date.parse(last) - Date.parse(first) > 86_400_000 ? shortDay : clock
  return (
    <div className="grid gap-4 lg:grid-cols-[2fr_1fr]">
      <ChartCard
        title="Duration by run"
        hint={`the last ${count(newest.length)}`}
        columns={['Run', 'State', 'Duration']}
        rows={newest.map((run) => [when(run.createdAt), states[run.state], duration(seconds(run))])}
      >
        <Bars
          label="Duration by run"
          unit=""
          write={(value) => duration(value)}
          bars={newest.map((run) => ({
            id: run.id,
            name: name(run.createdAt),
            value: seconds(run),
            tone: tones[run.state],
            note: `${states[run.state].toLowerCase()}, ${when(run.createdAt)}`,
          }))}
        />
      </ChartCard>
      <Card>
        <CardHead title="How durations spread" />
        <div className="px-3 pt-1 pb-3">
          <Histogram
            label="How durations spread"
            unit="runs"
            height={168}
            bins={binsOf(over.map(seconds), 8)}
            write={(value) => duration(value)}
          />
        </div>
      </Card>
    </div>
  )
}

const RunsSkeleton = () => (
  <div className="flex flex-col gap-4">
    <Skeleton className="h-18 rounded-xl max-md:h-36" />
    <Skeleton className="h-56 rounded-xl" />
    <Card>
      <SkeletonRows rows={8} />
    </Card>
  </div>
)
