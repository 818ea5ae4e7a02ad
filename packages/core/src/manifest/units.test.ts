import { expect, test } from 'vitest'
import { parseProductRef } from './names.ts'
import { editDistance, nearest } from './nearest.ts'
import { parseCron } from './schedule.ts'
import { toDuckDbType } from './types.ts'
import { durationText, type Parsed, parseDuration, parseRate, parseShare, shareText } from './units.ts'

const value = <T>(parsed: Parsed<T>): T | string => (parsed.ok ? parsed.value : parsed.why)

test.each<[string | number, number]>([
  ['5 minutes', 300],
  ['< 5 minutes', 300],
  ['<= 1 hour', 3600],
  ['at most 2 days', 172800],
  ['hourly', 3600],
  ['daily', 86400],
  ['7 days', 604800],
  ['3 years', 94608000],
  ['10m', 600],
  ['PT5M', 300],
  ['P1DT12H', 129600],
  [300, 300],
  ['1h 30m', 5400],
  ['1 hour and 30 minutes', 5400],
  ['250 ms', 0.25],
  ['within 15 min', 900],
  ['1.5 hours', 5400],
  ['every 2 weeks', 1209600],
  ['minute', 60],
])('%s is %d seconds', (written, seconds) => {
  expect(value(parseDuration(written))).toBe(seconds)
})

test.each(['soon', '', '5', '-5 minutes', '5 parsecs', 'P', 'PT', '200 years', '5 minutes ago', Number.NaN])(
  '%s is no duration, or says that its unit is a guess',
  (written) => {
    const parsed = parseDuration(written)
    expect(parsed.ok ? parsed.warning : parsed.fix).toBeTruthy()
  },
)

test.each<[string | number, number]>([
  ['99.9%', 0.999],
  ['> 95%', 0.95],
  [0.95, 0.95],
  ['at least 99 percent', 0.99],
  ['100%', 1],
  [0, 0],
  ['≥ 99.5 %', 0.995],
  [1, 1],
])('%s is the share %d', (written, share) => {
  expect(parseShare(written)).toEqual({ ok: true, value: share })
})

test('a share without unit above 1 is percent, with a warning, and never more than all', () => {
  expect(parseShare(99.9)).toEqual({ ok: true, value: 0.999, warning: '99.9 has no unit and is taken as 99.9%' })
  expect([parseShare('101%').ok, parseShare(250).ok, parseShare('most').ok, parseShare('-1%').ok]).toEqual([
    false,
    false,
    false,
    false,
  ])
})

test.each<[string, number, number]>([
  ['1000 req/min', 1000, 60],
  ['10/s', 10, 1],
  ['500 requests per hour', 500, 3600],
  ['1,000 calls / 5 minutes', 1000, 300],
  ['20 rps', 20, 1],
  ['7 a day', 7, 86400],
])('%s is a rate', (written, requests, perSeconds) => {
  expect(parseRate(written)).toEqual({ ok: true, value: { requests, perSeconds } })
})

test('a rate of nothing, or without time, is none', () => {
  expect(['0/s', 'fast', '100', '10/fortnightish', '1e9/s', ''].map((written) => parseRate(written).ok)).toEqual([
    false,
    false,
    false,
    false,
    false,
    false,
  ])
})

test('durations and shares are printed as they would be written', () => {
  expect([300, 86400, 5400, 1, 0.25, 604800].map(durationText)).toEqual([
    '5 minutes',
    '1 day',
    '90 minutes',
    '1 second',
    '250 ms',
    '7 days',
  ])
  expect([0.999, 1, 0.07].map(shareText)).toEqual(['99.9%', '100%', '7%'])
})

test.each<[string, string | undefined]>([
  ['string', 'varchar'],
  ['VARCHAR(20)', 'varchar'],
  ['int', 'integer'],
  ['Long', 'bigint'],
  ['double precision', 'double'],
  ['decimal(10,2)', 'decimal(10,2)'],
  ['numeric(5)', 'decimal(5,0)'],
  ['timestamptz', 'timestamp with time zone'],
  ['timestamp with time zone', 'timestamp with time zone'],
  ['TIMESTAMP(6)', 'timestamp'],
  ['array<string>', 'varchar[]'],
  ['int[][]', 'integer[][]'],
  ['map<string, array<int>>', 'map(varchar, integer[])'],
  ['struct<a: int, "b c" string>', 'struct("a" integer, "b c" varchar)'],
  ['enum("A", "B")', 'varchar'],
  ['jsonb', 'json'],
  ['bytes', 'blob'],
  ['decimal(40,2)', undefined],
  ['decimal(2,4)', undefined],
  ['strnig', undefined],
  ['array<', undefined],
  ['int; drop table x', undefined],
  ['constructor', undefined],
  ['', undefined],
])('the type %s is %s', (written, type) => {
  expect(toDuckDbType(written)).toBe(type)
  if (type !== undefined) expect(toDuckDbType(type)).toBe(type)
})

test.each<[string, string]>([
  ['15 6 * * *', '15 6 * * *'],
  ['@daily', '0 0 * * *'],
  ['hourly', '0 * * * *'],
  ['every 15 minutes', '*/15 * * * *'],
  ['6h', '0 */6 * * *'],
  ['0 9-17/2 1,15 JAN mon-fri', '0 9-17/2 1,15 jan mon-fri'],
])('%s is the schedule %s', (written, cron) => {
  expect(value(parseCron(written))).toBe(cron)
})

test('a schedule that never comes is none', () => {
  const wrong = [
    '61 * * * *',
    '* 24 * * *',
    '* * 0 * *',
    '* * * 13 *',
    '* * * * 8',
    '5-1 * * * *',
    '*/0 * * * *',
    '* * * *',
    '* * * * * *',
    'every 7 minutes',
    'x * * * *',
    '1-2-3 * * * *',
  ]
  expect(wrong.filter((written) => parseCron(written).ok)).toEqual([])
})

test('products are named by path, address or URN', () => {
  for (const written of ['shop/orders@2', 'datamesh://shop/orders@2', 'urn:datamesh:shop:orders:2.1.0'])
    expect(parseProductRef(written)).toEqual({ ok: true, value: { product: 'shop/orders', major: 2 } })
  expect(parseProductRef('Shop.Orders')).toMatchObject({ ok: false, fix: 'write shop/orders' })
  expect(
    ['orders', '../x/y', 'a/b/c', 'a/b@latest', '/a', ''].filter((written) => parseProductRef(written).ok),
  ).toEqual([])
})

test('the nearest word is the one with fewest slips, whatever its case', () => {
  expect([editDistance('fields', 'feilds'), editDistance('abc', ''), editDistance('kitten', 'sitting')]).toEqual([
    1, 3, 3,
  ])
  const known = ['output_ports', 'input_ports', 'quality_checks', 'schema']
  expect(
    ['outputPorts', 'input-port', 'qualty_checks', 'checks', 'shcema', 'zebra', 'x'].map((word) =>
      nearest(word, known),
    ),
  ).toEqual(['output_ports', 'input_ports', 'quality_checks', 'quality_checks', 'schema', undefined, undefined])
})
