import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventsAfter, openStore, type Store } from '../store/index.ts'
import { type Authenticator, openAuthenticator } from './authenticate.ts'
import {
  bootstrap,
  createKey,
  createSignIn,
  type IdentityDeps,
  listKeys,
  listPrincipals,
  putPrincipal,
  revokeKey,
  signIn,
} from './identity.ts'

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
      { id: 'admin', name: 'Administrator', kind: 'person', roles: [{ role: 'platform-admin' }] },
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
  test('a code is worth nothing after 15 minutes, and neither is a made-up one', async () => {
    const { code } = await createSignIn('admin', 'system', deps)
    pass(15)
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
