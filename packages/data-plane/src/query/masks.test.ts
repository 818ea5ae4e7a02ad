import { createHmac } from 'node:crypto'
import type { DuckDBConnection } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { maskKeys, openToken } from '../mask/index.ts'
import { type MaskedPeople, marker, master, publishMaskedPeople, servedTo } from '../testing/masked_people.ts'
import { defaultQueryLimits, type QueryView, viewOf } from './index.ts'
import { answerQuery, lockDown, openFiles, warmEngine } from './inside.ts'
import { Fault } from './rules.ts'

// Hostile texts against masks and filters, on the engine as the process of a query locks it down.

let people: MaskedPeople
let engine: DuckDBConnection
let views: QueryView[]
const limits = { ...defaultQueryLimits, memoryMb: 256, threads: 1 }

beforeAll(async () => {
  people = await publishMaskedPeople()
  const given = { schema: 'hr', table: people.table, absolute: () => people.file }
  const other = { ...servedTo('bob', null), masks: servedTo('bob').masks }
  views = [
    viewOf({ ...given, name: 'people', decision: servedTo('ann') }),
    viewOf({ ...given, name: 'whole', decision: servedTo('ann', null) }),
    viewOf({ ...given, name: 'of_bob', decision: other }),
    viewOf({ ...given, name: 'keyless', decision: { ...servedTo('ann'), keys: undefined } }),
    viewOf({ ...given, name: 'broken', decision: servedTo('ann', `cast(region as integer) = 1`) }),
  ]
  engine = await warmEngine(limits.memoryMb)
  await lockDown(engine, { sql: '', views, limits }, openFiles(views))
})
afterAll(() => people?.[Symbol.asyncDispose]())

const run = async (sql: string): Promise<{ rows: unknown[][]; fault: string | null; text: string }> => {
  const columns: unknown[][] = []
  let names = ''
  const rows = () => (columns[0] ?? []).map((_, row) => columns.map((column) => column[row]))
  const told = (fault: string | null) => ({
    rows: rows(),
    fault,
    text: `${fault ?? ''} ${names} ${JSON.stringify(columns)}`,
  })
  try {
    await answerQuery(
      engine,
      { sql, views, limits },
      {
        columns: (of) => {
          names = JSON.stringify(of)
        },
        chunk: (chunk) => {
          for (const [at, column] of chunk.columns.entries())
            columns[at] = [...(columns[at] ?? []), ...(JSON.parse(`[${column}]`) as unknown[])]
        },
      },
    )
    return told(null)
  } catch (error) {
    if (error instanceof Fault) return told(error.fault.why)
    throw error
  }
}

describe('what a reader sees', () => {
  test('is every mask over every value, and only rows of the filter', async () => {
    const { rows } = await run('select * from hr.people order by id limit 1')
    const mail = createHmac('sha256', masterHash('ann')).update(`${marker}mail1@example.org`).digest('hex')
    expect(rows[0]?.slice(0, 2)).toEqual([1, mail])
    expect(rows[0]?.slice(3, 9)).toEqual(['+49', '1971-01-01', '2026-01-01T00:00:00', 1000, '•••', null])
    const token = String(rows[0]?.[2])
    expect(token).toMatch(/^tok_/)
    expect(openToken(token, master, 'hr/people')).toBe(`${marker}card1`)
    expect(openToken(token, master, 'hr/others')).toBeNull()
    expect(openToken(`${token.slice(0, -2)}AA`, master, 'hr/people')).toBeNull()
    expect((await run('select count(*) from hr.people')).rows).toEqual([[50]])
  })

  test('hashes and tokens are the same for one reader and others for the next; what is missing stays missing', async () => {
    const { rows } = await run(`
      select count(*) filter (a.email = b.email), count(*) filter (a.card = b.card), count(*) filter (a.email is null)
      from hr.whole a join hr.of_bob b using (id)`)
    expect(rows).toEqual([[0, 0, 10]])
    const same = await run(
      'select count(*) from hr.people a join hr.whole b on a.email = b.email and a.id = b.id and a.card = b.card',
    )
    expect(same.rows).toEqual([[45]])
    expect((await run('select count(distinct email) from hr.whole')).rows).toEqual([[18]])
  })

  test('without a key a value is redacted, and where a filter cannot be worked out there is no row', async () => {
    expect((await run('select distinct email, card, phone from hr.keyless')).rows).toEqual([['•••', '•••', '+49']])
    expect(await run('select count(*) from hr.broken')).toMatchObject({ rows: [[0]], fault: null })
  })
})

const masterHash = (reader: string): Buffer => {
  const { inner } = maskKeys(master, reader, 'hr/people').bare()
  return Buffer.from(Buffer.from(inner, 'hex').map((byte) => byte ^ 0x36)).subarray(0, 32)
}

