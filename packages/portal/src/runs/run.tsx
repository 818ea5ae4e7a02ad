import type { RunEntry } from '@datamesh/core'
import { getRouteApi, Link } from '@tanstack/react-router'
import { ChevronRight } from 'lucide-react'
import { useMemo } from 'react'
import { type Reply, useApi } from '../api/index.ts'
import { Quarantined } from '../checks/index.ts'
import { Badge, ButtonLink, DomainDot, Loaded, Page, Skeleton } from '../ui/index.ts'
import { ago, when } from '../words/index.ts'
import { FallingChecks } from './falling_checks.tsx'
import { RunLog } from './log.tsx'
import { Outcome } from './outcome.tsx'
import { progressOf } from './progress.ts'
import { RunActions } from './run_actions.tsx'
import { LiveMark, StateMark } from './state_mark.tsx'
import { Steps } from './steps.tsx'
import { merged, useFollow } from './use_follow.ts'
import { useNow } from './use_now.ts'
import { isActive, productOf, states, took, triggers } from './words.ts'

const route = getRouteApi('/frame/runs/$id')

/** One run: what it does now, what fell, what came of it. */
export const RunPage = () => {
  const { id } = route.useParams()
  const from = useApi(
    'getRun',
    { params: { id } },
    // the stream tells of every line; this catches what a cut stream could not
    { refetchInterval: ({ state }) => (state.data && isActive(state.data) ? 4_000 : false) },
  )
  return (
    <Page>
      <Loaded
        page
        from={from}
        skeleton={<RunSkeleton />}
        missing={
          <ButtonLink to="/runs" variant="primary">
            All runs
          </ButtonLink>
        }
      >
        {(run) => <RunView key={run.id} run={run} refresh={() => void from.refetch()} />}
      </Loaded>
    </Page>
  )
}

function RunView({ run, refresh }: { run: Reply<'getRun'>; refresh: () => void }) {
  const active = isActive(run)
  const { domain, product: name } = productOf(run.product)
  const product = useApi('getProduct', { params: { domain, product: name } })
  const { entries: followed, liveness } = useFollow(run.id, active, refresh)
  const entries: readonly RunEntry[] = useMemo(() => merged(run.entries, followed), [run.entries, followed])
  const progress = useMemo(() => progressOf(entries, !active), [entries, active])
  const now = useNow(active, 500)
  return (
    <>
      <Head run={run} now={now}>
        {active && <LiveMark liveness={liveness} />}
        {product.data?.may.publish && (
          <RunActions
            run={run}
            failedStep={progress.steps.some((step) => step.state === 'failed' || step.state === 'stopped')}
          />
        )}
      </Head>
      <p className="sr-only" aria-live="polite">
        {`Run ${states[run.state].toLowerCase()}${run.error ? `: ${run.error.title}` : ''}`}
      </p>
      <div className="flex flex-col gap-4">
        {!active && <Outcome run={run} message={progress.last} />}
        <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
          <Steps steps={progress.steps} run={run} now={now} />
          <div className="lg:col-start-2 lg:row-span-2 lg:row-start-1">
            <FallingChecks
              checks={progress.checks}
              total={run.report?.checks.length ?? product.data?.counts.checks ?? progress.checks.length}
              active={active}
            />
          </div>
          <div className="flex min-w-0 flex-col gap-4">
            {run.report && run.report.quarantined.length > 0 && <Quarantined ports={run.report.quarantined} />}
            <RunLog entries={entries} active={active} />
          </div>
        </div>
      </div>
    </>
  )
}

function Head({ run, now, children }: { run: Reply<'getRun'>; now: number; children: React.ReactNode }) {
  const { domain, product, title } = productOf(run.product)
  return (
    <header className="mb-5">
      <nav aria-label="Breadcrumb" className="mb-3 flex items-center gap-1.5 text-ink-3 text-sm">
        <Link to="/runs" className="hover:text-ink">
          Pipelines
        </Link>
        <ChevronRight className="size-3.5" aria-hidden />
        <Link
          to="/products/$domain/$product"
          params={{ domain, product }}
          search={{ tab: 'runs' }}
          className="hover:text-ink"
        >
          {title}
        </Link>
      </nav>
      <div className="flex flex-wrap items-start gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-96 max-md:basis-full">
          <h1 className="flex flex-wrap items-center gap-x-3 gap-y-1 font-semibold text-2xl tracking-tight">
            <DomainDot domain={domain} className="size-2.5" />
            {run.params.dryRun ? 'Checks of' : 'Publish of'} {title}
            <StateMark state={run.state} className="text-sm" />
          </h1>
          <p className="mt-1.5 flex flex-wrap items-center gap-x-4 gap-y-1 text-ink-3 text-xs">
            <span>
              {triggers[run.trigger.by]}, {run.requestedBy}
            </span>
            <span title={when(run.createdAt)}>
              {run.startedAt ? `started ${ago(run.startedAt, now)}` : `asked for ${ago(run.createdAt, now)}`}
            </span>
            <span className="tabular-nums">{took(run, now)}</span>
            <span>
              release <code className="font-mono">{run.release}</code>
            </span>
            {run.attempt > 1 && <span>attempt {run.attempt}</span>}
            {run.params.dryRun && <Badge>publishes nothing</Badge>}
            {run.params.fullRefresh && <Badge>full refresh</Badge>}
            {Object.entries(run.params.vars).map(([name, value]) => (
              <code key={name} className="font-mono">
                {name}={String(value)}
              </code>
            ))}
            <code className="font-mono">{run.id}</code>
          </p>
        </div>
        <div className="flex flex-wrap items-center gap-2">{children}</div>
      </div>
    </header>
  )
}

const RunSkeleton = () => (
  <div>
    <Skeleton className="h-4 w-48" />
    <Skeleton className="mt-4 h-8 w-96 max-w-full" />
    <Skeleton className="mt-2 h-4 w-80 max-w-full" />
    <Skeleton className="mt-6 h-24 rounded-xl" />
    <div className="mt-4 grid gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <Skeleton className="h-64 rounded-xl" />
      <Skeleton className="h-64 rounded-xl" />
    </div>
  </div>
)
