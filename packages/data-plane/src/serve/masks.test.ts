import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type MaskedPeople, marker, publishMaskedPeople, servedTo } from '../testing/masked_people.ts'
import { bytesOf, rowsOf, walk } from '../testing/served.ts'
import { openServing, type RowFormat, type Serving } from './index.ts'

let people: MaskedPeople
let serving: Serving
const open = () =>
  openServing({
    storageRoot: join(people.root, 'store'),
    replicaRoot: join(people.root, 'replicas'),
    memoryMb: 128,
    replicaMinRows: 1,
    hotReads: 1_000_000,
    clock: { now: () => new Date() },
  })
const ann = servedTo('ann')
const asked = (more = {}) => rowsOf(people.table, { decision: ann, limit: 7, ...more })

beforeAll(async () => {
  people = await publishMaskedPeople()
  serving = open()
})
afterAll(async () => {
  await serving?.[Symbol.asyncDispose]()
  await people?.[Symbol.asyncDispose]()
})

const everything = async (of: Serving, decision = ann) => (await walk(of, asked({ decision }))).flat()

describe('a masked and filtered reader', () => {
  test('gets no hidden value in any format, as a page or as a download', async () => {
    for (const format of ['json', 'ndjson', 'csv', 'parquet', 'arrow'] as const satisfies RowFormat[])
      for (const limit of format === 'json' ? [100] : [100, null, 20_000]) {
        const reply = await serving.rows(asked({ format, limit }))
        const bytes = await bytesOf(reply)
        expect(bytes.includes(marker), `${format} ${limit}`).toBe(false)
        if (format !== 'parquet') expect(bytes.includes('tok_')).toBe(true)
      }
  })

  test('walks through exactly the rows of the filter, from files and from a replica alike', async () => {
    const before = await everything(serving)
    expect(before.map((row) => row.id)).toEqual(Array.from({ length: 50 }, (_, at) => String(at + 1)))
    await using other = open()
    await other.warm(asked().snapshot, people.table)
    expect(await everything(other)).toEqual(before)
    expect(other.metrics().reads.replica).toBeGreaterThan(0)
  })

  test('gets the same masked values after a restart, and other ones than another reader', async () => {
    const before = await everything(serving)
    await using again = open()
    expect(await everything(again)).toEqual(before)
    const bob = await everything(serving, servedTo('bob'))
    expect(bob[0]?.email).not.toBe(before[0]?.email)
    expect(bob[0]?.card).not.toBe(before[0]?.card)
    expect(bob[0]?.phone).toBe(before[0]?.phone)
  })

  test('shares neither page nor ETag with another reader or with who sees everything', async () => {
    const etags = [ann, servedTo('bob'), servedTo('ann', null), { masks: [], rowFilter: null }].map((decision) =>
      serving.etag(asked({ decision })),
    )
    expect(new Set(etags).size).toBe(4)
    expect(serving.etag(asked())).toBe(etags[0])
  })

  test('cannot ask for rows by what is masked, which would be an oracle', async () => {
    for (const column of ['email', 'card', 'phone', 'born', 'salary', 'secret', 'score', 'address'])
      for (const op of ['eq', 'null', 'gt', 'like', 'in'] as const) {
        const filters = [{ column, op, value: op === 'null' ? 'true' : '1' }]
        await expect(serving.rows(asked({ filters }))).rejects.toMatchObject({ code: 'request-invalid' })
      }
    await expect(serving.rows(asked({ order: [{ column: 'salary', descending: true }] }))).rejects.toThrow(/masked/)
    await expect(serving.rows(asked({ order: [{ column: 'CARD', descending: true }] }))).rejects.toThrow()
  })

  test('cannot look behind the filter with a filter of their own', async () => {
    const of = (filters: unknown) => walk(serving, asked({ filters, limit: 100 }))
    expect((await of([{ column: 'region', op: 'ne', value: 'open' }])).flat()).toEqual([])
    expect((await of([{ column: 'id', op: 'gt', value: '50' }])).flat()).toEqual([])
    expect((await of([{ column: 'id', op: 'gte', value: '50' }])).flat()).toHaveLength(1)
  })

  test('reads nothing in a cursor: not where a row lies among those that are hidden', async () => {
    const { next } = await serving.rows(asked())
    const text = Buffer.from(next ?? '', 'base64url').toString('latin1')
    expect(text).not.toContain('people')
    expect(text).not.toContain('"7"')
    expect((await serving.rows(asked())).next).toBe(next)
  })
})

describe('a masked file', () => {
  test('is Parquet of what the reader may see, with its own digest and name', async () => {
    const snapshot = asked().snapshot
    const file = await serving.masked.of(snapshot, people.table, ann)
    const parts: Buffer[] = []
    for await (const part of file.stream()) parts.push(part as Buffer)
    const bytes = Buffer.concat(parts)
    expect(bytes.includes(marker)).toBe(false)
    expect(file).toMatchObject({ rows: 50, bytes: bytes.length })
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(file.sha256)
    const duckdb = await (await DuckDBInstance.create(':memory:')).connect()
    const read = await duckdb.runAndReadAll(
      `select count(*)::integer, max(id)::integer, min(born)::varchar, count(distinct email)::integer from '${file.path}'`,
    )
    expect(read.getRows()).toEqual([[50, 50, '1971-01-01', 18]])
    duckdb.closeSync()
  })

  test('is made once for one verdict, and anew for another', async () => {
    const { snapshot } = asked()
    const [one, two] = await Promise.all([ann, ann].map((each) => serving.masked.of(snapshot, people.table, each)))
    expect(one?.name).toBe(two?.name)
    expect(serving.masked.nameOf(snapshot, people.table, ann)).toBe(one?.name)
    const bob = await serving.masked.of(snapshot, people.table, servedTo('bob'))
    expect(bob.name).not.toBe(one?.name)
    expect(bob.sha256).not.toBe(one?.sha256)
    await serving.evict([snapshot.id])
    const again = await serving.masked.of(snapshot, people.table, ann)
    expect(again.name).toBe(one?.name)
  })
})
