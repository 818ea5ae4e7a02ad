import {
  type Classification,
  type Column,
  combineMasks,
  type DataProduct,
  type Mask,
  maskFrom,
  type Resource,
  type TableVersion,
} from '@datamesh/core'
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
    sensitiveColumns: sensitiveIn(product, table),
    masks: masksIn(product, table),
    status: product.status,
    owner: product.owner,
    readers: product.access.readers,
    ...(table === undefined ? {} : { table }),
  }
  // names of tables come from callers: only those that exist are worth keeping
  if (table === undefined || table in product.schema.tables) kept.set(table ?? '', resource)
  return resource
}

const levels: readonly Classification[] = ['public', 'internal', 'confidential', 'restricted']

/** Columns that are classed higher than the product that they stand in. */
const sensitiveIn = ({ schema, access }: DataProduct, table: string | undefined): string[] =>
  Object.entries(schema.tables)
    .filter(([name]) => table === undefined || name === table)
    .flatMap(([, { fields }]) => fields)
    .filter(
      ({ classification }) =>
        classification !== undefined && levels.indexOf(classification) > levels.indexOf(access.classification),
    )
    .map((field) => field.name)

/** Masks that the manifest writes, with the columns or for the product. */
const masksIn = ({ schema, access }: DataProduct, table: string | undefined): Mask[] => {
  const columns = Object.entries(schema.tables)
    .filter(([name]) => table === undefined || name === table)
    .flatMap(([, { fields }]) => fields.map((field) => [field.name, field.mask] as const))
  return combineMasks(
    [...columns, ...Object.entries(access.masks ?? {})].flatMap(([column, written]): Mask[] =>
      written === undefined ? [] : [maskFrom(column, written) ?? { column, how: 'redact' }],
    ),
  )
}

/** What is asked about when it is known which table of which snapshot is read. */
export const exactly = (resource: Resource, table: Pick<TableVersion, 'name' | 'columns'>): Resource => ({
  ...resource,
  table: table.name,
  piiColumns: personal(resource, table.columns),
  columns: table.columns.map((column) => column.name),
})

/** What this very snapshot or the current release calls personal, in the table's own spelling. */
export const personal = (resource: Resource, columns: readonly Column[]): string[] => {
  const named = new Set((resource.piiColumns ?? []).map((name) => name.toLowerCase()))
  return columns.filter((column) => column.pii || named.has(column.name.toLowerCase())).map((column) => column.name)
}
