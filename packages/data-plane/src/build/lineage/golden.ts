/** `t` and `u`: columns of every kind that queries treat differently. */
export const TABLES = {
  t: { a: 'INTEGER', b: 'INTEGER', c: 'VARCHAR', d: 'DATE', l: 'INTEGER[]', s: 'STRUCT(x INTEGER, y VARCHAR)' },
  u: { a: 'INTEGER', e: 'INTEGER', f: 'VARCHAR', g: 'DATE' },
} as const

export const MACROS = [
  'create macro plus_twice(x, y) as x + 2 * y',
  'create macro of_kind(kind) as table select a, b from t where c = kind',
]

/** `=` copied from, `~` computed with; `rows`: decides which rows there are. Written by reading the query, not by running the code. */
export type Golden = { sql: string; columns: Record<string, string>; rows?: string }

export const GOLDEN: Record<string, Golden> = {
  'a projection': { sql: 'select a, b + 1 as z, c from t', columns: { a: '=t.a', z: '~t.b', c: '=t.c' } },
  'a filter': { sql: "select a from t where c = 'x' and b > 0", columns: { a: '=t.a' }, rows: 't.b t.c' },
  'constants and counters': {
    sql: "select 1 as one, 'x' as x, count(*) as n from t",
    columns: { one: '', x: '', n: '' },
  },
  'from first': { sql: 'from t select a where c is not null', columns: { a: '=t.a' }, rows: 't.c' },
  'an inner join': {
    sql: 'select t.a, u.e from t join u on t.a = u.a',
    columns: { a: '=t.a', e: '=u.e' },
    rows: 't.a u.a',
  },
  'a left join using': {
    sql: 'select a, f from t left join u using (a)',
    columns: { a: '=t.a', f: '=u.f' },
    rows: 't.a u.a',
  },
  'a full join using': {
    sql: 'select a, f from t full join u using (a)',
    columns: { a: '~t.a ~u.a', f: '=u.f' },
    rows: 't.a u.a',
  },
  'a join by inequality': {
    sql: 'select t.c, u.f from t join u on t.d < u.g and t.b + u.e > 1',
    columns: { c: '=t.c', f: '=u.f' },
    rows: 't.b t.d u.e u.g',
  },
  'a cross join': { sql: 'select t.b, u.e from t, u', columns: { b: '=t.b', e: '=u.e' } },
  'a self join': {
    sql: 'select x.b, y.c as c2 from t x join t y on x.a = y.b',
    columns: { b: '=t.b', c2: '=t.c' },
    rows: 't.a t.b',
  },
  'an asof join': {
    sql: 'select t.c, u.f from t asof left join u on t.a = u.a and t.d >= u.g',
    columns: { c: '=t.c', f: '=u.f' },
    rows: 't.a t.d u.a u.g',
  },
  'a semi join': { sql: 'select b from t semi join u using (a)', columns: { b: '=t.b' }, rows: 't.a u.a' },
  'an anti join': { sql: 'select b from t anti join u on t.b = u.e', columns: { b: '=t.b' }, rows: 't.b u.e' },
  'a positional join': { sql: 'select t.b, u.f from t positional join u', columns: { b: '=t.b', f: '=u.f' } },
  'a join with values': {
    sql: "select v.label, t.b from t join (values (1, 'one'), (2, 'two')) v(id, label) on v.id = t.a",
    columns: { label: '', b: '=t.b' },
    rows: 't.a',
  },
  'a cte with a group': {
    sql: 'with x as (select a, b * 2 as b from t where c is not null) select a, sum(b) as total from x group by a',
    columns: { a: '=t.a', total: '~t.b' },
    rows: 't.a t.c',
  },
  'a materialised cte used twice': {
    sql: 'with x as materialized (select a, e from u where f is not null) select p.e, q.e + p.e as both from x p join x q using (a)',
    columns: { e: '=u.e', both: '~u.e' },
    rows: 'u.a u.f',
  },
  'a recursive cte': {
    sql: 'with recursive r(n, m) as (select a, b from t union all select n + 1, m from r where n < 3) select n, m from r',
    columns: { n: '~t.a', m: '=t.b' },
    rows: 't.a',
  },
  'a recursive cte that moves values across columns': {
    sql: 'with recursive r(n, m, o, k) as (select a, b, a, 0 from t union all select m, o, n, k + 1 from r where k < 3) select n, k from r',
    columns: { n: '=t.a =t.b', k: '' },
  },
  'a recursive cte that joins': {
    sql: 'with recursive r(n) as (select b from t union select u.e from r join u on r.n = u.a) select n from r',
    columns: { n: '=t.b =u.e' },
    rows: 't.b u.a u.e',
  },
  'union all': { sql: 'select a from t union all select e from u', columns: { a: '=t.a =u.e' } },
  union: {
    sql: 'select a, c from t union select e, f from u',
    columns: { a: '=t.a =u.e', c: '=t.c =u.f' },
    rows: 't.a t.c u.e u.f',
  },
  'union by name': {
    sql: 'select a, b from t union all by name select e as b, f from u',
    columns: { a: '=t.a', b: '=t.b =u.e', f: '=u.f' },
  },
  intersect: {
    sql: 'select a, c from t intersect select e, f from u',
    columns: { a: '=t.a', c: '=t.c' },
    rows: 't.a t.c u.e u.f',
  },
  except: {
    sql: 'select a from t except select e from u where f is null',
    columns: { a: '=t.a' },
    rows: 't.a u.e u.f',
  },
  'except all': { sql: 'select a from t except all select e from u', columns: { a: '=t.a' }, rows: 't.a u.e' },
  'a window': {
    sql: 'select a, row_number() over (partition by c order by d, b) as rn from t',
    columns: { a: '=t.a', rn: '~t.b ~t.c ~t.d' },
  },
  'a window with a frame': {
    sql: 'select a, sum(b) filter (where c is null) over w as s from t window w as (order by d, a, b rows between 1 preceding and current row)',
    columns: { a: '=t.a', s: '~t.a ~t.b ~t.c ~t.d' },
  },
  'a window with an offset by column': {
    sql: 'select lag(b, a, 9) over (order by d, b, a) as p from t',
    columns: { p: '~t.a ~t.b ~t.d' },
  },
  qualify: {
    sql: 'select b, c from t qualify row_number() over (partition by a order by b desc, c) = 1',
    columns: { b: '=t.b', c: '=t.c' },
    rows: 't.a t.b t.c',
  },
  case: {
    sql: "select case when c = 'x' then b when d is null then a end as v from t",
    columns: { v: '~t.a ~t.b ~t.c ~t.d' },
  },
  'casts and coalesce': {
    sql: 'select coalesce(try_cast(c as integer), b) as v, a::varchar as w from t',
    columns: { v: '~t.b ~t.c', w: '~t.a' },
  },
  'a filtered aggregate with having': {
    sql: 'select c, count(*) as n, sum(b) filter (where a > 1) as s from t group by c having max(len(l)) > 0',
    columns: { c: '=t.c', n: '', s: '~t.a ~t.b' },
    rows: 't.c t.l',
  },
  'an ordered aggregate': {
    sql: 'select list(a order by b, a) as v, arg_max(c, (b, c)) as m from t',
    columns: { v: '~t.a ~t.b', m: '~t.b ~t.c' },
  },
  'an aggregate over an ordered subquery': {
    sql: 'select string_agg(c, ?1) as v from (select c from t order by b, c)'.replace('?1', "','"),
    columns: { v: '~t.c' },
    rows: 't.b t.c',
  },
  'group by all': {
    sql: 'select a % 2 as odd, c, avg(b) as m from t group by all order by all',
    columns: { odd: '~t.a', c: '=t.c', m: '~t.b' },
    rows: 't.a t.b t.c',
  },
  'grouping sets': {
    sql: 'select a, c, sum(b) as s, grouping(a) as g from t group by grouping sets ((a), (a, c), ())',
    columns: { a: '=t.a', c: '=t.c', s: '~t.b', g: '' },
    rows: 't.a t.c',
  },
  cube: {
    sql: 'select a, c, count(b) as n from t group by cube (a, c)',
    columns: { a: '=t.a', c: '=t.c', n: '~t.b' },
    rows: 't.a t.c',
  },
  'a pivot': {
    sql: "pivot (select a, b, c from t) on c in ('x', 'y') using sum(b) group by a",
    columns: { a: '=t.a', x: '~t.b ~t.c', y: '~t.b ~t.c' },
    rows: 't.a',
  },
  'a pivot without groups named': {
    sql: "from (select a, b, c from t) pivot (max(b) for c in ('x', 'y'))",
    columns: { a: '=t.a', x: '~t.b ~t.c', y: '~t.b ~t.c' },
    rows: 't.a',
  },
  'an unpivot': {
    sql: 'unpivot (select a, e, f from u) on a, e into name n value v',
    columns: { f: '=u.f', n: '', v: '~u.a ~u.e' },
    rows: 'u.a u.e',
  },
  unnest: { sql: 'select a, unnest(l) as q from t', columns: { a: '=t.a', q: '~t.l' }, rows: 't.l' },
  'unnest in from': {
    sql: 'select t.a, x.q from t, unnest(t.l) as x(q) where x.q > t.b',
    columns: { a: '=t.a', q: '~t.l' },
    rows: 't.b t.l',
  },
  'unnest of a struct': { sql: 'select a, unnest(s) from t', columns: { a: '=t.a', x: '~t.s', y: '~t.s' } },
  'a row maker by column': {
    sql: 'select t.b, r.n from t, range(t.a) r(n)',
    columns: { b: '=t.b', n: '~t.a' },
    rows: 't.a',
  },
  'a lateral subquery': {
    sql: 'select t.b, m from t, lateral (select max(e) as m from u where u.a = t.a and u.f = t.c) as x',
    columns: { b: '=t.b', m: '~u.e' },
    rows: 't.a t.c u.a u.f',
  },
  'a lateral with limit': {
    sql: 'select t.b, x.e from t, lateral (select e from u where u.a <= t.a order by g, e limit 1) as x',
    columns: { b: '=t.b', e: '=u.e' },
    rows: 't.a u.a u.e u.g',
  },
  'a scalar subquery': { sql: 'select a - (select min(e) from u) as v from t', columns: { v: '~t.a ~u.e' } },
  'a correlated scalar subquery': {
    sql: 'select t.c, (select sum(e) from u where u.a = t.a) as v from t',
    columns: { c: '=t.c', v: '~u.e' },
    rows: 't.a u.a',
  },
  'a subquery inside a subquery': {
    sql: 'select t.c, (select sum(e) from u where u.a = t.a and u.e > (select min(x.b) from t x where x.a = u.a and x.c = t.c)) as v from t',
    columns: { c: '=t.c', v: '~u.e' },
    rows: 't.a t.b t.c u.a u.e',
  },
  exists: {
    sql: 'select b from t where exists (select 1 from u where u.a = t.a and u.f is not null)',
    columns: { b: '=t.b' },
    rows: 't.a u.a u.f',
  },
  'exists as a value': {
    sql: 'select b, not exists (select 1 from u where u.a = t.a) as lonely from t',
    columns: { b: '=t.b', lonely: '~t.a ~u.a' },
    rows: 't.a u.a',
  },
  'in a subquery': {
    sql: 'select c, a in (select e from u where f is not null) as known from t',
    columns: { c: '=t.c', known: '~t.a ~u.e ~u.f' },
    rows: 'u.f',
  },
  'not in a subquery': {
    sql: 'select b from t where a not in (select e from u where e is not null)',
    columns: { b: '=t.b' },
    rows: 't.a u.e',
  },
  'any of a subquery': {
    sql: 'select a from u where a > any (select b from t)',
    columns: { a: '=u.a' },
    rows: 'u.a t.b',
  },
  'struct fields': {
    sql: "select s.x, s['y'] as name, {'p': a, 'q': c} as packed from t",
    columns: { x: '~t.s', name: '~t.s', packed: '~t.a ~t.c' },
  },
  'a list comprehension': { sql: 'select [i * b for i in l if i > a] as v from t', columns: { v: '~t.a ~t.b ~t.l' } },
  'a lambda': {
    sql: 'select list_reduce(list_transform(l, lambda x: x + b), lambda x, y: x + y) as v from t where len(l) > 0',
    columns: { v: '~t.b ~t.l' },
    rows: 't.l',
  },
  'star exclude and replace': {
    sql: 'select * exclude (d, l, s) replace (upper(c) as c) from t',
    columns: { a: '=t.a', b: '=t.b', c: '~t.c' },
  },
  'columns by pattern': { sql: "select max(columns('^[ab]$')) from t", columns: { a: '~t.a', b: '~t.b' } },
  'renamed star': {
    sql: 'select * rename (e as amount) from u',
    columns: { a: '=u.a', amount: '=u.e', f: '=u.f', g: '=u.g' },
  },
  distinct: { sql: 'select distinct a, c from t', columns: { a: '=t.a', c: '=t.c' }, rows: 't.a t.c' },
  'distinct on': {
    sql: 'select distinct on (a) a, b from t order by a, d, b',
    columns: { a: '=t.a', b: '=t.b' },
    rows: 't.a t.b t.d',
  },
  'a limit in an order': { sql: 'select a from t order by b desc, a limit 3', columns: { a: '=t.a' }, rows: 't.a t.b' },
  'a limit from a subquery': {
    sql: 'select a from t order by a limit (select count(*) from u where e > 1)',
    columns: { a: '=t.a' },
    rows: 't.a u.e',
  },
  'a scalar macro': { sql: 'select plus_twice(a, b) as v from t', columns: { v: '~t.a ~t.b' } },
  'a table macro': { sql: "select * from of_kind('x')", columns: { a: '=t.a', b: '=t.b' }, rows: 't.c' },
}

