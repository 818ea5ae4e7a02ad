import { afterAll, beforeAll, expect, test } from 'vitest'
import { putPrincipal } from '../src/identity/index.ts'
import { json, type ServedMesh, serveMesh } from './served_mesh.ts'

let mesh: ServedMesh
let cleo: string
let owner: string
beforeAll(async () => {
  mesh = await serveMesh()
  cleo = await mesh.somebody('cleo', [{ role: 'consumer' }])
  owner = await mesh.somebody('owner', [{ role: 'domain-owner', domain: 'sales' }])
  const machine = { name: 'Nightly report', kind: 'machine' as const, roles: [{ role: 'consumer' as const }] }
  await putPrincipal({ id: 'nightly', ...machine, members: ['cleo'] }, 'admin', mesh.identity)
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

const preview = (query: string, token: string) => json(mesh.get(`/api/v1/access/preview?${query}`, token))

test('says before a request who has to approve it, and the request then waits for just those', async () => {
  const before = await preview('products=sales/payroll,sales/orders,sales/next,sales/none', cleo)
  expect(before.products).toMatchObject([
    { product: 'sales/payroll', state: 'ask', approvers: ['owner'] },
    { product: 'sales/orders', state: 'readable', masks: [{ column: 'email', how: 'redact' }] },
  ])
  // a draft of others is not there, as if there were none
  expect(before.missing).toEqual(['sales/next', 'sales/none'])
  const body = { products: ['sales/payroll'], purpose: 'to compare' }
  const { access } = await json(mesh.send('POST', '/api/v1/access', cleo, body))
  expect(access[0].approvals.map(({ by }: { by: string }) => by)).toEqual(before.products[0].approvers)
})

test('lists for whom one can ask, and nobody else can be named', async () => {
  const { holders } = await preview('products=', cleo)
  expect(holders).toEqual([
    { id: 'cleo', name: 'cleo', kind: 'person' },
    { id: 'nightly', name: 'Nightly report', kind: 'machine' },
  ])
  expect((await preview('products=', owner)).holders).toHaveLength(1)
  expect((await mesh.get('/api/v1/access/preview?products=sales/payroll&onBehalfOf=nightly', owner)).status).toBe(404)
})

test('tries conditions without deciding, and only for who decides', async () => {
  const { access } = await json(mesh.get('/api/v1/access?box=inbox', owner))
  const path = `/api/v1/access/${access[0].id}/conditions`
  expect(await json(mesh.send('POST', path, owner, { rowFilter: 'nothing = 1' }))).toMatchObject({
    mistake: expect.stringContaining('no column nothing'),
    rowFilter: null,
  })
  expect((await json(mesh.send('POST', path, owner, { rowFilter: 'id = 1 or' }))).mistake).not.toBeNull()
  expect(await json(mesh.send('POST', path, owner, { rowFilter: 'id > 3' }))).toMatchObject({ mistake: null })
  expect((await mesh.send('POST', path, cleo, { rowFilter: 'id > 3' })).status).toBe(404)
  const [still] = (await json(mesh.get('/api/v1/access?box=inbox', owner))).access
  expect(still).toMatchObject({ id: access[0].id, state: 'requested', rowFilter: null })
})
