import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type People, publishPeople, secret } from '../testing/people.ts'
import { chunkPayload, frameKinds } from './frames.ts'
import { defaultQueryLimits, type Fences, fencesHere, type QueryOutcome, QueryProcesses, QueryResult } from './index.ts'

// That the process of a query holds, whatever its text does.
const fences: Fences = await fencesHere()

let people: People

/** With limits that are soon reached. */
let processes: QueryProcesses
/** With those of every day. */
let calm: QueryProcesses
/** What is left when a text gets past everything that looks at it. */
let unguarded: QueryProcesses
let before: Record<string, string>
/** Lies in this process's environment, and must not in theirs. */
const token = 'dm_confinement_secret'

beforeAll(async () => {
  people = await publishPeople()
  before = people.digests()

  process.env.DATAMESH_TOKEN = token
  const limits = { ...defaultQueryLimits, memoryMb: 160, threads: 1, seconds: 1, bytes: 4 * 1024 * 1024 }
  processes = new QueryProcesses({ fences, limits })
  calm = new QueryProcesses({ fences, limits: { ...limits, seconds: 30 } })
  unguarded = new QueryProcesses({
    fences,
    limits: { ...limits, seconds: 30 },
    entry: new URL('../testing/unguarded_query.ts', import.meta.url),
  })
})
afterAll(async () => {
  delete process.env.DATAMESH_TOKEN
  await processes?.[Symbol.asyncDispose]()
  await calm?.[Symbol.asyncDispose]()
  await unguarded?.[Symbol.asyncDispose]()
  await people?.[Symbol.asyncDispose]()
})

type Ran = { outcome: QueryOutcome; columns: unknown[][]; why: string }
type Started = { pid: number | undefined; cancel(): void; ran: Promise<Ran> }

const start = async (sql: string, on: QueryProcesses, rows = 100_000): Promise<Started> => {
  const result = await QueryResult.create(path.join(people.root, 'results'), crypto.randomUUID())
  const running = on.run(
    { sql, views: people.views, rows },
    {
      columns: (columns) => {
        result.columns = columns
      },
      chunk: (chunk) => result.append(chunk),
    },
  )
  const ran = async (): Promise<Ran> => {
    const outcome = await running.outcome
    const { columns } = JSON.parse((await result.stretch(0, 10)).toString()) as { columns: unknown[][] }
    await result[Symbol.asyncDispose]()
    return { outcome, columns, why: outcome.is === 'failed' ? outcome.fault.why : '' }
  }
  return { pid: running.pid, cancel: running.cancel, ran: ran() }
}
const run = async (sql: string, on = calm, rows?: number): Promise<Ran> => (await start(sql, on, rows)).ran

const isThere = (pid: number | undefined): boolean => fs.existsSync(`/proc/${pid}`)

/** Nested beyond what any stack holds, sorted beyond any memory, and strings that the engine's own limit does not see. */
const heavy = [
  ['10,000 parentheses', `select ${'('.repeat(10_000)}1${')'.repeat(10_000)}`],
  ['10,000 nested calls', `select ${'abs('.repeat(10_000)}1${')'.repeat(10_000)}`],
  ['3,000 nested subqueries', `${'select * from ('.repeat(3000)}select 1${')'.repeat(3000)}`],
  ['a chain of 30,000 operators', `select 1${' + 1'.repeat(30_000)}`],
  ['a text of 4 GB', `select length(repeat('x', 4000000000))`],
  ['texts of 500 MB again and again', `select sum(length(repeat('x', 500000000 + i::int))) from range(1000) t(i)`],
  [
    'a recursion without an end',
    'with recursive r as (select 1 as i union all select i + 1 from r) select count(*) from r',
  ],
  ['a cross join', 'select count(*) from range(1000000) a, range(1000000) b where (a.range * b.range) % 7 = 3'],
  ['a range without an end', 'select max(i) from range(9000000000000000000) t(i) where i % 3 = 4'],
  ['a list of 200 million', 'select len(list_sort(range(200000000)))'],
  ['list() of everything', 'select len(list(i)) from range(200000000) t(i)'],
  ['string_agg of everything', `select length(string_agg(repeat('x', 100), '')) from range(100000000)`],
  ['a group for every row', 'select count(*) from (select hash(i), count(*) from range(200000000) t(i) group by all)'],
  ['a sort of everything', 'select * from range(300000000) t(i) order by hash(i) offset 299999999'],
  [
    'a window over everything',
    'select max(s) from (select sum(i) over (order by hash(i)) as s from range(300000000) t(i))',
  ],
  ['the distance of two long texts', `select levenshtein(repeat('a', 100000), repeat('b', 100000))`],
  [
    'a matrix of texts',
    `select count(*) from (select unnest(string_split(repeat('a,', 50000000), ',')) as x group by x)`,
  ],
  ['json of everything', 'select length(json_group_array(i)::varchar) from range(100000000) t(i)'],
  [
    'a recursion that doubles',
    "with recursive r as (select 'x' as s union all select s || s from r) select max(length(s)) from r",
  ],
] as const

