import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { BuildJob } from '@datamesh/data-plane'
import { build } from '@datamesh/data-plane'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { commitSnapshot, continuedSnapshot, productEntry, resolveSnapshot } from '../src/catalog/index.ts'
import { backfill, cancelRun, gc, getRun, listRuns, type Plane, RunWorker, requestPublish } from '../src/runs/index.ts'
import { eventsAfter } from '../src/store/index.ts'
import { actor, clockAt, follower, openMesh, orders, ordersSpec, type TestMesh } from './mesh.ts'

let mesh: TestMesh
const person = { trigger: { by: 'person' as const }, actor }

/** Lets builds wait at their end until the test opens the gate. */
const gated = () => {
  let open = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const started: string[] = []
  const plane = (real: Plane): Plane => ({
    ...real,
    build: (job, onProgress) => {
      started.push(job.runId)
      const handle = real.build(job, onProgress)
      const cancelled = new Promise<void>((resolve) => handle.outcome.catch(() => resolve()))
      return { cancel: handle.cancel, outcome: Promise.race([gate, cancelled]).then(() => handle.outcome) }
    },
  })
  return { plane, open: () => open(), started }
}

const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; ) {
    if (await what()) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('it did not happen within 30 s')
}

const prepared = async (options: Parameters<typeof openMesh>[0] = {}): Promise<TestMesh> => {
  mesh = await openMesh(options)
  await mesh.write('orders.csv', 'id,total\n1,10.5\n2,20\n')
  await mesh.apply(orders(mesh.root))
  return mesh
}
afterEach(() => mesh[Symbol.asyncDispose]())

describe('two publishers of one product', () => {
  beforeEach(() => prepared())

  const jobOf = async (snapshotId: string): Promise<BuildJob> => {
    const { product, head } = await productEntry('sales/orders', mesh.deps)
    return {
      runId: `run-${snapshotId}`,
      snapshotId,
      product,
      files: orders(mesh.root).files,
      productRoot: mesh.root,
      inputRoots: [mesh.root],
      inputs: {},
      parent: head,
      storageRoot: mesh.deps.storage.root,
      params: { fullRefresh: false, vars: {}, dryRun: false },
      env: {},
      now: mesh.deps.now().toISOString(),
      limits: { memoryMb: 512, threads: 1, timeoutSeconds: 60, tempDir: mesh.deps.tempDir },
    }
  }

  test('one wins, the other is told by whom; the same run committing twice is one', async () => {
    const built = await Promise.all([jobOf('snap_a'), jobOf('snap_b')].map(async (job) => build(await job).outcome))
    const commits = await Promise.allSettled(
      built.map(({ staged, lineage }) =>
        commitSnapshot(staged, lineage, { expecting: null, runId: staged.runId, actor: staged.runId }, mesh.deps),
      ),
    )
    const won = commits.filter((commit) => commit.status === 'fulfilled').map((commit) => commit.value)
    const lost = commits.filter((commit) => commit.status === 'rejected').map((commit) => commit.reason)
    expect(won).toHaveLength(1)
    const winner = won[0]!
    expect(lost).toMatchObject([
      { code: 'base-moved', kind: 'conflict', facts: { winner: winner.id, run: winner.runId, by: winner.runId } },
    ])
    expect((await resolveSnapshot('sales/orders', {}, mesh.deps)).id).toBe(winner.id)

    const again = built.find(({ staged }) => staged.id === winner.id)!
    const second = await commitSnapshot(
      again.staged,
      again.lineage,
      { expecting: null, runId: winner.runId, actor: 'ada' },
      mesh.deps,
    )
    expect(second).toEqual(winner)
    const published = (await eventsAfter(mesh.store.db, 0)).filter((event) => event.type === 'snapshot.published')
    expect(published).toHaveLength(1)
  })

  test('asking from the same head as somebody before is a conflict at once; asking for anything joins the queue', async () => {
    const first = await requestPublish('sales/orders', { ...person, expecting: null }, mesh.deps)
    await expect(requestPublish('sales/orders', { ...person, expecting: null }, mesh.deps)).rejects.toMatchObject({
      code: 'base-moved',
      facts: { run: first.id, by: 'ada' },
    })
    await expect(requestPublish('sales/orders', { ...person, expecting: 'snap_old' }, mesh.deps)).rejects.toMatchObject(
      {
        code: 'base-moved',
      },
    )
    const any = await requestPublish('sales/orders', person, mesh.deps)
    expect((await requestPublish('sales/orders', person, mesh.deps)).id).toBe(any.id)
  })
})

