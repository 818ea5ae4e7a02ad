import { type RouteName, routes } from '@datamesh/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hiddenMark, personalMark, publishSecrets, rowMark, secretFilter, secretRows } from './secret_product.ts'
import { json, type ServedMesh, serveMesh } from './served_mesh.ts'

/**
 * Every route of a running server, asked by readers of every standing about one product in which every value is marked. Whatever is answered,
 * no byte of it (body, headers, stream) has a mark that the reader may not see.
 */

let mesh: ServedMesh
let secrets: { snapshot: string; run: string }

/** Who asks, and what must be in no answer. */
const readers = {
  anonymous: [rowMark, personalMark, hiddenMark],
  roleless: [rowMark, personalMark, hiddenMark],
  stranger: [rowMark, personalMark, hiddenMark],
  'owner of another domain': [rowMark, personalMark, hiddenMark],
  governance: [rowMark, personalMark, hiddenMark],
  expired: [rowMark, personalMark, hiddenMark],
  revoked: [rowMark, personalMark, hiddenMark],
  denied: [rowMark, personalMark, hiddenMark],
  // the files, and samples of what is in them
  'granted another port': [personalMark],
  granted: [personalMark],
  masked: [personalMark, rowMark],
  filtered: [personalMark, hiddenMark, String(secretRows), String(secretRows - 10)],
  'in a filtered team': [personalMark, hiddenMark, String(secretRows), String(secretRows - 10)],
  'with a filter that cannot be read': [rowMark, personalMark, hiddenMark, String(secretRows)],
  // judges by samples, masked
  steward: [personalMark],
} as const
type Reader = keyof typeof readers
const tokens: Partial<Record<Reader, string>> = {}
const idOf = (reader: string) => reader.replaceAll(' ', '-')

const grant = (principal: string, more: object = {}) =>
  mesh.catalog.store.db
    .insertInto('access_grant')
    .values({
      id: mesh.catalog.newId('acc'),
      product: 'sales/secrets',
      principal,
      purpose: 'the matrix',
      state: 'granted',
      requested_by: principal,
      requested_at: new Date(),
      ...more,
    })
    .execute()

beforeAll(async () => {
  mesh = await serveMesh()
  secrets = await publishSecrets(mesh)
  const consumer = [{ role: 'consumer' as const }]
  const roles: Partial<Record<Reader, Parameters<ServedMesh['somebody']>[1]>> = {
    roleless: [],
    'owner of another domain': [{ role: 'domain-owner', domain: 'hr' }],
    governance: [{ role: 'governance' }],
    steward: [{ role: 'data-steward', domain: 'sales' }],
  }
  const { db } = mesh.catalog.store
  await db.insertInto('principal').values({ id: 'team', name: 'Team', kind: 'team', created_at: new Date() }).execute()
  for (const reader of Object.keys(readers) as Reader[])
    if (reader !== 'anonymous') tokens[reader] = await mesh.somebody(idOf(reader), roles[reader] ?? consumer)
  await db
    .insertInto('team_member')
    .values({ team: 'team', principal: idOf('in a filtered team') })
    .execute()
  await grant('expired', { until: new Date(Date.now() - 1000) })
  await grant('revoked', { state: 'revoked' })
  await grant('denied', { state: 'denied' })
  await grant(idOf('granted another port'), { ports: ['files'] })
  await grant('granted')
  await grant('masked', { masks: JSON.stringify([{ column: 'NOTE', how: 'hash' }]) })
  await grant('filtered', { row_filter: secretFilter })
  await grant('team', { row_filter: secretFilter })
  await grant(idOf('with a filter that cannot be read'), { row_filter: 'id <= 5; drop' })
  for (const reader of Object.keys(tokens))
    tokens[reader as Reader] = await mesh.somebody(idOf(reader), roles[reader as Reader] ?? consumer)
}, 60_000)
afterAll(() => mesh?.[Symbol.asyncDispose]())

