import { useMemo, useSyncExternalStore } from 'react'
import { EmptyState, Select } from '../../ui/index.ts'
import { RowBars, seriesColour, XyChart } from '../../viz/index.ts'
import { count } from '../../words/index.ts'
import { kindOf } from '../result/cells.ts'
import { type Stretches, stretchRows } from '../result/stretches.ts'
import {
  type ChartColumn,
  type ChartKind,
  type Chosen,
  type Combine,
  chartData,
  chartTitle,
  combineFor,
  firstWish,
  kindFor,
  mostPoints,
  type Wish,
} from './data.ts'
import { Figures } from './figures.tsx'

const kinds: readonly { value: ChartKind; label: string }[] = [
  { value: 'bar', label: 'Bars' },
  { value: 'line', label: 'Line' },
  { value: 'area', label: 'Area' },
  { value: 'dots', label: 'Dots' },
]
const combines: readonly { value: Combine; label: string }[] = [
  { value: 'each', label: 'Each row' },
  { value: 'avg', label: 'Average' },
  { value: 'sum', label: 'Sum' },
  { value: 'min', label: 'Lowest' },
  { value: 'max', label: 'Highest' },
  { value: 'count', label: 'Count' },
]
/** More bars than this stand, fewer lie. */
const mostLying = 40

/** What has been loaded of a result, as a picture; the grid shows the same as a table. */
export default function ChartPane({
  columns,
  stretches,
  chosen,
  onChoose,
}: {
  columns: readonly ChartColumn[]
  stretches: Stretches
  chosen: Chosen
  onChoose: (chosen: Chosen) => void
}) {
  const version = useSyncExternalStore(stretches.subscribe, stretches.version)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version is other rows
  const there = useMemo(() => {
    let rows = 0
    for (let stretch = stretches.at(0); stretch && rows < mostPoints; stretch = stretches.at(rows)) {
      rows += stretch.rows
      if (stretch.rows < stretchRows) break
    }
    return Math.min(rows, mostPoints)
  }, [stretches, version])
  const first = useMemo(() => firstWish(columns, stretches.value, there), [columns, stretches, there])
  const { kind: kindChosen, ...wished } = chosen
  const wish: Wish | null = first && { ...first, ...wished }
  const key = JSON.stringify(wish)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same wish over the same rows is the same chart
  const data = useMemo(() => wish && chartData(columns, wish, stretches.value, there), [columns, key, there])
  if (!wish || !data)
    return (
      <EmptyState title="No figure to draw" className="h-full justify-center">
        A chart needs a column of numbers beside the one that goes across.
      </EmptyState>
    )
  const kind = kindChosen ?? kindFor(columns, wish)
  const title = chartTitle(columns, wish)
  const numbers = columns.flatMap(({ name, type }, i) => (kindOf(type) === 'number' ? [{ name, index: i }] : []))
  const change = (next: Chosen) => onChoose({ ...chosen, ...next })
  const crowded = data.repeats && wish.combine === 'each' && kind !== 'dots'
  return (
    <section aria-label="Chart" className="flex h-full min-h-0 flex-col overflow-y-auto p-4">
      <div className="mb-4 flex flex-wrap items-end gap-2">
        <Select
          label="Chart"
          className="w-24"
          options={kinds}
          value={kind}
          onChange={(to) => change({ kind: to as ChartKind })}
        />
        <Select
          label="Across"
          className="w-36 min-w-0"
          options={columns.map(({ name }, i) => ({ value: String(i), label: name }))}
          value={String(wish.x)}
          onChange={(to) => change({ x: Number(to), combine: combineFor(Number(to), stretches.value, there) })}
        />
        <Figures columns={numbers} chosen={wish.ys} onChange={(ys) => change({ ys })} />
        <Select
          label="Combine"
          className="w-28"
          options={combines}
          value={wish.combine}
          onChange={(to) => change({ combine: to as Combine })}
        />
      </div>
      <h2 className="mb-2 font-medium text-ink-2 text-xs">{title}</h2>
      {data.series.length > 1 && (
        <ul className="mb-2 flex flex-wrap gap-x-4 gap-y-1 text-ink-2 text-xs">
          {data.series.map(({ name }, i) => (
            <li key={name} className="flex items-center gap-1.5">
              <i className="size-2.5 rounded-sm" style={{ background: seriesColour(i) }} aria-hidden />
              {name}
            </li>
          ))}
        </ul>
      )}
      {kind === 'bar' && data.x.is === 'names' && data.x.values.length <= mostLying ? (
        <RowBars label={title} names={data.x.values} series={data.series} className="shrink-0" />
      ) : (
        <XyChart label={title} kind={kind} x={data.x} series={data.series} height={300} className="shrink-0" />
      )}
      <p className="mt-3 text-ink-3 text-xs">
        {data.read < stretches.rows
          ? `Drawn from the first ${count(data.read)} of ${count(stretches.rows)} rows: group in SQL to draw all.`
          : `Drawn from all ${count(data.read)} rows.`}
        {crowded && ' Several rows share a place: choose how they become one.'}
      </p>
    </section>
  )
}
