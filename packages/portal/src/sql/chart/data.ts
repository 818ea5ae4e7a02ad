import { kindOf } from '../result/cells.ts'

export type Combine = 'each' | 'avg' | 'sum' | 'min' | 'max' | 'count'
export type ChartKind = 'bar' | 'line' | 'area' | 'dots'
export type ChartColumn = { name: string; type: string }
export type Wish = { x: number; ys: readonly number[]; combine: Combine }

/** What a reader chose instead of what the data suggest. */
export type Chosen = Partial<Wish> & { kind?: ChartKind }

/** More points than this a reader cannot tell apart, and a browser draws slowly. */
export const mostPoints = 5_000

export type Series = { name: string; values: readonly (number | null)[] }
/** `moments`: x is time, in ms. `numbers`: x is a figure. `names`: everything else, in the order of the rows. */
export type ChartData = {
  x: { is: 'moments' | 'numbers'; values: readonly number[] } | { is: 'names'; values: readonly string[] }
  series: readonly Series[]
  /** Rows that were read for it. */
  read: number
  /** Some rows share their x, so that they have to be combined for bars and lines. */
  repeats: boolean
}

/** Decimals beyond a double's digits arrive as text. */
const figure = (value: unknown): number | null => {
  if (value === null || value === undefined || value === '') return null
  const number = typeof value === 'boolean' ? Number(value) : Number(value)
  return Number.isFinite(number) ? number : null
}
/** A time without a zone is drawn as it is written, not moved into the reader's zone. */
const moment = (value: unknown): number | null => {
  if (value === null || value === undefined) return null
  const text = String(value)
  const at = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) || /Z$|[+-]\d\d(:?\d\d)?$/.test(text) ? text : `${text}Z`)
  return Number.isFinite(at) ? at : null
}

/** Which columns to begin with: what names or dates a row across, figures up; null when there is no figure to draw. */
export const firstWish = (
  columns: readonly ChartColumn[],
  data: (row: number, column: number) => unknown,
  rows: number,
): Wish | null => {
  const kinds = columns.map(({ type }) => kindOf(type))
  const figures = kinds.flatMap((kind, i) => (kind === 'number' ? [i] : []))
  const across = (['time', 'date', 'text', 'boolean'] as const).map((kind) => kinds.indexOf(kind)).find((i) => i >= 0)
  const x = across ?? figures[0]
  const y =
    figures.find((i) => i !== x && !/(^|_)(id|key|year)$/i.test(columns[i]?.name ?? '')) ?? figures.find((i) => i !== x)
  if (x === undefined || y === undefined) return null
  return { x, ys: [y], combine: combineFor(x, data, rows) }
}

/** Rows that share a place need to become one. */
export const combineFor = (x: number, data: (row: number, column: number) => unknown, rows: number): Combine => {
  const seen = new Set<string>()
  for (let row = 0; row < rows; row++) seen.add(String(data(row, x)))
  return seen.size < rows ? 'avg' : 'each'
}

export const kindFor = (columns: readonly ChartColumn[], { x }: Wish): ChartKind => {
  const kind = kindOf(columns[x]?.type ?? '')
  if (kind === 'time' || kind === 'date') return 'line'
  return kind === 'number' ? 'dots' : 'bar'
}

/** The rows that are there, as points; rows with the same x become one when they are to be combined. */
export const chartData = (
  columns: readonly ChartColumn[],
  { x, ys, combine }: Wish,
  data: (row: number, column: number) => unknown,
  rows: number,
): ChartData => {
  const read = Math.min(rows, mostPoints)
  const kind = kindOf(columns[x]?.type ?? '')
  const is = kind === 'time' || kind === 'date' ? 'moments' : kind === 'number' ? 'numbers' : 'names'
  const keyAt = (row: number): string | number | null => {
    const value = data(row, x)
    if (is === 'moments') return moment(value)
    if (is === 'numbers') return figure(value)
    return value === null || value === undefined ? 'null' : String(value)
  }
  const places: { key: string | number; rows: number[] }[] = []
  const byKey = new Map<string | number, { key: string | number; rows: number[] }>()
  let repeats = false
  for (let row = 0; row < read; row++) {
    const key = keyAt(row)
    if (key === null) continue
    const known = byKey.get(key)
    if (known) repeats = true
    if (known && combine !== 'each') {
      known.rows.push(row)
      continue
    }
    const place = { key, rows: [row] }
    byKey.set(key, place)
    places.push(place)
  }
  if (is !== 'names') places.sort((a, b) => Number(a.key) - Number(b.key))
  const series = ys.map((y) => ({
    name: combine === 'each' ? (columns[y]?.name ?? '') : `${combine} ${columns[y]?.name ?? ''}`,
    values: places.map(({ rows: own }) =>
      combined(
        own.map((row) => figure(data(row, y))),
        combine,
      ),
    ),
  }))
  return {
    x:
      is === 'names'
        ? { is, values: places.map(({ key }) => String(key)) }
        : { is, values: places.map(({ key }) => Number(key)) },
    series,
    read,
    repeats,
  }
}

const combined = (values: readonly (number | null)[], combine: Combine): number | null => {
  const there = values.filter((value) => value !== null)
  if (combine === 'count') return there.length
  if (there.length === 0) return null
  const sum = there.reduce((all, value) => all + value, 0)
  switch (combine) {
    case 'each':
      return there[0] ?? null
    case 'sum':
      return sum
    case 'avg':
      return sum / there.length
    case 'min':
      return there.reduce((a, b) => Math.min(a, b))
    case 'max':
      return there.reduce((a, b) => Math.max(a, b))
  }
}

/** `avg on_time_rate by carrier_code` */
export const chartTitle = (columns: readonly ChartColumn[], { x, ys, combine }: Wish): string => {
  const names = ys.map((y) => columns[y]?.name ?? '')
  const what = names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}` : (names[0] ?? '')
  return `${combine === 'each' ? '' : `${combine} `}${what} by ${columns[x]?.name ?? ''}`
}
