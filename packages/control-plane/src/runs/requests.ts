import { type Actor, MeshError, type Run, RunParams, type Trigger } from '@datamesh/core'
import { sql, type Transaction } from 'kysely'
import { lostTo, type ProductEntry, productEntry } from '../catalog/index.ts'
import { appendEvent, type Database, json, type Row } from '../store/index.ts'
import type { QueueDeps } from './deps.ts'
import { getRun } from './list.ts'
import { noRun, queueChannel, type RunKind, runChannel, runOf, type StoredParams, tell } from './rows.ts'

export type PublishRequest = {
  params?: Partial<RunParams>
  trigger: Trigger
  actor: Pick<Actor, 'id'>
  /** Head that the caller has seen; another head, or somebody publishing from it already, is a conflict. Absent: any head. */
  expecting?: string | null | undefined
  /** Run whose finished models are taken over where nothing has changed since. */
  reuse?: string | undefined
}

/** People do not wait for machines. */
const priorities: Record<Trigger['by'], number> = {
  person: 10,
  retry: 10,
  start: 5,
  input: 5,
  schedule: 5,
  backfill: 1,
}

/**
 * Queues a publish. Where the same is queued and has not begun, or reads nothing but the very snapshots that this one would, that run is
 * the answer: it sees everything this one would.
 * @throws not-found, base-moved when `expecting` is not the head or another run starts from it
 */
export const requestPublish = async (product: string, request: PublishRequest, deps: QueueDeps): Promise<Run> => {
  const entry = await productEntry(product, deps)
  const { attempts } = entry.product.transforms.retry
  return deps.store.db.transaction().execute(async (tx) => {
    const head = await tx
      .selectFrom('head')
      .select('snapshot_id')
      .where('product', '=', product)
      .forUpdate()
      .executeTakeFirstOrThrow()
    if (request.expecting !== undefined) await refuseLate(product, request.expecting, head.snapshot_id, tx)
    const asked = RunParams.parse(request.params ?? {})
    const same =
      request.expecting === undefined
        ? ((await queuedAlready(product, asked, tx)) ?? (await runningAlike(entry, asked, tx)))
        : undefined
    if (same) return runOf(same)
    const params: StoredParams = {
      asked,
      release: entry.release,
      ...(request.expecting === undefined ? {} : { expecting: request.expecting }),
      ...(request.reuse === undefined ? {} : { reuse: request.reuse }),
    }
    return enqueue({ product, params, trigger: request.trigger, by: request.actor.id, attempts }, deps, tx)
  })
}

const refuseLate = async (
  product: string,
  expecting: string | null,
  head: string | null,
  tx: Transaction<Database>,
) => {
  if (head !== expecting) throw await lostTo(product, expecting, head, tx)
  const { rows } = await sql<Row<'run'>>`
    select *
    from run
    where product = ${product}
      and kind = 'publish'
      and state in ('queued', 'running')
      and params ? 'expecting'
    order by created_at
    limit 1`.execute(tx)
  const first = rows[0]
  if (first)
    throw new MeshError('base-moved', {
      product,
      expected: expecting,
      winner: null,
      run: first.id,
      by: first.requested_by,
      at: first.created_at.toISOString(),
    })
}

const queuedAlready = async (product: string, asked: RunParams, tx: Transaction<Database>) => {
  const { rows } = await sql<Row<'run'>>`
    select *
    from run
    where product = ${product}
      and kind = 'publish'
      and state = 'queued'
      and attempt = 0
      and params -> 'asked' = ${json(asked)}
      and not params ? 'expecting'
      and not params ? 'group'
    limit 1`.execute(tx)
  return rows[0]
}

