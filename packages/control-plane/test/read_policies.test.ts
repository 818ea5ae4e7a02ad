import { afterAll, beforeAll, expect, test } from 'vitest'
import { openReadPolicies } from '../src/access/index.ts'
import { json, type ServedMesh, serveMesh } from './served_mesh.ts'

let mesh: ServedMesh
let admin: string
let policies: Awaited<ReturnType<typeof openReadPolicies>>

beforeAll(async () => {
  mesh = await serveMesh()
  admin = await mesh.somebody('adam', [{ role: 'platform-admin' }])
  const { governance, catalog } = mesh
  policies = await openReadPolicies({
    governance,
    catalog,
    store: catalog.store as never,
    now: () => new Date(),
    log: () => {},
  })
})
afterAll(async () => {
  await policies?.[Symbol.asyncDispose]()
  await mesh?.[Symbol.asyncDispose]()
})

const policy = (rego: string, spec = '') => ({
  'policies/reading.yaml': `apiVersion: datamesh/v1
kind: Policy
metadata:
  name: reading
  owner: governance
  description: What readers see
spec:
  when: read
  severity: block
  mode: block
${spec}  rego: reading.rego
`,
  'policies/reading.rego': rego,
})
const apply = (files: Record<string, string>) =>
  mesh.send('PUT', '/api/v1/policies', admin, { files, reason: 'a test' })
const settled = async (generation: number) => {
  for (const end = Date.now() + 8_000; policies.generation === generation && Date.now() < end; )
    await new Promise((next) => setTimeout(next, 20))
}
const input = (more: object = {}) => ({
  actor: { id: 'ann', kind: 'person' as const, roles: [{ role: 'consumer' as const }], teams: ['analysts'] },
  action: 'read' as const,
  product: 'sales/orders',
  domain: 'sales',
  owner: 'sales-team',
  classification: 'internal',
  pii_columns: ['email'],
  columns: ['id', 'email', 'amount'],
  table: 'orders',
  port: 'rows',
  purpose: null,
  ...more,
})

test('Rego of the moment read is asked with who, what and how, and says deny, mask, filter and routing', async () => {
  expect(policies.none).toBe(true)
  const before = policies.generation
  const applied = await apply(
    policy(`package datamesh.access

deny contains "only for analysts" if not "analysts" in input.actor.teams
mask contains {"column": column, "mask": "hash", "msg": "personal"} if some column in input.pii_columns
filter contains "amount < 100" if input.port == "rows"
routing := "owner-and-steward" if input.action == "request"
`),
  )
  expect(applied.status, JSON.stringify(await json(applied))).toBeLessThan(300)
  await settled(before)
  expect(policies.none).toBe(false)
  expect(await policies.evaluateRead(input())).toMatchObject({
    deny: [],
    masks: [{ column: 'email', mask: 'hash', because: 'personal' }],
    filters: [{ condition: 'amount < 100' }],
    routing: [],
  })
  const stranger = input({ action: 'request', port: null, actor: { ...input().actor, teams: [] } })
  expect(await policies.evaluateRead(stranger)).toMatchObject({
    deny: [{ because: 'only for analysts', source: expect.stringContaining('reading') }],
    filters: [],
    routing: [{ routing: 'owner-and-steward' }],
  })
})

test('a policy that never comes to an end, or answers what cannot be understood, throws, and so closes the read', async () => {
  for (const rego of [
    'package datamesh.access\n\ndeny contains "x" if {\n  some i, j in numbers.range(1, 1000000)\n  i * j < 0\n}\n',
    'package datamesh.access\n\nmask contains 5 if true\n',
  ]) {
    const before = policies.generation
    const applied = await apply(policy(rego))
    expect(applied.status, JSON.stringify(await json(applied))).toBe(200)
    await settled(before)
    await expect(policies.evaluateRead(input())).rejects.toThrow()
  }
})
