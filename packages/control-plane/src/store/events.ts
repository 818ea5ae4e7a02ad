import { type Kysely, sql, type Transaction } from 'kysely'
import { json } from './json.ts'
import type { Database, Row } from './schema.ts'

export type NewEvent = { type: string; subject: string; actor: string; data: unknown; at: Date }
export type MeshEvent = Row<'event'>

/** Notified with the event's seq when the transaction that appended it commits. */
export const eventChannel = 'mesh_event'
const eventLock = 8_160_002

/**
 * Appends an event inside the transaction of what happened: both are stored or neither. @returns its seq.
 *
 * A sequence hands out numbers before commit: without the lock, transaction A could get 7 and commit after B's 8, and a reader that has
 * seen 8 would never ask for 7 again. The lock is held until commit, so seq order is commit order and "everything after N" misses nothing.
 * (Numbers may be missing after a rollback; they never appear later.) Appenders therefore wait for each other: append last, commit soon.
 */
export const appendEvent = async (tx: Transaction<Database>, event: NewEvent): Promise<number> => {
  await sql`select pg_advisory_xact_lock(${sql.lit(eventLock)})`.execute(tx)
  const { seq } = await tx
    .insertInto('event')
    .values({ ...event, data: json(event.data) })
    .returning('seq')
    .executeTakeFirstOrThrow()
  await sql`select pg_notify(${eventChannel}, ${String(seq)})`.execute(tx)
  return seq
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