/** A run that has begun with the inputs of this moment. Files may have changed since it read them, so only products over products. */
const runningAlike = async ({ product, release }: ProductEntry, asked: RunParams, tx: Transaction<Database>) => {
  if (product.inputPorts.length === 0 || product.inputPorts.some((port) => port.source.from !== 'product'))
    return undefined
  const { rows } = await sql<Row<'run'>>`
    select r.*
    from run r
    where r.product = ${product.id}
      and r.kind = 'publish'
      and r.state = 'running'
      and r.cancel_requested_at is null
      and r.params -> 'asked' = ${json(asked)}
      and r.params ->> 'release' = ${release}
      and not r.params ? 'expecting'
      and not r.params ? 'group'
      and not exists (
        select
        from snapshot_pin p
        join snapshot s on s.id = p.snapshot_id
        join head h on h.product = s.product
        where p.pinned_by = r.id and h.snapshot_id <> s.id)
    limit 1`.execute(tx)
  return rows[0]
}

export type NewRun = {
  product: string
  kind?: RunKind
  params: StoredParams
  trigger: Trigger
  by: string
  attempts: number
  priority?: number
}

/** One more run in the queue, within the caller's transaction. */
export const enqueue = async (run: NewRun, deps: QueueDeps, tx: Transaction<Database>): Promise<Run> => {
  const now = deps.now()
  const row = await tx
    .insertInto('run')
    .values({
      id: deps.newId('run'),
      product: run.product,
      domain: run.product.split('/')[0] ?? '',
      kind: run.kind ?? 'publish',
      requested_by: run.by,
      trigger: json(run.trigger),
      params: json(run.params),
      max_attempts: Math.max(1, run.attempts),
      priority: run.priority ?? priorities[run.trigger.by],
      created_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  if (row.kind === 'publish')
    await appendEvent(tx, {
      type: 'run.queued',
      subject: run.product,
      actor: run.by,
      at: now,
      data: { run: row.id, trigger: run.trigger },
    })
  await tell(queueChannel, row.id, tx)
  return runOf(row)
}

/** One run for each set of vars; they start in this order, one after the other. @throws not-found */
export const backfill = async (
  product: string,
  vars: readonly Record<string, unknown>[],
  actor: Pick<Actor, 'id'>,
  deps: QueueDeps,
): Promise<Run[]> => {
  const entry = await productEntry(product, deps)
  const group = deps.newId('backfill')
  return deps.store.db.transaction().execute(async (tx) => {
    const runs: Run[] = []
    for (const [index, each] of vars.entries()) {
      const params: StoredParams = { asked: RunParams.parse({ vars: each }), release: entry.release, group, index }
      const attempts = entry.product.transforms.retry.attempts
      runs.push(await enqueue({ product, params, trigger: { by: 'backfill' }, by: actor.id, attempts }, deps, tx))
    }
    return runs
  })
}

/** Asks a run to stop. A queued one is over at once; a running one when its process is gone. @throws not-found, run-finished */
export const cancelRun = async (id: string, actor: Pick<Actor, 'id'>, deps: QueueDeps): Promise<Run> =>
  deps.store.db.transaction().execute(async (tx) => {
    const row = await tx.selectFrom('run').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
    if (!row) throw noRun(id)
    const now = deps.now()
    if (row.state !== 'queued' && row.state !== 'running')
      throw new MeshError('run-finished', { run: id, state: row.state })
    const changed = await tx
      .updateTable('run')
      .set({
        cancel_requested_at: now,
        ...(row.state === 'queued' ? { state: 'cancelled' as const, finished_at: now } : {}),
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await tell(runChannel, id, tx)
    await tell(queueChannel, id, tx)
    await appendEvent(tx, {
      type: row.state === 'queued' ? 'run.cancelled' : 'run.cancel-requested',
      subject: row.product,
      actor: actor.id,
      at: now,
      data: { run: id },
    })
    return runOf(changed)
  })

/**
 * The same run once more, as a new one. From `failed`: what the run had built is taken over where nothing has changed since.
 * @throws not-found
 */
export const retryRun = async (
  id: string,
  { from = 'start' }: { from?: 'start' | 'failed' },
  actor: Pick<Actor, 'id'>,
  deps: QueueDeps,
): Promise<Run> => {
  const before = await getRun(id, deps)
  const trigger: Trigger = { by: 'retry', run: id }
  return requestPublish(
    before.product,
    { params: before.params, trigger, actor, ...(from === 'failed' ? { reuse: id } : {}) },
    deps,
  )
}
