import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DataProduct, Snapshot } from '@datamesh/core'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BuildJob, BuildOutcome, Progress } from '../build/index.ts'
import { field, jobOf, productOf } from '../testing/product.ts'
import { runJob } from './index.ts'

let root: string
let count: number
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'datamesh-modes-'))
  count = 0
})
afterEach(() => rm(root, { recursive: true, force: true }))

const logged: Progress[] = []
const run = (
  product: DataProduct,
  sql: string | Record<string, string>,
  more: Partial<BuildJob> = {},
): Promise<BuildOutcome> => {
  const id = `snap-${++count}`
  logged.length = 0
  const files = typeof sql === 'string' ? { 'models/orders.sql': sql } : sql
  return runJob(jobOf(root, product, files, { snapshotId: id, runId: id, ...more }), (entry) => logged.push(entry))
}

const asParent = ({ staged: { report: _, ...snapshot } }: BuildOutcome): Snapshot => ({
  ...snapshot,
  sequence: count,
  at: '2026-01-01T00:00:00Z',
})

const paths = (outcome: BuildOutcome) => outcome.staged.tables[0]!.files.map((file) => file.path.split('/').at(-1))

/** What a reader of the published files sees. */
const rowsOf = async (outcome: BuildOutcome, order = 'id'): Promise<unknown[]> => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const files = outcome.staged.tables[0]!.files.map((file) => `'${join(root, 'storage', file.path)}'`)
    const reader = await connection.runAndReadAll(
      `select * from read_parquet([${files.join(', ')}], union_by_name = true${order.startsWith('file_row') ? ', file_row_number = true' : ''}) order by ${order}`,
    )
    return reader.getRowObjectsJson()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

describe('append', () => {
  const product = productOf({ transforms: { materialisation: 'append' } })

  test('keeps the files of the parent and adds one', async () => {
    const first = await run(product, 'select 1 as id')
    const second = await run(product, 'select 2 as id', { parent: asParent(first) })
    expect(second.staged).toMatchObject({ mode: 'append', parent: 'snap-1', tables: [{ rows: 2 }] })
    expect(paths(second)).toEqual(['snap-1-0.parquet', 'snap-2-0.parquet'])
    expect(second.staged.tables[0]!.files[0]).toEqual(first.staged.tables[0]!.files[0])
    expect(await rowsOf(second)).toEqual([{ id: 1 }, { id: 2 }])
  })

  test('an incremental model reads what is published through this', async () => {
    const sql = `{{ config(materialized='incremental') }} select i as id from range(1, 6) t(i) where i > coalesce((select max(id) from {{ this }}), 0)`
    const first = await run(productOf(), sql.replace('{{ this }}', '(select 3 as id)'))
    const second = await run(productOf(), sql, { parent: asParent(first) })
    expect(await rowsOf(second)).toEqual([{ id: '4' }, { id: '5' }])
    expect(second.unchanged).toBe('no new, changed or deleted rows')
    expect(paths(second)).toEqual(['snap-1-0.parquet'])
    expect(second.lineage).toEqual({ edges: first.lineage.edges, unknown: [] })
  })

  test('a full refresh starts again', async () => {
    const first = await run(product, 'select 1 as id')
    const again = await run(product, 'select 2 as id', {
      parent: asParent(first),
      params: { fullRefresh: true, vars: {}, dryRun: false },
    })
    expect(again.staged.mode).toBe('full')
    expect(await rowsOf(again)).toEqual([{ id: 2 }])
  })

  test('a column that comes later gets a new id and is null in older rows; one that goes keeps its id out of use', async () => {
    const first = await run(product, `select 1 as id, 'a' as name`)
    const second = await run(product, `select 2 as id, 'b' as name, 5 as stars`, { parent: asParent(first) })
    expect(second.staged.tables[0]!.columns.map(({ id, name }) => [id, name])).toEqual([
      [1, 'id'],
      [2, 'name'],
      [3, 'stars'],
    ])
    expect(await rowsOf(second)).toEqual([
      { id: 1, name: 'a', stars: null },
      { id: 2, name: 'b', stars: 5 },
    ])
  })
})

