import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { json } from './json.ts'
import { checksumOf, migrate } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { restore } from './restore.ts'
import { testClock as clock, storeConformance } from './store.conformance.ts'
import { openStore } from './store.ts'
import { newTestDir, openTestStore } from './testing/store.ts'

const gone = (dir: string): string => {
  onTestFinished(() => fs.rmSync(dir, { recursive: true, force: true }))
  return dir
}
const emptyDir = () => gone(fs.mkdtempSync(path.join(os.tmpdir(), 'datamesh-state-')))
const testDir = async () => gone(await newTestDir())

const targets: string[] = []
storeConformance('the embedded state', {
  open: (options) => openTestStore({ clock, ...options }),
  target: async () => {
    targets.push(await newTestDir())
    return { url: `pglite:${targets.at(-1)}`, clock, durable: false }
  },
  clean: () => {
    for (const dir of targets) fs.rmSync(dir, { recursive: true, force: true })
  },
})

const set = (store: Awaited<ReturnType<typeof openStore>>, key: string) =>
  store.db
    .insertInto('setting')
    .values({ key, value: json(1), updated_at: clock.now() })
    .execute()
const keys = async (store: Awaited<ReturnType<typeof openStore>>) =>
  (await store.db.selectFrom('setting').select('key').orderBy('key').execute()).map(({ key }) => key)

test('what was stored is there after closing and opening again', async () => {
  const dir = emptyDir()
  const url = `pglite:${dir}`
  {
    await using store = await openStore({ url, clock })
    await set(store, 'kept')
    expect((await store.health()).durable).toBe(true)
  }
  await using store = await openStore({ url, clock })
  expect(await keys(store)).toEqual(['kept'])
  expect(fs.readdirSync(dir).sort()).toEqual(expect.arrayContaining(['lock', 'owner', 'pg']))
}, 60_000)

test('a folder whose making was interrupted is made anew', async () => {
  const dir = emptyDir()
  fs.mkdirSync(path.join(dir, 'pg.interrupted'))
  fs.writeFileSync(path.join(dir, 'pg.interrupted', 'PG_VERSION'), '')
  await using store = await openStore({ url: `pglite:${dir}`, clock, durable: false })
  expect(await keys(store)).toEqual([])
  expect(fs.existsSync(path.join(dir, 'pg.interrupted'))).toBe(false)
}, 60_000)

test('an empty postmaster.pid, as a power cut leaves it, does not keep the state shut', async () => {
  const dir = await testDir()
  fs.writeFileSync(path.join(dir, 'pg', 'postmaster.pid'), '')
  await using store = await openStore({ url: `pglite:${dir}`, clock, durable: false })
  expect(await keys(store)).toEqual([])
})

test('a folder of another major version of Postgres is refused with both versions', async () => {
  const dir = await testDir()
  fs.writeFileSync(path.join(dir, 'pg', 'PG_VERSION'), '17\n')
  await expect(openStore({ url: `pglite:${dir}`, clock, durable: false })).rejects.toMatchObject({
    code: 'state-not-opened',
    message: expect.stringContaining('it was made by Postgres 17, this program has 18'),
  })
})

