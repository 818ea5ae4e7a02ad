import { type CheckSpec, quoteIdent } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { count, first } from './ask.ts'
import { bitmap, keyCode } from './keys.ts'
import { columnOf, type StagedTable } from './staged.ts'

const names = (table: StagedTable, columns: readonly string[]): string[] =>
  columns.map((name) => quoteIdent(columnOf(table, name)!.name))

const whole = (keys: readonly string[]): string => keys.map((key) => `${key} is not null`).join(' and ')

const filter = (conditions: readonly (string | undefined)[]): string => {
  const all = conditions.filter((condition) => condition !== undefined && condition !== '')
  return all.length === 0 ? '' : ` where ${all.map((condition) => `(${condition})`).join(' and ')}`
}

/** Groups of rows that share a key; a key with a NULL part is equal to no other, as in SQL's UNIQUE. */
export const sharedKeys = (spec: CheckSpec, table: StagedTable): string => {
  const keys = names(table, spec.columns)
  return `select ${keys.join(', ')}, count(*) as occurrences from ${table.relation}${filter([whole(keys), spec.where])} group by ${keys.map((_, i) => i + 1).join(', ')} having count(*) > 1`
}

/** Rows that share their key with another row. A bitmap proves uniqueness; only when it does not, the rows are grouped. */
export const countShared = async (
  connection: DuckDBConnection,
  spec: CheckSpec,
  table: StagedTable,
): Promise<number> => {
  const code = keyCode(table, spec.columns, 'skip')
  if (code !== null) {
    const sql = `select coalesce(bit_count(${bitmap(code)}), 0), count(${code.sql}) from ${table.relation}${filter([spec.where])}`
    const [distinct, all] = await first(connection, sql)
    if (Number(distinct) === Number(all)) return 0
  }
  return count(connection, `select coalesce(sum(occurrences), 0) from (${sharedKeys(spec, table)})`)
}

/** Rows that repeat an earlier one in these columns (all columns when none are named); NULLs are equal here, as in DISTINCT. */
export const countRepeated = async (
  connection: DuckDBConnection,
  spec: CheckSpec,
  table: StagedTable,
): Promise<{ repeated: number; total: number }> => {
  const columns = spec.columns.length > 0 ? spec.columns : table.columns.map((column) => column.name)
  const code = keyCode(table, columns, 'digit')
  const where = filter([spec.where])
  const sql =
    code === null
      ? `select count(*), coalesce(sum(occurrences), 0) from (select count(*) as occurrences from ${table.relation}${where} group by ${names(table, columns).join(', ')})`
      : `select coalesce(bit_count(${bitmap(code)}), 0), count(*) from ${table.relation}${where}`
  const [distinct, total] = await first(connection, sql)
  return { repeated: Number(total) - Number(distinct), total: Number(total) }
}
