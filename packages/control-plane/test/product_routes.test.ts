import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { json, type ServedMesh, serveMesh } from './served_mesh.ts'

let mesh: ServedMesh
let consumer: string
let owner: string
const at = (product: string, what: string) => `/api/v1/products/${product}/${what}`

beforeAll(async () => {
  mesh = await serveMesh()
  consumer = await mesh.somebody('carla', [{ role: 'consumer' }])
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
