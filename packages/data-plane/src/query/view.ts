import { type Decision, quoteIdent, quoteText, type TableVersion } from '@datamesh/core'
import type { QueryView } from './model.ts'

export type QueryTable = {
  /** As written in FROM. */
  schema: string
  name: string
  table: TableVersion
  decision: Pick<Decision, 'masks' | 'rowFilter'>
  /** Absolute path of a published file. */
  absolute(path: string): string
}

/** Redaction does not show which values were missing either; the same as in rows that are served. */
const redacted = (name: string, type: string): string =>
  /^(VARCHAR|JSON|ENUM\b.*)$/.test(type) ? `${quoteText('•••')} as ${name}` : `null::${type} as ${name}`

/** A table as one reader may see it: masked columns never come from the files, so no expression over them can reach a value. */
export const viewOf = ({ schema, name, table, decision, absolute }: QueryTable): QueryView => {
  const masked = new Set(decision.masks.map(({ column }) => column))
  const empty = table.files.length === 0
  return {
    key: `${schema}.${name}`.toLowerCase(),
    schema: quoteIdent(schema),
    name: quoteIdent(name),
    select: table.columns
      .map((column) => {
        const quoted = quoteIdent(column.name)
        if (masked.has(column.name)) return redacted(quoted, column.type)
        return empty ? `null::${column.type} as ${quoted}` : quoted
      })
      .join(', '),
    where: decision.rowFilter,
    files: table.files.map((file) => absolute(file.path)),
    unionByName:
      table.files.length > 1 &&
      table.columns.some((column) => table.files.some((file) => file.stats[column.name] === undefined)),
  }
}
