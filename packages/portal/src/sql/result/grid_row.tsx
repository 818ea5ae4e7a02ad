// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, its cells only the cursor (aria-activedescendant)
import { memo } from 'react'
import { cn } from '../../ui/index.ts'
import { count } from '../../words/index.ts'
import { type CellKind, cellText } from './cells.ts'
import type { Stretch } from './stretches.ts'

export const rowPx = 28
export const headPx = 36

/** A column that is in sight. */
export type Seen = { index: number; start: number; size: number; kind: CellKind; masked: boolean }

/** Redrawn only when something of it changes: scrolling moves rows, it does not write them anew. */
export const GridRow = memo(function GridRow({
  grid,
  row,
  top,
  width,
  numberPx,
  seen,
  stretch,
  active,
  from,
  to,
}: {
  grid: string
  row: number
  top: number
  width: number
  numberPx: number
  seen: readonly Seen[]
  /** Undefined while it is on its way. */
  stretch: Stretch | undefined
  /** Column under the cursor, −1 when it is in another row. */
  active: number
  /** Selected columns, −1 when none of this row is. */
  from: number
  to: number
}) {
  const local = stretch ? row - stretch.offset : 0
  return (
    <div
      role="row"
      aria-rowindex={row + 2}
      data-row={row}
      className="group absolute left-0 border-line border-b text-[0.78125rem] [contain:strict]"
      style={{ top, width, height: rowPx }}
    >
      <span
        role="rowheader"
        aria-colindex={1}
        className="sticky left-0 z-2 block border-line border-r bg-sunken px-2 text-right font-mono text-2xs text-ink-3 leading-[27px]"
        style={{ width: numberPx }}
      >
        {count(row + 1)}
      </span>
      {seen.map(({ index, start, size, kind, masked }) => {
        const value = stretch?.columns[index]?.[local]
        const empty = value === null || value === undefined
        const selected = index >= from && index <= to
        return (
          <span
            key={index}
            id={active === index ? `${grid}-${row}-${index}` : undefined}
            role="gridcell"
            aria-colindex={index + 2}
            aria-selected={selected}
            data-column={index}
            className={cell(kind, empty, masked, selected, active === index)}
            style={{ left: start, width: size }}
          >
            {stretch ? cellText(value, kind) : <i className="mt-2.5 block h-2 w-3/5 rounded-sm bg-line" />}
          </span>
        )
      })}
    </div>
  )
})

/** The few looks that there are, put together once each. */
const looks = new Map<string, string>()
const cell = (kind: CellKind, empty: boolean, masked: boolean, selected: boolean, active: boolean): string => {
  const key = `${kind}${empty}${masked}${selected}${active}`
  const known = looks.get(key)
  if (known !== undefined) return known
  const made = cn(
    'absolute inset-y-0 block truncate border-line border-r px-2.5 group-hover:bg-sunken',
    kind === 'number' && 'text-right tabular-nums',
    kind === 'nested' && 'font-mono text-2xs',
    'leading-[27px]',
    masked && 'bg-warn-soft/50 text-ink-2',
    empty && 'text-ink-3 italic',
    selected && 'bg-accent-soft group-hover:bg-accent-soft',
    active && 'z-1 outline-2 outline-line-2 outline-offset-[-2px] group-focus/grid:outline-accent',
  )
  looks.set(key, made)
  return made
}
