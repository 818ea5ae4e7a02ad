import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CheckSpec, Snapshot } from '@datamesh/core'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, describe, expect, test } from 'vitest'
import type { BuildJob, BuildOutcome, Progress } from '../build/index.ts'
import { field, filePort, jobOf, productOf } from '../testing/product.ts'
import { build, openWorkers, runJob } from './index.ts'

const root = mkdtempSync(join(tmpdir(), 'datamesh-retry-'))
const workers = openWorkers({ spare: true })
afterAll(async () => {
  await workers[Symbol.asyncDispose]()
  rmSync(root, { recursive: true, force: true })
})

let places = 0
/** A product over one file: `base` is read by both marts, `seen` is a view between. */
const prepared = (rows = 2000) => {
  const folder = join(root, `p${places++}`)
  const input = join(folder, 'in.csv')
  const write = (text: string) => writeFileSync(input, text)
  mkdirSync(folder, { recursive: true })
  write(`id,v\n${Array.from({ length: rows }, (_, i) => `${i},${(i * 7919) % 1000}`).join('\n')}\n`)
  const product = productOf({ inputPorts: [filePort('landing', 'in.csv')] })
  const files = {
    'models/base.sql': `select cast(id as bigint) as id, cast(v as integer) as v from {{ source('landing', 'landing') }}`,
    'models/seen.sql': `{{ config(materialized='view') }} select id, v + 1 as w from {{ ref('base') }}`,
    'models/marts/a.sql': `select id, w, md5(cast(w as varchar)) as m from {{ ref('seen') }}`,
    'models/marts/b.sql': `select v, count(*) as n from {{ ref('base') }} group by v order by v`,
  }
  return { folder, input, write, product, files, kept: () => keptIn(folder) }
}

const keptIn = (folder: string): Record<string, string[]> => {
  const home = join(folder, 'storage', 'sales', 'orders', '_kept')
  const list = (path: string) => (existsSync(path) ? readdirSync(path) : [])
  return Object.fromEntries(list(home).map((run) => [run, list(join(home, run))]))
}

type Told = { outcome: BuildOutcome | null; error: unknown; taken: string[]; built: string[] }
const run = async (
  place: { folder: string; product: BuildJob['product']; files: Record<string, string> },
  n: number,
  more: Partial<BuildJob> = {},
  /** As it is done, with what follows; or only the build, which is faster. */
  how: 'in a process' | 'here' = 'here',
): Promise<Told> => {
  const entries: Progress[] = []
  const job = jobOf(place.folder, place.product, place.files, {
    ...{ runId: `run-${n}`, snapshotId: `snap-${n}`, keep: { reuse: [] } },
    ...more,
    limits: { memoryMb: 512, threads: 1, timeoutSeconds: 60, tempDir: `${place.folder}/tmp` },
  })
  const tell = (entry: Progress) => entries.push(entry)
  const outcome = how === 'here' ? runJob(job, tell) : build(job, { workers, onProgress: tell }).outcome
  const done = await outcome.then(
    (outcome) => ({ outcome, error: null }),
    (error: unknown) => ({ outcome: null, error }),
  )
  const models = entries.filter(
    (entry) => entry.kind === 'step' && entry.state === 'done' && entry.step?.startsWith('model'),
  )
  const isTaken = (entry: Progress) => entry.message?.startsWith('taken over from run') === true
  const names = (list: Progress[]) => list.map((entry) => entry.step?.replace('model ', '') ?? '')
  return { ...done, taken: names(models.filter(isTaken)), built: names(models.filter((entry) => !isTaken(entry))) }
}
const reuse = (...runs: string[]): Partial<BuildJob> => ({ keep: { reuse: runs } })

/** Everything that a snapshot says but whose it is. */
const essence = ({ outcome }: Told) =>
  outcome?.staged.tables.map(({ name, columns, key, rows, bytes, files }) => ({
    ...{ name, columns, key, rows, bytes },
    files: files.map(({ path: _, ...file }) => file),
  }))
const rowsOf = async (folder: string, { outcome }: Told): Promise<unknown[]> => {
  const engine = await (await DuckDBInstance.create(':memory:')).connect()
  const all: unknown[] = []
  for (const table of outcome?.staged.tables ?? []) {
    const paths = table.files.map((file) => `'${folder}/storage/${file.path}'`)
    const read = await engine.runAndReadAll(`from read_parquet([${paths.join(', ')}], union_by_name = true)`)
    all.push([table.name, ...read.getRowsJson()])
  }
  engine.closeSync()
  return all
}
const broken = { 'models/marts/b.sql': `select cast('x' as integer) as v from {{ ref('base') }}` }

