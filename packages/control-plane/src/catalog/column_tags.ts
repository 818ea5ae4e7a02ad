import type { ColumnTag } from '@datamesh/core'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../store/index.ts'

/** A column has one row, however its name is spelt. */
export const onceKey = sql`product, table_name, lower(column_name)`

/** Accepted tags of a product's columns: table → column in lower case → tag. What its manifest declares stands in the manifest. */
export type Tags = ReadonlyMap<string, ReadonlyMap<string, ColumnTag>>

export const loadTags = async (product: string, db: Kysely<Database>): Promise<Tags> => {
  const rows = await db
    .selectFrom('column_tag')
    .select(['table_name', 'column_name', 'personal', 'classification', 'kind'])
    .where('product', '=', product)
    .where('state', '=', 'accepted')
    .execute()
  const tags = new Map<string, Map<string, ColumnTag>>()
  for (const { table_name, column_name, ...tag } of rows) {
    const table = tags.get(table_name) ?? new Map<string, ColumnTag>()
    tags.set(table_name, table.set(column_name.toLowerCase(), tag))
  }
  return tags
}
