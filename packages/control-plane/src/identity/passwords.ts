import { type Actor, MeshError } from '@datamesh/core'
import type { Store } from '../store/index.ts'
import { type Argon2Cost, checkPassword, defaultCost, hashPassword } from './argon2.ts'
import { type IdentityDeps, note, tellReplicas } from './notes.ts'
import { countTry, tryWasRight } from './throttle.ts'
import { digestOf } from './token.ts'
import { weakness } from './weak.ts'

export type PasswordDeps = IdentityDeps & {
  /** What a hash costs. Only tests ask for less. */
  cost?: Argon2Cost
  /** Hashes cost memory and a core each: does one when it is its turn. @throws rate-limited when too many wait */
  inTurn?: InTurn
}

export type InTurn = <T>(work: () => Promise<T>) => Promise<T>
const atOnce: InTurn = (work) => work()

/**
 * Who signs in with this name and password at the embedded issuer? Null: nobody. An unknown name, a disabled one, one without a password and a
 * wrong password take the same time and are counted alike. @throws rate-limited
 */
export const principalByPassword = async (
  guess: { name: string; password: string; address: string },
  deps: PasswordDeps,
): Promise<{ id: string; name: string } | null> => {
  const { store, now, cost = defaultCost, inTurn = atOnce } = deps
  await countTry(store.db, guess, now())
  const found = isText(guess.name) ? await withPassword(store, guess.name) : undefined
  const { right, outdated } = await inTurn(() => checkPassword(guess.password, found?.hash ?? nobodys(cost), cost))
  if (!right || found === undefined) {
    await store.db
      .transaction()
      .execute((tx) =>
        note(tx, 'sign-in.failed', found?.id ?? 'unknown', 'system', { by: 'password', address: guess.address }, now()),
      )
    return null
  }
  await tryWasRight(store.db, guess)
  if (outdated) await keep(store, found.id, await hashPassword(guess.password, cost), now())
  return { id: found.id, name: found.name }
}

/**
 * Sets or changes one's own password. Proof that it is oneself: the password so far, or a browser that a one-time code has just signed in. All
 * sessions, one-time codes and everything that the issuer gave out end. @throws unauthenticated, request-invalid, rate-limited
 */
export const setPassword = async (
  wish: { actor: Actor; password: string; current?: string | undefined; session: string | null; address: string },
  deps: PasswordDeps,
): Promise<void> => {
  const { store, now, cost = defaultCost, inTurn = atOnce } = deps
  const { actor, current } = wish
  const person = await store.db
    .selectFrom('principal as p')
    .leftJoin('password as w', 'w.principal', 'p.id')
    .select(['p.name', 'p.email', 'p.kind', 'w.hash'])
    .where('p.id', '=', actor.id)
    .executeTakeFirst()
  if (person?.kind !== 'person') throw new MeshError('request-invalid', { what: 'only people have a password' })
  if (current !== undefined && person.hash !== null) {
    await countTry(store.db, { name: actor.id, address: wish.address }, now())
    const so = person.hash
    const { right } = await inTurn(() => checkPassword(current, so, cost))
    if (!right) throw new MeshError('unauthenticated', { why: 'the password so far is not this one' })
    await tryWasRight(store.db, { name: actor.id, address: wish.address })
  } else if (!(await mayProveByCode(store, wish.session, actor.id, now()))) {
    const why =
      person.hash === null
        ? 'a first password needs a browser that a one-time code has signed in within the last 15 minutes'
        : 'changing it needs the password so far, or a browser that a one-time code has signed in within the last 15 minutes'
    throw new MeshError('unauthenticated', { why })
  }
  if (!isText(wish.password)) throw new MeshError('request-invalid', { what: 'the password is not valid text' })
  if ([...wish.password].length < 12)
    throw new MeshError('request-invalid', { what: 'a password has at least 12 characters' })
  const weak = weakness(wish.password, [actor.id, person.name, person.email ?? ''])
  if (weak !== null) throw new MeshError('request-invalid', { what: `choose another password: ${weak}` })
  if (wish.password === current) throw new MeshError('request-invalid', { what: 'this is the password so far' })
  const hash = await inTurn(() => hashPassword(wish.password, cost))
  const at = now()
  await store.db.transaction().execute(async (tx) => {
    await tx
      .insertInto('password')
      .values({ principal: actor.id, hash, changed_at: at })
      .onConflict((conflict) => conflict.column('principal').doUpdateSet({ hash, changed_at: at }))
      .execute()
    await tx
      .updateTable('session')
      .set({ ended_at: at })
      .where('principal', '=', actor.id)
      .where('ended_at', 'is', null)
      .$if(wish.session !== null, (query) => query.where('hash', '!=', digestOf(wish.session ?? '')))
      .execute()
    await tx.deleteFrom('oidc_record').where('account', '=', actor.id).execute()
    // a link that lies around somewhere would set the password once more
    await tx
      .updateTable('login_code')
      .set({ used_at: at })
      .where('principal', '=', actor.id)
      .where('used_at', 'is', null)
      .execute()
    await note(tx, 'password.changed', actor.id, actor.id, {}, at)
    await tellReplicas(tx)
  })
  deps.authenticator.forget()
}

/** By id, or by the address when nobody has such an id. */
const withPassword = (store: Store, name: string) =>
  store.db
    .selectFrom('principal as p')
    .innerJoin('password as w', 'w.principal', 'p.id')
    .select(['p.id', 'p.name', 'w.hash'])
    .where((e) => e.or([e('p.id', '=', name), e(e.fn<string>('lower', ['p.email']), '=', name.toLowerCase())]))
    .where('p.kind', '=', 'person')
    .where('p.disabled_at', 'is', null)
    .orderBy((e) => e.case().when('p.id', '=', name).then(0).else(1).end())
    .limit(1)
    .executeTakeFirst()

/** Did a one-time code open this session a moment ago? Then whoever sits there need not know the password so far. */
const mayProveByCode = async (store: Store, secret: string | null, principal: string, at: Date): Promise<boolean> => {
  if (secret === null) return false
  const session = await store.db
    .selectFrom('session')
    .select('created_at')
    .where('hash', '=', digestOf(secret))
    .where('principal', '=', principal)
    .where('method', '=', 'code')
    .where('ended_at', 'is', null)
    .where('created_at', '>', new Date(at.getTime() - 15 * 60_000))
    .executeTakeFirst()
  return session !== undefined
}

const keep = async (store: Store, principal: string, hash: string, at: Date): Promise<void> => {
  await store.db.updateTable('password').set({ hash, changed_at: at }).where('principal', '=', principal).execute()
}

/** No column holds a NUL or half a surrogate pair. */
const isText = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

/** A hash that no password has, as expensive to check as a real one. */
const nobodys = ({ memory, passes, parallelism }: Argon2Cost): string =>
  `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$AAAAAAAAAAAAAAAAAAAAAA$${'A'.repeat(43)}`
