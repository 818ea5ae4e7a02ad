import { count, percent } from '../words/index.ts'
import type { ColumnProfile } from './columns.tsx'

const order = ['0.05', '0.25', '0.5', '0.75', '0.95'] as const
/** Numbers as they are, times as milliseconds; null for what has no place on a line. */
const placeOf = (text: string | null | undefined): number | null => {
  if (text === null || text === undefined) return null
  const number = Number(text)
  if (text.trim() !== '' && Number.isFinite(number)) return number
  const time = Date.parse(text.includes(' ') ? text.replace(' ', 'T') : text)
  return Number.isNaN(time) ? null : time
}

/** Where the values lie: the middle half thick, 5 to 95 percent thin, the median a mark. */
export function Spread({ column }: { column: ColumnProfile }) {
  const marks = order.map((each) => column.quantiles?.[each])
  const places = marks.map(placeOf)
  const [low, high] = [placeOf(column.min), placeOf(column.max)]
  if (low === null || high === null || high <= low || places.some((each) => each === null)) return null
  const x = (place: number | null | undefined): number => (((place ?? low) - low) / (high - low)) * 100
  const [p5, p25, p50, p75, p95] = places.map(x) as [number, number, number, number, number]
  const words = `From ${column.min} to ${column.max}; half of the values between ${marks[1]} and ${marks[3]}, median ${marks[2]}`
  return (
    <div>
      <svg role="img" aria-label={words} viewBox="0 0 100 16" preserveAspectRatio="none" className="block h-5 w-full">
        <title>{words}</title>
        <path d="M0 8H100" stroke="var(--line-2)" strokeWidth="1" vectorEffect="non-scaling-stroke" />
        <path d={`M${p5} 8H${p95}`} stroke="var(--accent)" strokeWidth="2" vectorEffect="non-scaling-stroke" />
        <rect x={p25} y="3" width={Math.max(0.6, p75 - p25)} height="10" rx="1" fill="var(--accent)" opacity=".35" />
        <path d={`M${p50} 1V15`} stroke="var(--accent)" strokeWidth="2" vectorEffect="non-scaling-stroke" />
      </svg>
      <p className="mt-1 flex justify-between gap-2 text-2xs text-ink-3 tabular-nums">
        <span className="truncate">{column.min}</span>
        <span className="truncate">{column.max}</span>
      </p>
      <p className="truncate text-2xs text-ink-3 tabular-nums" title={words}>
        median {marks[2]}, half from {marks[1]} to {marks[3]}
      </p>
    </div>
  )
}

/** The most frequent values, as shares of all rows. */
export function TopValues({ column, few = 10 }: { column: ColumnProfile; few?: number }) {
  const top = column.top.slice(0, few)
  const most = top[0]?.count ?? 0
  if (most === 0) return null
  return (
    <ol className="flex flex-col gap-1" aria-label={`Most frequent values of ${column.name}`}>
      {top.map(({ value, count: n }) => (
        <li key={value} className="grid grid-cols-[minmax(0,1fr)_4.5rem_3.25rem] items-center gap-2 text-xs">
          <span className="truncate font-mono text-[0.6875rem]" title={value}>
            {value === '' ? <i className="text-ink-3">empty text</i> : value}
          </span>
          <span className="h-1.5 overflow-hidden rounded-full bg-sunken ring-1 ring-line ring-inset" aria-hidden>
            <i className="block h-full rounded-full bg-accent/60" style={{ width: `${(n / most) * 100}%` }} />
          </span>
          <span className="text-right text-ink-3 tabular-nums" title={count(n)}>
            {column.rows > 0 ? percent(n / column.rows) : count(n)}
          </span>
        </li>
      ))}
    </ol>
  )
}
