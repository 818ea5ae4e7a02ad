import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bundleOf, domainsBundle, json, type ServedMesh, serveMesh } from './served_mesh.ts'

let mesh: ServedMesh
let consumer: string
let owner: string
const rows = '/api/v1/products/sales/orders/tables/orders/rows'

beforeAll(async () => {
  mesh = await serveMesh()
  consumer = await mesh.somebody('cleo', [{ role: 'consumer' }])
  owner = await mesh.somebody('olga', [{ role: 'domain-owner', domain: 'sales' }])
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

describe('reading rows', () => {
  test('pages follow each other by cursor and hold every row once', async () => {
    const ids: number[] = []
    let cursor = ''
    do {
      const page = await json(mesh.get(`${rows}?limit=100&select=id${cursor}`, consumer))
      ids.push(...page.data.map((row: { id: string | number }) => Number(row.id)))
      cursor = page.next === null ? '' : `&cursor=${page.next}`
    } while (cursor !== '')
    expect(ids).toEqual(Array.from({ length: 250 }, (_, i) => i + 1))
  })
  test('personal columns are masked for a consumer and as they are for the owner', async () => {
    const masked = await json(mesh.get(`${rows}?id=7`, consumer))
    const plain = await json(mesh.get(`${rows}?id=7`, owner))
    expect(masked.data[0].email).not.toContain('person7')
    expect(plain.data[0].email).toBe('person7@example.org')
  })
  test('a masked column can be neither filtered nor ordered by', async () => {
    expect((await mesh.get(`${rows}?email=like:person7%25`, consumer)).status).toBe(400)
    expect((await mesh.get(`${rows}?order=email`, consumer)).status).toBe(400)
    expect((await mesh.get(`${rows}?email=like:person7%25`, owner)).status).toBe(200)
  })
  test('a column may be filtered from both sides', async () => {
    const page = await json(mesh.get(`${rows}?id=gt:10&id=lte:12`, consumer))
    expect(page.data).toHaveLength(2)
  })
  test('the same page again costs nothing: 304 by its ETag, and another reader has another one', async () => {
    const first = await mesh.get(`${rows}?limit=5`, consumer)
    const etag = first.headers.get('etag') ?? ''
    expect(first.headers.get('x-datamesh-snapshot')).toMatch(/^snap_/)
    const again = await mesh.get(`${rows}?limit=5`, consumer, { 'if-none-match': etag })
    expect([again.status, await again.text()]).toEqual([304, ''])
    const plain = await mesh.get(`${rows}?limit=5`, owner, { 'if-none-match': etag })
    expect(plain.status).toBe(200)
  })
  test.each([
    ['text/csv', /^id,email,amount\r?\n1,/],
    ['application/x-ndjson', /^\{"id":/],
    ['application/vnd.apache.parquet', /^PAR1/],
    ['application/json;q=0.1, text/*', /^id,/],
  ])('Accept: %s is answered in kind', async (accept, start) => {
    const response = await mesh.get(`${rows}?limit=3`, consumer, { accept })
    expect(response.status).toBe(200)
    expect(Buffer.from(await response.arrayBuffer()).toString('latin1')).toMatch(start)
  })
  test('a cursor of one table opens no other', async () => {
    const { next } = await json(mesh.get(`${rows}?limit=5`, consumer))
    const other = await mesh.get(`/api/v1/products/hr/absences/tables/absences/rows?cursor=${next}`, consumer)
    expect(other.status).toBe(400)
    expect((await mesh.get(`${rows}?cursor=AAAA`, consumer)).status).toBe(400)
  })
  test('the limit of the port is told in headers and kept, for each reader', async () => {
    const at = '/api/v1/products/hr/absences/tables/absences/rows?limit=1'
    const reader = await mesh.somebody('rita', [{ role: 'consumer' }])
    const answers = []
    for (let i = 0; i < 4; i++) answers.push(await mesh.get(at, reader))
    expect(answers.map((each) => each.status)).toEqual([200, 200, 200, 429])
    expect(answers[0]?.headers.get('ratelimit-policy')).toBe('"rows";q=3;w=60')
    expect(answers[0]?.headers.get('ratelimit')).toMatch(/^"rows";r=2;t=\d+$/)
    expect(Number(answers[3]?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(answers[3]?.headers.get('ratelimit')).toMatch(/^"rows";r=0;t=\d+$/)
    expect(await json(answers[3]!)).toMatchObject({ code: 'rate-limited', status: 429 })
    expect((await mesh.get(at, consumer)).status).toBe(200)
  })
  test('reads are counted by product, port and reader; refusals become one event', async () => {
    const reader = await mesh.somebody('uma', [{ role: 'consumer' }])
    await mesh.get(`${rows}?limit=10`, reader)
    await mesh.get(`${rows}?limit=20`, reader)
    const payroll = '/api/v1/products/sales/payroll/tables/payroll/rows'
    expect((await mesh.get(payroll, reader)).status).toBe(403)
    expect((await mesh.get(payroll, reader)).status).toBe(403)
    await mesh.access.flush()
    const { db } = mesh.catalog.store
    const read = await db.selectFrom('port_read').selectAll().where('principal', '=', 'uma').execute()
    expect(read).toMatchObject([{ product: 'sales/orders', port: 'rows', reads: 2, row_count: 30 }])
    const told = await db
      .selectFrom('event')
      .selectAll()
      .where('actor', '=', 'uma')
      .where('type', '=', 'data.refused')
      .execute()
    expect(told).toMatchObject([{ subject: 'sales/payroll', data: { action: 'data:read' } }])
  })
})

describe('files', () => {
  test('the owner downloads a file, whole, in ranges and by HEAD', async () => {
    const list = await json(mesh.get('/api/v1/products/sales/orders/files', owner))
    const file = list.tables[0].files[0]
    const whole = Buffer.from(await (await mesh.get(file.url, owner)).arrayBuffer())
    expect(whole.length).toBe(file.bytes)
    const tail = await mesh.get(file.url, owner, { range: 'bytes=-4' })
    expect([tail.status, await tail.text()]).toEqual([206, 'PAR1'])
    expect(tail.headers.get('content-range')).toBe(`bytes ${file.bytes - 4}-${file.bytes - 1}/${file.bytes}`)
    const middle = await mesh.get(file.url, owner, { range: 'bytes=10-19' })
    expect(Buffer.from(await middle.arrayBuffer()).equals(whole.subarray(10, 20))).toBe(true)
    expect((await mesh.get(file.url, owner, { range: `bytes=${file.bytes}-` })).status).toBe(416)
    const head = await mesh.send('HEAD', file.url, owner)
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, String(file.bytes), ''])
    expect((await mesh.get(file.url, owner, { 'if-none-match': head.headers.get('etag') ?? '' })).status).toBe(304)
  })
  test('somebody who may see personal columns masked only gets a file of their own, with its own digest', async () => {
    const list = await json(mesh.get('/api/v1/products/sales/orders/files', owner))
    expect((await mesh.get(list.tables[0].files[0].url, consumer)).status).toBe(404)
    const mine = await json(mesh.get('/api/v1/products/sales/orders/files', consumer))
    const [file] = mine.tables[0].files
    expect(file.sha256).not.toBe(list.tables[0].files[0].sha256)
    expect(file.rows).toBe(250)
    const given = await mesh.get(file.url, consumer)
    const bytes = Buffer.from(await given.arrayBuffer())
    expect(bytes.subarray(0, 4).toString()).toBe('PAR1')
    expect(bytes.includes('@example.org')).toBe(false)
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(file.sha256)
    const again = await mesh.get(file.url, consumer, { 'if-none-match': given.headers.get('etag') ?? '' })
    expect(again.status).toBe(304)
    const part = await mesh.get(file.url, consumer, { range: 'bytes=0-3' })
    expect([part.status, await part.text()]).toEqual([206, 'PAR1'])
  })
})

describe('what stands beside the data', () => {
  test('a snapshot tells its proof, but rows and extremes only to whom may see them', async () => {
    const { head } = await json(mesh.get('/api/v1/products/sales/payroll', consumer))
    const path = `/api/v1/products/sales/payroll/snapshots/${head}`
    const steward = await mesh.somebody('stella', [{ role: 'data-steward', domain: 'sales' }])
    const forConsumer = await json(mesh.get(path, consumer))
    const forSteward = await json(mesh.get(path, steward))
    const forOwner = await json(mesh.get(path, owner))
    expect(forConsumer.report.checks[0]).toMatchObject({ outcome: 'warned', failingRows: 1, samples: [] })
    expect(forConsumer.tables[0].files[0].stats.id).toEqual({ nulls: 0 })
    expect(forSteward.report.checks[0].samples[0]).toMatchObject({ id: 9, email: '•••' })
    expect(forSteward.tables[0].files[0].stats.email).toEqual({ nulls: 0 })
    expect(forOwner.report.checks[0].samples[0].email).toBe('person9@example.org')
    expect(forOwner.tables[0].files[0].stats.email.min).toBe('person1@example.org')
    expect(JSON.stringify(forConsumer)).not.toContain('person')
  })
  test('a draft is in no list, search, facet, domain or status of an outsider', async () => {
    const places = [
      '/api/v1/products',
      '/api/v1/search?q=next',
      '/api/v1/search',
      '/api/v1/domains',
      '/api/v1/domains/sales',
      '/api/v1/status',
    ]
    for (const place of places) {
      expect(await (await mesh.get(place, consumer)).text(), place).not.toContain('sales/next')
      expect(await (await mesh.get(place, owner)).text(), place).toContain('sales/next')
    }
    const facets = (await json(mesh.get('/api/v1/search', consumer))).facets.domain
    expect(facets).toContainEqual({ value: 'sales', count: 2 })
  })
  test('what one may not find and what is not there get the same answer', async () => {
    const hidden = await json(mesh.get('/api/v1/products/sales/next', consumer))
    const absent = await json(mesh.get('/api/v1/products/sales/nope', consumer))
    const same = ({ requestId: _, ...rest }: Record<string, unknown>) =>
      JSON.stringify(rest).replaceAll(/next|nope/g, '…')
    expect(same(hidden)).toBe(same(absent))
  })
  test('a grant opens a restricted product at once, masked, and closes when it ends', async () => {
    const reader = await mesh.somebody('gita', [{ role: 'consumer' }])
    const path = '/api/v1/products/sales/payroll/tables/payroll/rows?limit=1'
    expect((await mesh.get(path, reader)).status).toBe(403)
    const { db } = mesh.catalog.store
    await db
      .insertInto('access_grant')
      .values({
        id: 'g1',
        product: 'sales/payroll',
        principal: 'gita',
        purpose: 'audit',
        state: 'granted',
        requested_by: 'gita',
        requested_at: new Date(),
        until: new Date(Date.now() + 3_600_000),
      })
      .execute()
    mesh.access.grantsMoved()
    const page = await mesh.get(path, reader)
    expect(page.status).toBe(200)
    expect((await json(page)).data[0].email).not.toContain('person')
    await db
      .updateTable('access_grant')
      .set({ until: new Date(Date.now() - 1) })
      .execute()
    mesh.access.grantsMoved()
    expect((await mesh.get(path, reader)).status).toBe(403)
  })
})

describe('what changes', () => {
  test('a draft that became active is found with the next request, and a product that became restricted is closed with it', async () => {
    await using other = await serveMesh()
    const reader = await other.somebody('rosa', [{ role: 'consumer' }])
    const domainOwner = await other.somebody('olga', [{ role: 'domain-owner', domain: 'sales' }])
    const found = async () => (await json(other.get('/api/v1/search?q=next', reader))).total
    const apply = async (id: string, classification: string, version: string) => {
      const response = await other.send(
        'POST',
        '/api/v1/apply',
        domainOwner,
        bundleOf(id, { classification, rows: 0 }, version),
      )
      expect(response.status, await response.text()).toBe(200)
    }
    expect(await found()).toBe(0)
    await apply('sales/next', 'internal', '1.1.0')
    expect(await found()).toBe(1)
    const path = '/api/v1/products/sales/next/tables/next/rows?limit=1'
    expect((await other.get(path, reader)).status).toBe(200)
    await apply('sales/next', 'restricted', '2.0.0')
    expect((await other.get(path, reader)).status).toBe(403)
  })
  test('a one-time code signs in once, over HTTP', async () => {
    const admin = await mesh.somebody('adam', [{ role: 'platform-admin' }])
    await mesh.somebody('nina', [{ role: 'consumer' }])
    const { code } = await json(mesh.send('POST', '/api/v1/principals/nina/sign-in', admin))
    const signedIn = await json(mesh.send('POST', '/api/v1/sign-in', undefined, { code }))
    expect(await json(mesh.get('/api/v1/me', signedIn.token))).toMatchObject({
      id: 'nina',
      roles: [{ role: 'consumer' }],
    })
    expect((await mesh.send('POST', '/api/v1/sign-in', undefined, { code })).status).toBe(401)
  })
})

describe('the server', () => {
  test('a request that names two hosts is answered by neither', async () => {
    const socket = connect(Number(new URL(mesh.url).port), '127.0.0.1')
    socket.end('GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n')
    expect(await text(socket)).toMatch(/^HTTP\/1.1 400 /)
  })
  test('products inherit the alignment of their domain, in lists, search and facets, also when it changes', async () => {
    await using other = await serveMesh()
    const admin = await other.somebody('adam', [{ role: 'platform-admin' }])
    const found = async (alignment: string) =>
      (await json(other.get(`/api/v1/search?alignment=${alignment}`, admin))).hits
        .map((hit: { id: string }) => hit.id)
        .sort()
    expect((await json(other.get('/api/v1/products/hr/absences', admin))).alignment).toBe('source-aligned')
    expect(await found('source-aligned')).toContain('hr/absences')
    const bundle = domainsBundle('hr')
    const changed = {
      ...bundle,
      files: { 'domains.yaml': bundle.files['domains.yaml']!.replace('source-aligned', 'consumer-aligned') },
    }
    expect((await other.send('POST', '/api/v1/domains', admin, changed)).status).toBe(200)
    expect(await found('source-aligned')).not.toContain('hr/absences')
    expect(await found('consumer-aligned')).toEqual(['hr/absences'])
  })
  test('every error is a problem with code, hint, issues and the request id', async () => {
    const response = await mesh.get(`${rows}?limit=abc&meta=perhaps`, consumer, { 'x-request-id': 'my-id.1' })
    expect([response.status, response.headers.get('content-type')]).toEqual([400, 'application/problem+json'])
    const problem = await json(response)
    expect(problem).toMatchObject({
      code: 'request-invalid',
      status: 400,
      requestId: 'my-id.1',
      type: 'urn:datamesh:error:request-invalid',
    })
    expect(problem.issues.map((issue: { path: string }) => issue.path)).toEqual([
      'querystring.limit',
      'querystring.meta',
    ])
    expect(response.headers.get('x-request-id')).toBe('my-id.1')
  })
  test.each([
    ['no token', () => mesh.get('/api/v1/me'), 401, 'unauthenticated'],
    ['a wrong token', () => mesh.get('/api/v1/me', `dm_000000000000_${'A'.repeat(43)}`), 401, 'unauthenticated'],
    ['an unknown route', () => mesh.get('/api/v9/x', consumer), 404, 'not-found'],
    ['an unknown method', () => mesh.send('DELETE', '/healthz', consumer), 404, 'not-found'],
    ['a NUL in the path', () => mesh.get('/api/v1/products/%00/x', consumer), 400, 'request-invalid'],
    ['a NUL in the query', () => mesh.get('/api/v1/runs?product=%00', consumer), 400, 'request-invalid'],
    ['a NUL in the body', () => mesh.send('POST', '/api/v1/keys', consumer, { name: 'a\0b' }), 400, 'request-invalid'],
    ['half a surrogate pair in the body', () => post('{"name":"\\ud800"}', 'application/json'), 400, 'request-invalid'],
    [
      'a very long part of the path',
      () => mesh.get(`/api/v1/products/${'a'.repeat(600)}/x`, consumer),
      400,
      'request-invalid',
    ],
    [
      'a sequence beyond all numbers',
      () => mesh.get(`/api/v1/products/sales/orders/snapshots?after=${'9'.repeat(20)}`, consumer),
      400,
      'request-invalid',
    ],
    [
      'a time before all calendars',
      () => mesh.get(`${rows}?as_of=-100000-01-01T00:00:00Z`, consumer),
      400,
      'request-invalid',
    ],
    [
      'lineage of a column that is not there',
      () => mesh.get('/api/v1/products/sales/orders/lineage?level=column&column=nope', consumer),
      404,
      'not-found',
    ],
    [
      'an address that is too long',
      () => mesh.get(`${rows}?id=${'1'.repeat(20_000)}`, consumer),
      431,
      'request-invalid',
    ],
    ['formats that we have not', () => mesh.get(rows, consumer, { accept: 'text/html' }), 406, 'not-acceptable'],
    ['a body that is no JSON', () => post('{"a":', 'application/json'), 400, 'request-invalid'],
    ['a body of another type', () => post('a: 1', 'application/yaml'), 415, 'media-type'],
    [
      'a body that is too large',
      () => post(`"${'x'.repeat(1_100_000)}"`, 'application/json'),
      413,
      'request-too-large',
    ],
    [
      'a prototype in the body',
      () => post('{"name":"x","__proto__":{"a":1}}', 'application/json'),
      400,
      'request-invalid',
    ],
    ['a path that is not UTF-8', () => mesh.get('/api/v1/products/%ff/x', consumer), 400, 'request-invalid'],
  ])('%s is told as a problem', async (_, ask, status, code) => {
    const response = await ask()
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await json(response)).toMatchObject({ code, status })
  })
  const post = (body: string, type: string) =>
    fetch(`${mesh.url}/api/v1/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${consumer}`, 'content-type': type },
      body,
    })

  test('a request for another host or from another web site is refused', async () => {
    const { request } = await import('node:http')
    const status = (headers: Record<string, string>, method = 'GET') =>
      new Promise<number>((resolve, reject) => {
        const { port } = new URL(mesh.url)
        const sent = request({ port, host: '127.0.0.1', path: '/healthz', method, headers }, (response) => {
          response.resume()
          resolve(response.statusCode ?? 0)
        })
        sent.on('error', reject).end()
      })
    expect(await status({ host: 'evil.example' })).toBe(421)
    expect(await status({ host: `localhost:${new URL(mesh.url).port}` })).toBe(200)
    expect(await status({ host: '[::1]' })).toBe(200)
    expect(await status({ origin: 'https://evil.example' }, 'POST')).toBe(403)
  })
  test('tools that only know user and password sign in by Basic', async () => {
    const basic = (pair: string) => ({ authorization: `Basic ${Buffer.from(pair).toString('base64')}` })
    expect((await mesh.get('/api/v1/me', undefined, basic(`anything:${consumer}`))).status).toBe(200)
    expect((await mesh.get('/api/v1/me', undefined, basic(`${consumer}:`))).status).toBe(200)
    expect((await mesh.get('/api/v1/me', undefined, basic('admin:admin'))).status).toBe(401)
  })
  test('no answer may be sniffed, framed, kept by others or read by another web site', async () => {
    const response = await mesh.get('/api/v1/me', consumer)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'private, no-cache',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
    expect(response.headers.get('server-timing')).toMatch(/^total;dur=/)
  })
  test('neither tokens nor rows are ever logged', async () => {
    await mesh.send('POST', '/api/v1/keys', consumer, { name: 'logged' })
    expect(mesh.log.length).toBeGreaterThan(0)
    const text = JSON.stringify(mesh.log)
    expect(text).not.toContain(consumer.slice(16))
    expect(text).not.toContain('person')
  })
  test('a revoked key opens nothing with the very next request', async () => {
    const key = await json(mesh.send('POST', '/api/v1/keys', consumer, { name: 'short' }))
    expect((await mesh.get(`${rows}?limit=1`, key.token)).status).toBe(200)
    await mesh.send('DELETE', `/api/v1/keys/${key.id}`, consumer)
    expect((await mesh.get(`${rows}?limit=1`, key.token)).status).toBe(401)
  })
})