describe('building the same again', () => {
  test('is no change and takes no space', async () => {
    const first = await run(productOf(), 'select i as id from range(10) t(i)')
    const second = await run(productOf(), 'select i as id from range(10) t(i)', { parent: asParent(first) })
    expect(second.unchanged).toBe('no new, changed or deleted rows')
    expect(second.staged.tables[0]!.files).toEqual(first.staged.tables[0]!.files)
    expect(await readdir(join(root, 'storage/sales/orders/orders'))).toEqual(['snap-1-0.parquet'])
  })

  test('is a change when the release says so, still without a new file', async () => {
    const first = await run(productOf(), 'select i as id from range(10) t(i)')
    const second = await run(productOf({ version: '1.0.1' }), 'select i as id from range(10) t(i)', {
      parent: asParent(first),
    })
    expect(second.unchanged).toBeUndefined()
    expect(paths(second)).toEqual(['snap-1-0.parquet'])
    const third = await run(productOf({ version: '1.0.1' }), 'select i as id from range(11) t(i)', {
      parent: asParent(second),
    })
    expect(paths(third)).toEqual(['snap-3-0.parquet'])
  })

  test('an equal batch is appended all the same', async () => {
    const product = productOf({ transforms: { materialisation: 'append' } })
    const first = await run(product, 'select 1 as id')
    const second = await run(product, 'select 1 as id', { parent: asParent(first) })
    expect(await rowsOf(second)).toEqual([{ id: 1 }, { id: 1 }])
  })
})

describe('a storage root behind a symbolic link', () => {
  test('is read and written like any other', async () => {
    await mkdir(join(root, 'real'))
    await symlink(join(root, 'real'), join(root, 'storage'))
    const product = productOf({ transforms: { materialisation: 'append' } })
    const first = await run(product, 'select 1 as id')
    const second = await run(product, 'select count(*)::integer + 1 as id from {{ this }}', { parent: asParent(first) })
    expect(await rowsOf(second)).toEqual([{ id: 1 }, { id: 2 }])
  })
})

describe('column ids', () => {
  test('the id of a dropped column is not given to another', async () => {
    const first = await run(productOf(), 'select 1 as id, 2 as gone')
    const second = await run(productOf(), 'select 1 as id', { parent: asParent(first) })
    const third = await run(productOf(), 'select 1 as id, 3 as fresh', { parent: asParent(second) })
    expect(third.staged.tables[0]!.columns.map(({ id, name }) => [id, name])).toEqual([
      [1, 'id'],
      [3, 'fresh'],
    ])
  })
})

describe('order', () => {
  test('a model that orders its rows has them in that order in the file', async () => {
    const outcome = await run(productOf(), 'select i as id, hash(i) as h from range(300000) t(i) order by h')
    const [last] = (await rowsOf(outcome, 'file_row_number desc limit 1')) as { id: string }[]
    const sorted = (await rowsOf(outcome, 'h desc limit 1')) as { id: string }[]
    expect(last!.id).toBe(sorted[0]!.id)
  })
})

