import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CheckSpec, Report } from '@datamesh/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { productOf } from '../testing/product.ts'
import { checkSpec, scratchDuckDB, stagedTable } from '../testing/staged.ts'
import { runChecks } from './run.ts'
import type { StagedTable } from './staged.ts'

let folder: string
let duckdb: Awaited<ReturnType<typeof scratchDuckDB>>
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checks-'))
  duckdb = await scratchDuckDB()
})
afterAll(async () => {
  duckdb[Symbol.dispose]()
  await rm(folder, { recursive: true })
})

let files = 0
const staged = (select: string, pii: string[] = []) =>
  stagedTable(duckdb.connection, select, join(folder, `${files++}.parquet`), pii)

const now = new Date('2026-03-01T12:00:00Z')

const report = (
  table: StagedTable,
  checks: CheckSpec[],
  more: {
    references?: Record<string, string>
    extra?: CheckSpec[]
    piiColumns?: string[]
    deadlineSeconds?: number
  } = {},
): Promise<Report> => {
  const { references = {}, extra = [], piiColumns = [], ...options } = more
  return runChecks(
    duckdb.connection,
    { product: productOf({ name: 'orders', checks }), tables: { orders: table }, references, extra, now, piiColumns },
    options,
  )
}

const one = async (...given: Parameters<typeof report>) => (await report(...given)).checks[0]!

const ORDERS = `select * from (values
  (1, 10, 'new', 5.00::decimal(10, 2), timestamp '2026-03-01 10:00:00', 'ann@shop.example'),
  (2, 10, 'paid', -1.50, timestamp '2026-02-28 10:00:00', 'bob@shop.example'),
  (3, 11, 'PAID', 7.25, null, null),
  (3, 12, 'sent', 0.00, timestamp '2026-02-27 10:00:00', 'cyd@shop.example'),
  (null, 99, null, null, timestamp '2026-02-26 10:00:00', 'cyd@shop.example')
) as t(id, customer, state, total, placed, email)`

describe('every kind of rule finds the rows that break it and says so in one sentence', () => {
  const customers = { 'crm.customers': '(select unnest([10, 11, 12])::integer as id)' }
  const cases: [CheckSpec, number | null, string, string][] = [
    [checkSpec('not_null', ['id']), 1, 'statistics', '1 of 5 rows has no id'],
    [checkSpec('not_null', ['customer']), 0, 'statistics', 'all 5 rows have customer'],
    [checkSpec('range', ['total'], { min: 0 }), 1, 'query', '1 of 5 rows has a negative total'],
    [checkSpec('range', ['total'], { min: -10, max: 7.25 }), 0, 'statistics', 'all 5 rows have total from -10 to 7.25'],
    [checkSpec('range', ['placed'], { min: '2026-02-27' }), 1, 'query', '1 of 5 rows has placed below 2026-02-27'],
    [
      checkSpec('accepted_values', ['state'], { values: ['new', 'paid', 'sent'] }),
      1,
      'query',
      '1 of 5 rows has state other than new, paid, sent',
    ],
    [checkSpec('pattern', ['email'], { pattern: '^[a-b]' }), 2, 'query', '2 of 5 rows have email not like ^[a-b]'],
    [
      checkSpec('pattern', ['customer'], { pattern: '^1[0-9]$' }),
      1,
      'query',
      '1 of 5 rows has customer not like ^1[0-9]$',
    ],
    [checkSpec('unique', ['id']), 2, 'query', '2 of 5 rows share their id with another row'],
    [checkSpec('unique', ['id', 'customer']), 0, 'query', 'all 5 rows have id, customer of their own'],
    [checkSpec('unique', ['state']), 0, 'query', 'all 5 rows have state of their own'],
    [checkSpec('unique', ['email']), 2, 'query', '2 of 5 rows share their email with another row'],
    [
      checkSpec('relationship', ['customer'], { references: { table: 'crm.customers', columns: ['id'] } }),
      1,
      'query',
      '1 of 5 rows has customer that crm.customers does not know',
    ],
    [
      checkSpec('duplicate_share', ['id'], { maxShare: 0.1 }),
      1,
      'query',
      '1 of 5 rows repeats id of an earlier row: 20 %, at most 10 % may',
    ],
    [checkSpec('row_count', [], { min: 10 }), null, 'statistics', 'the table has 5 rows; it must be at least 10'],
    [
      checkSpec('row_count', [], { min: 1, max: 5, where: 'total > 0' }),
      null,
      'query',
      '2 rows where total > 0; expected 1 to 5',
    ],
    [
      checkSpec('freshness', ['placed'], { maxAgeSeconds: 3600 }),
      null,
      'statistics',
      'the newest placed, 2026-03-01 10:00:00, is 2 hours old; at most 1 hour may pass',
    ],
    [
      checkSpec('sql', [], { sql: 'select * from {{ table }} where state <> lower(state)' }),
      1,
      'query',
      '1 of 5 rows breaks the rule',
    ],
    [
      checkSpec('sql', [], { sql: 'select sum(total) from {{ table }};', sqlReturns: 'number', min: 100 }),
      null,
      'query',
      'the query returns 10.75; it must be at least 100',
    ],
  ]
  test.each(cases.map(([spec, failing, by, message]) => ({ spec, failing, by, message })))(
    '$spec.type: $message',
    async ({ spec, failing, by, message }) => {
      const result = await one(await staged(ORDERS), [spec], { references: customers })
      expect(result).toMatchObject({ failingRows: failing, by, message, totalRows: 5, at: 'dataproduct.yaml:7:5' })
      if (failing !== null) expect(result.outcome).toBe(failing === 0 ? 'passed' : 'failed')
    },
  )
})

