import { bisectCenter } from 'd3-array'
import { scaleBand, scaleLinear, scaleUtc } from 'd3-scale'
import { area, line } from 'd3-shape'
import { cn } from '../ui/index.ts'
import { figureWords, placeWords, seriesColour, type XyAxis, type XySeries, xWords, yRange } from './series.ts'
import { Tip } from './time_chart.tsx'
import { useScrub } from './use_scrub.ts'
import { useWidth } from './use_width.ts'

export type XyKind = 'bar' | 'line' | 'area' | 'dots'

const foot = 26
const head = 10

/** Figures over names, numbers or moments. Arrows walk from place to place, and each is said with all its figures. */
export function XyChart({
  label,
  kind,
  x,
  series,
  height = 300,
  className,
}: {
  label: string
  kind: XyKind
  x: XyAxis
  series: readonly XySeries[]
  height?: number
  className?: string
}) {
  const { ref, width } = useWidth<HTMLDivElement>()
  const length = x.values.length
  const y = scaleLinear(yRange(series, kind === 'bar' || kind === 'area'), [height - foot, head]).nice(5)
  const ticks = y.ticks(5)
  const left = Math.max(...ticks.map((tick) => figureWords(tick).length), 2) * 6.6 + 12
  const right = width - 10
  // bars and names have places of equal width, everything else is where its value is
  const banded = kind === 'bar' || x.is === 'names'
  const band = scaleBand(
    x.values.map((_, i) => i),
    [left, right],
  ).padding(kind === 'bar' ? 0.2 : 0)
  const [low, high] = banded ? [0, 1] : endsOf(x.values as readonly number[])
  const ends: [number, number] = [left + 4, right - 4]
  const over = x.is === 'moments' ? scaleUtc([low, high], ends) : scaleLinear([low, high], ends)
  const px = (index: number): number =>
    banded ? (band(index) ?? 0) + band.bandwidth() / 2 : Number(over(x.values[index] as number))
  const centres = banded ? [] : x.values.map((_, i) => px(i))
  const scrub = useScrub(
    label,
    length,
    (at) => (banded ? Math.floor((at - left) / (band.step() || 1)) : bisectCenter(centres, at)),
    (index) => placeWords(x, series, index),
  )
  const zero = y(Math.max(0, y.domain()[0] ?? 0))
  return (
    <div ref={ref} {...scrub.slider} className={cn('relative touch-pan-y rounded-md', className)} style={{ height }}>
      <svg width={width} height={height} aria-hidden className="block overflow-visible">
        {ticks.map((tick) => (
          <g key={tick}>
            <line
              x1={left}
              x2={right}
              y1={y(tick)}
              y2={y(tick)}
              stroke={tick === 0 ? 'var(--line-2)' : 'var(--line)'}
            />
            <text x={left - 8} y={y(tick)} dy=".32em" textAnchor="end" className="fill-ink-3 text-2xs tabular-nums">
              {figureWords(tick)}
            </text>
          </g>
        ))}
        {ticksAcross(x, banded, band.step() || 1, over as never, width - left).map(({ at, words, anchor }) => (
          <text
            key={`${at}${words}`}
            x={banded ? px(at) : Number(over(at))}
            y={height - 7}
            textAnchor={anchor}
            className="fill-ink-3 text-2xs tabular-nums"
          >
            {words}
          </text>
        ))}
        {series.map(({ name, values }, of) => (
          <Marks
            key={name}
            kind={kind}
            values={values}
            colour={seriesColour(of)}
            px={(index) => (kind === 'bar' ? (band(index) ?? 0) + (band.bandwidth() / series.length) * of : px(index))}
            bar={band.bandwidth() / series.length}
            y={(value) => y(value)}
            zero={zero}
          />
        ))}
        {scrub.at !== null && (
          <g transform={`translate(${px(scrub.at)},0)`}>
            <line y1={head} y2={height - foot} stroke="var(--ink-3)" strokeOpacity=".55" />
            {kind !== 'bar' &&
              series.map(({ name, values }, of) => {
                const value = values[scrub.at ?? 0]
                return value === null || value === undefined ? null : (
                  <circle
                    key={name}
                    cy={y(value)}
                    r="4"
                    fill={seriesColour(of)}
                    stroke="var(--surface)"
                    strokeWidth="2"
                  />
                )
              })}
          </g>
        )}
      </svg>
      {scrub.at !== null && (
        <Tip x={px(scrub.at)} width={width}>
          <span className="opacity-75">{xWords(x, scrub.at)}</span>
          {series.map(({ name, values }) => {
            const value = values[scrub.at ?? 0]
            return (
              <span key={name} className="block">
                <b className="font-semibold">{value === null || value === undefined ? 'null' : figureWords(value)}</b>{' '}
                <span className="opacity-75">{name}</span>
              </span>
            )
          })}
        </Tip>
      )}
    </div>
  )
}

