import { scaleBand, scaleLinear } from 'd3-scale'
import { cn } from '../ui/index.ts'
import { Tip } from './time_chart.tsx'
import { useScrub } from './use_scrub.ts'
import { useWidth } from './use_width.ts'

/** `id` where two bars may have the same name. */
export type Bar = {
  id?: string
  name: string
  value: number
  note?: string | undefined
  tone?: 'accent' | 'ok' | 'warn' | 'bad'
}

const idOf = (bar: Bar): string => bar.id ?? bar.name

/** One bar a category or day. Arrows walk along them; each is said with its name, value and note. */
export function Bars({
  label,
  bars,
  write,
  unit,
  height = 168,
  className,
}: {
  label: string
  bars: readonly Bar[]
  write: (value: number) => string
  /** What is counted, for those who listen: `reads` */
  unit: string
  height?: number
  className?: string
}) {
  const { ref, width } = useWidth<HTMLDivElement>()
  const y = scaleLinear([0, Math.max(1, ...bars.map((bar) => bar.value))], [height - 24, 10]).nice(3)
  const ticks = y.ticks(3).filter(Number.isInteger)
  const left = Math.max(...ticks.map((tick) => write(tick).length), 2) * 6.4 + 12
  const x = scaleBand(bars.map(idOf), [left, width - 8]).padding(bars.length > 1 ? 0.28 : 0.8)
  const scrub = useScrub(
    label,
    bars.length,
    (px) => Math.floor((px - left) / (x.step() || 1)),
    (index) => {
      const bar = bars[index]
      return bar ? `${bar.name}: ${write(bar.value)} ${unit}${bar.note ? `, ${bar.note}` : ''}` : ''
    },
  )
  const at = scrub.at === null ? undefined : bars[scrub.at]
  const every = Math.max(1, Math.ceil((bars.length * 58) / Math.max(1, width - left)))
  return (
    <div ref={ref} {...scrub.slider} className={cn('relative touch-pan-y rounded-md', className)} style={{ height }}>
      <svg width={width} height={height} aria-hidden className="block overflow-visible">
        {ticks.map((tick) => (
          <g key={tick}>
            <line x1={left} x2={width - 8} y1={y(tick)} y2={y(tick)} stroke="var(--line)" />
            <text x={left - 8} y={y(tick)} dy=".32em" textAnchor="end" className="fill-ink-3 text-2xs tabular-nums">
              {write(tick)}
            </text>
          </g>
        ))}
        {bars.map((bar, i) => (
          <g key={idOf(bar)}>
            <rect
              x={x(idOf(bar))}
              width={x.bandwidth()}
              y={Math.min(y(bar.value), bar.value > 0 ? height - 26 : height - 24)}
              height={Math.max(bar.value > 0 ? 2 : 0, height - 24 - y(bar.value))}
              rx={Math.min(3, x.bandwidth() / 3)}
              fill={`var(--${bar.tone ?? 'accent'})`}
              opacity={at && at !== bar ? 0.45 : 0.85}
            />
            {(bars.length - 1 - i) % every === 0 && (
              <text
                x={(x(idOf(bar)) ?? 0) + x.bandwidth() / 2}
                y={height - 6}
                textAnchor="middle"
                className="fill-ink-3 text-2xs"
              >
                {bar.name}
              </text>
            )}
          </g>
        ))}
      </svg>
      {at && (
        <Tip x={(x(idOf(at)) ?? 0) + x.bandwidth() / 2} width={width}>
          <b className="font-semibold">
            {write(at.value)} {unit}
          </b>{' '}
          <span className="opacity-75">{at.name}</span>
          {at.note && <span className="block opacity-90">{at.note}</span>}
        </Tip>
      )}
    </div>
  )
}

/** How values are spread; `write` names both ends of a step. */
export const Histogram = ({
  label,
  bins,
  write,
  unit,
  height = 120,
}: {
  label: string
  bins: readonly { from: number; to: number; count: number }[]
  write: (value: number) => string
  unit: string
  height?: number
}) => (
  <Bars
    label={label}
    height={height}
    unit={unit}
    write={(n) => String(n)}
    bars={bins.map((bin, i) => ({
      id: String(i),
      name: write(bin.from),
      value: bin.count,
      note: bin.to > bin.from ? `${write(bin.from)} to ${write(bin.to)}` : undefined,
    }))}
  />
)
