import { readdirSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type People, publishPeople, secret } from '../testing/people.ts'
import { defaultQueryLimits } from './index.ts'
import { answerQuery, lockDown, openFiles, warmEngine } from './inside.ts'
import { Fault } from './rules.ts'

// What a text may be, tried on the engine as the process of a query locks it down. That the process holds is confinement.test.ts.

let people: People
let engine: DuckDBConnection
let before: Record<string, string>
const limits = { ...defaultQueryLimits, memoryMb: 256, threads: 1 }

beforeAll(async () => {
  people = await publishPeople()
  before = people.digests()
  engine = await warmEngine(limits.memoryMb)
  await lockDown(engine, { sql: '', views: people.views, limits }, openFiles(people.views))
})
afterAll(() => people?.[Symbol.asyncDispose]())

type Ran = { fault: Fault['fault'] | null; columns: unknown[][]; text: string }

/** `{file}`, `{hidden}` and `{outside}` in a text are where those lie. */
const run = async (text: string): Promise<Ran & { sql: string }> => {
  const sql = text
    .replaceAll('{file}', people.file)
    .replaceAll('{hidden}', people.hidden)
    .replaceAll('{outside}', people.outside)
  const columns: unknown[][] = []
  let named = ''
  const told = (fault: Fault['fault'] | null) => ({
    sql,
    fault,
    columns,
    text: `${fault?.why ?? ''} ${JSON.stringify(columns)} ${named}`,
  })
  try {
    await answerQuery(
      engine,
      { sql, views: people.views, limits },
      {
        columns: (names) => {
          named = JSON.stringify(names)
        },
        chunk: (chunk) => {
          for (const [at, column] of chunk.columns.entries())
            columns[at] = [...(columns[at] ?? []), ...(JSON.parse(`[${column}]`) as unknown[])]
        },
      },
    )
    return told(null)
  } catch (error) {
    if (error instanceof Fault) return told(error.fault)
    throw error
  }
}

/** Nothing of a masked or hidden value, and no place that the text did not name itself. */
const expectNothingTold = ({ sql, text }: Ran & { sql: string }): void => {
  if (!sql.includes(secret)) expect(text).not.toContain(secret)
  for (const place of ['/proc/self/fd', people.root]) if (!sql.includes(place)) expect(text).not.toContain(place)
}

type Attack = readonly [name: string, sql: string, why?: RegExp]

