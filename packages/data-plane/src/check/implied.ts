import type { CheckSpec } from '@datamesh/core'
import type { Finding } from './measure.ts'
import { rowsText } from './message.ts'
import { columnOf, type StagedTable } from './staged.ts'

/** A rule that was found to hold for every row. */
export type Proven = { table: string; spec: CheckSpec }

const lower = (names: readonly string[]): string[] => names.map((name) => name.toLowerCase())

const hasNoNulls = (table: StagedTable, columns: readonly string[]): boolean =>
  columns.every((name) => {
    const column = columnOf(table, name)
    return column !== undefined && table.stats[column.name]?.nulls === 0
  })

const covers = (all: readonly string[], some: readonly string[]): boolean => {
  const held = new Set(lower(all))
  return lower(some).every((name) => held.has(name))
}

const said = (message: string, table: StagedTable, value: number | null): Finding => ({
  by: 'implied',
  holds: true,
  failingRows: 0,
  totalRows: table.rows,
  value,
  message,
})

/**
 * The finding of a rule that follows from what is already proven, without looking at the data; null when nothing implies it.
 * A unique key K without NULLs makes every set of columns that contains K unique and free of repeated rows. Part of the rows
 * (`where`) keeps what all rows keep.
 */
export const implied = (
  spec: CheckSpec,
  name: string,
  table: StagedTable,
  proven: readonly Proven[],
): Finding | null => {
  if (spec.type !== 'unique' && spec.type !== 'duplicate_share') return null
  const columns = spec.columns.length > 0 ? spec.columns : table.columns.map((column) => column.name)
  const key = proven.find(
    (rule) =>
      rule.table === name &&
      rule.spec.type === 'unique' &&
      rule.spec.where === undefined &&
      covers(columns, rule.spec.columns) &&
      hasNoNulls(table, rule.spec.columns),
  )
  if (key === undefined) return null
  const because = `${key.spec.columns.join(', ')} is unique`
  return spec.type === 'unique'
    ? said(`all ${rowsText(table.rows)} have ${spec.columns.join(', ')} of their own, because ${because}`, table, null)
    : said(`none of ${rowsText(table.rows)} repeats an earlier one, because ${because}`, table, 0)
}
