import type { DataFile, TableVersion } from '@datamesh/core'
import { type Comparable, comparable, kindOf } from './column_type.ts'
import { position, type Reading, valuesOf } from './reading.ts'

/**
 * Which part of the first order column a page can come from. Two sources know it without a scan: the minima and maxima of the files
 * (kept with the snapshot) and, for a replica, every nth key in order (`Samples`).
 */
export type Samples = { column: string; every: number; values: readonly string[] }

type Known = { text: string; value: Comparable }

/** Text statistics are cut at 256 bytes: a cut minimum is still a lower bound, a cut maximum is none. */
const longText = 200

const bounds = (file: DataFile, column: string, type: string): { min: Comparable | null; max: Comparable | null } => {
  const stats = file.stats[column]
  // The engine prints bytes that are no plain text as escapes.
  const at = (text: string | undefined) =>
    text === undefined || (kindOf(type) === 'text' && text.includes('\\')) ? null : comparable(type, text)
  // NaN is the greatest float of all and stands in no statistics.
  const open = kindOf(type) === 'float' || (stats?.max?.length ?? 0) >= longText
  return { min: at(stats?.min), max: open ? null : at(stats?.max) }
}

type Range = { lo: Comparable | null; hi: Comparable | null }

const rangeOfFilter = (filter: Reading['filters'][number]): Range => {
  const values = filter.op === 'in' || filter.op in { eq: 1, lt: 1, lte: 1, gt: 1, gte: 1 } ? valuesOf(filter) : []
  const known = values.map((value) => comparable(filter.type, value))
  if (known.length === 0 || known.some((value) => value === null)) return { lo: null, hi: null }
  const sorted = (known as Comparable[]).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const [lo, hi] = [sorted[0]!, sorted.at(-1)!]
  if (filter.op === 'gt' || filter.op === 'gte') return { lo, hi: null }
  if (filter.op === 'lt' || filter.op === 'lte') return { lo: null, hi }
  return { lo, hi }
}

const apart = (file: { min: Comparable | null; max: Comparable | null }, range: Range): boolean =>
  (range.lo !== null && file.max !== null && file.max < range.lo) ||
  (range.hi !== null && file.min !== null && file.min > range.hi)

/** Where the page starts in its first order column: the cursor, or a filter on that column; null: at the beginning. */
const startOf = (reading: Reading): Known | null => {
  const [first] = reading.order
  if (!first) return null
  const texts = reading.filters
    .filter(
      (f) => f.column === first.column && (first.descending ? ['lt', 'lte', 'eq'] : ['gt', 'gte', 'eq']).includes(f.op),
    )
    .map((filter) => filter.value)
  const from = reading.after?.[0] ?? null
  if (from !== null) texts.push(from)
  let best: Known | null = null
  for (const text of texts) {
    const value = comparable(first.type, text)
    if (value !== null && (best === null || (first.descending ? value < best.value : value > best.value)))
      best = { text, value }
  }
  return best
}

/** Rows that other conditions remove cannot be counted on, so a bound is only certain to hold a page when there are none. */
export const isWhole = (reading: Reading): boolean =>
  reading.rowFilter === null &&
  reading.filters.every((f) => f.column === reading.order[0]?.column && f.op !== 'ne' && f.op !== 'like')

/** The value that `rows` rows after the start do not exceed, from the keys of a replica; null: do not bound. */
export const boundFromSamples = (reading: Reading, samples: Samples | null, rows: number): string | null => {
  const [first] = reading.order
  if (!first || samples === null || samples.column !== first.column || samples.values.length === 0) return null
  if (reading.after && (reading.after[0] ?? null) === null) return null
  const start = startOf(reading)
  if (reading.after && start === null) return null
  const steps = Math.ceil(rows / samples.every)
  // The first sample strictly beyond the start (ascending) or the last strictly before it (descending), by bisection.
  let low = 0
  let high = samples.values.length
  if (start === null) low = first.descending ? samples.values.length : 0
  else
    while (low < high) {
      const middle = (low + high) >> 1
      const value = comparable(first.type, samples.values[middle]!)
      if (value === null) return null
      if (first.descending ? value < start.value : value <= start.value) low = middle + 1
      else high = middle
    }
  const at = first.descending ? low - 1 - steps : low + steps
  return samples.values[at] ?? null
}

/** The same from the files: enough of them lie wholly beyond the start. Sound for overlapping files as well. */
export const boundFromFiles = (reading: Reading, rows: number): string | null => {
  const [first] = reading.order
  if (!first || first.column === position || first.descending) return null
  if (reading.after && (reading.after[0] ?? null) === null) return null
  const start = startOf(reading)
  if (reading.after && start === null) return null
  const beyond = reading.table.files
    .map((file) => ({ file, ...bounds(file, first.column, first.type) }))
    .filter(({ min, max }) => min !== null && max !== null && (start === null || min > start.value))
    .sort((a, b) => (a.max! < b.max! ? -1 : 1))
  let counted = 0
  for (const { file } of beyond) {
    counted += file.rows - (file.stats[first.column]?.nulls ?? file.rows)
    if (counted >= rows) return file.stats[first.column]?.max ?? null
  }
  return null
}

/** The files that can hold a row of the reading, with the place of their first row. The others are not opened. */
export const filesFor = (reading: Reading, bound: string | null): { file: DataFile; firstRow: number }[] => {
  if (isUneven(reading.table)) return allFiles(reading.table)
  const [first] = reading.order
  const ranges = reading.filters.map((filter) => ({
    column: filter.column,
    type: filter.type,
    range: rangeOfFilter(filter),
  }))
  if (first && first.column !== position) {
    const start = startOf(reading)?.value ?? null
    const end = bound === null ? null : comparable(first.type, bound)
    const range = first.descending ? { lo: end, hi: start } : { lo: start, hi: end }
    // Without a bound the NULLs at the end of the order count too: a file with some is never left out.
    ranges.push({
      column: first.column,
      type: first.type,
      range: bound === null && first.nullable ? { lo: null, hi: null } : range,
    })
  }
  const chosen: { file: DataFile; firstRow: number }[] = []
  let firstRow = 0
  const after = first?.column === position ? Number(reading.after?.[0] ?? -1) : -1
  for (const file of reading.table.files) {
    const inside =
      firstRow + file.rows > after + 1 &&
      !ranges.some(({ column, type, range }) => apart(bounds(file, column, type), range))
    if (inside) chosen.push({ file, firstRow })
    firstRow += file.rows
    if (first?.column === position && reading.filters.length === 0 && reading.rowFilter === null && inside) {
      const rows = chosen.reduce((sum, { file: f, firstRow: at }) => sum + f.rows - Math.max(0, after + 1 - at), 0)
      if (rows > reading.limit * 16 + 16 && !reading.download) break
    }
  }
  return chosen
}

/**
 * A file may be older than a column of its table. Statistics cannot tell that from a type without statistics (nested ones), so where one is
 * missing the columns are matched by name over all files, which costs their footers.
 */
export const isUneven = (table: TableVersion): boolean =>
  table.files.length > 1 && table.columns.some(({ name }) => table.files.some((file) => file.stats[name] === undefined))

export const allFiles = (table: TableVersion): { file: DataFile; firstRow: number }[] => {
  let firstRow = 0
  return table.files.map((file) => {
    firstRow += file.rows
    return { file, firstRow: firstRow - file.rows }
  })
}
