import type { TableVersion } from '@datamesh/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openShelf, rowsOf, type Shelf, snapshotOf, walk } from '../testing/served.ts'
import type { Serving } from './index.ts'
import type { Order } from './request.ts'

/** 600 rows in three files that overlap in every column, with ties, NULLs, NaN and duplicate keys. `n` is the row's place. */
const select = (from: number, to: number) => `
  select
    (i * 7 % 97)::bigint as id,
    case when i % 5 = 0 then null else (i % 11)::int end as few,
    case when i % 7 = 0 then null when i % 13 = 0 then 'nan'::double else (i % 17) / 4.0 end::double as part,
    case when i % 9 = 0 then null else ['ä', 'Z', 'a', '', '😀', 'ﬀ'][1 + i % 6] end as word,
    (date '2001-01-01' + (i % 23)::int) as day,
    case when i % 4 = 0 then null else timestamp '1969-12-31 23:59:59.5' + to_seconds(i % 19) end as moment,
    ((i % 29) / 8)::decimal(9, 3) as price,
    i::int as n
  from range(${from}, ${to}) t(i)`

let shelf: Shelf
let files: Serving
let replicas: Serving
let keyed: TableVersion
let keyless: TableVersion

beforeAll(async () => {
  shelf = await openShelf()
  files = shelf.serving()
  replicas = shelf.serving({ replicaRoot: `${shelf.root}/warm` })
  const selects = [select(0, 150), select(150, 480), select(480, 600)]
  keyed = await shelf.publish('keyed', ['id'], selects)
  keyless = await shelf.publish('keyless', [], selects)
  await replicas.warm(snapshotOf('first'), keyed)
  await replicas.warm(snapshotOf('first'), keyless)
})
afterAll(async () => {
  await files[Symbol.asyncDispose]()
  await replicas[Symbol.asyncDispose]()
  await shelf[Symbol.asyncDispose]()
})

/** What a plain sort says, NULLs last, ties by key and then by place. */
const sorted = async (order: readonly Order[] | null, key: readonly string[], where = 'true'): Promise<number[]> => {
  const terms = [...(order ?? []), ...key.map((column) => ({ column, descending: false }))]
  const by = [...terms.map((t) => `${t.column} ${t.descending ? 'desc' : 'asc'} nulls last`), 'n']
  const rows = await shelf.sql(`select n from (${select(0, 600)}) where ${where} order by ${by.join(', ')}`)
  return rows.map(([n]) => Number(n))
}

const anyOrder = fc.option(
  fc
    .uniqueArray(fc.constantFrom('id', 'few', 'part', 'word', 'day', 'moment', 'price'), { minLength: 1, maxLength: 3 })
    .chain((columns) =>
      fc
        .array(fc.boolean(), { minLength: columns.length, maxLength: columns.length })
        .map((down) => columns.map((column, at) => ({ column, descending: down[at]! }))),
    ),
  { nil: null, freq: 4 },
)