/** Queries whose columns are not followed; each must say so. */
export const UNKNOWN: Record<string, string> = {
  'a pivot whose columns depend on the data': 'pivot t on c using sum(b)',
  'a file that no port shows': "select * from read_csv('/tmp/x.csv')",
  'a relation that is not there': 'select * from nowhere',
  'two statements': 'select a from t; select b from t',
  'no sql at all': 'selekt a',
}

/** Harder ones, for the oracle alone: followed completely or reported as unknown. */
export const HARD: Record<string, string> = {
  'a list filtered by an outer column':
    'select t.c, (select list(x order by x) from unnest(t.l) as q(x) where x > t.a) as v from t',
  'a lateral inside a lateral':
    'select t.c, y.m from t, lateral (select u.a as ua, u.e from u where u.a >= t.a) as x, lateral (select max(z.b) as m from t z where z.a = x.ua and z.b > t.b) as y',
  'a cte inside a correlated subquery':
    'select t.b, (with k as (select e, f from u where u.a = t.a) select count(*) from k where f = t.c) as n from t',
  'a union inside a correlated subquery':
    'select t.c, (select max(v) from (select e as v from u where u.a = t.a union all select b from t z where z.c = t.c)) as v from t',
  'a window inside a correlated subquery':
    'select t.c, (select max(rn) from (select row_number() over (order by u.e, u.f) + u.e as rn from u where u.a <= t.a)) as v from t',
  'exists with group and having':
    'select b from t where exists (select u.f from u where u.a = t.a group by u.f having sum(u.e) > t.b)',
  'three levels of correlation':
    'select t.c from t where t.b > (select min(u.e) from u where u.a = t.a and exists (select 1 from t z where z.b = u.e and z.c = t.c and z.a in (select w.a from u w where w.f = t.c)))',
  'a correlated case':
    'select case when exists (select 1 from u where u.e = t.b) then (select max(f) from u where u.a = t.a) else t.c end as v from t',
  'a recursive cte over a lateral':
    'with recursive r(n, k) as (select a, 0 from t union all select x.e, k + 1 from r, lateral (select max(u.e) as e from u where u.a >= r.n) as x where k < 2) select n, k from r',
  'a recursive cte that is joined outside':
    'with recursive r(n, k) as (select a, 1 from t union select n + 1, k + 1 from r where k < 3) select t.c, max(r.k) as deep from t join r on r.n = t.b group by t.c',
  'unnest of two lists': 'select a, unnest(l) as x, unnest([b, a]) as y from t',
  'unnest inside unnest': 'select a, unnest([i + b for i in l]) as x from t where len(l) > 1',
  'a pivot over a join':
    "pivot (select t.c, u.f, u.e from t join u using (a)) on f in ('x', 'y', 'z') using max(e), count(*) as n group by c",
  'semi join of a subquery with a window':
    'select t.c from t semi join (select a, rank() over (partition by f order by e) as r from u) as x on x.a = t.a and x.r = 1',
  'asof with a condition outside': 'select t.a, u.e from t asof join u on t.c = u.f and t.d >= u.g where u.e > t.b',
  'full join with a filter and coalesce':
    "select coalesce(t.c, u.f, 'none') as v, count(*) filter (where u.e is null) as n from t full join u on t.b = u.e group by 1",
  'grouping sets over an expression':
    'select a % 2 as odd, c, count(distinct b) as n, grouping_id(odd, c) as g from t group by cube (odd, c) having count(*) > 1',
  'intersect of unions': '(select a, c from t union select e, f from u) intersect (select b, c from t)',
  'an ordered limit in each branch':
    '(select b from t order by d, a, b limit 2) union all (select e from u order by g desc, f, e, a limit 2)',
  'a limit with ties by window':
    'select c from (select c, dense_rank() over (order by b desc nulls last) as r from t) where r <= 2',
  'a macro over a subquery': 'select plus_twice(a, (select max(e) from u where u.f = t.c)) as v from t',
  'list aggregates with lambdas over outer columns':
    'select list_filter(list_transform(l, lambda x: x * b), lambda y: y > a) as v, list_sum(l) + a as w from t',
  'struct and map building':
    "select map([coalesce(c, 'none')], [b]) as m, struct_insert(s, z := a).z as z, s.x + b as q from t",
  'nested structs through a cte':
    "with n as (select {'in': {'b': b, 'c': c}, 'a': a} as st from t) select st['in'].b as v, st.a as w from n",
  'a correlated range': 'select t.b, (select count(*) from range(t.a) r(i) where i > t.b) as n from t',
  'json made and taken apart': "select json_extract(to_json({'k': a, 'v': b}), '$.v')::integer as v from t",
  'a cross join unnest with ordinality':
    'select t.b, x.v, x.i from t cross join lateral (select unnest(t.l) as v, generate_subscripts(t.l, 1) as i) as x',
  'columns over an expression': "select columns(* exclude (c, d, l, s)) + 1 from t where columns(['a', 'b']) > 0",
  'not in with nulls': 'select b from t where (a, b) not in (select a, e from u where f is not null)',
  'any and all': 'select b from t where a >= all (select e from u where e is not null and u.f = t.c)',
}
