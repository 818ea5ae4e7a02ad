import { useVirtualizer } from '@tanstack/react-virtual'
import {
  type KeyboardEvent,
  lazy,
  memo,
  type PointerEvent,
  Suspense,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { type How, howWords } from '../../masks/index.ts'
import { useToasts } from '../../ui/index.ts'
import { count } from '../../words/index.ts'
import { copyText, kindOf, widthFor } from './cells.ts'
import { GridHead } from './grid_head.tsx'
import { GridRow, headPx, rowPx } from './grid_row.tsx'
import type { Stretches } from './stretches.ts'
import { areaOf, areaText, cellsIn, moveInGrid, type Spot } from './walk.ts'

const CellPopover = lazy(() => import('./cell_popover.tsx'))

/** Where a column was masked for the reader, and how; queries from before it was noted do not say how. */
export type GridMask = { product: string; how: How }
export type GridColumn = { name: string; type: string; masked?: GridMask | undefined }

const mostCopied = 200_000

/**
 * A result of any length: only the rows and columns in sight exist. One cell has the cursor (aria-activedescendant), Shift extends the
 * selection, Enter opens a cell, Ctrl or ⌘ with C copies, with A selects all. The first stretch has to be there.
 */
export const ResultGrid = memo(function ResultGrid({
  label,
  columns,
  stretches,
}: {
  label: string
  columns: readonly GridColumn[]
  stretches: Stretches
}) {
  const grid = useId()
  const toasts = useToasts()
  const { rows } = stretches
  const scroller = useRef<HTMLDivElement>(null)
  useSyncExternalStore(stretches.subscribe, stretches.version)
  const kinds = useMemo(() => columns.map(({ type }) => kindOf(type)), [columns])
  const [widths, setWidths] = useState<readonly number[]>(() =>
    columns.map(({ name, type, masked }, i) =>
      widthFor(masked ? `${name}   ${howWords[masked.how]}` : name, type, stretches.at(0)?.columns[i] ?? []),
    ),
  )
  const [spot, setSpot] = useState<Spot>({ row: 0, column: 0 })
  const [anchor, setAnchor] = useState<Spot>(spot)
  const [opened, setOpened] = useState<Spot | null>(null)
  const numberPx = Math.max(48, count(rows).length * 7 + 20)

  const down = useVirtualizer({
    count: rows,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    paddingStart: headPx,
    scrollPaddingStart: headPx,
    overscan: 8,
  })
  const across = useVirtualizer({
    horizontal: true,
    count: columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: (i) => widths[i] ?? 120,
    paddingStart: numberPx,
    scrollPaddingStart: numberPx,
    overscan: 2,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: other widths are other places
  useLayoutEffect(() => across.measure(), [widths])

  const lines = down.getVirtualItems()
  // rows that leave become those that come: their text changes, which is far cheaper than making them anew
  const lanes = useRef(1)
  lanes.current = Math.max(lanes.current, lines.length)
  const first = lines[0]?.index ?? 0
  const last = lines[lines.length - 1]?.index ?? 0
  useEffect(() => stretches.want(first, last + 1), [stretches, first, last])

  const items = across.getVirtualItems()
  const places = items.map(({ index, start, size }) => `${index}:${start}:${size}`).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same places are the same columns; rows compare them by identity
  const seen = useMemo(
    () =>
      items.map(({ index, start, size }) => ({
        index,
        start,
        size,
        kind: kinds[index] ?? 'text',
        masked: columns[index]?.masked !== undefined,
      })),
    [places, kinds, columns],
  )
  const width = across.getTotalSize()
  const area = areaOf(anchor, spot)

  const go = (to: Spot, extend: boolean) => {
    setSpot(to)
    if (!extend) setAnchor(to)
    if (to.row >= 0) down.scrollToIndex(to.row, { align: 'auto' })
    across.scrollToIndex(to.column, { align: 'auto' })
  }
  const resize = (column: number, to: number) =>
    setWidths((was) => was.map((px, i) => (i === column ? Math.max(48, Math.min(900, Math.round(to))) : px)))
  const fit = (column: number) => {
    const { name = '', type = '' } = columns[column] ?? {}
    const there = lines.map(({ index }) => stretches.value(index, column))
    resize(column, widthFor(name, type, there))
  }
  const copy = async () => {
    if (cellsIn(area) > mostCopied) return toasts.tell('Too many cells to copy', 'Export the result as a file instead.')
    try {
      await stretches.load(Math.max(0, area.top), area.bottom + 1)
      const names = columns.map(({ name }) => name)
      await navigator.clipboard.writeText(
        areaText(area, names, (row, column) => copyText(stretches.value(row, column))),
      )
      if (cellsIn(area) > 1) toasts.tell(`${count(cellsIn(area))} cells copied`)
    } catch {
      toasts.tell('Nothing was copied', 'The browser allowed no access to the clipboard.')
    }
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const ctrl = event.ctrlKey || event.metaKey
    if (event.altKey && spot.row < 0 && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      event.preventDefault()
      return resize(spot.column, (widths[spot.column] ?? 120) + (event.key === 'ArrowLeft' ? -16 : 16))
    }
    if (event.altKey) return
    if (ctrl && event.key === 'c') {
      event.preventDefault()
      return void copy()
    }
    if (ctrl && event.key === 'a') {
      event.preventDefault()
      setAnchor({ row: 0, column: 0 })
      return setSpot({ row: rows - 1, column: columns.length - 1 })
    }
    if (event.key === 'Escape') return setAnchor(spot)
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      return spot.row < 0 ? fit(spot.column) : setOpened(spot)
    }
    const page = Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 400) - headPx) / rowPx) - 1)
    const to = moveInGrid(spot, { key: event.key, ctrl }, { rows, columns: columns.length, page })
    if (!to) return
    event.preventDefault()
    go(to, event.shiftKey)
  }
  const spotOf = (event: { target: EventTarget }): Spot | null => {
    const cell = (event.target as HTMLElement).closest<HTMLElement>('[data-column]')
    const line = cell?.closest<HTMLElement>('[data-row]')
    return cell && line ? { row: Number(line.dataset.row), column: Number(cell.dataset.column) } : null
  }
  const onPointerDown = (event: PointerEvent) => {
    const to = spotOf(event)
    if (!to || event.button !== 0 || event.pointerType === 'touch') return
    setSpot(to)
    if (!event.shiftKey) setAnchor(to)
  }
  const openedAt = opened ? document.getElementById(`${grid}-${opened.row}-${opened.column}`) : null

  return (
    <>
      <div
        ref={scroller}
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={rows + 1}
        aria-colcount={columns.length + 1}
        aria-multiselectable
        aria-activedescendant={`${grid}-${spot.row}-${spot.column}`}
        onKeyDown={onKeyDown}
        onPointerDown={onPointerDown}
        onPointerMove={(event) => {
          const to = event.buttons === 1 && event.pointerType !== 'touch' ? spotOf(event) : null
          if (to && (to.row !== spot.row || to.column !== spot.column)) setSpot(to)
        }}
        onClick={(event) => {
          const to = spotOf(event)
          if (to && !event.shiftKey && cellsIn(area) === 1) go(to, false)
        }}
        onDoubleClick={(event) => {
          const to = spotOf(event)
          if (to && to.row >= 0) setOpened(to)
        }}
        className="group/grid h-full min-h-0 select-none overflow-auto overscroll-contain bg-surface outline-none [contain:strict]"
      >
        <div className="relative" style={{ height: down.getTotalSize(), width }} role="presentation">
          <GridHead
            grid={grid}
            columns={columns}
            seen={seen}
            width={width}
            numberPx={numberPx}
            active={spot.row < 0 ? spot.column : -1}
            onResize={resize}
            onFit={fit}
          />
          <div role="rowgroup">
            {lines.map(({ index, start }) => {
              const within = index >= area.top && index <= area.bottom && cellsIn(area) > 1
              return (
                <GridRow
                  key={index % lanes.current}
                  grid={grid}
                  row={index}
                  top={start}
                  width={width}
                  numberPx={numberPx}
                  seen={seen}
                  stretch={stretches.at(index)}
                  active={index === spot.row ? spot.column : -1}
                  from={within ? area.left : -1}
                  to={within ? area.right : -1}
                />
              )
            })}
          </div>
        </div>
      </div>
      {opened && openedAt && (
        <Suspense>
          <CellPopover
            anchor={openedAt}
            back={scroller}
            name={columns[opened.column]?.name ?? ''}
            type={columns[opened.column]?.type ?? ''}
            masked={columns[opened.column]?.masked}
            row={opened.row}
            value={stretches.value(opened.row, opened.column)}
            onClose={() => setOpened(null)}
          />
        </Suspense>
      )}
    </>
  )
})
