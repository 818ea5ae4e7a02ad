import { MeshError } from '@datamesh/core'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Database } from '../store/index.ts'
import { endOf } from './live_session.ts'
import { type IdentityDeps, note, tellReplicas } from './notes.ts'
import { ownViewOf, type Principal } from './principals.ts'
import { keyWithActor, principals, takeCode } from './store.ts'
import { digestOf, keyIdOf, looksLikeCode, newSession, sameDigest } from './token.ts'

type Db = Kysely<Database>

/** What opens a session: a one-time code, the token of an API key, or somebody whom an issuer has proven. */
export type Proof = { code: string } | { token: string } | { principal: string; method: 'password' | 'oidc' }

/**
 * Signs a browser in. Unlike `signIn` it makes no key: the secret lives in a cookie, its SHA-256 in the state. A session that a key opened
 * ends with that key. `replaces`: the session that this browser had; it ends. @throws unauthenticated
 */
export const openSession = async (
  proof: Proof,
  { store, now }: Pick<IdentityDeps, 'store' | 'now'>,
  replaces: string | null = null,
): Promise<{ secret: string; principal: Principal; expiresAt: Date }> => {
  const at = now()
  const made = newSession()
  return store.db.transaction().execute(async (tx) => {
    const opener = await openerBy(proof, tx, at)
    const principal = opener === null ? undefined : (await principals(tx, opener.principal))[0]
    if (opener === null || principal === undefined || principal.disabled) {
      const what = 'code' in proof ? 'code' : 'token' in proof ? 'token' : 'sign-in'
      throw new MeshError('unauthenticated', { why: `the ${what} is not valid, or not any more` })
    }
    const { keyId, method } = opener
    const expiresAt = endOf({ createdAt: at, keyExpiresAt: opener.keyExpiresAt, method }, at)
    await tx.deleteFrom('session').where('expires_at', '<', at).execute()
    if (replaces !== null) await endOne(tx, replaces, at)
    await tx
      .insertInto('session')
      .values({
        hash: made.hash,
        principal: principal.id,
        created_at: at,
        expires_at: expiresAt,
        last_seen_at: at,
        key_id: keyId,
        method,
      })
      .execute()
    const how = keyId === null ? { by: method } : { by: method, key: keyId }
    await note(tx, 'session.opened', principal.id, principal.id, how, at)
    return { secret: made.secret, principal: ownViewOf(principal), expiresAt }
  })
}

/** Signs a browser out, here and in every replica at once. @returns how it was signed in; null when it was over already */
export const closeSession = async (
  secret: string,
  { store, now, authenticator }: IdentityDeps,
): Promise<{ method: string | null } | null> => {
  const at = now()
  const closed = await store.db.transaction().execute(async (tx) => {
    const ended = await endOne(tx, secret, at)
    if (ended === null) return null
    await note(tx, 'session.closed', ended.principal, ended.principal, {}, at)
    await tellReplicas(tx)
    return { method: ended.method }
  })
  authenticator.forget()
  return closed
}

/**
 * Another secret for the same browser, after something about its person has changed that an older secret should not outlive.
 * @returns null when the session is over
 */
export const renewSession = async (
  secret: string,
  { store, now, authenticator }: IdentityDeps,
): Promise<{ secret: string; expiresAt: Date } | null> => {
  const made = newSession()
  const renewed = await store.db.transaction().execute(async (tx) => {
    const row = await tx
      .updateTable('session')
      .set({ hash: made.hash })
      .where('hash', '=', digestOf(secret))
      .where('ended_at', 'is', null)
      .where('expires_at', '>', now())
      .returning('expires_at')
      .executeTakeFirst()
    if (row !== undefined) await tellReplicas(tx)
    return row
  })
  authenticator.forget()
  return renewed === undefined ? null : { secret: made.secret, expiresAt: renewed.expires_at }
}

export type SessionView = {
  id: string
  createdAt: string
  lastSeenAt: string | null
  expiresAt: string
  current: boolean
}