describe.concurrent('is ended by a limit, and nothing else is', () => {
  test.for(heavy)('%s', async ([, sql]) => {
    const running = await start(sql, processes)
    const { outcome } = await running.ran
    // A text may be too deep for the parser, which says so; everything else ends by a limit, its own or the system's.
    expect(outcome).toMatchObject({ is: 'failed' })
    expect(isThere(running.pid)).toBe(false)
  })
})

describe.concurrent('a result', () => {
  test('of a pattern that would go back and forth without end elsewhere is there', async () => {
    const { columns } = await run(
      `select regexp_matches(repeat('a', 100000), '^(a|aa)+$'), regexp_matches(repeat('a', 30) || 'b', '^(a+)+$')`,
      calm,
    )
    expect(columns).toEqual([[true], [false]])
  })
  test('ends at the number of rows that was asked for', async () => {
    const { outcome } = await run('select * from range(100000)', calm, 5000)
    expect(outcome).toMatchObject({ is: 'done', end: { rows: 5000, truncated: true } })
  })
  test('ends at the bytes that are kept of one', async () => {
    const { outcome } = await run(`select repeat('x', 10000) from range(2000)`)
    expect(outcome).toMatchObject({ is: 'done', end: { truncated: true } })
  })
  test('has no value that is larger than one may be', async () => {
    expect((await run(`select repeat('x', 3000000)`)).why).toMatch(/one value is larger than 1024 KB/)
  })
  test('of columns and rows without an end is no more than a result may be', async () => {
    const { outcome } = await run(`select ${'i,'.repeat(999)} i from range(100000000) t(i)`)
    expect(outcome).toMatchObject({ is: 'done', end: { truncated: true } })
  })
  test('has numbers that JavaScript would round as texts, times as ISO 8601, and nested values as JSON', async () => {
    const { columns } = await run(
      `select 9007199254740993, 42::bigint, 1.10::decimal(10, 2), 12345678901234567890.5::decimal(38, 1), 'nan'::double, 0.1::float,
        date '2026-01-31', timestamp '2026-01-31 10:00:00.5', timestamptz '2026-01-31 10:00:00+02', {'a': [1, null]}, 'ä"\n', null, true, '\\xAA'::blob`,
    )
    expect(columns.map(([value]) => value)).toEqual([
      '9007199254740993',
      42,
      1.1,
      '12345678901234567890.5',
      'NaN',
      0.1,
      '2026-01-31',
      '2026-01-31T10:00:00.5',
      '2026-01-31T08:00:00Z',
      { a: [1, null] },
      'ä"\n',
      null,
      true,
      'qg==',
    ])
  })
  test('has what has no end, fields without names, and zero below zero', async () => {
    const { columns } = await run(
      `select 'infinity'::date, '-infinity'::date, 'infinity'::timestamp, '-inf'::double, -0.0::double, row(1, row(2, 'x')), [row(1, null)], map([row(1, 2)], [row(3, 4)]),
        {'__proto__': 1, 'b': 2}, timestamp '0044-03-15 (BC) 10:00:00'`,
    )
    expect(columns.map(([value]) => value)).toEqual([
      'infinity',
      '-infinity',
      'infinity',
      '-Infinity',
      -0,
      { 1: 1, 2: { 1: 2, 2: 'x' } },
      [{ 1: 1, 2: null }],
      [{ key: { 1: 1, 2: 2 }, value: { 1: 3, 2: 4 } }],
      { 1: 1, b: 2 },
      '0044-03-15 (BC) 10:00:00',
    ])
  })
  test('has names and types that are no longer than its text could be worth keeping', async () => {
    const { outcome } = await run(
      `with x as (select 1 as "${'n'.repeat(20_000)}") select ${Array(200).fill('*')} from x`,
    )
    expect(outcome).toMatchObject({
      is: 'failed',
      fault: { is: 'limit', why: expect.stringMatching(/names and types/) },
    })
  })
  test('that fails with half a character says so with whole ones', async () => {
    for (const start of ['', 'a']) {
      const { why } = await run(`select ('${start}${'😀'.repeat(1500)}')::int`)
      expect(why).toMatch(/^Conversion error/)
      expect(why.isWellFormed()).toBe(true)
    }
  })
  test('of values nested beyond any stack is a limit, not a riddle', async () => {
    const { outcome } = await run(`select json_structure(repeat('[', 100000) || repeat(']', 100000))`)
    expect(outcome).toMatchObject({ is: 'failed', fault: { is: 'limit' } })
  })
})