describe('merge', () => {
  const product = productOf({ transforms: { materialisation: 'merge', key: ['id'] } })
  const start = () => run(product, `select i as id, 'old' as state from range(4) t(i)`)

  test('updates, inserts and deletes by key, and publishes no marks', async () => {
    const first = await start()
    const second = await run(
      product,
      `select * from (values (1::bigint, 'new', false), (9, 'new', false), (2, null, true), (77, null, true)) v(id, state, _deleted)`,
      { parent: asParent(first) },
    )
    expect(second.staged).toMatchObject({
      mode: 'merge',
      tables: [{ key: ['id'], rows: 4, columns: [{ name: 'id' }, { name: 'state' }] }],
    })
    expect(await rowsOf(second)).toEqual([
      { id: '0', state: 'old' },
      { id: '1', state: 'new' },
      { id: '3', state: 'old' },
      { id: '9', state: 'new' },
    ])
  })

  test('writes only the files again that hold a matched key', async () => {
    const first = await start()
    const second = await run(product, `select 100 + i as id, 'old' as state from range(4) t(i)`, {
      parent: asParent(first),
    })
    const third = await run(product, `select 2::bigint as id, 'new' as state`, { parent: asParent(second) })
    expect(paths(second)).toEqual(['snap-1-0.parquet', 'snap-2-0.parquet'])
    expect(paths(third)).toEqual(['snap-2-0.parquet', 'snap-3-0.parquet'])
    expect((await rowsOf(third)).filter((row) => (row as { state: string }).state === 'new')).toEqual([
      { id: '2', state: 'new' },
    ])
    expect(third.staged.tables[0]!.rows).toBe(8)
  })

  test('an operation column deletes with d', async () => {
    const second = await run(product, `select 3::bigint as id, null as state, 'd' as __op`, {
      parent: asParent(await start()),
    })
    expect(await rowsOf(second)).toHaveLength(3)
  })

  test('deleting every row leaves a table without files', async () => {
    const second = await run(product, `select i as id, null as state, true as _deleted from range(4) t(i)`, {
      parent: asParent(await start()),
    })
    expect(second.staged.tables[0]).toMatchObject({ rows: 0, files: [] })
    const third = await run(product, `select 1::bigint as id, 'back' as state`, { parent: asParent(second) })
    expect(await rowsOf(third)).toEqual([{ id: '1', state: 'back' }])
  })

  test('the first rows to merge are not published twice, and marked ones not at all', async () => {
    const first = await run(
      product,
      `select * from (values (1::bigint, 'a', false), (2, 'b', true)) v(id, state, _deleted)`,
    )
    expect(await rowsOf(first)).toEqual([{ id: '1', state: 'a' }])
    await expect(run(product, `select 1 as id, 'x' as state from range(2)`)).rejects.toMatchObject({
      code: 'merge-keys-repeated',
    })
  })

  test('a repeated or missing key is an error that names it', async () => {
    const parent = asParent(await start())
    await expect(run(product, `select 7::bigint as id, 'x' as state from range(2)`, { parent })).rejects.toMatchObject({
      code: 'merge-keys-repeated',
      facts: { table: 'orders', key: 'id', examples: ['id = 7 (2 rows)'] },
    })
    await expect(run(product, `select null::bigint as id, 'x' as state`, { parent })).rejects.toMatchObject({
      facts: { examples: ['id = null (1 rows)'] },
    })
  })

  test('merging rows that are published already changes nothing', async () => {
    const first = await start()
    const second = await run(product, `select 1::bigint as id, 'old' as state`, { parent: asParent(first) })
    expect(second.unchanged).toBe('no new, changed or deleted rows')
    expect(paths(second)).toEqual(['snap-1-0.parquet'])
  })

  test('merging nothing changes nothing', async () => {
    const second = await run(product, `select 1::bigint as id, 'x' as state where false`, {
      parent: asParent(await start()),
    })
    expect(second.unchanged).toBe('no new, changed or deleted rows')
  })
})

