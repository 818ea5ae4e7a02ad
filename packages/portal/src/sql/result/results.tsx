import { isApiError } from '@datamesh/sdk'
import { ChartColumn, Columns2, Table2 } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { client } from '../../api/index.ts'
import { cn, EmptyState, ErrorState, Segment, SegmentList, Skeleton, TabPanel, Tabs } from '../../ui/index.ts'
import { plural } from '../../words/index.ts'
import { type Chosen, mostPoints } from '../chart/data.ts'
import type { Place } from '../editor/place.ts'
import { placeInEditor } from '../editor/place.ts'
import { Splitter, usePane } from '../splitter.tsx'
import type { QueryView, Run } from '../use_run.ts'
import { type GridColumn, ResultGrid } from './grid.tsx'
import { StatusLine } from './status_line.tsx'
import { openStretches, type Stretches } from './stretches.ts'
import { Cancelled, Failed, NotKept, Running } from './told.tsx'

const ChartPane = lazy(() => import('../chart/chart_pane.tsx'))
const ExportMenu = lazy(() => import('./export_menu.tsx'))

type Props = { run: Run; name: string; before: ReactNode; onAgain: () => void; onShow: (place: Place) => void }

/** What came of the last query, or what there is to begin with. */
export function Results({ run, name, before, onAgain, onShow }: Props) {
  const { view } = run
  // how one looks at a result stays for the next: a query is written in many small steps
  const [show, setShow] = useState<Show>('table')
  const [chart, setChart] = useState<{ of: string; chosen: Chosen }>({ of: '', chosen: {} })
  if (run.error && !run.running)
    return <ErrorState error={run.error} retry={onAgain} className="h-full justify-center" />
  if (run.running) return <Running run={run} />
  if (!view) return before
  if (view.state === 'cancelled') return <Cancelled onRun={onAgain} />
  if (view.error) {
    const place = run.start && placeInEditor(run.start, view.error)
    return (
      <Failed
        error={view.error}
        at={place ? `line ${place.line}, column ${place.column}` : null}
        onShow={() => place && onShow(place)}
      />
    )
  }
  if (!view.kept) return <NotKept onRun={onAgain} />
  const of = view.columns.map(({ name, type }) => `${name} ${type}`).join('\n')
  return (
    <Result
      key={view.id}
      view={view}
      name={name}
      part={run.part}
      show={show}
      onShow={setShow}
      chosen={chart.of === of ? chart.chosen : {}}
      onChoose={(chosen) => setChart({ of, chosen })}
      onAgain={onAgain}
    />
  )
}

const useStretches = ({ id, rows }: QueryView): Stretches => {
  const stretches = useMemo(
    () =>
      openStretches({
        rows,
        read: (offset, limit) => client.call('queryRows', { params: { id }, query: { offset, limit } }),
      }),
    [id, rows],
  )
  useEffect(() => {
    stretches.want(0, 1)
  }, [stretches])
  return stretches
}

type Show = 'table' | 'chart' | 'both'

function Result({
  view,
  name,
  part,
  show,
  onShow,
  chosen,
  onChoose,
  onAgain,
}: {
  view: QueryView
  name: string
  part: boolean
  show: Show
  onShow: (show: Show) => void
  chosen: Chosen
  onChoose: (chosen: Chosen) => void
  onAgain: () => void
}) {
  const stretches = useStretches(view)
  useSyncExternalStore(stretches.subscribe, stretches.version)
  const columns = useMemo(() => marked(view), [view])
  const pane = usePane({ name: 'chart', first: 440, least: 280, most: () => innerWidth * 0.6 })
  useEffect(() => {
    if (show !== 'table' && view.rows > 0) void stretches.load(0, Math.min(view.rows, mostPoints)).catch(() => {})
  }, [show, stretches, view.rows])
  const failure = stretches.failure()
  if (failure !== null) {
    if (!isApiError(failure)) throw failure
    if (failure.code === 'not-found') return <NotKept onRun={onAgain} />
    return <ErrorState error={failure} retry={stretches.retry} className="h-full justify-center" />
  }
  const there = stretches.at(0) !== undefined
  return (
    <Tabs value={show} onValueChange={(to) => onShow(to as Show)} className="flex h-full min-h-0 flex-col">
      <div className="flex min-h-11 shrink-0 flex-wrap items-center gap-x-4 gap-y-1.5 border-line border-b px-4 py-1.5 max-md:px-3">
        <SegmentList aria-label="Show the result as">
          <Segment value="table">
            <Table2 className="size-3.5" aria-hidden />
            Table
          </Segment>
          <Segment value="chart">
            <ChartColumn className="size-3.5" aria-hidden />
            Chart
          </Segment>
          <Segment value="both" className="max-lg:hidden">
            <Columns2 className="size-3.5" aria-hidden />
            Both
          </Segment>
        </SegmentList>
        <StatusLine view={view} part={part} />
        <span className="ml-auto">
          <Suspense fallback={<Skeleton className="h-7 w-20" />}>
            <ExportMenu id={view.id} name={name} />
          </Suspense>
        </span>
      </div>
      {view.rows === 0 ? (
        <TabPanel value={show} tabIndex={-1} className="flex-1 outline-none">
          <EmptyState title="No rows" className="h-full justify-center">
            The query ran, and nothing fits what it asks. Its columns are {columns.map(({ name }) => name).join(', ')}.
          </EmptyState>
        </TabPanel>
      ) : (
        <TabPanel value={show} tabIndex={-1} className="flex min-h-0 flex-1 outline-none">
          {show !== 'chart' && (
            <div className="min-h-0 min-w-0 flex-1">
              {there ? (
                <ResultGrid label={`Result, ${plural(view.rows, 'row')}`} columns={columns} stretches={stretches} />
              ) : (
                <GridSkeleton />
              )}
            </div>
          )}
          {show === 'both' && <Splitter label="Width of the chart" pane={pane} across={false} grows={-1} />}
          {show !== 'table' && (
            <div
              className={cn('min-h-0 min-w-0 bg-surface', show === 'chart' ? 'flex-1' : 'shrink-0')}
              style={show === 'both' ? { width: `min(${pane.size}px, 60%)` } : undefined}
            >
              <Suspense fallback={<Skeleton className="m-4 h-64" />}>
                {there && <ChartPane columns={columns} stretches={stretches} chosen={chosen} onChoose={onChoose} />}
              </Suspense>
            </div>
          )}
        </TabPanel>
      )}
    </Tabs>
  )
}

/** A column of the result may come from one that was masked when it has its name; the server says which those are. */
const marked = ({ columns, masked }: QueryView): readonly GridColumn[] =>
  columns.map(({ name, type }) => {
    const from = masked.find(({ column }) => column === name)
    return from ? { name, type, masked: { product: from.product, how: from.how ?? 'redact' } } : { name, type }
  })

const GridSkeleton = () => (
  <div role="status" aria-busy="true" className="h-full overflow-hidden bg-surface">
    <span className="sr-only">Loading the rows</span>
    <div className="h-9 border-line border-b" />
    {Array.from({ length: 12 }, (_, i) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: grey lines have no identity
      <div key={i} className="flex h-7 items-center gap-6 border-line border-b px-4">
        <Skeleton className="h-2.5 w-6" />
        <Skeleton className="h-2.5 w-28" />
        <Skeleton className="h-2.5 w-20" />
        <Skeleton className="h-2.5 w-36" />
      </div>
    ))}
  </div>
)
