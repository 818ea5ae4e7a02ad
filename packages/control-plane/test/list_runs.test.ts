import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyDomains } from '../src/catalog/index.ts'
import { listRuns, requestPublish, retryRun } from '../src/runs/index.ts'
import { actor, clockAt, domainBundle, openMesh, orders, type TestMesh } from './mesh.ts'

let mesh: TestMesh
const clock = clockAt('2026-03-01T00:00:00Z')
/** One run a day: by a person, by a schedule, again, of another domain. */
const ids: string[] = []

beforeAll(async () => {
  mesh = await openMesh({ clock })
  await applyDomains(domainBundle('hr'), actor, mesh.deps)
  await mesh.apply(orders(mesh.root))
  const other = orders(mesh.root)
  const text = (other.files['dataproduct.yaml'] ?? '').replace('domain: sales', 'domain: hr')
  await mesh.apply({ ...other, files: { ...other.files, 'dataproduct.yaml': text } })
  const over = (id: string) =>
    mesh.store.db.updateTable('run').set({ state: 'failed', finished_at: clock.now() }).where('id', '=', id).execute()
  const asked = async (id: string) => {
    ids.push(id)
    await over(id)
    clock.move(86_400_000)
  }
  await asked((await requestPublish('sales/orders', { trigger: { by: 'person' }, actor }, mesh.deps)).id)
  await asked((await requestPublish('sales/orders', { trigger: { by: 'schedule' }, actor }, mesh.deps)).id)
  await asked((await retryRun(ids[0] as string, {}, actor, mesh.deps)).id)
  await asked((await requestPublish('hr/orders', { trigger: { by: 'person' }, actor }, mesh.deps)).id)
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

const found = async (filter: Partial<Parameters<typeof listRuns>[0]>) =>
  (await listRuns({ limit: 10, ...filter }, () => true, mesh.deps)).runs.map((run) => ids.indexOf(run.id))

test('runs are found by domain, by trigger and by time, newest first', async () => {
  expect(await found({})).toEqual([3, 2, 1, 0])
  expect(await found({ domain: 'hr' })).toEqual([3])
  expect(await found({ domain: 'sales', trigger: 'person' })).toEqual([0])
  expect(await found({ trigger: 'retry' })).toEqual([2])
  expect(await found({ since: '2026-03-02T00:00:00Z', until: '2026-03-04T00:00:00Z' })).toEqual([2, 1])
  expect(await found({ since: '2026-03-04' })).toEqual([3])
  expect(await found({ product: 'sales/orders', state: 'failed', since: '2026-03-03T01:00:00+01:00' })).toEqual([2])
})

test('pages go on under a filter', async () => {
  const first = await listRuns({ limit: 2, domain: 'sales' }, () => true, mesh.deps)
  expect(first.runs).toHaveLength(2)
  const rest = await listRuns({ limit: 2, domain: 'sales', after: first.next ?? '' }, () => true, mesh.deps)
  expect(rest.runs.map((run) => run.id)).toEqual([ids[0]])
})

test.each(['yesterday', '+012026-01-01', '2026-13-01'])('%s is no time', async (since) => {
  await expect(found({ since })).rejects.toMatchObject({ code: 'request-invalid' })
})

test('a retried run names the one that it repeats', async () => {
  const { runs } = await listRuns({ limit: 1, trigger: 'retry' }, () => true, mesh.deps)
  expect(runs[0]?.trigger).toEqual({ by: 'retry', run: ids[0] })
})