/** What is sent, where an empty body says nothing. */
const bodies: Partial<Record<RouteName, readonly unknown[]>> = {
  runQuery: [
    'select count(*), min(note), max(email), min(phone), list(columns(*)) from sales.secrets',
    'select cast(note as int) from sales.secrets where id > 5',
  ].map((sql) => ({ sql })),
  requestAccess: [{ products: ['sales/secrets'], ports: ['none'], purpose: 'to look' }],
  detokenise: [{ tokens: ['tok_x'], purpose: 'to look' }],
  planProduct: [{ manifest: 'a', files: {} }],
}
const skipped = new Set<RouteName>(['closeSession', 'openSession', 'signIn', 'revokeKey', 'endSessions'])
const queries: Partial<Record<RouteName, readonly string[]>> = {
  readRows: [
    '',
    '?limit=20',
    '?order=note',
    '?order=-id&limit=2',
    '?note=gt:Q',
    '?email=like:Q%25',
    '?id=gt:5',
    '?meta=true',
    '?select=note',
  ],
  search: ['?q=secrets', `?q=${rowMark}`, ''],
  suggest: ['?q=secr'],
  explainAccess: [
    '?product=sales/secrets',
    '?product=sales/secrets&table=secrets',
    '?product=sales/secrets&principal=filtered',
  ],
  compareReleases: ['?from=1.0.0&to=1.0.0'],
  accessDrift: ['', '?now=true'],
  listAccess: ['', '?box=inbox'],
  recentEvents: ['', '?subject=sales/secrets'],
  getVerdicts: [''],
}
const accepts: Partial<Record<RouteName, readonly string[]>> = {
  readRows: [
    'application/json',
    'application/x-ndjson',
    'text/csv',
    'application/vnd.apache.parquet',
    'application/vnd.apache.arrow.stream',
  ],
}

type Answered = { status: number; bytes: Buffer }

const ask = async (path: string, token: string | undefined, init: RequestInit = {}): Promise<Answered> => {
  const gone = new AbortController()
  const headers = { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...(init.headers as object) }
  const response = await fetch(mesh.url + path, { ...init, headers, signal: gone.signal })
  const parts: Buffer[] = [Buffer.from(JSON.stringify([...response.headers]))]
  const stream = response.headers.get('content-type')?.startsWith('text/event-stream')
  const timer = stream ? setTimeout(() => gone.abort(), 250) : undefined
  try {
    for await (const part of response.body ?? []) parts.push(Buffer.from(part))
  } catch {
    // a stream has no end: what came is looked at
  }
  clearTimeout(timer)
  return { status: response.status, bytes: Buffer.concat(parts) }
}

const pathOf = (name: RouteName): string => {
  const params: Record<string, string> = {
    domain: 'sales',
    product: 'secrets',
    table: 'secrets',
    version: '1.0.0',
    snapshot: secrets.snapshot,
    name: `${secrets.snapshot}-0.parquet`,
    id: name === 'getSnapshot' ? secrets.snapshot : secrets.run,
  }
  return routes[name].path.replaceAll(/:(\w+)/g, (_, key: string) => params[key] ?? 'none')
}

const mayRead = (reader: Reader): boolean => !(readers[reader] as readonly string[]).includes(rowMark)

type Told = Answered & { where: string }
/** Something to ask; what is answered may lead further. */
type Asking = () => Promise<Told | readonly Told[]>

const withBody = (method: string, body: unknown): RequestInit => ({
  method: method.toUpperCase(),
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
})

/** Every answer that a reader can get, each with where it came from. */
function* askingsOf(reader: Reader): Generator<Asking> {
  const token = tokens[reader]
  for (const name of Object.keys(routes) as RouteName[]) {
    if (skipped.has(name)) continue
    const { method } = routes[name]
    const path = pathOf(name)
    if (method === 'get') {
      // other formats are other ways to write the same page
      for (const query of [...(queries[name] ?? ['']), ...(name === 'events' ? ['?after=0'] : [])])
        for (const accept of (query === '?limit=20' ? accepts[name] : undefined) ?? ['*/*'])
          yield async () => ({
            where: `${name}${query} ${accept}`,
            ...(await ask(path + query, token, { headers: { accept } })),
          })
      continue
    }
    // who is refused the table is refused it by every text
    for (const body of (bodies[name] ?? [{}]).slice(0, mayRead(reader) ? undefined : 1))
      yield async () => {
        const answered = await ask(path, token, withBody(method, body))
        const told = { where: `${name} ${JSON.stringify(body)}`, ...answered }
        return name === 'runQuery' && answered.status === 202 ? [told, ...(await resultsOf(answered, token))] : told
      }
  }
  yield async () => {
    const files = await ask('/api/v1/products/sales/secrets/files', token)
    const found: Told[] = []
    for (const [, url] of files.bytes.toString().matchAll(/"url":"([^"]+)"/g))
      found.push({ where: `file ${url}`, ...(await ask(url as string, token)) })
    return found
  }
}

