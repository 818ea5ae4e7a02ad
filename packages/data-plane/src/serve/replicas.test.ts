import { readdir, rm } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import type { TableVersion } from '@datamesh/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bytesOf, openShelf, rowsOf, type Shelf, snapshotOf, walk } from '../testing/served.ts'

let shelf: Shelf
let table: TableVersion

beforeAll(async () => {
  shelf = await openShelf()
  // Files that lie against the order of the key.
  table = await shelf.publish(
    't',
    ['id'],
    [
      `select (40000 - i)::bigint as id, i % 7 as part from range(20000) t(i)`,
      `select (20000 - i)::bigint as id, i % 7 as part from range(20000) t(i)`,
    ],
  )
})
afterAll(async () => {
  await shelf[Symbol.asyncDispose]()
})

const until = async (holds: () => boolean): Promise<void> => {
  for (let tries = 0; tries < 400 && !holds(); tries += 1) await wait(25)
  expect(holds()).toBe(true)
}

const page = (at: number) => rowsOf(table, { limit: 10, filters: [{ column: 'id', op: 'gt', value: String(at) }] })

test('a table that is read often is served from a replica after a while, with the same rows', async () => {
  await using serving = shelf.serving({ replicaRoot: `${shelf.root}/hot`, hotReads: 5 })
  const before = await walk(serving, rowsOf(table, { limit: 4000 }))
  expect(serving.metrics().engineOpen).toBe(true)
  for (let at = 0; at < 6; at += 1) await serving.rows(page(at))
  await until(() => serving.metrics().replicas.count === 1)
  for (let at = 100; at < 40_000; at += 3777) {
    const rows = JSON.parse((await bytesOf(await serving.rows(page(at)))).toString()).data
    expect(rows.map((row: { id: string }) => Number(row.id))).toEqual(
      Array.from({ length: Math.min(10, 40_000 - at) }, (_, n) => at + n + 1),
    )
  }
  expect(serving.metrics().reads.replica).toBeGreaterThan(10)
  const after = await walk(serving, rowsOf(table, { limit: 3999 }))
  expect(after.flat()).toEqual(before.flat())
})

test('a replica outlives its process and is adopted, and a damaged one is given up for the files', async () => {
  const replicaRoot = `${shelf.root}/kept`
  {
    await using serving = shelf.serving({ replicaRoot })
    await serving.warm(snapshotOf('first'), table)
  }
  {
    await using serving = shelf.serving({ replicaRoot })
    await serving.rows(page(1))
    expect(serving.metrics()).toMatchObject({ reads: { replica: 1, parquet: 0 }, replicas: { count: 1 } })
  }
  for (const name of await readdir(replicaRoot)) if (name.endsWith('.duckdb')) await rm(`${replicaRoot}/${name}`)
  await using serving = shelf.serving({ replicaRoot })
  expect((await serving.rows(page(1))).rows).toBe(10)
  expect(serving.metrics().reads.parquet).toBe(1)
})

test('replicas make room for newer ones, and go with their snapshot, while readers go on', async () => {
  const replicaRoot = `${shelf.root}/room`
  await using serving = shelf.serving({ replicaRoot, replicaMb: 1 })
  for (const id of ['a', 'b', 'c', 'd']) await serving.warm(snapshotOf(id), table)
  const { count, bytes } = serving.metrics().replicas
  expect(count).toBeLessThan(4)
  expect(bytes).toBeLessThanOrEqual(1024 * 1024)
  const files = async () => (await readdir(replicaRoot)).filter((name) => name.endsWith('.duckdb'))
  expect(await files()).toHaveLength(count)
  const reading = Promise.all(
    Array.from({ length: 30 }, (_, at) => serving.rows({ ...page(at * 1000), snapshot: snapshotOf('d') })),
  )
  await serving.evict(['a', 'b', 'c', 'd'])
  expect((await reading).every((reply) => reply.rows === 10)).toBe(true)
  await until(() => serving.metrics().replicas.count === 0)
  for (let tries = 0; tries < 100 && (await files()).length > 0; tries += 1) await wait(25)
  expect(await files()).toEqual([])
  expect((await serving.rows({ ...page(5), snapshot: snapshotOf('d') })).rows).toBe(10)
})

test('opens no engine before the first read, and gives it back when nobody reads', async () => {
  let now = new Date('2026-01-01T00:00:00Z')
  await using serving = shelf.serving({ replicaRoot: `${shelf.root}/idle`, clock: { now: () => now }, idleSeconds: 60 })
  expect(serving.metrics().engineOpen).toBe(false)
  await serving.warm(snapshotOf('first'), table)
  expect(serving.metrics().engineOpen).toBe(false)
  await serving.rows(page(1))
  expect(serving.metrics().engineOpen).toBe(true)
  expect(await serving.rest()).toBe(false)
  now = new Date('2026-01-01T00:02:00Z')
  expect(await serving.rest()).toBe(true)
  expect(serving.metrics().engineOpen).toBe(false)
  expect((await serving.rows(page(2))).rows).toBe(10)
})

test('a snapshot whose files are gone is missing, not a failure of the platform', async () => {
  await using serving = shelf.serving({ replicaRoot: `${shelf.root}/gone` })
  const gone = { ...table, files: table.files.map((file) => ({ ...file, path: `gone-${file.path}` })) }
  for (const format of ['json', 'csv', 'parquet'] as const) {
    const read = async () =>
      bytesOf(
        await serving.rows(
          rowsOf(gone, { format, limit: format === 'json' ? 10 : null, snapshot: snapshotOf('gone') }),
        ),
      )
    await expect(read()).rejects.toThrow(
      format === 'csv' ? /No files found|there is no snapshot/ : /there is no snapshot gone any more/,
    )
  }
  expect([...serving.inUse()]).toEqual([])
})

test('many downloads at once take turns and all arrive, and pages are answered meanwhile', async () => {
  await using serving = shelf.serving({ replicaRoot: `${shelf.root}/turns` })
  const downloads = Array.from({ length: 20 }, async (_, at) =>
    bytesOf(await serving.rows(rowsOf(table, { format: at % 2 ? 'csv' : 'parquet', limit: null }))),
  )
  expect((await serving.rows(page(3))).rows).toBe(10)
  const sizes = (await Promise.all(downloads)).map((bytes) => bytes.length)
  expect(new Set(sizes).size).toBe(2)
  // The page gave out a cursor; the downloads are over.
  expect([...serving.inUse()]).toEqual(['first'])
})

test('readers who take nothing give way to one who waits, and a small table needs no place at all', async () => {
  const wide = await shelf.publish(
    'wide',
    ['id'],
    [`select range as id, repeat(md5(range::text), 20) as text from range(30000)`],
  )
  const small = await shelf.publish('small', ['id'], ['select range as id from range(50)'])
  await using serving = shelf.serving({ replicaRoot: `${shelf.root}/stalled`, giveWaySeconds: 0.5 })
  const whole = (of: typeof wide) => serving.rows(rowsOf(of, { format: 'csv', limit: null }))
  const stalled = await Promise.all(Array.from({ length: 16 }, async () => (await whole(wide)).body as Readable))
  let gaveWay = 0
  for (const body of stalled) body.on('error', () => gaveWay++).once('readable', () => {})
  expect(await whole(small)).toMatchObject({ rows: 50, next: null })
  expect((await bytesOf(await whole(wide))).length).toBeGreaterThan(19_000_000)
  expect(gaveWay).toBe(1)
})
