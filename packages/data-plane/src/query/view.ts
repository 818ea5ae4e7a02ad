import { quoteIdent, type TableVersion } from '@datamesh/core'
import { filterSql, type Served, servedColumns, servedType } from '../mask/index.ts'
import type { QueryView } from './model.ts'

export type QueryTable = {
  /** As written in FROM. */
  schema: string
  name: string
  table: TableVersion
  decision: Served
  /** Absolute path of a published file. */
  absolute(path: string): string
}

/** A table as one reader may see it: masked columns never come from the files, so no expression over them can reach a value. */
export const viewOf = ({ schema, name, table, decision, absolute }: QueryTable): QueryView => {
  const empty = table.files.length === 0
  return {
    key: `${schema}.${name}`.toLowerCase(),
    schema: quoteIdent(schema),
    name: quoteIdent(name),
    select: (empty
      ? table.columns.map((column) => `null::${servedType(column, decision)} as ${quoteIdent(column.name)}`)
      : servedColumns(table.columns, decision)
    ).join(', '),
    where: decision.rowFilter === null ? null : filterSql(decision.rowFilter),
    tokens: decision.masks.some(({ how }) => how === 'tokenise') ? (decision.keys?.bare() ?? null) : null,
    files: table.files.map((file) => absolute(file.path)),
    under: table.files.map((file) => file.key ?? null),
    unionByName:
      table.files.length > 1 &&
      table.columns.some((column) => table.files.some((file) => file.stats[column.name] === undefined)),
  }
}
