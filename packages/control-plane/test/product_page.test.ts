import type { Run } from '@datamesh/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compareReleases, consumersView, getContract, qualityHistory } from '../src/catalog/index.ts'
import { requestPublish } from '../src/runs/index.ts'
import { actor, clockAt, openMesh, orders, ordersSpec, productBundle, type TestMesh } from './mesh.ts'

const clock = clockAt('2026-03-01T00:00:00Z')
const hour = 3_600_000
const spec = `${ordersSpec}
  sla:
    freshness: 1 hour
    support: business hours`
const withMore = spec.replace(
  '  quality_checks:',
  `  quality_checks:
    - { type: unique, column: id }
    - { type: not_null, column: total, threshold: "50%", severity: warn }`,
)

let mesh: TestMesh
const publish = async (): Promise<Run> => {
  const run = await mesh.finished(
    (await requestPublish('sales/orders', { trigger: { by: 'person' }, actor }, mesh.deps)).id,
  )
  clock.move(hour)
  return run
}
const runs: Record<'good' | 'bad' | 'mended', Run> = {} as never

beforeAll(async () => {
  mesh = await openMesh({ clock })
  await mesh.apply(orders(mesh.root, { spec }))
  await mesh.start()
  await mesh.write('orders.csv', 'id,total\n1,10.5\n2,20\n')
  runs.good = await publish()
  await mesh.apply(orders(mesh.root, { spec: withMore, version: '1.1.0' }))
  await mesh.write('orders.csv', 'id,total\n1,10.5\n2,-20\n3,-1\n')
  runs.bad = await publish()
  await mesh.write('orders.csv', 'id,total\n1,10.5\n2,\n3,\n4,\n')
  runs.mended = await publish()
}, 60_000)
afterAll(() => mesh?.[Symbol.asyncDispose]())

describe('the history of quality', () => {
  test('has a point for each run that checked, also for the one that published nothing', async () => {
    expect([runs.good.state, runs.bad.state, runs.mended.state]).toEqual(['succeeded', 'failed', 'succeeded'])
    const { points } = await qualityHistory('sales/orders', { runs: 60 }, mesh.deps)
    expect(points).toEqual([
      expect.objectContaining({ run: runs.good.id, score: 1, passed: 2, warned: 0, failed: 0, published: true }),
      expect.objectContaining({ run: runs.bad.id, passed: 3, warned: 0, failed: 1, published: false }),
      expect.objectContaining({ run: runs.mended.id, passed: 3, warned: 1, failed: 0, published: true }),
    ])
    expect(points.map(({ at }) => at)).toEqual(points.map(({ at }) => at).toSorted())
    expect(points[1]!.score).toBeCloseTo(3 / 4)
    expect(points[2]!.score).toBeCloseTo(3.5 / 4)
  })

  test('tells each check oldest first, with what it found', async () => {
    const { checks } = await qualityHistory('sales/orders', { runs: 60 }, mesh.deps)
    expect(checks.map(({ id }) => id).toSorted()).toEqual([
      'orders.not_null.id',
      'orders.not_null.total',
      'orders.range.total',
      'orders.unique.id',
    ])
    const range = checks.find(({ id }) => id === 'orders.range.total')!
    expect(range.history).toMatchObject([
      { run: runs.good.id, snapshot: runs.good.snapshot, outcome: 'passed', failingRows: 0, totalRows: 2 },
      { run: runs.bad.id, snapshot: null, outcome: 'failed', failingRows: 2, totalRows: 3 },
      { run: runs.mended.id, snapshot: runs.mended.snapshot, outcome: 'passed', failingRows: 0, totalRows: 4 },
    ])
    expect(range.outcome).toBe('passed')
    const filled = checks.find(({ id }) => id === 'orders.not_null.total')!
    expect(filled.history.map(({ outcome }) => outcome)).toEqual(['passed', 'warned'])
    expect(filled.last).toMatchObject({ outcome: 'warned', failingRows: 3, samples: expect.any(Array) })
    expect(filled.last!.samples).toHaveLength(3)
  })

  test('goes back as many runs as asked', async () => {
    const { points, checks } = await qualityHistory('sales/orders', { runs: 1 }, mesh.deps)
    expect(points.map(({ run }) => run)).toEqual([runs.mended.id])
    expect(checks[0]!.history).toHaveLength(1)
  })

  test('leaves dry runs out, and stays where the runs themselves are forgotten', async () => {
    const dry = await requestPublish(
      'sales/orders',
      {
        params: { dryRun: true, fullRefresh: false, vars: {} },
        trigger: { by: 'person' },
        actor,
      },
      mesh.deps,
    )
    expect(await mesh.finished(dry.id)).toMatchObject({ state: 'succeeded' })
    const known = await qualityHistory('sales/orders', { runs: 60 }, mesh.deps)
    expect(known.points).toHaveLength(3)
    await mesh.store.db.deleteFrom('run').where('id', '=', runs.good.id).execute()
    const after = await qualityHistory('sales/orders', { runs: 60 }, mesh.deps)
    expect(after.points.map(({ run, score, published }) => [run, score, published])).toEqual(
      known.points.map(({ run, score, published }) => [run, score, published]),
    )
  })
})

