import { afterAll, beforeAll, expect, test } from 'vitest'
import { judgeTheRest } from '../src/catalog/index.ts'
import { requestPublish } from '../src/runs/index.ts'
import { actor, openMesh, orders, type TestMesh } from './mesh.ts'

let mesh: TestMesh
const governor = { id: 'gina', name: 'gina', kind: 'system' as const, roles: [] }
const sight = { hidden: new Set<string>(), visible: () => true }
beforeAll(async () => {
  mesh = await openMesh({ governed: true })
  await mesh.write('orders.csv', 'id,total\n1,10.5\n')
  await mesh.apply(orders(mesh.root))
}, 60_000)
afterAll(() => mesh?.[Symbol.asyncDispose]())

const publish = async () => {
  const run = await mesh.finished(
    (await requestPublish('sales/orders', { trigger: { by: 'person' }, actor }, mesh.deps)).id,
  )
  expect(run.error).toBeNull()
  return certifiable()
}
const certifiable = async () =>
  (await mesh.store.db.selectFrom('product').select('certifiable').where('id', '=', 'sales/orders').executeTakeFirst())
    ?.certifiable ?? null

test('a publish is judged before its transaction: nobody waits for policies while the state is held', async () => {
  let held = false
  const { certify } = mesh.deps
  if (certify === undefined) throw new Error('nobody certifies')
  mesh.deps.certify = async (facts) => {
    // with the embedded state this waits as long as another transaction is open
    const began = performance.now()
    await mesh.store.db.selectFrom('product').select('id').execute()
    held ||= performance.now() - began > 2_000
    return certify(facts)
  }
  await mesh.start()
  expect(await publish()).toMatchObject({ met: expect.stringMatching(/silver|gold|bronze/) })
  expect(held).toBe(false)
  mesh.deps.certify = certify
})

test('what policies said is not written down where they, or the product, have moved meanwhile', async () => {
  await mesh.governance?.look()
  const before = await certifiable()
  expect(before).not.toBeNull()
  // a policy of certification is switched while a release is judged by the one before
  const { certify } = mesh.deps
  if (certify === undefined) throw new Error('nobody certifies')
  mesh.deps.certify = async (facts) => {
    const judged = await certify(facts)
    await mesh.governance?.switchTo(
      'global/tier-bronze',
      { mode: 'off', reason: 'while it is judged' },
      governor,
      sight,
    )
    await mesh.governance?.look()
    return judged
  }
  await mesh.apply(orders(mesh.root, { version: '1.0.1' }))
  expect(await certifiable()).toBeNull()
  mesh.deps.certify = certify
  await mesh.governance?.look()
  expect(await certifiable()).toMatchObject({ met: 'none' })

  await mesh.governance?.switchTo('global/tier-bronze', { mode: 'warn', reason: 'back again' }, governor, sight)
  await mesh.governance?.look()
  expect(await certifiable()).toEqual(before)
})

test('a snapshot that is published while all products are judged keeps its own judgement', async () => {
  const { certify } = mesh.deps
  if (certify === undefined) throw new Error('nobody certifies')
  let published: unknown
  await judgeTheRest(
    {
      store: mesh.store,
      certify: async (facts) => {
        published ??= await publish()
        return facts.map(() => [])
      },
    },
    { all: true },
  )
  expect(await certifiable()).toEqual(published)
})

test('a publish goes on when nobody can be asked, and is judged as soon as somebody can', async () => {
  const { certify } = mesh.deps
  await mesh.apply(orders(mesh.root, { version: '1.0.2' }))
  const before = await certifiable()
  mesh.deps.certify = async () => {
    throw new Error('OPA did not answer')
  }
  await mesh.apply(orders(mesh.root, { version: '1.0.3' }))
  expect(await certifiable()).toBeNull()
  if (certify) mesh.deps.certify = certify
  await mesh.governance?.look()
  expect(before).not.toBeNull()
  expect(await certifiable()).toEqual(before)
})