describe('events', () => {
  test('stream from where the reader was, leave out what it may not see, and end when the server closes', async () => {
    await using other = await serveMesh()
    const reader = await other.somebody('cleo', [{ role: 'consumer' }])
    const response = await other.get('/api/v1/events?after=0', reader)
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    let text = ''
    const reading = (async () => {
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) text += Buffer.from(chunk).toString()
    })()
    await expect.poll(() => text).toContain('"subject":"hr/absences"')
    expect(text).not.toContain('sales/next')
    expect(text).not.toContain('principal:admin')
    const last = [...text.matchAll(/^id: (\d+)$/gm)].at(-1)?.[1] ?? ''
    const more = await other.get('/api/v1/events', reader, { 'last-event-id': String(Number(last) - 1) })
    const first = Buffer.from(
      (await (more.body as ReadableStream<Uint8Array>).getReader().read()).value ?? [],
    ).toString()
    expect(first).toMatch(/^retry: \d+/)
    const closing = performance.now()
    await other[Symbol.asyncDispose]()
    await reading
    expect(performance.now() - closing).toBeLessThan(3000)
  })
  test('are open to one reader so many times at once, and to others all the same', async () => {
    await using other = await serveMesh({ mostStreams: 2 })
    const [reader, friend] = [
      await other.somebody('cleo', [{ role: 'consumer' }]),
      await other.somebody('dora', [{ role: 'consumer' }]),
    ]
    const gone = new AbortController()
    const open = (token: string) =>
      fetch(`${other.url}/api/v1/events`, { headers: { authorization: `Bearer ${token}` }, signal: gone.signal })
    expect([(await open(reader)).status, (await open(reader)).status]).toEqual([200, 200])
    const third = await open(reader)
    expect([third.status, third.headers.get('retry-after')]).toEqual([429, '30'])
    expect((await open(friend)).status).toBe(200)
    gone.abort()
    await expect.poll(async () => (await other.get('/api/v1/events', reader)).status).toBe(200)
  })
})

describe('openapi.json', () => {
  test('names every route of the table, resolves every reference and describes every path parameter', async () => {
    const { routes } = await import('@datamesh/core')
    const document = await json(mesh.get('/openapi.json', consumer))
    expect(document.openapi).toBe('3.1.0')
    const operations = Object.entries<
      Record<string, { operationId: string; parameters: { in: string; name: string }[] }>
    >(document.paths).flatMap(([path, methods]) => Object.values(methods).map((operation) => ({ path, ...operation })))
    expect(operations.map((each) => each.operationId).sort()).toEqual(Object.keys(routes).sort())
    for (const { path, parameters } of operations) {
      const named = parameters.filter((each) => each.in === 'path').map((each) => each.name)
      expect(named.sort(), path).toEqual([...path.matchAll(/\{(\w+)\}/g)].map((each) => each[1]).sort())
    }
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((each) => each[1] ?? '')
    for (const reference of references) {
      const found = reference.split('/').reduce((at, key) => at?.[key], document)
      expect(found, reference).toBeDefined()
    }
  })
})
