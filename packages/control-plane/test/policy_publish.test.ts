import { afterAll, beforeAll, expect, test } from 'vitest'
import { resolveSnapshot } from '../src/catalog/index.ts'
import { type Governance, openGovernance } from '../src/governance/index.ts'
import { entriesAfter, requestPublish, runReport } from '../src/runs/index.ts'
import { eventsAfter } from '../src/store/index.ts'
import { actor, openMesh, orders, type TestMesh } from './mesh.ts'

let mesh: TestMesh
let governance: Governance
const system = { id: 'gina', name: 'gina', kind: 'system' as const, roles: [] }
const sight = { hidden: new Set<string>(), visible: () => true }
const person = { trigger: { by: 'person' as const }, actor }

beforeAll(async () => {
  mesh = await openMesh()
  await mesh.write('orders.csv', 'id,total\n1,10.5\n2,20\n')
  governance = await openGovernance({
    store: mesh.store,
    catalog: mesh.deps,
    now: mesh.deps.now,
    log: () => {},
    lookEveryMs: 0,
  })
  mesh.deps.policies = governance.gate
  await mesh.apply(orders(mesh.root))
  await mesh.start({ policies: governance.gate })
})
afterAll(async () => {
  await governance[Symbol.asyncDispose]()
  await mesh[Symbol.asyncDispose]()
})

const files = {
  'rows.yaml': `apiVersion: datamesh/v1
kind: Policy
metadata: { name: rows, owner: data-governance }
spec: { when: [publish], severity: block, mode: block, rego: rows.rego }
`,
  'rows.rego': `package rules.rows
deny contains {"msg": sprintf("only %d rows were checked", [check.totalRows]), "path": "spec.quality_checks[0]"} if {
  some check in input._facts.report.checks
  check.totalRows < 2
}
`,
}

test('a policy that blocks at publish publishes nothing; consumers keep the last snapshot, and the run says why', async () => {
  const first = await mesh.finished((await requestPublish('sales/orders', person, mesh.deps)).id)
  expect(first).toMatchObject({ state: 'succeeded', error: null })
  await governance.apply({ files, dryRun: false }, system, sight)

  await mesh.write('orders.csv', 'id,total\n1,10.5\n')
  const blocked = await mesh.finished((await requestPublish('sales/orders', person, mesh.deps)).id)
  expect(blocked).toMatchObject({
    state: 'failed',
    error: { code: 'policy-blocked', facts: { product: 'sales/orders', policies: ['global/rows'] } },
  })
  expect((await resolveSnapshot('sales/orders', {}, mesh.deps)).id).toBe(first.snapshot)
  // the checks themselves passed, and that is kept
  expect((await runReport(blocked.id, mesh.deps))?.passed).toBe(true)
  const said = (await entriesAfter(blocked.id, 0, mesh.deps)).map(({ message }) => message)
  expect(said).toContain('global/rows: only 1 rows were checked')
  expect((await eventsAfter(mesh.store.db, 0)).map(({ type }) => type)).toContain('run.failed')

  await mesh.write('orders.csv', 'id,total\n1,10.5\n2,20\n3,5\n')
  const mended = await mesh.finished((await requestPublish('sales/orders', person, mesh.deps)).id)
  expect(mended.state).toBe('succeeded')
  expect((await resolveSnapshot('sales/orders', {}, mesh.deps)).id).toBe(mended.snapshot)
})
