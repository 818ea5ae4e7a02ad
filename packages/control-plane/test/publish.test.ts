import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { getProduct, getSnapshot, lineageGraph, resolveSnapshot, search } from '../src/catalog/index.ts'
import { entriesAfter, followRun, requestPublish, runReport } from '../src/runs/index.ts'
import { eventsAfter } from '../src/store/index.ts'
import { actor, anybody, openMesh, orders, type TestMesh } from './mesh.ts'

let mesh: TestMesh
beforeAll(async () => {
  mesh = await openMesh({ governed: true })
  await mesh.write('orders.csv', 'id,total\n1,10.5\n2,20\n')
})
afterAll(() => mesh[Symbol.asyncDispose]())

const everything = { q: '', limit: 20, offset: 0 }
const canRead = anybody()
const person = { trigger: { by: 'person' as const }, actor }

describe('from a manifest to a snapshot', () => {
  test('an applied product is found at once, and applying it again changes nothing', async () => {
    await mesh.apply(orders(mesh.root))
    const found = await search({ ...everything, q: 'bask' }, anybody(), mesh.deps)
    expect(found.hits.map((hit) => hit.id)).toEqual(['sales/orders'])
    expect(found.hits[0]?.matches).toContainEqual({ field: 'column total', text: 'Sum of the «basket»' })
    expect(found.facets.tag).toEqual([
      { value: 'daily', count: 1 },
      { value: 'money', count: 1 },
    ])
    const before = await eventsAfter(mesh.store.db, 0)
    await mesh.apply(orders(mesh.root))
    expect(await eventsAfter(mesh.store.db, 0)).toHaveLength(before.length)
    expect((await getProduct('sales/orders', canRead, mesh.deps)).trust.health).toBe('empty')
  })

  test('a publish is visible to reading, search and lineage when its run has ended', async () => {
    await mesh.start()
    const run = await requestPublish('sales/orders', person, mesh.deps)
    const entries: string[] = []
    for await (const entry of followRun(run.id, 0, mesh.deps))
      entries.push(`${entry.step ?? entry.kind} ${entry.state ?? ''}`)
    const done = await mesh.finished(run.id)
    expect(done).toMatchObject({ state: 'succeeded', attempt: 1, error: null })
    expect(entries[0]).toBe('state started')
    expect(entries).toContain('model orders done')
    expect(entries).toContain('commit started')

    const head = await resolveSnapshot('sales/orders', {}, mesh.deps)
    expect(head).toMatchObject({ id: done.snapshot, sequence: 1, parent: null, runId: run.id })
    expect(head.tables[0]).toMatchObject({ name: 'orders', rows: 2 })
    expect(existsSync(join(mesh.root, 'data', head.tables[0]?.files[0]?.path ?? ''))).toBe(true)

    const view = await getProduct('sales/orders', canRead, mesh.deps)
    expect(view).toMatchObject({
      head: head.id,
      rows: 2,
      trust: { health: 'ok' },
      history: [{ outcome: 'passed' }],
      counts: { columns: 2, releases: 1, runs: 1 },
      tier: 'bronze',
    })
    expect(view.certification[1]?.missing.map((each) => each.what)).toEqual(['No service level is promised.'])
    const { hits } = await search({ ...everything, q: 'orders' }, anybody(), mesh.deps)
    expect(hits[0]).toMatchObject({ tier: 'bronze', history: view.history })
    const graph = await lineageGraph('sales/orders', { level: 'column', depth: 5 }, () => true, mesh.deps)
    expect(graph.edges.map((edge) => edge.to)).toContainEqual({
      kind: 'table',
      ref: 'sales/orders#orders',
      column: 'total',
    })
    const kept = await getSnapshot('sales/orders', head.id, mesh.deps)
    expect(kept.report.passed).toBe(true)
    const types = (await eventsAfter(mesh.store.db, 0)).map((event) => event.type)
    expect(types.slice(-3)).toEqual(['run.queued', 'run.started', 'snapshot.published'])
  })

  test('a failed check publishes nothing: consumers keep the last good snapshot, and the report names the rows', async () => {
    const before = await resolveSnapshot('sales/orders', {}, mesh.deps)
    await mesh.write('orders.csv', 'id,total\n1,10.5\n2,-7\n')
    const run = await requestPublish('sales/orders', person, mesh.deps)
    const done = await mesh.finished(run.id)
    expect(done).toMatchObject({ state: 'failed', snapshot: null, attempt: 1, error: { code: 'quality-failed' } })
    expect(await resolveSnapshot('sales/orders', {}, mesh.deps)).toEqual(before)
    const report = await runReport(run.id, mesh.deps)
    expect(report?.checks.find((check) => check.outcome === 'failed')).toMatchObject({
      type: 'range',
      failingRows: 1,
      samples: [{ id: expect.anything(), total: expect.anything() }],
    })
    expect((await getProduct('sales/orders', canRead, mesh.deps)).trust.health).toBe('failing')
    const files = await mesh.deps.storage.listSnapshotFiles('sales/orders')
    expect(new Set(files.map((file) => file.snapshotId))).toEqual(new Set([before.id]))
  })

  test('a dry run builds and checks and reveals nothing', async () => {
    await mesh.write('orders.csv', 'id,total\n1,10.5\n2,20\n3,30\n')
    const before = await resolveSnapshot('sales/orders', {}, mesh.deps)
    const run = await requestPublish('sales/orders', { ...person, params: { dryRun: true } }, mesh.deps)
    expect(await mesh.finished(run.id)).toMatchObject({ state: 'succeeded', snapshot: null })
    expect((await runReport(run.id, mesh.deps))?.passed).toBe(true)
    expect(await resolveSnapshot('sales/orders', {}, mesh.deps)).toEqual(before)
    // what nobody reads is no history of what is read
    const { history } = await getProduct('sales/orders', canRead, mesh.deps)
    expect(history.map((each) => each.outcome)).toEqual(['passed', 'failed'])
    expect((await entriesAfter(run.id, 0, mesh.deps)).at(-1)?.message).toContain('dry run')
  })

  test('time travel answers by number, by time and by release; what is not there is missing', async () => {
    const run = await requestPublish('sales/orders', person, mesh.deps)
    await mesh.finished(run.id)
    const head = await resolveSnapshot('sales/orders', {}, mesh.deps)
    expect(head.sequence).toBe(2)
    const first = await resolveSnapshot('sales/orders', { snapshot: '1' }, mesh.deps)
    expect(first.sequence).toBe(1)
    expect((await resolveSnapshot('sales/orders', { as_of: first.at }, mesh.deps)).id).toBe(first.id)
    expect((await resolveSnapshot('sales/orders', { version: '1.0.0' }, mesh.deps)).id).toBe(head.id)
    await expect(resolveSnapshot('sales/orders', { snapshot: '99' }, mesh.deps)).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(resolveSnapshot('sales/orders', { as_of: 'soon' }, mesh.deps)).rejects.toMatchObject({
      code: 'request-invalid',
    })
  })
})
