import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scratchDuckDB, stagedTable } from '../testing/staged.ts'
import { profileTable } from './profile.ts'

let folder: string
let duckdb: Awaited<ReturnType<typeof scratchDuckDB>>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'profile-'))
  duckdb = await scratchDuckDB()
})
afterAll(async () => {
  duckdb[Symbol.dispose]()
  await rm(folder, { recursive: true })
})

test('a small table is profiled wholly: nulls, bounds, quantiles, frequent values', async () => {
  const table = await stagedTable(
    duckdb.connection,
    `select i::integer as id, case when i % 4 = 0 then null else 'state ' || i % 3 end as state, (i / 2)::decimal(6, 1) as total,
      date '2026-01-01' + i::integer as day, [i] as list from range(101) t(i)`,
    join(folder, 'small.parquet'),
  )
  const { columns, sample, table: name } = await profileTable(duckdb.connection, 'orders', table)
  const [id, state, total, day, nested] = columns
  expect(name).toBe('orders')
  expect(sample).toHaveLength(20)
  expect(id).toMatchObject({ rows: 101, nulls: 0, min: '0', max: '100', mean: 50, sampled: false, top: [] })
  expect(id?.quantiles).toEqual({ '0.05': '5', '0.25': '25', '0.5': '50', '0.75': '75', '0.95': '95' })
  expect(Math.abs(id!.distinct! - 101)).toBeLessThan(10)
  expect(state).toMatchObject({ nulls: 26, distinct: 3, min: 'state 0', max: 'state 2', mean: null, quantiles: null })
  expect(state?.top.reduce((sum, { count }) => sum + count, 0)).toBe(75)
  expect(state?.top.map(({ count }) => count)).toEqual([25, 25, 25])
  expect(total).toMatchObject({ min: '0.0', max: '50.0', mean: 25 })
  expect(day).toMatchObject({ min: '2026-01-01', max: '2026-04-11', mean: null })
  expect(day?.quantiles?.['0.5']).toBe('2026-02-20')
  expect(nested).toMatchObject({ distinct: null, min: null, quantiles: null, top: [] })
})

test('of a PII column only type, nulls and the number of distinct values are told', async () => {
  const table = await stagedTable(
    duckdb.connection,
    `select 'p' || i % 5 || '@x.example' as email, i % 7 as age, case when i = 3 then null else 'x' end as home from range(50) t(i)`,
    join(folder, 'pii.parquet'),
    ['email'],
  )
  const profile = await profileTable(duckdb.connection, 'people', table, { piiColumns: ['AGE', 'home'] })
  expect(JSON.stringify(profile)).not.toContain('@x')
  for (const column of profile.columns) {
    expect(column).toMatchObject({ min: null, max: null, mean: null, quantiles: null, top: [] })
  }
  expect(profile.columns.map(({ distinct, nulls }) => [distinct, nulls])).toEqual([
    [5, 0],
    [7, 0],
    [1, 1],
  ])
  expect(profile.sample[0]).toEqual({ email: '•••', age: '•••', home: '•••' })
  expect(profile.sample[3]).toEqual({ email: '•••', age: '•••', home: null })
})

test('a large table is sampled, says so, and its frequent values are scaled to all rows', async () => {
  const table = await stagedTable(
    duckdb.connection,
    `select i as id, case when i % 10 < 7 then 'often' else 'rarely' end as kind from range(200000) t(i)`,
    join(folder, 'large.parquet'),
  )
  const { columns } = await profileTable(duckdb.connection, 'events', table, { sampleRows: 10_000 })
  const [id, kind] = columns
  expect(id).toMatchObject({ sampled: true, min: '0', max: '199999', nulls: 0 })
  expect(Math.abs(Number(id?.quantiles?.['0.5']) - 100_000)).toBeLessThan(10_000)
  expect(kind?.top.map(({ value }) => value)).toEqual(['often', 'rarely'])
  expect(Math.abs(kind!.top[0]!.count - 140_000)).toBeLessThan(10_000)
})

test('an empty table and columns without statistics have a profile too', async () => {
  const select = "select 1 as id, 'a' as name where false"
  const table = await stagedTable(duckdb.connection, select, join(folder, 'empty.parquet'))
  expect((await profileTable(duckdb.connection, 'empty', table)).columns).toMatchObject([
    { rows: 0, nulls: 0, min: null, top: [] },
    { rows: 0 },
  ])
  const filled = await stagedTable(
    duckdb.connection,
    'select unnest([3.5, null, 1.5]) as x',
    join(folder, 'plain.parquet'),
  )
  const { columns } = await profileTable(duckdb.connection, 'plain', { ...filled, stats: {} })
  expect(columns).toMatchObject([{ nulls: 1, min: '1.5', max: '3.5', distinct: 2 }])
})
