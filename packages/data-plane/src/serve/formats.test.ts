import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { TableVersion } from '@datamesh/core'
import { tableFromIPC } from 'apache-arrow'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bytesOf, openShelf, rowsOf, type Shelf, snapshotOf, walk } from '../testing/served.ts'
import type { RowsRequest, Serving } from './index.ts'

let shelf: Shelf
let serving: Serving
let types: TableVersion
let long: TableVersion

/** Every kind of type at its edges, with NULLs. */
const edges = `
  select * from (values
    (1, 9007199254740993::bigint, 18446744073709551615::ubigint, 12.50::decimal(10, 2), 123456789012345678901234567890.12::decimal(38, 2),
     'nan'::double, 0.1::float, true, 'ä "q", x', date '1969-12-31', timestamp '2001-01-01 10:00:00.123456', timestamptz '2001-01-01 10:00:00+02',
     time '10:00:00', uuid '7e3532b0-a84e-4bf4-9fb6-56890f6ca0e6', '\\x01\\xFF'::blob, [1.5, 'inf'::double], {'a': 9007199254740993::bigint}),
    (2, '-9223372036854775808'::bigint, 0::ubigint, -0.01::decimal(10, 2), -0.01::decimal(38, 2),
     '-inf'::double, 3.0::float, false, '', date '9999-12-31', timestamp '1970-01-01', timestamptz '1969-12-31 23:59:59.999999Z',
     time '00:00:00', uuid '00000000-0000-0000-0000-000000000000', ''::blob, [], {'a': null::bigint}),
    (3, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null),
    (4, 1, 2, 3, 4, 1e300, -1.5, null, 'line' || chr(10) || 'break' || chr(0) || 'nul', date '2000-02-29', timestamp '1600-01-01', timestamptz '2001-07-01 00:00:00Z',
     null, null, null, null, null)
  ) v(id, big, ubig, small, wide, part, single, flag, word, day, moment, zoned, clock, uid, bytes, list, pair)`

beforeAll(async () => {
  shelf = await openShelf()
  serving = shelf.serving()
  types = await shelf.publish('types', ['id'], [edges])
  long = await shelf.publish(
    'long',
    ['id'],
    [
      `select i::bigint as id, case when i % 4 = 0 then null else i / 3.0 end::double as part, 'word ' || i as word from range(60000) t(i)`,
      `select (i + 60000)::bigint as id, i / 3.0 as part, null::varchar as word from range(7) t(i)`,
    ],
  )
})
afterAll(async () => {
  await serving[Symbol.asyncDispose]()
  await shelf[Symbol.asyncDispose]()
})

const typed = (asked: Partial<RowsRequest>) => rowsOf(types, { snapshot: snapshotOf('types'), ...asked })
const whole = (asked: Partial<RowsRequest>) => rowsOf(long, { snapshot: snapshotOf('long'), limit: null, ...asked })

describe('JSON', () => {
  test('loses no digit, writes times as ISO 8601 and what JSON has no number for as text', async () => {
    const [page] = await walk(serving, typed({}))
    expect(page![0]).toEqual({
      id: 1,
      big: '9007199254740993',
      ubig: '18446744073709551615',
      small: 12.5,
      wide: '123456789012345678901234567890.12',
      part: 'nan',
      single: 0.1,
      flag: true,
      word: 'ä "q", x',
      day: '1969-12-31',
      moment: '2001-01-01T10:00:00.123456',
      zoned: '2001-01-01T08:00:00Z',
      clock: '10:00:00',
      uid: '7e3532b0-a84e-4bf4-9fb6-56890f6ca0e6',
      bytes: 'Af8=',
      list: ['1.5', 'inf'],
      pair: { a: '9007199254740993' },
    })
    expect(page![1]).toMatchObject({ big: '-9223372036854775808', part: '-inf', word: '', list: [], pair: { a: null } })
    expect(Object.values(page![2]!).filter((value) => value !== null)).toEqual([3])
    expect(page![3]).toMatchObject({ part: 1e300, word: 'line\nbreak\0nul', moment: '1600-01-01T00:00:00' })
  })

  test('adds the metadata columns on demand, and only then', async () => {
    const [page] = await walk(serving, typed({ meta: true, select: ['id'] }))
    expect(page![0]).toEqual({
      id: 1,
      _product_name: 'flights',
      _product_version: '1.2.0',
      _domain: 'aviation',
      _publish_timestamp: '2026-01-02T03:04:05Z',
    })
  })

  test('pages by every type that has an order, with NUL bytes, infinities and NULLs in the cursor', async () => {
    for (const column of types.columns.map((c) => c.name).filter((name) => !['list', 'pair'].includes(name)))
      for (const descending of [false, true])
        for (const format of ['ndjson', 'parquet'] as const) {
          let cursor: string | null = null
          let rows = 0
          do {
            const page = await serving.rows(
              typed({ format, order: [{ column, descending }], limit: 1, cursor, select: ['id'] }),
            )
            cursor = page.next
            rows += page.rows ?? 0
          } while (cursor !== null && rows < 9)
          expect([column, descending, format, rows]).toEqual([column, descending, format, 4])
        }
  })
})

describe('CSV', () => {
  test('tells NULL from the empty text and reads back as it was', async () => {
    const reply = await serving.rows(typed({ format: 'csv', select: ['id', 'word', 'wide', 'moment'] }))
    const text = (await bytesOf(reply)).toString()
    expect(text).toBe(
      `id,word,wide,moment\n1,"ä ""q"", x",123456789012345678901234567890.12,2001-01-01T10:00:00.123456\n2,"",-0.01,1970-01-01T00:00:00\n3,,,\n4,"line\nbreak\0nul",4.00,1600-01-01T00:00:00\n`,
    )
  })

  test('a whole table reads back equal in another engine', async () => {
    const file = join(shelf.root, 'long.csv')
    await writeFile(file, await bytesOf(await serving.rows(whole({ format: 'csv' }))))
    const columns = `{'id': 'bigint', 'part': 'double', 'word': 'varchar'}`
    expect(
      await differences(`read_csv('${file}', header = true, auto_detect = false, columns = ${columns}, nullstr = '')`),
    ).toEqual([['0', '60007']])
  })
})

