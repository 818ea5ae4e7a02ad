import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { filesWith } from '../../data-plane/src/testing/plaintext.ts'
import { type ControlPlane, startControlPlane } from '../src/index.ts'
import { domainBundle, orders, ordersSpec } from './mesh.ts'

const marker = 'MARKERofaperson'
const root = mkdtempSync(join(tmpdir(), 'datamesh-sealed-'))
const home = join(root, 'home')
let platform: ControlPlane
const start = () => startControlPlane({ home, port: 0, durable: false, inputRoots: [root], log: () => {} })

const call = async (path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const reply = await fetch(`${platform.url}/api/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${platform.token}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: reply.status, bytes: Buffer.from(await reply.arrayBuffer()) }
}
const spec = `${ordersSpec}
      - { name: email, type: string, pii: true, encryption: AES-256 }`.replace(
  'name: api\n      type: rest',
  'name: api\n      type: rest\n    - name: files\n      type: file',
)
const model = `select cast(id as bigint) as id, cast(total as double) as total, email from {{ source('landing', 'landing') }}`
const json = async (path: string, body?: unknown) => JSON.parse((await call(path, body)).bytes.toString())

/** Everything that the platform keeps; the landing file of the source lies outside. */
const inClear = () => filesWith(home, marker)

beforeAll(async () => {
  const rows = Array.from({ length: 3000 }, (_, i) => `${i},${i % 7},${marker}-${i}@example.org`)
  writeFileSync(join(root, 'orders.csv'), ['id,total,email', ...rows].join('\n'))
  platform = await start()
  await call('/domains', domainBundle('sales'))
  const applied = await call('/apply', orders(root, { spec, model }))
  expect(applied.status).toBe(200)
  const { id } = await json('/products/sales/orders/runs', {})
  expect((await call(`/runs/${id}/events`)).bytes.toString()).toContain('"step":"commit","state":"done"')
}, 90_000)
afterAll(async () => {
  await platform?.close()
  rmSync(root, { recursive: true, force: true })
})

test('nothing that the platform keeps has a value in clear: published, profiled, served, queried, kept, exported', async () => {
  expect(await inClear()).toEqual([])
  const page = (await call('/products/sales/orders/tables/orders/rows?limit=5&order=id')).bytes.toString()
  expect(page).toContain(`${marker}-0@`)
  for (let n = 0; n < 12; n++) await call(`/products/sales/orders/tables/orders/rows?limit=50&id=gt:${n}`)
  for (const accept of ['text/csv', 'application/vnd.apache.parquet', 'application/vnd.apache.arrow.stream'])
    expect((await call('/products/sales/orders/tables/orders/rows', undefined, { accept })).status).toBe(200)
  const query = await json('/sql/queries', { sql: `select email from sales.orders where id < 500` })
  const done = await json(`/sql/queries/${query.id}?wait=10000`)
  expect(done).toMatchObject({ state: 'succeeded', rows: 500 })
  expect((await call(`/sql/queries/${query.id}/rows?offset=0&limit=10`)).bytes.toString()).toContain(marker)
  expect(await inClear()).toEqual([])
  await call(`/sql/queries/${query.id}/export?format=csv`)
  await call(`/sql/queries/${query.id}/export?format=parquet`)
  await expect
    .poll(async () => (await call('/products/sales/orders/tables/orders/profile')).status, { timeout: 20_000 })
    .toBe(200)
  await expect.poll(inClear).toEqual([])
}, 60_000)

test('a file of it is delivered as plain Parquet that any tool opens', async () => {
  const { tables } = await json('/products/sales/orders/files')
  const [file] = tables[0].files
  const { status, bytes } = await call(file.url.replace('/api/v1', ''))
  expect(status).toBe(200)
  expect(bytes.length).toBe(file.bytes)
  const copy = join(root, 'copy.parquet')
  writeFileSync(copy, bytes)
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const told = await connection.runAndReadAll(`select count(*)::int, min(email) from '${copy}'`)
  expect(told.getRows()).toEqual([[3000, `${marker}-0@example.org`]])
  connection.closeSync()
  instance.closeSync()
  expect(await inClear()).toEqual([])
})

test('no query shows a key, nor reads past it', async () => {
  const { keys, where } = await json('/encryption/keys')
  expect(keys).toMatchObject([{ product: 'sales/orders', destroyedAt: null }])
  for (const sql of [
    `select * from duckdb_settings()`,
    `select * from duckdb_secrets()`,
    `select sql from duckdb_views()`,
    `pragma add_parquet_key('x', 'y')`,
    `select * from read_parquet('${home}/data/sales/orders/orders/*.parquet', encryption_config = {footer_key: '${keys[0].id}'})`,
    `select * from read_text('${where}')`,
    `select current_setting('temp_file_encryption'), * from parquet_file_metadata('${home}/data/sales/orders/orders/*.parquet')`,
    `select getenv('DATAMESH_TOKEN')`,
  ]) {
    const { id } = await json('/sql/queries', { sql })
    expect((await json(`/sql/queries/${id}?wait=10000`)).state).toBe('failed')
  }
}, 60_000)

test('what a server that was killed was giving out is gone when it starts again', async () => {
  await platform.close()
  for (const place of ['replicas/scratch', 'replicas/masked', 'queries/one.tmp', 'tmp/run']) {
    mkdirSync(join(home, place), { recursive: true })
    for (const name of ['1-0.parquet', '.draft-1-0']) writeFileSync(join(home, place, name), marker)
  }
  rmSync(join(home, 'replicas/masked/1-0.parquet'))
  platform = await start()
  expect(await inClear()).toEqual([])
}, 60_000)

test('a rotation goes on reading; without the master key it fails and loses nothing; destroyed is gone', async () => {
  const rows = async () => (await call('/products/sales/orders/tables/orders/rows?limit=2')).status
  expect(await json('/encryption/rotation', {})).toMatchObject({ rewrapped: 1 })
  expect(await rows()).toBe(200)
  await platform.close()
  renameSync(join(home, 'keys.json'), join(root, 'away.json'))
  platform = await start()
  expect(await rows()).toBe(503)
  const query = await json('/sql/queries', { sql: 'select count(email) from sales.orders' })
  expect(await json(`/sql/queries/${query.id}?wait=10000`)).toMatchObject({
    state: 'failed',
    error: { code: 'key-missing' },
  })
  renameSync(join(root, 'away.json'), join(home, 'keys.json'))
  expect(await rows()).toBe(200)
  const kept = await json('/sql/queries', { sql: 'select email from sales.orders where id < 5' })
  expect(await json(`/sql/queries/${kept.id}?wait=10000`)).toMatchObject({ state: 'succeeded', rows: 5 })
  const { tables } = await json('/products/sales/orders/files')
  const url = tables[0].files[0].url.replace('/api/v1', '')
  expect((await call(url)).status).toBe(200)
  expect((await call('/encryption/destruction', { product: 'sales/orders', confirm: 'sales/orders' })).status).toBe(200)
  expect(await rows()).toBe(503)
  // what was kept for readers is gone as well
  expect((await call(url)).status).toBe(503)
  expect((await call(`/sql/queries/${kept.id}/rows?offset=0&limit=5`)).status).toBe(404)
  const { entries } = await json('/audit?action=data-key.')
  expect(entries.map(({ action }: { action: string }) => action)).toEqual(['data-key.destroyed', 'data-key.created'])
}, 60_000)

test('of a product that is made of an upload nothing but the upload is in clear, and the contract says so', async () => {
  const uploaded = await fetch(`${platform.url}/api/v1/uploads?name=orders.csv`, {
    method: 'POST',
    headers: { authorization: `Bearer ${platform.token}`, 'content-type': 'text/csv' },
    body: ['id,total,email', ...Array.from({ length: 50 }, (_, n) => `${n},1,${marker}-${n}@example.org`)].join('\n'),
  })
  expect(uploaded.status).toBe(201)
  const upload = (await uploaded.json()) as { id: string }
  const before = await json('/products/sales/orders/contract')
  expect(JSON.stringify(before.notEnforced)).not.toContain('uploaded file')
  const bundle = orders(`upload:${upload.id}`, { version: '1.0.1', spec, model })
  expect((await call('/apply', bundle)).status).toBe(200)
  const { id } = await json('/products/sales/orders/runs', { fullRefresh: true })
  expect((await call(`/runs/${id}/events`)).bytes.toString()).toContain('"step":"commit","state":"done"')
  // under a new key, after the old one was destroyed
  expect((await call('/products/sales/orders/tables/orders/rows?limit=2')).status).toBe(200)
  expect((await inClear()).every((file) => file.startsWith('uploads/'))).toBe(true)
  const { notEnforced } = await json('/products/sales/orders/contract')
  expect(notEnforced).toContainEqual({
    clause: 'encryption of the uploaded file',
    because: expect.stringContaining('as it was sent'),
  })
}, 60_000)
