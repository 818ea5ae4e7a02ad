import { type Actor, MeshError } from '@datamesh/core'
import type { Transaction } from 'kysely'
import type { Database, Row } from '../store/index.ts'
import { type IdentityDeps, note, tellReplicas } from './notes.ts'
import { bind, mustSignIn, ownViewOf, type Principal } from './principals.ts'
import { principals, takeCode } from './store.ts'
import { digestOf, keyIdOf, looksLikeCode, newCode, newToken } from './token.ts'

type Tx = Transaction<Database>
type KeyFacts = { id: string; name: string; prefix: string; principal: string }
/** As the API shows it: never the secret. */
export type Key = KeyFacts & {
  createdAt: string
  lastUsedAt: string | null
  expiresAt: string | null
  revokedAt: string | null
}

/** Rule: ASVS 5.0, 6.5.5 */
const codeMinutes = 10
const signedInDays = 30

/**
 * Called at every start: the first one creates the principal `admin`. There is no default password; `createSignIn('admin', …)` or
 * `createKey('admin', …)` by somebody who holds the state is the way in.
 */
export const bootstrap = async ({ store, now }: IdentityDeps): Promise<{ created: boolean }> =>
  store.db.transaction().execute(async (tx) => {
    const made = await tx
      .insertInto('principal')
      .values({ id: 'admin', name: 'Administrator', kind: 'person', created_at: now() })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!made) return { created: false }
    await bind(tx, 'admin', [{ role: 'platform-admin' }], now())
    await note(tx, 'principal.created', 'admin', 'system', { roles: [{ role: 'platform-admin' }] }, now())
    return { created: true }
  })

/** A code that signs in once within 10 minutes. @throws not-found, request-invalid for a team */
export const createSignIn = async (
  principal: string,
  by: string,
  { store, now }: IdentityDeps,
): Promise<{ code: string; expiresAt: string }> => {
  const at = now()
  const expires = new Date(at.getTime() + codeMinutes * 60_000)
  const made = newCode()
  await store.db.transaction().execute(async (tx) => {
    await mustSignIn(tx, principal)
    await tx.deleteFrom('login_code').where('expires_at', '<', at).execute()
    await tx
      .insertInto('login_code')
      .values({ hash: made.hash, principal, created_at: at, expires_at: expires })
      .execute()
    await note(tx, 'sign-in.created', principal, by, {}, at)
  })
  return { code: made.code, expiresAt: expires.toISOString() }
}

/** Exchanges a code for a token of 30 days. Used, expired and unknown codes get the same answer. @throws unauthenticated */
export const signIn = async (
  code: string,
  name: string | undefined,
  deps: IdentityDeps,
): Promise<{ token: string; principal: Principal; expiresAt: string | null }> => {
  const refused = new MeshError('unauthenticated', { why: 'the code is not valid, or not any more' })
  if (!looksLikeCode(code)) throw refused
  const { store, now } = deps
  const at = now()
  const made = newToken()
  const expires = new Date(at.getTime() + signedInDays * 86_400_000)
  return store.db.transaction().execute(async (tx) => {
    const id = await takeCode(tx, digestOf(code), at)
    const principal = id === null ? undefined : (await principals(tx, id))[0]
    if (id === null || principal === undefined || principal.disabled) throw refused
    await insertKey(tx, made, { principal: id, name: name ?? 'signed in', at, expires })
    await note(tx, 'sign-in.used', id, id, { key: made.id }, at)
    return { token: made.token, principal: ownViewOf(principal), expiresAt: expires.toISOString() }
  })
}

/**
 * When the key ends that a request was signed in by, itself or by way of a browser's session. Null: by no key, or by one without an end.
 */
export const endOfKey = async (
  { token, session }: { token: string | null; session: string | null },
  { store }: Pick<IdentityDeps, 'store'>,
): Promise<Date | null> => {
  const id = token === null ? null : keyIdOf(token)
  if (id === null && (token !== null || session === null)) return null
  const key = await store.db
    .selectFrom('api_key as k')
    .select('k.expires_at')
    .$if(id !== null, (query) => query.where('k.id', '=', id ?? ''))
    .$if(id === null, (query) =>
      query.innerJoin('session as s', 's.key_id', 'k.id').where('s.hash', '=', digestOf(session ?? '')),
    )
    .executeTakeFirst()
  return key?.expires_at ?? null
}

/** A new key; the token is in this answer and nowhere else. `notAfter`: it ends then, whatever was wished. @throws not-found, request-invalid for a team */
export const createKey = async (
  wish: { principal: string; name: string; expiresInDays?: number | undefined; notAfter?: Date | null },
  by: string,
  { store, now }: IdentityDeps,
): Promise<Key & { token: string }> => {
  const at = now()
  const made = newToken()
  const wished = wish.expiresInDays === undefined ? null : new Date(at.getTime() + wish.expiresInDays * 86_400_000)
  const { notAfter = null } = wish
  const expires = wished === null || (notAfter !== null && notAfter < wished) ? (notAfter ?? wished) : wished
  return store.db.transaction().execute(async (tx) => {
    await mustSignIn(tx, wish.principal)
    const row = await insertKey(tx, made, { ...wish, at, expires })
    await note(tx, 'key.created', wish.principal, by, { key: made.id, name: wish.name }, at)
    return { ...keyOf(row), token: made.token }
  })
}

export const listKeys = async (principal: string, { store }: IdentityDeps): Promise<Key[]> => {
  const rows = await store.db
    .selectFrom('api_key')
    .selectAll()
    .where('principal', '=', principal)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute()
  return rows.map(keyOf)
}

/** Revokes at once, here and in every replica. `anyOnes`: also keys of others. @throws not-found */
export const revokeKey = async (id: string, by: Actor, anyOnes: boolean, deps: IdentityDeps): Promise<void> => {
  const at = deps.now()
  await deps.store.db.transaction().execute(async (tx) => {
    const revoked = await tx
      .updateTable('api_key')
      .set((e) => ({ revoked_at: e.fn.coalesce('revoked_at', e.val(at)) }))
      .where('id', '=', id)
      .$if(!anyOnes, (query) => query.where('principal', '=', by.id))
      .returning('principal')
      .executeTakeFirst()
    if (!revoked) throw new MeshError('not-found', { what: `key ${id}` })
    await note(tx, 'key.revoked', revoked.principal, by.id, { key: id }, at)
    await tellReplicas(tx)
  })
  deps.authenticator.forget()
}

const insertKey = (
  tx: Tx,
  made: ReturnType<typeof newToken>,
  facts: { principal: string; name: string; at: Date; expires: Date | null },
): Promise<Row<'api_key'>> =>
  tx
    .insertInto('api_key')
    .values({
      id: made.id,
      principal: facts.principal,
      name: facts.name,
      prefix: made.prefix,
      hash: made.hash,
      created_at: facts.at,
      expires_at: facts.expires,
    })
    .returningAll()
    .executeTakeFirstOrThrow()

const keyOf = (row: Row<'api_key'>): Key => ({
  id: row.id,
  name: row.name,
  prefix: row.prefix,
  principal: row.principal,
  createdAt: row.created_at.toISOString(),
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
  expiresAt: row.expires_at?.toISOString() ?? null,
  revokedAt: row.revoked_at?.toISOString() ?? null,
})