test('a rule about part of the rows counts that part only', async () => {
  const table = await staged(ORDERS)
  const where = 'customer = 10'
  expect(await one(table, [checkSpec('range', ['total'], { min: 0, where })])).toMatchObject({
    failingRows: 1,
    totalRows: 2,
  })
  expect(await one(table, [checkSpec('not_null', ['id'], { where })])).toMatchObject({
    failingRows: 0,
    outcome: 'passed',
  })
  expect(await one(table, [checkSpec('unique', ['customer'], { where })])).toMatchObject({
    failingRows: 2,
    totalRows: 2,
  })
})

test('a threshold lets so many rows pass, and a warning does not stop the table', async () => {
  const table = await staged(ORDERS)
  const most = checkSpec('not_null', ['id'], { threshold: 0.8 })
  const all = checkSpec('not_null', ['id'], { threshold: 0.81 })
  const warned = checkSpec('not_null', ['id'], { severity: 'warn' })
  const { checks, passed } = await report(table, [most, warned])
  expect(checks.map((check) => check.outcome)).toEqual(['passed', 'warned'])
  expect(passed).toBe(true)
  expect(await report(table, [all])).toMatchObject({
    passed: false,
    checks: [{ message: '1 of 5 rows has no id; 80 % pass, 81 % must' }],
  })
})

test('failing rows are shown at most ten, only on failure, and without the values of PII columns', async () => {
  const table = await staged(
    `select i as id, 'p' || i || '@x.example' as email, 'street ' || i as home from range(40) t(i)`,
    ['email'],
  )
  const failing = await one(table, [checkSpec('range', ['id'], { max: 20 })], { piiColumns: ['HOME'] })
  expect(failing.samples).toHaveLength(10)
  expect(failing.samples[0]).toEqual({ id: '21', email: '•••', home: '•••' })
  expect((await one(table, [checkSpec('range', ['id'], { max: 39 })])).samples).toEqual([])
  const renamed = checkSpec('sql', [], { sql: 'select email as harmless, id from {{ table }} where id = 1' })
  expect((await one(table, [renamed])).samples).toEqual([{ harmless: '•••', id: '•••' }])
  expect(
    JSON.stringify(await report(table, [renamed, checkSpec('pattern', ['email'], { pattern: 'q' })])),
  ).not.toContain('@x')
})