const refused: readonly Attack[] = [
  ['COPY TO over a published file', `copy hr.people to '{file}'`],
  ['COPY TO without a temporary file', `copy (select 1) to '{file}' (format parquet, use_tmp_file false)`],
  ['COPY FROM a file', `copy hr.people from '/etc/passwd'`],
  ['ATTACH of a new file', `attach '{outside}/x.db'`],
  ['ATTACH of a published file', `attach '{file}' as p (read_only)`],
  ['DETACH', 'detach memory'],
  ['USE', 'use memory'],
  ['EXPORT DATABASE', `export database '{outside}/x'`],
  ['IMPORT DATABASE', `import database '{outside}/x'`],
  ['INSTALL', 'install httpfs'],
  ['INSTALL from a repository', `install httpfs from 'http://127.0.0.1:1'`],
  ['LOAD', 'load httpfs'],
  ['LOAD of a file', `load '{outside}/x.duckdb_extension'`],
  ['SET', `set memory_limit = '100GB'`],
  ['SET GLOBAL of the external access', 'set global enable_external_access = true'],
  ['RESET', 'reset memory_limit'],
  ['SET VARIABLE', 'set variable x = 1'],
  ['PRAGMA with a value', 'pragma memory_limit = 1'],
  ['PRAGMA table_info', `pragma table_info('hr.people')`],
  ['PRAGMA version', 'pragma version'],
  ['PRAGMA database_list', 'pragma database_list'],
  ['CALL', 'call duckdb_settings()'],
  ['EXECUTE', 'execute x'],
  ['PREPARE', 'prepare x as select 1'],
  ['DEALLOCATE', 'deallocate x'],
  ['EXPLAIN', 'explain select * from hr.people'],
  ['EXPLAIN ANALYZE', 'explain analyze select * from hr.people'],
  ['CREATE TABLE', 'create table t as select * from hr.people'],
  ['CREATE VIEW', 'create or replace view hr.people as select 1'],
  ['CREATE MACRO', 'create macro m() as 1'],
  ['CREATE SECRET', 'create secret s (type http)'],
  ['CREATE SEQUENCE', 'create sequence s'],
  ['DROP VIEW', 'drop view hr.people'],
  ['ALTER', 'alter view hr.people rename to x'],
  ['INSERT', 'insert into hr.people values (1)'],
  ['DELETE', 'delete from hr.people'],
  ['UPDATE', 'update hr.people set id = 1'],
  ['MERGE', 'merge into hr.people using hr.people as x on true when matched then delete'],
  ['BEGIN', 'begin'],
  ['VACUUM', 'vacuum'],
  ['CHECKPOINT', 'checkpoint'],
  ['COMMENT ON', `comment on view hr.people is 'x'`],
  ['two statements', 'select 1; select 2'],
  ['a statement after a comment', `select 1 /* ; */; copy (select 1) to '{outside}/x'`],
  ['a statement behind a line comment', `select 1 --\n; attach '{outside}/y.db'`],
  ['nothing at all', ' -- nothing'],
  ['SHOW', 'show all tables'],
  ['DESCRIBE', 'describe hr.people'],
  ['SUMMARIZE', 'summarize hr.people'],
  ['DESCRIBE in FROM', 'select * from (describe hr.people)'],
  ['SUMMARIZE in FROM', 'from (summarize hr.people)'],
  ['SHOW in FROM', 'select * from (show all tables)'],
  ['read_csv', `select * from read_csv('/etc/passwd')`],
  ['read_csv_auto in capitals', `select * from READ_CSV_AUTO('/etc/passwd')`],
  ['read_text', `select * from read_text('/etc/passwd')`],
  ['read_blob', `select * from read_blob('/etc/passwd')`],
  ['read_json', `select * from read_json('/etc/passwd')`],
  ['read_ndjson_objects', `select * from read_ndjson_objects('/etc/passwd')`],
  ['read_duckdb', `select * from read_duckdb('{outside}/x.db')`],
  ['glob', `select * from glob('/*')`],
  ['sniff_csv', `select * from sniff_csv('/etc/passwd')`],
  ['parquet_metadata', `select * from parquet_metadata('{file}')`],
  ['parquet_schema', `select * from parquet_schema('{file}')`],
  ['parquet_kv_metadata', `select * from parquet_kv_metadata('{file}')`],
  ['parquet_bloom_probe', `select * from parquet_bloom_probe('{file}', 'name', 'x')`],
  ['read_parquet of the very file that a view reads', `select name from read_parquet('{file}')`],
  ['read_parquet by the number that a view reads', `select * from read_parquet('/proc/self/fd/20')`],
  ['every number at once', `select * from read_parquet(['/proc/self/fd/20', '/proc/self/fd/21', '/proc/self/fd/22'])`],
  ['parquet_scan of another product', `select * from parquet_scan('{hidden}')`],
  ['a table function in quotes', `select * from "read_csv"('/etc/passwd')`],
  ['a table function in mixed case and quotes', `select * from "Read_Csv"('/etc/passwd')`],
  ['a table function with its schema', `select * from main.read_csv('/etc/passwd')`],
  ['a table function with catalogue and schema', `select * from system.main.read_csv('/etc/passwd')`],
  ['a table function behind LATERAL', `select * from hr.people, lateral (select * from read_text('/etc/passwd'))`],
  ['a table function in a subquery', `select (select count(*) from read_text('/etc/passwd'))`],
  ['a table function in EXISTS', `select 1 where exists (from glob('/*'))`],
  ['a table function in a CTE', `with x as (from read_text('/etc/passwd')) from x`],
  [
    'a table function in a recursive CTE',
    `with recursive x as (select 1 as i union all select i from x, glob('/*')) from x`,
  ],
  ['a table function in LIMIT', `select 1 limit (select count(*) from glob('/*'))`],
  ['a table function in ORDER BY', `select 1 order by (select count(*) from glob('/*'))`],
  ['a table function in a lambda', `select list_transform([1], lambda x: (select count(*) from glob('/*')))`],
  ['a table function in PIVOT', `pivot (from glob('/*')) on file in ('x') using count(*)`],
  ['a table function under UNPIVOT', `unpivot (from glob('/*')) on file`],
  ['a table function in VALUES', `values ((select count(*) from glob('/*')))`],
  ['a table function in a window', `select sum(1) over (order by (select count(*) from glob('/*')))`],
  ['a table function in FILTER', `select count(*) filter (where exists (from glob('/*')))`],
  ['a table function in an argument of one that is allowed', `select * from range((select count(*) from glob('/*')))`],
  ['query()', `select * from query('select 1')`],
  ['query_table()', `select * from query_table('hr.people')`],
  ['query_table of a file', `select * from query_table(['{file}'])`],
  ['json_execute_serialized_sql', `select * from json_execute_serialized_sql(json_serialize_sql('select 1'))`],
  ['json_serialize_sql', `select json_serialize_sql('select 1')`],
  ['json_serialize_plan', `select json_serialize_plan('select * from hr.people')`],
  ['duckdb_views()', 'select sql from duckdb_views()'],
  ['duckdb_tables()', 'select * from duckdb_tables()'],
  ['duckdb_settings()', 'select * from duckdb_settings()'],
  ['duckdb_secrets()', 'select * from duckdb_secrets()'],
  ['duckdb_logs()', 'select * from duckdb_logs()'],
  ['duckdb_functions()', 'select * from duckdb_functions()'],
  ['duckdb_external_file_cache()', 'select * from duckdb_external_file_cache()'],
  ['pragma_table_info()', `select * from pragma_table_info('hr.people')`],
  ['pragma_storage_info()', `select * from pragma_storage_info('hr.people')`],
  ['enable_logging()', `select * from enable_logging(storage = 'file')`],
  ['seq_scan()', `select * from seq_scan('hr.people')`],
  ['summary()', 'select * from summary((from hr.people))'],
  ['sql_auto_complete()', `select * from sql_auto_complete('select ')`],
  ['test_all_types()', 'select * from test_all_types()'],
  ['current_setting', `select current_setting('temp_directory')`],
  ['current_setting as a method', `select t.s.current_setting() from (select 'temp_directory' as s) t`],
  ['current_setting with its schema', `select main.current_setting('threads')`],
  ['getvariable', `select getvariable('x')`],
  ['getenv', `select getenv('PATH')`],
  ['current_query', 'select current_query()'],
  ['version', 'select version()'],
  ['nextval', `select nextval('s')`],
  ['write_log', `select write_log('x')`],
  ['set_config', `select set_config('threads', '1', false)`],
  ['sleep_ms', 'select sleep_ms(100000)'],
  ['pg_sleep', 'select pg_sleep(1)'],
  ['txid_current', 'select txid_current()'],
  ['error() as an oracle', 'select error(name) from hr.people'],
  ['stats() of a column', 'select stats(id) from hr.people'],
  ['pg_get_viewdef', 'select pg_get_viewdef(1)'],
  ['a denied function in a window', "select current_setting('threads') over ()"],
  ['a denied function in a lambda', `select list_transform(['threads'], lambda x: current_setting(x))`],
  ['a denied function by its name as a text', `select list_aggregate([1], 'current_setting')`, /./],
  ['a parameter', 'select $1'],
  ['a question mark', 'select ?'],
  ['AT of a table', `select * from hr.people at (timestamp => timestamp '2020-01-01')`],
  ['PIVOT that needs two statements', 'pivot hr.people on id using count(*)'],
  ['arrow_scan of an address', 'select * from arrow_scan(1::ubigint, 2::ubigint, 3::ubigint)'],
  ['sqlite_scan', `select * from sqlite_scan('{outside}/x', 'y')`],
  ['postgres_scan', `select * from postgres_scan('host=127.0.0.1', 'public', 'x')`],
  ['which_secret()', `select * from which_secret('s3://x', 's3')`],
  ['force_checkpoint()', 'select * from force_checkpoint()'],
  ['CALL of checkpoint', `call checkpoint('memory')`],
  ['PRAGMA add_parquet_key', `pragma add_parquet_key('a', '0123456789112345')`],
  ['CALL of load_aws_credentials', 'call load_aws_credentials()'],
  ['parse_duckdb_log_message', `select parse_duckdb_log_message('FileSystem', 'x')`],
  ['icu_calendar_names()', 'select * from icu_calendar_names()'],
  ['pg_timezone_names()', 'select * from pg_timezone_names()'],
  ['current_database()', 'select current_database()'],
  ['current_schemas()', 'select current_schemas(true)'],
  ['a file that a row names', `select * from unnest(['/etc/passwd']) t(f), read_text(f)`],
  ['a file that a subquery names', `select * from read_text((select '/etc/passwd'))`],
  [
    'a denied function two lambdas deep',
    `select list_transform([1], lambda x: list_transform([x], lambda y: getvariable('z')))`,
  ],
  ['AT (VERSION) of a table', 'select * from hr.people at (version => 1)'],
  ['SHOW of a schema in FROM', 'select * from (show hr)'],
  ['SUBSTRAIT', `select * from from_substrait('x')`],
  ['a function name with a letter that looks alike', `select * from rеad_csv('/etc/passwd')`],
  ['a function that is not there', 'select no_such_function(1)'],
]

