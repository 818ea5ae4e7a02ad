import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore, type Store } from '../store/index.ts'
import { startPostgres, type TestPostgres, whyNoPostgres } from '../store/testing/postgres.ts'
import { type Authenticator, openAuthenticator } from './authenticate.ts'
import { bootstrap, createKey, createSignIn, revokeKey } from './identity.ts'
import { principalByPassword, setPassword } from './passwords.ts'
import { putPrincipal } from './principals.ts'
import { closeSession, endSessions, openSession } from './sessions.ts'

const why = whyNoPostgres()
const password = 'four wet horses at noon'
const cost = { memory: 64, passes: 1, parallelism: 1 }

/** Transactions that are really beside each other: what one connection does one after the other proves nothing here. */
describe.skipIf(why)(`two servers on one PostgreSQL${why ? ` (skipped: ${why})` : ''}`, () => {
  type Server = { store: Store; now: () => Date; authenticator: Authenticator }
  let postgres: TestPostgres
  let here: Server
  let there: Server
  beforeAll(async () => {
    postgres = await startPostgres()
    const url = await postgres.newDatabase()
    const open = async (): Promise<Server> => {
      const now = () => new Date()
      const store = await openStore({ url, clock: { now } })
      // nothing is forgotten by growing old
      return { store, now, authenticator: await openAuthenticator({ store, now, ttlMs: 3_600_000 }) }
    }
    here = await open()
    there = await open()
    await bootstrap(here)
    await putPrincipal({ id: 'ada', name: 'ada', roles: [{ role: 'consumer' }] }, 'admin', here)
  })
  afterAll(async () => {
    for (const server of [here, there]) {
      await server?.authenticator[Symbol.asyncDispose]()
      await server?.store[Symbol.asyncDispose]()
    }
    await postgres?.[Symbol.asyncDispose]()
  })

  const soon = { timeout: 2_000, interval: 20 }
  test('what is taken back at one opens nothing at the other', async () => {
    const { token, id } = await createKey({ principal: 'ada', name: 'k' }, 'ada', here)
    expect(await there.authenticator.authenticate(token)).not.toBeNull()
    await revokeKey(id, { id: 'ada', name: 'ada', kind: 'person', roles: [] }, false, here)
    await expect.poll(() => there.authenticator.authenticate(token), soon).toBeNull()

    const session = async () => {
      const opened = await openSession({ principal: 'ada', method: 'password' }, here)
      expect(await there.authenticator.session(opened.secret)).not.toBeNull()
      return opened.secret
    }
    const [closed, ended, disabled] = [await session(), await session(), await session()]
    await closeSession(closed, here)
    await expect.poll(() => there.authenticator.session(closed), soon).toBeNull()
    await endSessions({ principal: 'ada', keep: disabled }, here)
    await expect.poll(() => there.authenticator.session(ended), soon).toBeNull()
    expect(await there.authenticator.session(disabled)).not.toBeNull()
    await putPrincipal({ id: 'ada', name: 'ada', roles: [], disabled: true }, 'admin', here)
    await expect.poll(() => there.authenticator.session(disabled), soon).toBeNull()
    await putPrincipal({ id: 'ada', name: 'ada', roles: [{ role: 'consumer' }], disabled: false }, 'admin', here)
  })

  test('who leaves a team at one is none of it at the other', async () => {
    const { token } = await createKey({ principal: 'ada', name: 'k' }, 'ada', here)
    const put = (members: string[], disabled = false) =>
      putPrincipal(
        { id: 'crew', name: 'crew', kind: 'team', roles: [{ role: 'governance' }], members, disabled },
        'admin',
        here,
      )
    const seen = async () => {
      const actor = await there.authenticator.authenticate(token)
      return [actor?.teams, actor?.roles.map(({ role }) => role)]
    }
    await put(['ada'])
    await expect.poll(seen, soon).toEqual([['crew'], ['consumer', 'governance']])
    await put([])
    await expect.poll(seen, soon).toEqual([[], ['consumer']])
    await put(['ada'])
    await expect.poll(seen, soon).toEqual([['crew'], ['consumer', 'governance']])
    await put(['ada'], true)
    await expect.poll(seen, soon).toEqual([[], ['consumer']])
  })

  test('a code that comes to both at once opens one session', async () => {
    for (let round = 0; round < 5; round++) {
      const { code } = await createSignIn('ada', 'admin', here)
      const tries = await Promise.allSettled(
        Array.from({ length: 10 }, (_, i) => openSession({ code }, i % 2 === 0 ? here : there)),
      )
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    }
  })

  test('guesses at both at once are counted together, and wait for nobody', async () => {
    const { code } = await createSignIn('ada', 'admin', here)
    const { secret } = await openSession({ code }, here)
    const actor = { id: 'ada', name: 'ada', kind: 'person' as const, roles: [] }
    await setPassword({ actor, password, session: secret, address: '10.0.0.9' }, { ...here, cost })
    const guess = (i: number, text: string, address: string) =>
      principalByPassword({ name: 'ada', password: text, address }, { ...(i % 2 === 0 ? here : there), cost }).then(
        (found) => found?.id ?? 'wrong',
        (error) => error.code ?? String(error),
      )
    const told = await Promise.all(Array.from({ length: 60 }, (_, i) => guess(i, 'wrong', '10.0.0.1')))
    expect(told.filter((each) => each === 'wrong').length).toBeLessThanOrEqual(5)
    expect(new Set(told)).toEqual(new Set(['wrong', 'rate-limited']))
    // right ones and wrong ones of many names and addresses, in every order
    const mixed = await Promise.all(
      Array.from({ length: 80 }, (_, i) => guess(i, i % 5 === 0 ? password : 'wrong', `10.0.1.${i % 16}`)),
    )
    expect(mixed.filter((each) => !['wrong', 'ada', 'rate-limited'].includes(each))).toEqual([])
  })

  test('two administrators who demote each other at once: one stays', async () => {
    for (const id of ['anna', 'otto'])
      await putPrincipal({ id, name: id, roles: [{ role: 'platform-admin' }] }, 'admin', here)
    const demote = (id: string, at: Server) => putPrincipal({ id, name: id, roles: [] }, 'x', at)
    await demote('admin', here)
    const done = await Promise.allSettled([demote('anna', here), demote('otto', there)])
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})
