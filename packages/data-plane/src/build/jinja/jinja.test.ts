import { isMeshError, type MeshError } from '@datamesh/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bindMacro, fromData, func, macrosOf, parseTemplate, Returned, render, renderAll, type Value } from './index.ts'

const say = (template: string, context: Record<string, unknown> = {}, functions: Record<string, Value> = {}): string =>
  render(parseTemplate(template, 'models/m.sql'), {
    context: {
      ...Object.fromEntries(Object.entries(context).map(([name, data]) => [name, fromData(data)])),
      ...functions,
    },
  })
const failure = (work: () => unknown): MeshError => {
  try {
    work()
  } catch (error) {
    if (isMeshError(error)) return error
    throw error
  }
  throw new Error('it did not fail')
}

describe('values are printed as Python prints them', () => {
  test.each([
    ['{{ true }} {{ none }} {{ 1.0 }}', 'True None 1.0'],
    ["{{ ['a', 1, none] }}", "['a', 1, None]"],
    ["{{ {'k': none, 'l': (1,)} }}", "{'k': None, 'l': (1,)}"],
    ['{{ 1e16 }} {{ 0.00001 }} {{ 7 / 2 }} {{ 7 // 2 }} {{ -7 % 3 }}', '1e+16 1e-05 3.5 3 2'],
    ['{{ 2 ** 100 }}', '1267650600228229401496703205376'],
    ['{{ "it\'s" }} {{ ["it\'s"] }}', `it's ["it's"]`],
  ])('%s', (template, expected) => expect(say(template)).toBe(expected))
})

describe('what models of dbt projects write', () => {
  test('a loop with commas and white space control', () => {
    const template =
      "{% set methods = ['card', 'coupon'] %}select id,\n{% for m in methods -%}\nsum(case when m = '{{ m }}' then amount end) as {{ m }}{% if not loop.last %},{% endif %}\n{% endfor -%}\nfrom p"
    expect(say(template)).toBe(
      "select id,\nsum(case when m = 'card' then amount end) as card,\nsum(case when m = 'coupon' then amount end) as coupon\nfrom p",
    )
  })
  test('a set inside a loop stays inside, a namespace carries out', () => {
    expect(
      say(
        '{% set n = 0 %}{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set n = i %}{% set ns.n = ns.n + i %}{% endfor %}{{ n }} {{ ns.n }}',
      ),
    ).toBe('0 3')
  })
  test('macros take defaults, more arguments, keywords and a caller', () => {
    expect(say('{% macro f(x, y=2) %}{{ x }}{{ y }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1, 3, 4, z=5) }}')).toBe(
      "13(4,){'z': 5}",
    )
    expect(
      say(
        '{% macro wrap(t) %}<{{ t }}>{{ caller(2) }}</{{ t }}>{% endmacro %}{% call(n) wrap("b") %}{{ n * 2 }}{% endcall %}',
      ),
    ).toBe('<b>4</b>')
  })
  test('keywords of Python are fine as argument names', () => {
    const star = func('star', (_args, kwargs) => [...kwargs.keys()].join(' '))
    expect(say("{{ star(from='x', except=['a'], if=1) }}", {}, { star })).toBe('from except if')
  })
  test('snapshot and docs blocks are kept apart, test blocks become macros', () => {
    const template = parseTemplate(
      '{% snapshot orders_snapshot %}select {{ x }}{% endsnapshot %}{% docs table_orders %}\nAll *orders*\n{% enddocs %}{% test positive(model, column_name) %}select 1{% endtest %}{% materialization fancy, adapter="duckdb" %}{{ whatever }}{% endmaterialization %}',
      's.sql',
    )
    const rendered = renderAll(template, { context: { x: 1n } })
    expect(rendered.text).toBe('')
    expect(rendered.snapshots.get('orders_snapshot')).toBe('select 1')
    expect(rendered.docs.get('table_orders')).toBe('All *orders*')
    expect(macrosOf(template).map((node) => node.name)).toEqual(['test_positive'])
  })
  test('return leaves a macro with a value, loops and all', () => {
    const back = func('return', ([value]) => {
      throw new Returned(value ?? null)
    })
    const template =
      '{% macro first_even(items) %}{% for i in items %}{% if i is even %}{{ return(i) }}{% endif %}{% endfor %}{% endmacro %}{{ first_even([1, 4, 6]) + 1 }}'
    expect(say(template, {}, { return: back })).toBe('5')
    expect(failure(() => say('{{ return(1) }}', {}, { return: back })).message).toContain('outside of a macro')
  })
  test('a macro of another file sees the names of who calls for it', () => {
    const file = parseTemplate('{% macro where_am_i() %}{{ this }}{% endmacro %}', 'macros/w.sql')
    const [node] = macrosOf(file)
    const macro = bindMacro(file, node as NonNullable<typeof node>, { context: { this: 'orders' } })
    expect(say('{{ where_am_i() }}', {}, { where_am_i: macro })).toBe('orders')
  })
})

