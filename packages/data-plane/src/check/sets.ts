import { type CheckSpec, quoteIdent } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { count, first, rows } from './ask.ts'
import { bitmap, keyCode } from './keys.ts'
import { columnOf, type StagedTable } from './staged.ts'

/** Columns as SQL; all of the table when none are named. */
const named = (table: StagedTable, columns: readonly string[]): string[] =>
  (columns.length === 0 ? table.columns.map((column) => column.name) : columns).map((name) =>
    quoteIdent(columnOf(table, name)!.name),
  )

/** The rows a set rule is about. `whole`: without those whose key has a NULL part. */
const rowsOf = (spec: CheckSpec, table: StagedTable, whole: boolean): string => {
  const keys = whole ? named(table, spec.columns).map((key) => `${key} is not null`) : []
  const conditions = [...keys, ...(spec.where === undefined ? [] : [`(${spec.where})`])]
  return `from ${table.relation}${conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`}`
}

/** Groups of rows that share a key; a key with a NULL part is equal to no other, as in SQL's UNIQUE. */
export const sharedKeys = (spec: CheckSpec, table: StagedTable): string => {
  const keys = named(table, spec.columns).join(', ')
  return `select ${keys}, count(*) as occurrences ${rowsOf(spec, table, true)} group by ${keys} having count(*) > 1`
}

/** Number of different keys and of rows, by one bitmap over the range that the statistics give; null for other kinds of keys. */
const countedByBitmap = async (
  connection: DuckDBConnection,
  spec: CheckSpec,
  table: StagedTable,
  nulls: 'skip' | 'digit',
) => {
  const code = keyCode(
    table,
    spec.columns.length === 0 ? table.columns.map((column) => column.name) : spec.columns,
    nulls,
  )
  if (code === null) return null
  const sql = `select coalesce(bit_count(${bitmap(code)}), 0), count(${code.sql}) ${rowsOf(spec, table, false)}`
  const [distinct, total] = await first(connection, sql)
  return { distinct: Number(distinct), total: Number(total) }
}

/**
 * True when every row is greater than the one before it, which proves uniqueness for any type. On data written in key order this
 * is one pass on one core; on other data it ends at the first step down, after a few thousand rows.
 */
const strictlyAscends = async (connection: DuckDBConnection, spec: CheckSpec, table: StagedTable): Promise<boolean> => {
  const keys = named(table, spec.columns)
  const before = keys.map((key, i) => `lag(${key}) over () as before_${i}`)
  const current = keys.map((key, i) => `${key} as key_${i}`)
  const notGreater = keys.map((_, i) => {
    const equal = Array.from({ length: i }, (_, j) => `before_${j} = key_${j} and `).join('')
    return `(${equal}before_${i} ${i === keys.length - 1 ? '>=' : '>'} key_${i})`
  })
  const sql = `select 1 from (select ${[...current, ...before].join(', ')} ${rowsOf(spec, table, true)}) where ${notGreater.join(' or ')} limit 1`
  return (await rows(connection, sql)).length === 0
}

/** Rows and different hashes of them. Equal rows have equal hashes, so as many hashes as rows prove that no two rows are equal. */
const countedByHash = async (connection: DuckDBConnection, spec: CheckSpec, table: StagedTable, whole: boolean) => {
  const hash = `hash(${named(table, spec.columns).join(', ')})`
  const [distinct, total] = await first(
    connection,
    `select count(distinct ${hash}), count(*) ${rowsOf(spec, table, whole)}`,
  )
  return { distinct: Number(distinct), total: Number(total) }
}

/** Rows that share their key with another row. The cheapest proof of uniqueness comes first; rows are grouped only when none holds. */
export const countShared = async (
  connection: DuckDBConnection,
  spec: CheckSpec,
  table: StagedTable,
): Promise<number> => {
  const bits = await countedByBitmap(connection, spec, table, 'skip')
  if (bits !== null && bits.distinct === bits.total) return 0
  if (bits === null) {
    if (await strictlyAscends(connection, spec, table)) return 0
    const hashes = await countedByHash(connection, spec, table, true)
    if (hashes.distinct === hashes.total) return 0
  }
  return count(connection, `select coalesce(sum(occurrences), 0) from (${sharedKeys(spec, table)})`)
}

/** Rows that repeat an earlier one in these columns (all columns when none are named); NULLs are equal here, as in DISTINCT. */
export const countRepeated = async (
  connection: DuckDBConnection,
  spec: CheckSpec,
  table: StagedTable,
): Promise<{ repeated: number; total: number }> => {
  const bits = await countedByBitmap(connection, spec, table, 'digit')
  if (bits !== null) return { repeated: bits.total - bits.distinct, total: bits.total }
  const { distinct, total } = await countedByHash(connection, spec, table, false)
  if (distinct === total) return { repeated: 0, total }
  // Rows whose hash occurs once equal no other row; only the rest is compared value by value.
  const columns = named(table, spec.columns).join(', ')
  const from = rowsOf(spec, table, false)
  const suspects = `select hash(${columns}) ${from} group by 1 having count(*) > 1`
  const repeated = await count(
    connection,
    `select coalesce(sum(occurrences - 1), 0) from (select count(*) as occurrences from (select ${columns} ${from}) where hash(${columns}) in (${suspects}) group by ${columns})`,
  )
  return { repeated, total }
}
