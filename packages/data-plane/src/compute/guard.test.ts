import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assertReadsOnly, Compute } from './index.ts'

let root: string
let compute: Compute
const known = new Set(['orders', 'raw.orders'])

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'datamesh-guard-'))
  await writeFile(join(root, 'secret.csv'), 'a\n1\n')
  compute = await Compute.open({
    memoryMb: 256,
    threads: 1,
    tempDir: join(root, 'tmp'),
    readFiles: [],
    writeFolder: join(root, 'out'),
  })
  await compute.connection.run('create table orders (id integer, tags varchar[])')
  await compute.connection.run('create schema raw')
  await compute.connection.run('create table raw.orders (id integer)')
})
afterAll(async () => {
  await compute[Symbol.asyncDispose]()
  await rm(root, { recursive: true, force: true })
})

const look = (sql: string) => assertReadsOnly(compute.connection, sql, known, 'models/x.sql')

describe('a model may', () => {
  test.each([
    'select * from orders',
    'select * from raw.orders',
    'select * from memory.raw.orders',
    'from orders select id',
    'with a as (select 1 as x), b as (select x from a) select * from b join a using (x)',
    'with recursive r as (select 1 as i union all select i + 1 from r where i < 4) select * from r',
    'select (select count(*) from raw.orders r where r.id = o.id) from orders o',
    'select id, unnest(tags) from orders',
    'select * from range(10) t(i), orders',
    'select * from orders, unnest(tags) as u(tag)',
    'select * from (values (1, 2)) v(a, b)',
    'pivot orders on id in (1, 2) using count(*)',
    'with s as (select * from orders) select * from s where id in (with t as (select 1 as id) select id from t)',
    'select * from orders union all select * from orders order by 1 limit 3',
    'select * exclude (tags), row_number() over (partition by id) as n from orders qualify n = 1',
  ])('%s', async (sql) => {
    await look(sql)
    // What was let through is what the engine takes as one query.
    await compute.connection.run(`create or replace temp view checked as ${sql}`)
  })
})

describe('a model may not', () => {
  test.each([
    [`select * from read_csv('/etc/passwd')`, /read_csv/],
    [`select * from '/etc/passwd'`, /\/etc\/passwd/],
    [`from "/etc/passwd"`, /\/etc\/passwd/],
    [`select * from orders, read_text('/etc/hostname')`, /read_text/],
    [`select * from glob('/*')`, /glob/],
    [`select * from query('select 1')`, /query/],
    [`select * from query_table('orders')`, /query_table/],
    [`select * from json_execute_serialized_sql('{}')`, /json_execute/],
    [`select * from duckdb_settings()`, /duckdb_settings/],
    [`select * from pragma_table_info('orders')`, /pragma_table_info/],
    [`select * from sniff_csv('x')`, /sniff_csv/],
    ['select * from information_schema.tables', /information_schema/],
    ['select * from duckdb_views', /duckdb_views/],
    ['select * from pg_catalog.pg_class', /pg_catalog/],
    ['select * from system.main.orders', /system/],
    ['select * from customers', /customers/],
    [`copy orders to '/tmp/out.csv'`, /one SELECT/],
    [`attach '/tmp/x.db'`, /one SELECT/],
    ['select 1; select 2', /2 statements/],
    ['select 1; drop table orders', /one SELECT/],
    ['drop table orders', /one SELECT/],
    ['create table t as select 1', /one SELECT/],
    [`set memory_limit = '1TB'`, /one SELECT/],
    ['pragma database_list', /one SELECT|table function/],
    ['call duckdb_settings()', /one SELECT/],
    ['install httpfs', /one SELECT/],
    [`export database '/tmp/x'`, /one SELECT/],
    ['describe orders', /catalogue/],
    ['show tables', /catalogue|one SELECT/],
    ['summarize orders', /catalogue/],
    ['select * from (describe orders)', /catalogue/],
    [`select getenv('HOME')`, /getenv/],
    [`select current_query()`, /current_query/],
    [`select current_setting('temp_directory')`, /current_setting/],
    ["select (select count(*) from read_blob('/etc/passwd'))", /read_blob/],
    [`select * from orders where id in (select column0 from read_csv('/etc/passwd'))`, /read_csv/],
    [`with a as (select * from '/etc/passwd') select * from a`, /\/etc\/passwd/],
    [`with "/etc/passwd" as (select 1) select * from "/etc/passwd", (select * from '/etc/group')`, /\/etc\/group/],
    [`select * from (with hidden as (select 1) select * from hidden) x, hidden`, /hidden/],
    ['with b as (select * from a), a as (select 1) select * from b', /reads a,/],
    ['', /one SELECT|0 statements/],
    ['pivot orders on id using count(*)', /one SELECT/],
  ])('%s', async (sql, why) => {
    await expect(look(sql)).rejects.toMatchObject({ code: 'model-refused', facts: { why: expect.stringMatching(why) } })
  })

  test('write something that is no SQL: that is a mistake, not an attack', async () => {
    await expect(look('selec 1')).rejects.toMatchObject({ code: 'model-failed' })
  })
})

describe('even unguarded, the engine', () => {
  test.each([
    ['reads no file outside', () => `select * from read_csv('${join(root, 'secret.csv')}')`],
    ['reads none by replacement scan', () => `select * from '${join(root, 'secret.csv')}'`],
    ['writes no file outside', () => `copy orders to '${join(root, 'x.csv')}'`],
    ['attaches nothing outside', () => `attach '${join(root, 'x.db')}'`],
    ['keeps its settings', () => 'set enable_external_access = true'],
    ['keeps its limits', () => `set memory_limit = '100GB'`],
    ['loads no extension', () => 'load httpfs'],
    ['lists no folder', () => `select * from glob('${root}/*')`],
  ])('%s', async (_, sql) => {
    await expect(compute.connection.run(sql())).rejects.toThrow(
      /Permission Error|Cannot|locked|disabled|configuration/i,
    )
  })
})
