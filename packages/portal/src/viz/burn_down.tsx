import { scaleLinear } from 'd3-scale'
import { area, curveStepAfter, line } from 'd3-shape'
import { momentWords } from './reduce.ts'

type Point = { at: number; left: number }

/** What is left of a budget over its window, against the dashed line of spending it evenly. */
export const BurnDown = ({
  points,
  from,
  to,
  tone,
  label,
}: {
  points: readonly Point[]
  from: number
  to: number
  tone: 'ok' | 'warn' | 'bad'
  label: string
}) => {
  const [width, height] = [300, 72]
  const x = scaleLinear([from, to], [0, width])
  const low = Math.min(0, ...points.map((each) => each.left))
  const y = scaleLinear([low, 1], [height - 2, 2])
  const colour = `var(--${tone})`
  const words = momentWords(to - from)
  const last = points[points.length - 1]
  const heard = last
    ? `${label}: ${Math.round(last.left * 100)} percent left on ${words(last.at)}`
    : `${label}: nothing yet`
  return (
    <svg
      role="img"
      aria-label={heard}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      width="100%"
      height={height}
      className="block"
    >
      {low < 0 && <line x1="0" x2={width} y1={y(0)} y2={y(0)} stroke="var(--bad)" strokeOpacity=".5" />}
      <line
        x1="0"
        y1={y(1)}
        x2={width}
        y2={y(0)}
        stroke="var(--ink-3)"
        strokeDasharray="3 4"
        strokeOpacity=".7"
        vectorEffect="non-scaling-stroke"
      />
      <path
        d={
          area<Point>()
            .x((each) => x(each.at))
            .y0(y(Math.min(0, low)))
            .y1((each) => y(each.left))
            .curve(curveStepAfter)(points) ?? ''
        }
        fill={colour}
        opacity=".14"
      />
      <path
        d={
          line<Point>()
            .x((each) => x(each.at))
            .y((each) => y(each.left))
            .curve(curveStepAfter)(points) ?? ''
        }
        fill="none"
        stroke={colour}
        strokeWidth="1.75"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  )
}
