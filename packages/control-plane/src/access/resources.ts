import type { Column, DataProduct, Resource } from '@datamesh/core'
import type { ProductEntry } from '../catalog/index.ts'

const perTable = new WeakMap<DataProduct, Map<string, Resource>>()

/**
 * What `decide` has to know about a product, or about one table of it. Definitions never change, so the answer is kept with the definition.
 * Personal columns are those that access_control lists, those that the schema marks, and those that stewards and lineage call so.
 */
export const resourceFrom = ({ product, tags }: Pick<ProductEntry, 'product' | 'tags'>, table?: string): Resource => {
  const kept = perTable.get(product) ?? new Map<string, Resource>()
  perTable.set(product, kept)
  const known = kept.get(table ?? '')
  if (known) return known
  const marked = Object.entries(product.schema.tables)
    .filter(([name]) => table === undefined || name === table)
    .flatMap(([, { fields }]) => fields.filter((field) => field.pii).map((field) => field.name))
  const tagged = [...tags]
    .filter(([name]) => table === undefined || name === table)
    .flatMap(([, columns]) => [...columns].flatMap(([column, tag]) => (tag.personal ? [column] : [])))
  const resource: Resource = {
    domain: product.domain,
    product: product.id,
    classification: product.access.classification,
    piiColumns: [...new Set([...product.access.piiColumns, ...marked, ...tagged])],
    status: product.status,
    owner: product.owner,
    readers: product.access.readers,
    ...(table === undefined ? {} : { table }),
  }
  // names of tables come from callers: only those that exist are worth keeping
  if (table === undefined || table in product.schema.tables) kept.set(table ?? '', resource)
  return resource
}

/** What this very snapshot or the current release calls personal, in the table's own spelling. */
export const personal = (resource: Resource, columns: readonly Column[]): string[] => {
  const named = new Set((resource.piiColumns ?? []).map((name) => name.toLowerCase()))
  return columns.filter((column) => column.pii || named.has(column.name.toLowerCase())).map((column) => column.name)
}
