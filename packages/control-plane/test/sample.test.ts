import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startControlPlane } from '../src/index.ts'
import { domainBundle } from './mesh.ts'

/** A running platform: what a browser does for a new product is done over HTTP, with real files and real processes. */
const root = mkdtempSync(join(tmpdir(), 'datamesh-sample-'))
const home = join(root, 'home')
let hours = 0
const clock = { now: () => new Date(Date.now() + hours * 3_600_000) }
let platform: Awaited<ReturnType<typeof startControlPlane>>
let ada = ''
let hr = ''

beforeAll(async () => {
  platform = await startControlPlane({ home, port: 0, durable: false, log: () => {}, clock })
  await call('POST', '/api/v1/domains', domainBundle('sales', 'hr'), platform.token)
  ada = await owner('ada', 'sales')
  hr = await owner('holly', 'hr')
}, 60_000)
afterAll(async () => {
  await platform?.close()
  rmSync(root, { recursive: true, force: true })
})

// biome-ignore lint/suspicious/noExplicitAny: answers are looked at, not typed
type Answer = { status: number; body: any }
const call = async (method: string, path: string, body?: unknown, token = ada): Promise<Answer> => {
  const reply = await fetch(platform.url + path, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await reply.text()
  return { status: reply.status, body: text.startsWith('{') ? JSON.parse(text) : text }
}
const owner = async (id: string, domain: string): Promise<string> => {
  const roles = [{ role: 'domain-owner', domain }]
  await call('PUT', `/api/v1/principals/${id}`, { name: id, roles }, platform.token)
  return (await call('POST', '/api/v1/keys', { name: 'test', principal: id }, platform.token)).body.token
}
const upload = async (
  name: string,
  bytes: string | Uint8Array | ReadableStream,
  { token = ada, type = 'application/octet-stream' } = {},
): Promise<Answer> => {
  const reply = await fetch(`${platform.url}/api/v1/uploads?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    body: bytes as string,
    ...(bytes instanceof ReadableStream ? { duplex: 'half' } : {}),
  } as RequestInit)
  return { status: reply.status, body: await reply.json() }
}
const propose = async (name: string, file: string, bytes: string | Uint8Array, more: object = {}): Promise<Answer> => {
  const { body } = await upload(file, bytes)
  return call('POST', '/api/v1/proposals', { upload: body.id, domain: 'sales', name, ...more })
}
/** Applies and publishes what was proposed, as it is; the rows that a reader then gets. */
const publish = async (name: string, bundle: unknown): Promise<Record<string, unknown>[]> => {
  const applied = await call('POST', '/api/v1/apply', bundle)
  expect(applied.body.plan ?? applied.body).toMatchObject({ ok: true })
  const asked = await call('POST', `/api/v1/products/sales/${name}/runs`, {})
  await call('GET', `/api/v1/runs/${asked.body.id}/events`)
  const run = await call('GET', `/api/v1/runs/${asked.body.id}`)
  expect(run.body).toMatchObject({ state: 'succeeded', error: null })
  const table = name.replaceAll('-', '_')
  return (await call('GET', `/api/v1/products/sales/${name}/tables/${table}/rows`)).body.data
}

describe('a product from a sample', () => {
  test('a spreadsheet with a byte order mark, semicolons and odd names is proposed, applied, published and read', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i + 1};u${i}@example.org;${i % 2 ? 'open' : 'done'};${i},5;x`)
    const text = `\uFEFFOrder ID;"Kontakt; privat";Status;Größe;select {{ 1 }}\r\n${rows.join('\r\n')}\r\n`
    const { status, body } = await propose('web-orders', '../../Büro Liste [1].CSV', text, {
      title: 'Web: orders',
      description: 'Orders of the "shop"\n# not a comment',
    })
    expect(status).toBe(200)
    expect(body.rows).toBe(40)
    expect(body.columns).toMatchObject([
      {
        name: 'order_id',
        sourceName: 'Order ID',
        type: 'bigint',
        nullable: false,
        unique: true,
        examples: ['1', '2', '3'],
      },
      {
        name: 'kontakt_privat',
        pii: true,
        piiBecause: 'its values are e-mail addresses',
        examples: ['u•••', 'u•••', 'u•••'],
      },
      { name: 'status', type: 'string' },
      { name: 'grosse', type: 'string' },
      { name: 'select_1', sourceName: 'select {{ 1 }}' },
    ])
    expect(body.checks).toContainEqual({ id: 'web_orders.accepted_values.status', asks: 'status is done or open' })
    expect(body.bundle.root).toMatch(/^upload:upload_\w+$/)
    const read = await publish('web-orders', body.bundle)
    expect(read).toHaveLength(40)
    expect(read[0]).toMatchObject({ order_id: '1', kontakt_privat: 'u0@example.org', select_1: 'x' })
    const view = await call('GET', '/api/v1/products/sales/web-orders')
    expect(view.body).toMatchObject({ title: 'Web: orders', description: 'Orders of the "shop"\n# not a comment' })
  })

  test('Parquet keeps its types; corrections of a person hold', async () => {
    const file = join(root, 'made.parquet')
    const engine = await (await DuckDBInstance.create(':memory:')).connect()
    await engine.run(
      `copy (select cast(i as bigint) as id, cast(i / 4 as decimal(10,2)) as "Total sum", [i] as tags,
         timestamp '2026-01-01' + to_hours(cast(i as bigint)) as at, 'DE89370400440532013000' as account
       from range(20) t(i)) to '${file}' (format parquet)`,
    )
    engine.closeSync()
    const sent = await upload('made.parquet', readFileSync(file), { type: 'application/vnd.apache.parquet' })
    expect(sent).toMatchObject({ status: 201, body: { name: 'made.parquet' } })
    const wish = { upload: sent.body.id, domain: 'sales', name: 'totals', classification: 'public' }
    const first = await call('POST', '/api/v1/proposals', wish)
    expect(first.body.columns.map((column: { type: string }) => column.type)).toEqual([
      'bigint',
      'decimal(10,2)',
      'string',
      'timestamp',
      'string',
    ])
    expect(first.body.columns[4]).toMatchObject({ pii: true, piiBecause: 'its values are IBANs' })
    const second = await call('POST', '/api/v1/proposals', {
      ...wish,
      columns: [{ name: 'account', pii: false, description: 'The bank of the shop' }],
      without: ['totals.range.total_sum'],
    })
    expect(second.body.columns[4]).toMatchObject({ pii: false, examples: ['DE89370400440532013000'] })
    expect(first.body.bundle.files['dataproduct.yaml']).toContain('type: range')
    expect(second.body.bundle.files['dataproduct.yaml']).not.toContain('type: range')
    const read = await publish('totals', second.body.bundle)
    expect(read[1]).toMatchObject({ id: '1', total_sum: 0.25, tags: '[1]', account: 'DE89370400440532013000' })
  })

  test.each([
    ['an empty file', 'a.csv', '', 'it is empty'],
    ['only blank lines', 'a.csv', '\n\n', 'empty'],
    ['binary garbage', 'a.csv', new Uint8Array(4000).map((_, i) => (i * 131) % 256), 'no text'],
    ['text in another encoding', 'a.csv', new Uint8Array([0x61, 0x0a, 0xfc, 0x0a]), 'UTF-8'],
    ['something that calls itself Parquet', 'a.parquet', 'id,v\n1,2\n', 'no Parquet file'],
    ['the half of a Parquet file', 'a.parquet', `PAR1${'x'.repeat(500)}`, 'a.parquet'],
    ['broken JSON', 'a.json', '[{"a": 1}, {"a"', 'a.json'],
    ['a program', 'run.sh', 'echo', 'a sample is one of'],
  ])('%s is refused with a reason', async (_, name, bytes, why) => {
    const sent = await upload(name, bytes)
    const answer =
      sent.status === 201
        ? await call('POST', '/api/v1/proposals', { upload: sent.body.id, domain: 'sales', name: 'never' })
        : sent
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ code: 'sample-unreadable', title: expect.stringContaining(why) })
    expect(JSON.stringify(answer.body)).not.toContain(home)
  })
})

