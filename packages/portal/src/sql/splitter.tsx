import { type KeyboardEvent, type PointerEvent, useState } from 'react'
import { cn } from '../ui/index.ts'

const key = 'datamesh.sql.panes'

const kept = (): Record<string, number> => {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(key) ?? '{}')
    return typeof read === 'object' && read !== null ? (read as Record<string, number>) : {}
  } catch {
    return {}
  }
}
const keep = (name: string, size: number): void => {
  try {
    localStorage.setItem(key, JSON.stringify({ ...kept(), [name]: size }))
  } catch {
    // only this visit then
  }
}

export type Pane = { name: string; first: number; least: number; most: () => number }

/** Size of a pane in px, as this browser last had it. */
export const usePane = ({ name, first, least, most }: Pane) => {
  const within = (size: number) => Math.round(Math.max(least, Math.min(Math.max(least, most()), size)))
  const [size, setSize] = useState(() => {
    const last = kept()[name]
    return within(typeof last === 'number' && Number.isFinite(last) ? last : first)
  })
  const change = (next: number) => {
    const to = within(next)
    setSize(to)
    keep(name, to)
  }
  return { size, change, reset: () => change(first), least, most: Math.max(least, most()) }
}

/** The line between two panes. `grows`: where the pointer has to go so that the pane before or after it grows. */
export function Splitter({
  label,
  pane,
  across,
  grows,
  className,
}: {
  label: string
  pane: ReturnType<typeof usePane>
  /** A line across: what is above and below it changes. */
  across: boolean
  grows: 1 | -1
  className?: string
}) {
  const at = (event: PointerEvent) => (across ? event.clientY : event.clientX)
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    const line = event.currentTarget
    const from = at(event)
    const was = pane.size
    line.setPointerCapture(event.pointerId)
    const move = (next: globalThis.PointerEvent) =>
      pane.change(was + ((across ? next.clientY : next.clientX) - from) * grows)
    line.addEventListener('pointermove', move)
    line.addEventListener('lostpointercapture', () => line.removeEventListener('pointermove', move), { once: true })
    event.preventDefault()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const [less, more] = across ? ['ArrowUp', 'ArrowDown'] : ['ArrowLeft', 'ArrowRight']
    const step = event.shiftKey ? 64 : 16
    const to = {
      [less]: pane.size - step * grows,
      [more]: pane.size + step * grows,
      Home: pane.least,
      End: pane.most,
      Enter: null,
    }[event.key]
    if (to === undefined) return
    event.preventDefault()
    if (to === null) pane.reset()
    else pane.change(to)
  }
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={across ? 'horizontal' : 'vertical'}
      aria-valuenow={pane.size}
      aria-valuemin={pane.least}
      aria-valuemax={pane.most}
      title="Drag, or use the arrow keys; double click resets"
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
      onDoubleClick={pane.reset}
      className={cn(
        'group relative z-10 shrink-0 touch-none bg-line outline-none transition-colors hover:bg-accent focus-visible:bg-accent',
        'before:absolute before:content-[""]',
        across
          ? 'h-px cursor-row-resize before:inset-x-0 before:-inset-y-1'
          : 'w-px cursor-col-resize before:-inset-x-1 before:inset-y-0',
        className,
      )}
    />
  )
}