const endless = 'select count(*) from range(1000000000000) t(i) where hash(i) = 0'

describe.concurrent('its process', () => {
  test('is gone at once when it is cancelled', async ({ expect }) => {
    const running = await start(endless, unguarded)
    await expect.poll(() => isThere(running.pid)).toBe(true)
    running.cancel()
    expect((await running.ran).outcome).toEqual({ is: 'cancelled' })
    expect(isThere(running.pid)).toBe(false)
  })
  test('killed from outside is a failed query', async () => {
    const running = await start(endless, unguarded)
    process.kill(running.pid as number, 'SIGKILL')
    expect((await running.ran).outcome).toMatchObject({
      is: 'failed',
      fault: { why: expect.stringMatching(/ended|ready/) },
    })
  })
  test('is never that of another query', async () => {
    const first = await start('select 1', calm)
    await first.ran
    const second = await start('select 1', calm)
    await second.ran
    expect(second.pid).not.toBe(first.pid)
    expect(isThere(first.pid)).toBe(false)
  })
  test('ends at its deadline', async () => {
    expect((await run(endless, processes)).why).toMatch(/longer than 1 s|CPU time/)
  })
  test('says where in the text a mistake stands', async () => {
    const { outcome } = await run('select nme\nfrom hr.people')
    expect(outcome).toMatchObject({ is: 'failed', fault: { at: 7, why: expect.stringContaining('name') } })
  })
  test('tells of a file that is gone without its name', async () => {
    const [view] = people.views
    const { outcome } = calm.run(
      {
        sql: 'select * from hr.people',
        views: [{ ...view!, files: [path.join(people.root, 'data', 'gone.parquet')] }],
        rows: 1,
      },
      { columns: () => {}, chunk: async () => {} },
    )
    expect(await outcome).toMatchObject({ is: 'failed', fault: { why: expect.stringContaining('run it again') } })
  })
})