test('a key that is unique answers for duplicates of everything that contains it', async () => {
  const table = await staged('select i // 3 as a, i % 3 as b, md5(i::varchar) as c from range(3000) t(i)')
  const { checks } = await report(table, [
    checkSpec('duplicate_share', [], { maxShare: 0 }),
    checkSpec('unique', ['c', 'B', 'a']),
    checkSpec('unique', ['a', 'b']),
  ])
  expect(checks.map(({ by, outcome }) => [by, outcome])).toEqual([
    ['implied', 'passed'],
    ['implied', 'passed'],
    ['query', 'passed'],
  ])
})

test('a unique key with a missing part implies nothing, because such rows may repeat', async () => {
  const table = await staged('select * from (values (1, 2), (null, 3), (null, 3)) t(a, b)')
  const { checks } = await report(table, [checkSpec('unique', ['a']), checkSpec('duplicate_share', ['a', 'b'])])
  expect(checks).toMatchObject([
    { outcome: 'passed', by: 'query' },
    { outcome: 'failed', failingRows: 1, value: 1 / 3 },
  ])
})

test('a NaN is outside every range although no statistics tell of it', async () => {
  const table = await staged("select unnest(['1.5', '2.5', 'nan']::double[]) as x")
  expect(await one(table, [checkSpec('range', ['x'], { min: 0, max: 10 })])).toMatchObject({
    failingRows: 1,
    by: 'query',
  })
  const clean = await staged('select unnest([1.5, -0.0, 2.5]::double[]) as x')
  expect(await one(clean, [checkSpec('range', ['x'], { min: 0, max: 10 })])).toMatchObject({
    failingRows: 0,
    by: 'statistics',
  })
})

test('an empty table keeps every rule about rows, but is neither fresh nor large enough', async () => {
  const table = await staged("select 1 as id, timestamp '2026-01-01' as placed where false")
  const { checks } = await report(table, [
    checkSpec('not_null', ['id']),
    checkSpec('range', ['id'], { min: 5 }),
    checkSpec('unique', ['id']),
    checkSpec('pattern', ['id'], { pattern: 'x' }),
    checkSpec('duplicate_share', [], { maxShare: 0 }),
    checkSpec('freshness', ['placed'], { maxAgeSeconds: 60 }),
    checkSpec('row_count', [], { min: 1 }),
  ])
  expect(checks.map((check) => check.outcome)).toEqual([
    'passed',
    'passed',
    'passed',
    'passed',
    'passed',
    'failed',
    'failed',
  ])
  expect(checks[5]?.message).toBe('no row has a placed, so nothing says how fresh the table is')
})

test('a rule that cannot be measured is reported with the reason, stops the table, and leaves the others standing', async () => {
  const { checks, passed } = await report(await staged(ORDERS), [
    checkSpec('not_null', ['nope']),
    checkSpec('pattern', ['email'], { pattern: '[' }),
    checkSpec('relationship', ['customer'], { references: { table: 'gone', columns: ['id'] } }),
    checkSpec('not_null', ['customer'], { table: 'elsewhere' }),
    checkSpec('sql', [], { sql: 'select * from nowhere' }),
    checkSpec('not_null', ['customer']),
  ])
  expect(checks.map((check) => check.outcome)).toEqual([
    'not-run',
    'not-run',
    'not-run',
    'not-run',
    'not-run',
    'passed',
  ])
  expect(checks[0]?.message).toBe('not run: table orders has no column nope')
  expect(checks[1]?.message).toMatch(/^not run: .*missing \]/)
  expect(passed).toBe(false)
})

test.each([
  "copy (select 1) to '/tmp/stolen.csv'",
  "select * from read_csv('/etc/passwd')",
  'drop view datamesh_checked',
  'select 1; select 2',
  "select * from query('select 1')",
])('SQL of a rule is refused when it is more than a SELECT of this product: %s', async (sql) => {
  expect(await one(await staged(ORDERS), [checkSpec('sql', [], { sql })])).toMatchObject({ outcome: 'not-run' })
})

