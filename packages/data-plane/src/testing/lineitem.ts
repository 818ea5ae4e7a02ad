/**
 * TPC-H-like orders and lineitem, made by DuckDB alone: the same scale gives the same bytes on every machine.
 * Like dbgen: sparse order keys (8 of every 32), 1 to 7 lines per order (mean 4), rows in key order, comments of words, a few clerks and many parts.
 */
export type LineitemSql = {
  /** Statements that create the tables `orders` and `lineitem`. */
  create: string[]
  /** The wide fact: 19 columns, lineitem joined with its order, key (l_orderkey, l_linenumber). */
  joined: string
  /** Rows of `orders`; lineitem has about four times as many. */
  orders: number
}

const WORDS = [
  'furiously', 'quickly', 'carefully', 'slyly', 'blithely', 'ironic', 'final', 'express', 'pending', 'regular', 'bold', 'silent',
  'deposits', 'requests', 'packages', 'accounts', 'theodolites', 'pinto', 'beans', 'foxes', 'instructions', 'dependencies',
  'sleep', 'haggle', 'nag', 'wake', 'cajole', 'detect', 'integrate', 'across', 'above', 'along', 'the', 'after', 'even', 'unusual',
] // biome-ignore format: a table of words

const list = (values: readonly string[]): string => `[${values.map((value) => `'${value}'`).join(', ')}]`

/** A number in 0..below-1 that depends on the row and on `salt` only. */
const draw = (key: string, salt: number, below: number): string =>
  `(hash(${key} + ${salt * 1_000_003}::bigint * 4294967296) % ${below})`

const pick = (key: string, salt: number, values: readonly string[]): string =>
  `${list(values)}[1 + ${draw(key, salt, values.length)}::int]`

const words = (key: string, salt: number, count: number): string =>
  Array.from({ length: count }, (_, i) => pick(key, salt + i, WORDS)).join(` || ' ' || `)

/** `scale` 1 is 1.5 million orders and about 6 million lines. */
export const lineitemSql = (scale: number): LineitemSql => {
  const orders = Math.max(1, Math.round(1_500_000 * scale))
  const customers = Math.max(10, Math.round(150_000 * scale))
  const parts = Math.max(10, Math.round(200_000 * scale))
  const suppliers = Math.max(10, Math.round(10_000 * scale))
  const line = 'o_orderkey * 8 + l_linenumber'
  return {
    orders,
    create: [
      `create or replace table orders as
select
  (i // 8 * 32 + i % 8 + 1)::bigint as o_orderkey,
  (1 + ${draw('i', 1, customers)})::bigint as o_custkey,
  ${pick('i', 2, ['F', 'O', 'P'])} as o_orderstatus,
  ((85000 + ${draw('i', 3, 50_000_000)}::bigint) / 100)::decimal(15, 2) as o_totalprice,
  (date '1992-01-01' + ${draw('i', 4, 2406)}::int) as o_orderdate,
  ${pick('i', 5, ['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW'])} as o_orderpriority,
  'Clerk#' || lpad((1 + ${draw('i', 6, 1000)})::varchar, 9, '0') as o_clerk,
  0::integer as o_shippriority,
  ${words('i', 20, 6)} as o_comment
from range(${orders}) t(i)`,
      `create or replace table lineitem as
with lines as (
  select o_orderkey, o_orderdate, unnest(range(1, 2 + ${draw('o_orderkey', 7, 7)}::bigint))::integer as l_linenumber
  from orders
), drawn as (
  select *, (${line})::bigint as k, (1 + ${draw(line, 8, 50)})::integer as quantity, (1 + ${draw(line, 9, parts)})::bigint as part,
    (o_orderdate + (1 + ${draw(line, 10, 121)})::int) as shipped
  from lines
)
select
  o_orderkey as l_orderkey,
  part as l_partkey,
  (1 + ${draw('k', 11, suppliers)})::bigint as l_suppkey,
  l_linenumber,
  quantity::decimal(15, 2) as l_quantity,
  (quantity * (90000 + part // 10 % 20001 + 100 * (part % 1000)) / 100)::decimal(15, 2) as l_extendedprice,
  (${draw('k', 12, 11)} / 100)::decimal(15, 2) as l_discount,
  (${draw('k', 13, 9)} / 100)::decimal(15, 2) as l_tax,
  case when shipped > date '1995-06-17' then 'N' else ${pick('k', 14, ['R', 'A'])} end as l_returnflag,
  case when shipped > date '1995-06-17' then 'O' else 'F' end as l_linestatus,
  shipped as l_shipdate,
  (o_orderdate + (30 + ${draw('k', 15, 61)})::int) as l_commitdate,
  (shipped + (1 + ${draw('k', 16, 30)})::int) as l_receiptdate,
  ${pick('k', 17, ['DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN'])} as l_shipinstruct,
  ${pick('k', 18, ['REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB'])} as l_shipmode,
  ${words('k', 40, 3)} as l_comment
from drawn`,
    ],
    joined: `select l.*, o.o_custkey, o.o_orderdate, o.o_orderpriority
from lineitem l join orders o on l.l_orderkey = o.o_orderkey`,
  }
}