describe('a retry from the failed step', () => {
  test('takes over what was built, builds the rest, and gives the very snapshot of a full build', async () => {
    const place = prepared()
    const failed = await run({ ...place, files: { ...place.files, ...broken } }, 1, {}, 'in a process')
    expect(failed.error).toMatchObject({ code: 'model-failed' })
    expect(Object.keys(place.kept())).toEqual(['run-1'])

    const retried = await run(place, 2, reuse('run-1'), 'in a process')
    expect(retried.error).toBeNull()
    expect(retried.taken).toEqual(['base', 'a'])
    expect(retried.built).toEqual(['seen', 'b'])
    expect(place.kept()).toEqual({})

    const other = prepared()
    const whole = await run(other, 1)
    expect(whole.taken).toEqual([])
    expect(essence(retried)).toEqual(essence(whole))
    expect(await rowsOf(place.folder, retried)).toEqual(await rowsOf(other.folder, whole))
    expect(retried.outcome?.lineage).toEqual(whole.outcome?.lineage)
  })

  test('again and again: a retry that fails keeps what it took over for the next', async () => {
    const place = prepared()
    const wrong = { ...place, files: { ...place.files, ...broken } }
    await run(wrong, 1, {}, 'in a process')
    expect((await run(wrong, 2, reuse('run-1'), 'in a process')).taken).toEqual(['base', 'a'])
    expect((await run(wrong, 3, reuse('run-2'), 'in a process')).taken).toEqual(['base', 'a'])
    expect(Object.keys(place.kept()).sort()).toEqual(['run-2', 'run-3'])
    const last = await run(place, 4, reuse('run-3'))
    expect(last.taken).toEqual(['base', 'a'])
    expect(last.error).toBeNull()
  })

  test('an input that changed is read again, also when size and time look the same', async () => {
    const place = prepared()
    const wrong = { ...place, files: { ...place.files, ...broken } }
    await run(wrong, 1)
    const then = statSync(place.input)
    place.write(readFileSync(place.input, 'utf8').replace('1,919\n', '1,918\n'))
    utimesSync(place.input, then.atime, then.mtime)
    const retried = await run(place, 2, reuse('run-1'))
    expect(retried.taken).toEqual([])
    expect(JSON.stringify(await rowsOf(place.folder, retried))).toContain('["1",919,')
  })

  test('other vars, another model before it, a full refresh, other columns promised: built anew', async () => {
    const place = prepared()
    const wrong = { ...place, files: { ...place.files, ...broken } }
    await run(wrong, 1)
    const params = { fullRefresh: false, vars: {}, dryRun: true }
    const again = async (change: Partial<typeof place>, more: Partial<BuildJob> = {}) =>
      (await run({ ...place, ...change }, 2, { params: { ...params }, ...reuse('run-1'), ...more })).taken
    // a dry run that passes would give up what is kept
    const files = { ...wrong.files }
    expect(await again({ files }, { params: { ...params, vars: { x: 1 } } })).toEqual([])
    expect(await again({ files }, { params: { ...params, fullRefresh: true } })).toEqual([])
    const base = `select cast(id as bigint) as id, cast(v as integer) + 1 as v from {{ source('landing', 'landing') }}`
    expect(await again({ files: { ...files, 'models/base.sql': base } })).toEqual([])
    const seen = `{{ config(materialized='view') }} select id, v + 2 as w from {{ ref('base') }}`
    expect(await again({ files: { ...files, 'models/seen.sql': seen } })).toEqual(['base'])
    const fields = [field('id', 'BIGINT'), field('w', 'BIGINT'), field('m', 'VARCHAR')]
    const schema = { compatibility: 'BACKWARD' as const, tables: { a: { description: '', fields } } }
    expect(await again({ files, product: { ...place.product, schema } })).toEqual(['base'])
  })

  test('what asks for the time or for chance is built anew, with all that reads it', async () => {
    const place = prepared()
    const base = `select cast(id as bigint) as id, cast(v as integer) as v, current_date as d from {{ source('landing', 'landing') }}`
    const files = { ...place.files, 'models/base.sql': base }
    await run({ ...place, files: { ...files, ...broken } }, 1)
    expect((await run({ ...place, files }, 2, reuse('run-1'))).taken).toEqual([])
  })

  test('after a failed check nothing is built: a release with another threshold only checks', async () => {
    const place = prepared()
    const at = { file: 'dataproduct.yaml', line: 1, column: 1 }
    const check = (max: number): CheckSpec => ({
      ...{ id: 'b.range.v', type: 'range', name: 'v is small', table: 'b', columns: ['v'], max, at },
      ...{ severity: 'error', threshold: 1 },
    })
    const strict = { ...place.product, checks: [check(500)] }
    const failed = await run({ ...place, product: strict }, 1)
    expect(failed.outcome?.staged.report.passed).toBe(false)
    const product = { ...place.product, version: '1.0.1', checks: [check(5000)] }
    const retried = await run({ ...place, product }, 2, reuse('run-1'))
    expect(retried.taken).toEqual(['a', 'b'])
    expect(retried.outcome?.staged.report.passed).toBe(true)
    const other = prepared()
    expect(essence(retried)).toEqual(essence(await run(other, 1)))
  })

  test('rows that are merged into a parent are taken over with the files that stay', async () => {
    const place = prepared()
    const product = productOf({
      inputPorts: [filePort('landing', 'in.csv')],
      transforms: { materialisation: 'merge', key: ['id'] },
    })
    const files = {
      'models/marts/a.sql': `select cast(id as bigint) as id, cast(v as integer) as v from {{ source('landing', 'landing') }}`,
      'models/marts/b.sql': `select cast(id as bigint) as id from {{ source('landing', 'landing') }}`,
    }
    const first = await run({ ...place, product, files }, 1)
    const parent = { ...first.outcome?.staged, sequence: 1, at: '2026-01-01T00:00:00Z' } as Snapshot
    place.write('id,v\n3,-3\n9000,1\n')
    const wrong = { ...files, ...{ 'models/marts/b.sql': `select cast('x' as integer) as id` } }
    expect((await run({ ...place, product, files: wrong }, 2, { parent })).error).toMatchObject({
      code: 'model-failed',
    })
    const retried = await run({ ...place, product, files }, 3, { parent, ...reuse('run-2') })
    expect(retried.taken).toEqual(['a'])
    const whole = await run({ ...place, product, files }, 4, { parent })
    expect(essence(retried)).toEqual(essence(whole))
    // over another parent it is another merge
    await run({ ...place, product, files: wrong }, 5, { parent })
    expect((await run({ ...place, product, files }, 6, { parent: null, ...reuse('run-5') })).taken).toEqual([])
  })

  test('a kept file that is not what was kept is not believed', async () => {
    const place = prepared()
    await run({ ...place, files: { ...place.files, ...broken } }, 1)
    const home = join(place.folder, 'storage/sales/orders/_kept/run-1')
    for (const key of readdirSync(home)) {
      const file = join(home, key, '0.parquet')
      const bytes = readFileSync(file)
      bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100)
      await rm(file)
      writeFileSync(file, bytes)
    }
    expect(await run(place, 2, reuse('run-1'))).toMatchObject({ taken: [], error: null })
  })

  test('a cancelled run keeps nothing; a killed one what was whole', async () => {
    const place = prepared(200_000)
    const slow = {
      ...place.files,
      'models/marts/b.sql': `select count(*) as n from {{ ref('base') }} x join {{ ref('base') }} y on x.v + y.v > 1`,
    }
    const started = (n: number) =>
      build(
        jobOf(place.folder, place.product, slow, {
          ...{ runId: `run-${n}`, snapshotId: `snap-${n}`, keep: { reuse: [] } },
          limits: { memoryMb: 512, threads: 1, timeoutSeconds: 60, tempDir: `${place.folder}/tmp` },
        }),
        { workers },
      )
    const appears = async (n: number, what: (names: string[]) => boolean) => {
      for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 1)))
        if (what(place.kept()[`run-${n}`] ?? [])) return
      throw new Error('nothing was kept')
    }
    const cancelled = started(1)
    cancelled.outcome.catch(() => {})
    await appears(1, (names) => names.some((name) => !name.startsWith('.')))
    cancelled.cancel()
    await expect(cancelled.outcome).rejects.toMatchObject({ code: 'build-cancelled' })
    expect(place.kept()).toEqual({})

    // in the middle of keeping
    const killed = started(2)
    killed.outcome.catch(() => {})
    await appears(2, (names) => names.length > 0)
    process.kill(killed.pid as number, 'SIGKILL')
    await expect(killed.outcome).rejects.toMatchObject({ code: 'worker-died' })
    const home = join(place.folder, 'storage/sales/orders/_kept/run-2')
    for (const name of readdirSync(home).filter((each) => !each.startsWith('.')))
      expect(readdirSync(join(home, name)).sort()).toEqual(['0.parquet', 'kept.json'])
    const retried = await run(place, 3, reuse('run-2'))
    const other = prepared(200_000)
    expect(essence(retried)).toEqual(essence(await run(other, 1)))

    const whole = started(4)
    whole.outcome.catch(() => {})
    await appears(4, (names) => names.some((name) => !name.startsWith('.')))
    process.kill(whole.pid as number, 'SIGKILL')
    await expect(whole.outcome).rejects.toMatchObject({ code: 'worker-died' })
    expect((await run(place, 5, reuse('run-4'))).taken).toEqual(['a'])
  }, 60_000)
})
