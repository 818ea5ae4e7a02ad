import type { Run } from '@datamesh/core'
import { sql } from 'kysely'
import { appendEvent, json, type Row } from '../store/index.ts'
import type { RunDeps } from './deps.ts'
import { noRun, queueChannel, runChannel, runOf, StoredParams, StoredWorker, tell } from './rows.ts'

/** Claims take turns, so that two processes cannot begin two runs of one product at the same moment. */
const claimLock = 8_160_102

export type Claim = { run: Run; row: Row<'run'>; params: StoredParams; snapshotId: string }

/**
 * The next run for this process, marked as running, or null. One run per product and kind at a time. A backfill goes in order. What an
 * input, a schedule or the start asked for waits until everything upstream has settled, so that a diamond of products is built once;
 * what a person asked for waits only for inputs that have never published.
 */
export const claimNext = async (deps: RunDeps): Promise<Claim | null> => {
  const now = deps.now()
  if (!(await anyQueued(now, deps))) return null
  return deps.store.db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(claimLock)})`.execute(tx)
    const { rows } = await sql<Row<'run'>>`
      select r.*
      from run r
      where r.state = 'queued'
        and (r.not_before is null or r.not_before <= ${now})
        and not exists (
          select from run o
          where o.state = 'running' and o.product = r.product and o.kind = r.kind)
        and not exists (
          select from run e
          where e.state = 'queued'
            and e.product = r.product
            and e.params ->> 'group' = r.params ->> 'group'
            and cast(e.params ->> 'index' as integer) < cast(r.params ->> 'index' as integer))
        and not exists (
          with recursive upstream as (
            select from_ref as product
            from lineage_edge
            where level = 'product' and from_kind = 'product' and product = r.product
            union
            select e.from_ref
            from lineage_edge e
            join upstream u on u.product = e.product
            where e.level = 'product' and e.from_kind = 'product')
          select
          from upstream u
          join run b on b.product = u.product
          left join head h on h.product = u.product
          where r.kind = 'publish'
            and b.kind = 'publish'
            and (b.state = 'running' or (b.state = 'queued' and (b.not_before is null or b.not_before <= ${now})))
            and (r.trigger ->> 'by' in ('input', 'start', 'schedule') or h.snapshot_id is null))
      order by r.priority desc, r.created_at, r.id
      limit 1
      for update of r skip locked`.execute(tx)
    const row = rows[0]
    if (!row) return null
    const snapshotId = deps.newId('snap')
    const current = await tx
      .selectFrom('product')
      .select('current_version')
      .where('id', '=', row.product)
      .executeTakeFirst()
    const asked = StoredParams.parse(row.params)
    // A publish builds the release of the moment it begins; a profile belongs to the one of its snapshot.
    const params = row.kind === 'publish' ? { ...asked, release: current?.current_version ?? asked.release } : asked
    const claimed = await tx
      .updateTable('run')
      .set({
        state: 'running',
        params: json(params),
        attempt: row.attempt + 1,
        worker: json({ owner: deps.owner, snapshotId }),
        lease_until: leaseEnd(now, deps),
        started_at: row.started_at ?? now,
        not_before: null,
        error: null,
      })
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await tell(runChannel, row.id, tx)
    if (row.kind === 'publish')
      await appendEvent(tx, {
        type: 'run.started',
        subject: row.product,
        actor: row.requested_by,
        at: now,
        data: { run: row.id, attempt: claimed.attempt },
      })
    return { run: runOf(claimed), row: claimed, params, snapshotId }
  })
}

/** Asked every second or two: must cost nothing when there is nothing. */
const anyQueued = async (now: Date, deps: RunDeps): Promise<boolean> => {
  const row = await deps.store.db
    .selectFrom('run')
    .select('id')
    .where('state', '=', 'queued')
    .where((where) => where.or([where('not_before', 'is', null), where('not_before', '<=', now)]))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

const leaseEnd = (now: Date, deps: RunDeps): Date => new Date(now.getTime() + deps.limits.leaseSeconds * 1000)

/** Keeps this process's runs. @returns those that are still its own, and which of them somebody wants stopped. */
export const renewLeases = async (deps: RunDeps): Promise<Map<string, { cancel: boolean }>> => {
  const rows = await deps.store.db
    .updateTable('run')
    .set({ lease_until: leaseEnd(deps.now(), deps) })
    .where('state', '=', 'running')
    .where(sql<boolean>`worker ->> 'owner' = ${deps.owner}`)
    .returning(['id', 'cancel_requested_at'])
    .execute()
  return new Map(rows.map((row) => [row.id, { cancel: row.cancel_requested_at !== null }]))
}

/**
 * Runs whose worker is gone go back into the queue, or are called failed after too many losses. `all`: no other process can have any
 * (the embedded state has one), so that a restart need not wait for leases to end.
 */
export const recoverLost = async ({ all }: { all: boolean }, deps: RunDeps): Promise<number> => {
  const now = deps.now()
  return deps.store.db.transaction().execute(async (tx) => {
    const lost = await tx
      .selectFrom('run')
      .selectAll()
      .where('state', '=', 'running')
      .where(sql<boolean>`worker ->> 'owner' <> ${deps.owner}`)
      .$if(!all, (query) => query.where('lease_until', '<', now))
      .forUpdate()
      .skipLocked()
      .execute()
    for (const row of lost) {
      const over = row.cancel_requested_at !== null || row.attempt >= row.max_attempts + deps.limits.crashes
      const state = row.cancel_requested_at !== null ? 'cancelled' : over ? 'failed' : 'queued'
      const error = {
        code: 'worker-died',
        title: `the process of run ${row.id} ended ${row.attempt} times`,
        hint: 'look at the log of the platform, then publish again',
        facts: { run: row.id },
      }
      await tx
        .updateTable('run')
        .set({
          state,
          worker: null,
          lease_until: null,
          ...(over ? { finished_at: now } : {}),
          ...(state === 'failed' ? { error: json(error) } : {}),
        })
        .where('id', '=', row.id)
        .execute()
      await tx.deleteFrom('snapshot_pin').where('pinned_by', '=', row.id).execute()
      await tell(state === 'queued' ? queueChannel : runChannel, row.id, tx)
    }
    for (const row of lost)
      await appendEvent(tx, {
        type: 'run.recovered',
        subject: row.product,
        actor: 'system',
        at: now,
        data: { run: row.id, attempt: row.attempt, worker: StoredWorker.parse(row.worker).owner },
      })
    return lost.length
  })
}

/** Gives a run back as if it had not begun: the process is closing. */
export const giveBack = async (id: string, deps: RunDeps): Promise<void> => {
  const row = await deps.store.db
    .updateTable('run')
    .set((run) => ({ state: 'queued', worker: null, lease_until: null, attempt: run('attempt', '-', 1) }))
    .where('id', '=', id)
    .where('state', '=', 'running')
    .where(sql<boolean>`worker ->> 'owner' = ${deps.owner}`)
    .returning('id')
    .executeTakeFirst()
  if (!row) throw noRun(id)
  await deps.store.db.deleteFrom('snapshot_pin').where('pinned_by', '=', id).execute()
}
