import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyProduct } from '../src/catalog/index.ts'
import { bundleOf, json, type ServedMesh, serveMesh } from './served_mesh.ts'

let mesh: ServedMesh
let consumer: string
let owner: string
let dora: string
const at = (product: string, what: string) => `/api/v1/products/${product}/${what}`

beforeAll(async () => {
  mesh = await serveMesh()
  consumer = await mesh.somebody('carla', [{ role: 'consumer' }])
  dora = await mesh.somebody('dora', [{ role: 'consumer' }])
  owner = await mesh.somebody('otto', [{ role: 'domain-owner', domain: 'sales' }])
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

describe('failing rows in the history of quality', () => {
  const samples = async (product: string, token: string) =>
    (await json(mesh.get(at(product, 'quality'), token))).checks.find(
      (check: { type: string }) => check.type === 'range',
    ).last

  test('are whole for the owner and masked for a consumer', async () => {
    expect((await samples('sales/orders', owner)).samples).toEqual([
      { id: 9, email: 'person9@example.org', amount: 13.5 },
    ])
    expect((await samples('sales/orders', consumer)).samples).toEqual([{ id: 9, email: '•••', amount: 13.5 }])
  })

  test('are not there for who may not read the product, but what failed is', async () => {
    expect(await samples('sales/payroll', consumer)).toMatchObject({
      outcome: 'warned',
      message: '1 row is out of range',
      samples: [],
    })
  })
})

test('a contract tells limits of ports with their unit', async () => {
  const contract = await json(mesh.get(at('hr/absences', 'contract'), consumer))
  expect(contract.limits).toEqual([{ port: 'rows', limit: '3 req/min for each reader' }])
  expect(contract.checks[0]).toMatchObject({ asks: 'amount is never above 10', outcome: 'warned' })
})

test('seeds of a release are rows: only who reads every column is shown them', async () => {
  const files = { 'seeds/people.csv': 'name\nAnn\n' }
  for (const [version, more] of [
    ['1.0.0', {}],
    ['1.1.0', files],
  ] as const) {
    const bundle = bundleOf('sales/staff', { classification: 'restricted', rows: 0 }, version)
    await applyProduct({ ...bundle, files: { ...bundle.files, ...more } }, { id: 'admin' }, mesh.catalog)
  }
  mesh.access.productMoved('sales/staff')
  const seed = async (token: string) => [
    (await json(mesh.get(at('sales/staff', 'compare?from=1.0.0&to=1.1.0'), token))).files.find(
      (file: { path: string }) => file.path === 'seeds/people.csv',
    ).after,
    (await json(mesh.get(at('sales/staff', 'releases/1.1.0'), token))).files['seeds/people.csv'],
  ]
  expect(await seed(owner)).toEqual(['name\nAnn\n', 'name\nAnn\n'])
  expect(await seed(consumer)).toEqual(['rows that you may not read\n', 'rows that you may not read\n'])
})

describe('consumers', () => {
  const consumers = (token: string, product = 'sales/orders') => json(mesh.get(at(product, 'consumers'), token))

  beforeAll(async () => {
    for (const [id, status] of [
      ['hr/report', 'active'],
      ['hr/plans', 'draft'],
    ] as const) {
      const bundle = bundleOf(id, { classification: 'internal', status, rows: 0 })
      const text = bundle.files['dataproduct.yaml']!.replace(
        'spec:',
        'spec:\n  input_ports:\n    - { name: orders, type: product, product: sales/orders }',
      )
      await applyProduct(
        { ...bundle, files: { ...bundle.files, 'dataproduct.yaml': text } },
        { id: 'admin' },
        mesh.catalog,
      )
      mesh.access.productMoved(id)
    }
    await mesh.get(at('sales/orders', 'tables/orders/rows?limit=10'), consumer)
    await mesh.get(at('sales/orders', 'tables/orders/rows?limit=5'), consumer)
    await mesh.get(at('sales/orders', 'tables/orders/rows?limit=1'), owner)
    await mesh.access.flush()
    for (const token of [consumer, dora])
      await mesh.send('POST', '/api/v1/access', token, { products: ['sales/payroll'], purpose: 'the yearly report' })
  })

  test('that one may not see are not told', async () => {
    const ids = async (token: string) => (await consumers(token)).products.map((product: { id: string }) => product.id)
    expect(await ids(consumer)).toEqual(['hr/report'])
    expect(await ids(await mesh.somebody('holly', [{ role: 'domain-owner', domain: 'hr' }]))).toEqual([
      'hr/plans',
      'hr/report',
    ])
  })

  test('are named for the owner, and figures only for everybody else', async () => {
    const day = new Date().toISOString().slice(0, 10)
    const seen = await consumers(owner)
    expect(seen.readers).toEqual([
      { principal: 'carla', name: 'carla', port: 'rows', reads: 2, rows: 15, lastDay: day },
      { principal: 'otto', name: 'otto', port: 'rows', reads: 1, rows: 1, lastDay: day },
    ])
    expect(seen.days.at(-1)).toEqual({ day, reads: 3, rows: 16 })
    expect((await consumers(consumer)).readers).toEqual([
      { principal: null, name: null, port: 'rows', reads: 3, rows: 16, lastDay: day },
    ])
  })

  test('see their own requests; who decides sees all of them', async () => {
    const asked = async (token: string) =>
      (await consumers(token, 'sales/payroll')).access.map((each: { principal: string }) => each.principal).toSorted()
    expect(await asked(consumer)).toEqual(['carla'])
    expect(await asked(owner)).toEqual(['carla', 'dora'])
  })
})
