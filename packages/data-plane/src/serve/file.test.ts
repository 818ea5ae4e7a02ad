import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShelf, type Shelf, snapshotOf } from '../testing/served.ts'

let shelf: Shelf
beforeAll(async () => {
  shelf = await openShelf()
})
afterAll(async () => {
  await shelf[Symbol.asyncDispose]()
})

test('a file of a snapshot is served whole or in ranges, with its checksum, and held while it is read', async () => {
  await using serving = shelf.serving()
  const table = await shelf.publish('t', ['id'], ['select i as id from range(20000) t(i)'])
  const file = serving.file(snapshotOf('first'), table, table.files[0]!.path)
  const whole = await buffer(file.stream())
  expect(whole.length).toBe(file.bytes)
  expect(createHash('sha256').update(whole).digest('hex')).toBe(file.sha256)
  expect(await buffer(file.stream({ start: 0, end: 3 }))).toEqual(Buffer.from('PAR1'))
  const end = file.bytes - 1
  expect(await buffer(file.stream({ start: end - 99, end }))).toEqual(whole.subarray(-100))
  const open = file.stream()
  expect([...serving.inUse()]).toEqual(['first'])
  open.destroy()
  await once(open, 'close')
  expect([...serving.inUse()]).toEqual([])
})

test('a name that is no file of the table is not found, nor a path out of the storage', async () => {
  await using serving = shelf.serving()
  const table = await shelf.publish('u', [], ['select 1 as id'])
  for (const name of ['other.parquet', '../store', '', '/etc/passwd'])
    expect(() => serving.file(snapshotOf('first'), table, name)).toThrow(/there is no file/)
  const away = { ...table, files: [{ ...table.files[0]!, path: '../../etc/passwd' }] }
  expect(() => serving.file(snapshotOf('first'), away, 'passwd')).toThrow(
    expect.objectContaining({ code: 'file-not-found' }),
  )
})
