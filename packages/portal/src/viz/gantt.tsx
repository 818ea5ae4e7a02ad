import { Link, type LinkProps } from '@tanstack/react-router'
import { scaleTime } from 'd3-scale'
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react'
import { cn } from '../ui/index.ts'
import { tickWords } from './reduce.ts'
import { useWidth } from './use_width.ts'
import { neighbour } from './walk.ts'

export type GanttTone = 'ok' | 'bad' | 'accent' | 'quiet' | 'waiting'
export type GanttBar = {
  id: string
  from: number
  /** Null: still going on. */
  to: number | null
  tone: GanttTone
  /** All there is to know, for those who hover or listen: `flights fact, succeeded, 09:05, 2.4 s` */
  label: string
  link?: LinkProps
}
export type GanttRow = { id: string; head: ReactNode; bars: readonly GanttBar[] }

const tones: Record<GanttTone, string> = {
  ok: 'bg-[color-mix(in_oklab,var(--ok)_78%,var(--surface))]',
  bad: 'z-[1] bg-bad',
  accent: 'z-[2] bg-accent',
  quiet: 'bg-[color-mix(in_oklab,var(--ink-3)_55%,var(--surface))]',
  waiting: 'border border-line-2 border-dashed bg-sunken',
}

/**
 * What happened when, a row for each thing. One stop of the Tab key; arrows go from bar to bar and from row to row, Enter opens.
 * Bars that go on end at `now` and grow with it.
 */
export function Gantt({
  label,
  rows,
  from,
  to,
  now = to,
  headWidth = '11rem',
  write,
}: {
  label: string
  rows: readonly GanttRow[]
  from: number
  to: number
  now?: number
  headWidth?: string
  /** How a place on the axis is written; by default the time of day or the day. */
  write?: (at: number) => string
}) {
  const { ref, width } = useWidth<HTMLDivElement>(800)
  const frame = useRef<HTMLDivElement>(null)
  const span = Math.max(1, to - from)
  const percent = (at: number) => ((at - from) / span) * 100
  const words = tickWords(span)
  const ticks = scaleTime([from, to], [0, 1]).ticks(Math.max(2, Math.floor(width / 110)))
  const all = rows.flatMap((row) => row.bars)
  const [active, setActive] = useState<string | null>(null)
  const stop = all.some((bar) => bar.id === active) ? active : (all[0]?.id ?? null)
  const onKeyDown = (event: KeyboardEvent) => {
    const next = neighbour(rows, stop, event.key, now)
    if (next === undefined) return
    event.preventDefault()
    setActive(next)
    frame.current?.querySelector<HTMLElement>(`[data-bar="${CSS.escape(next)}"]`)?.focus()
  }
  return (
    <div ref={frame} role="group" aria-label={label} onKeyDown={onKeyDown} className="text-xs">
      <div className="flex h-6 items-end pr-4" aria-hidden>
        <span className="shrink-0" style={{ width: headWidth }} />
        <div ref={ref} className="relative h-full flex-1 overflow-hidden">
          {ticks.map((tick) => (
            <span
              key={Number(tick)}
              className={cn(
                'absolute bottom-0.5 whitespace-nowrap text-2xs text-ink-3 tabular-nums',
                // at the edges a label in the middle of its line would be cut
                percent(Number(tick)) > 97 ? '-translate-x-full' : percent(Number(tick)) > 3 && '-translate-x-1/2',
              )}
              style={{ left: `${percent(Number(tick))}%` }}
            >
              {write ? write(Number(tick)) : words(tick)}
            </span>
          ))}
        </div>
      </div>
      {rows.map((row) => (
        <div key={row.id} className="flex min-h-8 items-center border-line border-t pr-4">
          <div className="shrink-0 truncate pr-3 pl-4" style={{ width: headWidth }}>
            {row.head}
          </div>
          <div className="relative h-8 flex-1 overflow-hidden">
            {ticks.map((tick) => (
              <i
                key={Number(tick)}
                aria-hidden
                className="absolute inset-y-0 w-px bg-line/70"
                style={{ left: `${percent(Number(tick))}%` }}
              />
            ))}
            {row.bars.map((bar) => (
              <BarLink
                key={bar.id}
                bar={bar}
                tabbable={bar.id === stop}
                onFocus={() => setActive(bar.id)}
                left={percent(bar.from)}
                right={percent(bar.to ?? now)}
              />
            ))}
          </div>
        </div>
      ))}
    </div>
  )
}

const BarLink = ({
  bar,
  tabbable,
  onFocus,
  left,
  right,
}: {
  bar: GanttBar
  tabbable: boolean
  onFocus: () => void
  left: number
  right: number
}) => {
  const start = Math.max(0, left)
  const style = { left: `min(${start}%, calc(100% - 5px))`, width: `max(5px, ${Math.max(0, right - start)}%)` }
  const look = cn(
    'absolute top-1.5 block h-5 rounded-[4px] ring-1 ring-surface hover:brightness-110 focus-visible:z-10 focus-visible:outline-offset-1',
    tones[bar.tone],
    bar.to === null && bar.tone === 'accent' && 'animate-pulse',
  )
  const shared = { 'data-bar': bar.id, tabIndex: tabbable ? 0 : -1, title: bar.label, onFocus, className: look, style }
  return bar.link ? (
    <Link {...bar.link} {...shared} aria-label={bar.label} />
  ) : (
    <span {...shared} role="img" aria-label={bar.label} />
  )
}
