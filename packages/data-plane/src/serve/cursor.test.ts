import type { TableVersion } from '@datamesh/core'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShelf, rowsOf, type Shelf, snapshotOf, walk } from '../testing/served.ts'
import type { Serving } from './index.ts'

let shelf: Shelf
let serving: Serving
let before: TableVersion
let after: TableVersion

beforeAll(async () => {
  shelf = await openShelf()
  serving = shelf.serving({ secret: 'one' })
  before = await shelf.publish('t', ['id'], [`select i as id, 'old' as word from range(50) t(i)`])
  after = await shelf.publish('t', ['id'], [`select i * 2 as id, 'new' as word from range(50) t(i)`])
})
afterAll(async () => {
  await serving[Symbol.asyncDispose]()
  await shelf[Symbol.asyncDispose]()
})

const invalid = (saying: RegExp) =>
  expect.objectContaining({ code: 'request-invalid', message: expect.stringMatching(saying) })

test('a cursor goes on in its snapshot although a newer one was published', async () => {
  const first = await serving.rows(rowsOf(before, { limit: 20, snapshot: snapshotOf('s1') }))
  await serving.rows(rowsOf(after, { limit: 20, snapshot: snapshotOf('s2') }))
  expect(serving.decodeCursor(first.next!)).toEqual({ snapshot: 's1', table: 't' })
  expect(serving.snapshotOfCursor(first.next!)).toBe('s1')
  const rest = await walk(serving, rowsOf(before, { limit: 20, snapshot: snapshotOf('s1'), cursor: first.next }))
  expect(rest.flat().map((row) => row.id)).toEqual(Array.from({ length: 30 }, (_, at) => String(at + 20)))
  expect(rest.flat().every((row) => row.word === 'old')).toBe(true)
})

test('a snapshot counts as in use for as long as its cursor may be used', async () => {
  let now = new Date('2026-01-01T00:00:00Z')
  await using timed = shelf.serving({
    clock: { now: () => now },
    cursorSeconds: 60,
    replicaRoot: `${shelf.root}/timed`,
  })
  await timed.rows(rowsOf(before, { limit: 50, snapshot: snapshotOf('whole') }))
  expect([...timed.inUse()]).toEqual([])
  await timed.rows(rowsOf(before, { limit: 20, snapshot: snapshotOf('s1') }))
  expect([...timed.inUse()]).toEqual(['s1'])
  now = new Date('2026-01-01T00:00:59Z')
  expect([...timed.inUse()]).toEqual(['s1'])
  now = new Date('2026-01-01T00:01:01Z')
  expect([...timed.inUse()]).toEqual([])
})

test('a cursor that was changed anywhere, or made up, is refused', async () => {
  const { next } = await serving.rows(rowsOf(before, { limit: 20 }))
  const bytes = Buffer.from(next!, 'base64url')
  for (let at = 0; at < bytes.length; at += 1) {
    const changed = Buffer.from(bytes)
    changed[at]! ^= 1
    const cursor = changed.toString('base64url')
    await expect(serving.rows(rowsOf(before, { limit: 20, cursor }))).rejects.toEqual(
      invalid(/not one that this platform made/),
    )
  }
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 300 }), async (cursor) => {
      await expect(serving.rows(rowsOf(before, { cursor }))).rejects.toEqual(invalid(/cursor/))
    }),
  )
})

test('a cursor of another mesh, snapshot, table, order or filter is refused and says why', async () => {
  await using other = shelf.serving({ secret: 'two', replicaRoot: `${shelf.root}/other` })
  const { next: cursor } = await serving.rows(rowsOf(before, { limit: 20 }))
  await expect(other.rows(rowsOf(before, { cursor }))).rejects.toEqual(invalid(/not one that this platform made/))
  const refused = [
    [{ snapshot: snapshotOf('s2') }, /belongs to snapshot first, not s2/],
    [{ table: { ...before, name: 'u' } }, /belongs to table t, not u/],
    [{ order: [{ column: 'word', descending: false }] }, /other filters or another order/],
    [{ order: [{ column: 'id', descending: true }] }, /other filters or another order/],
    [{ filters: [{ column: 'id', op: 'gt', value: '3' }] }, /other filters or another order/],
  ] as const
  for (const [asked, saying] of refused)
    await expect(serving.rows(rowsOf(before, { ...asked, cursor }))).rejects.toEqual(invalid(saying))
})

test('without a secret of its own a platform keeps one, so that cursors survive a restart', async () => {
  const options = { replicaRoot: `${shelf.root}/kept` }
  let cursor: string | null
  {
    await using first = shelf.serving(options)
    cursor = (await first.rows(rowsOf(before, { limit: 20 }))).next
  }
  await using second = shelf.serving(options)
  expect((await second.rows(rowsOf(before, { limit: 20, cursor }))).rows).toBe(20)
})
