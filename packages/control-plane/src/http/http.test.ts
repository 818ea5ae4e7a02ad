import { describe, expect, test } from 'vitest'
import { matches } from './answer.ts'
import { hostGuard, sameOrigin, tokenOf } from './guard.ts'
import { rangeOf } from './handlers/files.ts'
import { filtersOf, formatOf, orderOf, selectOf } from './handlers/rows_query.ts'

describe('a query for rows', () => {
  test('every key that is no option is a filter; a known word before a colon is its comparison', () => {
    const query = {
      limit: 5,
      select: 'a, b,',
      order: '-at,id',
      at: ['gte:2026-01-01T10:00:00Z', 'lt:2026-02-01'],
      name: '10:30',
      kind: 'in:a,b',
    } as unknown as Parameters<typeof filtersOf>[0]
    expect(filtersOf(query)).toEqual([
      { column: 'at', op: 'gte', value: '2026-01-01T10:00:00Z' },
      { column: 'at', op: 'lt', value: '2026-02-01' },
      { column: 'name', op: 'eq', value: '10:30' },
      { column: 'kind', op: 'in', value: 'a,b' },
    ])
    expect(filtersOf({ name: 'eq:like:x' })).toEqual([{ column: 'name', op: 'eq', value: 'like:x' }])
    expect(selectOf(query)).toEqual(['a', 'b'])
    expect(orderOf(query)).toEqual([
      { column: 'at', descending: true },
      { column: 'id', descending: false },
    ])
    expect([selectOf({}), orderOf({}), selectOf({ select: ' , ' })]).toEqual([null, null, null])
  })
  test.each([
    [undefined, 'json'],
    ['*/*', 'json'],
    ['text/html, */*;q=0.1', 'json'],
    ['text/csv;q=0.5, application/x-ndjson', 'ndjson'],
    ['application/json;q=0, text/csv', 'csv'],
    ['APPLICATION/VND.APACHE.ARROW.STREAM', 'arrow'],
    ['text/*', 'csv'],
    ['', 'json'],
    ['*/*, application/json;q=0', 'ndjson'],
    ['text/csv, application/json', 'csv'],
    ['application/*;q=0.2, application/vnd.apache.parquet;q=0.1', 'json'],
  ])('Accept %s means %s', (accept, format) => expect(formatOf(accept)).toBe(format))
  test('a format that we have not is refused with those that we have', () => {
    expect(() => formatOf('application/xml')).toThrow(/text\/csv/)
  })
})

describe('ranges of a file of 100 bytes', () => {
  test.each([
    [undefined, 200, 0, 99],
    ['bytes=0-9', 206, 0, 9],
    ['bytes=90-', 206, 90, 99],
    ['bytes=-10', 206, 90, 99],
    ['bytes=-1000', 206, 0, 99],
    ['bytes=95-1000', 206, 95, 99],
    ['bytes=0-1,5-6', 200, 0, 99],
    ['bytes=9-3', 200, 0, 99],
    ['lines=1-2', 200, 0, 99],
  ])('%s', (header, status, first, last) => expect(rangeOf(header, 100)).toEqual({ status, first, last }))
  test.each(['bytes=100-', 'bytes=-0'])('%s cannot be satisfied', (header) => {
    expect(rangeOf(header, 100)).toBe('unsatisfiable')
  })
})

describe('headers', () => {
  test('If-None-Match compares weakly, in lists, and by star', () => {
    expect(['"a"', 'W/"a"', '"b", "a"', '*'].map((header) => matches(header, '"a"'))).toEqual([true, true, true, true])
    expect([undefined, '"b"', 'a'].map((header) => matches(header, '"a"'))).toEqual([false, false, false])
  })
  test('a token comes by Bearer or as the password of Basic, and by nothing else', () => {
    const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`
    expect(['Bearer t', 'bearer  t', basic('u:t'), basic('t:'), basic('t')].map(tokenOf)).toEqual([
      't',
      't',
      't',
      't',
      't',
    ])
    expect([undefined, '', 't', 'Digest t'].map(tokenOf)).toEqual([null, null, null, null])
  })
  test('on loopback only its own names are answered, elsewhere those that were configured', () => {
    const local = hostGuard('127.0.0.1', [])
    expect(['127.0.0.1:4100', 'localhost', 'LOCALHOST:1', '[::1]:4100'].map(local)).toEqual([true, true, true, true])
    expect([undefined, 'mesh.example', '127.0.0.1.evil.example', 'localhost.evil:80'].map(local)).toEqual([
      false,
      false,
      false,
      false,
    ])
    const named = hostGuard('0.0.0.0', ['mesh.example'])
    expect([named('mesh.example:443'), named('evil.example')]).toEqual([true, false])
  })
  test('a changing request comes from our own pages or from a program', () => {
    expect(sameOrigin(undefined, 'a:1')).toBe(true)
    expect(sameOrigin('http://a:1', 'a:1')).toBe(true)
    expect([sameOrigin('http://b:1', 'a:1'), sameOrigin('null', 'a:1'), sameOrigin('http://a:2', 'a:1')]).toEqual([
      false,
      false,
      false,
    ])
  })
})
