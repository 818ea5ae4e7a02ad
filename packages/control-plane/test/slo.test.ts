import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openObserve, sloHistory } from '../src/observe/index.ts'
import { requestPublish } from '../src/runs/index.ts'
import { actor, clockAt, openMesh, orders, ordersSpec, type TestMesh } from './mesh.ts'

const minute = 60_000
const hour = 60 * minute
const start = '2026-03-01T00:00:00.000Z'
const later = (ms: number) => new Date(Date.parse(start) + ms).toISOString()

/**
 * A day in miniature, looked at every quarter of an hour: published at 0:00, promised to be at most an hour old, a bad delivery at 1:30,
 * mended at 2:30.
 */
describe('service levels over time', () => {
  const clock = clockAt(start)
  let mesh: TestMesh
  const publish = async () =>
    mesh.finished((await requestPublish('sales/orders', { trigger: { by: 'person' }, actor }, mesh.deps)).id)
  const freshness = async (days = 1) =>
    (await sloHistory('sales/orders', { days }, mesh.deps)).levels.find((level) => level.name === 'freshness')!

  beforeAll(async () => {
    mesh = await openMesh({ clock })
    const spec = `${ordersSpec}\n  sla:\n    freshness: 1 hour\n    availability: "99.9%"\n    support: by mail`
    await mesh.write('orders.csv', 'id,total\n1,10.5\n')
    await mesh.apply(orders(mesh.root, { spec }))
    await mesh.start()
  }, 60_000)
  afterAll(() => mesh?.[Symbol.asyncDispose]())

  test('say nothing before anything was measured', async () => {
    const { levels } = await sloHistory('sales/orders', { days: 1 }, mesh.deps)
    expect(levels.map(({ name, objective, attained, budgetLeft }) => [name, objective, attained, budgetLeft])).toEqual([
      ['freshness', 0.99, null, null],
      ['availability', 0.999, null, null],
      ['support', 0.99, null, null],
    ])
    expect(await freshness()).toMatchObject({
      burnRates: { hour: null, sixHours: null, threeDays: null },
      points: [],
      burnDown: [],
      breaches: [],
    })
  })

  test('tell how long a promise was kept, what is left of the budget, and the breach with the run behind it', async () => {
    await using observe = openObserve({ ...mesh.deps, store: mesh.store, startedAt: clock.now() })
    await publish()
    const look = async (until: number) => {
      while (clock.now().getTime() < Date.parse(start) + until) {
        await observe.measure()
        clock.move(15 * minute)
      }
    }
    await look(1.5 * hour)
    await mesh.write('orders.csv', 'id,total\n1,-10.5\n')
    const bad = await publish()
    expect(bad.state).toBe('failed')
    await look(2.5 * hour)
    const lasting = await freshness()
    expect(lasting.breaches).toEqual([
      { from: later(1.25 * hour), to: null, worst: 2.25 * 3600, cause: bad.error!.title },
    ])
    expect(lasting.burnRates.hour).toBeCloseTo(100, 6)

    await mesh.write('orders.csv', 'id,total\n1,10.5\n2,11\n')
    await publish()
    await look(3.25 * hour)
    const level = await freshness()
    expect(level.breaches).toMatchObject([{ from: later(1.25 * hour), to: later(2.5 * hour) }])
    expect(level.attained).toBeCloseTo(1 - 1.25 / 3.25, 9)
    expect(level.budgetLeft).toBeCloseTo(1 - 1.25 / 0.24, 9)
    expect(level.burnRates).toMatchObject({ threeDays: null })
    expect(level.burnRates.sixHours).toBeCloseTo(1.25 / 3.25 / 0.01, 6)
    expect(level.points).toHaveLength(13)
    expect(level.points.filter((point) => !point.met)).toHaveLength(5)
    expect(level.burnDown).toHaveLength(100)
    expect(level.burnDown[0]).toEqual({ at: start, left: 1 })
    expect(level.burnDown.at(-1)!.left).toBeCloseTo(level.budgetLeft!, 9)
    const { levels } = await sloHistory('sales/orders', { days: 1 }, mesh.deps)
    expect(levels.find((each) => each.name === 'support')).toMatchObject({
      enforced: false,
      points: [],
      attained: null,
    })
  })

  test('count time without a platform neither way, and forget what the window has left behind', async () => {
    clock.move(5 * hour)
    const after = await freshness()
    expect(after.attained).toBeCloseTo(1 - 1.25 / (3.25 + 5 / 60), 9)
    expect(after.burnRates.hour).toBeNull()
    clock.move(23 * hour)
    expect(await freshness()).toMatchObject({ attained: null, budgetLeft: null, points: [], breaches: [] })
    expect((await freshness(7)).breaches).toHaveLength(1)
  })

  test('stay quick and small with three months of measurements', async () => {
    const { db } = mesh.store
    const end = clock.now().getTime()
    for (let day = 0; day < 90; day++)
      await db
        .insertInto('slo_measurement')
        .values(
          Array.from({ length: 96 }, (_, i) => {
            const at = end - (day * 96 + i + 1) * 15 * minute
            return { product: 'sales/orders', slo: 'availability', at: new Date(at), value: 1 - i / 1e5, met: i < 50 }
          }),
        )
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    const began = performance.now()
    const { levels } = await sloHistory('sales/orders', { days: 90 }, mesh.deps)
    expect(performance.now() - began).toBeLessThan(1500)
    const level = levels.find(({ name }) => name === 'availability')!
    expect(level.points.length).toBeGreaterThan(300)
    expect(level.points.length).toBeLessThanOrEqual(400)
    expect(level.breaches.length).toBeGreaterThanOrEqual(90)
  })
})