/** One path a series, however many points it has. */
function Marks({
  kind,
  values,
  colour,
  px,
  bar,
  y,
  zero,
}: {
  kind: XyKind
  values: readonly (number | null)[]
  colour: string
  px: (index: number) => number
  bar: number
  y: (value: number) => number
  zero: number
}) {
  const there = (value: number | null): value is number => value !== null
  if (kind === 'bar') {
    const path = values
      .map((value, i) =>
        there(value) ? `M${px(i)} ${zero}V${y(value)}h${Math.max(0.5, bar - (bar > 4 ? 1 : 0))}V${zero}z` : '',
      )
      .join('')
    return <path d={path} fill={colour} opacity=".88" />
  }
  if (kind === 'dots') {
    const path = values.map((value, i) => (there(value) ? `M${px(i)} ${y(value)}h0` : '')).join('')
    const size = values.length > 1_000 ? 4 : 6
    return <path d={path} stroke={colour} strokeWidth={size} strokeLinecap="round" strokeOpacity=".7" fill="none" />
  }
  const defined = (value: number | null) => there(value)
  const path = line<number | null>(
    (_, i) => px(i),
    (value) => y(value ?? 0),
  ).defined(defined)(values as (number | null)[])
  const under =
    kind === 'area'
      ? area<number | null>(
          (_, i) => px(i),
          zero,
          (value) => y(value ?? 0),
        ).defined(defined)(values as (number | null)[])
      : null
  return (
    <>
      {under && <path d={under} fill={colour} opacity=".16" />}
      <path d={path ?? ''} fill="none" stroke={colour} strokeWidth="1.75" strokeLinejoin="round" />
    </>
  )
}

const endsOf = (values: readonly number[]): [number, number] => {
  const [low, high] = [values[0] ?? 0, values[values.length - 1] ?? 1]
  return low === high ? [low - 1, high + 1] : [low, high]
}

type Across = {
  ticks: (count: number) => (number | Date)[]
  tickFormat: (count: number) => (at: number | Date) => string
}
type Tick = { at: number; words: string; anchor: 'start' | 'middle' | 'end' }

/** Words along the bottom, as many as have room. */
const ticksAcross = (x: XyAxis, banded: boolean, step: number, over: Across, room: number): Tick[] => {
  if (!banded) {
    const many = Math.max(2, Math.floor(room / 84))
    const write = over.tickFormat(many)
    return over.ticks(many).map((at) => ({
      at: Number(at),
      words: x.is === 'moments' ? write(at) : figureWords(Number(at)),
      anchor: 'middle',
    }))
  }
  const longest = Math.min(18, Math.max(...x.values.slice(0, 200).map((_, i) => xWords(x, i).length), 1))
  const every = Math.max(1, Math.ceil((longest * 6.6 + 12) / step))
  return x.values.flatMap((_, i): Tick[] => {
    if (i % every !== 0) return []
    const words = xWords(x, i)
    return [{ at: i, words: words.length > 18 ? `${words.slice(0, 17)}…` : words, anchor: 'middle' }]
  })
}
