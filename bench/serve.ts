// REST pages of 100 rows × 6 columns by key out of 3 million: the serving part of the data plane behind Fastify with a bearer check, next to
// a bare Fastify route that answers a page from a Map. Server in this process, load in another, both on the same machine.
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TableVersion } from '@datamesh/core'
import { openServing, type RowsRequest } from '@datamesh/data-plane'
import { DuckDBInstance } from '@duckdb/node-api'
import Fastify from 'fastify'
import type { Load, Loaded } from './load_client.ts'
import { machine, median, printTable } from './measure.ts'

const columns = [
  ['flight_id', 'BIGINT', 'i::bigint'],
  ['departed_at', 'TIMESTAMP', `timestamp '2001-01-01' + to_minutes((i // 12)::bigint)`],
  ['delay', 'INTEGER', '(hash(i) % 400)::int - 30'],
  ['distance', 'INTEGER', '(hash(i + 1) % 2500)::int'],
  ['origin', 'VARCHAR', `'AP' || (hash(i + 2) % 300)`],
  ['destination', 'VARCHAR', `'AP' || (hash(i + 3) % 300)`],
] as const

/** As a build writes it: one file, sorted by key, statistics beside it. */
const makeTable = async (root: string, rows: number): Promise<TableVersion> => {
  const path = 'flights.parquet'
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const select = columns.map(([name, , sql]) => `${sql} as ${name}`).join(', ')
  await connection.run(
    `copy (select ${select} from range(${rows}) t(i)) to '${join(root, path)}' (format parquet, compression zstd)`,
  )
  instance.closeSync()
  const { size: bytes } = statSync(join(root, path))
  const stats = Object.fromEntries(columns.map(([name]) => [name, { nulls: 0 }]))
  stats.flight_id = { nulls: 0, min: '0', max: String(rows - 1) } as { nulls: number }
  return {
    name: 'flights',
    columns: columns.map(([name, type], at) => ({
      id: at + 1,
      name,
      type,
      nullable: false,
      description: '',
      pii: false,
    })),
    key: ['flight_id'],
    files: [{ path, rows, bytes, sha256: '0'.repeat(64), stats }],
    rows,
    bytes,
  }
}

const token = 'bench-token'
const tokenHash = createHash('sha256').update(token).digest('hex')

/** One measurement per line: what is asked, and how the server was prepared. */
const cases = [
  { name: 'bare Fastify, a page from a Map', path: '/bare?page={n}', below: 256, walk: false },
  { name: 'cached page', path: '/rows?flight_id=gt:{n}000', below: 256, walk: false },
  { name: 'uncached page, random key', path: '/rows?flight_id=gt:{n}', below: 3_000_000, walk: false },
  { name: 'uncached pages, walked by cursor', path: '/rows?flight_id=gt:{n}', below: 2_000_000, walk: true },
] as const

export async function benchServe(options: {
  rounds: number
  rows?: number
  seconds?: number
  replica?: boolean
}): Promise<void> {
  const { rounds, rows = 3_000_000, seconds = 2, replica = true } = options
  const root = mkdtempSync(join(tmpdir(), 'datamesh-bench-serve-'))
  const storageRoot = join(root, 'store')
  mkdirSync(storageRoot)
  const table = await makeTable(storageRoot, rows)
  const snapshot = {
    id: 'bench',
    product: 'aviation/flights',
    release: '1.0.0',
    sequence: 1,
    at: '2026-01-01T00:00:00Z',
  }
  const serving = openServing({
    storageRoot,
    replicaRoot: join(root, 'replicas'),
    clock: { now: () => new Date() },
    ...(replica ? {} : { hotReads: 1e9 }),
  })
  if (replica) await serving.warm(snapshot, table)

  const pageOf = (query: { flight_id?: string; cursor?: string }): RowsRequest => ({
    snapshot,
    table,
    select: null,
    filters: query.flight_id ? [{ column: 'flight_id', op: 'gt', value: query.flight_id.slice(3) }] : [],
    order: null,
    limit: 100,
    cursor: query.cursor ?? null,
    format: 'json',
    meta: false,
    decision: { masks: [], rowFilter: null },
  })
  const bare = new Map<string, Buffer>()
  for (let page = 0; page < 256; page += 1)
    bare.set(String(page), (await serving.rows(pageOf({ flight_id: `gt:${page}000` }))).body as Buffer)

  const app = Fastify()
  app.get<{ Querystring: { page: string } }>('/bare', (request, reply) =>
    reply.type('application/json').send(bare.get(request.query.page)),
  )
  app.get<{ Querystring: { flight_id: string; cursor?: string } }>('/rows', async (request, reply) => {
    const given = request.headers.authorization?.slice('Bearer '.length) ?? ''
    if (createHash('sha256').update(given).digest('hex') !== tokenHash) return reply.code(401).send()
    const page = await serving.rows(pageOf(request.query))
    if (page.next !== null) reply.header('x-datamesh-next', page.next)
    return reply.header('etag', page.etag).type(page.contentType).send(page.body)
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as { port: number }

  const client = fork(new URL('./load_client.ts', import.meta.url), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const load = (what: Omit<Load, 'port' | 'headers'>): Promise<Loaded> =>
    new Promise((resolve, reject) => {
      client.removeAllListeners()
      client.once('message', resolve)
      client.once('exit', reject)
      client.send({ ...what, port, headers: { authorization: `Bearer ${token}` } } satisfies Load)
    })
  try {
    const results: Record<string, string | number>[] = []
    const measured = new Map<string, Loaded[]>()
    for (let round = 0; round < rounds; round += 1)
      for (const clients of [1, 8, 32])
        for (const { name, ...what } of cases) {
          const loaded = await load({ ...what, clients, seconds })
          if (loaded.failed > 0) throw new Error(`${name}: ${loaded.failed} answers were not 200`)
          const key = JSON.stringify([name, clients])
          measured.set(key, [...(measured.get(key) ?? []), loaded])
        }
    for (const [key, loads] of measured) {
      const [name, clients] = JSON.parse(key) as [string, number]
      results.push({
        what: name,
        clients,
        'pages/s': Math.round(median(loads.map((l) => l.requests / l.seconds))),
        'p50 ms': median(loads.map((l) => l.p50)),
        'p99 ms': median(loads.map((l) => l.p99)),
      })
    }
    printTable(
      `Serving: pages of 100 rows × 6 columns by key out of ${rows.toLocaleString('en-US')} (${replica ? 'warm replica' : 'Parquet only'}), median of ${rounds} rounds of ${seconds} s`,
      results,
    )
  } finally {
    client.removeAllListeners()
    client.kill()
    await app.close()
    await serving[Symbol.asyncDispose]()
    rmSync(root, { recursive: true, force: true })
  }
}

if (import.meta.filename === process.argv[1]) {
  console.log(machine())
  await benchServe({
    rounds: Number(process.argv[2] ?? 5),
    seconds: Number(process.argv[4] ?? 2),
    replica: process.argv[3] !== 'parquet',
  })
}
