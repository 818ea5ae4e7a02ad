import { afterAll, beforeAll, expect, test } from 'vitest'
import { openObserve } from '../src/observe/index.ts'
import { requestPublish } from '../src/runs/index.ts'
import { eventsAfter } from '../src/store/index.ts'
import { actor, clockAt, openMesh, orders, ordersSpec, type TestMesh } from './mesh.ts'

const clock = clockAt('2026-03-01T00:00:00.000Z')
let mesh: TestMesh
beforeAll(async () => {
  mesh = await openMesh({ clock, governed: true })
  await mesh.write('orders.csv', 'id,total\n1,10.5\n')
  await mesh.start()
}, 60_000)
afterAll(() => mesh?.[Symbol.asyncDispose]())

test('a tier is gained by a publish, lost when its promise is broken, each told once', async () => {
  await mesh.apply(orders(mesh.root, { spec: `${ordersSpec}\n  sla:\n    freshness: 1 hour` }))
  await using observe = openObserve({ ...mesh.deps, store: mesh.store, startedAt: clock.now() })
  const told = async () =>
    (await eventsAfter(mesh.store.db, 0, { types: ['certification.gained', 'certification.lost'] })).map(
      ({ type, data }) => [type, (data as { from: string }).from, (data as { to: string }).to],
    )
  await observe.measure()
  expect(await told()).toEqual([])
  const run = await mesh.finished(
    (await requestPublish('sales/orders', { trigger: { by: 'person' }, actor }, mesh.deps)).id,
  )
  expect(run.error).toBeNull()
  clock.move(60_000)
  await observe.measure()
  const [[gained, from, tier] = []] = await told()
  expect([gained, from]).toEqual(['certification.gained', null])
  expect(['silver', 'gold']).toContain(tier)

  clock.move(2 * 3_600_000)
  await observe.measure()
  clock.move(60_000)
  await observe.measure()
  expect((await told()).slice(1)).toEqual([['certification.lost', tier, 'bronze']])
  const [lost] = await eventsAfter(mesh.store.db, 0, { types: ['certification.lost'] })
  expect(JSON.stringify(lost?.data)).toContain('freshness')
})