/** Statements that the rules would never let through, straight to the engine as it is locked down. */
const past: readonly (readonly [name: string, sql: string])[] = [
  ['write over a published file', `copy (select 1) to '{file}' (format parquet, use_tmp_file false)`],
  ['write over it by a temporary file', `copy (select 1) to '{file}' (format parquet)`],
  ['write over it by the number that it reads', `copy (select 1) to '{number}' (format parquet, use_tmp_file false)`],
  ['append to it by that number', `copy (select 1) to '{number}' (format csv, append true, use_tmp_file false)`],
  ['attach that number', `attach '{number}' as x`],
  ['read another published file', `select * from read_parquet('{hidden}')`],
  ['read the password file', `select * from read_text('/etc/passwd')`],
  ['read its environment', `select * from read_blob('/proc/self/environ')`],
  ['read the environment of its parent', `select * from read_blob('/proc/${process.pid}/environ')`],
  ['list a folder', `select * from glob('/*')`],
  ['write into a folder that is open to all', `copy (select 1) to '{outside}/x.csv'`],
  ['export everything', `export database '{outside}/x'`],
  ['open the bars again', 'set enable_external_access = true'],
  ['take more memory', `set memory_limit = '100GB'`],
  ['load an extension', 'load httpfs'],
  ['install an extension', 'install httpfs'],
]

/** Past the engine's bars too: what the system itself refuses. */
const open: readonly (readonly [name: string, sql: string])[] = [
  ['write over a published file', `copy (select 1) to '{file}' (format parquet, use_tmp_file false)`],
  ['put another in the place of a published file', `copy (select 1) to '{file}' (format parquet)`],
  ['write over it by the number that it reads', `copy (select 1) to '{number}' (format parquet, use_tmp_file false)`],
  ['write into a folder that is open to all', `copy (from range(1000)) to '{outside}/y.csv' (use_tmp_file false)`],
  ['make a database', `attach '{outside}/z.db' as z; create table z.t as select 1; checkpoint z`],
  ['fetch an extension', 'install httpfs'],
]

describe.concurrent('past everything that looks at a text, it still cannot', () => {
  const placed = (sql: string) =>
    sql.replaceAll('{file}', people.file).replaceAll('{hidden}', people.hidden).replaceAll('{outside}', people.outside)

  test.for(past)('%s', async ([, sql]) => {
    const ran = await run(placed(sql), unguarded)
    expect(ran.outcome).toMatchObject({ is: 'failed' })
    expect(JSON.stringify(ran)).not.toMatch(new RegExp(`${secret}|${token}|root:`))
  })
  test.for(open)('%s, with the bars of the engine open', async ([, sql]) => {
    const ran = await run(`-- open\n${placed(sql)}`, unguarded)
    expect(ran.outcome).toMatchObject({ is: 'failed' })
  })
  // The folders of published files are their owner's: a platform that runs as root has queries run as somebody else.
  test.runIf(fences.user === 'nobody')('remove what is published by writing over its folder', async () => {
    const sql = `copy (select 1 as a, 2 as b) to '${path.dirname(people.file)}' (format parquet, partition_by (a), overwrite)`
    expect((await run(`-- open\n${sql}`, unguarded)).outcome).toMatchObject({ is: 'failed' })
  })
  test('write a log file', async () => {
    await run(placed(`call enable_logging(storage = 'file', storage_config = {'path': '{outside}/log'})`), unguarded)
    expect(fs.existsSync(path.join(people.outside, 'log'))).toBe(false)
  })
  test('do more than read its files, which it can', async () => {
    const { columns } = await run(`-- open\nselect count(*) from read_parquet('{number}')`, unguarded)
    expect(columns).toEqual([[1000]])
  })
  test.runIf(os.platform() === 'linux')('be more than its system lets it be', async ({ expect }) => {
    const running = await start(endless, unguarded)
    const about = (file: string) => fs.readFileSync(`/proc/${running.pid}/${file}`, 'utf8')
    if (fences.user === 'nobody') {
      await expect.poll(() => about('status')).toMatch(/^Uid:\s+65534\s+65534\s+65534\s+65534$/m)
      expect(about('status')).toMatch(/^Groups:\s*$/m)
      expect(about('status')).toMatch(/^CapEff:\s+0+$/m)
    }
    expect(about('environ').split('\0').filter(Boolean).sort()).toEqual(['PWD=/', 'TZ=UTC', 'UV_THREADPOOL_SIZE=4'])
    if (fences.limits) {
      expect(about('limits')).toMatch(/^Max file size +0 +0 /m)
      expect(about('limits')).toMatch(/^Max core file size +0 +0 /m)
    }
    if (fences.memory) await expect.poll(() => about('limits')).toMatch(/^Max address space +\d+ +\d+ /m)
    if (fences.network) {
      const netOf = (pid: number | undefined) => fs.readlinkSync(`/proc/${pid}/ns/net`)
      expect(netOf(running.pid)).not.toBe(netOf(process.pid))
    }
    running.cancel()
    await running.ran
  })
})

