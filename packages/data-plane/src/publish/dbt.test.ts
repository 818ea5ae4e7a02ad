import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { BuildOutcome, Progress } from '../build/index.ts'
import { filePort, jobOf, productOf } from '../testing/product.ts'
import { runJob } from './index.ts'

let root: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'datamesh-dbt-')))
})
afterEach(() => rm(root, { recursive: true, force: true }))

const rowsOf = async (outcome: BuildOutcome, table: string): Promise<unknown[]> => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const files = outcome.staged.tables
      .find(({ name }) => name === table)!
      .files.map((file) => `'${join(root, 'storage', file.path)}'`)
    return (
      await connection.runAndReadAll(`select * from read_parquet([${files.join(', ')}]) order by all`)
    ).getRowObjectsJson()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

/** A project as dbt's tutorial has it: seeds, sources, staging views, marts with macros, loops and tests. */
const project = {
  'warehouse/dbt_project.yml': `
name: shop
profile: shop
vars: { methods: [card, coupon] }
models:
  shop:
    staging: { +materialized: view }
    marts: { +materialized: table }
seeds:
  shop:
    regions: { +column_types: { code: varchar } }
`,
  'warehouse/seeds/regions.csv': 'code,name\n01,North\n02,South\n',
  'warehouse/macros/cents.sql': `{% macro euros(column) %}({{ column }} / 100)::decimal(12, 2){% endmacro %}`,
  'warehouse/models/staging/sources.yml': `
sources:
  - name: shop_raw
    tables: [{ name: payments }]
`,
  'warehouse/models/staging/stg_payments.sql': `
with source as (select * from {{ source('shop_raw', 'payments') }})
select id as payment_id, region, method, {{ euros('cents') }} as amount from source`,
  'warehouse/models/staging/stg.yml': `
models:
  - name: stg_payments
    columns:
      - name: payment_id
        data_tests: [unique, not_null]
      - name: method
        data_tests: [{ accepted_values: { values: [card, coupon] } }]
`,
  'warehouse/models/marts/payments.sql': `
select region,
{% for method in var('methods') -%}
  sum(case when method = '{{ method }}' then amount else 0 end) as {{ method }}_amount{{ "," if not loop.last }}
{% endfor %}
from {{ ref('stg_payments') }} group by region`,
  'warehouse/models/marts/regions_paid.sql': `
select r.name, count(*) as payments
from {{ ref('stg_payments') }} p join {{ ref('regions') }} r on p.region = r.code
group by r.name`,
  'warehouse/models/marts/marts.yml': `
models:
  - name: payments
    columns:
      - name: region
        data_tests: [not_null, unique, { relationships: { to: ref('regions'), field: code } }]
`,
  'warehouse/tests/positive.sql': `select * from {{ ref('payments') }} where card_amount < 0`,
}

test('an existing dbt project is built as it is: seeds, macros, loops, sources, tests', async () => {
  await writeFile(
    join(root, 'payments.csv'),
    'id,region,method,cents\n1,01,card,1050\n2,02,coupon,200\n3,01,coupon,5\n',
  )
  const product = productOf({
    inputPorts: [
      filePort('payments', 'payments.csv', {
        columns: { id: 'INTEGER', region: 'VARCHAR', method: 'VARCHAR', cents: 'INTEGER' },
      }),
    ],
    transforms: { project: './warehouse' },
  })
  const log: Progress[] = []
  const outcome = await runJob(jobOf(root, product, project), (entry) => log.push(entry))
  expect(outcome.staged.tables.map(({ name }) => name)).toEqual(['payments', 'regions_paid'])
  expect(await rowsOf(outcome, 'payments')).toEqual([
    { region: '01', card_amount: '10.50', coupon_amount: '0.05' },
    { region: '02', card_amount: '0.00', coupon_amount: '2.00' },
  ])
  expect(await rowsOf(outcome, 'regions_paid')).toEqual([
    { name: 'North', payments: '2' },
    { name: 'South', payments: '1' },
  ])
  const { report } = outcome.staged
  expect(report.checks.map(({ name, outcome: found, by }) => `${name} ${found} ${by}`).sort()).toEqual([
    'accepted_values_stg_payments_method__card__coupon passed query',
    'not_null_payments_region passed statistics',
    'not_null_stg_payments_payment_id passed query',
    'positive passed query',
    'relationships_payments_region__code__ref_regions_ passed query',
    'unique_payments_region passed query',
    'unique_stg_payments_payment_id passed query',
  ])
  expect(outcome.lineage.unknown).toEqual([])
  expect(log.filter((entry) => entry.state === 'done').map((entry) => entry.step)).toEqual(
    expect.arrayContaining(['model stg_payments', 'model payments']),
  )
})

test('a broken template names file, line and column', async () => {
  const files = { 'models/orders.sql': 'select 1 as id\nfrom {{ ref("ordrs") }}' }
  await expect(runJob(jobOf(root, productOf(), files), () => {})).rejects.toMatchObject({
    code: expect.stringMatching(/^template-/),
    facts: { file: 'models/orders.sql', line: 2 },
  })
})

test('macros see the columns of inputs and of models built before', async () => {
  await writeFile(join(root, 'in.csv'), 'id,a,b\n1,2,3\n')
  const files = {
    'models/stg.sql': `select {{ dbt_utils.star(from=source('raw', 'raw'), except=['b']) }} from {{ source('raw', 'raw') }}`,
    'models/orders.sql': `select {{ dbt_utils.star(from=ref('stg')) }} from {{ ref('stg') }}`,
  }
  const outcome = await runJob(jobOf(root, productOf({ inputPorts: [filePort('raw', 'in.csv')] }), files), () => {})
  expect(outcome.staged.tables[0]!.columns.map(({ name }) => name)).toEqual(['id', 'a'])
})

test('variables of the run win over those of the manifest; the environment is what the job carries', async () => {
  const files = { 'models/orders.sql': `select '{{ var("day") }}' as day, '{{ env_var("REGION") }}' as region` }
  const product = productOf({ transforms: { vars: { day: 'monday' } } })
  const job = jobOf(root, product, files, {
    env: { REGION: 'north' },
    params: { fullRefresh: false, vars: { day: 'friday' }, dryRun: false },
  })
  expect(await rowsOf(await runJob(job, () => {}), 'orders')).toEqual([{ day: 'friday', region: 'north' }])
  await expect(runJob({ ...job, env: {} }, () => {})).rejects.toMatchObject({ facts: { file: 'models/orders.sql' } })
})

test('a model that reads itself through others is refused before anything runs', async () => {
  const files = { 'models/a.sql': `select * from {{ ref('b') }}`, 'models/b.sql': `select * from {{ ref('a') }}` }
  await expect(runJob(jobOf(root, productOf(), files), () => {})).rejects.toMatchObject({ code: 'model-cycle' })
})