const unknown: readonly Attack[] = [
  ['a file by its name', `select * from '/etc/passwd'`],
  ['a Parquet file by its name', `select * from '{file}'`],
  ['a Parquet file by its name in double quotes', `select * from "{file}"`],
  ['a URL by its name', `select * from 'http://127.0.0.1:1/x.parquet'`],
  ['a file behind a CTE of its name', `with "/etc/passwd" as (from "/etc/passwd") from "/etc/passwd"`],
  ['the environment', `select * from '/proc/self/environ'`],
  ['an open file by its number', `select * from '/proc/self/fd/20'`],
  ['/dev/fd', `select * from '/dev/fd/20'`],
  ['information_schema', 'select * from information_schema.tables'],
  ['pg_catalog', 'select * from pg_catalog.pg_class'],
  ['sqlite_master', 'select * from sqlite_master'],
  ['duckdb_views without parentheses', 'select * from duckdb_views'],
  ['a table of the system catalogue', 'select * from system.main.duckdb_settings'],
  ['another schema', 'select * from hr.hidden'],
  ['schema and table as one name', 'select * from "hr.people"'],
  ['a column as a table', 'select * from hr.people p, hr.people.name'],
  ['the alias of a subquery as a table', 'select * from (values (1), (2)) t, t'],
  [
    'what a recursion with a key has so far',
    'with recursive r(k, v) using key (k) as (select 1, 1 union (select r.k, r.v + 1 from r, recurring.r as q where r.v < 5)) from r',
  ],
  ['a catalogue of ours', 'select * from memory.hr.people'],
  ['the temporary catalogue', 'select * from temp.hr.people'],
  ['a table without its schema', 'select * from people'],
  ['a name with a letter that looks alike', 'select * from hr.реople'],
  ['a CTE that is not in scope', 'select * from (with x as (select 1) from x) a, x'],
  ['a CTE that comes later', 'with a as (from b), b as (select 1) from a'],
  ['a hidden table under ASOF JOIN', 'select * from hr.people p asof join hr.hidden h on p.id >= h.id'],
  ['a hidden table under POSITIONAL JOIN', 'select * from hr.people positional join hr.hidden'],
  [
    'a hidden table in a correlated subquery',
    'select (select max(h.x) from hr.hidden h where h.id = p.id) from hr.people p',
  ],
]

