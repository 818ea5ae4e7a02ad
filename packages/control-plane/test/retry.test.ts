import { afterAll, beforeAll, expect, test } from 'vitest'
import { resolveSnapshot } from '../src/catalog/index.ts'
import { cancelRun, entriesAfter, followRun, gc, getRun, requestPublish, retryRun } from '../src/runs/index.ts'
import { actor, clockAt, openMesh, orders, type TestMesh } from './mesh.ts'

let mesh: TestMesh
const clock = clockAt('2026-03-01T00:00:00Z')
beforeAll(async () => {
  mesh = await openMesh({ clock })
  await mesh.write('orders.csv', 'id,total\n1,10.5\n2,-20\n')
  await mesh.apply(orders(mesh.root))
  await mesh.start()
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

const stepsOf = async (run: string) =>
  (await entriesAfter(run, 0, mesh.deps)).flatMap(({ kind, step, state, message }) =>
    kind === 'step' && state === 'done' ? [`${step}${message ? `: ${message}` : ''}`] : [],
  )

test('a retry from the failed step builds nothing twice, and says from which run it has it', async () => {
  const asked = await requestPublish('sales/orders', { trigger: { by: 'person' }, actor }, mesh.deps)
  const failed = await mesh.finished(asked.id)
  expect(failed).toMatchObject({ state: 'failed', error: { code: 'quality-failed' } })
  // the check was too strict: the next release takes it back
  const relaxed = orders(mesh.root, { version: '2.0.0' })
  relaxed.files['dataproduct.yaml'] = (relaxed.files['dataproduct.yaml'] ?? '').replace('min: 0', 'min: -100')
  await mesh.apply(relaxed)

  const retried = await retryRun(failed.id, { from: 'failed' }, actor, mesh.deps)
  expect(retried.trigger).toEqual({ by: 'retry', run: failed.id })
  const followed: string[] = []
  for await (const { kind, step, state, message } of followRun(retried.id, 0, mesh.deps))
    followed.push([kind, step, state, message].filter(Boolean).join(' '))
  expect(await mesh.finished(retried.id)).toMatchObject({ state: 'succeeded' })
  expect(await stepsOf(retried.id)).toEqual([
    'input',
    `model orders: taken over from run ${failed.id}`,
    'check',
    'commit',
  ])
  // who follows a run hears the end of it
  expect(followed.at(-1)).toMatch(/^state done snap_/)
  expect(followed[1]).toBe('state planned')
  const snapshot = await resolveSnapshot('sales/orders', {}, mesh.deps)
  expect(snapshot).toMatchObject({ release: '2.0.0', runId: retried.id, tables: [{ rows: 2 }] })
  expect(await mesh.deps.storage.listKept('sales/orders')).toEqual([])

  const whole = await retryRun(failed.id, {}, actor, mesh.deps)
  await mesh.finished(whole.id)
  expect(await stepsOf(whole.id)).toEqual(['input', 'model orders', 'check'])
})

test('what a failed run has finished is kept for a day', async () => {
  await mesh.apply(orders(mesh.root, { version: '3.0.0' }))
  const asked = await requestPublish('sales/orders', { trigger: { by: 'person' }, actor }, mesh.deps)
  expect((await mesh.finished(asked.id)).state).toBe('failed')
  const kept = async () => (await mesh.deps.storage.listKept('sales/orders')).map(({ run }) => run)
  // files have the time of this machine
  clock.move(Date.now() - clock.now().getTime() + 23 * 3_600_000)
  await gc({ dryRun: false }, mesh.deps)
  expect(await kept()).toEqual([asked.id])
  clock.move(2 * 3_600_000)
  await gc({ dryRun: true }, mesh.deps)
  expect(await kept()).toEqual([asked.id])
  await gc({ dryRun: false }, mesh.deps)
  expect(await kept()).toEqual([])

  const retried = await retryRun(asked.id, { from: 'failed' }, actor, mesh.deps)
  expect(await mesh.finished(retried.id)).toMatchObject({ state: 'failed', error: { code: 'quality-failed' } })
  expect(await stepsOf(retried.id)).toEqual(['input', 'model orders', 'check'])
  await expect(cancelRun(retried.id, actor, mesh.deps)).rejects.toMatchObject({ code: 'run-finished' })
  expect((await getRun(retried.id, mesh.deps)).trigger.run).toBe(asked.id)
})
