import { type Actor, isMeshError, type Mask, maskOf, type Snapshot, type TableVersion } from '@datamesh/core'
import { type QueryView, type Served, servedKey, viewOf } from '@datamesh/data-plane'
import { exactly, type ReadDecision } from '../access/index.ts'
import { type ProductEntry, productEntry } from '../catalog/index.ts'
import type { QueryDeps } from './deps.ts'
import type { RelationNames } from './names.ts'

export type ReadTable = {
  product: string
  port: string
  snapshot: Snapshot
  table: string
  masked: Pick<Mask, 'column' | 'how'>[] /** What was laid over it. */
  seen: string
  because: string
}

/** What a text may read for one reader: views by key, and products that are there to be seen but not to be read. */
export type Reading = {
  views: QueryView[]
  tables: ReadonlyMap<string, ReadTable>
  denied: ReadonlyMap<string, { product: string; because: string; port: string }>
}

/** Reads of the workbench, where a product has no port of its own for SQL. */
const workbench = 'sql'

export const portOf = ({ product }: ProductEntry): string | undefined =>
  product.outputPorts.find(({ kind }) => kind === 'sql')?.name

/** The product's current snapshot; null where the product has gone in the meantime, or was never published. */
export const publishedEntry = async (
  id: string,
  deps: QueryDeps,
): Promise<(ProductEntry & { head: Snapshot }) | null> => {
  try {
    const entry = await productEntry(id, deps.catalog)
    return entry.head === null ? null : { ...entry, head: entry.head }
  } catch (error) {
    if (isMeshError(error) && error.code === 'not-found') return null
    throw error
  }
}

/** May the actor read this table as it is in this snapshot? */
export const decideTable = async (
  actor: Actor,
  entry: ProductEntry,
  table: TableVersion,
  deps: QueryDeps,
): Promise<ReadDecision> => {
  const [domain = '', product = ''] = entry.product.id.split('/')
  const resource = await deps.access.resourceOf(domain, product, table.name)
  if (resource === null) return { allow: false, because: 'it is gone', masks: [], rowFilter: null }
  // a right to read single ports opens the workbench only where it names the port for SQL
  const port = portOf(entry) ?? workbench
  return deps.access.decideFor(actor, 'data:read', { ...exactly(resource, table), port })
}

export const readingFor = async (
  actor: Actor,
  sql: string,
  names: RelationNames,
  deps: QueryDeps,
): Promise<Reading> => {
  const sight = await deps.access.sightOf(actor)
  const views: QueryView[] = []
  const tables = new Map<string, ReadTable>()
  const denied = new Map<string, { product: string; because: string; port: string }>()
  for (const { schema, name, product, table: tableName } of names.namedIn(sql)) {
    if (!sight.visible(product)) continue
    const entry = await publishedEntry(product, deps)
    const table = entry?.head.tables.find((each) => each.name === tableName)
    if (entry === null || table === undefined) continue
    const key = `${schema}.${name}`.toLowerCase()
    const port = portOf(entry) ?? workbench
    const decision = await decideTable(actor, entry, table, deps)
    if (!decision.allow) {
      denied.set(key, { product, because: decision.because, port })
      continue
    }
    views.push(viewOf({ schema, name, table, decision, absolute: deps.absolute }))
    tables.set(key, {
      product,
      port,
      snapshot: entry.head,
      table: tableName,
      because: decision.because,
      masked: table.columns.flatMap(({ name: column }) => {
        const mask = maskOf(decision.masks, column)
        return mask === undefined ? [] : [{ column, how: mask.how }]
      }),
      seen: seenAs(decision, table),
    })
  }
  return { views, tables, denied }
}

/** Everything that was laid over a table for a reader, as a text to compare. */
const seenAs = (decision: Served, table: TableVersion): string =>
  JSON.stringify(servedKey({ ...decision, masks: decision.masks.filter(({ column }) => hasColumn(table, column)) }))

const hasColumn = (table: TableVersion, name: string): boolean =>
  table.columns.some((column) => column.name.toLowerCase() === name.toLowerCase())

/**
 * May the actor still read what a kept result came from, and just as it was read then? Rights that were taken back since, a mask or a filter
 * that was laid over it, or a table that is gone: the rows are not given out again.
 */
export const stillAllowed = async (
  reads: readonly Pick<ReadTable, 'product' | 'table' | 'seen'>[],
  actor: Actor,
  deps: QueryDeps,
): Promise<boolean> => {
  for (const { product, table: name, seen } of reads) {
    const entry = await publishedEntry(product, deps)
    const table = entry?.head.tables.find((each) => each.name === name)
    if (entry === null || table === undefined) return false
    const decision = await decideTable(actor, entry, table, deps)
    if (!decision.allow || seenAs(decision, table) !== seen) return false
  }
  return true
}
