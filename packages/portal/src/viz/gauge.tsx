import { arc } from 'd3-shape'
import type { ReactNode } from 'react'

const quarter = Math.PI / 2
const ring = arc<[number, number]>()
  .innerRadius(58)
  .outerRadius(70)
  .cornerRadius(6)
  .startAngle(([from]) => from)
  .endAngle(([, to]) => to)

/** Half a ring that is full at 1. Null: nothing measured, the ring stays grey. `tone` by how much is left. */
export const Gauge = ({
  share,
  label,
  value,
  note,
  tone,
}: {
  share: number | null
  /** What a reader hears: `Error budget left: 62 percent` */
  label: string
  value: ReactNode
  note: ReactNode
  tone: 'ok' | 'warn' | 'bad'
}) => {
  const filled = Math.max(0, Math.min(1, share ?? 0))
  return (
    <div role="img" aria-label={label} className="relative mx-auto w-44">
      <svg viewBox="-76 -74 152 84" aria-hidden className="block w-full">
        <path d={ring([-quarter - 0.08, quarter + 0.08]) ?? ''} fill="var(--line)" />
        {filled > 0 && (
          <path
            d={ring([-quarter - 0.08, -quarter - 0.08 + filled * (Math.PI + 0.16)]) ?? ''}
            fill={`var(--${tone})`}
          />
        )}
      </svg>
      <div className="absolute inset-x-0 bottom-1 text-center" aria-hidden>
        <p className="font-semibold text-2xl tabular-nums tracking-tight">{value}</p>
        <p className="text-ink-3 text-xs">{note}</p>
      </div>
    </div>
  )
}

export const budgetTone = (left: number | null): 'ok' | 'warn' | 'bad' =>
  left === null || left > 0.4 ? 'ok' : left > 0.1 ? 'warn' : 'bad'
