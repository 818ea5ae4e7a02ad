import { randomBytes } from 'node:crypto'
import { MeshError } from '@datamesh/core'
import type { Kysely } from 'kysely'
import type { Database, Row } from '../store/index.ts'
import { type IdentityDeps, note, tellReplicas } from './notes.ts'
import { mustSignIn } from './principals.ts'
import { digestOf, sameDigest } from './token.ts'

/** `dmc_<12 hex>`: tells a machine's client from those that the platform itself uses. */
export const looksLikeClient = (id: string): boolean => /^dmc_[0-9a-f]{12}$/.test(id)

/**
 * Client credentials of a machine; the secret is in this answer and nowhere else. It is 256 random bits, so its SHA-256 is kept.
 * @throws not-found, request-invalid for who is no machine
 */
export const createClient = async (
  wish: { principal: string; name: string },
  by: string,
  { store, now }: IdentityDeps,
): Promise<{ clientId: string; clientSecret: string; principal: string }> => {
  const id = `dmc_${randomBytes(6).toString('hex')}`
  const secret = `dmcs_${randomBytes(32).toString('base64url')}`
  const at = now()
  await store.db.transaction().execute(async (tx) => {
    const { kind } = await mustSignIn(tx, wish.principal)
    if (kind !== 'machine')
      throw new MeshError('request-invalid', {
        what: `${wish.principal} is a ${kind}; client credentials are for machines`,
      })
    await tx
      .insertInto('oauth_client')
      .values({ id, ...wish, hash: digestOf(secret), created_by: by, created_at: at })
      .execute()
    await note(tx, 'client.created', wish.principal, by, { client: id, name: wish.name }, at)
  })
  return { clientId: id, clientSecret: secret, principal: wish.principal }
}

export const listClients = async ({ store }: Pick<IdentityDeps, 'store'>) => {
  const rows = await store.db
    .selectFrom('oauth_client')
    .select(['id', 'name', 'principal', 'created_at', 'last_used_at', 'revoked_at'])
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(10_000)
    .execute()
  return rows.map(({ created_at, last_used_at, revoked_at, ...row }) => ({
    ...row,
    createdAt: created_at.toISOString(),
    lastUsedAt: last_used_at?.toISOString() ?? null,
    revokedAt: revoked_at?.toISOString() ?? null,
  }))
}

/** Revokes at once: tokens that were given out for it open nothing any more. @throws not-found */
export const revokeClient = async (id: string, by: string, deps: IdentityDeps): Promise<void> => {
  const at = deps.now()
  await deps.store.db.transaction().execute(async (tx) => {
    const revoked = await tx
      .updateTable('oauth_client')
      .set((e) => ({ revoked_at: e.fn.coalesce('revoked_at', e.val(at)) }))
      .where('id', '=', id)
      .returning('principal')
      .executeTakeFirst()
    if (!revoked) throw new MeshError('not-found', { what: `client ${id.slice(0, 40)}` })
    await note(tx, 'client.revoked', revoked.principal, by, { client: id }, at)
    await tellReplicas(tx)
  })
  deps.authenticator.forget()
}

/** A client that may still ask for tokens: not revoked, its principal not disabled. */
export const liveClient = async (db: Kysely<Database>, id: string): Promise<Row<'oauth_client'> | null> =>
  looksLikeClient(id)
    ? ((await db
        .selectFrom('oauth_client as c')
        .innerJoin('principal as p', 'p.id', 'c.principal')
        .selectAll('c')
        .where('c.id', '=', id)
        .where('c.revoked_at', 'is', null)
        .where('p.disabled_at', 'is', null)
        .executeTakeFirst()) ?? null)
    : null

export const isSecretOf = (hash: string, secret: string): boolean => sameDigest(hash, digestOf(secret))
