import { MeshError, Report, type Run, RunParams, Trigger } from '@datamesh/core'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Database, Row } from '../store/index.ts'

/** What a run row keeps as params: what was asked, beside what the queue needs to know. */
export const StoredParams = z.object({
  asked: RunParams,
  /** Head that the caller has seen; absent: any. */
  expecting: z.string().nullable().optional(),
  release: z.string(),
  /** Runs of one backfill start in order of `index`. */
  group: z.string().optional(),
  index: z.number().int().optional(),
  /** Run whose finished models are taken over where nothing has changed since. */
  reuse: z.string().optional(),
  /** Profile runs: of which snapshot. */
  snapshot: z.string().optional(),
})
export type StoredParams = z.infer<typeof StoredParams>

export const StoredResult = z.object({ snapshot: z.string().nullable(), report: Report.nullable() })
export type StoredResult = z.infer<typeof StoredResult>

/** Who runs it: the process, and the id that its staged files carry. */
export const StoredWorker = z.object({ owner: z.string(), snapshotId: z.string() })

export type RunKind = 'publish' | 'profile'

export const runOf = (row: Row<'run'>): Run => {
  const params = StoredParams.parse(row.params)
  return {
    id: row.id,
    product: row.product,
    release: params.release,
    state: row.state,
    trigger: Trigger.parse(row.trigger),
    params: params.asked,
    requestedBy: row.requested_by,
    attempt: row.attempt,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
    snapshot: row.result ? StoredResult.parse(row.result).snapshot : null,
    error: row.error as Run['error'],
  }
}

export const noRun = (id: string): MeshError => new MeshError('not-found', { what: `run ${id}` })

/** Told when there may be something to claim. */
export const queueChannel = 'mesh_queue'
/** Told with a run's id when its state or log moved. */
export const runChannel = 'mesh_run'

export const tell = (channel: string, payload: string, db: Kysely<Database>): Promise<unknown> =>
  sql`select pg_notify(${channel}, ${payload})`.execute(db)
