import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compare, fromJson, RegoSet, toJson, type Value } from '../value.ts'
import { run } from './calling.ts'

const set = (...values: Value[]) => RegoSet.of(values)

describe('numbers', () => {
  test('decimals are reckoned as people write them', () => {
    expect(run('plus', 0.1, 0.2)).toBe(0.3)
    expect(run('mul', 1.1, 3)).toBe(3.3)
    expect(run('minus', 1, 0.9)).toBe(0.1)
    expect(run('mul', run('div', 1, 3) as Value, 3)).toBe(1)
  })
  test('whole numbers keep every digit', () => {
    expect(run('plus', 9007199254740991, 1)).toBe(9007199254740992n)
    expect(run('minus', 9007199254740992n, 1)).toBe(9007199254740991)
    expect(run('mul', 123456789012, 987654321098)).toBe(123456789012n * 987654321098n)
    expect(run('rem', 10, 18446744073709551616n)).toBe(10)
    expect(run('bits.lsh', 1, 70)).toBe(1n << 70n)
  })
  test('what cannot be divided says so', () => {
    expect(() => run('div', 1, 0)).toThrow('divide by zero')
    expect(() => run('rem', 7, 0)).toThrow('modulo by zero')
    expect(() => run('rem', 1.1, 1)).toThrow('modulo on floating-point number')
    expect(() => run('minus', set(1), 1)).toThrow('operand 2 must be set but got number')
    expect(() => run('minus', 1, set(1))).toThrow('operand 2 must be number but got set')
  })
  test('halves round away from zero', () => {
    expect([1.5, 2.5, -1.5, -0.4].map((value) => run('round', value))).toEqual([2, 3, -2, 0])
    expect(run('ceil', -1.99999)).toBe(-1)
    expect(run('floor', -1.1)).toBe(-2)
  })
  test('a range counts before it is made', () => {
    expect(run('numbers.range', 2, -1)).toEqual([2, 1, 0, -1])
    expect(run('numbers.range_step', 0, 10, 99999999999999999999n)).toEqual([0])
    expect(() => run('numbers.range', 0, 1e12)).toThrow('spent')
  })
})

describe('strings', () => {
  test('characters count, not UTF-16 units', () => {
    expect(run('count', 'aå😀')).toBe(3)
    expect(run('indexof', 'å😀b', 'b')).toBe(2)
    expect(run('indexof_n', '😇😀😇😀', '😀')).toEqual([1, 3])
    expect(run('substring', 'a😀b', 1, 1)).toBe('😀')
    expect(run('strings.reverse', 'a😀b')).toBe('b😀a')
  })
  test('an empty pattern fits at every place', () => {
    expect(run('replace', 'ab', '', '-')).toBe('-a-b-')
    expect(run('split', 'ab', '')).toEqual(['a', 'b'])
    expect(run('split', '', '')).toEqual([])
    expect(run('strings.count', 'dummy', '')).toBe(6)
  })
  test('replacements are not replaced again', () => {
    expect(run('strings.replace_n', fromJson({ '<': '&lt;', '>': '&gt;', '&': '&amp;' }), '<b>&')).toBe(
      '&lt;b&gt;&amp;',
    )
    expect(run('replace', 'a.b', '.', '$&')).toBe('a$&b')
  })
  test('growth is paid for', () => {
    expect(() => run('replace', 'a'.repeat(10_000), 'a', 'b'.repeat(10_000))).toThrow('spent')
  })
})

