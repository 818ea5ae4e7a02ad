import { type Column, type ColumnStats, type DataFile, quoteIdent, quoteText } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { rowsOf } from '../compute/index.ts'

/** A file just written: everything a DataFile says but its digest, which is found while checks run. `staged` is absolute. */
export type WrittenFile = { staged: string; rows: number; bytes: number; stats: DataFile['stats'] }

/**
 * Writes a SELECT as zstd Parquet and answers with the writer's own statistics, so that nothing has to be scanned to know counts,
 * nulls, smallest and largest values. `staged` is the path without ending. One file, or with `splitBytes` several of about that
 * size; no row, no file, unless `keepEmpty`.
 */
export const writeParquet = async (
  connection: DuckDBConnection,
  select: string,
  staged: string,
  columns: readonly Pick<Column, 'id' | 'name'>[],
  splitBytes: number | null,
  keepEmpty = false,
  key?: string,
): Promise<WrittenFile[]> => {
  const ids = columns.map(({ id, name }) => `${quoteText(name)}: ${id}`).join(', ')
  const [target, split] =
    splitBytes === null ? [`${staged}.parquet`, ''] : [staged, `, file_size_bytes ${Math.round(splitBytes)}`]
  const told = await rowsOf(
    connection,
    `copy (${select}\n) to ${quoteText(target)} (format parquet, compression zstd, return_stats, field_ids {${ids}}${split}${key === undefined ? '' : `, encryption_config {footer_key: ${quoteText(key)}}`})`,
  )
  const written = told.map((file) => writtenOf(file, columns))
  const filled = written.filter((file) => file.rows > 0)
  return keepEmpty && filled.length === 0 ? written.slice(0, 1) : filled
}

const writtenOf = (told: Record<string, unknown>, columns: readonly Pick<Column, 'id' | 'name'>[]): WrittenFile => {
  const stats: Record<string, ColumnStats> = {}
  for (const { key, value } of (told.column_statistics ?? []) as {
    key: string
    value: { key: string; value: string }[]
  }[]) {
    const column = columns.find(({ name }) => quoteIdent(name) === key)
    const facts = new Map(value.map((fact) => [fact.key, fact.value]))
    const nulls = facts.get('null_count')
    if (column === undefined || nulls === undefined) continue
    const [min, max] = [facts.get('min'), facts.get('max')]
    // With a NaN in it a float column has bounds that leave rows out.
    const bounded = min !== undefined && max !== undefined && facts.get('has_nan') !== 'true'
    stats[column.name] = { nulls: Number(nulls), ...(bounded ? { min, max } : {}) }
  }
  return { staged: String(told.filename), rows: Number(told.count), bytes: Number(told.file_size_bytes), stats }
}

/** Statistics of several files together; a column that one file says nothing about is left out, as is a bound that one file lacks. */
export const combinedStats = (
  files: readonly Pick<DataFile, 'rows' | 'stats'>[],
  compare: (column: string, a: string, b: string) => number | null,
): Record<string, ColumnStats> => {
  const filled = files.filter((file) => file.rows > 0)
  const [head, ...tail] = filled
  if (head === undefined) return {}
  const all: Record<string, ColumnStats> = {}
  for (const name of Object.keys(head.stats)) {
    const parts = filled.map((file) => ({ rows: file.rows, stats: file.stats[name] }))
    if (parts.some(({ stats }) => stats === undefined)) continue
    const nulls = parts.reduce((sum, { stats }) => sum + stats!.nulls, 0)
    const bounded = parts.filter(({ rows, stats }) => stats!.nulls < rows)
    const low = extreme(
      bounded.map(({ stats }) => stats!.min),
      (a, b) => compare(name, a, b),
    )
    const high = extreme(
      bounded.map(({ stats }) => stats!.max),
      (a, b) => negate(compare(name, a, b)),
    )
    all[name] =
      tail.length === 0
        ? head.stats[name]!
        : { nulls, ...(low !== undefined && high !== undefined ? { min: low, max: high } : {}) }
  }
  return all
}

const negate = (order: number | null): number | null => (order === null ? null : -order)

/** The first in the given order; undefined when a value is missing or two cannot be compared. */
const extreme = (
  values: readonly (string | undefined)[],
  compare: (a: string, b: string) => number | null,
): string | undefined => {
  let best: string | undefined
  for (const value of values) {
    if (value === undefined) return undefined
    if (best === undefined) {
      best = value
      continue
    }
    const order = compare(value, best)
    if (order === null) return undefined
    if (order < 0) best = value
  }
  return best
}

/** Compares two bounds as their type orders them, where that can be said of texts exactly; null otherwise. */
export const compareBounds = (type: string, a: string, b: string): number | null => {
  if (/^(U?(TINYINT|SMALLINT|INTEGER|BIGINT))$/.test(type)) return BigInt(a) < BigInt(b) ? -1 : 1
  if (/^DECIMAL\(/.test(type)) {
    const [x, y] = [scaled(a), scaled(b)]
    return x < y ? -1 : 1
  }
  // ISO texts of years 0001 to 9999 order like their times.
  if (/^(DATE|TIMESTAMP|TIMESTAMP WITH TIME ZONE)$/.test(type) && /^\d{4}-/.test(a) && /^\d{4}-/.test(b))
    return a < b ? -1 : 1
  if (/^(DOUBLE|FLOAT)$/.test(type)) return Number(a) < Number(b) ? -1 : 1
  return null
}

/** A decimal text as an integer of 1e-38. */
const scaled = (text: string): bigint => {
  const [whole, part = ''] = text.split('.')
  const sign = whole!.startsWith('-') ? -1n : 1n
  return sign * BigInt(`${whole!.replace('-', '')}${part.padEnd(38, '0')}`)
}
