// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, its cells only the cursor (aria-activedescendant)
import { memo, type PointerEvent } from 'react'
import { howWords, MaskMark } from '../../masks/index.ts'
import { cn } from '../../ui/index.ts'
import { typeWord } from '../tree/catalog.ts'
import type { GridColumn } from './grid.tsx'
import { headPx, type Seen } from './grid_row.tsx'

/** Names and types; their right edges can be dragged. With the cursor on a name, Alt and arrows do the same and Enter fits. */
export const GridHead = memo(function GridHead({
  grid,
  columns,
  seen,
  width,
  numberPx,
  active,
  onResize,
  onFit,
}: {
  grid: string
  columns: readonly GridColumn[]
  seen: readonly Seen[]
  width: number
  numberPx: number
  active: number
  onResize: (column: number, px: number) => void
  onFit: (column: number) => void
}) {
  const drag = (column: number, was: number) => (event: PointerEvent<HTMLElement>) => {
    event.stopPropagation()
    event.preventDefault()
    const edge = event.currentTarget
    const from = event.clientX
    edge.setPointerCapture(event.pointerId)
    const move = (next: globalThis.PointerEvent) => onResize(column, was + next.clientX - from)
    edge.addEventListener('pointermove', move)
    edge.addEventListener('lostpointercapture', () => edge.removeEventListener('pointermove', move), { once: true })
  }
  return (
    <div role="rowgroup" className="sticky top-0 z-10" style={{ width }}>
      <div
        role="row"
        aria-rowindex={1}
        data-row={-1}
        className="relative border-line border-b bg-raised text-xs group-focus-visible/grid:border-accent"
        style={{ height: headPx }}
      >
        <span
          role="columnheader"
          aria-colindex={1}
          className="sticky left-0 z-2 block border-line border-r bg-raised px-2 text-right text-ink-3 leading-[35px]"
          style={{ width: numberPx }}
        >
          <span aria-hidden>#</span>
          <span className="sr-only">Row</span>
        </span>
        {seen.map(({ index, start, size, kind }) => {
          const { name = '', type = '', masked } = columns[index] ?? {}
          return (
            <span
              key={index}
              id={`${grid}--1-${index}`}
              role="columnheader"
              aria-colindex={index + 2}
              aria-label={`${name}, ${typeWord(type)}${masked ? `, masked: ${howWords[masked.how]}` : ''}`}
              title={`${name} ${type}${masked ? `\nMasked for you in ${masked.product}: ${howWords[masked.how]}` : ''}`}
              data-column={index}
              className={cn(
                'absolute inset-y-0 flex items-center gap-1.5 border-line border-r px-2.5 font-medium',
                kind === 'number' && 'justify-end',
                active === index &&
                  'z-1 outline-2 outline-line-2 outline-offset-[-2px] group-focus/grid:outline-accent',
              )}
              style={{ left: start, width: size }}
            >
              <span className="truncate">{name}</span>
              {masked && <MaskMark how={masked.how} />}
              <span className="shrink-[4] truncate font-mono font-normal text-[0.65625rem] text-ink-3">
                {typeWord(type)}
              </span>
              <i
                aria-hidden
                onPointerDown={drag(index, size)}
                onDoubleClick={(event) => {
                  event.stopPropagation()
                  onFit(index)
                }}
                className="absolute inset-y-0 -right-1 z-2 w-2 cursor-col-resize touch-none hover:bg-accent/40"
              />
            </span>
          )
        })}
      </div>
    </div>
  )
})
