import { type DataProduct, Lineage, MeshError, Report, type Snapshot } from '@datamesh/core'
import { type Kysely, sql } from 'kysely'
import type { Database, Row } from '../store/index.ts'
import { catalogChannel, type ProductEntry } from './cache.ts'
import { loadTags } from './column_tags.ts'

/** The state's rows as the words of the mesh. */

export const snapshotOf = (row: Omit<Row<'snapshot'>, 'report' | 'lineage' | 'stats'>): Snapshot => ({
  id: row.id,
  product: row.product,
  release: row.version,
  sequence: row.sequence,
  parent: row.parent,
  mode: row.mode,
  tables: row.tables as Snapshot['tables'],
  inputs: row.inputs as Snapshot['inputs'],
  runId: row.run_id ?? '',
  at: row.at.toISOString(),
})

export const snapshotColumns = [
  'id',
  'product',
  'version',
  'sequence',
  'parent',
  'mode',
  'tables',
  'inputs',
  'rule_set',
  'row_count',
  'size_bytes',
  'run_id',
  'created_by',
  'at',
  'pinned',
  'expired_at',
] as const

export const loadSnapshot = async (id: string, db: Kysely<Database>): Promise<Snapshot | null> => {
  const row = await db.selectFrom('snapshot').select(snapshotColumns).where('id', '=', id).executeTakeFirst()
  return row ? snapshotOf(row) : null
}

export const loadProduct = async (id: string, db: Kysely<Database>): Promise<ProductEntry | null> => {
  const row = await db
    .selectFrom('product')
    .innerJoin('release', (join) =>
      join.onRef('release.product', '=', 'product.id').onRef('release.version', '=', 'product.current_version'),
    )
    .leftJoin('head', 'head.product', 'product.id')
    .select(['release.manifest', 'release.version', 'product.created_at', 'head.snapshot_id'])
    .where('product.id', '=', id)
    .executeTakeFirst()
  if (!row) return null
  return {
    product: row.manifest as DataProduct,
    release: row.version,
    createdAt: row.created_at,
    head: row.snapshot_id === null ? null : await loadSnapshot(row.snapshot_id, db),
    tags: await loadTags(id, db),
  }
}

export const reportOf = (stored: unknown): Report => Report.parse(stored)

export const lineageOf = (stored: unknown): Lineage => (stored ? Lineage.parse(stored) : { edges: [], unknown: [] })

/** Instead of an id: any of them may have moved. */
export const everyProduct = ''

/** Tells every process that the product moved, once the transaction is committed. */
export const tellMoved = (product: string, tx: Kysely<Database>): Promise<unknown> =>
  sql`select pg_notify(${catalogChannel}, ${product})`.execute(tx)

export const noProduct = (id: string): MeshError => new MeshError('not-found', { what: `product ${id}` })
