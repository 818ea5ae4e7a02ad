import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { gc } from '../src/runs/index.ts'
import { json } from '../src/store/index.ts'
import { clockAt, openMesh, type TestMesh } from './mesh.ts'

let mesh: TestMesh
const clock = clockAt('2026-06-01T00:00:00Z')
beforeEach(async () => {
  mesh = await openMesh({ clock })
})
afterEach(() => mesh[Symbol.asyncDispose]())

/** A run that was asked for so many days ago, with one line of log. */
const run = async (id: string, daysAgo: number, state: 'succeeded' | 'running' | 'queued' = 'succeeded') => {
  const at = new Date(clock.now().getTime() - daysAgo * 86_400_000)
  await mesh.store.db
    .insertInto('run')
    .values({
      id,
      product: 'sales/orders',
      domain: 'sales',
      kind: 'publish',
      state,
      requested_by: 'ada',
      trigger: json({ by: 'person' }),
      params: json({}),
      created_at: at,
      finished_at: state === 'succeeded' ? at : null,
    })
    .execute()
  await mesh.store.db
    .insertInto('run_log')
    .values({ run_id: id, seq: 1, at, entry: json({}) })
    .execute()
}
const left = async (table: 'run' | 'run_log') =>
  new Set(
    table === 'run'
      ? (await mesh.store.db.selectFrom('run').select('id').execute()).map((row) => row.id)
      : (await mesh.store.db.selectFrom('run_log').select('run_id').execute()).map((row) => row.run_id),
  )

test('runs that ended long ago go with their logs; the newest hundred, young ones and unfinished ones stay', async () => {
  await run('waits', 400, 'queued')
  await run('runs', 400, 'running')
  for (let n = 0; n < 3; n++) await run(`old-${n}`, 300 + n)
  await run('young', 80)
  for (let n = 0; n < 99; n++) await run(`new-${n}`, n / 100)
  // Among the newest hundred: 99 of this day and the one that is 80 days old.
  expect((await gc({ dryRun: true }, mesh.deps)).runs).toEqual(['old-0', 'old-1', 'old-2'])
  expect((await left('run')).size).toBe(105)
  expect((await gc({ dryRun: false, keepRunsDays: 301 }, mesh.deps)).runs).toEqual(['old-2'])
  expect((await gc({ dryRun: false }, mesh.deps)).runs).toEqual(['old-0', 'old-1'])
  expect(await left('run_log')).toEqual(await left('run'))
  expect((await left('run')).size).toBe(102)
  expect([...(await left('run'))]).toEqual(expect.arrayContaining(['waits', 'runs', 'young']))
  expect((await gc({ dryRun: false, keepRunsDays: 1 }, mesh.deps)).runs).toEqual([])
})

test('temporary files of a build that was killed go, those of a running one stay', async () => {
  await run('runs', 0, 'running')
  for (const name of ['runs', 'gone', 'profile-snap_gone'])
    await mkdir(join(mesh.deps.tempDir, name, 'spill'), { recursive: true })
  await gc({ dryRun: true }, mesh.deps)
  expect(await readdir(mesh.deps.tempDir)).toHaveLength(3)
  await gc({ dryRun: false }, mesh.deps)
  expect(await readdir(mesh.deps.tempDir)).toEqual(['runs'])
})
