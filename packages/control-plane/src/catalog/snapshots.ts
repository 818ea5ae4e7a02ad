import { type Lineage, MeshError, type Report, type Snapshot, type TableProfile } from '@datamesh/core'
import { json } from '../store/index.ts'
import type { ProductEntry } from './cache.ts'
import type { CatalogDeps } from './deps.ts'
import { lineageOf, loadProduct, loadSnapshot, noProduct, reportOf, snapshotColumns, snapshotOf } from './rows.ts'

/** Which snapshot of a product: the head unless one of these says otherwise. At most one may be given. */
export type Which = { snapshot?: string | undefined; as_of?: string | undefined; version?: string | undefined }

/** A product with its current release and head; warm answers ask the state nothing. @throws not-found */
export const productEntry = async (id: string, deps: CatalogDeps): Promise<ProductEntry> => {
  const entry = await deps.cache.product(id, () => loadProduct(id, deps.store.db))
  if (!entry) throw noProduct(id)
  return entry
}

/** @throws not-found also for a product that was never published; request-invalid */
export const resolveSnapshot = async (product: string, which: Which, deps: CatalogDeps): Promise<Snapshot> => {
  const entry = await productEntry(product, deps)
  const given = [which.snapshot, which.as_of, which.version].filter((value) => value !== undefined)
  if (given.length > 1) throw new MeshError('request-invalid', { what: 'give one of snapshot, as_of and version' })
  if (given.length === 0 || which.snapshot === 'head' || which.snapshot === entry.head?.id) {
    if (entry.head) return entry.head
    throw new MeshError('not-found', { what: `snapshot of ${product}: it was never published` })
  }
  const found = await olderSnapshot(product, which, deps)
  if (found) return found
  throw new MeshError('not-found', { what: `snapshot of ${product} with ${asked(which)}` })
}

const asked = (which: Which): string =>
  Object.entries(which)
    .filter(([key, value]) => value !== undefined && ['snapshot', 'as_of', 'version'].includes(key))
    .map(([key, value]) => `${key} ${value}`)
    .join(', ')

const olderSnapshot = async (product: string, which: Which, deps: CatalogDeps): Promise<Snapshot | null> => {
  const { db } = deps.store
  if (which.snapshot !== undefined && !/^\d{1,15}$/.test(which.snapshot)) {
    const found = await deps.cache.snapshot(which.snapshot, () => keptSnapshot(which.snapshot as string, deps))
    return found?.product === product ? found : null
  }
  let query = db.selectFrom('snapshot').select('id').where('product', '=', product).where('expired_at', 'is', null)
  if (which.snapshot !== undefined) query = query.where('sequence', '=', Number(which.snapshot))
  else if (which.version !== undefined) query = query.where('version', '=', which.version)
  else query = query.where('at', '<=', moment(which.as_of as string))
  const row = await query.orderBy('sequence', 'desc').limit(1).executeTakeFirst()
  return row ? deps.cache.snapshot(row.id, () => loadSnapshot(row.id, db)) : null
}

/**
 * The snapshot that a cursor goes on in. It may have expired since the page before: its files stay for a while, for readers of any server
 * and across a restart. @throws not-found
 */
export const continuedSnapshot = async (product: string, id: string, deps: CatalogDeps): Promise<Snapshot> => {
  const entry = await productEntry(product, deps)
  if (entry.head?.id === id) return entry.head
  const kept = await deps.cache.snapshot(id, () => keptSnapshot(id, deps))
  // not remembered: soon it will be gone
  const found = kept ?? (await expiringSnapshot(id, deps))
  if (found?.product === product) return found
  throw new MeshError('not-found', { what: `snapshot ${id} of ${product} any more: begin again without a cursor` })
}

const expiringSnapshot = async (id: string, deps: CatalogDeps): Promise<Snapshot | null> => {
  const row = await deps.store.db
    .selectFrom('snapshot')
    .select(snapshotColumns)
    .where('id', '=', id)
    .where('expired_at', '>', new Date(deps.now().getTime() - expiredFilesSeconds * 1000))
    .executeTakeFirst()
  return row ? snapshotOf(row) : null
}

/** Files of an expired snapshot stay this long, as long as a cursor is good for. */
export const expiredFilesSeconds = 900

/** A snapshot whose files retention has let go is not there any more. */
const keptSnapshot = async (id: string, deps: CatalogDeps): Promise<Snapshot | null> => {
  const row = await deps.store.db
    .selectFrom('snapshot')
    .select(snapshotColumns)
    .where('id', '=', id)
    .where('expired_at', 'is', null)
    .executeTakeFirst()
  return row ? snapshotOf(row) : null
}

