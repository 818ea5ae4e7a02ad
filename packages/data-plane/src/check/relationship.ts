import { type CheckSpec, quoteIdent } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { count, first, rows } from './ask.ts'
import { keyCode } from './keys.ts'
import { columnOf, isInteger, type StagedTable } from './staged.ts'

/** FROM … of the rows whose key the other side does not know. A key with a NULL part refers to nothing (SQL's MATCH SIMPLE). */
export const orphans = (spec: CheckSpec, table: StagedTable, other: string): string => {
  const mine = spec.columns.map((name) => `staged.${quoteIdent(columnOf(table, name)!.name)}`)
  const theirs = spec.references!.columns.map((name) => `known.${quoteIdent(name)}`)
  const equal = mine.map((column, i) => `${column} = ${theirs[i]}`)
  const whole = mine.map((column) => `${column} is not null`)
  const where = [...whole, ...(spec.where === undefined ? [] : [`(${spec.where})`])]
  return `from (select * from ${table.relation}) as staged anti join (select * from ${other}) as known on ${equal.join(' and ')} where ${where.join(' and ')}`
}

/** Both sides as bitmaps over the range of this side's key: no hash table, and the order of rows does not matter. */
const bitmapsFit = async (
  connection: DuckDBConnection,
  spec: CheckSpec,
  table: StagedTable,
  other: string,
): Promise<boolean> => {
  const [name, theirName] = [spec.columns[0]!, spec.references!.columns[0]!]
  const column = columnOf(table, name)!
  const code = keyCode(table, [name], 'skip')
  if (spec.columns.length !== 1 || code === null || !isInteger(column.type)) return false
  const [theirs] = await rows(connection, `describe select ${quoteIdent(theirName)} from ${other}`)
  if (!isInteger(String(theirs?.column_type))) return false
  const { min, max } = table.stats[column.name]!
  const set = (key: string) => `bitstring_agg(${key}::bigint - (${min}), 0::bigint, ${code.bits - 1n}::bigint)`
  const sql = `select bit_count(mine.keys & ~known.keys)
from (select ${set(quoteIdent(column.name))} as keys from ${table.relation}) as mine,
  (select ${set(quoteIdent(theirName))} as keys from ${other} where ${quoteIdent(theirName)} between ${min} and ${max}) as known`
  const [missing] = await first(connection, sql)
  return missing !== null && Number(missing) === 0
}

/** Rows whose key the other side does not know. */
export const countOrphans = async (
  connection: DuckDBConnection,
  spec: CheckSpec,
  table: StagedTable,
  other: string,
): Promise<number> => {
  if (await bitmapsFit(connection, spec, table, other)) return 0
  return count(connection, `select count(*) ${orphans(spec, table, other)}`)
}
