import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultQueryLimits, exportResult, fencesHere, QueryProcesses, QueryResult } from './index.ts'

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'datamesh-export-'))
let processes: QueryProcesses
beforeAll(async () => {
  processes = new QueryProcesses({ fences: await fencesHere(), limits: { ...defaultQueryLimits, memoryMb: 256 } })
})
afterAll(async () => {
  await processes?.[Symbol.asyncDispose]()
  fs.rmSync(folder, { recursive: true, force: true })
})

const resultOf = async (sql: string): Promise<QueryResult> => {
  const result = await QueryResult.create(folder, crypto.randomUUID())
  const { outcome } = processes.run(
    { sql, views: [], rows: 100_000 },
    {
      columns: (columns) => {
        result.columns = columns
      },
      chunk: (chunk) => result.append(chunk),
    },
  )
  expect(await outcome).toMatchObject({ is: 'done' })
  return result
}
const everything = `select i, 9007199254740993 + i as big, 1.5::decimal(20, 2) as money, 'a,"b"' || i as t, nullif('', i::varchar) as nothing,
  date '2026-01-31' as d, timestamp '2026-01-31 10:00:00.25' as ts, {'x': i, 'y': [1, null]} as s, [i] as l, map {'k': i} as m, '\\xAA'::blob as b,
  time '10:00' as clock, i as i from range(3) r(i)`

test('any stretch of 100,000 rows of 12 columns is put together in 50 ms, and is what was asked for', async () => {
  await using result = await resultOf(
    `select ${Array.from({ length: 12 }, (_, at) => `i * ${at} as c${at}`).join(', ')} from range(100000) t(i)`,
  )
  const stretches = [
    [0, 100_000],
    [99_999, 5],
    [2047, 2],
    [50_000, 1000],
    [2048, 2048],
    [100_000, 10],
  ] as const
  for (const [offset, limit] of stretches) {
    const json = JSON.parse((await result.stretch(offset, limit)).toString())
    const rows = Math.min(limit, 100_000 - offset)
    expect(json).toMatchObject({ offset, rows })
    expect(json.columns[2]).toEqual(Array.from({ length: rows }, (_, at) => (offset + at) * 2))
  }
  // The best of some: others work on this machine too.
  const took = []
  for (let i = 0; i < 5; i += 1) {
    const began = performance.now()
    await result.stretch(i * 10_000, 20_000)
    took.push(performance.now() - began)
  }
  expect(Math.min(...took)).toBeLessThan(50)
})

test('CSV has one header, quotes where they are needed, and tells nothing from an empty text', async () => {
  await using result = await resultOf(everything)
  const [head, first] = (await text(await exportResult(result, 'csv', () => 'x'))).split('\n')
  expect(head).toBe('i,big,money,t,nothing,d,ts,s,l,m,b,clock,i_1')
  expect(first).toBe(
    '0,9007199254740993,1.50,"a,""b""0","",2026-01-31,2026-01-31T10:00:00.25,"{""x"":""0"",""y"":[1,null]}","[""0""]","[{""key"":""k"",""value"":""0""}]",qg==,10:00:00,0',
  )
})

test('Parquet has the types that the query had', async () => {
  await using result = await resultOf(everything)
  const file = path.join(folder, 'out.parquet')
  const stream = await exportResult(result, 'parquet', () => 'p')
  await fs.promises.writeFile(file, stream)
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const described = await connection.runAndReadAll(`describe select * from '${file}'`)
  expect(described.getRows().map(([name, type]) => `${name} ${type}`)).toEqual([
    'i BIGINT',
    'big BIGINT',
    'money DECIMAL(20,2)',
    't VARCHAR',
    'nothing VARCHAR',
    'd DATE',
    'ts TIMESTAMP',
    's STRUCT(x BIGINT, y INTEGER[])',
    'l BIGINT[]',
    'm VARCHAR',
    'b BLOB',
    'clock VARCHAR',
    'i_1 BIGINT',
  ])
  const [row] = (
    await connection.runAndReadAll(`select big::varchar, s.x, l[1], hex(b) from '${file}' where i = 2`)
  ).getRowsJson()
  expect(row).toEqual(['9007199254740995', '2', '2', 'AA'])
  connection.closeSync()
})

test('an empty result is a file too', async () => {
  await using result = await resultOf('select 1 as a where false')
  expect(await text(await exportResult(result, 'csv', () => 'e'))).toBe('a\n')
  expect(await text(await exportResult(result, 'json', () => 'e'))).toBe('')
  expect((await exportResult(result, 'parquet', () => 'e')).readable).toBe(true)
})

test('nothing is left in the folder', async () => {
  await expect
    .poll(() => fs.readdirSync(folder).filter((name) => name !== 'out.parquet' && !name.startsWith('e')))
    .toEqual([])
})
