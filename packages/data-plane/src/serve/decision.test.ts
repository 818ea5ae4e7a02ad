import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TableVersion } from '@datamesh/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bytesOf, openShelf, rowsOf, type Shelf, snapshotOf, walk } from '../testing/served.ts'
import type { RowFormat, RowsRequest, Serving } from './index.ts'

let shelf: Shelf
let serving: Serving
let table: TableVersion
let byMail: TableVersion

const redact = (...columns: string[]): RowsRequest['decision'] => ({
  masks: columns.map((column) => ({ column, how: 'redact' })),
  rowFilter: null,
})

beforeAll(async () => {
  shelf = await openShelf()
  serving = shelf.serving()
  const select = `
    select
      i as id,
      case when i % 3 = 0 then null else 'secret-' || i end as mail,
      1000 + i as salary,
      ['north', 'south'][1 + i % 2] as region,
      {'inner': 'secret-' || i} as nested
    from range(40) t(i)`
  table = await shelf.publish('people', ['id'], [select])
  byMail = await shelf.publish('people', ['mail'], [select])
})
afterAll(async () => {
  await serving[Symbol.asyncDispose]()
  await shelf[Symbol.asyncDispose]()
})

describe('a masked column', () => {
  test('shows no value, and not which values are missing, in any format, page or download', async () => {
    for (const format of ['json', 'ndjson', 'csv', 'parquet', 'arrow'] as const satisfies RowFormat[])
      for (const limit of format === 'json' ? [10] : [10, null]) {
        const reply = await serving.rows(rowsOf(table, { format, limit, decision: redact('mail', 'salary', 'nested') }))
        const bytes = await bytesOf(reply)
        expect(bytes.includes('secret')).toBe(false)
        expect(bytes.includes('100')).toBe(false)
        expect(bytes.includes('•••')).toBe(true)
      }
  })

  test('is redacted as text, NULL otherwise', async () => {
    const [page] = await walk(serving, rowsOf(table, { limit: 100, decision: redact('mail', 'salary', 'nested') }))
    expect(page![0]).toEqual({ id: '0', mail: '•••', salary: null, region: 'north', nested: null })
    expect(page![1]).toEqual({ id: '1', mail: '•••', salary: null, region: 'south', nested: null })
  })

  test('cannot be used to filter or order, which would say what it holds', async () => {
    const decision = redact('salary')
    for (const asked of [
      { filters: [{ column: 'salary', op: 'gt', value: '1020' }] },
      { filters: [{ column: 'salary', op: 'null', value: 'true' }] },
      { order: [{ column: 'salary', descending: true }] },
    ] as const)
      await expect(serving.rows(rowsOf(table, { ...asked, decision }))).rejects.toMatchObject({
        code: 'request-invalid',
        message: expect.stringMatching(/"salary" is masked for you/),
      })
  })

  test('that is the key gives no order and stands in no cursor', async () => {
    const request = rowsOf(byMail, { snapshot: snapshotOf('by-mail'), limit: 7, decision: redact('mail') })
    const first = await serving.rows(request)
    expect(Buffer.from(first.next!, 'base64url').toString('latin1')).not.toContain('secret')
    const pages = await walk(serving, { ...request, select: ['id', 'mail'] })
    expect(pages.flat().map((row) => row.id)).toEqual(Array.from({ length: 40 }, (_, at) => String(at)))
    await serving.warm(request.snapshot, byMail)
    expect(await walk(serving, { ...request, select: ['id', 'mail'], limit: 8 })).toHaveLength(5)
  })
})

describe('a row filter', () => {
  test('holds for pages, downloads and the count of pages alike, whatever the caller adds', async () => {
    const decision = { masks: [], rowFilter: `region = 'north' or false -- of the owner` }
    const pages = await walk(serving, rowsOf(table, { limit: 6, decision }))
    expect(pages.map((page) => page.length)).toEqual([6, 6, 6, 2])
    const csv = await bytesOf(await serving.rows(rowsOf(table, { format: 'csv', limit: null, decision })))
    expect(csv.toString().trim().split('\n')).toHaveLength(21)
    const widened = await walk(
      serving,
      rowsOf(table, { decision, filters: [{ column: 'region', op: 'eq', value: 'south' }] }),
    )
    expect(widened.flat()).toEqual([])
  })

  test('may look at columns that are masked for the reader', async () => {
    const decision = { masks: redact('salary').masks, rowFilter: 'salary >= 1030' }
    const [page] = await walk(serving, rowsOf(table, { decision }))
    expect(page).toHaveLength(10)
    expect(page!.every((row) => row.salary === null)).toBe(true)
    const file = join(shelf.root, 'masked.parquet')
    await writeFile(
      file,
      await bytesOf(await serving.rows(rowsOf(table, { format: 'parquet', limit: null, decision }))),
    )
    expect(await shelf.sql(`select count(*), count(salary), min(id) from '${file}'`)).toEqual([['10', '0', '30']])
  })
})

