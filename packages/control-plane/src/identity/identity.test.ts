import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventsAfter, openStore, type Store } from '../store/index.ts'
import { type Authenticator, openAuthenticator } from './authenticate.ts'
import { bootstrap, createKey, createSignIn, listKeys, revokeKey, signIn } from './identity.ts'
import type { IdentityDeps } from './notes.ts'
import { listPrincipals, putPrincipal } from './principals.ts'
import { closeSession, openSession } from './sessions.ts'

let store: Store
let authenticator: Authenticator
let other: Authenticator
let deps: IdentityDeps
let time = new Date('2026-03-01T09:00:00Z')
const now = () => time
const admin = {
  id: 'admin',
  name: 'Administrator',
  kind: 'person' as const,
  roles: [{ role: 'platform-admin' as const }],
}
const pass = (minutes: number) => {
  time = new Date(time.getTime() + minutes * 60_000)
}

beforeAll(async () => {
  store = await openStore({ url: 'memory:', clock: { now } })
  authenticator = await openAuthenticator({ store, now, ttlMs: 5 * 60_000 })
  other = await openAuthenticator({ store, now, ttlMs: 5 * 60_000 })
  deps = { store, now, authenticator }
})
afterAll(async () => {
  await authenticator?.[Symbol.asyncDispose]()
  await other?.[Symbol.asyncDispose]()
  await store?.[Symbol.asyncDispose]()
})
beforeEach(async () => {
  await bootstrap(deps)
})

describe('the first start', () => {
  test('creates one administrator without any key or password, and only once', async () => {
    expect(await bootstrap(deps)).toEqual({ created: false })
    expect(await listPrincipals(deps)).toEqual([
      {
        id: 'admin',
        name: 'Administrator',
        kind: 'person',
        roles: [{ role: 'platform-admin' }],
        inherited: [],
        teams: [],
        owners: [],
        email: null,
        disabled: false,
        signsInBy: ['code'],
      },
    ])
    expect(await listKeys('admin', deps)).toEqual([])
  })
})