describe('whose samples they are', () => {
  test('a domain that is not mine is denied, before anything is looked at', async () => {
    const { body } = await upload('a.csv', 'id\n1\n', { token: hr })
    const wish = { upload: body.id, domain: 'sales', name: 'mine' }
    expect(await call('POST', '/api/v1/proposals', wish, hr)).toMatchObject({ status: 403, body: { code: 'denied' } })
    expect((await call('POST', '/api/v1/proposals', { ...wish, domain: 'nowhere' }, hr)).status).toBe(403)
  })

  test('the sample of somebody else is not there, and its folder is nobody else’s root', async () => {
    const { body } = await upload('secret.csv', 'id\n1\n', { token: hr })
    const wish = { upload: body.id, domain: 'sales', name: 'thief' }
    expect((await call('POST', '/api/v1/proposals', wish)).status).toBe(404)
    const own = (await propose('thief', 'a.csv', 'id\n1\n')).body.bundle
    for (const root of [`upload:${body.id}`, 'upload:../holly', `upload:${body.id}/../x`])
      expect((await call('POST', '/api/v1/apply', { ...own, root })).status).toBe(404)
    const uploads = join(home, 'uploads')
    for (const root of [uploads, join(uploads, 'holly', body.id), join(uploads, 'ada', '..', 'holly')])
      expect((await call('POST', '/api/v1/apply', { ...own, root })).status).toBe(403)
    let n = 0
    // a location that climbs out of the own folder, or a pattern over all of them
    for (const location of [`../../holly/${body.id}/secret.csv`, join(uploads, '*', '*', '*.csv')]) {
      const written = own.files['dataproduct.yaml']
        .replace('location: a.csv', `location: "${location}"`)
        .replace('version: 1.0.0', `version: 1.0.${n++}`)
      const files = { ...own.files, 'dataproduct.yaml': written }
      expect((await call('POST', '/api/v1/apply', { ...own, files })).status).toBe(200)
      const asked = await call('POST', '/api/v1/products/sales/thief/runs', {})
      const told = async () => (await call('GET', `/api/v1/runs/${asked.body.id}`)).body.error
      // a source that is not there may come: the run would be tried again
      await expect.poll(told, { timeout: 10_000 }).toMatchObject({ code: 'input-unreadable' })
      await call('POST', `/api/v1/runs/${asked.body.id}/cancel`)
    }
  })

  test('a name that is taken, and one that is none', async () => {
    await publish('taken', (await propose('taken', 'a.csv', 'id\n1\n')).body.bundle)
    expect((await propose('taken', 'a.csv', 'id\n1\n')).body).toMatchObject({ code: 'already-there' })
    expect((await propose('No Name', 'a.csv', 'id\n1\n')).body).toMatchObject({ code: 'request-invalid' })
  })

  test('more than 64 MB is refused and leaves nothing, said beforehand or not', async () => {
    const before = readdirSync(join(home, 'uploads', 'ada')).length
    expect((await upload('big.csv', new Uint8Array(64 * 1024 * 1024 + 1))).body).toMatchObject({
      status: 413,
      code: 'request-too-large',
    })
    let sent = 0
    const endless = new ReadableStream({
      pull: (to) => (sent++ < 80 ? to.enqueue(new Uint8Array(1024 * 1024)) : to.close()),
    })
    expect((await upload('big.csv', endless)).status).toBe(413)
    expect(readdirSync(join(home, 'uploads', 'ada'))).toHaveLength(before)
  })

  test('a form is refused: only the bytes of the file are wanted', async () => {
    const form = await upload('a.csv', '--x', { type: 'multipart/form-data; boundary=x' })
    expect(form.body).toMatchObject({ code: 'media-type' })
  })
})

