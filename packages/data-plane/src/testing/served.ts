import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DataFile, quoteIdent, quoteText, type TableVersion } from '@datamesh/core'
import { type DuckDBConnection, DuckDBInstance, type Json } from '@duckdb/node-api'
import { openServing, type RowsReply, type RowsRequest, type Serving, type ServingOptions } from '../serve/index.ts'

/** A storage with published tables, and an engine of the test's own to compare with. */
export type Shelf = AsyncDisposable & {
  root: string
  sql(text: string): Promise<Json[][]>
  /** Publishes each SELECT as one file of the table, with the statistics of its writer. */
  publish(name: string, key: string[], selects: readonly string[]): Promise<TableVersion>
  serving(options?: Partial<ServingOptions>): Serving
}

export const openShelf = async (): Promise<Shelf> => {
  const root = await mkdtemp(join(tmpdir(), 'datamesh-serve-'))
  await mkdir(join(root, 'store'))
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  await connection.run(`set TimeZone = 'UTC'`)
  let published = 0
  return {
    root,
    sql: async (text) => (await connection.runAndReadAll(text)).getRowsJson(),
    async publish(name, key, selects) {
      const files: DataFile[] = []
      for (const select of selects) {
        published += 1
        files.push(await publishFile(connection, join(root, 'store'), `${name}-${published}.parquet`, select))
      }
      const described = await connection.runAndReadAll(`describe ${selects.at(-1)}`)
      const columns = described.getRowsJson().map(([column, type], at) => ({
        id: at + 1,
        name: String(column),
        type: String(type),
        nullable: true,
        description: '',
        pii: false,
      }))
      const sum = (of: (file: DataFile) => number) => files.reduce((total, file) => total + of(file), 0)
      return { name, columns, key, files, rows: sum((file) => file.rows), bytes: sum((file) => file.bytes) }
    },
    serving: (options = {}) =>
      openServing({
        storageRoot: join(root, 'store'),
        replicaRoot: join(root, 'replicas'),
        memoryMb: 128,
        replicaMinRows: 1,
        hotReads: 1_000_000,
        clock: { now: () => new Date() },
        ...options,
      }),
    async [Symbol.asyncDispose]() {
      connection.closeSync()
      instance.closeSync()
      await rm(root, { recursive: true, force: true })
    },
  }
}

const publishFile = async (
  connection: DuckDBConnection,
  store: string,
  path: string,
  select: string,
): Promise<DataFile> => {
  const file = join(store, path)
  const copied = await connection.runAndReadAll(`copy (${select}) to ${quoteText(file)} (format parquet, return_stats)`)
  const [told] = copied.getRowObjectsJson() as [
    {
      count: string
      file_size_bytes: string
      column_statistics: { key: string; value: { key: string; value: string }[] }[]
    },
  ]
  const names = (await connection.runAndReadAll(`describe ${select}`)).getRowsJson().map(([name]) => String(name))
  const stats: DataFile['stats'] = {}
  for (const { key, value } of told.column_statistics) {
    const name = names.find((each) => quoteIdent(each) === key)
    const facts = Object.fromEntries(value.map((fact) => [fact.key, fact.value]))
    if (name === undefined || facts.null_count === undefined) continue
    const bounds = facts.min === undefined || facts.max === undefined ? {} : { min: facts.min, max: facts.max }
    stats[name] = { nulls: Number(facts.null_count), ...bounds }
  }
  const sha256 = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
  return { path, rows: Number(told.count), bytes: Number(told.file_size_bytes), sha256, stats }
}

export const snapshotOf = (id: string): RowsRequest['snapshot'] => ({
  id,
  product: 'aviation/flights',
  release: '1.2.0',
  sequence: 7,
  at: '2026-01-02T03:04:05.000Z',
})

export const rowsOf = (table: TableVersion, asked: Partial<RowsRequest> = {}): RowsRequest => ({
  snapshot: snapshotOf('first'),
  table,
  select: null,
  filters: [],
  order: null,
  limit: 100,
  cursor: null,
  format: 'json',
  meta: false,
  decision: { masks: [], rowFilter: null },
  ...asked,
})

export const bytesOf = async (reply: RowsReply): Promise<Buffer> => {
  if (Buffer.isBuffer(reply.body)) return reply.body
  const parts: Buffer[] = []
  for await (const part of reply.body) parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}

/** Follows `next` to the end: the data of every page. */
export const walk = async (serving: Serving, request: RowsRequest): Promise<Record<string, unknown>[][]> => {
  const pages: Record<string, unknown>[][] = []
  let cursor = request.cursor
  do {
    const page = await serving.rows({ ...request, cursor })
    pages.push(JSON.parse((await bytesOf(page)).toString()).data)
    cursor = page.next
  } while (cursor !== null)
  return pages
}
