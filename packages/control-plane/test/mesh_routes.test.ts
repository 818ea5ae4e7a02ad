import { routes } from '@datamesh/core'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyDomains, applyProduct } from '../src/catalog/index.ts'
import { appendEvent, type NewEvent } from '../src/store/index.ts'
import { bundleOf, json, type ServedMesh, serveMesh } from './served_mesh.ts'

let mesh: ServedMesh
let consumer: string
let owner: string
let admin: string
const by = { id: 'admin' }

beforeAll(async () => {
  mesh = await serveMesh()
  consumer = await mesh.somebody('cleo', [{ role: 'consumer' }])
  owner = await mesh.somebody('olga', [{ role: 'domain-owner', domain: 'sales' }])
  admin = await mesh.somebody('root', [{ role: 'platform-admin' }])
  await applyDomains(
    {
      manifest: 'domain.yaml',
      files: {
        'domain.yaml': `apiVersion: datamesh/v1
kind: Domain
metadata:
  name: finance
  description: Money
spec:
  team: finance-team
  alignment: consumer-aligned
  kind: core
  roles:
    product_owner: Rosa Delgado
    technical_lead: Jonas Lind
    data_steward: Rosa Delgado
`,
      },
    },
    by,
    mesh.catalog,
  )
  const reader = bundleOf('finance/revenue', { classification: 'internal', rows: 0 })
  const text = reader.files['dataproduct.yaml'] ?? ''
  reader.files['dataproduct.yaml'] = text
    .replace(
      'spec:\n',
      `spec:
  input_ports:
    - { name: orders, type: product, product: sales/orders }
    - { name: next, type: product, product: sales/next }
`,
    )
    .replace('      - { name: amount, ', '      - { name: revenue_total, type: double }\n      - { name: amount, ')
  await applyProduct(reader, by, mesh.catalog)
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

describe('the whole mesh', () => {
  test('tells every domain, product and flow, as the route table says', async () => {
    const answer = await mesh.get('/api/v1/mesh', owner)
    const view = routes.getMesh.reply.parse(await json(answer))
    expect(view.domains.map((each) => [each.name, each.title, each.team, each.parent])).toEqual([
      ['finance', 'Finance', 'finance-team', null],
      ['hr', 'Hr', 'hr-team', null],
      ['sales', 'Sales', 'sales-team', null],
    ])
    expect(view.products.map(({ id, status, rows, health }) => [id, status, rows, health])).toEqual([
      ['finance/revenue', 'active', null, 'empty'],
      ['hr/absences', 'active', 10, 'ok'],
      ['sales/next', 'draft', 10, 'ok'],
      ['sales/orders', 'active', 250, 'ok'],
      ['sales/payroll', 'active', 10, 'ok'],
    ])
    const { products } = await json(mesh.get('/api/v1/products', owner))
    for (const product of view.products) {
      const card = products.find((each: { id: string }) => each.id === product.id)
      const { health, ...same } = product
      expect(card).toMatchObject(same)
      expect(card.trust.health).toBe(health)
    }
    expect(view.flows).toEqual([
      { from: 'sales/next', to: 'finance/revenue' },
      { from: 'sales/orders', to: 'finance/revenue' },
    ])
  })
  test('but nothing of a draft of others, nor what flows from it', async () => {
    const view = await json(mesh.get('/api/v1/mesh', consumer))
    expect(view.products.map((each: { id: string }) => each.id)).not.toContain('sales/next')
    expect(view.flows).toEqual([{ from: 'sales/orders', to: 'finance/revenue' }])
  })
  test('is sent once: 304 until something moves, and another one for whoever sees more', async () => {
    const etag = (await mesh.get('/api/v1/mesh', consumer)).headers.get('etag') ?? ''
    const asked = { 'if-none-match': etag }
    expect((await mesh.get('/api/v1/mesh', consumer, asked)).status).toBe(304)
    expect((await mesh.get('/api/v1/mesh', owner, asked)).status).toBe(200)
    const released = bundleOf('hr/absences', { classification: 'public', rows: 0, status: 'deprecated' }, '1.1.0')
    await applyProduct(released, by, mesh.catalog)
    const moved = await mesh.get('/api/v1/mesh', consumer, asked)
    expect(moved.status).toBe(200)
    const { products } = await json(moved)
    expect(products.find((each: { id: string }) => each.id === 'hr/absences').status).toBe('deprecated')
  })
})

describe('suggestions', () => {
  const ask = async (q: string, token = consumer, limit = 6) =>
    routes.suggest.reply.parse(await json(mesh.get(`/api/v1/suggest?q=${encodeURIComponent(q)}&limit=${limit}`, token)))

  test.each([
    ['ord', 'sales/orders'],
    ['ORDERS', 'sales/orders'],
    ['pay', 'sales/payroll'],
    ['sales ord', 'sales/orders'],
    ['ordres', 'sales/orders'],
  ])('"%s" may mean the product %s', async (q, id) => {
    expect((await ask(q)).products[0]?.id).toBe(id)
  })
  test.each([
    ['amou', ['amount', 'amount', 'amount', 'amount']],
    ['revenue_t', ['revenue_total']],
    ['total', ['revenue_total']],
    ['revenue total', ['revenue_total']],
    ['nothing-like-this', []],
  ])('"%s" may mean the columns %o', async (q, columns) => {
    expect((await ask(q)).columns.map((each) => each.column)).toEqual(columns)
  })
  test('a column is told with its product, table and type, published or only declared', async () => {
    expect((await ask('orders amount')).columns).toEqual([
      { product: 'sales/orders', table: 'orders', column: 'amount', type: 'DOUBLE' },
    ])
    expect((await ask('revenue_total')).columns).toMatchObject([
      { product: 'finance/revenue', column: 'revenue_total' },
    ])
  })
  test('people are those whom the mesh names, with all they do', async () => {
    expect((await ask('ros')).people).toEqual([
      {
        id: 'Rosa Delgado',
        name: 'Rosa Delgado',
        role: 'product owner of finance, data steward of finance',
        domain: 'finance',
      },
    ])
    expect((await ask('lind')).people.map((each) => each.role)).toEqual(['technical lead of finance'])
    expect((await ask('finance-team')).people).toEqual([
      { id: 'finance-team', name: 'finance-team', role: 'team', domain: 'finance' },
    ])
  })
  test('who can sign in is found by whoever manages that, and by nobody else', async () => {
    expect((await ask('olg')).people).toEqual([])
    expect((await ask('olg', admin)).people).toEqual([
      { id: 'olga', name: 'olga', role: 'domain-owner of sales', domain: null },
    ])
  })
  test('drafts of others are in none of them', async () => {
    const hidden = await ask('next')
    expect([hidden.products, hidden.columns]).toEqual([[], []])
    expect((await ask('next', owner)).products.map((each) => each.id)).toContain('sales/next')
    expect((await ask('email', consumer, 20)).columns.map((each) => each.product)).not.toContain('sales/next')
    expect((await ask('email', owner, 20)).columns.map((each) => each.product)).toContain('sales/next')
  })
  test('at most as many as asked for, and products before anything is typed', async () => {
    const { products, columns } = await ask('e', consumer, 2)
    expect([products.length, columns.length]).toEqual([2, 2])
    const empty = await ask('')
    expect([empty.products.length > 0, empty.columns, empty.people]).toEqual([true, [], []])
  })
})

describe('following', () => {
  const path = '/api/v1/products/sales/orders'
  test('is one’s own, and shows on the product', async () => {
    expect((await json(mesh.get(path, consumer))).followed).toBe(false)
    for (let i = 0; i < 2; i++) expect((await mesh.send('PUT', `${path}/follow`, consumer)).status).toBe(200)
    expect((await json(mesh.get(path, consumer))).followed).toBe(true)
    expect((await json(mesh.get(path, owner))).followed).toBe(false)
    for (let i = 0; i < 2; i++) expect((await mesh.send('DELETE', `${path}/follow`, consumer)).status).toBe(200)
    expect((await json(mesh.get(path, consumer))).followed).toBe(false)
  })
  test('what one may not find cannot be followed', async () => {
    expect((await mesh.send('PUT', '/api/v1/products/sales/next/follow', consumer)).status).toBe(404)
    expect((await mesh.send('PUT', '/api/v1/products/sales/no/follow', consumer)).status).toBe(404)
  })
})

describe('recent events', () => {
  const recent = async (token: string, question = '') =>
    routes.recentEvents.reply.parse(await json(mesh.get(`/api/v1/events/recent?${question}`, token)))
  const happens = (...events: (Pick<NewEvent, 'type' | 'subject'> & Partial<NewEvent>)[]) =>
    mesh.catalog.store.db.transaction().execute(async (tx) => {
      for (const event of events) await appendEvent(tx, { actor: 'system', data: {}, at: new Date(), ...event })
    })

  test('come newest first, page by page, each once', async () => {
    const seen: number[] = []
    let before: number | null = null
    do {
      const page = await recent(admin, `limit=4${before === null ? '' : `&before=${before}`}`)
      seen.push(...page.events.map((event) => event.seq))
      before = page.next
    } while (before !== null)
    const all = await mesh.catalog.store.db.selectFrom('event').select('seq').orderBy('seq', 'desc').execute()
    expect(seen).toEqual(all.map((event) => event.seq))
  })
  test('are only about what one may see', async () => {
    await happens(
      { type: 'run.succeeded', subject: 'sales/next' },
      { type: 'run.succeeded', subject: 'sales/orders' },
      { type: 'data.refused', subject: 'sales/payroll', actor: 'uma' },
      { type: 'access.granted', subject: 'sales/payroll', actor: 'olga', data: { principal: 'cleo' } },
      { type: 'key.created', subject: 'principal:olga', actor: 'olga' },
    )
    const about = async (token: string) =>
      (await recent(token, 'limit=5')).events.map((each) => [each.type, each.subject])
    expect((await about(consumer)).slice(0, 2)).toEqual([
      ['access.granted', 'sales/payroll'],
      ['run.succeeded', 'sales/orders'],
    ])
    expect((await about(consumer)).flat()).not.toContain('sales/next')
    expect(await about(owner)).toEqual([
      ['key.created', 'principal:olga'],
      ['access.granted', 'sales/payroll'],
      ['data.refused', 'sales/payroll'],
      ['run.succeeded', 'sales/orders'],
      ['run.succeeded', 'sales/next'],
    ])
  })
  test('can be those of a type, of its beginning, or of subjects', async () => {
    const types = async (question: string) => new Set((await recent(admin, question)).events.map((each) => each.type))
    expect(await types('type=run')).toEqual(new Set(['run.succeeded']))
    expect(await types('type=run.succeeded')).toEqual(new Set(['run.succeeded']))
    expect(await types('type=%25')).toEqual(new Set())
    const { events } = await recent(admin, 'subject=sales/orders,hr/absences')
    expect(new Set(events.map((each) => each.subject))).toEqual(new Set(['sales/orders', 'hr/absences']))
  })
  test('can be those of products that one follows or looks after', async () => {
    expect((await recent(consumer, 'followed=true')).events).toEqual([])
    await mesh.send('PUT', '/api/v1/products/hr/absences/follow', consumer)
    const subjects = async (token: string, more = '') =>
      [...new Set((await recent(token, `followed=true${more}`)).events.map((each) => each.subject))].sort()
    expect(await subjects(consumer)).toEqual(['hr/absences'])
    expect(await subjects(consumer, '&subject=sales/orders')).toEqual([])
    expect(await subjects(owner)).toEqual(['sales', 'sales/next', 'sales/orders', 'sales/payroll'])
    expect(await subjects(admin)).toContain('finance')
  })
  test('of a long log take no scan of it, and what one may not hear ends no page early', async () => {
    const { db } = mesh.catalog.store
    await sql`
      insert into event (at, type, subject, actor, data)
      select now(), 'run.succeeded', case when i % 1000 = 0 then 'sales/orders' else 'sales/next' end, 'system', '{}'
      from generate_series(1, 20000) i`.execute(db)
    const first = await recent(consumer, 'limit=3')
    expect(first.events.map((each) => each.subject)).toEqual(['sales/orders', 'sales/orders', 'sales/orders'])
    // two thirds of the way nobody of hers is mentioned: the answer says where to go on instead of reading for ever
    const long = await recent(consumer, 'limit=10')
    expect(long.events.length).toBeLessThan(10)
    const rest = await recent(consumer, `limit=10&before=${long.next}`)
    expect(rest.events.length).toBeGreaterThan(0)
    expect(rest.events[0]?.seq).toBeLessThan(long.events.at(-1)?.seq ?? 0)
    const plan = await sql<{ 'QUERY PLAN': string }>`
      explain select * from event where subject = any(${['hr/absences', 'hr']}) order by seq desc limit 500`.execute(db)
    expect(JSON.stringify(plan.rows)).toContain('event_by_subject')
  })
})
