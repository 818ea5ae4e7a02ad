import { max, min } from 'd3-array'
import { scaleLinear, scaleTime } from 'd3-scale'
import { area, curveLinear, curveMonotoneX, curveStepAfter, line } from 'd3-shape'
import { useId, useMemo } from 'react'
import { cn } from '../ui/index.ts'
import {
  type Limits,
  misses,
  momentWords,
  nearest,
  type Objective,
  type Reading,
  rangeOf,
  reduceReadings,
  secondsTicks,
  tickWords,
} from './reduce.ts'
import { useScrub } from './use_scrub.ts'
import { useWidth } from './use_width.ts'

/** `note` says more about one reading: what failed, what was published. `bad` draws it as a breach whatever the objective says. */
export type ChartReading = Reading & { note?: string | undefined; bad?: boolean | undefined }

type Props = {
  /** What a reader hears first: `Quality score by run`. */
  label: string
  readings: readonly ChartReading[]
  /** As it is written: `98.05 %` */
  write: (value: number) => string
  /** As it is said, where signs would be swallowed: `98.05 percent` */
  say?: (value: number) => string
  objective?: (Objective & { word?: string }) | undefined
  limits?: Limits
  /** Moments at which something changed: releases, snapshots. */
  marks?: readonly { at: number; label: string }[]
  /** Where the axis begins and ends when that is more than what was measured. */
  from?: number
  to?: number
  /** `step`: a figure holds until the next reading; a breach is then red for as long as it held. */
  shape?: 'smooth' | 'straight' | 'step'
  /** `whole`: only whole numbers on the axis. `seconds`: minutes, hours and days there. */
  unit?: 'any' | 'whole' | 'seconds'
  tone?: 'ok' | 'accent'
  height?: number
  className?: string
}

const curves = { smooth: curveMonotoneX, straight: curveLinear, step: curveStepAfter }
const colours = { ok: 'var(--ok)', accent: 'var(--accent)' }

/**
 * A figure over time. Beyond the objective the line is red, breaches are ringed; arrows, Home and End walk along it, and each step is said:
 * "30 Oct: 98.05 percent, below objective". The same as a table belongs beside it (`ChartCard`).
 */