test('a day later what no product uses is gone, and what one uses still builds', async () => {
  const { body } = await propose('kept', 'a.csv', 'id\n1\n2\n')
  await publish('kept', body.bundle)
  const unused = (await upload('b.csv', 'id\n1\n')).body.id
  const folder = (id: string) => join(home, 'uploads', 'ada', id)
  expect((await platform.collect()).uploads).toEqual([])
  hours = 25
  const { uploads } = await platform.collect()
  expect(uploads).toContain(`ada/${unused}`)
  expect(existsSync(folder(unused))).toBe(false)
  expect(existsSync(folder(body.bundle.root.slice('upload:'.length)))).toBe(true)
  const asked = await call('POST', '/api/v1/products/sales/kept/runs', { fullRefresh: true })
  await call('GET', `/api/v1/runs/${asked.body.id}/events`)
  expect((await call('GET', `/api/v1/runs/${asked.body.id}`)).body.state).toBe('succeeded')
})

describe('a product over other products', () => {
  test('is proposed from what its inputs publish, and builds, passes and is read as it is', async () => {
    const { body } = await propose(
      'stock',
      'stock.csv',
      'item_id,email,since\n1,a@example.org,2026-01-01\n2,b@example.org,2026-01-02\n',
    )
    await publish('stock', body.bundle)
    const wish = { domain: 'sales', name: 'stock-by-day', inputs: ['sales/stock'], alignment: 'aggregate-aligned' }
    const derived = await call('POST', '/api/v1/proposals/derived', { ...wish, title: 'Stock: by "day"' })
    expect(derived.status).toBe(200)
    expect(derived.body.bundle.files['dataproduct.yaml']).toContain('pii_columns: ["email"]')
    expect(await publish('stock-by-day', derived.body.bundle)).toHaveLength(2)
    expect((await call('POST', '/api/v1/proposals/derived', wish)).body.code).toBe('already-there')
    const foreign = await call('POST', '/api/v1/proposals/derived', { ...wish, domain: 'hr', name: 'mine' })
    expect(foreign.body.code).toBe('denied')
  })
})
