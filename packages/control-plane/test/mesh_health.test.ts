import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServedMesh, serveMesh } from './served_mesh.ts'

let mesh: ServedMesh
const tokens: Record<string, string> = {}
beforeAll(async () => {
  mesh = await serveMesh()
  tokens.owner = await mesh.somebody('olga', [{ role: 'domain-owner', domain: 'sales' }])
  // registered long ago: a new product may be unknown yet
  const old = new Date(Date.now() - 40 * 86_400_000)
  await mesh.identity.store.db.updateTable('product').set({ created_at: old }).execute()
  tokens.consumer = await mesh.somebody('carl', [{ role: 'consumer' }])
})
afterAll(() => mesh[Symbol.asyncDispose]())

const health = async (who: string) => {
  const answer = await mesh.get('/api/v1/mesh-health', tokens[who])
  expect(answer.status).toBe(200)
  return (await answer.json()) as {
    looked: number
    ailments: { id: string; subjects: string[]; evidence: string[] }[]
    sound: string[]
  }
}

test('the catalogue of a real state is looked through, each finding with its figures', async () => {
  const { ailments, looked, sound } = await health('consumer')
  expect(looked).toBe(3)
  expect(sound).toContain('every dependency is declared')
  expect(ailments.find(({ id }) => id === 'without-docs')?.subjects).toContain('sales/orders')
})

test('a draft is counted for its own domain alone, and reads from outside make a product used', async () => {
  expect((await health('owner')).looked).toBe(4)
  const unused = async () =>
    (await health('consumer')).ailments.find(({ id }) => id === 'unused-products')?.subjects ?? []
  expect(await unused()).toContain('sales/orders')
  await mesh.get('/api/v1/products/sales/orders/tables/orders/rows?limit=1', tokens.owner)
  await mesh.access.flush()
  expect(await unused(), 'its owner reads it: that is no use').toContain('sales/orders')
  await mesh.get('/api/v1/products/sales/orders/tables/orders/rows?limit=1', tokens.consumer)
  await mesh.access.flush()
  expect(await unused()).not.toContain('sales/orders')
})

test('what was looked up for one is not told to another: a draft stays its own domain’s', async () => {
  const [owner, consumer, again] = [await health('owner'), await health('consumer'), await health('owner')]
  expect([owner.looked, consumer.looked, again.looked]).toEqual([4, 3, 4])
})
