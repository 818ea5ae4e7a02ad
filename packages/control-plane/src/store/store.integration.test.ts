import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { auditConformance, killedWriter } from './audit.conformance.ts'
import { verifyAudit } from './audit.ts'
import { appendEvent } from './events.ts'
import { migrations } from './migrations/index.ts'
import { restore } from './restore.ts'
import { testClock as clock, storeConformance } from './store.conformance.ts'
import { openStore, type Store } from './store.ts'
import { startPostgres, type TestPostgres, whyNoPostgres } from './testing/postgres.ts'
import { openTestStore } from './testing/store.ts'

const why = whyNoPostgres()

describe.skipIf(why)(`the state on a PostgreSQL server${why ? ` (skipped: ${why})` : ''}`, () => {
  let postgres: TestPostgres
  beforeAll(async () => {
    postgres = await startPostgres()
  })
  afterAll(() => postgres?.[Symbol.asyncDispose]())
  const url = () => postgres.newDatabase()
  const open = async (): Promise<Store> => openStore({ url: await url(), clock })

  storeConformance('PostgreSQL', {
    open: async (options) => openStore({ url: await url(), clock, ...options }),
    target: async () => ({ url: await url(), clock }),
  })

  auditConformance('PostgreSQL', {
    open: async (options) => openStore({ url: await url(), clock, ...options }),
    again: async () => {
      const place = await url()
      return { a: await openStore({ url: place, clock }), b: await openStore({ url: place, clock }) }
    },
    target: async () => ({ url: await url(), clock }),
  })

  test('two servers that are killed while they write leave a whole chain', async () => {
    const place = await url()
    const stored = await Promise.all([killedWriter(place), killedWriter(place)])
    await using store = await openStore({ url: place, clock })
    const { whole, last } = await verifyAudit(store.db)
    expect(whole).toBe(true)
    expect(last).toBeGreaterThanOrEqual(Math.max(...stored))
  })

  test('the embedded state moves to PostgreSQL and back, row by row', async () => {
    const target = { url: await url(), clock }
    await using embedded = await openTestStore({ clock })
    const event = { type: 'test', subject: 'a/b', actor: 'ann', data: { list: [1, 'ä', null] }, at: clock.now() }
    await embedded.db.transaction().execute((tx) => appendEvent(tx, event))
    const file = `${embedded.dir}/backup.gz`
    const saved = await embedded.backup(file)
    expect((await restore(file, target)).tables).toEqual(saved.tables)
    await using server = await openStore(target)
    expect(await server.db.selectFrom('event').selectAll().execute()).toEqual([{ seq: 1, ...event }])
    await server.backup(file)
    const home = { url: `pglite:${embedded.dir}/back`, clock, durable: false }
    expect((await restore(file, home)).tables).toEqual(saved.tables)
  })

  test('replicas that start together on an empty database migrate it once', async () => {
    const place = await url()
    const stores = await Promise.all([1, 2, 3, 4].map(() => openStore({ url: place, clock })))
    expect(await stores[0]!.db.selectFrom('migration').select('version').execute()).toEqual(
      migrations.map(({ version }) => ({ version })),
    )
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()))
  })

  test('a wrong password is told without telling any password', async () => {
    const wrong = (await url()).replace(/:[^:@]+@/, ':wr0ng@')
    const told = await openStore({ url: wrong, clock }).catch((error: Error) => error)
    expect(told).toMatchObject({
      code: 'state-unreachable',
      message: expect.stringContaining('password authentication failed'),
    })
    expect(JSON.stringify(told) + (told as Error).stack).not.toContain('wr0ng')
  })

  test('a connection that is lost in a transaction fails that transaction and nothing else', async () => {
    const log: string[] = []
    await using store = await openStore({ url: await url(), clock, log: ({ message }) => log.push(message) })
    const cut = store.db.transaction().execute(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
      await sql`select pg_terminate_backend(${rows[0]?.pid}::int)`.execute(store.db)
      await expect.poll(() => log).toContain('database connection lost')
      await tx.selectFrom('setting').select('key').execute()
    })
    await expect(cut).rejects.toThrow()
    expect(await store.db.selectFrom('setting').select('key').execute()).toEqual([])
  })

  test('listeners of a lost connection are woken when it is back', async () => {
    await using store = await open()
    const heard: string[] = []
    await store.listen('mesh_event', (payload) => heard.push(payload))
    await sql`
      select pg_terminate_backend(pid)
      from pg_stat_activity
      where query like 'listen %' and datname = current_database()`.execute(store.db)
    await expect.poll(() => heard, { timeout: 5000 }).toEqual([''])
    await sql`select pg_notify('mesh_event', 'again')`.execute(store.db)
    await expect.poll(() => heard).toEqual(['', 'again'])
  })
})
