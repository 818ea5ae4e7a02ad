import { quoteIdent, quoteText } from '@datamesh/core'
import { columnOf, isInteger, type StagedTable } from './staged.ts'

/** A set of rows as one bitmap costs bits/8 bytes per thread; above this a hash table is the better tool. */
const MOST_BITS = 500_000_000n
/** Zeroing and counting a bitmap far larger than the table costs more than hashing the rows. */
const MOST_BITS_PER_ROW = 256n

/**
 * A tuple of integers and dates as one number in 0..bits-1, different for different tuples: a mixed-radix code whose digits
 * run from each column's smallest to its largest value. `nulls: 'skip'` makes the code NULL when a part is (SQL's UNIQUE looks
 * away), `nulls: 'digit'` gives NULL a digit of its own (SQL's DISTINCT counts it).
 */
export type KeyCode = { sql: string; bits: bigint }

type Digit = { sql: string; lowest: bigint; highest: bigint; nulls: number }

const DAY = 86_400_000

const digitOf = (table: StagedTable, name: string): Digit | null => {
  const column = columnOf(table, name)
  const stats = column && table.stats[column.name]
  if (!column || stats?.min === undefined || stats.max === undefined) return null
  const sql = quoteIdent(column.name)
  if (isInteger(column.type)) {
    return { sql: `${sql}::bigint`, lowest: BigInt(stats.min), highest: BigInt(stats.max), nulls: stats.nulls }
  }
  if (column.type.toUpperCase() === 'DATE') {
    const days = [stats.min, stats.max].map((text) => Date.parse(`${text}T00:00:00Z`) / DAY)
    if (days.some((day) => !Number.isInteger(day))) return null
    return {
      sql: `(${sql} - ${quoteText('1970-01-01')}::date)`,
      lowest: BigInt(days[0]!),
      highest: BigInt(days[1]!),
      nulls: stats.nulls,
    }
  }
  return null
}

/** Null when the columns have other types, no statistics, or too wide a range. */
export const keyCode = (table: StagedTable, columns: readonly string[], nulls: 'skip' | 'digit'): KeyCode | null => {
  if (columns.length === 0) return null
  let sql = ''
  let bits = 1n
  for (const name of columns) {
    const digit = digitOf(table, name)
    if (digit === null) return null
    const own = nulls === 'digit' && digit.nulls > 0
    const radix = digit.highest - digit.lowest + 1n + (own ? 1n : 0n)
    bits *= radix
    const limit = MOST_BITS_PER_ROW * BigInt(table.rows) + 1024n
    if (bits > MOST_BITS || bits > limit) return null
    const zeroed = `${digit.sql} - (${digit.lowest})`
    const value = own ? `coalesce(${zeroed}, ${radix - 1n})` : `(${zeroed})`
    sql = sql === '' ? value : `(${sql} * ${radix} + ${value})`
  }
  return { sql, bits }
}

/** SQL aggregate: the set of codes. An empty set is NULL. */
export const bitmap = (code: KeyCode): string => `bitstring_agg(${code.sql}, 0::bigint, ${code.bits - 1n}::bigint)`
