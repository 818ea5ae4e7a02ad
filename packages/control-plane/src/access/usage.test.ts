import type { AccessRecord } from '@datamesh/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../store/testing/store.ts'
import { Usage } from './usage.ts'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store?.[Symbol.asyncDispose]())

const read = (more: Partial<AccessRecord> = {}): AccessRecord => ({
  at: new Date('2026-05-01T23:59:59Z'),
  actor: 'ada',
  action: 'data:read',
  product: 'sales/orders',
  port: 'rows',
  allow: true,
  because: '',
  rows: 10,
  bytes: 100,
  ...more,
})
const stored = () =>
  store.db
    .selectFrom('port_read')
    .select(['principal', 'reads', 'row_count', 'size_bytes'])
    .orderBy('principal')
    .orderBy('day')
    .execute()

test('reads are summed up by day and reader, over flushes that come at once', async () => {
  const usage = new Usage(store)
  for (let i = 0; i < 5; i++) usage.record(read())
  const flushes = [usage.flush(), usage.flush()]
  usage.record(read())
  usage.record(read({ actor: 'bo' }))
  usage.record(read({ at: new Date('2026-05-02T00:00:00Z') }))
  await Promise.all([...flushes, usage.flush()])
  expect(await stored()).toEqual([
    { principal: 'ada', reads: 6, row_count: 60, size_bytes: 600 },
    { principal: 'ada', reads: 1, row_count: 10, size_bytes: 100 },
    { principal: 'bo', reads: 1, row_count: 10, size_bytes: 100 },
  ])
  expect(usage.totals).toEqual({ reads: 8, rows: 80, bytes: 800, denied: 0 })
})

test('what could not be written is written the next time', async () => {
  const broken = new Usage(store)
  broken.record(read({ actor: 'cy' }))
  await store.db.schema.alterTable('port_read').renameTo('port_read_away').execute()
  await expect(broken.flush()).rejects.toThrow()
  await store.db.schema.alterTable('port_read_away').renameTo('port_read').execute()
  broken.record(read({ actor: 'cy' }))
  await broken.flush()
  expect((await stored()).find((row) => row.principal === 'cy')).toMatchObject({ reads: 2, row_count: 20 })
})

test('the same refusal becomes one event a minute, with the reason', async () => {
  const usage = new Usage(store)
  const refused = (seconds: number) =>
    usage.record(
      read({ at: new Date(Date.UTC(2026, 4, 1, 12, 0, seconds)), actor: 'eve', allow: false, because: 'no grant' }),
    )
  for (const seconds of [0, 1, 59, 60, 61]) {
    refused(seconds)
    await usage.flush()
  }
  const events = await store.db
    .selectFrom('event')
    .selectAll()
    .where('type', '=', 'data.refused')
    .orderBy('seq')
    .execute()
  expect(events.map((event) => [event.subject, event.actor, event.at.getUTCMinutes()])).toEqual([
    ['sales/orders', 'eve', 0],
    ['sales/orders', 'eve', 1],
  ])
  expect(events[0]?.data).toEqual({ action: 'data:read', port: 'rows', because: 'no grant' })
  expect(usage.totals.denied).toBe(5)
})
