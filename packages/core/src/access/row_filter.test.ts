import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { combineFilters, FilterMistake, readFilter, routingOf } from './index.ts'

describe('a row filter', () => {
  test.each([
    [`region = 'EU'`, `("region" = 'EU')`, ['region']],
    ['a>1 and b<=2 or not c is null', `((("a" > 1) and ("b" <= 2)) or (not ("c" is null)))`, ['a', 'b', 'c']],
    [`"odd ""name" in ('x''y', 'z')`, `("odd ""name" in ('x''y', 'z'))`, ['odd "name']],
    [`lower(x) like 'a%' AND day between date '2026-01-01' and date '2026-02-01'`, null, ['x', 'day']],
    ['amount * 2 + 1 >= -5', `((("amount" * 2) + 1) >= (-5))`, ['amount']],
    [`x not in (1, 2)`, `("x" not in (1, 2))`, ['x']],
  ])('%s', (text, sql, columns) => {
    const read = readFilter(text)
    if (sql !== null) expect(read.sql).toBe(sql)
    expect(read.columns).toEqual(columns)
  })

  test.each([
    '',
    '1 = 1; drop table x',
    'x = 1 -- and',
    'x = 1 /* */',
    'exists (select 1)',
    `x in (select y from z)`,
    `read_text('/etc/passwd') = ''`,
    `x = $1`,
    `x::int = 1`,
    `now() > x`,
    `current_date() > x`,
    `x = 'a`,
    'x = "',
    'x like y',
    `struct.field = 1`,
    `x[1] = 2`,
    `e'\\x41' = x`,
    'x = 1)',
    `${'('.repeat(60)}x${')'.repeat(60)}`,
    `x = 'a\0b'`,
    `x = 'a' 'b'`,
    'x = ˈaˈ',
  ])('cannot be %s', (text) => {
    expect(() => readFilter(text)).toThrow(FilterMistake)
  })

  test('of any text is a mistake or SQL that reads as itself', () => {
    const piece = fc.constantFrom(
      'a',
      '"b c"',
      `'t'`,
      '1',
      '=',
      '<',
      '(',
      ')',
      ' and ',
      ' or ',
      ' not ',
      ' in ',
      ',',
      ' is null',
      '-',
      '+',
      'lower(',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(' ')),
          fc.string(),
        ),
        (text) => {
          let sql: string
          try {
            sql = readFilter(text).sql
          } catch (error) {
            expect(error).toBeInstanceOf(FilterMistake)
            return
          }
          expect(readFilter(sql).columns.toSorted()).toEqual(readFilter(text).columns.toSorted())
        },
      ),
      { numRuns: 500 },
    )
  })

  test('only narrows: several hold all', () => {
    const a = { sql: 'a', columns: ['a'] }
    expect(combineFilters([])).toBeNull()
    expect(combineFilters([a])).toBe(a)
    expect(combineFilters([a, a, { sql: 'b', columns: ['b'] }])).toEqual({ sql: '(a) and (b)', columns: ['a', 'b'] })
  })
})

test('who decides: the table, the manifest in its place, policies as a floor', () => {
  const of = (classification: 'public' | 'internal' | 'confidential' | 'restricted' | undefined) =>
    routingOf({ classification, manifest: undefined, policies: [] })
  expect([of('public'), of('internal'), of('confidential'), of('restricted'), of(undefined)]).toEqual([
    'automatic',
    'owner',
    'owner',
    'owner-and-steward',
    'owner-and-steward',
  ])
  expect(routingOf({ classification: 'restricted', manifest: 'automatic', policies: [] })).toBe('automatic')
  expect(routingOf({ classification: 'restricted', manifest: 'automatic', policies: ['owner'] })).toBe('owner')
  expect(routingOf({ classification: 'restricted', manifest: undefined, policies: ['automatic'] })).toBe('automatic')
  expect(routingOf({ classification: 'public', manifest: 'owner', policies: ['automatic'] })).toBe('owner')
})

test('a pattern that the engine would try every way becomes a regular expression; others stay', () => {
  expect(readFilter("name like 'a%_'").sql).toBe(`("name" like 'a%_')`)
  expect(readFilter("name like '%a%b%'").sql).toBe(`("name" like '%a%b%')`)
  expect(readFilter("name like '%a_%%.b(%'").sql).toBe(String.raw`(regexp_full_match("name", '(?s).*a..*\.b\(.*'))`)
  expect(readFilter("name not ilike '%it''s%[x]%'").sql).toBe(
    String.raw`(not regexp_full_match("name", '(?is).*it''s.*\[x\].*'))`,
  )
})
