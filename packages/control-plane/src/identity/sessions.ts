import { MeshError, type PrincipalView } from '@datamesh/core'
import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { Database } from '../store/index.ts'
import { type IdentityDeps, note, tellReplicas, viewOf } from './identity.ts'
import { endOf } from './live_session.ts'
import { keyWithActor, principals, takeCode } from './store.ts'
import { digestOf, keyIdOf, looksLikeCode, newSession, sameDigest } from './token.ts'

type Db = Kysely<Database>

/** What opens a session: a one-time code, or the token of an API key. */
export type Proof = { code: string } | { token: string }

/**
 * Signs a browser in. Unlike `signIn` it makes no key: the secret lives in a cookie, its SHA-256 in the state. A session that a key opened
 * ends with that key. @throws unauthenticated
 */
export const openSession = async (
  proof: Proof,
  { store, now }: Pick<IdentityDeps, 'store' | 'now'>,
): Promise<{ secret: string; principal: z.infer<typeof PrincipalView>; expiresAt: Date }> => {
  const at = now()
  const made = newSession()
  return store.db.transaction().execute(async (tx) => {
    const opener = 'code' in proof ? await openerByCode(tx, proof.code, at) : await openerByToken(tx, proof.token, at)
    const principal = opener === null ? undefined : (await principals(tx, opener.principal))[0]
    if (opener === null || principal === undefined) {
      const what = 'code' in proof ? 'code' : 'token'
      throw new MeshError('unauthenticated', { why: `the ${what} is not valid, or not any more` })
    }
    const expiresAt = endOf({ createdAt: at, keyExpiresAt: opener.keyExpiresAt }, at)
    await tx.deleteFrom('session').where('expires_at', '<', at).execute()
    await tx
      .insertInto('session')
      .values({
        hash: made.hash,
        principal: principal.id,
        created_at: at,
        expires_at: expiresAt,
        last_seen_at: at,
        key_id: opener.keyId,
      })
      .execute()
    const how = opener.keyId === null ? { by: 'code' } : { by: 'key', key: opener.keyId }
    await note(tx, 'session.opened', principal.id, principal.id, how, at)
    return { secret: made.secret, principal: viewOf(principal), expiresAt }
  })
}

/** Signs a browser out, here and in every replica at once. A session that is over already stays so. */
export const closeSession = async (secret: string, { store, now, authenticator }: IdentityDeps): Promise<void> => {
  const at = now()
  await store.db.transaction().execute(async (tx) => {
    const closed = await tx
      .updateTable('session')
      .set({ ended_at: at })
      .where('hash', '=', digestOf(secret))
      .where('ended_at', 'is', null)
      .returning('principal')
      .executeTakeFirst()
    if (!closed) return
    await note(tx, 'session.closed', closed.principal, closed.principal, {}, at)
    await tellReplicas(tx)
  })
  authenticator.forget()
}

type Opener = { principal: string; keyId: string | null; keyExpiresAt: Date | null }

const openerByCode = async (tx: Db, code: string, at: Date): Promise<Opener | null> => {
  if (!looksLikeCode(code)) return null
  const principal = await takeCode(tx, digestOf(code), at)
  return principal === null ? null : { principal, keyId: null, keyExpiresAt: null }
}

const openerByToken = async (tx: Db, token: string, at: Date): Promise<Opener | null> => {
  const id = keyIdOf(token)
  const key = id === null ? null : await keyWithActor(tx, id)
  if (key === null || !sameDigest(key.hash, digestOf(token))) return null
  if (key.expires_at !== null && key.expires_at <= at) return null
  return { principal: key.principal, keyId: key.id, keyExpiresAt: key.expires_at }
}
