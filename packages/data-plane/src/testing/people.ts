import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { TableVersion } from '@datamesh/core'
import { DuckDBInstance } from '@duckdb/node-api'
import { type QueryView, viewOf } from '../query/index.ts'

/** What no query may ever show. */
export const secret = 'TOPSECRET'

export type People = AsyncDisposable & {
  root: string
  /** Published: `name` and `born` are masked for the reader, `code` is not in the table. */
  file: string
  /** Published, of another product that the reader may not see. */
  hidden: string
  /** Where anybody may write, and nobody should. */
  outside: string
  /** `hr.people` with 1,000 rows, and `hr.some_people`: the same behind a policy for the first ten. */
  views: QueryView[]
  /** sha256 by name of everything published. */
  digests(): Record<string, string>
}

export const publishPeople = async (): Promise<People> => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'datamesh-people-'))
  const data = path.join(root, 'data')
  const file = path.join(data, 'people-0.parquet')
  const hidden = path.join(data, 'hidden-0.parquet')
  const outside = path.join(root, 'outside')
  for (const folder of [data, outside]) fs.mkdirSync(folder)
  const instance = await DuckDBInstance.create(':memory:')
  const duckdb = await instance.connect()
  await duckdb.run(
    `copy (
      select i::bigint as id, '${secret}-' || i as name, i * 1.5::double as amount, '${secret}-' || i as code, '2026-01-01'::date as born
      from range(1, 1001) t(i)
    ) to '${file}' (format parquet)`,
  )
  await duckdb.run(`copy (select '${secret}-hidden' as secret) to '${hidden}' (format parquet)`)
  duckdb.closeSync()
  instance.closeSync()
  for (const each of [file, hidden]) fs.chmodSync(each, 0o444)
  fs.chmodSync(outside, 0o777)

  const column = (id: number, name: string, type: string) => ({
    id,
    name,
    type,
    nullable: true,
    description: '',
    pii: false,
  })
  const table: TableVersion = {
    name: 'people',
    columns: [
      column(1, 'id', 'BIGINT'),
      column(2, 'name', 'VARCHAR'),
      column(3, 'amount', 'DOUBLE'),
      column(5, 'born', 'DATE'),
    ],
    key: [],
    files: [{ path: file, rows: 1000, bytes: 1, sha256: '', stats: {} }],
    rows: 1000,
    bytes: 1,
  }
  const masks = ['name', 'born'].map((name) => ({ column: name, how: 'redact' as const }))
  const given = { schema: 'hr', table, absolute: (each: string) => each }
  return {
    root,
    file,
    hidden,
    outside,
    views: [
      viewOf({ ...given, name: 'people', decision: { masks, rowFilter: null } }),
      viewOf({ ...given, name: 'some_people', decision: { masks, rowFilter: 'id <= 10 -- policy' } }),
    ],
    digests: () =>
      Object.fromEntries(
        fs
          .readdirSync(data)
          .sort()
          .map((name) => [
            name,
            createHash('sha256')
              .update(fs.readFileSync(path.join(data, name)))
              .digest('hex'),
          ]),
      ),
    async [Symbol.asyncDispose]() {
      fs.rmSync(root, { recursive: true, force: true })
    },
  }
}
