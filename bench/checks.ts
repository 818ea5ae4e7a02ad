// node --conditions=mesh-source bench/checks.ts [--scale 1] [--rounds 5]: ways to measure rules, side by side, medians of wall and CPU time.
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { profileTable, runChecks } from '../packages/data-plane/src/check/index.ts'
import { lineitemSql } from '../packages/data-plane/src/testing/lineitem.ts'
import { productOf } from '../packages/data-plane/src/testing/product.ts'
import { checkSpec, stagedTable } from '../packages/data-plane/src/testing/staged.ts'
import { machine, median, printTable } from './measure.ts'

const { values } = parseArgs({
  options: { scale: { type: 'string', default: '1' }, rounds: { type: 'string', default: '5' } },
})
const folder = await mkdtemp(join(tmpdir(), 'bench-checks-'))
const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '8GB' })
const connection = await instance.connect()
await connection.run('set parquet_metadata_cache = true')

const timed = async (work: () => Promise<unknown>) => {
  const [walls, cpus]: [number[], number[]] = [[], []]
  for (let round = 0; round < Number(values.rounds); round++) {
    const before = process.cpuUsage()
    const started = performance.now()
    await work()
    walls.push(performance.now() - started)
    const { user, system } = process.cpuUsage(before)
    cpus.push((user + system) / 1000)
  }
  return { 'wall ms': Math.round(median(walls)), 'cpu ms': Math.round(median(cpus)) }
}

const generated = lineitemSql(Number(values.scale))
for (const sql of generated.create) await connection.run(sql)
const file = (name: string) => join(folder, `${name}.parquet`)
await connection.run(`copy orders to '${file('orders')}' (format parquet, compression zstd)`)
await connection.run(`copy lineitem to '${file('lineitem')}' (format parquet, compression zstd)`)
await connection.run('drop table orders')
await connection.run('drop table lineitem')
const joined = generated.joined
  .replace('from lineitem l', `from read_parquet('${file('lineitem')}') l`)
  .replace('join orders o', `join read_parquet('${file('orders')}') o`)

const copy = await timed(() =>
  connection.run(`copy (${joined}) to '${file('bare')}' (format parquet, compression zstd, return_stats)`),
)
const fact = await stagedTable(connection, joined, file('fact'))
const F = fact.relation
const O = `read_parquet('${file('orders')}')`
const high = (column: string) => Number(fact.stats[column]?.max)
const code = `(l_orderkey - 1) * ${high('l_linenumber')} + (l_linenumber - 1)`
const all = fact.columns.map((column) => column.name).join(', ')
await connection.run(
  `copy (select 'ORD-' || lpad(i::varchar, 10, '0') as id, md5(i::varchar) as random from range(${fact.rows}) t(i)) to '${file('text')}' (format parquet, compression zstd)`,
)
const T = `read_parquet('${file('text')}')`
const orders = (range: string, column: string) =>
  `select bitstring_agg(${column} - 1, 0::bigint, ${high('l_orderkey') - 1}::bigint) as keys from ${range}`

