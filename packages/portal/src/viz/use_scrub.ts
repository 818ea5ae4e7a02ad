import { type KeyboardEvent, type PointerEvent, useState } from 'react'

/** One of `length` things under a pointer or chosen with arrows, as a slider tells it. `indexAt` takes px from the left. */
export const useScrub = (
  label: string,
  length: number,
  indexAt: (x: number) => number,
  sayAt: (index: number) => string,
) => {
  const [chosen, setChosen] = useState<number | null>(null)
  const last = length - 1
  const at = chosen === null ? null : Math.min(chosen, last)
  const onKeyDown = (event: KeyboardEvent) => {
    const from = at ?? last
    const to = { ArrowLeft: from - 1, ArrowDown: from - 1, ArrowRight: from + 1, ArrowUp: from + 1 }[event.key]
    const far = { Home: 0, End: last, PageUp: from + 10, PageDown: from - 10 }[event.key]
    const next = to ?? far
    if (event.key === 'Escape') return setChosen(null)
    if (next === undefined) return
    event.preventDefault()
    setChosen(Math.max(0, Math.min(last, next)))
  }
  return {
    at: length === 0 ? null : at,
    slider: {
      role: 'slider',
      tabIndex: 0,
      'aria-label': label,
      'aria-valuemin': 0,
      'aria-valuemax': Math.max(0, last),
      'aria-valuenow': Math.max(0, at ?? last),
      'aria-valuetext': length === 0 ? 'nothing measured' : sayAt(at ?? last),
      onKeyDown,
      onFocus: () => setChosen((was) => was ?? last),
      onBlur: () => setChosen(null),
      onPointerMove: (event: PointerEvent<HTMLElement>) =>
        setChosen(
          Math.max(0, Math.min(last, indexAt(event.clientX - event.currentTarget.getBoundingClientRect().left))),
        ),
      onPointerLeave: () => setChosen(null),
    },
  } as const
}
