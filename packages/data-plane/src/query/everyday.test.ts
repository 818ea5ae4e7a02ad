import type { DuckDBConnection } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type People, publishPeople } from '../testing/people.ts'
import { defaultQueryLimits } from './index.ts'
import { answerQuery, lockDown, openFiles, warmEngine } from './inside.ts'

// A list of what is allowed is worth something only when it lets through what people write.

let people: People
let engine: DuckDBConnection
const limits = { ...defaultQueryLimits, memoryMb: 256, threads: 1 }

beforeAll(async () => {
  people = await publishPeople()
  engine = await warmEngine(limits.memoryMb)
  await lockDown(engine, { sql: '', views: people.views, limits }, openFiles(people.views))
})
afterAll(() => people?.[Symbol.asyncDispose]())

test.each([
  'select * from hr.people tablesample 10%',
  'select * from hr.people using sample 5 rows',
  'select * from hr.people using sample reservoir(5 rows) repeatable (1)',
  'select id from hr.people intersect select id from hr.some_people',
  'select id from hr.people except all select id from hr.some_people order by id desc nulls last limit 3 offset 1',
  'select id, amount from hr.people union by name select amount, id from hr.people',
  'select distinct on (id % 3) id from hr.people order by id % 3, id asc nulls first',
  "select id % 3 as k, count(*), sum(amount) filter (where id > 5), string_agg(name, ',' order by id desc) from hr.people group by all having count(*) > 1 order by all",
  'select id % 2, id % 3, count(*), grouping(id % 2) from hr.people group by grouping sets ((id % 2, id % 3), (id % 2), ())',
  'select count(*) from hr.people group by cube (id % 2, id % 3)',
  'select count(*) from hr.people group by rollup (id % 2, id % 3) limit 50%',
  'select rank() over w, lag(id, 1, 0) over w, first_value(id ignore nulls) over w, ntile(4) over w from hr.people window w as (partition by id % 2 order by id rows between 3 preceding and current row exclude ties)',
  'select id from hr.people qualify row_number() over (partition by id % 10 order by amount desc) = 1',
  'select avg(amount) over (order by born range between interval 3 days preceding and current row) from hr.people',
  `select extract(year from date '2026-01-31'), date_trunc('month', timestamp '2026-01-31 10:00'), date '2026-01-31' + interval 1 month, age(date '2026-01-31', date '2025-01-31')`,
  `select timestamptz '2026-01-31 10:00:00+02' at time zone 'Europe/Berlin', strftime(date '2026-01-31', '%d.%m.%Y'), strptime('31.01.2026', '%d.%m.%Y'), current_date, now(), today()`,
  `select 'a' like 'a%', 'a' not like 'b', 'a' ilike 'A', 'a' similar to '[a-z]', 'a' ~ 'a', 'a' glob 'a*', 'a' || 'b', 'a_' like 'a#_' escape '#'`,
  `select regexp_extract('a1', '(\\d)', 1), regexp_replace('aa', 'a', 'b', 'g'), split_part('a-b', '-', 1), string_split('a,b', ','), substring('abc' from 2 for 1), position('b' in 'abc'), trim(both ' ' from ' a '), overlay.o from (select 1 as o) overlay`,
  `select case id when 1 then 'one' else 'more' end, coalesce(name, ''), nullif(id, 1), ifnull(id, 0), if(id > 1, 2, 3), id between 1 and 2, id in (1, 2), id not in (select 1), id is distinct from 1, not id = 1, id is not null from hr.people`,
  `select try_cast('x' as integer), cast('1' as decimal(10, 2)), '1'::bigint, try(1 / 0), 7 // 2, 7 % 2, 2 ** 3, -id, abs(id), round(amount, 1), 5 & 3, 1 << 2, 4! from hr.people`,
  "select * exclude (name), columns('i.*'), * replace (id + 1 as id), * rename (id as key) from hr.people limit 1",
  "select * like 'i%' from hr.people limit 1",
  `select {'a': 1, 'b': [1, 2]}.b[1], [x * 2 for x in [1, 2, 3] if x > 1], list_transform([1, 2], lambda x: x + 1), map {'a': 1}['a'], [1, 2, 3][2:], unnest([1, 2]), row(1, 2), struct_pack(a := 1)`,
  `select '{"a": [1]}'::json -> 'a' ->> 0, json_extract_string('{"a": 1}', '$.a'), to_json({'a': 1}), from_json('{"a": 1}', '{"a": "INTEGER"}')`,
  'select p.id from hr.people p left join hr.some_people s using (id) where s.id is null',
  'select count(*) from hr.people p semi join hr.some_people s on p.id = s.id',
  'select count(*) from hr.people p anti join hr.some_people s using (id)',
  'select p.id, s.id from hr.people p asof join hr.some_people s on p.id >= s.id limit 5',
  'select count(*) from hr.people natural join hr.some_people',
  'select * from hr.some_people positional join hr.some_people as other',
  'select p.id, x.n from hr.people p, lateral (select p.id * 2 as n) x limit 2',
  'select (select max(id) from hr.people), exists (select 1), 1 = any (select 1), 2 > all (select 1)',
  'with a as (select id from hr.people), b as materialized (select id from a where id < 10) select count(*) from b join a using (id)',
  'with recursive r(i, path) as (select 1, [1] union all select i + 1, list_append(path, i + 1) from r where i < 5) select * from r',
  'pivot (select id % 2 as k, id % 3 as l, amount from hr.people) on k in (0, 1) using sum(amount) as s group by l',
  'unpivot (select id, amount from hr.people) on amount into name what value how_much',
  'from hr.people select id where id < 3',
  'from hr.people',
  "values (1, 'a'), (2, 'b')",
  'table hr.people',
  `select * from (values ('a'), ('B')) as t(x) order by x collate nocase desc`,
  `select name collate nocase from hr.people order by name collate de limit 1`,
  "select * from generate_series(date '2026-01-01', date '2026-01-05', interval 1 day) t(d) left join hr.people on born = d",
  'select quantile_cont(amount, [0.25, 0.5]), median(amount), mode(id), approx_count_distinct(id), arg_max(id, amount), histogram(id % 3), corr(id, amount), stddev(amount), bool_and(id > 0), list(distinct id % 3), count_if(id > 1), any_value(id), first(id order by amount) from hr.people',
  'select id as "a b", amount "ä" from hr.people -- and a comment',
  '/* first */ select 1 /* second */ ;  -- third',
])('%s', async (sql) => {
  const done = await answerQuery(engine, { sql, views: people.views, limits }, { columns: () => {}, chunk: () => {} })
  expect(done.truncated).toBe(false)
})