/** Rows that are not the same in both, and the number of rows. */
const differences = (relation: string) => {
  const published = `read_parquet([${long.files.map((file) => `'${shelf.root}/store/${file.path}'`).join(', ')}])`
  return shelf.sql(`
    select
      (select count(*) from ((select * from ${relation} except all select * from ${published}) union all (select * from ${published} except all select * from ${relation}))),
      (select count(*) from ${relation})`)
}

describe('downloads', () => {
  test('Parquet and NDJSON of a whole table read back equal, in the order of the files', async () => {
    const parquet = join(shelf.root, 'long.parquet')
    await writeFile(parquet, await bytesOf(await serving.rows(whole({ format: 'parquet' }))))
    expect(await differences(`read_parquet('${parquet}')`)).toEqual([['0', '60007']])
    const ndjson = (await bytesOf(await serving.rows(whole({ format: 'ndjson' })))).toString().trimEnd().split('\n')
    expect(ndjson).toHaveLength(60007)
    expect(ndjson.map((line) => JSON.parse(line).id)).toEqual(Array.from({ length: 60007 }, (_, at) => String(at)))
  })

  test('Arrow of a page and of a whole table reads back equal, NULLs included', async () => {
    const table = tableFromIPC(await bytesOf(await serving.rows(whole({ format: 'arrow' }))))
    expect(table.numRows).toBe(60007)
    expect(table.schema.fields.map((field) => String(field.type))).toEqual(['Int64', 'Float64', 'Utf8'])
    for (const at of [0, 1, 2048, 59_999, 60_006]) {
      const row = table.get(at)!
      expect(row.id).toBe(BigInt(at))
      expect(row.part).toBe(at >= 60_000 ? (at - 60_000) / 3 : at % 4 === 0 ? null : at / 3)
      expect(row.word).toBe(at >= 60_000 ? null : `word ${at}`)
    }
    const edge = tableFromIPC(await bytesOf(await serving.rows(typed({ format: 'arrow' }))))
    const first = edge.get(0)!.toJSON()
    expect(first).toMatchObject({
      id: 1,
      big: 9007199254740993n,
      ubig: 18446744073709551615n,
      part: Number.NaN,
      flag: true,
      word: 'ä "q", x',
    })
    expect(first).toMatchObject({ clock: '10:00:00', pair: '{"a":9007199254740993}' })
    expect(Object.values(edge.get(2)!.toJSON()).filter((value) => value !== null)).toEqual([3])
    expect(edge.getChild('small')!.get(1)!.toString()).toBe('-1')
    expect(edge.getChild('moment')!.get(0)).toBeCloseTo(Date.UTC(2001, 0, 1, 10) + 123.456, 3)
  })

  test('come in the order asked for, with the filter, and stop at the limit', async () => {
    const reply = await serving.rows(
      whole({
        format: 'ndjson',
        limit: 10_001,
        order: [{ column: 'id', descending: true }],
        filters: [{ column: 'id', op: 'lt', value: '50000' }],
      }),
    )
    expect(reply).toMatchObject({ next: null, rows: null })
    const lines = (await bytesOf(reply)).toString().trimEnd().split('\n')
    expect(lines.map((line) => Number(JSON.parse(line).id))).toEqual(
      Array.from({ length: 10_001 }, (_, at) => 49_999 - at),
    )
  })

  test('hold their snapshot until the last byte, wait for a slow reader, and let go of one who leaves', async () => {
    await using own = shelf.serving({ replicaRoot: `${shelf.root}/own` })
    const reply = await own.rows(whole({ format: 'csv' }))
    const body = reply.body as Readable
    expect([...own.inUse()]).toEqual(['long'])
    const first = await new Promise<Buffer>((resolve) => body.once('readable', () => resolve(body.read() as Buffer)))
    expect(first.length).toBeGreaterThanOrEqual(64 * 1024)
    await new Promise((resolve) => setTimeout(resolve, 100))
    // Nobody took more, so hardly more than one further chunk was made of the 1.8 MB.
    expect(body.readableLength).toBeLessThan(300 * 1024)
    body.destroy()
    await new Promise((resolve) => body.once('close', resolve))
    expect([...own.inUse()]).toEqual([])
    for (let again = 0; again < 5; again += 1) {
      const left = (await own.rows(whole({ format: 'arrow' }))).body as Readable
      left.destroy()
      await new Promise((resolve) => left.once('close', resolve))
    }
    expect((await bytesOf(await own.rows(whole({ format: 'csv' })))).length).toBeGreaterThan(1_000_000)
    expect([...own.inUse()]).toEqual([])
  })

  test('that are open when serving ends are ended, not waited for', async () => {
    const own = shelf.serving({ replicaRoot: `${shelf.root}/ends` })
    const reply = await own.rows(whole({ format: 'csv' }))
    await new Promise((resolve) => (reply.body as Readable).once('readable', resolve))
    await own[Symbol.asyncDispose]()
    expect((reply.body as Readable).destroyed).toBe(true)
    await expect(own.rows(whole({ format: 'csv' }))).rejects.toThrow(/closed/)
  })

  test('JSON is for pages only', async () => {
    await expect(serving.rows(whole({ format: 'json', limit: 10_001 }))).rejects.toMatchObject({
      code: 'request-invalid',
    })
  })
})
