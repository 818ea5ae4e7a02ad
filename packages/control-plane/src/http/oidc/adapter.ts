import type { Adapter, AdapterPayload } from 'oidc-provider'
import { liveClient } from '../../identity/index.ts'
import { json, type Store } from '../../store/index.ts'

type Deps = {
  store: Store
  now: () => Date
  /** Something was taken back: what was verified by it is to be forgotten. */
  takenBack: () => Promise<void>
  /** Makes the error that tells a client that its code is used up. */
  usedUp: () => Error
}

/** What the issuer asks of a place to keep things, over the state of the platform. One for each kind of thing. */
export const adapterFor =
  ({ store, now, takenBack, usedUp }: Deps) =>
  (kind: string): Adapter => {
    const { db } = store
    const one = (id: string) => db.selectFrom('oidc_record').selectAll().where('kind', '=', kind).where('id', '=', id)
    const payloadOf = async (query: ReturnType<typeof one>): Promise<AdapterPayload | undefined> => {
      const row = await query
        .where((e) => e.or([e('expires_at', 'is', null), e('expires_at', '>', now())]))
        .executeTakeFirst()
      if (!row) return undefined
      const consumed = row.consumed_at === null ? {} : { consumed: Math.floor(row.consumed_at.getTime() / 1000) }
      return { ...row.payload, ...consumed } as AdapterPayload
    }
    return {
      async upsert(id, payload, expiresIn) {
        const row = {
          payload: json(payload as Record<string, unknown>),
          account: payload.accountId ?? null,
          grant_id: payload.grantId ?? null,
          uid: payload.uid ?? null,
          expires_at: expiresIn ? new Date(now().getTime() + expiresIn * 1000) : null,
        }
        await db
          .insertInto('oidc_record')
          .values({ kind, id, ...row })
          .onConflict((conflict) => conflict.columns(['kind', 'id']).doUpdateSet(row))
          .execute()
      },
      async find(id) {
        if (!isId(id)) return undefined
        return kind === 'Client' ? clientOf(id, store) : payloadOf(one(id))
      },
      async findByUid(uid) {
        if (!isId(uid)) return undefined
        return payloadOf(db.selectFrom('oidc_record').selectAll().where('kind', '=', kind).where('uid', '=', uid))
      },
      // the device flow is off
      findByUserCode: async () => undefined,
      async consume(id) {
        const first = await db
          .updateTable('oidc_record')
          .set({ consumed_at: now() })
          .where('kind', '=', kind)
          .where('id', '=', id)
          .where('consumed_at', 'is', null)
          .returning('id')
          .executeTakeFirst()
        // of two who come with one code at once, one gets tokens
        if (!first) throw usedUp()
      },
      async destroy(id) {
        if (!isId(id)) return
        await db.deleteFrom('oidc_record').where('kind', '=', kind).where('id', '=', id).execute()
        if (kind === 'Grant') await takenBack()
      },
      async revokeByGrantId(grantId) {
        await db.deleteFrom('oidc_record').where('kind', '=', kind).where('grant_id', '=', grantId).execute()
      },
    }
  }

/** What ended before now; an issuer leaves much behind. */
export const collectRecords = async (store: Store, at: Date): Promise<number> => {
  const { numDeletedRows } = await store.db.deleteFrom('oidc_record').where('expires_at', '<', at).executeTakeFirst()
  return Number(numDeletedRows)
}

/** Ids are random or ours; anything else is not looked for. */
const isId = (id: string): boolean => /^[\w~-]{1,128}$/.test(id)

const clientOf = async (id: string, store: Store): Promise<AdapterPayload | undefined> => {
  const client = await liveClient(store.db, id)
  if (client === null) return undefined
  return {
    client_id: client.id,
    client_name: client.name,
    // its digest: see compareClientSecret in provider.ts
    client_secret: client.hash,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  }
}