describe('errors tell the place and the nearest name', () => {
  test.each<[string, number, number, string]>([
    ['select\n  {{ custmer_id }}', 2, 6, "'custmer_id' is undefined; do you mean 'customer_id'?"],
    ['{{ row.nmae }}', 1, 8, "'dict object' has no attribute 'nmae'; do you mean 'name'?"],
    ['a\n{% for x in 5 %}{% endfor %}', 2, 13, "'int' object is not iterable"],
    ['{{ 1 +\n  nothing }}', 2, 3, "'nothing' is undefined"],
    ['{{ "a" | uper }}', 1, 10, "there is no filter 'uper'; do you mean 'upper'?"],
    ['{% if customer_id %}\n{% fro x in y %}', 2, 4, "there is no tag 'fro'; do you mean 'for'?"],
    ['x {% if customer_id %}', 1, 6, 'if is never closed'],
    ['{{ 1 / 0 }}', 1, 6, 'division by zero'],
  ])('%s', (template, line, column, why) => {
    const error = failure(() => say(template, { customer_id: 1, row: { name: 'x' } }))
    expect(error.issues[0]?.at).toEqual({ file: 'models/m.sql', line, column })
    expect(error.message).toBe(`models/m.sql:${line}:${column} ${why}`)
    expect(['template-invalid', 'template-failed']).toContain(error.code)
  })
  test('an error inside a macro names the file of the macro', () => {
    const file = parseTemplate('{% macro broken() %}\n  {{ gone }}{% endmacro %}', 'macros/b.sql')
    const [node] = macrosOf(file)
    const broken = bindMacro(file, node as NonNullable<typeof node>, {})
    expect(failure(() => say('{{ broken() }}', {}, { broken })).issues[0]?.at).toEqual({
      file: 'macros/b.sql',
      line: 2,
      column: 6,
    })
  })
  test('a missing attribute counts as false only where asked for; a missing name never', () => {
    const template = parseTemplate('{% if row.nope %}a{% else %}b{% endif %}', 'm.sql')
    const context = { row: fromData({}) }
    expect(render(template, { context, missingIsFalse: true })).toBe('b')
    expect(() => render(template, { context })).toThrow(/no attribute 'nope'/)
    expect(() => render(parseTemplate('{% if nope %}{% endif %}', 'm.sql'), { missingIsFalse: true })).toThrow(
      /undefined/,
    )
  })
})

describe('a hostile template ends with an error', () => {
  test.each([
    ['nested brackets', `{{ ${'('.repeat(9000)}1${')'.repeat(9000)} }}`],
    ['nested blocks', '{% if 1 %}'.repeat(9000)],
    ['a long chain', `{{ ${Array(9000).fill('1').join('+')} }}`],
    ['endless loops', '{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}'],
    [
      'a doubling text',
      '{% set ns = namespace(s="ab") %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}',
    ],
    ['a doubling list', '{% set l = [1] %}{% for i in range(99) %}{% do l.extend(l) %}{% endfor %}'],
    [
      'shared lists',
      '{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}',
    ],
    ['a long text', '{{ "a" * 10 ** 12 }}'],
    ['a long range', '{{ range(10 ** 12) }}'],
    ['a large number', '{{ 9 ** 99999 }}'],
    ['a wide field', '{{ "%999999999d" % 1 }}{{ "{:>999999999}".format(1) }}'],
    ['endless calls', '{% macro m(x) %}{{ m(x) ~ m(x) }}{% endmacro %}{{ m(1) }}'],
    [
      'a long way to nothing',
      '{% macro f(n) %}{{ 1 if n < 2 else f(n - 1) ~ f(n - 2) }}{% endmacro %}{{ f(40) | length }}',
    ],
    ['constructors', '{{ "".constructor.constructor("return process")() }}'],
    ['prototypes', '{{ {}.__proto__ }}'],
    ['constructors by filter', "{{ '' | attr('constructor') }}"],
    ['constructors by format', "{{ '{0.constructor}'.format('') }}"],
  ])('%s', (_name, template) => {
    const started = performance.now()
    expect(['template-failed', 'template-invalid']).toContain(failure(() => say(template)).code)
    expect(performance.now() - started).toBeLessThan(5000)
  })

  const piece = fc.oneof(
    fc.constantFrom(
      '{{',
      '}}',
      '{%',
      '%}',
      '{#',
      '#}',
      '{%-',
      '-%}',
      'for',
      'in',
      'if',
      'endif',
      'endfor',
      'else',
      'set',
      'endset',
      'macro',
      'endmacro',
      'call',
      'raw',
      'endraw',
      'x',
      'y',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '|',
      '.',
      ',',
      ':',
      '=',
      '==',
      '+',
      '-',
      '*',
      '**',
      '~',
      '%',
      "'a'",
      '"',
      '\\',
      '1',
      '2.5',
      'is',
      'not',
      'none',
      'range',
      'loop',
      'join',
      'upper',
      'defined',
      '\n',
    ),
    fc.string({ unit: 'grapheme' }),
  )
  const endsWell = (template: string): void => {
    try {
      render(parseTemplate(template, 'f.sql'), { context: { x: 1n, y: [1n, 'a'] }, limits: { steps: 50_000 } })
    } catch (error) {
      if (!isMeshError(error)) throw error
      expect(error.issues[0]?.at?.line).toBeGreaterThan(0)
    }
  }
  test('pieces of templates in any order never crash', () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }).map((parts) => parts.join(' ')),
        endsWell,
      ),
      { numRuns: 2000 },
    )
  })
  test('an expression of any shape never crashes', () => {
    fc.assert(
      fc.property(
        fc
          .array(piece, { maxLength: 12 })
          .map((parts) => `{{ ${parts.join(' ')} }}{% if ${parts.join(' ')} %}{% endif %}`),
        endsWell,
      ),
      { numRuns: 1000 },
    )
  })
  test('any text without braces is its own result', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).filter((text) => !/[{\r]|\n$/.test(text)),
        (text) => {
          expect(say(text)).toBe(text)
        },
      ),
    )
  })
})
