import { type CheckSpec, quoteIdent } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { rows } from './ask.ts'
import { orphans } from './relationship.ts'
import { breaking } from './rows.ts'
import { sharedKeys } from './sets.ts'
import { columnOf, type StagedTable } from './staged.ts'

export const MASK = '•••'
const MOST_SAMPLES = 10
const MOST_CHARACTERS = 200

/** Names of PII columns, lower case. `all` when the columns of an answer cannot be told apart from them. */
export type Hidden = ReadonlySet<string>

export const hiddenColumns = (table: StagedTable, piiColumns: readonly string[]): Hidden =>
  new Set([
    ...piiColumns.map((name) => name.toLowerCase()),
    ...table.columns.filter((column) => column.pii).map((column) => column.name.toLowerCase()),
  ])

const shown = (value: unknown): unknown =>
  typeof value === 'string' && value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)}…` : value

/** A NULL stays visible: that a value is missing tells nothing about a person and is often the very finding. */
export const masked = (
  found: readonly Record<string, unknown>[],
  isHidden: (column: string) => boolean,
): Record<string, unknown>[] =>
  found.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, value !== null && isHidden(name) ? MASK : shown(value)]),
    ),
  )

const sampleSql = (spec: CheckSpec, table: StagedTable, other: string | undefined): string | null => {
  const where = spec.where === undefined ? '' : ` and (${spec.where})`
  const limit = ` limit ${MOST_SAMPLES}`
  const condition = breaking(spec, table)
  if (condition !== null) return `select * from ${table.relation} where (${condition})${where}${limit}`
  switch (spec.type) {
    case 'unique':
      return sharedKeys(spec, table) + limit
    case 'relationship':
      return `select staged.* ${orphans(spec, table, other!)}${limit}`
    case 'duplicate_share': {
      const columns = spec.columns.length > 0 ? spec.columns : table.columns.map((column) => column.name)
      const names = columns.map((name) => quoteIdent(columnOf(table, name)!.name)).join(', ')
      return `select ${names}, count(*) as occurrences from ${table.relation} where true${where} group by ${names} having count(*) > 1${limit}`
    }
    default:
      return null
  }
}

/** Up to ten rows that break the rule (of `unique` and `duplicate_share`: the keys and how often they occur), PII masked. */
export const samplesOf = async (
  connection: DuckDBConnection,
  spec: CheckSpec,
  table: StagedTable,
  other: string | undefined,
  hidden: Hidden,
): Promise<Record<string, unknown>[]> => {
  const sql = sampleSql(spec, table, other)
  if (sql === null) return []
  return masked(await rows(connection, sql), (column) => hidden.has(column.toLowerCase()))
}

/** Samples of a rule written in SQL: its columns may be anything under any name, so all are masked where the table holds PII. */
export const samplesOfSql = async (
  connection: DuckDBConnection,
  sql: string,
  hidden: Hidden,
): Promise<Record<string, unknown>[]> =>
  masked(await rows(connection, `select * from (${sql}\n) as failing limit ${MOST_SAMPLES}`), () => hidden.size > 0)