describe('what a caller writes never becomes SQL', () => {
  const attacks = [
    `id" from people; drop table people --`,
    `id", (select content from read_text('/etc/passwd')) as "x`,
    `*`,
    `1 union select 1`,
    `__datamesh_position`,
    `rowid`,
    `file_row_number`,
    `filename`,
    `mail::varchar`,
    `constructor`,
    `__proto__`,
    '',
  ]
  test('as the name of a column', async () => {
    for (const name of attacks)
      for (const asked of [
        { select: [name] },
        { order: [{ column: name, descending: false }] },
        { filters: [{ column: name, op: 'eq' as const, value: '1' }] },
      ])
        await expect(serving.rows(rowsOf(table, asked))).rejects.toMatchObject({
          code: 'request-invalid',
          message: expect.stringMatching(/has no column/),
        })
  })

  test('as a value of a filter', async () => {
    for (const value of [`' or '1'='1`, `x' or true --`, `$1`, `%'; drop table people; --`, '\u0000', `"`, `\\`, `'`])
      for (const op of ['eq', 'ne', 'in', 'like'] as const) {
        const filters = [{ column: 'mail', op, value }]
        const [page] = await walk(serving, rowsOf(table, { filters }))
        const known = op === 'ne' ? 26 : 0
        expect(page).toHaveLength(known)
        const parquet = await bytesOf(await serving.rows(rowsOf(table, { filters, format: 'parquet', limit: null })))
        expect(parquet.subarray(0, 4).toString()).toBe('PAR1')
      }
    for (const value of [`1 or 1=1`, `1)`, `0x10`, ``, `1e3`, `9223372036854775808`])
      await expect(serving.rows(rowsOf(table, { filters: [{ column: 'id', op: 'eq', value }] }))).rejects.toMatchObject(
        {
          code: 'request-invalid',
          message: expect.stringMatching(/column "id" is of type BIGINT: .* is not one; write for example id=eq:42/),
        },
      )
  })

  test('as an operator, a limit or a format', async () => {
    for (const asked of [
      { filters: [{ column: 'id', op: 'or 1=1' as 'eq', value: '1' }] },
      { limit: 0 },
      { limit: 1.5 },
      { limit: 10_001 },
      { limit: Number.NaN },
      { select: [] },
    ])
      await expect(serving.rows(rowsOf(table, asked))).rejects.toMatchObject({ code: 'request-invalid' })
  })

  test('not even through the names that a table itself has', async () => {
    const odd = await shelf.publish('odd', [], [`select 1 as "x", 2 as "a'b", 3 as "c""d", 4 as "e:f", 5 as "row"`])
    const [page] = await walk(serving, rowsOf(odd, { snapshot: snapshotOf('odd') }))
    expect(page).toEqual([{ x: 1, "a'b": 2, 'c"d': 3, 'e:f': 4, row: 5 }])
    const csv = await bytesOf(
      await serving.rows(rowsOf(odd, { snapshot: snapshotOf('odd'), format: 'csv', limit: null })),
    )
    expect(csv.toString()).toBe(`x,a'b,"c""d",e:f,row\n1,2,3,4,5\n`)
  })
})

test('a value that only the engine can judge is refused with the column and its type', async () => {
  const times = await shelf.publish('times', [], [`select time '10:00:00' as at, uuid() as id, interval 1 day as span`])
  for (const [column, value] of [
    ['at', '25:00:00'],
    ['id', 'no-uuid'],
    ['span', 'soon'],
  ] as const)
    await expect(
      serving.rows(rowsOf(times, { snapshot: snapshotOf('times'), filters: [{ column, op: 'eq', value }] })),
    ).rejects.toMatchObject({
      code: 'request-invalid',
      message: expect.stringContaining(`column "${column}" is of type`),
    })
})