/** Answers, in which nothing of what is masked stands. */
const harmless: readonly (readonly [name: string, sql: string, rows?: unknown])[] = [
  ['a star over masked columns', 'select * from hr.people limit 1', [[1], ['•••'], [1.5], [null]]],
  ['COLUMNS()', `select columns('^n') from hr.people limit 1`, [['•••']]],
  [
    'the row as a struct',
    'select p from hr.people p where id = 1',
    [[{ id: '1', name: '•••', amount: 1.5, born: null }]],
  ],
  [
    'row_to_json',
    'select to_json(p)::varchar from hr.people p where id = 1',
    [['{"id":1,"name":"•••","amount":1.5,"born":null}']],
  ],
  [
    'min, max and length of what is masked',
    'select min(name), max(name), max(length(name)), count(born) from hr.people',
    [['•••'], ['•••'], [3], [0]],
  ],
  ['a condition on what is masked', `select count(*) from hr.people where name like '${secret}%'`, [[0]]],
  [
    'a join on what is masked',
    'select count(distinct a.name) from hr.people a join hr.people b on a.name = b.name where a.id < 3 and b.id < 3',
    [[1]],
  ],
  ['an order by what is masked', 'select name from hr.people order by name desc limit 2', [['•••', '•••']]],
  ['a row policy that ends in a comment', 'select count(*), max(id) from hr.some_people', [[10], [10]]],
  ['a row policy against an OR', 'select count(*) from hr.some_people where false or true', [[10]]],
  [
    'fields of the row',
    'select unnest(p, recursive := true) from hr.people p where id = 1',
    [[1], ['•••'], [1.5], [null]],
  ],
  ['the row in a list', 'select unnest([p]).name from hr.people p where id = 1', [['•••']]],
  ['a field of the row in parentheses', 'select (p).name from hr.people p where id = 1', [['•••']]],
  ['a column with its catalogue', 'select memory.hr.people.name from hr.people where id = 1', [['•••']]],
  [
    'try_cast of what is masked',
    'select count(try_cast(name as int)), count(try(name::date)) from hr.people',
    [[0], [0]],
  ],
  ['typeof the row', 'select distinct typeof(name) from hr.people', [['VARCHAR']]],
  [
    'what is known about the values',
    'select approx_count_distinct(name), entropy(name), mode(name), histogram(born) from hr.people',
    [[1], [0], ['•••'], [null]],
  ],
  [
    'a hash of what is masked',
    'select count(distinct md5(name)), count(distinct hash(p.name)) from hr.people p',
    [[1], [1]],
  ],
  ['a natural join with a guess', `select count(*) from hr.people natural join (select '${secret}-1' as name)`, [[0]]],
  ['DISTINCT ON what is masked', 'select count(*) from (select distinct on (name) id from hr.people)', [[1]]],
  [
    'PIVOT on what is masked',
    `select sum(a) from (from hr.people) pivot (count(*) for name in ('${secret}-1' as a))`,
    [[0]],
  ],
  ['a sample', 'select distinct name from hr.people using sample 50 rows', [['•••']]],
  ['another name for a masked column', 'select b, d from hr.people p(a, b, c, d) limit 1', [['•••'], [null]]],
  ['a lateral join over the row', 'select x from hr.people p, lateral unnest([p.name]) t(x) where id = 1', [['•••']]],
  [
    'a recursion with a key',
    'with recursive r(k, v) using key (k) as (select 1, 1 union select k, v + 1 from r where v < 5) select v from r',
    [[5]],
  ],
  [
    'what a row policy hides, as a division by zero',
    'select count(*) from hr.some_people where 1 // (id - 11) < 0',
    [[1]],
  ],
  ['a CTE with the name of a table', 'with people as (select 7 as id) select id from people', [[7]]],
  ['a name in capitals and quotes', 'select count(*) from "HR"."PEOPLE"', [[1000]]],
  ['FROM first, with a trailing semicolon', 'from hr.people select count(*);', [[1000]]],
  ['UNPIVOT', 'select count(*) from (unpivot (select id, amount from hr.people limit 2) on amount)', [[2]]],
  ['PIVOT with its values', 'from (pivot hr.people on id in (1, 2) using count(*)) select count(*)'],
  ['functions for rows', 'select count(*) from range(3), generate_series(1, 2), unnest([1, 2])', [[12]]],
  ['parse_path of a text is a text', `select parse_filename('/etc/passwd')`, [['passwd']]],
]

