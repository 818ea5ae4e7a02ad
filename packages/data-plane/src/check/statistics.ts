import { type CheckSpec, quoteIdent, quoteText } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { count } from './ask.ts'
import { breaking } from './rows.ts'
import { columnOf, hasExactBounds, type StagedTable } from './staged.ts'

/** Rows that break a not_null rule, from the writer's statistics; null when they cannot say. Several columns add up only when none or one has nulls. */
const nullCount = (spec: CheckSpec, table: StagedTable): number | null => {
  const counts = spec.columns.map((name) => table.stats[columnOf(table, name)!.name]?.nulls)
  if (counts.some((nulls) => nulls === undefined)) return null
  const some = counts.filter((nulls) => nulls! > 0)
  return some.length <= 1 ? (some[0] ?? 0) : null
}

/** True when smallest and largest value keep the rule: then every value between does. Decided by the engine with the very condition of the scan. */
const boundsKeep = async (connection: DuckDBConnection, spec: CheckSpec, table: StagedTable): Promise<boolean> => {
  const samples: string[] = []
  for (const name of spec.columns) {
    const column = columnOf(table, name)!
    const stats = table.stats[column.name]
    if (stats === undefined || !hasExactBounds(column.type)) return false
    if (stats.nulls === table.rows) continue
    if (stats.min === undefined || stats.max === undefined) return false
    const typed = (text: string) => `select ${quoteText(text)}::${column.type} as ${quoteIdent(column.name)}`
    const one = breaking({ ...spec, columns: [name] }, table)
    samples.push(`select 1 from (${typed(stats.min)} union all ${typed(stats.max)}) where ${one}`)
  }
  if (samples.length === 0) return true
  return (await count(connection, `select count(*) from (${samples.join(' union all ')})`)) === 0
}

/** Number of rows that break a row rule, when that is known without a scan; null when it is not. */
export const failingByStatistics = async (
  connection: DuckDBConnection,
  spec: CheckSpec,
  table: StagedTable,
): Promise<number | null> => {
  if (table.rows === 0) return 0
  switch (spec.type) {
    case 'not_null': {
      const nulls = nullCount(spec, table)
      return spec.where !== undefined && nulls !== 0 ? null : nulls
    }
    case 'range':
      return (await boundsKeep(connection, spec, table)) ? 0 : null
    default:
      return null
  }
}
