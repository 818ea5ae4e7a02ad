import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromJson, type RegoSet, type Value } from '../value.ts'
import { fromBytes } from './bytes.ts'
import { run } from './calling.ts'

describe('a hostile call', () => {
  const letters = 'abcdefghijklmn'
  const bomb = `a: &a [x,x]\n${[...letters.slice(1)].map((each, at) => `${each}: &${each} [${`*${letters[at]},`.repeat(9)}]`).join('\n')}`
  const wide = Object.fromEntries(
    Array.from({ length: 30 }, (_, at) => [`n${at}`, Array.from({ length: 30 }, (_, to) => `n${to}`)]),
  )
  test.each([
    ['numbers.range', [0, 1e12]],
    ['net.cidr_expand', ['10.0.0.0/8']],
    ['net.cidr_expand', ['::/0']],
    ['bits.lsh', [1, 1e12]],
    ['yaml.unmarshal', [bomb]],
    ['graph.reachable_paths', [wide, ['n0']]],
    ['strings.render_template', ['{{range 999999999}}x{{end}}', {}]],
    ['replace', ['a'.repeat(10_000), '', 'b'.repeat(10_000)]],
    ['regex.replace', ['a'.repeat(10_000), 'a', 'b'.repeat(10_000)]],
    ['regex.find_n', ['a*b|a', 'a'.repeat(2_000), -1]],
    ['regex.find_n', ['(?i)(.*a){10}b|.', 'a'.repeat(500), -1]],
    ['regex.split', ['(.*)(.*)(.*)(.*)(.*)x|a', 'a'.repeat(1_000)]],
    ['regex.match', [Array.from({ length: 300 }, (_, at) => `a{${at + 500}}`).join('|'), 'b']],
    [
      'sprintf',
      ['%999999d%999999d%999999d%999999d%999999d%999999d%999999d%999999d%999999d', [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ],
  ] as [string, unknown[]][])('%s is stopped by what it spends', (name, args) => {
    const start = performance.now()
    expect(() => run(name, ...args.map(fromJson))).toThrow('spent')
    expect(performance.now() - start).toBeLessThan(2_000)
  })
  test.each([
    ['[a-z]+', 'abcde '.repeat(10_000), 10_000],
    ['\\s', 'abcde '.repeat(10_000), 10_000],
    ['\\S+@\\S+', 'abcde@x.de '.repeat(200), 200],
  ])('%s over a long text is no hostile call', (pattern, value, found) => {
    expect(run('regex.find_n', pattern, value, -1)).toHaveLength(found)
  })
  test.each([
    ['json.unmarshal', ['['.repeat(100_000)]],
    ['yaml.unmarshal', ['['.repeat(100_000)]],
    ['yaml.unmarshal', ['- '.repeat(50_000)]],
    ['to_number', [`1e${'9'.repeat(50)}`]],
    ['units.parse_bytes', ['1e999999']],
    ['strings.render_template', [`{{${'('.repeat(10_000)}`, {}]],
    ['strings.render_template', ['{{define "a"}}{{template "a"}}{{end}}{{template "a"}}', {}]],
    ['time.parse_ns', ['2006'.repeat(10_000), '2006'.repeat(9_999)]],
  ] as [string, unknown[]][])('%s is refused at once', (name, args) => {
    const start = performance.now()
    expect(() => run(name, ...args.map(fromJson))).toThrow()
    expect(performance.now() - start).toBeLessThan(1_000)
  })
})

describe('laws', () => {
  test('what is encoded is decoded', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }).map(fromBytes), (value) => {
        for (const [to, from] of [
          ['base64.encode', 'base64.decode'],
          ['base64url.encode_no_pad', 'base64url.decode'],
          ['hex.encode', 'hex.decode'],
          ['urlquery.encode', 'urlquery.decode'],
          ['yaml.marshal', 'yaml.unmarshal'],
        ] as const) {
          if (to === 'yaml.marshal' && !/^[a-z0-9: .'"-]*$/.test(value)) continue
          expect(run(from, run(to, value) as Value)).toBe(value)
        }
      }),
    )
  })
  test('bytes that are no text survive', () => {
    expect(run('hex.encode', run('base64.decode', 'gP/A') as Value)).toBe('80ffc0')
  })
  test('a network contains what it expands to', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 28, max: 32 }), (last, prefix) => {
        const network = `10.1.2.${last}/${prefix}`
        for (const address of (run('net.cidr_expand', network) as RegoSet).values()) {
          expect(run('net.cidr_contains', network, address)).toBe(true)
        }
      }),
    )
  })
  test('a time that is formatted is parsed', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 62n), max: 1n << 62n }), (nanos) => {
        const shown = run('time.format', [fromJson(nanos), 'America/New_York']) as Value
        // seconds of local mean time are not written
        if (nanos > -2_000_000_000_000_000_000n) expect(run('time.parse_rfc3339_ns', shown)).toBe(fromJson(nanos))
      }),
    )
  })
})