const resultsOf = async (run: Answered, token: string | undefined): Promise<Told[]> => {
  const id = /"id":"([^"]+)"/.exec(run.bytes.toString())?.[1]
  const path = `/api/v1/sql/queries/${id}`
  const told: Told[] = []
  for (const part of ['?wait=10000', '/rows', '/export?format=csv', '/export?format=parquet'])
    told.push({ where: `query ${part}`, ...(await ask(path + part, token)) })
  return told
}

const atOnce = 12

const answersFor = async (reader: Reader): Promise<Told[]> => {
  const askings = askingsOf(reader)
  const told: Told[] = []
  const hand = async () => {
    for (const asking of askings) told.push(...[await asking()].flat())
  }
  await Promise.all(Array.from({ length: atOnce }, hand))
  return told
}

/** Texts of the request itself come back in some answers: those are no leak. */
const own = (where: string, mark: string): boolean => where.includes(mark)

describe('no byte of any answer tells', () => {
  test.each(Object.keys(readers) as Reader[])(
    '%s what they may not see',
    async (reader) => {
      const told = await answersFor(reader)
      const leaks = told.flatMap(({ where, bytes }) =>
        readers[reader].flatMap((mark) => (bytes.includes(mark) && !own(where, mark) ? [`${where}: ${mark}`] : [])),
      )
      expect(leaks).toEqual([])
      expect(told.length).toBeGreaterThan(80)
    },
    60_000,
  )

  test('and the marks are there for who may see them', async () => {
    const owner = await mesh.somebody('olga', [{ role: 'domain-owner', domain: 'sales' }])
    const all = await ask('/api/v1/products/sales/secrets/tables/secrets/rows?limit=10', owner)
    for (const mark of [rowMark, personalMark, hiddenMark]) expect(all.bytes.includes(mark)).toBe(true)
    const granted = await ask('/api/v1/products/sales/secrets/tables/secrets/rows?limit=10', tokens.granted)
    expect(granted.bytes.includes(rowMark) && granted.bytes.includes(hiddenMark)).toBe(true)
    const some = await json(mesh.get('/api/v1/products/sales/secrets/tables/secrets/rows?limit=100', tokens.filtered))
    expect(some.data).toHaveLength(5)
    expect(some.next).toBeNull()
    expect(some.data[0]).toMatchObject({
      id: '1',
      email: '•••',
      phone: expect.stringMatching(/^tok_/),
      note: `${rowMark}1`,
    })
    const closed = await json(
      mesh.get('/api/v1/products/sales/secrets/tables/secrets/rows', tokens['with a filter that cannot be read']),
    )
    expect(closed.data).toEqual([])
  })

  test('and a grant for one port opens no other, nor the workbench', async () => {
    const token = tokens['granted another port']
    expect((await ask('/api/v1/products/sales/secrets/tables/secrets/rows', token)).status).toBe(403)
    expect((await ask('/api/v1/products/sales/secrets/files', token)).status).toBe(200)
    const asked = await json(mesh.send('POST', '/api/v1/sql/queries', token, { sql: 'select note from sales.secrets' }))
    const ended = await json(mesh.get(`/api/v1/sql/queries/${asked.id}?wait=10000`, token))
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'denied' } })
  })

  test('and every surface gives one reader the same masked values', async () => {
    const rows = await json(mesh.get('/api/v1/products/sales/secrets/tables/secrets/rows?limit=3', tokens.masked))
    const asked = await json(
      mesh.send('POST', '/api/v1/sql/queries', tokens.masked, {
        sql: 'select phone, note from sales.secrets order by id limit 3',
      }),
    )
    await mesh.get(`/api/v1/sql/queries/${asked.id}?wait=10000`, tokens.masked)
    const result = await json(mesh.get(`/api/v1/sql/queries/${asked.id}/rows`, tokens.masked))
    expect(result.columns).toEqual([
      rows.data.map((row: { phone: string }) => row.phone),
      rows.data.map((row: { note: string }) => row.note),
    ])
    const csv = await (
      await mesh.get('/api/v1/products/sales/secrets/tables/secrets/rows?limit=3&select=phone,note', tokens.masked, {
        accept: 'text/csv',
      })
    ).text()
    expect(csv.split('\n')[1]).toBe(`${rows.data[0].phone},${rows.data[0].note}`)
  })
})
