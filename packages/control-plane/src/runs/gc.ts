import { rm } from 'node:fs/promises'
import type { DataProduct, Snapshot } from '@datamesh/core'
import type { Storage } from '@datamesh/data-plane'
import { sql } from 'kysely'
import { expiredFilesSeconds, removeUnusedUploads, tellMoved } from '../catalog/index.ts'
import { appendEvent } from '../store/index.ts'
import type { QueueDeps } from './deps.ts'
import { removeOldRuns, removeStrayTemp } from './old_runs.ts'

/** Snapshots kept in any case, beside everything younger than the retention of the ports. */
const newestKept = 10
/** Where no port says how long. */
const defaultRetentionSeconds = 7 * 86_400

export type Collected = {
  /** Snapshots that retention let go. */
  expired: string[]
  files: { path: string; bytes: number }[]
  bytes: number
  /** Runs that ended long ago. */
  runs: string[]
  /** Sample files that no product was made of. */
  uploads: string[]
}

export type GcDeps = QueueDeps & {
  storage: Storage
  /** Where builds of this machine keep temporary files. */
  tempDir?: string
  /** Snapshots that open downloads and cursors still read. */
  inUse?: () => ReadonlySet<string>
  /** Told before files of these snapshots go. */
  evict?: (snapshots: Iterable<string>) => Promise<void>
}

/**
 * Removes what nobody can reach: staged files of runs that are gone, and files of snapshots that expired a while ago. Never a head, a pinned
 * snapshot, or a file that a kept snapshot names too (append and merge share files with their parents).
 */
export const gc = async (
  { dryRun, keepNewest = newestKept, keepRunsDays }: { dryRun: boolean; keepNewest?: number; keepRunsDays?: number },
  deps: GcDeps,
): Promise<Collected> => {
  const runs = await removeOldRuns({ dryRun, ...(keepRunsDays === undefined ? {} : { keepDays: keepRunsDays }) }, deps)
  if (!dryRun && deps.tempDir !== undefined) await removeStrayTemp(deps.tempDir, deps)
  const uploads = await removeUnusedUploads({ dryRun }, deps)
  const collected: Collected = { expired: [], files: [], bytes: 0, runs, uploads }
  const products = await deps.store.db.selectFrom('product').select('id').orderBy('id').execute()
  for (const { id } of products) {
    const expired = await expire(id, { dryRun, keepNewest }, deps)
    collected.expired.push(...expired)
    if (!dryRun && expired.length > 0) await deps.evict?.(expired)
    // The files first, then who needs them: a file that appears in between belongs to a run that is still running or has committed.
    const files = await deps.storage.listSnapshotFiles(id)
    const needed = await neededBy(id, dryRun ? expired : [], deps)
    const reading = deps.inUse?.() ?? new Set<string>()
    for (const file of files) {
      if (needed.paths.has(file.path) || needed.ids.has(file.snapshotId) || reading.has(file.snapshotId)) continue
      if (!dryRun) await rm(deps.storage.absolute(file.path), { force: true })
      collected.files.push({ path: file.path, bytes: file.bytes })
      collected.bytes += file.bytes
    }
    if (!dryRun) await removeOldKept(id, deps)
    if (!dryRun)
      for (const snapshotId of new Set(files.filter((file) => file.kind === 'staged').map((file) => file.snapshotId)))
        if (!needed.ids.has(snapshotId)) await deps.storage.discardStaging(id, snapshotId)
  }
  return collected
}

/** Tables that failed runs have finished: a retry takes them over, but not the day after. */
const removeOldKept = async (product: string, deps: GcDeps): Promise<void> => {
  const oldest = deps.now().getTime() - 86_400_000
  const old = (await deps.storage.listKept(product)).filter((kept) => kept.modifiedAt.getTime() < oldest)
  if (old.length === 0) return
  const { rows } = await sql<{ ids: string[] | null }>`
    select array_agg(id) || array_agg(params ->> 'reuse') as ids
    from run
    where state = 'running' and product = ${product}`.execute(deps.store.db)
  const used = new Set(rows[0]?.ids)
  for (const { run } of old) if (!used.has(run)) await deps.storage.removeKept(product, run)
}