export function TimeChart({
  label,
  readings,
  write,
  say = write,
  objective,
  limits = {},
  marks = [],
  from,
  to,
  shape = 'smooth',
  unit = 'any',
  tone = 'ok',
  height = 208,
  className,
}: Props) {
  const id = useId()
  const { ref, width } = useWidth<HTMLDivElement>()
  const shown = useMemo(() => reduceReadings(readings), [readings])
  const values = shown.flatMap((each) => (each.value === null ? [] : [each.value]))
  const [low, high] = rangeOf(objective && values.length > 0 ? [...values, objective.value] : values, limits)
  const y = scaleLinear([low, high], [height - 26, 10])
  if (unit !== 'seconds') y.nice(4)
  // a share of 1 stays the top of its axis
  if (limits.most !== undefined) y.domain([y.domain()[0] ?? low, Math.min(y.domain()[1] ?? high, limits.most)])
  const counted = unit === 'seconds' ? secondsTicks(low, high) : []
  const ticks = counted.length > 1 ? counted : y.ticks(4).filter((tick) => unit !== 'whole' || Number.isInteger(tick))
  const left = Math.max(...ticks.map((tick) => write(tick).length), 3) * 6.4 + 12
  const first = from ?? min(shown, (each) => each.at) ?? 0
  const last = to ?? max(shown, (each) => each.at) ?? first
  // one moment alone stands in the middle of an hour
  const x = scaleTime(first === last ? [first - 1_800_000, last + 1_800_000] : [first, last], [left, width - 12])
  const span = Number(x.domain()[1]) - Number(x.domain()[0])
  const tickText = tickWords(span)
  const moment = momentWords(span)
  const verdict = (each: ChartReading): string =>
    misses(each.value, objective) ? `, ${objective?.bad} objective` : each.bad ? ', breach' : ''
  const scrub = useScrub(
    label,
    shown.length,
    (px) => nearest(shown, Number(x.invert(px))),
    (index) => {
      const each = shown[index]
      if (!each) return ''
      const value = each.value === null ? 'not measured' : say(each.value)
      return `${moment(each.at)}: ${value}${verdict(each)}${each.note ? `, ${each.note}` : ''}`
    },
  )
  const drawn = line<ChartReading>()
    .defined((each) => each.value !== null)
    .x((each) => x(each.at))
    .y((each) => y(each.value ?? 0))
    .curve(curves[shape])
  const under = area<ChartReading>()
    .defined((each) => each.value !== null)
    .x((each) => x(each.at))
    .y0(height - 26)
    .y1((each) => y(each.value ?? 0))
    .curve(curves[shape])
  // what holds until the next reading holds until the end of the axis
  const latest = shown[shown.length - 1]
  const course = shape === 'step' && latest && latest.at < last ? [...shown, { ...latest, at: last }] : shown
  const path = drawn(course) ?? ''
  const held =
    shape === 'step'
      ? course.flatMap((each, i) => {
          const next = course[i + 1]
          return each.bad && each.value !== null && next ? [`M${x(each.at)} ${y(each.value)}H${x(next.at)}`] : []
        })
      : []
  const limit = objective ? y(objective.value) : 0
  const colour = colours[tone]
  const breaches = shown.filter((each) => each.value !== null && (each.bad || misses(each.value, objective)))
  const at = scrub.at === null ? undefined : shown[scrub.at]
  return (
    <div ref={ref} {...scrub.slider} className={cn('relative touch-pan-y rounded-md', className)} style={{ height }}>
      <svg width={width} height={height} aria-hidden className="block overflow-visible">
        <defs>
          <linearGradient id={`${id}g`} x1="0" x2="0" y1="0" y2="1">
            <stop offset="0" stopColor={colour} stopOpacity=".2" />
            <stop offset="1" stopColor={colour} stopOpacity=".02" />
          </linearGradient>
          {objective && (
            <>
              <clipPath id={`${id}good`}>
                <rect
                  x="0"
                  width={width}
                  y={objective.bad === 'below' ? -20 : limit}
                  height={objective.bad === 'below' ? limit + 20 : height}
                />
              </clipPath>
              <clipPath id={`${id}bad`}>
                <rect
                  x="0"
                  width={width}
                  y={objective.bad === 'below' ? limit : -20}
                  height={objective.bad === 'below' ? height : limit + 20}
                />
              </clipPath>
            </>
          )}
        </defs>
        {objective && values.length > 0 && (
          <rect
            x={left}
            width={Math.max(0, width - 12 - left)}
            y={objective.bad === 'below' ? limit : y.range()[1]}
            height={Math.max(0, objective.bad === 'below' ? height - 26 - limit : limit - (y.range()[1] ?? 0))}
            fill="var(--bad)"
            opacity=".05"
          />
        )}
        {ticks.map((tick) => (
          <g key={tick}>
            <line x1={left} x2={width - 12} y1={y(tick)} y2={y(tick)} stroke="var(--line)" />
            <text x={left - 8} y={y(tick)} dy=".32em" textAnchor="end" className="fill-ink-3 text-2xs tabular-nums">
              {write(tick)}
            </text>
          </g>
        ))}
        {apart(x.ticks(Math.max(2, Math.floor((width - left) / 92))), x, 52).map((tick) => (
          <text key={Number(tick)} x={x(tick)} y={height - 6} textAnchor="middle" className="fill-ink-3 text-2xs">
            {tickText(tick)}
          </text>
        ))}
        {marks
          .filter((mark) => mark.at >= Number(x.domain()[0]) && mark.at <= Number(x.domain()[1]))
          .map((mark) => (
            <g key={`${mark.at} ${mark.label}`} transform={`translate(${x(mark.at)},0)`}>
              <line y1="12" y2={height - 26} stroke="var(--accent)" strokeOpacity=".45" strokeDasharray="2 3" />
              <path d="M-4 4h8l-4 6z" fill="var(--accent)" />
              <title>{mark.label}</title>
            </g>
          ))}
        <path d={under(course) ?? ''} fill={`url(#${id}g)`} />
        <path
          d={path}
          fill="none"
          stroke={colour}
          strokeWidth="1.75"
          strokeLinejoin="round"
          clipPath={objective && `url(#${id}good)`}
        />
        {held.length > 0 && <path d={held.join('')} fill="none" stroke="var(--bad)" strokeWidth="1.75" />}
        {objective && (
          <>
            <path
              d={path}
              fill="none"
              stroke="var(--bad)"
              strokeWidth="1.75"
              strokeLinejoin="round"
              clipPath={`url(#${id}bad)`}
            />
            <line
              x1={left}
              x2={width - 12}
              y1={limit}
              y2={limit}
              stroke="var(--warn)"
              strokeDasharray="4 4"
              strokeOpacity=".9"
            />
            <text
              x={width - 12}
              y={limit > height - 50 ? limit - 6 : limit + 14}
              textAnchor="end"
              className="fill-warn-ink text-2xs"
            >
              {objective.word ?? 'objective'} {write(objective.value)}
            </text>
          </>
        )}
        {shown.length <= 60 &&
          shown.map((each) =>
            each.value === null ? null : (
              <circle key={each.at} cx={x(each.at)} cy={y(each.value)} r="2.25" fill={colour} />
            ),
          )}
        {breaches.length <= 60 &&
          breaches.map((each) => (
            <circle
              key={each.at}
              cx={x(each.at)}
              cy={y(each.value ?? 0)}
              r="3.5"
              fill="var(--surface)"
              stroke="var(--bad)"
              strokeWidth="1.75"
            />
          ))}
        {at && (
          <g transform={`translate(${x(at.at)},0)`}>
            <line y1="8" y2={height - 26} stroke="var(--ink-3)" strokeOpacity=".55" />
            {at.value !== null && (
              <circle
                cy={y(at.value)}
                r="4.5"
                fill={verdict(at) ? 'var(--bad)' : colour}
                stroke="var(--surface)"
                strokeWidth="2"
              />
            )}
          </g>
        )}
      </svg>
      {at && (
        <Tip x={x(at.at)} width={width}>
          <b className="font-semibold">{at.value === null ? 'Not measured' : write(at.value)}</b>{' '}
          <span className="opacity-75">{moment(at.at)}</span>
          {(verdict(at) || at.note) && (
            <span className="block opacity-90">{[verdict(at).slice(2), at.note].filter(Boolean).join(' · ')}</span>
          )}
        </Tip>
      )}
    </div>
  )
}

/** Months begin where they will: of two marks that would touch, the later one goes. */
const apart = (ticks: readonly Date[], x: (at: Date) => number, px: number): Date[] => {
  const kept: Date[] = []
  for (const tick of ticks) {
    const last = kept[kept.length - 1]
    if (!last || x(tick) - x(last) >= px) kept.push(tick)
  }
  return kept
}

/** A dark label at a place of a chart; turns to the left before it would leave it. */
export const Tip = ({ x, width, children }: { x: number; width: number; children: React.ReactNode }) => (
  <div
    aria-hidden
    className="pointer-events-none absolute top-1 z-10 max-w-64 rounded-md bg-ink px-2.5 py-1.5 text-canvas text-xs shadow-pop"
    style={x > width / 2 ? { right: width - x + 10 } : { left: x + 10 }}
  >
    {children}
  </div>
)