test('a condition that ends early to smuggle something in is refused', async () => {
  const where = "true) union all select * from read_csv('/etc/passwd') where (true"
  expect(await one(await staged(ORDERS), [checkSpec('range', ['id'], { max: 1, where })])).toMatchObject({
    outcome: 'not-run',
  })
})

test('when the time is used up, what is left is said to be not run', async () => {
  const slow = checkSpec('sql', [], {
    sql: 'select a.range from range(100000) a, range(100000) b where hash(a.range, b.range) = 0',
  })
  const started = performance.now()
  const { checks, passed } = await report(await staged(ORDERS), [slow, { ...slow, id: 'again' }], {
    deadlineSeconds: 0.3,
  })
  expect(checks.map((check) => check.message)).toEqual(
    Array(2).fill('not run: the time for checks, 0.3 s, was used up'),
  )
  expect(passed).toBe(false)
  expect(performance.now() - started).toBeLessThan(5_000)
})

test('results stand in the order of the rules, dbt tests last, and the rule set names rules and engine', async () => {
  const table = await staged(ORDERS)
  const specs = [checkSpec('unique', ['customer']), checkSpec('row_count', [], { min: 1 })]
  const extra = [checkSpec('not_null', ['customer'])]
  const told: string[] = []
  const first = await runChecks(
    duckdb.connection,
    {
      product: productOf({ name: 'orders', checks: specs }),
      tables: { orders: table },
      references: {},
      extra,
      now,
      piiColumns: [],
    },
    { onResult: (result) => told.push(result.id) },
  )
  expect(first.checks.map((check) => check.id)).toEqual([...specs, ...extra].map((spec) => spec.id))
  expect(told.sort()).toEqual([...specs, ...extra].map((spec) => spec.id).sort())
  const moved = specs.map((spec) => ({ ...spec, at: { ...spec.at, line: 99 } }))
  expect((await report(table, moved, { extra })).ruleSet).toBe(first.ruleSet)
  expect((await report(table, [specs[0]!], { extra })).ruleSet).not.toBe(first.ruleSet)
})

test('the rows of a condition are counted, and none of the others is spoken of', async () => {
  const table = await staged("select * from (values (1, 'a'), (null, 'b')) t(id, kind)")
  const where = (text: string) => checkSpec('not_null', ['id'], { where: text })
  const { checks } = await report(table, [where("kind = 'a'"), where('false'), where("kind = 'b'")])
  expect(checks.map(({ failingRows, totalRows, message }) => [failingRows, totalRows, message])).toEqual([
    [0, 1, 'the one row keeps the rule'],
    [0, 0, 'there is no row to look at'],
    [1, 1, '1 of 1 row has no id'],
  ])
})

test('what the engine says of a rule carries neither its own SQL nor values of PII columns', async () => {
  const table = await staged("select i as id, 'p' || i || '@x.example' as email from range(3) t(i)", ['email'])
  const sql = (text: string) => checkSpec('sql', [], { sql: text })
  const { checks } = await report(table, [
    sql('select * from {{ table }} where error(email) is null'),
    sql('select * from {{ table }} where email::int = 1'),
    sql('select nope from {{ table }}'),
    checkSpec('freshness', ['id'], { maxAgeSeconds: 1 }),
  ])
  expect(checks.map(({ outcome, message }) => [outcome, message])).toEqual([
    ['not-run', expect.stringMatching(/^not run: Invalid Input Error; the rest may hold values of PII columns/)],
    ['not-run', expect.stringMatching(/^not run: Conversion Error: Could not convert string ••• to INT32/)],
    ['not-run', expect.stringMatching(/^not run: Binder Error: Referenced column •••/)],
    ['not-run', 'not run: id is BIGINT; freshness needs a date, a timestamp or text of one'],
  ])
  expect(JSON.stringify(checks)).not.toMatch(/@x|LINE 1/)
})