const ways: [rule: string, way: string, sql: string][] = [
  ['unique, 2 integers', 'group by', `select count(*) from (select 1 from ${F} group by l_orderkey, l_linenumber having count(*) > 1)`],
  ['unique, 2 integers', 'count of different hashes', `select count(distinct hash(l_orderkey, l_linenumber)) from ${F}`],
  ['unique, 2 integers', '**bitmap over a mixed-radix code**', `select bit_count(bitstring_agg(${code}, 0::bigint, ${high('l_orderkey') * high('l_linenumber') - 1}::bigint)) from ${F}`],
  ['unique, text in order', 'group by', `select count(*) from (select 1 from ${T} group by id having count(*) > 1)`],
  ['unique, text in order', 'count of different hashes', `select count(distinct hash(id)) from ${T}`],
  ['unique, text in order', '**each greater than the one before**', `select 1 from (select id, lag(id) over () as p from ${T}) where p >= id limit 1`],
  ['unique, text in disorder', 'each greater …: gives up early', `select 1 from (select random, lag(random) over () as p from ${T}) where p >= random limit 1`],
  ['unique, text in disorder', '**then count of different hashes**', `select count(distinct hash(random)) from ${T}`],
  ['duplicates, 19 columns', 'group by', `select coalesce(sum(n - 1), 0) from (select count(*) as n from ${F} group by ${all})`],
  ['duplicates, 19 columns', '**count of different hashes**', `select count(distinct hash(${all})) from ${F}`],
  ['relationship, integer', 'anti join', `select count(*) from ${F} anti join ${O} on l_orderkey = o_orderkey`],
  ['relationship, integer', 'anti join of distinct keys', `select count(*) from (select distinct l_orderkey as k from ${F}) anti join ${O} on k = o_orderkey`],
  ['relationship, integer', '**two bitmaps**', `select bit_count(mine.keys & ~known.keys) from (${orders(F, 'l_orderkey')}) mine, (${orders(O, 'o_orderkey')}) known`],
  ['accepted values, dictionary', '**where**', `select count(*) from ${F} where l_shipmode not in ('REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB')`],
  ['pattern, dictionary', '**where regexp_matches**', `select count(*) from ${F} where not regexp_matches(o_orderpriority, '^[1-5]-[A-Z ]+$')`],
  ['pattern, plain pages', '**where regexp_matches**', `select count(*) from ${F} where not regexp_matches(l_comment, '^[a-z ]+$')`],
  ['pattern, plain pages', 'on groups of equal values (46,000)', `select sum(n) from (select l_comment as v, count(*) as n from ${F} group by 1) where not regexp_matches(v, '^[a-z ]+$')`],
  ['pattern, all different', '**where regexp_matches**', `select count(*) from ${T} where not regexp_matches(id, '^ORD-[0-9]+$')`],
  ['pattern, all different', 'on groups of equal values', `select sum(n) from (select id as v, count(*) as n from ${T} group by 1) where not regexp_matches(v, '^ORD-[0-9]+$')`],
  ['pattern, plain pages', 'rewritten with translate', `select count(*) from ${F} where translate(l_comment, 'abcdefghijklmnopqrstuvwxyz ', '') <> '' or l_comment = ''`],
] // biome-ignore format: a table of ways

const figures = []
for (const [rule, way, sql] of ways) figures.push({ rule, way, ...(await timed(() => connection.runAndReadAll(sql))) })

const ten = [
  ...['l_orderkey', 'l_linenumber', 'l_quantity', 'l_shipdate'].map((column) => checkSpec('not_null', [column])),
  checkSpec('range', ['l_quantity'], { min: 1, max: 50 }),
  checkSpec('accepted_values', ['l_shipmode'], { values: ['REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB'] }),
  checkSpec('pattern', ['o_orderpriority'], { pattern: '^[1-5]-[A-Z ]+$' }),
  checkSpec('freshness', ['l_receiptdate'], { maxAgeSeconds: 100 * 365 * 86_400 }),
  checkSpec('row_count', [], { min: 1000 }),
  checkSpec('relationship', ['l_orderkey'], { references: { table: 'orders.orders', columns: ['o_orderkey'] } }),
]
const sets = [
  checkSpec('unique', ['l_orderkey', 'l_linenumber']),
  checkSpec('duplicate_share', [], { maxShare: 0.001 }),
]
const checked = (checks: typeof ten) => async () => {
  const product = productOf({ name: 'orders', checks })
  const staged = {
    product,
    tables: { orders: fact },
    references: { 'orders.orders': O },
    extra: [],
    now: new Date(),
    piiColumns: [],
  }
  const report = await runChecks(connection, staged)
  if (!report.passed) throw new Error(JSON.stringify(report.checks.find((check) => check.outcome !== 'passed')))
}
const whole = [
  { what: 'bare COPY of the join', ...copy },
  { what: 'all 12 checks', ...(await timed(checked([...ten, ...sets]))) },
  { what: 'without uniqueness and duplicates', ...(await timed(checked(ten))) },
  { what: 'duplicates of all 19 columns, no unique key known', ...(await timed(checked(sets.slice(1)))) },
  { what: 'profile of 19 columns', ...(await timed(() => profileTable(connection, 'orders', fact))) },
]
console.log(
  `${new Date().toISOString().slice(0, 10)}, ${machine()}; load ${loadavg()[0]?.toFixed(1)}; ${fact.rows.toLocaleString('en-US')} rows`,
)
printTable(
  `Checks: the whole, medians of ${values.rounds}`,
  whole.map((row) => ({ ...row, 'of COPY (cpu)': row['cpu ms'] / copy['cpu ms'] })),
)
printTable(`Checks: ways, medians of ${values.rounds}`, figures)
connection.closeSync()
instance.closeSync()
await rm(folder, { recursive: true })
