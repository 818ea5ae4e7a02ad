import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, describe, expect, test } from 'vitest'
import { asParent, dbtShop, dbtShopFiles, dbtShopJob, publishedRows } from '../testing/dbt_shop.ts'
import { runJob } from './index.ts'

/**
 * The example dbt project, built by dbt itself and by us: every table must be equal, row by row. dbt with its DuckDB adapter is
 * taken from DATAMESH_DBT or the path; without it the test skips (`pip install dbt-core dbt-duckdb` brings it).
 */
const dbt = process.env.DATAMESH_DBT ?? 'dbt'
const here = spawnSync(dbt, ['--version'], { encoding: 'utf8' })
const missing =
  here.status === 0 && /duckdb/.test(here.stdout + here.stderr)
    ? ''
    : ' (skipped: there is no dbt with dbt-duckdb; set DATAMESH_DBT)'

/** Rule: dbt-utils, `generate_surrogate_key`. The package itself cannot be fetched without a network. */
const utility = {
  'dbt_project.yml': 'name: dbt_utils\nversion: "1.3.0"\nconfig-version: 2\nmacro-paths: [macros]\n',
  'macros/keys.sql': `{% macro generate_surrogate_key(field_list) -%}
{%- set parts = [] -%}
{%- for field in field_list -%}
  {%- if not loop.first -%}{%- do parts.append("'-'") -%}{%- endif -%}
  {%- do parts.append("coalesce(cast(" ~ field ~ " as " ~ dbt.type_string() ~ "), '_dbt_utils_surrogate_key_null_')") -%}
{%- endfor -%}
{{ dbt.hash(dbt.concat(parts)) }}
{%- endmacro %}`,
  'macros/export.sql': `{% macro export(tables, folder) -%}
{%- for table in tables -%}
  {%- do run_query("copy (select columns(*)::varchar from main." ~ table ~ ") to '" ~ folder ~ "/" ~ table ~ ".parquet' (format parquet)") -%}
{%- endfor -%}
{%- endmacro %}`,
}

const root = realpathSync(mkdtempSync(join(tmpdir(), 'datamesh-real-dbt-')))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const tables = ['customers', 'orders', 'monthly_sales']
const project = join(root, 'warehouse')
const database = join(root, 'shop.duckdb')

/** dbt's engine may be newer than ours and its database unreadable here, so it writes its tables as Parquet itself. */
const builtByDbt = async (): Promise<Record<string, unknown[]>> => {
  const run = (...args: string[]) =>
    execFileSync(dbt, ['--quiet', ...args, '--profiles-dir', project, '--project-dir', project], {
      env: { ...process.env, TEA_SHOP_DB: database, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false', DO_NOT_TRACK: '1' },
      stdio: 'pipe',
    })
  run('build')
  run('run-operation', 'dbt_utils.export', '--args', JSON.stringify({ tables, folder: root }))
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const rows: Record<string, unknown[]> = {}
    for (const table of tables) {
      const reader = await connection.runAndReadAll(`select * from '${join(root, table)}.parquet' order by all`)
      rows[table] = reader.getRowObjectsJson()
    }
    return rows
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

describe.skipIf(missing !== '')(`the example dbt project${missing}`, { timeout: 120_000 }, () => {
  test('gives the same rows here as in dbt, at first and after a change of the last days', async () => {
    cpSync(join(dbtShop, 'warehouse'), project, { recursive: true })
    for (const [path, text] of Object.entries(utility)) {
      const file = join(project, 'dbt_packages/dbt_utils', path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
    }
    const first = await runJob(dbtShopJob(root), () => {})
    expect(first.staged.report.passed).toBe(true)
    expect(await publishedRows(root, first)).toEqual(await builtByDbt())

    const path = 'warehouse/seeds/raw_orders.csv'
    const orders = dbtShopFiles()[path]!.replaceAll(/^(1|2|159|160),(.*),(\w+),/gm, '$1,$2,returned,')
    writeFileSync(join(root, path), orders)
    const job = dbtShopJob(root, { [path]: orders }, { parent: asParent(first, 1), snapshotId: 'snap-2' })
    expect(await publishedRows(root, await runJob(job, () => {}))).toEqual(await builtByDbt())
  })
})
