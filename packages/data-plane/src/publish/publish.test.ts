import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MeshError, type Snapshot, type StagedSnapshot } from '@datamesh/core'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import type { BuildJob } from '../build/index.ts'
import { field, jobOf, productOf } from '../testing/product.ts'
import { build, openWorkers, type PublishPlane, profile, publish } from './index.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'datamesh-publish-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const files = async () => {
  const all = await readdir(root, { recursive: true, withFileTypes: true })
  return all.filter((entry) => entry.isFile()).map((entry) => entry.name)
}

/** The control plane's compare-and-swap, over one head in memory. */
const planeOf = (head: { snapshot: Snapshot | null }): PublishPlane => ({
  build: (job: BuildJob) => build(job, { workers }),
  clock: { now: () => new Date('2026-02-03T04:05:06Z') },
  commit: async ({ report: _, ...staged }: StagedSnapshot, { expecting, at }) => {
    if ((head.snapshot?.id ?? null) !== expecting) {
      throw new MeshError('base-moved', {
        product: staged.product,
        expected: expecting,
        winner: head.snapshot!.id,
        run: null,
        by: null,
        at: null,
      })
    }
    head.snapshot = { ...staged, sequence: (head.snapshot?.sequence ?? 0) + 1, at: at.toISOString() }
    return head.snapshot
  },
})

const workers = openWorkers({ spare: true })
afterAll(() => workers[Symbol.asyncDispose]())
const models = { 'models/orders.sql': 'select i as id, i % 3 as grade from range(10) t(i)' }

test('a publish is one snapshot more, and its profile can be asked for', async () => {
  const head = { snapshot: null as Snapshot | null }
  const { snapshot, report } = await publish(jobOf(root, productOf(), models), planeOf(head))
  expect(snapshot).toMatchObject({ id: 'snap-1', sequence: 1, at: '2026-02-03T04:05:06.000Z' })
  expect(head.snapshot).toBe(snapshot)
  expect(report.passed).toBe(true)
  const job = jobOf(root, productOf(), {})
  const handle = profile({ snapshot: snapshot!, storageRoot: job.storageRoot, limits: job.limits }, { workers })
  const { profiles, guesses } = await handle.outcome
  expect(guesses).toEqual([])
  expect(profiles[0]).toMatchObject({
    table: 'orders',
    columns: [{ name: 'id', rows: 10, nulls: 0, min: '0', max: '9' }, { name: 'grade' }],
  })
})

test('of two who publish at once one wins, the other is told who did, and its files are gone', async () => {
  const head = { snapshot: null as Snapshot | null }
  const results = await Promise.allSettled(
    ['snap-1', 'snap-2'].map((id) =>
      publish(jobOf(root, productOf(), models, { snapshotId: id, runId: id }), planeOf(head)),
    ),
  )
  const lost = results.find((result) => result.status === 'rejected')
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  expect(lost?.reason).toMatchObject({
    code: 'base-moved',
    kind: 'conflict',
    facts: { winner: head.snapshot!.id },
  })
  expect(await files()).toEqual([`${head.snapshot!.id}-0.parquet`])
})

test('a failed check publishes nothing and says which, where and with the whole report', async () => {
  const head = { snapshot: null as Snapshot | null }
  const fields = [field('id', 'BIGINT', { nullable: false, at: { file: 'dataproduct.yaml', line: 31, column: 5 } })]
  const product = productOf({ schema: { compatibility: 'NONE', tables: { orders: { description: '', fields } } } })
  const job = jobOf(root, product, { 'models/orders.sql': 'select nullif(i, 3) as id from range(10) t(i)' })
  await expect(publish(job, planeOf(head))).rejects.toMatchObject({
    code: 'quality-failed',
    facts: { product: 'sales/orders', failures: ['id is always set'] },
    issues: [{ at: { file: 'dataproduct.yaml', line: 31, column: 5 } }],
    cause: { passed: false, checks: [{ failingRows: 1, totalRows: 10 }] },
  })
  expect(head.snapshot).toBeNull()
  expect(await files()).toEqual([])
})
