import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Progress } from '../build/index.ts'
import { jobOf, productOf } from '../testing/product.ts'
import { runJob } from './run_job.ts'

const root = mkdtempSync(join(tmpdir(), 'datamesh-progress-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const at = { file: 'dataproduct.yaml', line: 1, column: 1 }
const rule = { columns: [], severity: 'error' as const, threshold: 1, at }

test('a screen can draw what is to come, watch rows and bytes grow, and see checks fall one by one', async () => {
  const product = productOf({
    checks: [
      { ...rule, id: 'orders.row_count', type: 'row_count', name: 'there are rows', min: 1 },
      { ...rule, id: 'orders.range.n', type: 'range', name: 'n is small', columns: ['n'], max: 5, severity: 'warn' },
      { ...rule, id: 'orders.not_null.x', type: 'not_null', name: 'x is set', columns: ['x'] },
    ],
  })
  const entries: Progress[] = []
  const { staged } = await runJob(
    jobOf(root, product, {
      'models/numbers.sql': 'select i as n from range(3000000) t(i)',
      'models/even.sql': `select n, md5(cast(n as varchar)) as m from {{ ref('numbers') }} where n % 2 = 0`,
      'models/odd.sql': `select n from {{ ref('numbers') }} where n % 2 = 1`,
      'models/marts/orders.sql': `select e.n, md5(e.m || o.n) as m, o.n as p
        from {{ ref('even') }} e join {{ ref('odd') }} o on o.n = e.n + 1 order by m`,
    }),
    (entry) => entries.push(entry),
  )
  expect(staged.report.passed).toBe(false)
  expect(entries[0]).toMatchObject({
    kind: 'state',
    message: 'planned',
    steps: ['input', 'model numbers', 'model even', 'model odd', 'model orders', 'check', 'commit'],
  })
  const told = entries.flatMap(({ kind, step, state }) => (kind === 'step' ? [`${step} ${state}`] : []))
  const build = entries[0]?.steps?.filter((step) => step !== 'commit') ?? []
  expect(told).toEqual(build.flatMap((step) => [`${step} started`, `${step} done`]))
  const done = (name: string) => entries.find((e) => e.step === `model ${name}` && e.state === 'done')
  expect(done('numbers')).toMatchObject({ rows: 3_000_000 })
  expect(done('orders')).toMatchObject({ rows: 1_500_000, bytes: staged.tables[0]?.bytes })

  const going = entries.filter((entry) => entry.kind === 'progress' && entry.step === 'model orders')
  expect(going.length).toBeGreaterThan(0)
  const figures = going.map(({ rows = 0 }) => rows)
  expect(figures).toEqual(figures.toSorted((a, b) => a - b))
  expect(figures.at(-1)).toBeGreaterThan(0)
  for (const { share = 0 } of going) expect(share).toBeLessThanOrEqual(1)
  for (const [i, entry] of going.entries())
    if (i > 0) expect((entry.durationMs ?? 0) - (going[i - 1]?.durationMs ?? 0)).toBeGreaterThan(250)

  const checks = entries.filter((entry) => entry.kind === 'check')
  expect(checks).toMatchObject([
    { step: 'orders.row_count', name: 'there are rows', state: 'done', outcome: 'passed' },
    { step: 'orders.not_null.x', state: 'failed', outcome: 'not-run', message: expect.stringContaining('no column x') },
    { step: 'orders.range.n', state: 'failed', outcome: 'warned', message: expect.stringContaining('1,499,997') },
  ])
})
