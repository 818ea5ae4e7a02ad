import { type Kysely, sql, type Transaction } from 'kysely'
import { appendAudit, logLock } from './audit.ts'
import { json } from './json.ts'
import type { Database, Row } from './schema.ts'

export type NewEvent = { type: string; subject: string; actor: string; data: unknown; at: Date }
export type MeshEvent = Row<'event'>

/** Notified with the event's seq when the transaction that appended it commits. */
export const eventChannel = 'mesh_event'

/**
 * Appends an event, and its entry of the audit log, inside the transaction of what happened: all are stored or none. @returns its seq.
 *
 * A sequence hands out numbers before commit: without the lock, transaction A could get 7 and commit after B's 8, and a reader that has
 * seen 8 would never ask for 7 again. The lock is held until commit, so seq order is commit order and "everything after N" misses nothing.
 * (Numbers may be missing after a rollback; they never appear later.) Appenders therefore wait for each other: append last, commit soon.
 */
export const appendEvent = async (tx: Transaction<Database>, event: NewEvent): Promise<number> => {
  await sql`select pg_advisory_xact_lock(${sql.lit(logLock)})`.execute(tx)
  const { seq } = await tx
    .insertInto('event')
    .values({ ...event, data: json(event.data) })
    .returning('seq')
    .executeTakeFirstOrThrow()
  await sql`select pg_notify(${eventChannel}, ${String(seq)})`.execute(tx)
  // refusals are written down one by one where they happen; their events only tell of them
  if (event.type !== 'data.refused')
    await appendAudit(tx, [
      {
        at: event.at,
        kind: auditKindOf(event.type),
        actor: event.actor,
        action: event.type,
        subject: event.subject,
        allow: verdicts[event.type] ?? null,
        because: reasonOf(event.data),
        data: { ...(event.data as Record<string, unknown>), event: seq },
      },
    ])
  return seq
}

const verdicts: Readonly<Record<string, boolean>> = {
  'access.granted': true,
  'access.denied': false,
  'access.revoked': false,
}

const auditKindOf = (type: string): string => {
  if (type in verdicts) return 'decision'
  if (/^(sign-in|session)\./.test(type)) return 'sign-in'
  if (/^(policy|waiver|verdict|certification)\./.test(type)) return 'policy'
  return type === 'snapshots.expired' ? 'retention' : 'change'
}

const reasonOf = (data: unknown): string => {
  const { reason } = (data ?? {}) as { reason?: unknown }
  return typeof reason === 'string' ? reason : ''
}

/** Events after `seq` in order, at most `limit`: ask again with the last seq. `subjects` and `types` narrow; an empty list gives nothing. */
export const eventsAfter = (
  db: Kysely<Database>,
  seq: number,
  { limit = 500, subjects, types }: { limit?: number; subjects?: readonly string[]; types?: readonly string[] } = {},
): Promise<MeshEvent[]> =>
  db
    .selectFrom('event')
    .selectAll()
    .where('seq', '>', seq)
    .$if(subjects !== undefined, (query) => query.where('subject', '=', sql<string>`any(${subjects})`))
    .$if(types !== undefined, (query) => query.where('type', '=', sql<string>`any(${types})`))
    .orderBy('seq')
    .limit(limit)
    .execute()

/** Events before `seq` (none: all), newest first. `type`: or its beginning. An empty list of subjects gives nothing. */
export const eventsBefore = (
  db: Kysely<Database>,
  seq: number | undefined,
  { limit, subjects, type }: { limit: number; subjects?: readonly string[]; type?: string },
): Promise<MeshEvent[]> =>
  db
    .selectFrom('event')
    .selectAll()
    .$if(seq !== undefined, (query) => query.where('seq', '<', seq as number))
    .$if(subjects !== undefined, (query) => query.where('subject', '=', sql<string>`any(${subjects})`))
    .$if(type !== undefined, (query) => query.where(sql<boolean>`starts_with(type, ${type})`))
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()

/** The newest seq, 0 when nothing has happened yet. */
export const lastSeq = async (db: Kysely<Database>): Promise<number> => {
  const row = await db
    .selectFrom('event')
    .select((e) => e.fn.max('seq').as('seq'))
    .executeTakeFirst()
  return row?.seq ?? 0
}
