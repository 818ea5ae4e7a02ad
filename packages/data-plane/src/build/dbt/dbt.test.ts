import { existsSync, readFileSync } from 'node:fs'
import { isMeshError, type MeshError } from '@datamesh/core'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, test } from 'vitest'
import {
  compileParsed,
  compileProject,
  compileTests,
  type Project,
  parseProject,
  type Relation,
  type Resolve,
  readProject,
  type Settings,
  type Target,
} from './index.ts'

const target: Target = { name: 'dev', schema: 'main' }
const settings: Settings = { now: new Date('2026-01-02T03:04:05Z'), invocationId: 'run-1' }
const resolve: Resolve = {
  ref: (name) => ({ identifier: name }),
  source: (source, table) => ({ schema: source, identifier: table }),
  self: (name) => ({ identifier: name }),
}
const project = (models: Record<string, string>, more: Partial<Project> = {}): Project => ({
  name: 'shop',
  models: Object.entries(models).map(([name, sql]) => ({ path: `models/${name}.sql`, sql })),
  ...more,
})
const sqlOf = (
  sql: string,
  more: Partial<Project> = {},
  given: { settings?: Partial<Settings>; resolve?: Partial<Resolve> } = {},
): string => {
  const compiled = compileProject(
    project({ m: sql }, more),
    target,
    { ...settings, ...given.settings },
    { ...resolve, ...given.resolve },
  )
  return compiled.models.find(({ name }) => name === 'm')?.sql ?? ''
}
const failure = (work: () => unknown): MeshError => {
  try {
    work()
  } catch (error) {
    if (isMeshError(error)) return error
    throw error
  }
  throw new Error('it did not fail')
}
const rowsOf = async (...statements: string[]): Promise<unknown[][]> => {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    let rows: unknown[][] = []
    for (const statement of statements) rows = (await connection.runAndReadAll(statement)).getRowsJson()
    return rows
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

describe('models', () => {
  test('refs, sources and settings are found, and the order follows the refs', () => {
    const parsed = parseProject(
      project({
        orders:
          "{{ config(materialized='incremental', unique_key='id', tags=['daily']) }}select * from {{ ref('stg') }}{% if is_incremental() %} where at > (select max(at) from {{ this }}){% endif %}",
        stg: "select * from {{ source('raw', 'orders') }}",
        zeta: 'select 1 as x',
        a_report: "select * from {{ ref('shop', 'orders') }} join {{ ref('zeta') }} using (x)",
      }),
      target,
      settings,
    )
    expect(parsed.order).toEqual(['stg', 'orders', 'zeta', 'a_report'])
    expect(parsed.models.get('stg')?.sources).toEqual([{ source: 'raw', table: 'orders' }])
    expect(parsed.models.get('orders')?.config).toEqual({
      materialized: 'incremental',
      unique_key: 'id',
      tags: ['daily'],
    })
    const first = compileParsed(parsed, resolve).models.find(({ name }) => name === 'orders')
    expect(first?.sql).toBe('select * from "stg"')
    const later = compileParsed(parsed, { ...resolve, isIncremental: () => true }).models.find(
      ({ name }) => name === 'orders',
    )
    expect(later?.sql).toBe('select * from "stg" where at > (select max(at) from "orders")')
    expect(later?.materialized).toBe('incremental')
  })
  test('a circle is named with its path', () => {
    const error = failure(() =>
      parseProject(project({ a: "{{ ref('b') }}", b: "{{ ref('c') }}", c: "{{ ref('a') }}" }), target, settings),
    )
    expect(error.code).toBe('model-cycle')
    expect(error.facts).toEqual({ path: ['a', 'b', 'c', 'a'] })
  })
  test('an unknown ref tells the place and the nearest name', () => {
    const error = failure(() =>
      parseProject(project({ stg_orders: 'select 1', b: "select *\nfrom {{ ref('stg_order') }}" }), target, settings),
    )
    expect(error.issues[0]).toMatchObject({
      at: { file: 'models/b.sql', line: 2, column: 9 },
      message: "there is no model, seed or snapshot 'stg_order'; do you mean 'stg_orders'?",
    })
  })
  test('a ref behind is_incremental counts; one behind execute is refused until it is announced', () => {
    const incremental =
      "{{ config(materialized='incremental') }}select 1 {% if is_incremental() %}from {{ ref('b') }}{% endif %}"
    expect(parseProject(project({ a: incremental, b: 'select 1' }), target, settings).models.get('a')?.refs).toEqual([
      'b',
    ])
    const hidden = "select {% if execute %}* from {{ ref('b') }}{% endif %}"
    const compile = (sql: string) =>
      compileProject(project({ a: sql, b: 'select 1' }), target, settings, resolve).models.at(-1)?.sql
    expect(failure(() => compile(hidden)).message).toContain('nobody knew to build it before')
    expect(compile(`-- depends_on: {{ ref('b') }}\n${hidden}`)).toBe('-- depends_on: "b"\nselect * from "b"')
  })
  test('an unknown source is an error of the compile phase', () => {
    const error = failure(() =>
      sqlOf("select * from {{ source('raw', 'x') }}", {}, { resolve: { source: () => undefined } }),
    )
    expect(error.message).toContain("models/m.sql:1:18 there is no source 'raw.x'")
  })
  test('ephemeral models become CTEs, once each, before a with that is there already', async () => {
    const compiled = compileProject(
      project({
        base: "{{ config(materialized='ephemeral') }}select 2 as x",
        twice: "{{ config(materialized='ephemeral') }}select x * 2 as x from {{ ref('base') }}",
        out: "-- with a comment\nwith mine as (select * from {{ ref('twice') }}) select mine.x + b.x as x from mine, {{ ref('base') }} as b",
      }),
      target,
      settings,
      resolve,
    )
    const out = compiled.models.find(({ name }) => name === 'out')?.sql ?? ''
    expect(out.match(/__dbt__cte__base as \(/g)).toHaveLength(1)
    expect(await rowsOf(out)).toEqual([[6]])
  })
  test('in-file settings win over properties, they over the tree; tags add up', () => {
    const parsed = parseProject(
      {
        name: 'shop',
        models: [{ path: 'models/staging/s.sql', sql: "{{ config(materialized='table', tags='c') }}select 1" }],
        modelConfig: {
          '+materialized': 'view',
          shop: { staging: { '+materialized': 'ephemeral', '+tags': ['a'], '+owner': '{{ target.name }}' } },
        },
        properties: [{ name: 's', file: 'x.yml', config: { tags: ['b'], grants: 1 }, columns: [], tests: [] }],
      },
      target,
      settings,
    )
    expect(parsed.models.get('s')?.config).toEqual({
      materialized: 'table',
      tags: ['a', 'b', 'c'],
      owner: 'dev',
      grants: 1,
    })
  })
  test('the orders model of the format examples compiles as written', async (context) => {
    const file = new URL('../../../../../../shared/formats/d/orders_fact.sql', import.meta.url)
    if (!existsSync(file)) return context.skip('../shared/formats is not here')
    const sql = sqlOf(readFileSync(file, 'utf8'))
    expect(sql).toContain('SELECT * FROM "order_cdc"."order_items"')
    const rows = await rowsOf(
      'create schema order_cdc',
      "create table order_cdc.orders as select 1 as order_id, 2 as customer_id, 'new' as status, now() as created_at, now() as updated_at, 'EUR' as currency",
      'create table order_cdc.order_items as select 1 as order_id, 1 as item_id, 3 as quantity, 2.5 as unit_price, 0.5 as discount_amount',
      `select subtotal, total_amount, is_valid from (${sql})`,
    )
    expect(rows).toEqual([['7.5', '7.0', true]])
  })
})

describe('what a model may ask', () => {
  test.each<[string, string, Partial<Project>]>([
    ["{{ var('n') }}{{ var('gone', 7) }}{{ var('own') }}", '178', { vars: { n: 1, shop: { own: 8 } } }],
    ["{{ env_var('REGION') }}{{ env_var('NOPE', 'x') }}", 'eux', {}],
    ['{{ target.name }} {{ target.schema }} {{ target.type }}', 'dev main duckdb', {}],
    ['{{ this }} {{ this.identifier }}', '"m" m', {}],
    [
      "{{ cents('a') }}",
      '(a / 100)',
      {
        macros: [
          {
            path: 'macros/c.sql',
            sql: "{% macro cents(c) %}{{ return(adapter.dispatch('cents')(c)) }}{% endmacro %}{% macro default__cents(c) %}({{ c }} / 100){% endmacro %}",
          },
        ],
      },
    ],
    ['{{ shop.one() }}', '1', { macros: [{ path: 'macros/c.sql', sql: '{% macro one() %}1{% endmacro %}' }] }],
    [
      "{{ fromjson('{\"a\": [1, 2.5, null]}') }} {{ tojson({'b': 1}) }} {{ zip([1, 2], 'ab') }} {{ set([1, 1]) }}",
      "{'a': [1, 2.5, None]} {\"b\": 1} [(1, 'a'), (2, 'b')] [1]",
      {},
    ],
    ["{{ toyaml({'a': [1, {'b': 'x'}]}) }}", 'a:\n  - 1\n  -\n    b: "x"', {}],
    ["{{ run_started_at.strftime('%Y-%m-%d %H:%M') }} {{ invocation_id }}", '2026-01-02 03:04 run-1', {}],
    [
      "{{ (modules.datetime.datetime(2024, 3, 1) - modules.datetime.timedelta(days=1)).strftime('%d %b %Y') }}",
      '29 Feb 2024',
      {},
    ],
    ["{{ modules.datetime.datetime.strptime('2024-01-31', '%Y-%m-%d').date() }}", '2024-01-31', {}],
    [
      "{{ modules.re.sub('[^a-z]+', '_', 'a b--c') }} {{ modules.re.match('(\\\\w)(\\\\d)', 'x1').group(2) }} {{ modules.re.search('z', 'abc') is none }}",
      'a_b_c 1 True',
      {},
    ],
    ["{{ adapter.quote('a\"b') }} {{ api.Column.translate_type('string') }}", '"a""b" TEXT', {}],
    ["{{ doc('x') }}", 'Hello', { docs: [{ path: 'models/d.md', text: '{% docs x %}\nHello\n{% enddocs %}' }] }],
    ['{% for n in graph.nodes.values() %}{{ n.name }}{% endfor %}', 'm', {}],
    [
      "{{ config(materialized='table', meta={'k': 1}) }}{{ config.get('materialized') }}{{ config.get('x', 'y') }}{{ config.require('meta').k }}",
      'tabley1',
      {},
    ],
    [
      "{% set r = run_query('select 1') %}{% if execute %}{{ r.columns[0].values()[0] }}{{ r.rows[0]['n'] }}{% endif %}",
      '4242',
      {},
    ],
    ["{% call statement('s', fetch_result=True) %}select 1{% endcall %}{{ load_result('s')['data'][0][0] }}", '42', {}],
    [
      "{{ dbt_utils.star(from=ref('m2'), except=['b']) }}",
      '"a",\n  "c d"',
      { seeds: [{ name: 'm2', path: 's.csv', columnTypes: {}, config: {} }] },
    ],
    [
      "{% for c in adapter.get_columns_in_relation(ref('m2')) %}{{ c.name }}:{{ c.is_number() }};{% endfor %}",
      'a:True;b:False;c d:False;',
      { seeds: [{ name: 'm2', path: 's.csv', columnTypes: {}, config: {} }] },
    ],
    ['{{ dbt_utils.group_by(3) }}', 'group by 1,2,3', {}],
    [
      "{{ dbt_utils.get_column_values(ref('m2'), 'a') }}",
      '[42]',
      { seeds: [{ name: 'm2', path: 's.csv', columnTypes: {}, config: {} }] },
    ],
    ['{% if model.nope.deeper is defined %}x{% endif %}{% if model.config.nope %}x{% endif %}ok', 'ok', {}],
  ])('%s', (sql, expected, more) => {
    const catalog = new Map([
      [
        '"m2"',
        [
          { name: 'a', type: 'INTEGER' },
          { name: 'b', type: 'VARCHAR' },
          { name: 'c d', type: 'DATE' },
        ],
      ],
    ])
    const given: Partial<Settings> = {
      env: { REGION: 'eu' },
      catalog,
      query: () => ({ columns: ['n'], rows: [[42n]] }),
    }
    expect(sqlOf(sql, more, { settings: given })).toBe(expected)
  })
  test.each<[string, string]>([
    ["{{ var('region') }}", "the var 'region' has no value"],
    ["{{ env_var('HOME') }}", 'may not read the environment variable HOME'],
    ["{{ env_var('DBT_ENV_SECRET_KEY', 'x') }}", 'secret'],
    ["{% if execute %}{{ run_query('select 1') }}{% endif %}", 'asks the data'],
    ["{{ exceptions.raise_compiler_error('no ' ~ 1) }}", 'no 1'],
    ["{{ adapter.dispatch('nope')() }}", 'default__nope'],
    ["{{ config.require('x') }}", 'needs the setting x'],
    ["{{ modules.re.match('(a+)+$', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab') }}", 'repeats a group'],
    ["{{ modules.re.match('.*.*.*.*.*=', 'x' * 1000) }}", 'too long'],
    ["{{ dbt.datediff('a', 'b', 'eon') }}", "no part 'eon'"],
    ['{{ ref }}{{ modules.os }}', "no attribute 'os'"],
  ])('%s is refused', (sql, why) => {
    const error = failure(() => sqlOf(sql))
    expect(error.message).toContain(why)
    expect(error.issues[0]?.at?.file).toBe('models/m.sql')
  })
  test('cross-database macros give SQL that DuckDB runs', async () => {
    const expressions: [string, unknown][] = [
      ["dbt.date_trunc('month', \"date '2024-05-17'\")", '2024-05-01 00:00:00'],
      ["dbt.dateadd('day', 3, \"date '2024-02-27'\") ", '2024-03-01 00:00:00'],
      ["dbt.dateadd('quarter', 1, \"date '2024-01-01'\")", '2024-04-01 00:00:00'],
      ["dbt.datediff(\"'2023-12-31'\", \"'2024-01-01'\", 'year')", '1'],
      ["dbt.datediff(\"'2023-12-31'\", \"'2024-03-01'\", 'month')", '3'],
      ["dbt.datediff(\"'2024-01-06'\", \"'2024-01-07'\", 'week')", '1'],
      ["dbt.datediff(\"'2024-01-07'\", \"'2024-01-13'\", 'week')", '0'],
      ["dbt.datediff(\"'2024-01-01 10:59'\", \"'2024-01-01 11:01'\", 'hour')", '1'],
      ["dbt.last_day(\"date '2024-02-03'\", 'month')", '2024-02-29'],
      ["dbt.last_day(\"date '2024-02-03'\", 'quarter')", '2024-03-31'],
      ['dbt.concat(["\'a\'", "\'b\'"])', 'ab'],
      ['dbt.safe_cast("\'x\'", dbt.type_int())', null],
      ['dbt.split_part("\'a-b-c\'", "\'-\'", 2)', 'b'],
      ['dbt.split_part("\'a-b-c\'", "\'-\'", -1)', 'c'],
      ['dbt.hash("\'x\'")', '9dd4e461268c8034f5c8564e155c67a6'],
      ['dbt.position("\'b\'", "\'abc\'")', '2'],
      ['dbt.right("\'abc\'", 2)', 'bc'],
      ['dbt.replace("\'abc\'", "\'b\'", "\'x\'")', 'axc'],
      ['dbt.length("\'abc\'")', '3'],
      ['dbt.string_literal(dbt.escape_single_quotes("it\'s"))', "it's"],
      ['type_string() | lower | replace("text", "1")', '1'],
      ['dbt.cast("\'3\'", dbt.type_bigint())', '3'],
      ["dbt_utils.safe_divide('1', '0')", null],
      ["dbt_utils.generate_surrogate_key([\"'a'\", 'null'])", '6231b1e7ffe3b9d15edc44e40e6f694c'],
    ]
    const sql = sqlOf(`select ${expressions.map(([expression]) => `cast({{ ${expression} }} as varchar)`).join(',\n')}`)
    const [row = []] = await rowsOf(sql)
    expect(row).toEqual(expressions.map(([, value]) => value))
    const spine = sqlOf(
      `select count(*), min(date_day)::varchar, max(date_day)::varchar from ({{ dbt.date_spine('day', "date '2024-01-30'", "date '2024-02-02'") }})`,
    )
    expect(await rowsOf(spine)).toEqual([['3', '2024-01-30 00:00:00', '2024-02-01 00:00:00']])
    const list = sqlOf(
      `select {{ dbt.listagg('x', "'|'", 'order by x desc') }}, {{ dbt.listagg('x', "','", 'order by x', 2) }} from (values ('a'), ('b'), ('c')) as t (x)`,
    )
    expect(await rowsOf(list)).toEqual([['c|b|a', 'a,b']])
    const pivot = sqlOf(
      "select {{ dbt_utils.pivot('c', ['red', \"it's\"]) }} from (values ('red'), ('red'), ('it''s')) as t (c)",
    )
    expect(await rowsOf(pivot)).toEqual([['2', '1']])
  })
})

describe('a whole project', () => {
  const files = new Map<string, string>([
    [
      'dbt_project.yml',
      'name: jaffle\nmodel-paths: [models]\nvars: {min_total: 1}\nmodels:\n  jaffle:\n    staging: {+materialized: view}\n    +materialized: table\nseeds:\n  jaffle:\n    raw_orders:\n      +column_types: {id: bigint}\n',
    ],
    [
      'models/staging/stg_orders.sql',
      "{%- set statuses = ['placed', 'returned'] -%}\nselect id, customer_id, status, total\nfrom {{ ref('raw_orders') }}\nwhere status in ({% for s in statuses %}'{{ s }}'{{ ',' if not loop.last }}{% endfor %}) and total >= {{ var('min_total') }}",
    ],
    [
      'models/customers.sql',
      "select customer_id, count(*) as orders, {{ cents('sum(total)') }} as total from {{ ref('stg_orders') }} group by 1",
    ],
    [
      'models/schema.yml',
      "version: 2\nmodels:\n  - name: stg_orders\n    description: \"{{ doc('orders') }}\"\n    columns:\n      - name: id\n        data_tests: [unique, not_null]\n      - name: status\n        tests:\n          - accepted_values: {values: [placed, shipped], severity: warn}\n      - name: customer_id\n        tests:\n          - relationships: {to: ref('customers'), field: customer_id}\n      - name: total\n        tests:\n          - above: {limit_value: 5, config: {where: \"status = 'placed'\"}}\n          - dbt_utils.accepted_range: {arguments: {min_value: 2}, name: total_in_range}\n",
    ],
    ['models/docs.md', '{% docs orders %}Orders as they came{% enddocs %}'],
    ['macros/cents.sql', '{% macro cents(c) %}({{ c }} * 100)::int{% endmacro %}'],
    [
      'tests/generic/above.sql',
      '{% test above(model, column_name, limit_value) %}{{ config(severity="warn") }}select * from {{ model }} where {{ column_name }} <= {{ limit_value }}{% endtest %}',
    ],
    [
      'tests/no_lonely_customer.sql',
      "{{ config(severity='warn') }}select * from {{ ref('customers') }} where orders = 0;",
    ],
    ['seeds/raw_orders.csv', 'id,customer_id,status,total\n1,1,placed,4\n1,2,returned,9\n,2,placed,1\n'],
    [
      'snapshots/orders.sql',
      "{% snapshot orders_snapshot %}{{ config(strategy='check', unique_key='id', check_cols='all') }}select * from {{ ref('stg_orders') }}{% endsnapshot %}",
    ],
  ])
  const read = readProject(files)
  const parsed = parseProject(read, target, settings)

  test('is read, compiled and built by DuckDB, and its tests find the bad rows', async () => {
    expect(read.seeds).toEqual([
      {
        name: 'raw_orders',
        path: 'seeds/raw_orders.csv',
        columnTypes: { id: 'bigint' },
        config: { column_types: { id: 'bigint' } },
      },
    ])
    expect(parsed.order).toEqual(['stg_orders', 'customers', 'orders_snapshot'])
    const { models } = compileParsed(parsed, resolve)
    expect(models.map(({ name, materialized, description }) => [name, materialized, description])).toEqual([
      ['stg_orders', 'view', 'Orders as they came'],
      ['customers', 'table', undefined],
      ['orders_snapshot', 'snapshot', undefined],
    ])
    const build = [
      "create table raw_orders as select * from (values (1, 1, 'placed', 4), (1, 2, 'returned', 9), (null, 2, 'placed', 1)) as t (id, customer_id, status, total)",
      ...models.map(({ name, sql }) => `create table ${name} as ${sql}`),
    ]
    const tests = compileTests(parsed, resolve)
    const found: [string, string, number][] = []
    for (const { name, severity, sql } of tests) found.push([name, severity, (await rowsOf(...build, sql)).length])
    expect(found).toEqual([
      ['unique_stg_orders_id', 'error', 1],
      ['not_null_stg_orders_id', 'error', 1],
      ['accepted_values_stg_orders_status__placed__shipped', 'warn', 1],
      ['relationships_stg_orders_customer_id__customer_id__ref_customers_', 'error', 0],
      ['above_stg_orders_total__5', 'warn', 2],
      ['total_in_range', 'error', 1],
      ['no_lonely_customer', 'warn', 0],
    ])
  })
  test('a test that nobody defines is an error that names the nearest', () => {
    const wrong = readProject(
      new Map([
        ...files,
        ['models/schema.yml', 'models:\n  - name: customers\n    columns: [{name: customer_id, tests: [uniqe]}]\n'],
      ]),
    )
    const error = failure(() => compileTests(parseProject(wrong, target, settings), resolve))
    expect(error.message).toContain("there is no test 'uniqe'; do you mean 'unique'?")
  })
  test('a folder without dbt_project.yml is told so', () => {
    expect(failure(() => readProject(new Map())).code).toBe('manifest-invalid')
  })
  test('a relation may be any expression', () => {
    const place = (name: string): Relation => ({ identifier: name, sql: `read_parquet(['${name}.parquet'])` })
    expect(compileParsed(parsed, { ...resolve, ref: place }).models[1]?.sql).toContain(
      "from read_parquet(['stg_orders.parquet'])",
    )
  })
})
