import { fork } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { connect } from '@datamesh/sdk'
import Fastify from 'fastify'
import type { Load, Loaded } from './load_client.ts'
import { median, printTable, startPlatform } from './measure.ts'

const columns = 'flight_id,departed_at,origin,destination,distance_miles,delay_minutes'
const table = '/api/v1/products/bench/flights/tables/flights/rows'

/** One load in a process of its own. */
const load = (what: Load): Promise<Loaded> =>
  new Promise((tell, fail) => {
    const child = fork(new URL('./load_client.ts', import.meta.url), { execArgv: ['--conditions=mesh-source'] })
    child.once('message', (answer) => {
      child.disconnect()
      tell(answer as Loaded)
    })
    child.once('error', fail)
    child.once('exit', (code) => code && fail(new Error(`the load ended with ${code}`)))
    child.send(what)
  })

/**
 * (2) Pages of 100 rows × 6 columns by key out of 3 million flights, through the whole platform: sign-in, decision, snapshot, page.
 * Next to a bare Fastify route that answers the same bytes from a Map. Load from a process of its own on the same cores.
 */
export async function benchRest({ rounds, seconds = 2 }: { rounds: number; seconds?: number }): Promise<void> {
  const root = join(import.meta.dirname, '..')
  const home = mkdtempSync(join(tmpdir(), 'datamesh-bench-'))
  writeMesh(home, root)
  const platform = await startPlatform(['--home', join(home, 'state'), '--mesh', home], { cwd: root })
  const bare = Fastify()
  try {
    const client = connect({ url: platform.url, token: platform.token })
    const keys: number[] = []
    for await (const row of client.rows('bench/flights', 'flights', {
      select: ['flight_id'],
      pageSize: 10_000,
    })) {
      if (keys.length >= 3_000_000) break
      if (Number(row.flight_id) % 30 === 0) keys.push(Number(row.flight_id))
    }
    const headers = { authorization: `Bearer ${platform.token}` }
    const path = `${table}?select=${columns}&limit=100&flight_id=gte:{n}`
    const hot = keys.slice(0, 200)
    const pages = new Map<string, Buffer>()
    for (const key of hot)
      pages.set(
        String(key),
        Buffer.from(await (await fetch(platform.url + path.replace('{n}', String(key)), { headers })).arrayBuffer()),
      )
    bare.get('/page', (request, reply) =>
      reply.type('application/json').send(pages.get((request.query as { key: string }).key)),
    )
    await bare.listen({ port: 0, host: '127.0.0.1' })
    const at = (url: string) => Number(new URL(url).port)
    const kinds: { what: string; load: Omit<Load, 'clients' | 'seconds'> }[] = [
      {
        what: 'bare Fastify, same bytes from a Map',
        load: {
          port: (bare.server.address() as { port: number }).port,
          headers: {},
          path: '/page?key={n}',
          below: 1,
          values: hot,
          walk: false,
        },
      },
      { what: 'platform, cached', load: { port: at(platform.url), headers, path, below: 1, values: hot, walk: false } },
      {
        what: 'platform, uncached (random key)',
        load: { port: at(platform.url), headers, path, below: 1, values: keys, walk: false },
      },
    ]
    // the first reads make the table hot; its replica is built meanwhile
    await load({ ...(kinds[2] as (typeof kinds)[0]).load, clients: 8, seconds: 10 })
    const rows = []
    for (const clients of [1, 8, 32]) {
      const seen = kinds.map(() => [] as Loaded[])
      for (let round = 0; round < rounds; round++)
        for (const [i, kind] of kinds.entries()) seen[i]?.push(await load({ ...kind.load, clients, seconds }))
      const base = median((seen[0] ?? []).map((each) => each.requests / each.seconds))
      for (const [i, kind] of kinds.entries()) {
        const all = seen[i] ?? []
        const rate = median(all.map((each) => each.requests / each.seconds))
        rows.push({
          what: kind.what,
          clients,
          'pages/s': Math.round(rate),
          'p50 ms': median(all.map((each) => each.p50)),
          'p99 ms': median(all.map((each) => each.p99)),
          'of bare': Number((rate / base).toFixed(2)),
          failed: all.reduce((sum, each) => sum + each.failed, 0),
        })
      }
    }
    printTable(
      `(2) REST pages of 100 rows × 6 columns by key out of ${(3_000_000).toLocaleString('en-US')}, ${rounds} rounds of ${seconds} s`,
      rows,
    )
  } finally {
    await bare.close()
    await platform.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

/** The flights of the aviation mesh as one product, without the rate limit that its port has there. */
function writeMesh(folder: string, root: string): void {
  const files = {
    'datamesh.yaml': `apiVersion: datamesh/v1\nkind: Mesh\nmetadata: { name: bench }\nspec:\n  domains: [domain.yaml]\n  products: ["*/dataproduct.yaml"]\n  input_roots: [${JSON.stringify(join(root, 'node_modules', 'vega-datasets', 'data'))}]\n`,
    'domain.yaml':
      'apiVersion: datamesh/v1\nkind: Domain\nmetadata: { name: bench, description: figures }\nspec: { team: bench, alignment: source-aligned, kind: generic }\n',
    'flights/models/marts/flights.sql': `select
  cast(strftime(date, '%Y%m%d') as bigint) * 100000
    + row_number() over (partition by cast(date as date) order by date, origin, destination, distance, delay) as flight_id,
  date as departed_at, origin, destination, distance as distance_miles, delay as delay_minutes
from {{ source('history', 'flights') }}
order by flight_id
`,
    'flights/dataproduct.yaml': `apiVersion: datamesh/v1
kind: DataProduct
metadata: { name: flights, domain: bench, owner: bench, description: three million flights }
spec:
  input_ports:
    - { name: history, type: file, format: parquet, location: ${JSON.stringify(join(root, 'node_modules', 'vega-datasets', 'data', 'flights-3m.parquet'))} }
  output_ports: [{ name: api, type: rest }]
  transforms: { models: models, materialization: full }
  quality_checks: [{ type: unique, columns: [flight_id] }]
  schema:
    fields:
      - { name: flight_id, type: bigint, nullable: false, primary_key: true, description: derived key }
  access_control: { classification: internal }
`,
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}
