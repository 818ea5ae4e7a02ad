import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { BuildOutcome } from '../build/index.ts'
import { asParent, dbtShopFiles, dbtShopJob, publishedRows } from '../testing/dbt_shop.ts'
import { runJob } from './index.ts'

let root: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'datamesh-dbt-shop-')))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const seed = (name: string) => `warehouse/seeds/raw_${name}.csv`
const failures = ({ staged }: BuildOutcome) =>
  staged.report.checks
    .filter((check) => check.outcome !== 'passed')
    .map(({ name, outcome, failingRows }) => [name, outcome, failingRows])

test('the dbt project of the example is built as it is, and its tests are the checks', async () => {
  const outcome = await runJob(dbtShopJob(root), () => {})
  expect(outcome.staged.tables.map(({ name, rows }) => [name, rows])).toEqual([
    ['customers', 40],
    ['orders', 160],
    ['monthly_sales', 5],
  ])
  expect(outcome.staged.report.passed).toBe(true)
  const names = outcome.staged.report.checks.map(({ name }) => name)
  expect(names).toHaveLength(27)
  expect(names).toEqual(
    expect.arrayContaining([
      'unique_stg_orders_order_id',
      'not_negative_stg_payments_amount',
      'relationships_orders_customer_id__customer_id__ref_customers_',
      'order_status_is_known',
      'assert_orders_are_paid_by_their_parts',
    ]),
  )
  const { orders } = await publishedRows(root, outcome)
  expect(Object.keys(orders?.[0] ?? {})).toEqual(
    'order_id order_key customer_id order_date status card_amount cash_amount coupon_amount gift_card_amount amount currency'.split(
      ' ',
    ),
  )
  expect(orders?.[0]).toMatchObject({ currency: 'EUR' })
})

test('the currency comes from the environment that the job carries, and a var from the manifest', async () => {
  const files = dbtShopFiles()
  const manifest = files['dataproduct.yaml']!.replace(
    'project: warehouse',
    'project: warehouse\n    vars: { first_month: 2024-03-01 }',
  )
  const job = dbtShopJob(root, { 'dataproduct.yaml': manifest }, { env: { TEA_SHOP_CURRENCY: 'CHF' } })
  const outcome = await runJob(job, () => {})
  const { orders } = await publishedRows(root, outcome)
  expect(orders?.[0]).toMatchObject({ currency: 'CHF' })
  expect(outcome.staged.tables[1]?.rows).toBeLessThan(160)
  expect(outcome.staged.tables[1]?.rows).toBeGreaterThan(50)
})

test('an incremental model takes the last week again, and nothing when nothing is new', async () => {
  const first = await runJob(dbtShopJob(root), () => {})
  const again = await runJob(dbtShopJob(root, {}, { parent: asParent(first, 1), snapshotId: 'snap-2' }), () => {})
  expect(again.unchanged).toBe('no new, changed or deleted rows')
  // The first order is months old and stays as it was; the last one is taken again.
  const orders = dbtShopFiles()
    [seed('orders')]!.split('\n')
    .map((line) => line.replace(/^(1|160),(.*),(\w+),/, '$1,$2,returned,'))
  const changed = dbtShopJob(
    root,
    { [seed('orders')]: orders.join('\n') },
    { parent: asParent(first, 1), snapshotId: 'snap-3' },
  )
  const rows = (await publishedRows(root, await runJob(changed, () => {}))).orders as {
    order_id: string
    status: string
  }[]
  const before = (await publishedRows(root, first)).orders as typeof rows
  const status = (from: typeof rows, id: string) => from.find((row) => row.order_id === id)?.status
  expect(rows).toHaveLength(160)
  expect(status(rows, '160')).toBe('returned')
  expect(status(rows, '1')).toBe(status(before, '1'))
  expect(status(before, '1')).not.toBe('returned')
})

test('its tests stop a publish as they say: error and warn', async () => {
  const files = dbtShopFiles()
  const orders = `${files[seed('orders')]}161,999,2024-05-30,lost,\n160,1,2024-05-30,placed,\n`
  const payments = files[seed('payments')]!.replace(/^1,1,(\w+),\d+$/m, '1,1,$1,-5')
  const outcome = await runJob(
    dbtShopJob(root, { [seed('orders')]: orders, [seed('payments')]: payments }),
    () => {},
  ).catch((error: { code: string }) => error.code)
  // dbt would find the doubled key only in its tests; merging by a key cannot begin with two rows of one key.
  expect(outcome).toBe('merge-keys-repeated')
  const told = await runJob(
    dbtShopJob(root, {
      [seed('orders')]: orders.replace(/160,1,2024-05-30,placed,\n$/, ''),
      [seed('payments')]: payments,
    }),
    () => {},
  )
  expect(told.staged.report.passed).toBe(false)
  expect(failures(told)).toEqual(
    expect.arrayContaining([
      ['not_negative_stg_payments_amount', 'warned', 1],
      ['order_status_is_known', 'failed', 1],
      ['relationships_orders_customer_id__customer_id__ref_customers_', 'failed', 1],
    ]),
  )
})
