import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../store/testing/store.ts'
import { checkPassword, defaultCost, hashPassword } from './argon2.ts'
import { createSignIn } from './identity.ts'
import { type PasswordDeps, principalByPassword, setPassword } from './passwords.ts'
import { putPrincipal } from './principals.ts'
import { openSession } from './sessions.ts'
import { forgetOldTries } from './throttle.ts'
import { weakness } from './weak.ts'

const cheap = { memory: 64, passes: 1, parallelism: 1 }
const password = 'four wet horses at noon'
let store: TestStore
let deps: PasswordDeps
let time = new Date('2026-03-01T09:00:00Z')
const pass = (seconds: number) => {
  time = new Date(time.getTime() + seconds * 1000)
}
const actor = (id: string) => ({ id, name: id, kind: 'person' as const, roles: [] })

beforeAll(async () => {
  store = await openTestStore({ clock: { now: () => time } })
  deps = { store, now: () => time, authenticator: { forget: () => {} }, cost: cheap }
})
afterAll(() => store?.[Symbol.asyncDispose]())

/** Somebody whose password was set by way of a one-time code. */
const somebody = async (id: string) => {
  await putPrincipal({ id, name: id, roles: [], email: `${id}@example.org` }, 'admin', deps)
  const { code } = await createSignIn(id, 'admin', deps)
  const { secret } = await openSession({ code }, deps)
  await setPassword({ actor: actor(id), password, session: secret, address: '::1' }, deps)
  return secret
}
const guess = (name: string, text: string, address = '10.0.0.1') =>
  principalByPassword({ name, password: text, address }, deps).then(
    (found) => found?.id ?? 'wrong',
    (error) => `wait ${error.facts.retryAfterSeconds}`,
  )

describe('a password', () => {
  test('is kept as argon2id with a salt of its own, at least as expensive as OWASP asks', async () => {
    const [one, two] = await Promise.all([hashPassword(password, defaultCost), hashPassword(password, defaultCost)])
    expect(one).toMatch(/^\$argon2id\$v=19\$m=32768,t=3,p=1\$/)
    expect(one).not.toBe(two)
    expect(await checkPassword(password, one, defaultCost)).toEqual({ right: true, outdated: false })
    expect(await checkPassword(`${password} `, one, defaultCost)).toMatchObject({ right: false })
    expect(defaultCost.memory * defaultCost.passes).toBeGreaterThanOrEqual(19 * 1024 * 2)
  })
  test('is taken exactly as it was typed: long, spaced, in any script', async () => {
    for (const text of [
      '  spaces  at  both  ends  ',
      'пароль из нескольких слов',
      '密'.repeat(64),
      'x y'.repeat(300),
    ]) {
      const hash = await hashPassword(text, cheap)
      expect((await checkPassword(text, hash, cheap)).right).toBe(true)
      expect((await checkPassword(text.trim().slice(0, -1), hash, cheap)).right).toBe(false)
      expect((await checkPassword(text.slice(0, 72), hash, cheap)).right).toBe(text.length <= 72)
    }
  })
  test('opens by name and by e-mail address, and is hashed anew when more is asked for', async () => {
    await somebody('ada')
    expect([await guess('ada', password), await guess('Ada@Example.org', password)]).toEqual(['ada', 'ada'])
    const dearer = { ...deps, cost: { ...cheap, passes: 2 } }
    await principalByPassword({ name: 'ada', password, address: '::1' }, dearer)
    const { hash } = await store.db
      .selectFrom('password')
      .select('hash')
      .where('principal', '=', 'ada')
      .executeTakeFirstOrThrow()
    expect(hash).toContain('t=2')
  })
  test.each([
    'password1234',
    'datamesh2026',
    'aaaaaaaaaaaa',
    'abcabcabcabc',
    '123456789012',
    'Qwertyuiop12',
    'P@ssw0rd!!!!',
    'lovelace-lovelace',
    'Admin123456!',
    'iloveyou1234',
  ])('that is tried first is refused: %s', (text) => {
    expect(weakness(text, ['ada', 'Ada Lovelace', 'lovelace@example.org'])).not.toBeNull()
  })
  test.each([
    'four wet horses at noon',
    'correct rhubarb passwords',
    'tGx9-wQ2m-Lp7k',
    'mein hund mag keine admins',
    'ñandúes verdes',
  ])('of any composition is fine: %s', (text) => {
    expect(weakness(text, ['ada'])).toBeNull()
  })
})