describe('of a process that tells lies nothing is kept', () => {
  let lying: QueryProcesses
  beforeAll(() => {
    const entry = new URL('../testing/lying_query.ts', import.meta.url)
    lying = new QueryProcesses({ fences, limits: { ...defaultQueryLimits, memoryMb: 160, threads: 1 }, entry })
  })
  afterAll(() => lying?.[Symbol.asyncDispose]())
  const frame = (kind: number, payload: Buffer | string) => {
    const head = Buffer.alloc(5)
    head.writeUInt8(kind)
    head.writeUInt32BE(Buffer.byteLength(payload), 1)
    return Buffer.concat([head, Buffer.from(payload as string)])
  }
  const one = frame(frameKinds.columns, '[{"name":"a","type":"INTEGER"}]')
  const chunk = (rows: number, ...columns: string[]) =>
    frame(frameKinds.chunk, chunkPayload({ rows, columns: columns.map((column) => Buffer.from(column)) }))
  test.each<[string, Buffer[]]>([
    ['a length of 4 GB', [Buffer.from('05ffffffff', 'hex')]],
    ['a kind that is none', [frame(9, '')]],
    ['columns that are none', [frame(frameKinds.columns, '{"length":1}')]],
    ['columns that are no JSON', [frame(frameKinds.columns, '[')]],
    ['columns for a second time', [one, one]],
    ['columns of 9 MB', [frame(frameKinds.columns, `[{"name":"${'a'.repeat(9_000_000)}","type":""}]`)]],
    ['rows before columns', [chunk(1, '1')]],
    ['a column more than was named', [one, chunk(1, '1', '2')]],
    ['chunks without rows', [one, chunk(0, '')]],
    ['four billion rows', [one, chunk(2 ** 32 - 1, '1')]],
    ['lengths beyond the chunk', [one, frame(frameKinds.chunk, Buffer.from('000000010000000100001000', 'hex'))]],
    ['a chunk shorter than its head', [one, frame(frameKinds.chunk, Buffer.from('00000001ffffffff', 'hex'))]],
    ['an end without its parts', [one, frame(frameKinds.end, '{"rows":1}')]],
    ['an end that is null', [frame(frameKinds.end, 'null')]],
    ['a failure of an unknown kind', [frame(frameKinds.failed, '{"is":"ours","why":"x","at":null}')]],
  ])('%s', async (_, frames) => {
    const { outcome, why } = await run(Buffer.concat(frames).toString('hex'), lying, 10)
    expect(outcome).toMatchObject({ is: 'failed', fault: { is: 'failed' } })
    expect(why).toMatch(/^its result cannot be kept: /)
  })
})

test('after all of it what is published is as it was, no file lies beside it, and no process is left but the spare ones', async () => {
  expect(people.digests()).toEqual(before)
  expect(fs.readdirSync(people.root).sort()).toEqual(['data', 'outside', 'results'])
  expect(fs.readdirSync(path.join(people.root, 'results'))).toEqual([])
  // With the bars of the engine open it can make names where anybody may, but no content.
  for (const name of fs.readdirSync(people.outside)) {
    expect(name).toMatch(/^[yz]\./)
    expect(fs.statSync(path.join(people.outside, name)).size).toBe(0)
  }
  const pids = [...processes.pids, ...calm.pids, ...unguarded.pids]
  await Promise.all([processes, calm, unguarded].map((each) => each[Symbol.asyncDispose]()))
  expect(pids.filter(isThere)).toEqual([])
  expect(pids.length).toBeLessThanOrEqual(3)
})