describe('the contract', () => {
  test('of the current release: the text as written, terms, rules with place and last outcome, and what nothing holds', async () => {
    const contract = await getContract('sales/orders', undefined, mesh.deps)
    expect(contract).toMatchObject({ version: '1.1.0', file: 'dataproduct.yaml' })
    expect(contract.text).toContain('name: orders')
    expect(contract.terms).toContainEqual({ name: 'Owner', value: 'sales-team' })
    const range = contract.checks.find(({ type }) => type === 'range')!
    expect(range).toMatchObject({ asks: 'total is never below 0', outcome: 'passed', table: 'orders' })
    expect(contract.text.split('\n')[range.at!.line - 1]).toContain('type: range')
    expect(contract.checks.find(({ id }) => id === 'orders.not_null.total')).toMatchObject({
      asks: 'at least 50 % of rows have a total',
      outcome: 'warned',
    })
    expect(contract.levels.map(({ name, enforced }) => [name, enforced])).toEqual([
      ['freshness', true],
      ['support', false],
    ])
    expect(contract.tables).toMatchObject([{ name: 'orders', key: ['id'], rows: 4 }])
    expect(contract.notEnforced).toEqual([
      { clause: 'spec.sla.support: business hours', because: 'declared; nothing here measures it' },
    ])
  })

  test('of an older release: its own rules and what its own last run found', async () => {
    const contract = await getContract('sales/orders', '1.0.0', mesh.deps)
    expect(contract.version).toBe('1.0.0')
    expect(contract.checks.map(({ id, outcome }) => [id, outcome])).toEqual([
      ['orders.range.total', 'passed'],
      ['orders.not_null.id', 'passed'],
    ])
    expect(contract.levels[0]).toMatchObject({ name: 'freshness', measured: null, met: null })
  })

  test('of a release that never was is not there', async () => {
    await expect(getContract('sales/orders', '9.0.0', mesh.deps)).rejects.toMatchObject({ code: 'not-found' })
    await expect(getContract('sales/nothing', undefined, mesh.deps)).rejects.toMatchObject({ code: 'not-found' })
  })
})

const everybody = { visible: () => true, readsAll: true }

describe('two releases side by side', () => {
  beforeAll(async () => {
    const reading = (name: string, select: string) =>
      productBundle(name, {
        spec: `  input_ports:
    - { name: orders, type: product, product: sales/orders }
  output_ports:
    - { name: api, type: rest }`,
        model: `select ${select} from {{ source('orders', 'orders') }}`,
      })
    for (const [name, select] of [
      ['revenue', 'sum(total) as revenue'],
      ['counts', 'count(id) as n'],
    ] as const) {
      await mesh.apply(reading(name, select))
      const run = await requestPublish(`sales/${name}`, { trigger: { by: 'person' }, actor }, mesh.deps)
      expect(await mesh.finished(run.id)).toMatchObject({ state: 'succeeded' })
    }
    const without = withMore
      .replace('    - { type: not_null, column: total, threshold: "50%", severity: warn }\n', '')
      .replace('column: total', 'column: id')
      .replace(/\n.*name: total.*/, '')
    const model = `select cast(id as bigint) as id from {{ source('landing', 'landing') }}`
    await mesh.apply(orders(mesh.root, { spec: without, model, version: '2.0.0' }))
  }, 60_000)

  test('say what broke, the step it needs, and whom it touches with the columns they read', async () => {
    const { changes, needs, affected } = await compareReleases(
      'sales/orders',
      { from: '1.1.0', to: '2.0.0' },
      everybody,
      mesh.deps,
    )
    expect(changes).toContainEqual(expect.objectContaining({ path: 'spec.schema.orders.total', verdict: 'breaking' }))
    expect(needs).toEqual({ step: 'major', atLeast: '2.0.0' })
    expect(affected.map(({ product }) => product)).toEqual(['sales/revenue'])
    expect(affected[0]!.because).toContain('it reads orders.total')
  })

  test('tell nothing of a consumer that the caller may not see', async () => {
    const none = await compareReleases(
      'sales/orders',
      { from: '1.1.0', to: '2.0.0' },
      { ...everybody, visible: () => false },
      mesh.deps,
    )
    expect(none.affected).toEqual([])
  })

  test('show the files that differ, both ways round', async () => {
    const there = await compareReleases('sales/orders', { from: '1.0.0', to: '1.1.0' }, everybody, mesh.deps)
    const back = await compareReleases('sales/orders', { from: '1.1.0', to: '1.0.0' }, everybody, mesh.deps)
    expect(there.files.map(({ path }) => path)).toEqual(['dataproduct.yaml'])
    expect(there.files[0]!.after).toContain('type: unique')
    expect(there.needs.step).toBe('minor')
    expect(back.files).toEqual(there.files.map(({ path, before, after }) => ({ path, before: after, after: before })))
    const same = await compareReleases('sales/orders', { from: '1.0.0', to: '1.0.0' }, everybody, mesh.deps)
    expect(same).toMatchObject({ changes: [], files: [], needs: { step: 'none' } })
    await expect(
      compareReleases('sales/orders', { from: '1.0.0', to: '3.0.0' }, everybody, mesh.deps),
    ).rejects.toMatchObject({ code: 'not-found' })
  })
})

test('consumers are the products that read, with the columns they use', async () => {
  const { products, days, readers } = await consumersView(
    'sales/orders',
    { visible: () => true, named: true },
    mesh.deps,
  )
  expect(products).toEqual([
    { id: 'sales/counts', title: 'Counts', domain: 'sales', columns: ['id'] },
    { id: 'sales/revenue', title: 'Revenue', domain: 'sales', columns: ['total'] },
  ])
  expect(readers).toEqual([])
  expect(days).toHaveLength(30)
  expect(days.at(-1)).toEqual({ day: clock.now().toISOString().slice(0, 10), reads: 0, rows: 0 })
})
