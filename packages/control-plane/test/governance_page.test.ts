import { afterAll, beforeAll, expect, test } from 'vitest'
import { json, type ServedMesh, serveMesh } from './served_mesh.ts'

let mesh: ServedMesh
let governance: string
let consumer: string

beforeAll(async () => {
  mesh = await serveMesh()
  governance = await mesh.somebody('gina', [{ role: 'governance' }])
  consumer = await mesh.somebody('carl', [{ role: 'consumer' }])
  await apply('told', 'inform', 'warn')
  await apply('warned', 'warn', 'warn')
  await apply('tried', 'block', 'shadow')
  await mesh.governance.look()
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

/** A policy that every product breaks. */
const apply = (name: string, severity: string, mode: string) =>
  mesh.send('PUT', '/api/v1/policies', governance, {
    files: {
      [`${name}.yaml`]: `apiVersion: datamesh/v1
kind: Policy
metadata: { name: ${name}, owner: data-governance }
spec: { when: [schedule], severity: ${severity}, mode: ${mode}, rego: ${name}.rego }
`,
      [`${name}.rego`]: `package mesh.${name}\ndeny contains {"msg": "broken", "path": ""} if input.kind\n`,
    },
  })

type Cell = { policy: string; judged: number; passed: number; hit: number; hint: number; shadow: number }
const cellsOf = async (policy: string, token = governance): Promise<Cell[]> =>
  (await json(mesh.get('/api/v1/governance', token))).matrix.flatMap(({ cells }: { cells: Cell[] }) =>
    cells.filter((cell) => cell.policy === `global/${policy}`),
  )

test('the matrix tells hints apart from what breaks a rule, and both from what is tried out', async () => {
  const [told, warned, tried] = [await cellsOf('told'), await cellsOf('warned'), await cellsOf('tried')]
  expect(told.length).toBeGreaterThan(0)
  for (const { judged, hit, hint, passed } of told) expect([hit, hint, passed]).toEqual([judged, judged, 0])
  for (const { judged, hit, hint } of warned) expect([hit, hint]).toEqual([judged, 0])
  for (const { judged, hit, hint, shadow } of tried) expect([hit, hint, shadow]).toEqual([0, 0, judged])
  expect(await cellsOf('tried', consumer)).toEqual([])
})

test('the oldest violations are those in force, also for those who see what is tried out', async () => {
  const { oldest } = await json(mesh.get('/api/v1/governance', governance))
  const policies = new Set(oldest.map(({ policy }: { policy: string }) => policy))
  expect(policies).toContain('global/warned')
  expect(policies).not.toContain('global/tried')
  const { violations } = await json(mesh.get('/api/v1/violations?policy=global/tried', governance))
  expect(violations.length).toBeGreaterThan(0)
})

test('the path to the next tier names what most products lack first, for products that one may find', async () => {
  type Step = { what: string; fix: string; products: string[] }
  const stepsFor = async (token: string): Promise<Step[]> =>
    (await json(mesh.get('/api/v1/governance', token))).nextTier
  const steps = await stepsFor(governance)
  const sizes = steps.map(({ products }) => products.length)
  expect(sizes.length).toBeGreaterThan(0)
  expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
  const [first] = steps as [Step]
  expect(new Set(first.products).size).toBe(first.products.length)
  for (const product of first.products) {
    const { certification } = await json(mesh.get(`/api/v1/products/${product}`, governance))
    const { missing } = certification.find(({ held }: { held: boolean }) => !held)
    // each product's own page says the same of it
    const said = missing.flatMap(({ what, fix }: Step) => [what, fix.replaceAll(product, '<product>')])
    expect(said).toContain(first.what)
  }
  const seen = (await stepsFor(consumer)).flatMap(({ products }) => products)
  const { products } = await json(mesh.get('/api/v1/mesh', consumer))
  const found = new Set(products.map(({ id }: { id: string }) => id))
  expect(seen.filter((id) => !found.has(id))).toEqual([])
})

test('a product that a waiver excuses is neither newly hit by a policy nor freed from it', async () => {
  const [{ product }] = (await json(mesh.get('/api/v1/violations?policy=global/warned', governance))).violations
  const until = new Date(Date.now() + 864e5).toISOString().slice(0, 10)
  const waiver = { policy: 'global/warned', product, owner: 'sales', reason: 'it is mended next week', until }
  expect((await mesh.send('POST', '/api/v1/waivers', governance, waiver)).status).toBe(201)
  const impact = await json(mesh.send('POST', '/api/v1/policy-impact', governance, { policy: 'global/warned' }))
  expect(impact.hits.map((hit: { product: string }) => hit.product)).not.toContain(product)
  expect([impact.newly, impact.nolonger]).toEqual([[], []])
})
