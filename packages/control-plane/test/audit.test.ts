import { createHash } from 'node:crypto'
import { type Link, MeshError, openChain } from '@datamesh/core'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AuditLog } from '../src/store/index.ts'
import { openTestStore } from '../src/store/testing/store.ts'
import { type ServedMesh, serveMesh } from './served_mesh.ts'

let mesh: ServedMesh
const tokens = { governance: '', consumer: '', owner: '' }
beforeAll(async () => {
  mesh = await serveMesh()
  tokens.governance = await mesh.somebody('gov', [{ role: 'governance' }])
  tokens.consumer = await mesh.somebody('carl', [{ role: 'consumer' }])
  tokens.owner = await mesh.somebody('olga', [{ role: 'domain-owner', domain: 'sales' }])
}, 60_000)
afterAll(() => mesh?.[Symbol.asyncDispose]())

type Entry = Link
const ask = (path: string, token = tokens.governance, init: RequestInit = {}) =>
  fetch(`${mesh.url}/api/v1${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } })
const entries = async (query: string): Promise<Entry[]> => {
  await mesh.access.flush()
  return ((await (await ask(`/audit?${query}`)).json()) as { entries: Entry[] }).entries
}

test('reads are told with who, what, which snapshot, how much, why and from where', async () => {
  for (let n = 0; n < 5; n++)
    await (await ask('/products/sales/orders/tables/orders/rows?limit=3', tokens.consumer)).text()
  const [read] = await entries('actor=carl&kind=read')
  expect(read).toMatchObject({
    kind: 'read',
    actor: 'carl',
    action: 'data:read',
    subject: 'sales/orders',
    allow: true,
    because: 'the product is internal',
    from: '127.0.0.1',
    data: { table: 'orders', form: 'json', reads: 5, rows: 15 },
  })
  expect(read?.data).toMatchObject({
    snapshot: expect.any(String),
    first: expect.any(String),
    last: expect.any(String),
  })
})

test('a refusal is stored before it is answered, for data and for everything else', async () => {
  expect((await ask('/products/sales/payroll/tables/payroll/rows', tokens.consumer)).status).toBe(403)
  expect((await ask('/audit', tokens.consumer)).status).toBe(403)
  expect((await ask('/products/sales/next', tokens.consumer)).status).toBe(404)
  const { rows } = await sql<{ action: string; subject: string; because: string }>`
    select action, subject, because from audit_entry where actor = 'carl' and allow = false order by seq`.execute(
    mesh.catalog.store.db,
  )
  expect(rows.map(({ action, subject }) => `${action} ${subject}`)).toEqual([
    'data:read sales/payroll',
    'audit:read platform',
    'product:read sales/next',
  ])
  expect(rows[0]?.because).toContain('restricted')
})

test('rows that a report quotes are a read: of the snapshot, of its quality, of its run; who sees none leaves none', async () => {
  const { head } = (await (await ask('/products/sales/payroll', tokens.owner)).json()) as { head: string }
  const paths = [`/products/sales/payroll/snapshots/${head}`, '/products/sales/payroll/quality']
  for (const path of paths)
    for (const token of [tokens.owner, tokens.consumer]) expect((await ask(path, token)).status).toBe(200)
  const quoted = (told: Entry[]) => told.filter(({ data }) => data.form === 'report' || data.form === 'quality')
  expect(quoted(await entries('actor=olga&action=data:sample'))).toMatchObject([
    { kind: 'read', subject: 'sales/payroll', allow: true, data: { form: 'quality', rows: 1 } },
    { kind: 'read', subject: 'sales/payroll', allow: true, data: { form: 'report', rows: 1 } },
  ])
  expect(quoted(await entries('actor=carl&action=data:sample'))).toEqual([])
})

test('a header of somebody who is no proxy says nothing about where a request comes from', async () => {
  const headers = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9', 'x-real-ip': '203.0.113.9' }
  await (await ask('/products/sales/orders/tables/orders/rows?limit=2', tokens.owner, { headers })).text()
  const [read] = await entries('actor=olga&action=data:read')
  expect(read?.from).toBe('127.0.0.1')
})

test('a token that opens nothing is a sign-in that failed; the token is not in the log', async () => {
  const wrong = 'dm_aaaaaaaaaaaa_bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'
  expect((await ask('/me', wrong)).status).toBe(401)
  expect((await entries('kind=sign-in&actor=anonymous'))[0]).toMatchObject({ allow: false, from: '127.0.0.1' })
  const { rows } = await sql<{ told: boolean }>`
    select bool_or(data like ${`%${wrong}%`} or because like ${`%${wrong}%`}) as told from audit_entry`.execute(
    mesh.catalog.store.db,
  )
  expect(rows[0]?.told).toBe(false)
})

test('a change comes with the address that it was asked from', async () => {
  const keys = await ask('/keys', tokens.owner, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9' },
    body: JSON.stringify({ name: 'script' }),
  })
  expect(keys.status).toBe(201)
  const { token } = (await keys.json()) as { token: string }
  const [made] = await entries('actor=olga&action=key.created')
  // no proxy is believed here: what the header says is not read
  expect(made).toMatchObject({ kind: 'change', from: '127.0.0.1', data: { name: 'script' } })
  expect(JSON.stringify(await entries('limit=500'))).not.toContain(token)
})

test('a query is told with its text, its tables and their snapshots; so is what was taken along', async () => {
  const text = 'select count(*) from sales.orders'
  const query = (await (
    await ask('/sql/queries', tokens.owner, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ sql: text }),
    })
  ).json()) as { id: string }
  await (await ask(`/sql/queries/${query.id}?wait=10000`, tokens.owner)).text()
  await (await ask(`/sql/queries/${query.id}/rows?offset=0&limit=10`, tokens.owner)).text()
  await (await ask(`/sql/queries/${query.id}/export?format=csv`, tokens.owner)).text()
  const told = await entries('actor=olga&action=sql:')
  expect(told.map(({ action }) => action)).toEqual(expect.arrayContaining(['sql:export', 'sql:query', 'sql:rows']))
  expect(told.find(({ action, kind }) => action === 'sql:query' && kind === 'read')).toMatchObject({
    data: { sql: text, reads: [{ product: 'sales/orders', table: 'orders' }] },
  })
}, 30_000)

test('the log is verified by the server, and its export by anybody', async () => {
  await mesh.access.flush()
  const said = (await (await ask('/audit/verification')).json()) as { whole: boolean; last: number; lastHash: string }
  expect(said).toMatchObject({ whole: true, wrong: null })
  const lines = (await (await ask('/audit/export')).text()).trim().split('\n')
  const head = (JSON.parse(lines[0] ?? '') as { head: { seq: number; hash: string } }).head
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const verify = (of: readonly string[]) => {
    const chain = openChain({ sha256, heads: [head] })
    for (const line of of) if (!chain.take(JSON.parse(line) as Link)) break
    return chain.end()
  }
  expect(verify(lines.slice(1))).toMatchObject({ whole: true, last: head.seq })
  expect(verify(lines.slice(1, -1)).wrong?.what).toContain('the end was cut')
  const changed = lines
    .slice(1)
    .map((line, n) => (n === 3 ? line.replace(/"actor":"[^"]*"/, '"actor":"nobody"') : line))
  expect(verify(changed).wrong).toMatchObject({ seq: 4 })
  const noted = `${said.last}:${'0'.repeat(64)}`
  expect(await (await ask(`/audit/verification?head=${noted}`)).json()).toMatchObject({ whole: false })
})

test('while the log cannot be written, no data is given out; when it can, what was read meanwhile is in it', async () => {
  let at = Date.now()
  const store = await openTestStore()
  const log = new AuditLog(store, { now: () => new Date(at), everyMs: 3_600_000 })
  await using served = await serveMesh({
    mayRead: () => {
      if (log.behind) throw new MeshError('audit-behind', { retryAfterSeconds: 5 })
    },
  })
  const token = await served.somebody('carl', [{ role: 'consumer' }])
  const status = async () => (await served.get('/api/v1/products/sales/orders/tables/orders/rows', token)).status
  log.read({
    ...{ at: new Date(at), kind: 'read', actor: 'carl', action: 'data:read', subject: 'sales/orders' },
    ...{ allow: true, because: '', from: null, data: {}, rows: 1, bytes: 1 },
  })
  expect(await status()).toBe(200)
  at += 11_000
  expect(await status()).toBe(503)
  await log.flush()
  expect(await status()).toBe(200)
  expect(await store.db.selectFrom('audit_entry').select('actor').execute()).toEqual([{ actor: 'carl' }])
  await log[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
}, 30_000)
