import type { Actor } from '@datamesh/core'
import type { Kysely } from 'kysely'
import type { Database } from '../store/index.ts'
import { sessionWithActor } from './store.ts'

const minute = 60_000
/** A browser that is not used for so long is signed out. */
const idleMs = 12 * 60 * minute
/** However busy it is: after so long one signs in again. */
const absoluteMs = 7 * 24 * 60 * minute
/** Somebody else's issuer is asked again each working day: what it took away is gone by then. */
const absoluteByIssuerMs = 8 * 60 * minute
const renewEveryMs = 10 * minute

export type LiveSession = {
  actor: Actor
  expiresAt: number
  /** From then on it wants to be looked at again, to move its end. */
  renewAt: number
  /** This look moved its end: the cookie is to be sent again. */
  renewed: boolean
}

/** The session behind a secret's digest; with `move` its end is moved on when that has not happened for ten minutes. Null: none, or over. */
export const liveSession = async (
  db: Kysely<Database>,
  hash: string,
  at: Date,
  move: boolean,
): Promise<LiveSession | null> => {
  const session = await sessionWithActor(db, hash, at)
  if (session === null) return null
  const { actor, expires_at, last_seen_at, created_at, key_expires_at, method } = session
  const seen = (last_seen_at ?? created_at).getTime()
  if (!move || at.getTime() - seen < renewEveryMs)
    return { actor, expiresAt: expires_at.getTime(), renewAt: seen + renewEveryMs, renewed: false }
  const moved = endOf({ createdAt: created_at, keyExpiresAt: key_expires_at, method }, at)
  // of several requests that come at once, one moves it
  const { numUpdatedRows } = await db
    .updateTable('session')
    .set({ last_seen_at: at, expires_at: moved })
    .where('hash', '=', hash)
    .where('ended_at', 'is', null)
    .where('last_seen_at', 'is not distinct from', last_seen_at)
    .executeTakeFirst()
  return {
    actor,
    expiresAt: moved.getTime(),
    renewAt: at.getTime() + renewEveryMs,
    renewed: numUpdatedRows > 0n,
  }
}

/** Twelve hours from now, but not longer than the session may last in all, nor than the key that opened it. */
export const endOf = (
  { createdAt, keyExpiresAt, method }: { createdAt: Date; keyExpiresAt: Date | null; method: string | null },
  at: Date,
): Date =>
  new Date(
    Math.min(
      at.getTime() + idleMs,
      createdAt.getTime() + (method === 'oidc' ? absoluteByIssuerMs : absoluteMs),
      keyExpiresAt?.getTime() ?? Number.POSITIVE_INFINITY,
    ),
  )
