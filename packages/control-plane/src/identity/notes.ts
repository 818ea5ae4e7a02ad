import { sql, type Transaction } from 'kysely'
import { appendEvent, type Database, type Store } from '../store/index.ts'

/** NOTIFY channel: a key was revoked, a session closed, or somebody's roles changed. */
export const identityChannel = 'mesh_identity'

export type IdentityDeps = { store: Store; now: () => Date; authenticator: { forget(): void } }

type Tx = Transaction<Database>

/** What happened to a principal, as an event. Never with a secret. */
export const note = (
  tx: Tx,
  type: string,
  principal: string,
  actor: string,
  data: unknown,
  at: Date,
): Promise<number> => appendEvent(tx, { type, subject: `principal:${principal}`, actor, data, at })

/** Whatever was verified is verified again from now on, here and in every replica. */
export const forgetEverywhere = async ({ store, authenticator }: Pick<IdentityDeps, 'store' | 'authenticator'>) => {
  authenticator.forget()
  await sql`select pg_notify(${identityChannel}, '')`.execute(store.db)
}

/** Everybody forgets what was verified, when this transaction commits. */
export const tellReplicas = (tx: Tx) => sql`select pg_notify(${identityChannel}, '')`.execute(tx)
