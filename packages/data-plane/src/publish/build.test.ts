import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Progress } from '../build/index.ts'
import { field, filePort, jobOf, productOf } from '../testing/product.ts'
import { build } from './index.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'datamesh-build-'))
})
afterEach(() => rm(root, { recursive: true, force: true }))

describe('a full build in a process', () => {
  test('runs the models and hands over durable, read-only files', async () => {
    await writeFile(join(root, 'orders.csv'), 'id,total\n1,10.5\n2,20\n')
    const product = productOf({
      inputPorts: [filePort('raw', 'orders.csv')],
      schema: {
        compatibility: 'BACKWARD',
        tables: {
          orders: {
            description: '',
            fields: [field('id', 'BIGINT', { key: true, nullable: false }), field('total', 'DOUBLE')],
          },
        },
      },
    })
    const progress: Progress[] = []
    const job = jobOf(root, product, {
      'models/stg_orders.sql': `select id, total from {{ source('raw', 'orders') }}`,
      'models/orders.sql': `select id::bigint as id, total from {{ ref('stg_orders') }}`,
    })
    const { staged, lineage } = await build(job, { onProgress: (entry) => progress.push(entry) }).outcome
    expect(staged.tables.map(({ name, rows, key }) => ({ name, rows, key }))).toEqual([
      { name: 'orders', rows: 2, key: ['id'] },
    ])
    const [file] = staged.tables[0]!.files
    expect(file!.path).toBe('sales/orders/orders/snap-1-0.parquet')
    expect((await stat(join(root, 'storage', file!.path))).mode & 0o777).toBe(0o444)
    expect(file!.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(staged.report).toMatchObject({ passed: true, checks: [{ id: 'orders.not_null.id', by: 'statistics' }] })
    expect(lineage.edges).toContainEqual(
      expect.objectContaining({ how: 'direct', to: { kind: 'table', ref: 'sales/orders#orders', column: 'id' } }),
    )
    expect(progress.map(({ step, state }) => `${step} ${state}`)).toContain('model orders done')
    expect(await readdir(join(root, 'storage/sales/orders/_staging'))).toEqual([])
  })
})