const moment = (text: string): Date => {
  const at = new Date(text)
  // what no calendar of ours or of the state goes up to is a typing error
  if (!(at.getUTCFullYear() >= 1 && at.getUTCFullYear() <= 9999))
    throw new MeshError('request-invalid', { what: `as_of is not a time: ${text}; write 2026-01-31T12:00:00Z` })
  return at
}

export type SnapshotEntry = {
  id: string
  sequence: number
  release: string
  parent: string | null
  mode: string
  rows: number
  bytes: number
  at: string
  runId: string
  head: boolean
}

/** Newest first; `after` is the sequence of the last one of the page before. */
export const listSnapshots = async (
  product: string,
  { limit, after }: { limit: number; after?: string | undefined },
  deps: CatalogDeps,
): Promise<{ snapshots: SnapshotEntry[]; next: string | null }> => {
  const entry = await productEntry(product, deps)
  if (after !== undefined && !/^\d{1,15}$/.test(after))
    throw new MeshError('request-invalid', { what: 'after is the `next` of the page before, unchanged' })
  const rows = await deps.store.db
    .selectFrom('snapshot')
    .select(['id', 'sequence', 'version', 'parent', 'mode', 'row_count', 'size_bytes', 'at', 'run_id'])
    .where('product', '=', product)
    .where('expired_at', 'is', null)
    .$if(after !== undefined, (query) => query.where('sequence', '<', Number(after)))
    .orderBy('sequence', 'desc')
    .limit(limit + 1)
    .execute()
  const page = rows.slice(0, limit)
  return {
    snapshots: page.map((row) => ({
      id: row.id,
      sequence: row.sequence,
      release: row.version,
      parent: row.parent,
      mode: row.mode,
      rows: row.row_count,
      bytes: row.size_bytes,
      at: row.at.toISOString(),
      runId: row.run_id ?? '',
      head: row.id === entry.head?.id,
    })),
    next: rows.length > limit ? String(page.at(-1)?.sequence) : null,
  }
}

/** One snapshot with its proof and lineage. */
export const getSnapshot = async (
  product: string,
  id: string,
  deps: CatalogDeps,
): Promise<Snapshot & { head: boolean; report: Report; lineage: Lineage }> => {
  const entry = await productEntry(product, deps)
  const snapshot = await resolveSnapshot(product, { snapshot: id }, deps)
  const row = await deps.store.db
    .selectFrom('snapshot')
    .select(['report', 'lineage'])
    .where('id', '=', snapshot.id)
    .executeTakeFirstOrThrow()
  return {
    ...snapshot,
    head: snapshot.id === entry.head?.id,
    report: reportOf(row.report),
    lineage: lineageOf(row.lineage),
  }
}

export const getProfile = async (snapshotId: string, table: string, deps: CatalogDeps): Promise<TableProfile> => {
  const row = await deps.store.db
    .selectFrom('profile')
    .select('profile')
    .where('snapshot_id', '=', snapshotId)
    .where('table_name', '=', table)
    .executeTakeFirst()
  if (!row)
    throw new MeshError('not-found', { what: `profile of ${table} in ${snapshotId} yet: it is made after the publish` })
  return row.profile as TableProfile
}

export const saveProfiles = async (
  snapshotId: string,
  profiles: readonly TableProfile[],
  deps: CatalogDeps,
): Promise<void> => {
  for (const profile of profiles)
    await deps.store.db
      .insertInto('profile')
      .values({
        snapshot_id: snapshotId,
        table_name: profile.table,
        profile: json(profile),
        sample: json(profile.sample),
        at: deps.now(),
      })
      .onConflict((conflict) =>
        conflict
          .columns(['snapshot_id', 'table_name'])
          .doUpdateSet((row) => ({ profile: row.ref('excluded.profile') })),
      )
      .execute()
}

/** Keeps the files of a snapshot until a moment; renewing is pinning again with the same id. */
export const pinSnapshot = (
  pin: { id: string; snapshot: string; by: string; until: Date },
  deps: CatalogDeps,
): Promise<unknown> =>
  deps.store.db
    .insertInto('snapshot_pin')
    .values({ id: pin.id, snapshot_id: pin.snapshot, pinned_by: pin.by, until: pin.until })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ until: pin.until }))
    .execute()