describe('signing in', () => {
  test('a code gives a token once; of many who come at once one gets it', async () => {
    const { code } = await createSignIn('admin', 'system', deps)
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => signIn(code, 'laptop', deps)))
    const won = tries.filter((each) => each.status === 'fulfilled')
    expect(won).toHaveLength(1)
    expect(tries.filter((each) => each.status === 'rejected')[0]?.reason).toMatchObject({ code: 'unauthenticated' })
    const { token, principal } = won[0]!.value
    expect(principal.id).toBe('admin')
    expect(await authenticator.authenticate(token)).toMatchObject({ id: 'admin', roles: [{ role: 'platform-admin' }] })
  })
  test('a code is worth nothing after 10 minutes, and neither is a made-up one', async () => {
    const { code } = await createSignIn('admin', 'system', deps)
    pass(10)
    await expect(signIn(code, undefined, deps)).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(signIn(`dms_${'A'.repeat(32)}`, undefined, deps)).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(signIn("' or 1=1", undefined, deps)).rejects.toMatchObject({ code: 'unauthenticated' })
  })
  test('nobody signs in as somebody who is not there', async () => {
    await expect(createSignIn('ghost', 'admin', deps)).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('keys', () => {
  test('the state and the event log never hold a token or a code', async () => {
    const { token } = await createKey({ principal: 'admin', name: 'ci' }, 'admin', deps)
    const { code } = await createSignIn('admin', 'admin', deps)
    const dump = JSON.stringify([
      await store.db.selectFrom('api_key').selectAll().execute(),
      await store.db.selectFrom('login_code').selectAll().execute(),
      await eventsAfter(store.db, 0),
    ])
    expect(dump).not.toContain(token.slice(16))
    expect(dump).not.toContain(code.slice(4))
  })
  test('a revoked key opens nothing from the next request on, in every replica', async () => {
    const { token, id } = await createKey({ principal: 'admin', name: 'ci' }, 'admin', deps)
    expect(await authenticator.authenticate(token)).not.toBeNull()
    expect(await other.authenticate(token)).not.toBeNull()
    await revokeKey(id, admin, false, deps)
    expect(await authenticator.authenticate(token)).toBeNull()
    await expect.poll(() => other.authenticate(token)).toBeNull()
  })
  test('one revokes the keys of others only when allowed to', async () => {
    const { id } = await createKey({ principal: 'admin', name: 'ci' }, 'admin', deps)
    const stranger = { ...admin, id: 'eve', roles: [] }
    await expect(revokeKey(id, stranger, false, deps)).rejects.toMatchObject({ code: 'not-found' })
    await revokeKey(id, stranger, true, deps)
  })
  test('an expired key opens nothing, also when it was just remembered', async () => {
    const { token } = await createKey({ principal: 'admin', name: 'short', expiresInDays: 1 }, 'admin', deps)
    pass(24 * 60 - 1)
    expect(await authenticator.authenticate(token)).not.toBeNull()
    pass(1)
    expect(await authenticator.authenticate(token)).toBeNull()
  })
  test('a token with one character changed opens nothing', async () => {
    const { token } = await createKey({ principal: 'admin', name: 'ci' }, 'admin', deps)
    const last = token.endsWith('A') ? 'B' : 'A'
    for (const wrong of [
      `${token.slice(0, -1)}${last}`,
      token.slice(0, -1),
      `${token} `,
      '',
      'dm_',
      token.toUpperCase(),
    ]) {
      expect(await authenticator.authenticate(wrong)).toBeNull()
    }
  })
  test('its last use is written down, at most once a minute', async () => {
    const { token, id } = await createKey({ principal: 'admin', name: 'used' }, 'admin', deps)
    const lastUsed = async () => (await listKeys('admin', deps)).find((key) => key.id === id)?.lastUsedAt
    const first = time.toISOString()
    await authenticator.authenticate(token)
    await authenticator.flush()
    expect(await lastUsed()).toBe(first)
    pass(0.5)
    await authenticator.authenticate(token)
    await authenticator.flush()
    expect(await lastUsed()).toBe(first)
    pass(0.5)
    await authenticator.authenticate(token)
    await authenticator.flush()
    expect(await lastUsed()).toBe(time.toISOString())
  })
})

describe('sessions of browsers', () => {
  const session = async () => {
    const { code } = await createSignIn('admin', 'system', deps)
    return openSession({ code }, deps)
  }
  const actorOf = async (secret: string, by = authenticator) => (await by.session(secret))?.actor ?? null

  test('a code opens one, once, and makes no key', async () => {
    const before = await listKeys('admin', deps)
    const { code } = await createSignIn('admin', 'system', deps)
    const tries = await Promise.allSettled(Array.from({ length: 4 }, () => openSession({ code }, deps)))
    expect(tries.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected', 'rejected', 'rejected'])
    await expect(signIn(code, undefined, deps)).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(await listKeys('admin', deps)).toEqual(before)
  })
  test('the state holds its digest only, and its secret is no token', async () => {
    const { secret, principal } = await session()
    expect(principal).toMatchObject({ id: 'admin', roles: [{ role: 'platform-admin' }] })
    expect(await actorOf(secret)).toMatchObject({ id: 'admin' })
    expect(await authenticator.authenticate(secret)).toBeNull()
    const dump = JSON.stringify([
      await store.db.selectFrom('session').selectAll().execute(),
      await eventsAfter(store.db, 0),
    ])
    expect(dump).not.toContain(secret.slice(4))
  })
  test('it ends after twelve idle hours', async () => {
    const { secret } = await session()
    pass(12 * 60 - 1)
    expect(await actorOf(secret)).not.toBeNull()
    pass(12 * 60)
    expect(await actorOf(secret)).toBeNull()
  })
  test('use moves its end, at most every ten minutes, until a week is over', async () => {
    const { secret } = await session()
    pass(9)
    expect((await authenticator.session(secret))?.renewedForMs).toBeNull()
    pass(1)
    const twice = [await authenticator.session(secret), await authenticator.session(secret)]
    expect(twice.map((each) => each?.renewedForMs)).toEqual([12 * 60 * 60_000, null])
    for (let hours = 0; hours < 7 * 24 - 11; hours += 11) {
      expect(await actorOf(secret)).not.toBeNull()
      pass(11 * 60)
    }
    expect((await authenticator.session(secret))?.renewedForMs).toBeLessThan(12 * 60 * 60_000)
    pass(12 * 60)
    expect(await actorOf(secret)).toBeNull()
  })
  test('looking at it does not move its end', async () => {
    const { secret } = await session()
    for (let i = 0; i < 4; i++) {
      pass(170)
      expect((await authenticator.session(secret, 'look'))?.renewedForMs).toBeNull()
    }
    pass(40)
    expect(await authenticator.session(secret, 'look')).toBeNull()
  })
  test('signing out ends it at once, in every replica', async () => {
    const { secret } = await session()
    expect(await actorOf(secret)).not.toBeNull()
    expect(await actorOf(secret, other)).not.toBeNull()
    await closeSession(secret, deps)
    expect(await actorOf(secret)).toBeNull()
    await expect.poll(() => actorOf(secret, other)).toBeNull()
    await closeSession(secret, deps)
  })
  test('one that a key opened ends when the key is revoked or expires', async () => {
    const short = await createKey({ principal: 'admin', name: 'short', expiresInDays: 1 }, 'admin', deps)
    pass(20 * 60)
    const first = await openSession({ token: short.token }, deps)
    expect(first.expiresAt.toISOString()).toBe(short.expiresAt)
    pass(4 * 60)
    expect(await actorOf(first.secret)).toBeNull()
    await expect(openSession({ token: short.token }, deps)).rejects.toMatchObject({ code: 'unauthenticated' })

    const key = await createKey({ principal: 'admin', name: 'leaked' }, 'admin', deps)
    const second = await openSession({ token: key.token }, deps)
    expect(await actorOf(second.secret)).not.toBeNull()
    await revokeKey(key.id, admin, false, deps)
    expect(await actorOf(second.secret)).toBeNull()
  })
  test('one whose person was disabled or whose roles changed knows it at once', async () => {
    await putPrincipal({ id: 'ben', name: 'Ben', roles: [{ role: 'consumer' }] }, 'admin', deps)
    const { code } = await createSignIn('ben', 'admin', deps)
    const { secret } = await openSession({ code }, deps)
    expect(await actorOf(secret)).toMatchObject({ roles: [{ role: 'consumer' }] })
    await putPrincipal({ id: 'ben', name: 'Ben', roles: [{ role: 'data-steward' }] }, 'admin', deps)
    expect(await actorOf(secret)).toMatchObject({ roles: [{ role: 'data-steward' }] })
    await store.db.updateTable('principal').set({ disabled_at: now() }).where('id', '=', 'ben').execute()
    authenticator.forget()
    expect(await actorOf(secret)).toBeNull()
  })
  test('what is no secret of ours opens nothing', async () => {
    const { secret } = await session()
    for (const wrong of ['', 'dmb_', secret.slice(0, -1), `${secret} `, `dm_${secret.slice(4)}`])
      expect(await actorOf(wrong)).toBeNull()
    await expect(openSession({ token: secret }, deps)).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})

describe('roles', () => {
  test('a changed role counts from the next request on', async () => {
    await putPrincipal({ id: 'ada', name: 'Ada', roles: [{ role: 'consumer' }] }, 'admin', deps)
    const { token } = await createKey({ principal: 'ada', name: 'k' }, 'admin', deps)
    expect(await authenticator.authenticate(token)).toMatchObject({ roles: [{ role: 'consumer' }] })
    await putPrincipal({ id: 'ada', name: 'Ada', roles: [{ role: 'domain-owner', domain: 'sales' }] }, 'admin', deps)
    expect(await authenticator.authenticate(token)).toMatchObject({
      roles: [{ role: 'domain-owner', domain: 'sales' }],
    })
  })
  test('a change that is refused half-way leaves nothing behind', async () => {
    const put = (id: string, members: string[]) =>
      putPrincipal({ id, name: 'new name', kind: 'team', roles: [{ role: 'governance' }], members }, 'admin', deps)
    await expect(put('half', ['ada', 'ghost'])).rejects.toMatchObject({ code: 'request-invalid' })
    await put('whole', ['ada'])
    const before = await listPrincipals(deps)
    await expect(put('whole', ['ghost'])).rejects.toMatchObject({ code: 'request-invalid' })
    expect(await listPrincipals(deps)).toEqual(before)
    expect(before.map(({ id }) => id)).not.toContain('half')
    const events = await store.db.selectFrom('event').select('subject').execute()
    expect(events.filter(({ subject }) => subject === 'principal:half')).toEqual([])
  })
  test('bindings that make no sense and the loss of the last admin are refused', async () => {
    const put = (id: string, roles: { role: 'platform-admin' | 'domain-owner' | 'consumer'; domain?: string }[]) =>
      putPrincipal({ id, name: id, roles }, 'admin', deps)
    await expect(put('bo', [{ role: 'domain-owner' }])).rejects.toMatchObject({ code: 'request-invalid' })
    await expect(put('bo', [{ role: 'platform-admin', domain: 'x' }])).rejects.toMatchObject({
      code: 'request-invalid',
    })
    await expect(put('admin', [{ role: 'consumer' }])).rejects.toMatchObject({ code: 'request-invalid' })
    await put('bo', [{ role: 'platform-admin' }])
    await put('admin', [{ role: 'consumer' }])
    await put('admin', [{ role: 'platform-admin' }])
  })
})
