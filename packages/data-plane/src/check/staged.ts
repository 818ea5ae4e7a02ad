import type { CheckSpec, Column, ColumnStats, DataProduct } from '@datamesh/core'

/**
 * One table as it was just written. `relation` is SQL that stands after FROM; `stats` are the writer's, over all files of the table,
 * without bounds for a column that holds a NaN.
 */
export type StagedTable = {
  relation: string
  columns: readonly Column[]
  rows: number
  stats: Readonly<Record<string, ColumnStats>>
}

export type Staged = {
  product: DataProduct
  tables: Readonly<Record<string, StagedTable>>
  /** `port.table` or the name of a table or model → SQL relation that a relationship check may look into. */
  references: Readonly<Record<string, string>>
  /** Checks that come from dbt tests; they follow the manifest's own. */
  extra: readonly CheckSpec[]
  now: Date
  /** Columns whose values appear in no report, besides those marked `pii`. */
  piiColumns: readonly string[]
}

export const columnOf = (table: StagedTable, name: string): Column | undefined =>
  table.columns.find((column) => column.name === name) ??
  table.columns.find((column) => column.name.toLowerCase() === name.toLowerCase())

const INTEGERS = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT'])

export const isInteger = (type: string): boolean => INTEGERS.has(type.toUpperCase())

/** Types whose smallest and largest value in the writer's statistics are the real ones. Not strings: they are cut at 256 bytes. */
export const hasExactBounds = (type: string): boolean =>
  isInteger(type) || /^(DATE|BOOLEAN|TIMESTAMP|TIMESTAMP WITH TIME ZONE|DOUBLE|FLOAT|DECIMAL\(.*\))$/i.test(type)