test('a second process on the same folder is told who has it, and a killed owner leaves nothing locked', async () => {
  const dir = await testDir()
  const program = `
    import { openStore } from ${JSON.stringify(new URL('./store.ts', import.meta.url).href)}
    const store = await openStore({ url: 'pglite:${dir}', clock: { now: () => new Date() }, durable: false })
    console.log('open')
    setInterval(() => {}, 1000)`
  const owner = spawn(process.execPath, ['--conditions=mesh-source', '--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void owner.kill('SIGKILL'))
  await once(owner.stdout, 'data')
  const second = openStore({ url: `pglite:${dir}`, clock, durable: false })
  await expect(second).rejects.toMatchObject({ code: 'state-locked', facts: { dir, pid: owner.pid } })
  await expect(second).rejects.toThrow(
    `the state in ${dir} is in use by process ${owner.pid}; two at once would destroy it`,
  )
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  await using store = await openStore({ url: `pglite:${dir}`, clock, durable: false })
  expect(await keys(store)).toEqual([])
})

test('the same folder is not opened twice within one process either', async () => {
  await using store = await openTestStore()
  await expect(openStore({ url: `pglite:${store.dir}`, clock, durable: false })).rejects.toMatchObject({
    code: 'state-locked',
    facts: { pid: process.pid },
  })
})

test('a runaway statement takes only its own transaction along', async () => {
  await using store = await openTestStore({ clock, statementDeadlineMs: 400 })
  await set(store, 'before')
  const heard: string[] = []
  await store.listen('mesh_event', (payload) => heard.push(payload))
  const transaction = store.db.transaction().execute(async (tx) => {
    await tx
      .insertInto('setting')
      .values({ key: 'inside', value: json(1), updated_at: clock.now() })
      .execute()
    await sql`select count(*) from generate_series(1, 1e10::bigint)`.execute(tx)
  })
  const queued = set(store, 'queued')
  await expect(transaction).rejects.toMatchObject({ code: 'state-deadline', facts: { seconds: 0.4 } })
  await queued
  expect(await keys(store)).toEqual(['before', 'queued'])
  expect(heard).toEqual([''])
  expect(await store.health()).toMatchObject({ ok: true, restarts: 1 })
})

test('a transaction that waited while its thread was ended fails as a whole', async () => {
  await using store = await openTestStore({ clock, statementDeadlineMs: 300 })
  const tx = await store.db.startTransaction().execute()
  await tx
    .insertInto('setting')
    .values({ key: 'lost', value: json(1), updated_at: clock.now() })
    .execute()
  await expect(sql`select count(*) from generate_series(1, 1e10::bigint)`.execute(tx)).rejects.toThrow(
    'longer than 0.3 s',
  )
  await expect(
    tx
      .insertInto('setting')
      .values({ key: 'later', value: json(1), updated_at: clock.now() })
      .execute(),
  ).rejects.toMatchObject({ code: 'state-restarted' })
  await expect(tx.commit().execute()).rejects.toMatchObject({ code: 'state-restarted' })
  expect(await keys(store)).toEqual([])
})

test('using the outer handle inside a transaction is an error after a while, not a standstill', async () => {
  await using store = await openTestStore({ clock, turnDeadlineMs: 200 })
  await expect(store.db.transaction().execute(() => set(store, 'stuck'))).rejects.toMatchObject({ code: 'state-busy' })
  await set(store, 'free')
  // the transaction loses its turn and the waiting statement its patience at the same moment: either may be first
  expect(await keys(store)).toContain('free')
})

test('a transaction begun by hand is refused, because it would swallow the statements of others', async () => {
  await using store = await openTestStore({ clock })
  for (const statement of ['begin', ' START transaction', 'commit', 'rollback'])
    await expect(sql.raw(statement).execute(store.db)).rejects.toThrow('db.transaction()')
  await set(store, 'fine')
})

test('a transaction that goes to sleep loses its turn', async () => {
  await using store = await openTestStore({ clock, turnDeadlineMs: 200 })
  const sleeper = store.db.transaction().execute(async (tx) => {
    await tx
      .insertInto('setting')
      .values({ key: 'asleep', value: json(1), updated_at: clock.now() })
      .execute()
    await new Promise((resolve) => setTimeout(resolve, 600))
  })
  await expect(sleeper).rejects.toMatchObject({ code: 'state-busy' })
  expect(await keys(store)).toEqual([])
})

test('a state made by a newer program, or by another text of a migration, is refused', async () => {
  await using store = await openTestStore({ clock })
  const next = { version: 99, name: 'later', statements: ['create table later (id integer primary key)'] }
  expect(await migrate(store.db, clock.now(), [...migrations, next])).toEqual([99])
  await expect(migrate(store.db, clock.now())).rejects.toMatchObject({ code: 'state-newer', facts: { state: 99 } })
  const other = { ...next, statements: ['create table later (id bigint primary key)'] }
  expect(checksumOf(other)).not.toBe(checksumOf(next))
  await expect(migrate(store.db, clock.now(), [...migrations, other])).rejects.toMatchObject({
    code: 'state-migration-changed',
  })
})

test('a migration that fails half-way leaves the schema as it was', async () => {
  await using store = await openTestStore({ clock })
  const broken = {
    version: 99,
    name: 'broken',
    statements: ['create table later (id integer)', 'create table later (id integer)'],
  }
  await expect(migrate(store.db, clock.now(), [...migrations, broken])).rejects.toMatchObject({ code: '42P07' })
  expect((await sql`select to_regclass('later') as later`.execute(store.db)).rows).toEqual([{ later: null }])
  expect(await migrate(store.db, clock.now())).toEqual([])
})

test('a damaged backup is refused before anything is touched', async () => {
  const dir = emptyDir()
  const file = path.join(dir, 'state.gz')
  {
    await using store = await openTestStore({ clock })
    await set(store, 'one')
    await store.backup(file)
  }
  const text = gunzipSync(fs.readFileSync(file)).toString()
  const target = { url: `pglite:${path.join(dir, 'target')}`, clock, durable: false }
  const refuse = async (bytes: Uint8Array, why: RegExp) => {
    fs.writeFileSync(file, bytes)
    await expect(restore(file, target)).rejects.toMatchObject({
      code: 'backup-damaged',
      message: expect.stringMatching(why),
    })
  }
  await refuse(gzipSync(text.replace('"one"', '"two"')), /the rows of setting are not the ones/)
  await refuse(gzipSync(text.slice(0, text.lastIndexOf('{"done"'))), /its end is missing/)
  await refuse(gzipSync(text).subarray(0, 300), /not a whole backup/)
  await refuse(Buffer.from('no gzip at all'), /not a whole backup/)
  await expect(restore(path.join(dir, 'none.gz'), target)).rejects.toMatchObject({ code: 'file-not-found' })
  expect(fs.existsSync(path.join(dir, 'target'))).toBe(false)
})

test('a place for the state that is none is refused by name', async () => {
  for (const url of ['mysql://x', 'somewhere', 'pglite:'])
    await expect(openStore({ url, clock })).rejects.toMatchObject({ code: 'state-url-invalid' })
})

test('a Postgres server that is not there is named without user and password', async () => {
  const told = await openStore({ url: 'postgres://zora:s3cret@127.0.0.1:1/mesh', clock }).catch((error: Error) => error)
  expect(told).toMatchObject({ code: 'state-unreachable', facts: { server: '127.0.0.1:1/mesh' } })
  expect(JSON.stringify(told) + String(told) + (told as Error).stack).not.toMatch(/s3cret|zora/)
})