describe('sprintf', () => {
  const formatted = (pattern: string, ...values: Value[]) => run('sprintf', pattern, values)
  test.each([
    ['hi %02d', [5], 'hi 05'],
    ['%.2f', [2.7159], '2.72'],
    ['%v', [['there', 5, 3.14]], '["there", 5, 3.14]'],
    ['%v %v', [null, true], 'null true'],
    ['%d', ['x'], '%!d(string=x)'],
    ['%d', [1.5], '%!d(float64=1.5)'],
    ['%f', [1], '%!f(int=1)'],
    ['%s', [123456789123456789123n], '123456789123456789123'],
    ['%q', ['a"b'], '"a\\"b"'],
    ['%x|%X|%#x', ['hi', 255, 255], '6869|FF|0xff'],
    ['%e', [1234.5678], '1.234568e+03'],
    ['%g|%v', [1234567.5, 1e-7], '1.2345675e+06|1e-07'],
    ['%5s|%-5s|%05d', ['a', 'b', -42], '    a|b    |-0042'],
    ['%[2]d %[1]d', [1, 2], '2 1'],
    ['%d', [], '%!d(MISSING)'],
    ['x', [1, 'b'], 'x%!(EXTRA int=1, string=b)'],
    ['%', [], '%!(NOVERB)'],
    ['%T %T %T', [1, 1.5, 'x'], 'int float64 string'],
    ['%*d', [5, 42], '   42'],
    ['%!', [1], '%!!(int=1)'],
    ['%t', [true], '%!t(string=true)'],
    ['%.3v', ['abcdef'], 'abc'],
    ['%U', [0x1f600], 'U+1F600'],
    ['%c', [0x1f600], '😀'],
    ['%.0f', [2.5], '2'],
    ['%v', [2n * 10n ** 308n], '2e308'],
  ] as [string, Value[], string][])('%s', (pattern, values, wanted) => {
    expect(formatted(pattern, ...values)).toBe(wanted)
  })
  test('never throws for a format', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[%a-zA-Z0-9#+\-. *[\]]{0,12}$/),
        fc.array(fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string(), fc.bigInt())),
        (pattern, values) => typeof formatted(pattern, ...values) === 'string',
      ),
    )
  })
  test('a width of millions is refused as Go refuses it', () => {
    expect(formatted('%1000000000d', 1)).toBe('%!(NOVERB)%!(EXTRA int=1)')
  })
})

describe('json', () => {
  test('big numbers come back as they went', () => {
    expect(run('json.unmarshal', '[28857836529306024611913, 1e2, -0, 1.50]')).toEqual([
      28857836529306024611913n,
      100,
      0,
      1.5,
    ])
    expect(run('json.marshal', [28857836529306024611913n])).toBe('[28857836529306024611913]')
  })
  test('what is marshalled is unmarshalled', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        const value = fromJson(json)
        expect(compare(run('json.unmarshal', run('json.marshal', value) as Value) as Value, value)).toBe(0)
      }),
    )
  })
  test.each(['{', '[1,]', '{"a":1,}', '01', '1.', '"\n"', 'tru', '', '1 2', '"\\x"', "{'a':1}", '+1', 'NaN'])(
    '%j is no JSON',
    (source) => {
      expect(run('json.is_valid', source)).toBe(false)
    },
  )
  test('nesting has an end', () => {
    expect(() => run('json.unmarshal', '['.repeat(100_000))).toThrow('exceeded max depth')
  })
})

describe('regex', () => {
  test('matches as Go does', () => {
    expect(run('regex.find_n', 'a*', 'baac', -1)).toEqual(['', 'aa', ''])
    expect(run('regex.replace', 'foo', '(f)(?P<rest>o+)', '${rest}$1$2x')).toBe('oof')
    expect(run('regex.split', 'z+', 'pizza')).toEqual(['pi', 'a'])
    expect(run('regex.template_match', 'urn:foo:<.*>', 'urn:foo:bar:baz', '<', '>')).toBe(true)
    expect(() => run('regex.match', '[', 'x')).toThrow('missing closing ]')
  })
  test('no pattern takes exponential time', () => {
    expect(run('regex.match', '(x+x+)+y', 'x'.repeat(10_000))).toBe(false)
    expect(() => run('regex.match', '(((a{30}){30}){30}){30}', 'a')).toThrow(/repeat count|spent/)
  })
})

describe('sets and objects', () => {
  test('obey the laws of sets', () => {
    const anySet = fc.array(fc.integer({ min: 0, max: 9 })).map((values) => set(...values))
    fc.assert(
      fc.property(anySet, anySet, (a, b) => {
        const [both, either, onlyA] = [run('and', a, b), run('or', a, b), run('minus', a, b)] as RegoSet[]
        expect(run('or', both as RegoSet, onlyA as RegoSet)).toEqual(run('or', a, a))
        expect((both as RegoSet).size + (either as RegoSet).size).toBe(a.size + b.size)
      }),
    )
  })
  test('unions merge what is an object on both sides', () => {
    expect(
      toJson(
        run('object.union_n', [fromJson({ a: { b: 2 } }), fromJson({ a: 4 }), fromJson({ a: { c: 3 } })]) as Value,
      ),
    ).toEqual({ a: { c: 3 } })
    expect(toJson(run('object.union', fromJson({ a: { b: 1 } }), fromJson({ a: { c: 2 } })) as Value)).toEqual({
      a: { b: 1, c: 2 },
    })
  })
  test('a part is found in the whole', () => {
    expect(run('object.subset', [1, 2, 3], [2, 3])).toBe(true)
    expect(run('object.subset', [1, 2, 3], set(3, 1))).toBe(true)
    expect(run('object.subset', [1, 2, 3], [1, 3])).toBe(false)
  })
})
