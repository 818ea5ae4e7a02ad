import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, type ServedMesh, serveMesh } from './served_mesh.ts'

let mesh: ServedMesh
let owner: string
let other: string
let admin: string
const rows = '/api/v1/products/sales/payroll/tables/payroll/rows'
const someday = () => new Date(Date.now() + 30 * 86_400_000).toISOString()

beforeAll(async () => {
  mesh = await serveMesh()
  owner = await mesh.somebody('olga', [{ role: 'domain-owner', domain: 'sales' }])
  other = await mesh.somebody('hugo', [{ role: 'domain-owner', domain: 'hr' }])
  admin = await mesh.somebody('adam', [{ role: 'platform-admin' }])
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

const consumer = (id: string) => mesh.somebody(id, [{ role: 'consumer' }])
const post = async (path: string, token: string, body: unknown) => {
  const response = await mesh.send('POST', `/api/v1/access${path}`, token, body)
  return { status: response.status, ...(await json(response)) }
}
const ask = (token: string, more: object = {}) =>
  post('', token, { products: ['sales/payroll'], purpose: 'cost of a flight', ...more })
const decide = (token: string, id: string, decision: string, more: object = {}) =>
  post(`/${id}/decision`, token, { decision, ...more })
const list = async (token: string, query = '') => (await json(mesh.get(`/api/v1/access?${query}`, token))).access
const standing = async (token: string) => (await json(mesh.get('/api/v1/products/sales/payroll', token))).access
const told = (id: string) =>
  mesh.catalog.store.db
    .selectFrom('event')
    .select(['type', 'actor', 'data'])
    .where('data', '@>', JSON.stringify({ request: id }) as never)
    .orderBy('seq')
    .execute()

describe('a request', () => {
  test('opens the data once it is approved, and closes it once it is revoked', async () => {
    const cleo = await consumer('cleo')
    expect((await mesh.get(rows, cleo)).status).toBe(403)
    expect(await standing(cleo)).toMatchObject({ how: 'request', canRead: false })

    const [asked] = (await ask(cleo)).access
    expect(asked).toMatchObject({
      product: 'sales/payroll',
      productTitle: 'Payroll',
      state: 'requested',
      principal: 'cleo',
      may: ['withdraw'],
    })
    expect(await standing(cleo)).toMatchObject({ how: 'requested', canRead: false })
    expect((await mesh.get(rows, cleo)).status).toBe(403)

    expect(await list(owner, 'box=inbox')).toMatchObject([{ id: asked.id, may: ['approve', 'deny'] }])
    expect(await decide(owner, asked.id, 'approve')).toMatchObject({ state: 'granted', decidedBy: 'olga' })
    const page = await json(mesh.get(`${rows}?limit=2`, cleo))
    expect(page.data).toHaveLength(2)
    expect(page.data[0].email).not.toContain('@example.org')
    expect(await standing(cleo)).toMatchObject({ how: 'granted', canRead: true, maskedColumns: ['email'] })
    expect(await list(owner, 'box=inbox')).toEqual([])
    expect(await list(owner, 'box=inbox&state=granted')).toMatchObject([{ id: asked.id, may: ['revoke'] }])

    expect(await decide(owner, asked.id, 'revoke', { reason: 'the project is over' })).toMatchObject({
      state: 'revoked',
      reason: 'the project is over',
    })
    expect((await mesh.get(rows, cleo)).status).toBe(403)
    expect((await told(asked.id)).map((event) => [event.type, event.actor])).toEqual([
      ['access.requested', 'cleo'],
      ['access.granted', 'olga'],
      ['access.revoked', 'olga'],
    ])
  })

  test('asked twice is asked once, also at the same moment', async () => {
    const dora = await consumer('dora')
    const [first, ...more] = await Promise.all([ask(dora), ask(dora), ask(dora)])
    expect(new Set([first, ...more].map((each) => each.access[0].id)).size).toBe(1)
    expect(await told(first.access[0].id)).toHaveLength(1)
    await decide(admin, first.access[0].id, 'approve')
    expect((await ask(dora)).access).toMatchObject([{ id: first.access[0].id, state: 'granted' }])
    expect(await list(dora)).toHaveLength(1)
  })

  test('can be withdrawn by who asked, and by nobody else', async () => {
    const eve = await consumer('eve')
    const [asked] = (await ask(eve)).access
    expect((await decide(owner, asked.id, 'withdraw')).status).toBe(403)
    expect(await decide(eve, asked.id, 'withdraw')).toMatchObject({ state: 'withdrawn', may: [] })
    expect(await decide(owner, asked.id, 'approve')).toMatchObject({ status: 409, code: 'access-decided' })
    const [again] = (await ask(eve)).access
    expect(again.id).not.toBe(asked.id)
  })

  test('is denied with a reason, which the other one hears', async () => {
    const fred = await consumer('fred')
    const [asked] = (await ask(fred)).access
    expect((await decide(owner, asked.id, 'deny')).status).toBe(400)
    expect(await decide(owner, asked.id, 'deny', { reason: 'no legal basis' })).toMatchObject({ state: 'denied' })
    expect(await list(fred, 'state=denied')).toMatchObject([{ id: asked.id, reason: 'no legal basis', may: [] }])
  })

  test('one cannot decide about it oneself, nor can the owner of another domain', async () => {
    const gina = await consumer('gina')
    const [asked] = (await ask(gina)).access
    expect((await decide(gina, asked.id, 'approve')).status).toBe(403)
    expect((await decide(other, asked.id, 'approve')).status).toBe(404)
    expect(await list(other, 'box=inbox')).toEqual([])
    expect((await decide(gina, 'acc_nothing', 'approve')).status).toBe(404)
    expect((await list(admin, 'box=inbox')).map((each: { id: string }) => each.id)).toContain(asked.id)
  })

  test('of two decisions at once one holds', async () => {
    const hal = await consumer('hal')
    const [asked] = (await ask(hal)).access
    const both = await Promise.all([
      decide(owner, asked.id, 'approve'),
      decide(admin, asked.id, 'deny', { reason: 'no' }),
    ])
    expect(both.map((each) => each.status).sort()).toEqual([200, 409])
    expect(await told(asked.id)).toHaveLength(2)
  })
})

describe('the end of a grant', () => {
  test('is what the owner says, and after it nothing is read', async () => {
    const iris = await consumer('iris')
    const [asked] = (await ask(iris, { until: someday() })).access
    const soon = new Date(Date.now() + 1_500)
    expect(await decide(owner, asked.id, 'approve', { until: soon.toISOString() })).toMatchObject({
      until: soon.toISOString(),
    })
    expect((await mesh.get(rows, iris)).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, soon.getTime() - Date.now() + 20))
    expect((await mesh.get(rows, iris)).status).toBe(403)
    expect(await standing(iris)).toMatchObject({ how: 'request' })
    expect(await list(iris, 'state=expired')).toMatchObject([{ id: asked.id, state: 'expired', may: [] }])
    expect((await ask(iris)).access[0].state).toBe('requested')
  })

  test('a date means to the end of that day', async () => {
    const jan = await consumer('jan')
    const [asked] = (await ask(jan, { until: '2999-12-31' })).access
    expect(asked.until).toBe('3000-01-01T00:00:00.000Z')
  })
})

describe('what cannot be asked for', () => {
  test.each([
    ['a product that is not there', { products: ['sales/nothing'] }, 404],
    ['a draft of others', { products: ['sales/next'] }, 404],
    ['a port that it does not have', { ports: ['kafka'] }, 400],
    ['an end that is past', { until: '2020-01-01' }, 400],
    ['an end that is no time', { until: 'tomorrow' }, 400],
    ['what everybody may read', { products: ['hr/absences'] }, 409],
    ['no purpose', { purpose: '' }, 400],
  ])('%s', async (_, more, status) => {
    const kim = await consumer('kim')
    expect((await ask(kim, more)).status).toBe(status)
    // all of it or none
    expect((await ask(kim, { products: ['sales/payroll'], ...more })).status).toBe(status)
    expect(await list(kim)).toEqual([])
  })

  test('a grant for one port opens no other', async () => {
    const lea = await consumer('lea')
    const [asked] = (await ask(lea, { ports: ['files'] })).access
    await decide(owner, asked.id, 'approve')
    expect((await mesh.get(rows, lea)).status).toBe(403)
    const [more] = (await ask(lea, { ports: ['rows'] })).access
    await decide(owner, more.id, 'approve')
    expect((await mesh.get(rows, lea)).status).toBe(200)
  })
})

test('search tells how one stands with each hit, and counts it', async () => {
  const mia = await consumer('mia')
  const search = async (query = '') => json(mesh.get(`/api/v1/search?${query}`, mia))
  expect((await search()).facets.access).toEqual([
    { value: 'readable', count: 2 },
    { value: 'request', count: 1 },
  ])
  const [asked] = (await ask(mia)).access
  expect((await search('access=requested')).hits).toMatchObject([{ id: 'sales/payroll', access: { how: 'requested' } }])
  await decide(owner, asked.id, 'approve')
  const all = await search('access=readable')
  expect(all.total).toBe(3)
  expect(all.hits.find((hit: { id: string }) => hit.id === 'sales/payroll').access.how).toBe('granted')
})

test('a team reads by the grant of the team, and sees the request of it', async () => {
  const { db } = mesh.catalog.store
  const at = new Date()
  await db.insertInto('principal').values({ id: 'finance', name: 'Finance', kind: 'team', created_at: at }).execute()
  await consumer('nina')
  await db.insertInto('team_member').values({ team: 'finance', principal: 'nina' }).execute()
  await db
    .insertInto('access_grant')
    .values({
      id: 'acc_team',
      product: 'sales/payroll',
      principal: 'finance',
      purpose: 'closing the books',
      state: 'requested',
      requested_by: 'olga',
      requested_at: at,
    })
    .execute()
  const nina = await consumer('nina')
  expect(await list(nina)).toMatchObject([{ id: 'acc_team', principalName: 'Finance', may: ['withdraw'] }])
  await decide(admin, 'acc_team', 'approve')
  expect((await mesh.get(rows, nina)).status).toBe(200)
})
