import { isMeshError, MeshError, mayQuoteRows, type Report, type Snapshot } from '@datamesh/core'
import { sql, type Transaction, type UpdateObject } from 'kysely'
import { appendEvent, type CheckOutcome, type Database, json } from '../store/index.ts'
import type { RunDeps } from './deps.ts'
import type { Claim } from './queue.ts'
import { queueChannel, runChannel, tell } from './rows.ts'

type End = {
  state: 'succeeded' | 'failed' | 'cancelled'
  snapshot?: Snapshot | null
  report?: Report | null
  error?: MeshError | null
}

/** Ends a run within the caller's transaction. @throws run-lost when it is not this process's any more: then nothing of it may count */
export const endRun = async (claim: Claim, end: End, deps: RunDeps, tx: Transaction<Database>): Promise<void> => {
  const now = deps.now()
  await letGo(
    claim,
    {
      state: end.state,
      finished_at: now,
      lease_until: null,
      result: json({ snapshot: end.snapshot?.id ?? null, report: end.report ?? null }),
      error: end.error ? json(problemOf(end.error)) : null,
      outcome: end.report ? outcomeOf(end.report) : null,
    },
    tx,
    deps,
  )
  await tell(queueChannel, claim.run.id, tx)
}

const outcomeOf = ({ passed, checks }: Report): CheckOutcome =>
  !passed ? 'failed' : checks.some((check) => check.outcome === 'warned') ? 'warned' : 'passed'

/** Ends a run that publishes nothing, and says so. */
export const endWithout = async (claim: Claim, end: End, deps: RunDeps): Promise<void> => {
  await deps.store.db.transaction().execute(async (tx) => {
    await endRun(claim, end, deps, tx)
    if (claim.row.kind !== 'publish') return
    await appendEvent(tx, {
      type: `run.${end.state}`,
      subject: claim.run.product,
      actor: claim.run.requestedBy,
      at: deps.now(),
      data: {
        run: claim.run.id,
        ...(end.error ? { code: end.error.code } : {}),
        // everybody who finds the product hears of it
        ...(end.error && !mayQuoteRows.has(end.error.code) ? { title: end.error.message } : {}),
        ...(end.error?.code === 'quality-failed'
          ? { failures: (end.error.facts as { failures: unknown }).failures }
          : {}),
      },
    })
  })
  deps.cache.drop(claim.run.product)
}

/** What can pass by itself: the platform failed, or a source was not there at that moment. A failed check and a bad row stay as they are. */
const isPassing = (error: MeshError): boolean =>
  error.kind === 'failed' ||
  error.code === 'input-not-published' ||
  (error.code === 'input-unreadable' && error.issues.every((issue) => issue.code !== 'bad-row'))

/** Puts a run back for another attempt, later each time; false when it has had all of them. */
export const tryAgain = async (
  claim: Claim,
  error: MeshError,
  backoffSeconds: number,
  deps: RunDeps,
): Promise<boolean> => {
  if (!isPassing(error) || claim.run.attempt >= claim.row.max_attempts) return false
  const at = new Date(deps.now().getTime() + backoffSeconds * 1000 * 2 ** (claim.run.attempt - 1))
  await deps.store.db.transaction().execute(async (tx) => {
    await letGo(
      claim,
      { state: 'queued', worker: null, lease_until: null, not_before: at, error: json(problemOf(error)) },
      tx,
      deps,
    )
    if (claim.row.kind === 'publish')
      await appendEvent(tx, {
        type: 'run.postponed',
        subject: claim.run.product,
        actor: claim.run.requestedBy,
        at: deps.now(),
        data: { run: claim.run.id, attempt: claim.run.attempt, code: error.code, until: at.toISOString() },
      })
  })
  return true
}

/** Takes a run out of this worker's hands. @throws run-lost when another worker has taken it over meanwhile */
const letGo = async (
  claim: Claim,
  change: UpdateObject<Database, 'run'>,
  tx: Transaction<Database>,
  deps: RunDeps,
): Promise<void> => {
  const { numUpdatedRows } = await tx
    .updateTable('run')
    .set(change)
    .where('id', '=', claim.run.id)
    .where('state', '=', 'running')
    .where('attempt', '=', claim.run.attempt)
    .where(sql<boolean>`worker ->> 'owner' = ${deps.owner}`)
    .executeTakeFirst()
  if (numUpdatedRows !== 1n) throw new MeshError('run-lost', { run: claim.run.id })
  await tx.deleteFrom('snapshot_pin').where('pinned_by', '=', claim.run.id).execute()
  await tell(runChannel, claim.run.id, tx)
}

const problemOf = (error: MeshError) => ({
  code: error.code,
  title: error.message,
  hint: error.hint,
  facts: { ...error.facts },
})

/** What was thrown, as an error of the platform; its text is for the log, not for the reader. */
export const meshErrorOf = (thrown: unknown, run: string): MeshError =>
  isMeshError(thrown) ? thrown : new MeshError('internal', { requestId: run }, { cause: thrown })
