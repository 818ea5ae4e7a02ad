/** Row −1 is the head. */
export type Spot = { row: number; column: number }
export type Area = { top: number; bottom: number; left: number; right: number }

type Size = { rows: number; columns: number; page: number }
type Key = { key: string; ctrl: boolean }

/** Where a key leads from a cell; null: the key is not for the grid. Rule: WAI-ARIA Authoring Practices, data grid */
export const moveInGrid = ({ row, column }: Spot, { key, ctrl }: Key, { rows, columns, page }: Size): Spot | null => {
  const spot = (toRow: number, toColumn: number): Spot => ({
    row: Math.max(-1, Math.min(rows - 1, toRow)),
    column: Math.max(0, Math.min(columns - 1, toColumn)),
  })
  switch (key) {
    case 'ArrowDown':
      return spot(ctrl ? rows - 1 : row + 1, column)
    case 'ArrowUp':
      return spot(ctrl ? 0 : row - 1, column)
    case 'ArrowRight':
      return spot(row, ctrl ? columns - 1 : column + 1)
    case 'ArrowLeft':
      return spot(row, ctrl ? 0 : column - 1)
    case 'PageDown':
      return spot(row + page, column)
    case 'PageUp':
      return spot(Math.max(0, row - page), column)
    case 'Home':
      return spot(ctrl ? 0 : row, 0)
    case 'End':
      return spot(ctrl ? rows - 1 : row, columns - 1)
    default:
      return null
  }
}

export const areaOf = (anchor: Spot, spot: Spot): Area => ({
  top: Math.min(anchor.row, spot.row),
  bottom: Math.max(anchor.row, spot.row),
  left: Math.min(anchor.column, spot.column),
  right: Math.max(anchor.column, spot.column),
})
export const cellsIn = ({ top, bottom, left, right }: Area): number => (bottom - top + 1) * (right - left + 1)

/** An area as spreadsheets take it; the head goes along when it is part of the area. */
export const areaText = (
  { top, bottom, left, right }: Area,
  names: readonly string[],
  textAt: (row: number, column: number) => string,
): string =>
  Array.from({ length: bottom - top + 1 }, (_, i) =>
    Array.from({ length: right - left + 1 }, (_, j) =>
      top + i < 0 ? (names[left + j] ?? '') : textAt(top + i, left + j),
    ).join('\t'),
  ).join('\n')
