import { scaleLinear } from 'd3-scale'
import { cn } from '../ui/index.ts'
import { figureWords, placeWords, seriesColour, type XySeries, yRange } from './series.ts'
import { useWidth } from './use_width.ts'

const foot = 22

/** Bars that lie, so that long names can be read; for a few dozen names. All figures are written beside them. */
export function RowBars({
  label,
  names,
  series,
  className,
}: {
  label: string
  names: readonly string[]
  series: readonly XySeries[]
  className?: string
}) {
  const { ref, width } = useWidth<HTMLDivElement>()
  const step = 12 + series.length * 14
  const height = names.length * step + foot + 4
  const left = Math.min(width * 0.4, Math.max(...names.map((name) => Math.min(28, name.length)), 3) * 7.6 + 18)
  const values = Math.max(...series.flatMap((each) => each.values.map((value) => figureWords(value ?? 0).length)), 2)
  const x = scaleLinear(yRange(series, true), [left, Math.max(left + 40, width - values * 6.8 - 14)]).nice(4)
  const ticks = x.ticks(Math.max(2, Math.floor((width - left) / 90)))
  const axis = { is: 'names', values: names } as const
  const said = names.map((_, i) => placeWords(axis, series, i)).join('; ')
  return (
    <div ref={ref} className={cn('relative', className)} style={{ height }}>
      <svg role="img" aria-label={`${label}. ${said}`} width={width} height={height} className="block">
        {ticks.map((tick) => (
          <g key={tick}>
            <line
              x1={x(tick)}
              x2={x(tick)}
              y1="2"
              y2={height - foot}
              stroke={tick === 0 ? 'var(--line-2)' : 'var(--line)'}
            />
            <text x={x(tick)} y={height - 6} textAnchor="middle" className="fill-ink-3 text-2xs tabular-nums">
              {figureWords(tick)}
            </text>
          </g>
        ))}
        {names.map((name, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two rows may have the same name
          <g key={row} transform={`translate(0,${row * step + 4})`}>
            <text x={left - 10} y={(step - 8) / 2} dy=".32em" textAnchor="end" className="fill-ink-2 text-xs">
              {name.length > 28 ? `${name.slice(0, 27)}…` : name}
              {name.length > 28 && <title>{name}</title>}
            </text>
            {series.map(({ name: own, values: all }, of) => {
              const value = all[row]
              if (value === null || value === undefined) return null
              const [from, to] = [x(Math.min(0, value)), x(Math.max(0, value))]
              return (
                <g key={own} transform={`translate(0,${of * 14 + 1})`}>
                  <rect
                    x={from}
                    width={Math.max(1, to - from)}
                    height={series.length > 1 ? 12 : 16}
                    y={series.length > 1 ? 0 : -1}
                    rx="3"
                    fill={seriesColour(of)}
                    opacity=".9"
                  />
                  <text
                    x={to + 7}
                    y={series.length > 1 ? 6 : 7}
                    dy=".32em"
                    className="fill-ink-2 text-2xs tabular-nums"
                  >
                    {figureWords(value)}
                  </text>
                </g>
              )
            })}
          </g>
        ))}
      </svg>
    </div>
  )
}