describe('types', () => {
  test('a sum of integers is written exactly, not as a float', async () => {
    const { staged } = await run(productOf(), 'select sum(i) as n from range(10) t(i)')
    expect(staged.tables[0]!.columns).toMatchObject([{ name: 'n', type: 'BIGINT' }])
    const declared = productOf({
      schema: { compatibility: 'NONE', tables: { orders: { description: '', fields: [field('n', 'DECIMAL(38,0)')] } } },
    })
    const big = await run(declared, 'select sum(9000000000000000000 + i) as n from range(10) t(i)')
    expect(await rowsOf(big, 'n')).toEqual([{ n: '90000000000000000045' }])
    await expect(
      run(productOf(), 'select sum(9000000000000000000 + i) as n from range(10) t(i)'),
    ).rejects.toMatchObject({ code: 'model-failed' })
  })

  test('every difference to the schema is told at once', async () => {
    const product = productOf({
      schema: {
        compatibility: 'NONE',
        tables: {
          orders: {
            description: '',
            fields: [
              field('id', 'BIGINT'),
              field('total', 'DECIMAL(10,2)'),
              field('at', 'TIMESTAMP'),
              field('gone', 'INTEGER'),
            ],
          },
        },
      },
    })
    await expect(
      run(product, `select 1 as id, 2.5::double as total, time '10:00' as at, interval 1 day as lasted`),
    ).rejects.toMatchObject({
      code: 'schema-mismatch',
      facts: {
        differences: [
          expect.stringMatching(/total is DOUBLE, promised is DECIMAL\(10,2\); write cast\(total as decimal\(10,2\)\)/),
          expect.stringMatching(/at is TIME, promised is TIMESTAMP/),
          'orders.gone is missing',
          expect.stringMatching(/lasted is INTERVAL, which Parquet and Delta do not carry; write seconds: epoch\(x\)/),
        ],
      },
    })
  })

  test('a column that was not promised is published and said', async () => {
    const product = productOf({
      schema: { compatibility: 'NONE', tables: { orders: { description: '', fields: [field('Id', 'BIGINT')] } } },
    })
    const { staged } = await run(product, `select 'x' as extra, 1 as id`)
    expect(staged.tables[0]!.columns.map(({ name, type }) => `${name} ${type}`)).toEqual(['Id BIGINT', 'extra VARCHAR'])
    expect(logged.find((entry) => entry.kind === 'log')?.message).toBe(
      'orders.extra (VARCHAR) is built but not in the schema',
    )
  })

  test('unsigned, enum, uuid and second timestamps get the type that carries them', async () => {
    const { staged } = await run(
      productOf(),
      `select 1::utinyint a, 1::uinteger b, 1::ubigint c, uuid() d, 'x'::enum('x') e, now()::timestamp_s f, [1]::int[1] g`,
    )
    expect(staged.tables[0]!.columns.map(({ type }) => type)).toEqual([
      'SMALLINT',
      'BIGINT',
      'DECIMAL(20,0)',
      'VARCHAR',
      'VARCHAR',
      'TIMESTAMP',
      'INTEGER[]',
    ])
  })
})

describe('which tables are published', () => {
  test('the models of marts, and staging stays inside', async () => {
    const outcome = await run(productOf(), {
      'models/staging/stg.sql': 'select 1 as id',
      'models/marts/orders.sql': `select * from {{ ref('stg') }}`,
      'models/marts/totals.sql': `select count(*) as n from {{ ref('orders') }}`,
    })
    expect(outcome.staged.tables.map(({ name }) => name)).toEqual(['orders', 'totals'])
    expect(await readdir(join(root, 'storage/sales/orders'))).toEqual(expect.arrayContaining(['orders', 'totals']))
  })

  test('without marts those that no other model reads; one alone carries the name of the product', async () => {
    const outcome = await run(productOf(), {
      'models/a.sql': 'select 1 as id',
      'models/b.sql': `select * from {{ ref('a') }}`,
    })
    expect(outcome.staged.tables.map(({ name }) => name)).toEqual(['orders'])
  })
})

describe('a report that does not pass', () => {
  test('is an answer, and its files are gone', async () => {
    const product = productOf({
      schema: {
        compatibility: 'NONE',
        tables: { orders: { description: '', fields: [field('id', 'INTEGER', { nullable: false })] } },
      },
    })
    const { staged } = await run(product, 'select null::integer as id')
    expect(staged.report).toMatchObject({ passed: false, checks: [{ outcome: 'failed', failingRows: 1 }] })
    const left = await readdir(root, { recursive: true, withFileTypes: true })
    expect(left.filter((entry) => entry.isFile())).toEqual([])
  })

  test('a dry run leaves no file either', async () => {
    const { staged } = await run(productOf(), 'select 1 as id', {
      params: { fullRefresh: false, vars: {}, dryRun: true },
    })
    expect(staged.report.passed).toBe(true)
    const left = await readdir(root, { recursive: true, withFileTypes: true })
    expect(left.filter((entry) => entry.isFile())).toEqual([])
  })
})
