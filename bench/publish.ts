import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '@datamesh/sdk'
import { DuckDBInstance } from '@duckdb/node-api'
import { lineitemSql } from '../packages/data-plane/src/testing/lineitem.ts'
import { median, printTable, residentMb, startPlatform } from './measure.ts'

const settings = { threads: '2', memory_limit: '4GB' }
const setChecks = `    - { type: unique, columns: [l_orderkey, l_linenumber] }
    - { type: duplicate_share, columns: [l_orderkey, l_linenumber, l_partkey, l_suppkey], max: "0.1%" }
`

/** (1) From request to committed snapshot, next to the bare COPY of the same SELECT. Alternating, medians. */
export async function benchPublish({ scale, rounds }: { scale: number; rounds: number }): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'datamesh-bench-'))
  try {
    const { joined } = await generate(root, scale)
    writeMesh(root, joined)
    const platform = await startPlatform(['--home', join(root, 'home'), '--mesh', root], { cwd: root })
    try {
      const client = connect({ url: platform.url, token: platform.token })
      const bare: number[] = []
      const full: number[] = []
      const ten: number[] = []
      let peak = 0
      const watch = setInterval(() => {
        peak = Math.max(peak, residentMb(platform.pid) ?? 0)
      }, 100)
      for (let round = 0; round < rounds; round++) {
        bare.push(await bareCopy(root, joined))
        full.push(await publish(client, 'twelve'))
        ten.push(await publish(client, 'ten'))
      }
      clearInterval(watch)
      const base = median(bare)
      const shown = (values: number[], what: string) => ({
        what,
        'median ms': Math.round(median(values)),
        'min ms': Math.round(Math.min(...values)),
        'max ms': Math.round(Math.max(...values)),
        ratio: Number((median(values) / base).toFixed(2)),
      })
      printTable(`(1) Publishing lineitem ⋈ orders, ${(scale * 6).toFixed(1)} M rows × 19 columns, ${rounds} rounds`, [
        shown(bare, 'bare COPY of the same SELECT'),
        shown(full, 'publish, 12 checks'),
        shown(ten, 'publish, 10 checks (without uniqueness and duplicates)'),
      ])
      console.log(`\nResident memory while publishing, all processes: peak ${peak} MB`)
    } finally {
      await platform.stop()
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

async function generate(root: string, scale: number): Promise<{ joined: string }> {
  const sql = lineitemSql(scale)
  const connection = await (await DuckDBInstance.create(':memory:', settings)).connect()
  for (const statement of sql.create) await connection.run(statement)
  mkdirSync(join(root, 'data'))
  for (const table of ['orders', 'lineitem'])
    await connection.run(
      `copy ${table} to '${join(root, 'data', `${table}.parquet`)}' (format parquet, compression zstd)`,
    )
  connection.closeSync()
  console.log(
    `generated ${['orders', 'lineitem'].map((table) => `${table} ${Math.round(statSync(join(root, 'data', `${table}.parquet`)).size / 1e6)} MB`).join(', ')}`,
  )
  return sql
}

async function bareCopy(root: string, joined: string): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:', settings)
  const connection = await instance.connect()
  for (const table of ['orders', 'lineitem'])
    await connection.run(`create view ${table} as from read_parquet('${join(root, 'data', `${table}.parquet`)}')`)
  const since = performance.now()
  await connection.run(`copy (${joined}) to '${join(root, 'bare.parquet')}' (format parquet, compression zstd)`)
  const took = performance.now() - since
  connection.closeSync()
  instance.closeSync()
  rmSync(join(root, 'bare.parquet'))
  return took
}

async function publish(client: ReturnType<typeof connect>, product: string): Promise<number> {
  const since = performance.now()
  const run = await client.call('publish', { params: { domain: 'bench', product }, body: {} })
  for await (const _entry of client.follow(run.id)) {
    // until the run ends
  }
  const took = performance.now() - since
  const done = await client.call('getRun', { params: { id: run.id } })
  if (done.state !== 'succeeded') throw new Error(`publish of ${product}: ${done.state} ${JSON.stringify(done.error)}`)
  await profiled(client, product, done.snapshot ?? '')
  return took
}

/** The profile of a snapshot is made after its publish, in the background: it must not lie in the next measurement. */
async function profiled(client: ReturnType<typeof connect>, product: string, snapshot: string): Promise<void> {
  for (const until = Date.now() + 60_000; Date.now() < until; await sleep(100)) {
    const params = { domain: 'bench', product, table: product }
    const profile = await client.call('getProfile', { params, query: { snapshot } }).catch(() => null)
    if (profile && profile.columns.length > 0) return
  }
  throw new Error(`snapshot ${snapshot} of ${product} was not profiled in a minute`)
}

function writeMesh(root: string, joined: string): void {
  writeFileSync(
    join(root, 'datamesh.yaml'),
    'apiVersion: datamesh/v1\nkind: Mesh\nmetadata: { name: bench }\nspec:\n  domains: [domain.yaml]\n  products: ["*/dataproduct.yaml"]\n  input_roots: ["."]\n',
  )
  writeFileSync(
    join(root, 'domain.yaml'),
    'apiVersion: datamesh/v1\nkind: Domain\nmetadata: { name: bench, description: figures }\nspec: { team: bench, alignment: source-aligned, kind: generic }\n',
  )
  for (const [name, more] of [
    ['twelve', setChecks],
    ['ten', ''],
  ] as const) {
    const folder = join(root, name)
    mkdirSync(join(folder, 'models', 'marts'), { recursive: true })
    writeFileSync(
      join(folder, 'models', 'marts', `${name}.sql`),
      joined
        .replace('from lineitem l', "from {{ source('lineitem', 'lineitem') }} l")
        .replace('join orders o', "join {{ source('orders', 'orders') }} o"),
    )
    writeFileSync(
      join(folder, 'dataproduct.yaml'),
      `apiVersion: datamesh/v1
kind: DataProduct
metadata: { name: ${name}, domain: bench, owner: bench, description: lineitem joined with orders }
spec:
  input_ports:
    - { name: lineitem, type: file, format: parquet, location: ../data/lineitem.parquet }
    - { name: orders, type: file, format: parquet, location: ../data/orders.parquet }
  output_ports:
    - { name: api, type: rest }
  transforms: { models: models, materialization: full }
  quality_checks:
    - { type: not_null, columns: [l_orderkey, l_linenumber, l_quantity, l_shipdate] }
    - { type: range, column: l_quantity, min: 1, max: 50 }
    - { type: accepted_values, column: l_shipmode, values: [REG AIR, AIR, RAIL, SHIP, TRUCK, MAIL, FOB] }
    - { type: pattern, column: o_orderpriority, pattern: "^[1-5]-[A-Z ]+$" }
    - { type: freshness, column: l_receiptdate, max_age: 100 years }
    - { type: row_count, min: 1000 }
    - { type: relationship, column: l_orderkey, references: orders.orders, field: o_orderkey }
${more}  access_control: { classification: internal }
`,
    )
  }
}