/** Where somebody is signed in by browser, the newest first. `current`: the secret of the browser that asks. */
export const listSessions = async (
  principal: string,
  current: string | null,
  { store, now }: Pick<IdentityDeps, 'store' | 'now'>,
): Promise<SessionView[]> => {
  const own = current === null ? null : digestOf(current)
  const rows = await store.db
    .selectFrom('session')
    .select(['hash', 'created_at', 'last_seen_at', 'expires_at'])
    .where('principal', '=', principal)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now())
    .orderBy('created_at', 'desc')
    .limit(200)
    .execute()
  return rows.map((row) => ({
    id: idOf(row.hash),
    createdAt: row.created_at.toISOString(),
    lastSeenAt: row.last_seen_at?.toISOString() ?? null,
    expiresAt: row.expires_at.toISOString(),
    current: row.hash === own,
  }))
}

/** Ends one session of somebody, or all but the one that asks, with everything that the embedded issuer gave out. @throws not-found */
export const endSessions = async (
  wish: { principal: string; id?: string | undefined; keep: string | null },
  { store, now, authenticator }: IdentityDeps,
): Promise<void> => {
  const at = now()
  await store.db.transaction().execute(async (tx) => {
    const ended = await tx
      .updateTable('session')
      .set({ ended_at: at })
      .where('principal', '=', wish.principal)
      .where('ended_at', 'is', null)
      .$if(wish.id !== undefined, (query) => query.where(sql`left(hash, ${idLength})`, '=', wish.id ?? ''))
      .$if(wish.id === undefined && wish.keep !== null, (query) => query.where('hash', '!=', digestOf(wish.keep ?? '')))
      .returning('hash')
      .execute()
    if (wish.id !== undefined && ended.length === 0)
      throw new MeshError('not-found', { what: `session ${wish.id.slice(0, 20)}` })
    if (wish.id === undefined) await tx.deleteFrom('oidc_record').where('account', '=', wish.principal).execute()
    await note(tx, 'session.closed', wish.principal, wish.principal, { sessions: ended.length }, at)
    await tellReplicas(tx)
  })
  authenticator.forget()
}

/** How the session of a browser was opened; null when there is none. */
export const sessionMethod = async (
  secret: string,
  { store, now }: Pick<IdentityDeps, 'store' | 'now'>,
): Promise<string | null> => {
  const session = await store.db
    .selectFrom('session')
    .select('method')
    .where('hash', '=', digestOf(secret))
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now())
    .executeTakeFirst()
  return session?.method ?? null
}

/** A part of the digest names a session; it does not open it. */
const idLength = 16
const idOf = (hash: string): string => hash.slice(0, idLength)

const endOne = async (tx: Transaction<Database>, secret: string, at: Date) =>
  (await tx
    .updateTable('session')
    .set({ ended_at: at })
    .where('hash', '=', digestOf(secret))
    .where('ended_at', 'is', null)
    .returning(['principal', 'method'])
    .executeTakeFirst()) ?? null

type Opener = { principal: string; method: string; keyId: string | null; keyExpiresAt: Date | null }

const openerBy = async (proof: Proof, tx: Db, at: Date): Promise<Opener | null> => {
  if ('code' in proof) {
    if (!looksLikeCode(proof.code)) return null
    const principal = await takeCode(tx, digestOf(proof.code), at)
    return principal === null ? null : { principal, method: 'code', keyId: null, keyExpiresAt: null }
  }
  if ('principal' in proof) return { ...proof, keyId: null, keyExpiresAt: null }
  const id = keyIdOf(proof.token)
  const key = id === null ? null : await keyWithActor(tx, id)
  if (key === null || !sameDigest(key.hash, digestOf(proof.token))) return null
  if (key.expires_at !== null && key.expires_at <= at) return null
  return { principal: key.principal, method: 'key', keyId: key.id, keyExpiresAt: key.expires_at }
}