/** Each of them asks for more than the reader may have. Whatever comes back, nothing marked is in it. */
const attacks: readonly (readonly [string, string])[] = [
  ['a star', 'select * from hr.people'],
  ['a star with exclude', 'select * exclude (id) from hr.people'],
  ['a star with replace', `select * replace (email || '' as email) from hr.people`],
  ['a star with rename', 'select * rename (secret as open_secret) from hr.people'],
  ['COLUMNS()', `select columns('.*') from hr.people`],
  ['COLUMNS() in an aggregate', `select min(columns(*)), max(columns(*)) from hr.people`],
  ['a lambda in COLUMNS()', `select columns(c -> c like '%e%') from hr.people`],
  ['positions of columns', 'select #1, #2, #3, #8, #9, #11 from hr.people'],
  ['a position that is not there', 'select #12 from hr.people'],
  [
    'aggregates over masked columns',
    'select min(email), max(card), min(phone), max(born), sum(score), max(secret) from hr.people',
  ],
  [
    'list and string aggregates',
    `select list(secret), string_agg(phone, ','), array_agg(card), histogram(email) from hr.people`,
  ],
  ['arg_max by a masked column', 'select arg_max(id, salary), arg_min(id, born), max_by(card, score) from hr.people'],
  [
    'window functions',
    'select lag(secret) over (order by id), first_value(phone) over (partition by email order by born), ntile(9) over (order by salary) from hr.people',
  ],
  [
    'a window of rows behind the filter',
    'select lead(region, 1) over (order by id), nth_value(region, 60) over (order by id rows between unbounded preceding and unbounded following) from hr.people',
  ],
  [
    'a union with a table of the same columns',
    'select email from hr.people union all select secret from hr.whole where id <= 50',
  ],
  ['union by name', 'select * from hr.people union all by name select * from hr.people'],
  ['except against a guess', `select secret from hr.people except select '${'Q'}ZX' || 'secret1'`],
  [
    'a join with guesses',
    `select p.id from hr.people p join (select 'mail' || i as guess from range(20) t(i)) g on p.email = g.guess`,
  ],
  ['a CTE with the name of the view', 'with people as (select * from hr.people) select * from people'],
  ['a CTE that names itself like a schema', 'with hr as (select 1 as people) select hr.people from hr'],
  [
    'a recursive CTE',
    'with recursive r as (select id, secret from hr.people where id = 1 union all select p.id, p.secret from hr.people p join r on p.id = r.id + 1) select * from r',
  ],
  ['a lateral join', 'select p.id, l.s from hr.people p, lateral (select p.secret || p.phone as s) l'],
  [
    'a correlated subquery',
    'select id, (select max(q.secret) from hr.people q where q.born > p.born) from hr.people p',
  ],
  ['exists over hidden rows', `select exists (select 1 from hr.people where region <> 'open')`],
  ['an alias of the row', 'select p from hr.people p'],
  ['the row as a struct', 'select row(p.*), struct_pack(a := secret), to_json(p) from hr.people p'],
  ['an unpacked struct column', 'select address.street from hr.people'],
  ['struct_extract', `select struct_extract(address, 'street') from hr.people`],
  ['unnest of a struct', 'select unnest(address) from hr.people'],
  ['unnest of a list', 'select unnest([secret, card]) from hr.people'],
  ['pivot', 'pivot hr.people on email using max(secret)'],
  ['unpivot', 'unpivot (select secret, phone from hr.people) on secret, phone into name n value v'],
  ['a cast that fails', 'select cast(email as integer) from hr.people'],
  ['a cast of a token that fails', 'select cast(card as date) from hr.people'],
  ['a cast of a prefix that fails', `select cast(phone || 'x' as double) from hr.people`],
  ['a cast in a condition', 'select id from hr.people where cast(secret as bigint) > 0'],
  ['division by what is masked', 'select 1 // cast(score as bigint) from hr.people'],
  [
    'an error for one row alone',
    `select case when born = date '1971-03-08' then cast('x' || id as int) else 0 end from hr.people`,
  ],
  ['error() with a value', 'select error(secret) from hr.people'],
  ['out of range by a hidden row', 'select exp(salary * id) , (id * 100000000000000000)::bigint from hr.people'],
  ['regular expressions', `select regexp_extract(phone, '.*'), regexp_matches(secret, '^Q') from hr.people`],
  ['like, letter by letter', `select id from hr.people where email like 'Q%' or secret like 'Q%' or card like 'Q%'`],
  ['an order by a masked column', 'select id from hr.people order by score, secret, born, id'],
  ['distinct on', 'select distinct on (secret) secret, card from hr.people'],
  ['grouping by everything', 'select email, count(*) from hr.people group by all'],
  ['grouping sets', 'select secret, phone, count(*) from hr.people group by grouping sets ((secret), (phone))'],
  ['qualify', 'select * from hr.people qualify row_number() over (order by secret) = 1'],
  ['a sample', 'select * from hr.people using sample 10'],
  ['statistics of a column', 'select stats(secret) from hr.people'],
  ['summarize', 'summarize hr.people'],
  ['describe', 'describe hr.people'],
  ['the definition of the view', `select sql from duckdb_views()`],
  ['the definition by the information schema', 'select view_definition from information_schema.views'],
  ['the definition by pg_catalog', 'select * from pg_catalog.pg_views'],
  ['storage of the table', `from pragma_storage_info('hr.people')`],
  ['the footer of the file', `select * from parquet_metadata('/proc/self/fd/20')`],
  ['statistics of the file', `select stats_min from parquet_metadata('/proc/self/fd/19')`],
  ['the file by its descriptor', `select * from read_parquet('/proc/self/fd/20')`],
  ['the plan', 'explain select * from hr.people'],
  ['rowid', 'select rowid, * from hr.people'],
  ['the name of the file', 'select filename, file_row_number from hr.people'],
  ['an argument of the token function', `select datamesh_token('x', 'card', 'guess')`],
  ['the token function in quotes', `select "datamesh_token"('x', 'card', 'guess')`],
  ['the token function with a catalogue', `select main.datamesh_token('x', 'card', 'guess')`],
  ['the token function by list_transform', `select list_transform(['a'], x -> datamesh_token('x', 'card', x))`],
  ['the token function by a name in a list', `select list_aggregate([1], 'datamesh_token')`],
  ['a function with a dot', `select ('guess').datamesh_token('card', 'x')`],
  ['another spelling', 'select "EMAIL", "Secret" from HR."PEOPLE"'],
  ['letters that look alike', 'select ѕecret from hr.people'],
  ['a wide letter', 'select ｓecret from hr.people'],
  ['a letter with a combining mark', 'select sécret from hr.people'],
  ['a zero-width space', 'select sec\u200bret from hr.people'],
  ['a comment in a name', 'select hr./* */people.secret from hr.people'],
  ['a quote within a name', 'select "sec""ret" from hr.people'],
  ['dollar quotes', 'select $$x$$ || secret from hr.people'],
  ['a second statement', 'select 1; select * from hr.people'],
  ['a prepared statement', 'prepare p as select * from hr.people'],
  ['a parameter', 'select * from hr.people where secret = $1'],
  ['an at clause', 'select * from hr.people at (version => 1)'],
  ['a positional join', 'select * from hr.people positional join (select secret, card from hr.whole)'],
  ['an asof join', 'select a.secret, b.card from hr.people a asof join hr.people b on a.born >= b.born'],
  ['an anti join', 'select * from hr.people a anti join hr.people b on a.secret = b.phone'],
  ['values of an enum', `select enum_range(null::enum('a')) , secret::enum('x') from hr.people`],
  ['json paths', `select json_extract(to_json(p), '$.secret') from hr.people p`],
  ['hash functions', 'select md5(secret), hash(card), sha256(phone) from hr.people'],
  [
    'approximate counts',
    'select approx_count_distinct(secret), approx_quantile(salary, 0.5), entropy(email) from hr.people',
  ],
  ['try around it', 'select try(cast(phone as int)) from hr.people'],
  ['coalesce of what is redacted', `select coalesce(score, 0), ifnull(secret, 'x') from hr.people`],
]