describe('pages hold every row exactly once, in order', () => {
  test('for any order, page size, key, filter and source', async () => {
    const anyFilter = fc.constantFrom(
      { filters: [], where: 'true' },
      { filters: [{ column: 'id', op: 'gte', value: '40' } as const], where: 'id >= 40' },
      { filters: [{ column: 'id', op: 'lt', value: '9' } as const], where: 'id < 9' },
      { filters: [{ column: 'few', op: 'in', value: '1, 4,10' } as const], where: 'few in (1, 4, 10)' },
      { filters: [{ column: 'word', op: 'eq', value: 'ﬀ' } as const], where: `word = 'ﬀ'` },
      {
        filters: [{ column: 'moment', op: 'gt', value: '1970-01-01T00:00:03Z' } as const],
        where: `moment > timestamp '1970-01-01 00:00:03'`,
      },
      { filters: [{ column: 'part', op: 'gt', value: '3.5' } as const], where: 'part > 3.5' },
    )
    await fc.assert(
      fc.asyncProperty(
        anyOrder,
        fc.integer({ min: 7, max: 700 }),
        fc.boolean(),
        fc.boolean(),
        anyFilter,
        async (order, limit, warm, hasKey, { filters, where }) => {
          const table = hasKey ? keyed : keyless
          const pages = await walk(warm ? replicas : files, rowsOf(table, { order, limit, filters, select: ['n'] }))
          expect(pages.flat().map((row) => row.n)).toEqual(await sorted(order, table.key, where))
          for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('a replica and the files give the same bytes and the same ETag', async () => {
    for (const format of ['json', 'ndjson', 'csv', 'arrow', 'parquet'] as const) {
      // Their secrets differ, so their cursors do; everything else must agree.
      const asked = rowsOf(keyed, { format, limit: 50, select: ['n', 'word', 'part'] })
      const [one, two] = [await files.rows(asked), await replicas.rows(asked)]
      const text = (body: unknown) => (body as Buffer).toString('latin1').replace(/"next":"[^"]*"/, '')
      expect(text(one.body)).toBe(text(two.body))
      expect(one.etag).toBe(two.etag)
    }
    expect(replicas.metrics().reads.replica).toBeGreaterThan(0)
    expect(files.metrics().reads.replica).toBe(0)
  })

  test('the table without rows is one empty page in every format', async () => {
    const empty = { ...keyed, files: [], rows: 0 }
    for (const format of ['json', 'ndjson', 'csv', 'arrow', 'parquet'] as const) {
      const page = await files.rows(rowsOf(empty, { format, snapshot: snapshotOf('empty') }))
      expect(page).toMatchObject({ rows: 0, next: null })
    }
  })

  test('a file older than a column reads as NULL there, also when a type leaves no statistics', async () => {
    const table = await shelf.publish(
      'grown',
      ['id'],
      ['select i as id from range(5) t(i)', `select i + 5 as id, 'new' as word, {'a': 1} as nested from range(5) t(i)`],
    )
    const snapshot = snapshotOf('grown')
    const [early] = await walk(
      files,
      rowsOf(table, { snapshot, limit: 3, filters: [{ column: 'id', op: 'lt', value: '2' }] }),
    )
    expect(early).toEqual([
      { id: '0', word: null, nested: null },
      { id: '1', word: null, nested: null },
    ])
    const all = await walk(files, rowsOf(table, { snapshot, limit: 4 }))
    expect(all.flat()).toHaveLength(10)
    expect(all.flat().at(-1)).toEqual({ id: '9', word: 'new', nested: { a: 1 } })
    await replicas.warm(snapshot, table)
    expect(await walk(replicas, rowsOf(table, { snapshot, limit: 4 }))).toEqual(all)
  })
})

describe('the page cache', () => {
  test('answers a page asked for again, and the next one of a walk, without the engine', async () => {
    await using serving = shelf.serving()
    const first = await serving.rows(rowsOf(keyed, { limit: 20 }))
    expect(first.cache).toBe('miss')
    expect((await serving.rows(rowsOf(keyed, { limit: 20 }))).cache).toBe('hit')
    const second = await serving.rows(rowsOf(keyed, { limit: 20, cursor: first.next }))
    const third = await serving.rows(rowsOf(keyed, { limit: 20, cursor: second.next }))
    expect([second.cache, third.cache]).toEqual(['miss', 'hit'])
    expect(serving.metrics().reads.parquet).toBe(2)
  })

  test('stays within its bytes and never mixes columns, filters, verdicts or formats', async () => {
    await using serving = shelf.serving({ pageCacheMb: 0.25 })
    for (let at = 0; at < 97; at += 1)
      await serving.rows(rowsOf(keyed, { limit: 200, filters: [{ column: 'id', op: 'gte', value: String(at) }] }))
    expect(serving.metrics().pages.bytes).toBeLessThanOrEqual(0.25 * 1024 * 1024)
    const variants = [
      {},
      { select: ['id'] },
      { meta: true },
      { limit: 99 },
      { format: 'ndjson' as const },
      { order: [{ column: 'id', descending: true }] },
      { filters: [{ column: 'id', op: 'gt' as const, value: '3' }] },
      { decision: { masks: [{ column: 'word', how: 'redact' as const }], rowFilter: null } },
      { decision: { masks: [], rowFilter: 'few = 3' } },
    ]
    const tags = variants.map((variant) => serving.etag(rowsOf(keyed, variant)))
    expect(new Set(tags).size).toBe(variants.length)
    const answers = await Promise.all(variants.map((variant) => serving.rows(rowsOf(keyed, variant))))
    expect(answers.map((answer) => answer.etag)).toEqual(tags)
  })

  test('readers who ask for the same page at once share one question', async () => {
    await using serving = shelf.serving()
    await Promise.all(Array.from({ length: 20 }, () => serving.rows(rowsOf(keyed))))
    expect(serving.metrics().reads.parquet).toBe(1)
  })
})
