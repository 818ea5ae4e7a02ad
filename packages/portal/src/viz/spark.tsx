import { useId } from 'react'
import { cn } from '../ui/index.ts'

type Point = readonly [number, number]
const line = (points: readonly Point[]): string =>
  points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`).join('')

/** A trend in a corner. `label` says what a reader hears. Fewer than two values draw a base line. */
export const Sparkline = ({
  values,
  label,
  color = 'var(--accent)',
  height = 32,
}: {
  values: readonly number[]
  label: string
  color?: string
  height?: number
}) => {
  const id = useId()
  const width = 120
  const low = Math.min(...values)
  const span = Math.max(...values) - low || 1
  const points: Point[] =
    values.length < 2
      ? [
          [0, height - 3],
          [width, height - 3],
        ]
      : values.map((value, i) => [
          (i / (values.length - 1)) * width,
          height - 3 - ((value - low) / span) * (height - 6),
        ])
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      width="100%"
      height={height}
      preserveAspectRatio="none"
      className="block"
    >
      <defs>
        <linearGradient id={id} x1="0" x2="0" y1="0" y2="1">
          <stop offset="0" stopColor={color} stopOpacity=".22" />
          <stop offset="1" stopColor={color} stopOpacity="0" />
        </linearGradient>
      </defs>
      <path d={`${line(points)}L${width} ${height}L0 ${height}Z`} fill={`url(#${id})`} />
      <path
        d={line(points)}
        fill="none"
        stroke={color}
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
        strokeLinejoin="round"
      />
    </svg>
  )
}

export type Outcome = 'passed' | 'warned' | 'failed' | 'none'
const bar: Record<Outcome, string> = { passed: 'bg-ok/70', warned: 'bg-warn', failed: 'bg-bad', none: 'bg-line' }
const words: Record<Outcome, string> = { passed: 'passed', warned: 'with warnings', failed: 'failed', none: 'no run' }

/** One bar a run, oldest first; short histories stay at the right and leave their room grey. One summary for screen readers. */
export const StatusBars = ({
  runs,
  slots = 24,
  what = 'runs',
  className,
}: {
  runs: readonly { at: string; outcome: Outcome }[]
  slots?: number
  what?: string
  className?: string
}) => {
  const shown = runs.slice(-slots)
  const of = (outcome: Outcome) => shown.filter((run) => run.outcome === outcome).length
  const summary =
    shown.length === 0
      ? `No ${what} yet`
      : `Last ${shown.length} ${what}: ${of('passed')} passed, ${of('warned')} with warnings, ${of('failed')} failed`
  const blanks = Math.max(0, slots - shown.length)
  return (
    <div role="img" aria-label={summary} className={cn('flex h-8 items-stretch gap-[2px]', className)}>
      {Array.from({ length: blanks }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: empty places have no identity
        <i key={i} className="flex-1 rounded-[2px] bg-line/70" />
      ))}
      {shown.map((run) => (
        <i
          key={run.at}
          title={`${new Date(run.at).toLocaleString('en-GB')}: ${words[run.outcome]}`}
          className={cn('flex-1 rounded-[2px]', bar[run.outcome])}
        />
      ))}
    </div>
  )
}
