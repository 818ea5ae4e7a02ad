import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DataProduct, Snapshot } from '@datamesh/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BuildOutcome, Progress } from '../build/index.ts'
import { Compute, rowsOf } from '../compute/index.ts'
import { snapshotSelect } from '../input/index.ts'
import { localStorage } from '../storage/index.ts'
import { field, jobOf, productOf } from '../testing/product.ts'
import { runJob } from './index.ts'

let root: string
let parent: Snapshot | null
let count: number
let logged: Progress[]
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'datamesh-schema-')))
  parent = null
  count = 0
})
afterEach(() => rm(root, { recursive: true, force: true }))

const appended = productOf({ transforms: { materialisation: 'append' } })
const merged = productOf({ transforms: { materialisation: 'merge', key: ['id'] } })

/** Builds on what was built before, and becomes what is built on. */
const next = async (product: DataProduct, sql: string): Promise<BuildOutcome> => {
  const id = `snap-${++count}`
  logged = []
  const job = jobOf(root, product, { 'models/orders.sql': sql }, { snapshotId: id, runId: id, parent })
  const outcome = await runJob(job, (entry) => logged.push(entry))
  parent = { ...outcome.staged, sequence: count, at: '2026-01-01T00:00:00Z' }
  return outcome
}

/** The rows as every reader of snapshots selects them. */
const read = async ({ staged }: BuildOutcome): Promise<unknown[]> => {
  const storage = localStorage(join(root, 'storage'))
  const [table] = staged.tables
  const readFiles = table!.files.map((file) => storage.absolute(file.path))
  await using compute = await Compute.open({ memoryMb: 256, threads: 1, tempDir: root, readFiles, writeFolder: null })
  return await rowsOf(compute.connection, `from (${snapshotSelect(table!, storage)}) order by all`)
}
const noRows = (columns: string) => `select ${columns} where false`

describe('a column more', () => {
  test('is NULL in rows that were there before, whether rows are appended or merged', async () => {
    await next(appended, "select 1 as id, 'x' as a")
    expect(await read(await next(appended, "select 2 as id, 'y' as a, 5 as b"))).toEqual([
      { id: 1, a: 'x', b: null },
      { id: 2, a: 'y', b: 5 },
    ])
    parent = null
    await next(merged, "select * from (values (1, 'x'), (2, 'y')) t(id, a)")
    const outcome = await next(merged, "select * from (values (2, 'z', {'p': 1}), (3, 'n', null)) t(id, a, b)")
    expect(await read(outcome)).toEqual([
      { id: 1, a: 'x', b: null },
      { id: 2, a: 'z', b: { p: 1 } },
      { id: 3, a: 'n', b: null },
    ])
  })

  test('can be read even when the batch that brings it has no rows', async () => {
    for (const product of [appended, merged]) {
      parent = null
      await next(product, "select 1 as id, 'x' as a")
      const outcome = await next(product, noRows("1 as id, 'x' as a, 5 as b"))
      expect(outcome.unchanged).toBeUndefined()
      expect(outcome.staged.tables[0]).toMatchObject({ rows: 1, columns: [{ id: 1 }, { id: 2 }, { id: 3, name: 'b' }] })
      expect(await read(outcome)).toEqual([{ id: 1, a: 'x', b: null }])
      expect(await read(await next(product, "select 2 as id, 'y' as a, 6 as b"))).toEqual([
        { id: 1, a: 'x', b: null },
        { id: 2, a: 'y', b: 6 },
      ])
    }
  })
})

describe('a column less', () => {
  test('is said, and its name is not given again while files hold its old values', async () => {
    for (const product of [appended, merged]) {
      parent = null
      await next(product, "select 1 as id, 'x' as a")
      expect(await read(await next(product, 'select 2 as id'))).toEqual([{ id: 1 }, { id: 2 }])
      expect(logged.map((entry) => entry.message)).toContain('orders.a is published, but not built any more: it goes')
      await expect(next(product, 'select 3 as id, 7 as A')).rejects.toMatchObject({
        code: 'schema-mismatch',
        facts: { differences: [expect.stringMatching(/^orders\.A was published before and dropped/)] },
      })
    }
  })
})

describe('another type', () => {
  test('that would lose values is refused, with the way out', async () => {
    await next(appended, 'select 1 as id, 1::bigint as a')
    await expect(next(appended, 'select 2 as id, 1.5::double as a')).rejects.toThrow(
      /orders\.a is DOUBLE, but published rows have BIGINT; .*--full-refresh/,
    )
  })

  test('of a batch without rows is no difference: a file that is only a header has no types', async () => {
    for (const product of [appended, merged]) {
      parent = null
      await next(product, "select 1 as id, 'x' as a")
      const outcome = await next(product, noRows("'' as id, '' as a"))
      expect(outcome.unchanged).toBe('no new, changed or deleted rows')
      expect(outcome.staged.tables[0]!.columns.map(({ type }) => type)).toEqual(['INTEGER', 'VARCHAR'])
    }
    parent = null
    const fields = [field('id', 'BIGINT'), field('day', 'DATE')]
    const promising = productOf({
      schema: { compatibility: 'BACKWARD', tables: { orders: { description: '', fields } } },
    })
    const outcome = await next(promising, noRows("'' as id, '' as day"))
    expect(outcome.staged.tables[0]!.columns.map(({ type }) => type)).toEqual(['BIGINT', 'DATE'])
    await expect(next(promising, noRows("'' as id"))).rejects.toThrow(/orders\.day is missing/)
  })
})

test('a model that says nothing asks is_incremental as its product is continued', async () => {
  const sql = `select i as id from range(1, 4) t(i) {% if is_incremental() %} where i > (select max(id) from {{ this }}) {% endif %}`
  await next(appended, sql)
  const again = await next(appended, sql)
  expect(again.unchanged).toBe('no new, changed or deleted rows')
  expect(await read(again)).toEqual([{ id: '1' }, { id: '2' }, { id: '3' }])
})

test('rows are deleted by a mark of any type that says yes or no', async () => {
  await next(merged, "select 1 as id, 'x' as a, null::varchar as _deleted")
  await next(merged, "select 2 as id, 'y' as a, 'false' as _deleted")
  expect(await read(await next(merged, "select 1 as id, null::varchar as a, 'true' as _deleted"))).toEqual([
    { id: 2, a: 'y' },
  ])
})