/** Every rule in the plainest SQL there is, for comparison. */
const naive = (spec: CheckSpec): string => {
  const where = spec.where ?? 'true'
  const [a] = spec.columns
  const keys = spec.columns.join(', ')
  const whole = spec.columns.map((column) => `${column} is not null`).join(' and ')
  switch (spec.type) {
    case 'not_null':
      return `select count(*) from x where ${a} is null and ${where}`
    case 'range':
      return `select count(*) filter (${a} < ${spec.min} or ${a} > ${spec.max}) from x where ${where}`
    case 'unique':
      return `select count(*) from x where ${where} and ${whole} and (${keys}) in (select (${keys}) from x where ${where} and ${whole} group by ${keys} having count(*) > 1)`
    case 'duplicate_share':
      return `select (select count(*) from x where ${where}) - (select count(*) from (select distinct ${keys} from x where ${where}))`
    default:
      return `select count(*) from x where ${where} and ${whole} and not exists (select 1 from y where ${spec.columns.map((column, i) => `y.${spec.references!.columns[i]} = x.${column}`).join(' and ')})`
  }
}

test('whatever the data, every rule finds what the plainest SQL finds', async () => {
  const { connection } = duckdb
  const number = fc.option(fc.integer({ min: -4, max: 12 }), { freq: 6 })
  const row = fc.record({ i: number, j: number, d: number, t: number, f: number })
  const columns = fc.uniqueArray(fc.constantFrom('i', 'j', 'd', 't', 'f'), { minLength: 1, maxLength: 3 })
  const where = fc.option(fc.constantFrom('i > 2', 'j is not null', 'true'), { nil: undefined })
  const kind = fc.constantFrom(
    'not_null',
    'range',
    'unique',
    'unique',
    'duplicate_share',
    'duplicate_share',
    'relationship',
  ) as fc.Arbitrary<CheckSpec['type']>
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 14 }),
      fc.array(fc.integer({ min: -4, max: 12 }), { maxLength: 20 }),
      fc.array(fc.tuple(kind, columns, where), { minLength: 1, maxLength: 5 }),
      async (rows, known, picked) => {
        const values = (field: 'i' | 'j' | 'd' | 't' | 'f') =>
          `[${rows.map((one) => one[field] ?? 'null').join(', ')}]::integer[]`
        const select = `select i, j::bigint as j, date '2026-01-01' + d as d, 'k' || t as t, f / 2::double as f from (select unnest(${values('i')}) as i, unnest(${values('j')}) as j, unnest(${values('d')}) as d, unnest(${values('t')}) as t, unnest(${values('f')}) as f)`
        const table = await staged(select)
        await connection.run(`create or replace temp table x as ${select}`)
        await connection.run(
          `create or replace temp table y as select unnest([${known.join(', ')}]::integer[]) as i, unnest([${known.map((n) => n % 3).join(', ')}]::integer[]) as j`,
        )
        const specs = picked.map(([type, columns, where], n): CheckSpec => {
          const own =
            type === 'range'
              ? ['i']
              : type === 'relationship'
                ? columns.length > 1
                  ? ['i', 'j']
                  : ['i']
                : type === 'not_null'
                  ? columns.slice(0, 1)
                  : columns
          return checkSpec(type, own, {
            id: String(n),
            ...(where === undefined ? {} : { where }),
            min: 0,
            max: 10,
            maxShare: 0,
            references: { table: 'y', columns: own },
          })
        })
        const { checks } = await report(table, specs, { references: { y: 'y' } })
        for (const [n, spec] of specs.entries()) {
          const [[expected]] = (await connection.runAndReadAll(naive(spec))).getRowsJson() as [[unknown]]
          expect({ spec, failing: checks[n]?.failingRows, message: checks[n]?.message }).toEqual({
            spec,
            failing: Number(expected),
            message: checks[n]?.message,
          })
        }
      },
    ),
    { numRuns: Number(process.env.CHECK_RUNS ?? 60) },
  )
})