test('a run whose worker died is taken over, and the dead one coming back commits nothing', async () => {
  const gate = gated()
  await prepared({ plane: gate.plane })
  const first = await RunWorker.start({ ...mesh.deps, owner: 'first' }, { alone: true })
  const run = await requestPublish('sales/orders', person, mesh.deps)
  await until(() => gate.started.length === 1)
  // To the second worker, which is alone with the state, the run is an orphan.
  const second = await RunWorker.start({ ...mesh.deps, owner: 'second' }, { alone: true })
  await until(() => gate.started.length === 2)
  gate.open()
  expect(await mesh.finished(run.id)).toMatchObject({ state: 'succeeded', attempt: 2 })
  await first.idle()
  await second.idle()
  expect((await resolveSnapshot('sales/orders', {}, mesh.deps)).sequence).toBe(1)
  const types = (await eventsAfter(mesh.store.db, 0)).map((event) => event.type)
  expect(types.filter((type) => type === 'snapshot.published')).toHaveLength(1)
  expect(types).toContain('run.recovered')
  await first[Symbol.asyncDispose]()
  await second[Symbol.asyncDispose]()
  const { files } = await gc({ dryRun: false }, mesh.deps)
  const left = await mesh.deps.storage.listSnapshotFiles('sales/orders')
  expect(left).toHaveLength(1)
  expect(files.length).toBeLessThanOrEqual(1)
})

test('closing gives a running build back to the queue, and the next start goes on', async () => {
  const gate = gated()
  await prepared({ plane: gate.plane })
  const worker = await RunWorker.start({ ...mesh.deps, owner: 'first' }, { alone: true })
  const run = await requestPublish('sales/orders', person, mesh.deps)
  await until(() => gate.started.length === 1)
  await worker[Symbol.asyncDispose]()
  expect(await getRun(run.id, mesh.deps)).toMatchObject({ state: 'queued', attempt: 0 })
  gate.open()
  await mesh.start({ owner: 'second' })
  expect(await mesh.finished(run.id)).toMatchObject({ state: 'succeeded', attempt: 1 })
})

test('a cancelled run publishes nothing, whether it waits or builds', async () => {
  const gate = gated()
  await prepared({ plane: gate.plane })
  await mesh.start()
  const running = await requestPublish('sales/orders', person, mesh.deps)
  await until(() => gate.started.length === 1)
  const waiting = await requestPublish('sales/orders', person, mesh.deps)
  expect(await cancelRun(waiting.id, actor, mesh.deps)).toMatchObject({ state: 'cancelled' })
  await cancelRun(running.id, actor, mesh.deps)
  expect(await mesh.finished(running.id)).toMatchObject({ state: 'cancelled', error: { code: 'build-cancelled' } })
  await expect(cancelRun(running.id, actor, mesh.deps)).rejects.toMatchObject({ code: 'run-finished' })
  await expect(resolveSnapshot('sales/orders', {}, mesh.deps)).rejects.toMatchObject({ code: 'not-found' })
})

test('an unreadable input is tried again later, a broken model is not', async () => {
  const clock = clockAt('2026-03-01T00:00:00Z')
  await prepared({ clock })
  const retry = `${ordersSpec}\n  transforms:\n    retry: { attempts: 2, backoff: 60 seconds }`
  await mesh.apply(orders(mesh.root, { version: '1.0.1', spec: retry }))
  await rm(`${mesh.root}/orders.csv`)
  const worker = await mesh.start()
  const run = await requestPublish('sales/orders', person, mesh.deps)
  await until(async () => (await getRun(run.id, mesh.deps)).error !== null)
  expect(await getRun(run.id, mesh.deps)).toMatchObject({
    state: 'queued',
    attempt: 1,
    error: { code: 'input-unreadable' },
  })
  await mesh.write('orders.csv', 'id,total\n1,10.5\n')
  worker.look()
  await worker.idle()
  expect((await getRun(run.id, mesh.deps)).state).toBe('queued')
  clock.move(61_000)
  worker.look()
  expect(await mesh.finished(run.id)).toMatchObject({ state: 'succeeded', attempt: 2 })

  await mesh.apply(orders(mesh.root, { version: '1.0.2', spec: retry, model: 'select no_such_column as id' }))
  const broken = await requestPublish('sales/orders', person, mesh.deps)
  expect(await mesh.finished(broken.id)).toMatchObject({ state: 'failed', attempt: 1, error: { code: 'model-failed' } })
})