/** Binder and engine say no; what they say holds nothing. */
const failing: readonly Attack[] = [
  ['rowid', 'select rowid from hr.people', /rowid/],
  ['filename', 'select filename from hr.people', /filename/],
  ['file_row_number', 'select file_row_number from hr.people', /file_row_number/],
  ['a column of the file that is not in the table', 'select code from hr.people', /code/],
  ['a cast of what is masked as an oracle', 'select name::int from hr.people', /•••|Conversion/],
  [
    'a cast of what a row policy hides',
    `select case when id > 10 then ('x' || id)::int else 1 end from hr.some_people where ('x' || id)::int > 0`,
    /x1\b|x\d0?\b/,
  ],
  ['a field of the row that is not in the table', `select struct_extract(p, 'code') from hr.people p`, /code/],
  ['columns by a lambda', `select columns(lambda c: c like '%ode%') from hr.people`, /empty set of columns/],
  ['a collation of the name of a file', `select name collate "/etc/passwd" from hr.people`, /Collation/],
  ['a type of another catalogue', 'select 1::sys.main.foo', /Catalog/],
  ['candidates of a mistyped table name', 'select hidden.x from hr.people', /hidden/],
  ['a sequence function over no sequence', 'select id from hr.people order by unknown_column', /unknown_column/],
  ['the type of a file', `select cast('x' as "{file}")`, /./],
]

