import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { defaultQueryLimits, fencesHere, QueryProcesses } from '@datamesh/data-plane'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openQueries } from '../src/queries/index.ts'
import { json, type ServedMesh, serveMesh } from './served_mesh.ts'

let mesh: ServedMesh
let reader: string
let other: string
let owner: string

beforeAll(async () => {
  mesh = await serveMesh({}, { seconds: 20, memoryMb: 256 })
  reader = await mesh.somebody('reader', [{ role: 'consumer' }])
  other = await mesh.somebody('other', [{ role: 'consumer' }])
  owner = await mesh.somebody('owner', [{ role: 'domain-owner', domain: 'sales' }])
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

const sql = '/api/v1/sql'
const started = async (text: string, token = reader, limit?: number): Promise<string> => {
  const reply = await mesh.send('POST', `${sql}/queries`, token, { sql: text, ...(limit ? { limit } : {}) })
  expect(reply.status, await reply.clone().text()).toBe(202)
  return (await json(reply)).id
}
/** The query at its end. */
const run = async (text: string, token = reader, limit?: number) => {
  const id = await started(text, token, limit)
  for (;;) {
    const view = await json(mesh.get(`${sql}/queries/${id}?wait=10000`, token))
    if (view.state !== 'running') return view
  }
}
const rowsOf = (id: string, token = reader, more = '') => json(mesh.get(`${sql}/queries/${id}/rows?${more}`, token))
const endless = 'select count(*) from range(1000000000000) t(i) where hash(i) = 0'

test('a query reads what its reader may read, and says which snapshots', async () => {
  const view = await run('select id, amount from sales.orders where id <= 3 order by id')
  expect(view).toMatchObject({
    state: 'succeeded',
    rows: 3,
    truncated: false,
    kept: true,
    columns: [
      { name: 'id', type: 'BIGINT' },
      { name: 'amount', type: 'DOUBLE' },
    ],
    reads: [{ product: 'sales/orders', table: 'orders', sequence: 1 }],
    masked: [{ product: 'sales/orders', table: 'orders', column: 'email' }],
  })
  expect(await rowsOf(view.id)).toEqual({
    offset: 0,
    rows: 3,
    columns: [
      [1, 2, 3],
      [1.5, 3, 4.5],
    ],
  })
  expect((await rowsOf(view.id, reader, 'offset=1&limit=1')).columns).toEqual([[2], [3]])
})

test('personal columns are masked for those who may not see them, and for them only', async () => {
  const text = 'select email from sales.orders where id = 1'
  const masked = await run(text)
  expect((await rowsOf(masked.id)).columns).toEqual([['•••']])
  const clear = await run(text, owner)
  expect(clear.masked).toEqual([])
  expect((await rowsOf(clear.id, owner)).columns).toEqual([['person1@example.org']])
  const oracle = await run('select email::int from sales.orders')
  expect(JSON.stringify(oracle)).not.toContain('person')
})

test('products of several domains are joined', async () => {
  const view = await run('select count(*) as n from sales.orders o join hr.absences a using (id)')
  expect(view.reads.map(({ product }: { product: string }) => product).sort()).toEqual(['hr/absences', 'sales/orders'])
  expect((await rowsOf(view.id)).columns).toEqual([[10]])
})

test('what may be seen but not read says so, with the product to ask for, and is written down', async () => {
  const view = await run('select *\nfrom sales.payroll')
  expect(view).toMatchObject({
    state: 'failed',
    error: { code: 'denied', product: 'sales/payroll', line: 2, column: 6 },
  })
  await mesh.access.flush()
  const events = await mesh.catalog.store.db
    .selectFrom('event')
    .select(['actor', 'data'])
    .where('type', '=', 'data.refused')
    .where('subject', '=', 'sales/payroll')
    .execute()
  expect(events).toMatchObject([{ actor: 'reader', data: { action: 'data:read', port: 'sql' } }])
})

test('what may not be seen is not there, in the very words of what is not there', async () => {
  const error = async (name: string) => {
    const { error } = await run(`select * from sales.${name}`)
    return { ...error, title: error.title.replace(name, '…') }
  }
  const draft = await error('next')
  expect(draft).toEqual(await error('nxet'))
  expect(draft).toMatchObject({ code: 'not-found', product: null })
  // Nor does a suggestion name it.
  expect((await run('select * from sales.nextt')).error.hint).not.toContain('next')
  expect((await run('select count(*) from sales.next', owner)).state).toBe('succeeded')
})

test('a table without its schema is told with it', async () => {
  expect((await run('select * from orders')).error).toMatchObject({
    code: 'not-found',
    hint: 'did you mean sales.orders?',
    line: 1,
    column: 15,
  })
})

test.each([
  [
    'a mistake says where it stands',
    "select 'ä' as x,\n  nme from sales.orders",
    { code: 'query-failed', line: 2, column: 3 },
  ],
  ['anything but a SELECT is refused', 'drop table sales.orders', { code: 'query-refused' }],
  ['a file is no table', `select * from '/etc/passwd'`, { code: 'not-found' }],
  ['more memory than there is for a query is a limit', `select repeat('x', 4000000000)`, { code: 'query-limit' }],
])('%s', async (_, text, error) => {
  expect(await run(text)).toMatchObject({ state: 'failed', rows: 0, kept: false, error })
})

test('a NUL character is refused at once', async () => {
  const reply = await mesh.send('POST', `${sql}/queries`, reader, { sql: 'select 1 \0; select 2' })
  expect(await json(reply)).toMatchObject({ code: 'query-refused' })
})

test('the tree shows what is there, what is locked and what is masked', async () => {
  const { domains } = await json(mesh.get(`${sql}/catalog`, reader))
  expect(domains.map(({ name }: { name: string }) => name)).toEqual(['hr', 'sales'])
  const [orders, payroll, ...more] = domains[1].products
  expect(more).toEqual([])
  expect(orders).toMatchObject({
    id: 'sales/orders',
    readable: true,
    tables: [
      {
        table: 'orders',
        relation: 'sales.orders',
        columns: [{ name: 'id', masked: false }, { name: 'email', masked: true }, { name: 'amount' }],
      },
    ],
  })
  expect(payroll).toMatchObject({
    id: 'sales/payroll',
    readable: false,
    because: expect.stringContaining('restricted'),
  })
})

describe('a query belongs to whoever ran it', () => {
  test.each([
    ['its state', (id: string) => mesh.get(`${sql}/queries/${id}`, other)],
    ['its rows', (id: string) => mesh.get(`${sql}/queries/${id}/rows`, other)],
    ['its export', (id: string) => mesh.get(`${sql}/queries/${id}/export`, other)],
    ['ending it', (id: string) => mesh.send('POST', `${sql}/queries/${id}/cancel`, other)],
  ])('%s is not there for others', async (_, ask) => {
    const { id } = await run('select 1')
    expect((await ask(id)).status).toBe(404)
  })
  test('nor is it in their history, and in one’s own it is the first', async () => {
    const { id } = await run('select 42 as answer')
    const mine = await json(mesh.get(`${sql}/queries?limit=5`, reader))
    expect(mine.queries[0]).toMatchObject({ id, sql: 'select 42 as answer', state: 'succeeded', rows: 1, kept: true })
    const theirs = await json(mesh.get(`${sql}/queries`, other))
    expect(theirs.queries).toEqual([])
  })
})

test('a running query is ended at once when it is cancelled', async () => {
  const id = await started(endless)
  const began = performance.now()
  const view = await json(mesh.send('POST', `${sql}/queries/${id}/cancel`, reader))
  expect(view).toMatchObject({ id, state: 'cancelled', kept: false })
  expect(performance.now() - began).toBeLessThan(5000)
  expect((await mesh.get(`${sql}/queries/${id}/rows`, reader)).status).toBe(404)
})

test('one person has two queries at once, four wait, and the next is told to come later', async () => {
  const ids = await Promise.all(Array.from({ length: 6 }, () => started(endless, owner)))
  const seventh = await mesh.send('POST', `${sql}/queries`, owner, { sql: 'select 1' })
  expect(seventh.status).toBe(429)
  expect(await json(seventh)).toMatchObject({ code: 'rate-limited' })
  // Others are not in their way.
  expect((await run('select 1')).state).toBe('succeeded')
  for (const id of ids) await mesh.send('POST', `${sql}/queries/${id}/cancel`, owner)
  expect((await run('select 1', owner)).state).toBe('succeeded')
})

test('a result leaves as CSV, NDJSON and Parquet', async () => {
  const { id } = await run('select id, email from sales.orders where id <= 2 order by id')
  const file = (format: string) => mesh.get(`${sql}/queries/${id}/export?format=${format}`, reader)
  const csv = await file('csv')
  expect(csv.headers.get('content-disposition')).toBe(`attachment; filename="${id}.csv"`)
  expect(await csv.text()).toBe('id,email\n1,•••\n2,•••\n')
  expect(await (await file('json')).text()).toBe('{"id":1,"email":"•••"}\n{"id":2,"email":"•••"}\n')
  expect(
    Buffer.from(await (await file('parquet')).arrayBuffer())
      .subarray(0, 4)
      .toString(),
  ).toBe('PAR1')
})

test('files of Parquet are written one at a time for one person, and leave nothing behind', async () => {
  const { id } = await run(`select i, repeat('x', 200) as x from range(20000) t(i)`)
  const ask = (signal?: AbortSignal) =>
    fetch(`${mesh.url}${sql}/queries/${id}/export?format=parquet`, {
      headers: { authorization: `Bearer ${reader}` },
      ...(signal && { signal }),
    })
  const replies = await Promise.all(Array.from({ length: 7 }, () => ask()))
  expect(replies.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 429, 429, 429])
  for (const reply of replies) await reply.arrayBuffer()
  // who goes away while it is written, or before it is read
  for (const after of [5, 40, 120, 300]) {
    const gone = new AbortController()
    const reply = ask(gone.signal).then(
      () => {},
      () => {},
    )
    await new Promise((resolve) => setTimeout(resolve, after))
    gone.abort()
    await reply
  }
  const folder = join(dirname(mesh.catalog.uploads as string), 'queries')
  await expect.poll(() => readdirSync(folder).filter((name) => !name.endsWith('.rows')), { timeout: 8000 }).toEqual([])
  expect((await ask()).status).toBe(200)
})

test('names of columns that are larger than the query is worth are no result', async () => {
  const view = await run(`with x as (select 1 as "${'n'.repeat(20_000)}") select ${Array(900).fill('*')} from x`)
  expect(view).toMatchObject({ state: 'failed', columns: [], error: { code: 'query-limit' } })
})

test.each(['', 'a'])('a message that is cut keeps whole characters (%s)', async (start) => {
  expect(await run(`select ('${start}${'😀'.repeat(1500)}')::int`)).toMatchObject({
    state: 'failed',
    error: { code: 'query-failed', title: expect.stringContaining('Conversion error') },
  })
})

test('of more rows than were asked for the first are kept', async () => {
  expect(await run('select id from sales.orders', reader, 100)).toMatchObject({ rows: 100, truncated: true })
})

test('reads of the workbench count as usage of the product', async () => {
  const usage = async () => {
    await mesh.access.flush()
    const rows = await mesh.catalog.store.db
      .selectFrom('port_read')
      .select(['reads', 'row_count'])
      .where('principal', '=', 'other')
      .where('product', '=', 'hr/absences')
      .execute()
    return rows.reduce((sum, { reads }) => sum + reads, 0)
  }
  expect(await usage()).toBe(0)
  await run('select a.id from hr.absences a, hr.absences b', other)
  await run('select 1 -- hr.absences', other)
  expect(await usage()).toBe(1)
})

describe('a saved query', () => {
  const save = (id: string, token: string, body: object) => mesh.send('PUT', `${sql}/saved/${id}`, token, body)
  test('is mine until I share it, and then everybody sees its text', async () => {
    const made = await json(save('new', reader, { name: 'orders', sql: 'select 1', shared: false }))
    expect(made).toMatchObject({ name: 'orders', mine: true, shared: false, owner: 'reader', ownerName: 'reader' })
    const seenByOther = async () => (await json(mesh.get(`${sql}/saved`, other))).saved
    expect(await seenByOther()).toEqual([])
    await save(made.id, reader, { name: 'my orders', sql: 'select 2', shared: true })
    expect(await seenByOther()).toMatchObject([{ id: made.id, name: 'my orders', sql: 'select 2', mine: false }])
    expect((await save(made.id, other, { name: 'x', sql: 'x', shared: true })).status).toBe(404)
    expect((await mesh.send('DELETE', `${sql}/saved/${made.id}`, other)).status).toBe(404)
    expect((await mesh.send('DELETE', `${sql}/saved/${made.id}`, reader)).status).toBe(200)
    expect(await seenByOther()).toEqual([])
  })
})

test('a right that is taken back takes the kept rows with it', async () => {
  const asked = await json(
    mesh.send('POST', '/api/v1/access', other, { products: ['sales/payroll'], purpose: 'the year-end report' }),
  )
  const decide = (decision: string) =>
    mesh.send('POST', `/api/v1/access/${asked.access[0].id}/decision`, owner, { decision })
  expect((await decide('approve')).status).toBe(200)
  const view = await run('select count(*) as n from sales.payroll', other)
  expect(view).toMatchObject({ state: 'succeeded' })
  const rows = () => mesh.get(`${sql}/queries/${view.id}/rows`, other)
  expect((await rows()).status).toBe(200)
  expect((await decide('revoke')).status).toBe(200)
  expect((await rows()).status).toBe(404)
  expect((await mesh.get(`${sql}/queries/${view.id}/export?format=csv`, other)).status).toBe(404)
})

test('queries of a server that was killed are not running any more when it starts again', async () => {
  const { db } = mesh.catalog.store
  const row = {
    principal: 'reader',
    sql: 'select 1',
    state: 'running',
    started_at: new Date(Date.now() - 5000),
  } as const
  await db
    .insertInto('query')
    .values({ id: 'query_lost', ...row })
    .execute()
  await using again = await openQueries({
    catalog: mesh.catalog,
    access: mesh.access,
    processes: new QueryProcesses({ limits: defaultQueryLimits, fences: await fencesHere() }),
    absolute: (file) => file,
    folder: mkdtempSync(join(tmpdir(), 'datamesh-queries-')),
    now: () => new Date(),
    log: () => {},
  })
  expect(again.inUse().size).toBe(0)
  expect(await json(mesh.get(`${sql}/queries/query_lost`, reader))).toMatchObject({ state: 'cancelled', kept: false })
})
