import type { DataProduct, Snapshot } from '@datamesh/core'
import { type Kysely, sql } from 'kysely'
import type { Database } from '../../store/index.ts'

/** What can be found about a product, by weight: A its name, B how people file it, C what it says, D its columns. */
export type SearchText = { name: string; filing: string; prose: string; columns: string }

export const searchText = (product: DataProduct, columns: readonly string[]): SearchText => ({
  name: words(product.name),
  filing: words([product.domain, product.owner, ...product.tags].join(' ')),
  prose: [
    product.description,
    ...Object.values(product.documentation),
    ...Object.values(product.schema.tables).map((table) => table.description),
    ...Object.values(product.schema.tables).flatMap((table) => table.fields.map((field) => field.description)),
  ].join('\n'),
  columns: words([...new Set([...columns, ...declaredColumns(product)])].join(' ')),
})

const declaredColumns = (product: DataProduct): string[] =>
  Object.entries(product.schema.tables).flatMap(([table, { fields }]) => [table, ...fields.map((field) => field.name)])

/** `order_items`, `orderItems` and `order-items` are all found by "items": the whole name and its words. */
const words = (text: string): string => {
  const split = text
    .replaceAll(/[_\-/.@:]+/g, ' ')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return split === text ? text : `${text.replaceAll(/[_\-/.@:]+/g, '')} ${split}`
}

/** Names as written (people type their beginning), prose by English word stems as well. */
export const documentOf = (text: SearchText) => sql<string>`
  setweight(to_tsvector('simple', ${text.name}), 'A')
  || setweight(to_tsvector('simple', ${text.filing}), 'B')
  || setweight(to_tsvector('english', ${`${text.name} ${text.filing}`}), 'B')
  || setweight(to_tsvector('simple', ${text.prose}), 'C')
  || setweight(to_tsvector('english', ${text.prose}), 'C')
  || setweight(to_tsvector('simple', ${text.columns}), 'D')`

/** Columns that only the built data knows become findable with the snapshot that brings them. */
export const refreshDocument = async (product: string, snapshot: Snapshot, tx: Kysely<Database>): Promise<void> => {
  const row = await tx
    .selectFrom('release')
    .select('manifest')
    .where('product', '=', product)
    .where('version', '=', (query) =>
      query
        .selectFrom('product')
        .select((p) => p.ref('current_version').$castTo<string>().as('v'))
        .where('id', '=', product),
    )
    .executeTakeFirst()
  if (!row) return
  const columns = snapshot.tables.flatMap((table) => [table.name, ...table.columns.map((column) => column.name)])
  await tx
    .updateTable('product')
    .set({ search: documentOf(searchText(row.manifest as DataProduct, columns)) })
    .where('id', '=', product)
    .execute()
}