describe('refused before it runs', () => {
  test.for(refused)('%s', async ([, sql, why]) => {
    const ran = await run(sql)
    expect(ran.fault).toMatchObject({ is: expect.stringMatching(/^(refused|failed)$/) })
    // Where the engine's parser does not know it at all, that is the parser's to say.
    if (ran.fault?.is === 'failed')
      expect(ran.fault.why).toMatch(why ?? /syntax error|not implemented|A CTE|does not exist/i)
    expect(ran.columns).toEqual([])
    expectNothingTold(ran)
  })
})

describe('not there for the query', () => {
  test.for(unknown)('%s', async ([, sql]) => {
    const ran = await run(sql)
    expect(ran.fault).toMatchObject({ is: 'relation' })
    expectNothingTold(ran)
  })
})

describe('answered, without what is masked', () => {
  test.for(harmless)('%s', async ([, sql, rows]) => {
    const ran = await run(sql)
    expect(ran.fault).toBeNull()
    if (rows !== undefined) expect(ran.columns).toEqual(rows)
    expectNothingTold(ran)
  })
})

describe('failing, with a message that tells nothing', () => {
  test.for(failing)('%s', async ([, sql, why]) => {
    const ran = await run(sql)
    expect(ran.fault).toMatchObject({ is: 'failed', why: expect.stringMatching(why as RegExp) })
    expectNothingTold(ran)
  })
})

test('after all of it what is published is as it was, and nothing lies beside it', () => {
  expect(people.digests()).toEqual(before)
  expect(readdirSync(people.root).sort()).toEqual(['data', 'outside'])
  expect(readdirSync(people.outside)).toEqual([])
})