/** Marks the snapshots that retention lets go; from then on no reader can ask for them. */
const expire = async (
  product: string,
  { dryRun, keepNewest }: { dryRun: boolean; keepNewest: number },
  deps: QueueDeps,
): Promise<string[]> => {
  const now = deps.now()
  const entry = await deps.store.db
    .selectFrom('release')
    .innerJoin('product', (join) =>
      join.onRef('product.id', '=', 'release.product').onRef('product.current_version', '=', 'release.version'),
    )
    .select('release.manifest')
    .where('product.id', '=', product)
    .executeTakeFirst()
  const ports = (entry?.manifest as DataProduct | undefined)?.outputPorts ?? []
  const stated = ports.flatMap((port) => (port.retentionSeconds === undefined ? [] : [port.retentionSeconds]))
  const seconds = stated.length > 0 ? Math.max(...stated) : defaultRetentionSeconds
  const oldest = new Date(now.getTime() - seconds * 1000)
  return deps.store.db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ id: string }>`
      select s.id
      from snapshot s
      join head h on h.product = s.product
      where s.product = ${product}
        and s.expired_at is null
        and not s.pinned
        and s.at < ${oldest}
        and s.sequence <= h.sequence - ${keepNewest}
        and s.id <> h.snapshot_id
        and not exists (select from snapshot_pin p where p.snapshot_id = s.id and p.until > ${now})
      order by s.sequence
      for update of s skip locked`.execute(tx)
    const ids = rows.map((row) => row.id)
    if (dryRun || ids.length === 0) return ids
    await tx.updateTable('snapshot').set({ expired_at: now }).where('id', 'in', ids).execute()
    await tx.deleteFrom('profile').where('snapshot_id', 'in', ids).execute()
    await tx.deleteFrom('snapshot_pin').where('until', '<=', now).execute()
    await appendEvent(tx, {
      type: 'snapshots.expired',
      subject: product,
      actor: 'system',
      at: now,
      data: { snapshots: ids },
    })
    // other servers have them in memory too
    await tellMoved(product, tx)
    for (const id of ids) deps.cache.forgetSnapshot(id)
    return ids
  })
}

/** Paths that a kept snapshot of the product names, and ids whose files stay whatever they are: snapshots kept and builds running. */
const neededBy = async (product: string, letGo: readonly string[], deps: QueueDeps) => {
  const { db } = deps.store
  // Running builds first: one that commits in between is then found among the snapshots.
  const { rows: running } = await sql<{ id: string }>`
    select worker ->> 'snapshotId' as id from run where state = 'running' and product = ${product}`.execute(db)
  const kept = await db
    .selectFrom('snapshot')
    .select(['id', 'tables'])
    .where('product', '=', product)
    .where((where) =>
      where.or([
        where('expired_at', 'is', null),
        // cursors of any server, also of one that was started again, may still be at it
        where('expired_at', '>', new Date(deps.now().getTime() - expiredFilesSeconds * 1000)),
        where.exists(
          where
            .selectFrom('snapshot_pin')
            .select('snapshot_pin.id')
            .whereRef('snapshot_pin.snapshot_id', '=', 'snapshot.id')
            .where('snapshot_pin.until', '>', deps.now()),
        ),
      ]),
    )
    .execute()
  const letGoSet = new Set(letGo)
  const staying = kept.filter((row) => !letGoSet.has(row.id))
  return {
    ids: new Set([...running.map((row) => row.id), ...staying.map((row) => row.id)]),
    paths: new Set(
      staying.flatMap((row) =>
        (row.tables as Snapshot['tables']).flatMap((table) => table.files.map((file) => file.path)),
      ),
    ),
  }
}