test('a schedule fires once however many of its moments were missed', async () => {
  const clock = clockAt('2026-03-01T00:00:00Z')
  await prepared({ clock })
  const spec = `${ordersSpec}\n  transforms:\n    schedule: { cron: "0 6 * * *", timezone: Europe/Berlin }`
  await mesh.apply(orders(mesh.root, { version: '1.1.0', spec }))
  const worker = await mesh.start()
  const runs = async () => (await listRuns({ limit: 10 }, () => true, mesh.deps)).runs
  await worker.idle()
  expect(await runs()).toEqual([])
  clock.move(3 * 86_400_000 + 5 * 3_600_000 + 60_000)
  worker.look()
  await until(async () => (await runs()).some((run) => run.state === 'succeeded'))
  worker.look()
  await worker.idle()
  expect((await runs()).map((run) => run.trigger.by)).toEqual(['schedule'])
  const row = await mesh.store.db.selectFrom('schedule').select('next_at').executeTakeFirstOrThrow()
  expect(row.next_at?.toISOString()).toBe('2026-03-05T05:00:00.000Z')
})

test('a diamond of followers is built once, after everything upstream has settled', async () => {
  await prepared({ limits: { concurrency: 2 } })
  await mesh.apply(follower('left', ['orders']))
  await mesh.apply(follower('right', ['orders']))
  await mesh.apply(follower('bottom', ['left', 'right']))
  const worker = await mesh.start()
  const first = await requestPublish('sales/orders', person, mesh.deps)
  await mesh.finished(first.id)
  const counts = async () => {
    const { runs } = await listRuns({ limit: 50 }, () => true, mesh.deps)
    return Object.fromEntries(
      Object.entries(Object.groupBy(runs, (run) => run.product)).map(([product, list]) => [
        product,
        list?.map((run) => run.state).join(' '),
      ]),
    )
  }
  const each = (times: number) => Array(times).fill('succeeded').join(' ')
  await until(async () => (await counts())['sales/bottom'] === each(1))
  expect(await counts()).toEqual({
    'sales/orders': each(1),
    'sales/left': each(1),
    'sales/right': each(1),
    'sales/bottom': each(1),
  })
  const byInput = (await listRuns({ limit: 1, product: 'sales/bottom' }, () => true, mesh.deps)).runs[0]
  expect(byInput).toMatchObject({ trigger: { by: 'input' }, attempt: 1 })
  const bottom = await resolveSnapshot('sales/bottom', {}, mesh.deps)
  const heads = await Promise.all(['left', 'right'].map((name) => resolveSnapshot(`sales/${name}`, {}, mesh.deps)))
  expect(bottom.inputs.map((input) => input.snapshot).sort()).toEqual(heads.map((head) => head.id).sort())
  await worker.idle()
})

test('a product may not read itself through others', async () => {
  await prepared()
  await mesh.apply(follower('left', ['orders']))
  const circle = follower('orders', ['left'])
  circle.files['dataproduct.yaml'] = circle.files['dataproduct.yaml']!.replace('version: 1.0.0', 'version: 9.0.0')
  await expect(mesh.apply(circle)).rejects.toMatchObject({ code: 'product-cycle' })
})

test('when a port cannot be provisioned nothing is registered and what was made is undone', async () => {
  mesh = await openMesh()
  const made: string[] = []
  mesh.deps.provision = async (step) => {
    if (step.do !== 'provision') return async () => {}
    if (step.port === 'files') throw new Error('the disk is read-only')
    made.push(step.port)
    return async () => {
      made.pop()
    }
  }
  const bundle = orders(mesh.root, {
    spec: ordersSpec.replace('      type: rest', '      type: rest\n    - name: files\n      type: parquet'),
  })
  await expect(mesh.apply(bundle)).rejects.toMatchObject({ code: 'provision-failed', facts: { port: 'files' } })
  expect(made).toEqual([])
  await expect(productEntry('sales/orders', mesh.deps)).rejects.toMatchObject({ code: 'not-found' })
})