describe('setting it', () => {
  const set = (id: string, more: Partial<Parameters<typeof setPassword>[0]>) =>
    setPassword({ actor: actor(id), password: 'five dry camels at dawn', session: null, address: '::1', ...more }, deps)

  test('needs the password so far, or a session that a one-time code has just opened', async () => {
    await somebody('bo')
    await expect(set('bo', {})).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(set('bo', { current: 'not this one at all' })).rejects.toMatchObject({ code: 'unauthenticated' })
    await set('bo', { current: password })
    const { code } = await createSignIn('bo', 'admin', deps)
    const { secret } = await openSession({ code }, deps)
    await set('bo', { session: secret, password })
    pass(16 * 60)
    await expect(set('bo', { session: secret })).rejects.toMatchObject({ code: 'unauthenticated' })
  })
  test('is not done by a session of somebody else', async () => {
    const session = await somebody('cy')
    await somebody('di')
    await expect(set('di', { session })).rejects.toMatchObject({ code: 'unauthenticated' })
  })
  test('refuses what is short, weak or the same', async () => {
    const session = await somebody('eve')
    for (const text of ['short', 'eleven char', 'password1234', 'half\ud800surrogate pair', 'nul\0 and four horses'])
      await expect(set('eve', { session, password: text })).rejects.toMatchObject({ code: 'request-invalid' })
    await expect(set('eve', { current: password, password })).rejects.toMatchObject({ code: 'request-invalid' })
  })
  test('ends other sessions and everything that the issuer gave out', async () => {
    const session = await somebody('fay')
    const { code } = await createSignIn('fay', 'admin', deps)
    await openSession({ code }, deps)
    const { code: unused } = await createSignIn('fay', 'admin', deps)
    await store.db
      .insertInto('oidc_record')
      .values({
        kind: 'Grant',
        id: 'g',
        payload: { x: 1 } as never,
        account: 'fay',
        expires_at: new Date('2030-01-01'),
      })
      .execute()
    await set('fay', { session })
    const left = await store.db
      .selectFrom('session')
      .select('hash')
      .where('principal', '=', 'fay')
      .where('ended_at', 'is', null)
      .execute()
    expect(left).toHaveLength(1)
    expect(await store.db.selectFrom('oidc_record').select('id').where('account', '=', 'fay').execute()).toEqual([])
    await expect(openSession({ code: unused }, deps)).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})

describe('guessing', () => {
  test('is slowed down after five tries, longer each time, never for more than a quarter of an hour', async () => {
    await somebody('gil')
    const tries = async (n: number) => {
      for (let i = 0; i < n; i++) expect(await guess('gil', 'wrong')).toBe('wrong')
    }
    await tries(5)
    const waits: number[] = []
    for (let i = 0; i < 8; i++) {
      // also the right password has to wait
      const told = await guess('gil', password)
      waits.push(Number(told.replace('wait ', '')))
      pass(Number(told.replace('wait ', '')) + 300)
      await tries(1)
    }
    expect(waits.slice(0, 3)).toEqual([30, 60, 120])
    expect(Math.max(...waits)).toBeLessThanOrEqual(900)
    pass(900)
    expect(await guess('gil', password)).toBe('gil')
    await tries(4)
  })
  test('does not lock the owner out: from another address at once, by a one-time code always', async () => {
    await somebody('hal')
    for (let i = 0; i < 9; i++) await guess('hal', 'wrong', '10.6.6.6')
    expect(await guess('hal', password, '10.6.6.6')).toMatch(/^wait/)
    expect(await guess('hal', password, '10.0.0.2')).toBe('hal')
    const { code } = await createSignIn('hal', 'admin', deps)
    expect((await openSession({ code }, deps)).principal.id).toBe('hal')
  })
  test('from many addresses is slowed down for the name, for five minutes at most', async () => {
    await somebody('ian')
    for (let i = 0; i < 40; i++) await guess('ian', 'wrong', `10.1.0.${i}`)
    const told = await guess('ian', password, '10.2.0.1')
    expect(told).toMatch(/^wait/)
    expect(Number(told.slice(5))).toBeLessThanOrEqual(300)
    pass(301)
    expect(await guess('ian', password, '10.2.0.1')).toBe('ian')
  })
  test('of many names from one address is slowed down for the address', async () => {
    const told: string[] = []
    for (let i = 0; i < 60; i++) told.push(await guess(`nobody${i}`, 'wrong', '10.9.9.9'))
    expect(told[40]).toBe('wrong')
    expect(told[59]).toMatch(/^wait/)
  })
  test('of one who takes another IPv6 address of the same network for each is slowed down all the same', async () => {
    await somebody('jim')
    const told: string[] = []
    for (let i = 0; i < 8; i++) told.push(await guess('jim', 'wrong', `2001:db8:1:2::${i}`))
    expect(told[4]).toBe('wrong')
    expect(told[7]).toMatch(/^wait/)
    expect(await guess('jim', password, '2001:db8:1:3::1')).toBe('jim')
  })
  test('a thousand at once are counted like a thousand one after the other', async () => {
    await somebody('joy')
    const told = await Promise.all(Array.from({ length: 40 }, () => guess('joy', 'wrong', '10.3.0.1')))
    expect(told.filter((each) => each === 'wrong').length).toBeLessThanOrEqual(5)
  })
  test('tells nothing about who is known: same answers, same pauses, same work', async () => {
    await somebody('kim')
    const run = async (name: string, address: string) => {
      const told: string[] = []
      for (let i = 0; i < 7; i++) told.push(await guess(name, 'wrong', address))
      return told
    }
    expect(await run('kim', '10.4.0.1')).toEqual(await run('nobody at all', '10.4.0.2'))
    const dear = { ...deps, cost: { memory: 16 * 1024, passes: 2, parallelism: 1 } }
    await store.db
      .updateTable('password')
      .set({ hash: await hashPassword(password, dear.cost) })
      .where('principal', '=', 'kim')
      .execute()
    const took = async (name: string, address: string) => {
      const began = performance.now()
      await principalByPassword({ name, password: 'wrong', address }, dear)
      return performance.now() - began
    }
    pass(3_600)
    let [known, unknown] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (let i = 0; i < 6; i++) {
      known = Math.min(known, await took('kim', `10.5.0.${i}`))
      unknown = Math.min(unknown, await took('nobody', `10.5.1.${i}`))
    }
    // an unknown name is not answered without a hash
    expect(unknown).toBeGreaterThan(known / 3)
  })
  test('leaves an event without what was typed, and rows that go away', async () => {
    await guess('what I typed is my password', 'my secret', '10.7.0.1')
    const events = await store.db.selectFrom('event').selectAll().where('type', '=', 'sign-in.failed').execute()
    expect(events.at(-1)).toMatchObject({ subject: 'principal:unknown', data: { by: 'password', address: '10.7.0.1' } })
    expect(JSON.stringify(events)).not.toMatch(/what I typed|my secret|horses/)
    pass(25 * 3_600)
    await forgetOldTries(store.db, time)
    expect(await store.db.selectFrom('sign_in_failure').selectAll().execute()).toEqual([])
  })
  test.each(['', '\0', '\ud800', `' or 1=1 --`, 'x'.repeat(100_000)])('with a name that is none: %j', async (name) => {
    expect(await guess(name, 'wrong', '10.8.0.1')).toBe('wrong')
  })
})
