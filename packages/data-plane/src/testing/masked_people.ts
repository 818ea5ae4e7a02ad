import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Mask, TableVersion } from '@datamesh/core'
import { DuckDBInstance } from '@duckdb/node-api'
import { maskKeys, type Served } from '../mask/index.ts'

/** Stands in every value that no reader of the masked table may see. */
export const marker = 'QZX'

export const master = Buffer.alloc(32, 7)

/** Every kind of mask, and a filter that shows the ids up to 50 of 100. Everything of the rows behind it is marked. */
export const masks: readonly Mask[] = [
  { column: 'email', how: 'hash' },
  { column: 'CARD', how: 'tokenise' },
  { column: 'phone', how: 'truncate', keep: 3 },
  { column: 'born', how: 'generalise', to: 'year' },
  { column: 'seen', how: 'generalise', to: 'month' },
  { column: 'salary', how: 'generalise', step: 1000 },
  { column: 'secret', how: 'redact' },
  { column: 'score', how: 'redact' },
  { column: 'address', how: 'hash' },
]
export const filter = `region <> 'hidden${marker}'`
export const servedTo = (reader: string, rowFilter: string | null = filter): Served => ({
  masks,
  rowFilter,
  keys: maskKeys(master, reader, 'hr/people'),
})

const rows = `
  select
    i::bigint as id,
    case when i % 10 = 0 then null else '${marker}mail' || (i % 20) || '@example.org' end as email,
    '${marker}card' || i as card,
    '+49${marker}' || i as phone,
    date '1971-03-07' + i::integer as born,
    timestamp '2026-01-17 13:14:15' + to_days(i::integer) as seen,
    (1000 * i + 123)::integer as salary,
    '${marker}secret' || i as secret,
    (0.5 + i)::double as score,
    {'street': '${marker}street' || i} as address,
    case when i <= 50 then 'open' else 'hidden${marker}' end as region
  from range(1, 101) t(i)`

export type MaskedPeople = AsyncDisposable & { root: string; file: string; table: TableVersion }

export const publishMaskedPeople = async (): Promise<MaskedPeople> => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'datamesh-masked-'))
  fs.mkdirSync(path.join(root, 'store'))
  const file = path.join(root, 'store', 'people-0.parquet')
  const instance = await DuckDBInstance.create(':memory:')
  const duckdb = await instance.connect()
  await duckdb.run(`copy (${rows}) to '${file}' (format parquet)`)
  const described = await duckdb.runAndReadAll(`describe ${rows}`)
  const columns = described.getRowsJson().map(([name, type], at) => ({
    id: at + 1,
    name: String(name),
    type: String(type),
    nullable: true,
    description: '',
    pii: false,
  }))
  duckdb.closeSync()
  instance.closeSync()
  const stats = { id: { nulls: 0, min: '1', max: '100' } }
  const bytes = fs.statSync(file).size
  return {
    root,
    file,
    table: {
      name: 'people',
      columns,
      key: ['id'],
      rows: 100,
      bytes,
      files: [{ path: 'people-0.parquet', rows: 100, bytes, sha256: 'a'.repeat(64), stats }],
    },
    async [Symbol.asyncDispose]() {
      fs.rmSync(root, { recursive: true, force: true })
    },
  }
}