test('a backfill runs once for each set of vars, in order', async () => {
  await prepared({ limits: { concurrency: 2 } })
  const model = `select cast({{ var('day', 0) }} as bigint) as id, cast(1 as double) as total`
  await mesh.apply(orders(mesh.root, { version: '1.0.1', model }))
  const runs = await backfill('sales/orders', [{ day: 1 }, { day: 2 }], actor, mesh.deps)
  await mesh.start()
  const done = []
  for (const run of runs) done.push(await mesh.finished(run.id))
  expect(done.map((run) => run.error)).toEqual([null, null])
  expect(done.map((run) => run.state)).toEqual(['succeeded', 'succeeded'])
  const starts = done.map((run) => run.startedAt)
  expect(starts).toEqual([...starts].sort())
  expect((await resolveSnapshot('sales/orders', {}, mesh.deps)).runId).toBe(runs[1]?.id)
})

test('garbage collection removes what retention lets go and never a file that a kept snapshot names', async () => {
  const clock = clockAt('2026-03-01T00:00:00Z')
  await prepared({ clock })
  const spec = `${ordersSpec}\n  transforms:\n    materialization: append`
  await mesh.apply(orders(mesh.root, { version: '1.1.0', spec }))
  await mesh.start()
  for (let day = 0; day < 3; day++) {
    await mesh.write('orders.csv', `id,total\n${day},${day}\n`)
    const run = await requestPublish('sales/orders', person, mesh.deps)
    expect(await mesh.finished(run.id)).toMatchObject({ state: 'succeeded' })
    clock.move(86_400_000)
  }
  await mesh.deps.storage.openStaging('sales/orders', 'snap_of_a_dead_run')
  clock.move(30 * 86_400_000)
  const wished = await gc({ dryRun: true, keepNewest: 1 }, mesh.deps)
  const collected = await gc({ dryRun: false, keepNewest: 1 }, mesh.deps)
  expect(collected.expired).toEqual(wished.expired)
  expect(collected.expired).toHaveLength(2)
  // Appended: the head still names the files of the snapshots that were let go.
  expect(collected.files).toEqual([])
  const head = await resolveSnapshot('sales/orders', {}, mesh.deps)
  const there = new Set((await mesh.deps.storage.listSnapshotFiles('sales/orders')).map((file) => file.path))
  for (const file of head.tables[0]!.files) expect(there).toContain(file.path)
  await expect(resolveSnapshot('sales/orders', { snapshot: '1' }, mesh.deps)).rejects.toMatchObject({
    code: 'not-found',
  })

  await mesh.apply(orders(mesh.root, { version: '1.2.0', spec: ordersSpec }))
  for (let i = 0; i < 2; i++) {
    await mesh.write('orders.csv', `id,total\n${i},${i}\n`)
    await mesh.finished((await requestPublish('sales/orders', person, mesh.deps)).id)
  }
  clock.move(30 * 86_400_000)
  // A reader who began before goes on for a quarter of an hour, at any server, also after a restart; nobody else finds it.
  const expiring = (await gc({ dryRun: false, keepNewest: 1 }, mesh.deps)).expired.at(-1) as string
  mesh.deps.cache.drop()
  await expect(resolveSnapshot('sales/orders', { snapshot: expiring }, mesh.deps)).rejects.toThrow(expiring)
  const going = await continuedSnapshot('sales/orders', expiring, mesh.deps)
  clock.move(14 * 60_000)
  expect((await gc({ dryRun: false, keepNewest: 1 }, mesh.deps)).files).toEqual([])
  for (const file of going.tables[0]!.files) expect(existsSync(mesh.deps.storage.absolute(file.path))).toBe(true)
  clock.move(2 * 60_000)
  await expect(continuedSnapshot('sales/orders', expiring, mesh.deps)).rejects.toThrow(/begin again without a cursor/)
  const later = await gc({ dryRun: false, keepNewest: 1 }, mesh.deps)
  expect(later.files.length).toBeGreaterThan(0)
  const now = await resolveSnapshot('sales/orders', {}, mesh.deps)
  const left = new Set((await mesh.deps.storage.listSnapshotFiles('sales/orders')).map((file) => file.path))
  for (const file of now.tables[0]!.files) expect(left).toContain(file.path)
  for (const file of later.files) expect(left).not.toContain(file.path)
})