describe('a hostile text is told nothing', () => {
  test.each(attacks)('%s', async (_, sql) => {
    const { text } = await run(sql)
    expect(text).not.toContain(marker)
    // a column may be named like the text that it comes from
    if (!sql.includes('1971')) expect(text).not.toMatch(/1971-03|1971-0[4-9]|13:14:15|\b\d+123\b/)
    expect(text).not.toContain(masterHash('ann').toString('hex'))
    for (const view of views) for (const key of Object.values(view.tokens ?? {})) expect(text).not.toContain(key)
  })

  test('and rows behind the filter are in no count', async () => {
    for (const [sql, expected] of [
      ['select count(*) from hr.people', 50],
      ['select count(*) from hr.people where 1 = 1 or id > 50', 50],
      ['select max(id) from hr.people', 50],
      ['select count(*) from (from hr.people union from hr.people)', 50],
      ['select sum(1) from hr.people a right join hr.people b using (id)', 50],
    ] as const)
      expect((await run(sql)).rows).toEqual([[expected]])
  })

  test('a condition on a hidden row raises no error that tells of it', async () => {
    const { fault, rows } = await run(
      `select count(*) from hr.people where case when id > 50 then cast('a' || id as int) = 1 else true end`,
    )
    expect({ fault, rows }).toEqual({ fault: null, rows: [[50]] })
  })
})
