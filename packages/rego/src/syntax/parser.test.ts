import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RegoErrors } from '../policy.ts'
import { type Expr, type Module, parseModule, parseQuery, type Rule, type Term, type Version } from './index.ts'

const parse = (text: string, version: Version = 'v1'): Module => parseModule({ file: 'p.rego', text }, version)
const rules = (text: string, version: Version = 'v1'): readonly Rule[] => parse(`package p\n${text}`, version).rules
const rule = (text: string, version: Version = 'v1'): Rule => rules(text, version)[0] as Rule

/** The tree as text, so that tables stay readable: operators in front, `.name` parts as texts. */
const show = (term: Term | undefined): string => {
  switch (term?.is) {
    case undefined:
      return '-'
    case 'scalar':
      return typeof term.value === 'bigint' ? `${term.value}n` : JSON.stringify(term.value)
    case 'var':
      return term.generated ? '_' : term.name
    case 'ref':
      return `${show(term.head)}[${term.parts.map(show).join('][')}]`
    case 'array':
      return `[${term.items.map(show).join(' ')}]`
    case 'set':
      return `{${term.items.map(show).join(' ')}}`
    case 'object':
      return `{${term.entries.map(([key, value]) => `${show(key)}:${show(value)}`).join(' ')}}`
    case 'call':
      return `(${[term.operator.join('.'), ...term.args.map(show)].join(' ')})`
    case 'array-of':
      return `[${show(term.term)} | ${showBody(term.body)}]`
    case 'set-of':
      return `{${show(term.term)} | ${showBody(term.body)}}`
    case 'object-of':
      return `{${show(term.key)}:${show(term.value)} | ${showBody(term.body)}}`
    case 'template':
      return `$${term.parts.map((part) => (typeof part === 'string' ? JSON.stringify(part) : showBody([part]))).join('+')}`
  }
}
const showBody = (body: readonly Expr[]): string => body.map(showExpr).join('; ')
const showExpr = (expr: Expr): string => {
  const withs = expr.with.map(({ target, value }) => ` with ${show(target)} as ${show(value)}`).join('')
  const not = expr.negated ? 'not ' : ''
  switch (expr.is) {
    case 'term':
      return `${not}${show(expr.term)}${withs}`
    case 'some':
      return `some ${expr.names.map(show).join(' ')}`
    case 'some-in':
      return `some ${expr.pattern.map(show).join(' ')} in ${show(expr.domain)}${withs}`
    case 'every':
      return `every ${expr.key ? `${expr.key.name} ` : ''}${expr.value.name} in ${show(expr.domain)} (${showBody(expr.body)})${withs}`
  }
}
const showHead = ({ head }: Rule): string =>
  [
    head.ref.map(show).join('/'),
    head.args && `(${head.args.map(show).join(' ')})`,
    head.contains && ` contains ${show(head.contains)}`,
    head.value && ` ${head.assign ? ':=' : '='} ${show(head.value)}`,
  ].join('')

describe('expressions', () => {
  test.each([
    ['1 + 2 * 3', '(plus 1 (mul 2 3))'],
    ['(1 + 2) * 3', '(mul (plus 1 2) 3)'],
    ['1 - 2 - 3', '(minus (minus 1 2) 3)'],
    ['a | b & c', '(or a (and b c))'],
    ['a & b + c == d', '(equal (and a (plus b c)) d)'],
    ['a == b in c', '(internal.member_2 (equal a b) c)'],
    ['k, v in xs', '(internal.member_3 k v xs)'],
    ['x := y in z', '(assign x (internal.member_2 y z))'],
    ['x = f(y, z in w)', '(eq x (f y (internal.member_2 z w)))'],
    ['-x', '(minus 0 x)'],
    ['- 5', '-5'],
    ['.5', '0.5'],
    ['1e3', '1000'],
    ['1.0', '1'],
    ['12345678901234567890', '12345678901234567890n'],
    ['1e20', '100000000000000000000n'],
    ['123456789012345678.9e1', '1234567890123456789n'],
    ['0.1', '0.1'],
    ['-0', '0'],
    ['"a\\u00e9\\n\\/"', '"aé\\n/"'],
    ['`a\\n\n"`', '"a\\\\n\\n\\""'],
    ['"\\ud800"', '"\ufffd"'],
    ['a.b["c d"][x][0]', 'a["b"]["c d"][x][0]'],
    ['a.if.contains.not', 'a["if"]["contains"]["not"]'],
    ['if.x', 'if["x"]'],
    ['not.x', 'not["x"]'],
    ['not x', 'not x'],
    ['data.f(1).g', '(data.f 1)["g"]'],
    ['[1, 2,][0]', '[1 2][0]'],
    ['{x | x := 1}["a"]', '{x | (assign x 1)}["a"]'],
    ['set()', '{}'],
    ['{1, 2,}', '{1 2}'],
    ['{"a": 1, b: {},}', '{"a":1 b:{}}'],
    ['{a | b}', '{a | b}'],
    ['{a | b, c}', '{(or a b) c}'],
    ['[a | b, c]', '[(or a b) c]'],
    ['[(a | b)]', '[(or a b)]'],
    ['{a + 1: b | c}', '{(plus a 1):b | c}'],
    ['{a: b | c; d}', '{a:b | c; d}'],
    ['{a: b + 1}', '{a:(plus b 1)}'],
    ['[x | some x in [y | z]]', '[x | some x in [y | z]]'],
    ['some x, y', 'some x y'],
    ['some x in xs with a.b as 1', 'some x in xs with a["b"] as 1'],
    ['some k, {"a": v} in xs', 'some k {"a":v} in xs'],
    ['every x in xs { x > 1; y }', 'every x in xs ((gt x 1); y)'],
    ['every k, v in xs { k == v } with input as 1', 'every k v in xs ((equal k v)) with input as 1'],
    ['not f(x) with input.a as 1 with data.b as g', 'not (f x) with input["a"] as 1 with data["b"] as g'],
    ['contains("a", "b")', '(contains "a" "b")'],
    ['x[_].y[_]', 'x[_]["y"][_]'],
    ['$"a {x} \\{b} {f(1) with input as 2}"', '$"a "+x+" {b} "+(f 1) with input as 2'],
    ['$`\\n{$"{x}"}\\{`', '$"\\\\n"+$x+"{"'],
    ['$""', '$'],
    ['x; y\nz', 'x; y; z'],
    ['x # y\n# z\nw', 'x; w'],
    ['f(\n  1, # one\n  2,\n)', '(f 1 2)'],
  ])('%s', (text, tree) => {
    expect(showBody(parseQuery(text, 'v1').body)).toBe(tree)
  })
})

describe('rules of v1', () => {
  test.each([
    ['p := 1', 'p := 1', ''],
    ['p if x', 'p', 'x'],
    ['p if { x; y }', 'p', 'x; y'],
    ['p := 1 if x == 1', 'p := 1', '(equal x 1)'],
    ['p if {"a": 1}.a == 1', 'p', '(equal {"a":1}["a"] 1)'],
    ['p if {1} == x', 'p', '(equal {1} x)'],
    ['p if {x | x := 1}', 'p', '{x | (assign x 1)}'],
    ['p if {}', 'p', '{}'],
    ['p if { {1} }', 'p', '{1}'],
    ['p if set()', 'p', '{}'],
    ['p contains x if some x in xs', 'p contains x', 'some x in xs'],
    ['p contains {"msg": m} if { m := 1 }', 'p contains {"msg":m}', '(assign m 1)'],
    ['a.b[x].c := v if x', 'a/"b"/x/"c" := v', 'x'],
    ['a.b contains 1', 'a/"b" contains 1', ''],
    ['p[x] if x', 'p/x', 'x'],
    ['p[x] := 1 if x', 'p/x := 1', 'x'],
    ['f(x, _) := x', 'f(x _) := x', ''],
    ['f.g(x) if x', 'f/"g"(x)', 'x'],
    ['f(1)', 'f(1)', ''],
    ['default p := {"a": [1]}', 'p := {"a":[1]}', ''],
    ['default f(_) := 1', 'f(_) := 1', ''],
    ['default p', 'p = true', ''],
    ['if.x := 1', 'if/"x" := 1', ''],
    ['p = 1', 'p = 1', ''],
  ])('%s', (text, head, body) => {
    const read = rule(text)
    expect([showHead(read), showBody(read.body)]).toEqual([head, body])
  })

  test('else chains nest, each with its own value and body', () => {
    const read = rule('p := 1 if a else := 2 if { b } else := 3')
    expect(showHead(read)).toBe('p := 1')
    expect(showBody(read.else?.body ?? [])).toBe('b')
    expect(show(read.else?.else?.head.value)).toBe('3')
    expect(read.else?.else?.body).toEqual([])
  })
  test('chained bodies are rules of the same head', () => {
    expect(rules('p if { a } { b }').map(({ body }) => showBody(body))).toEqual(['a', 'b'])
  })
})

describe('rules of v0', () => {
  test.each([
    ['p { x }', 'p', 'x'],
    ['p[x] { x }', 'p contains x', 'x'],
    ['p["a"]', 'p contains "a"', ''],
    ['p.a', 'p contains "a"', ''],
    ['p[x] = y { x }', 'p/x = y', 'x'],
    ['p = x { x := 1 }', 'p = x', '(assign x 1)'],
    ['f(x) { x }', 'f(x)', 'x'],
    ['a.b.c { x }', 'a/"b"/"c"', 'x'],
    ['if := 1', 'if := 1', ''],
  ])('%s', (text, head, body) => {
    const read = rule(text, 'v0')
    expect([showHead(read), showBody(read.body)]).toEqual([head, body])
  })

  test('imports switch keywords on, one by one or all of v1', () => {
    expect(rule('import future.keywords.if\np if { x }', 'v0').body).toHaveLength(1)
    expect(rule('import future.keywords\np contains x if x', 'v0').head.contains).toBeDefined()
    expect(showBody(rule('import future.keywords.every\np { every x in y { x } }', 'v0').body)).toContain('every')
    expect(parse('package p\nimport rego.v1\np if x', 'v0').version).toBe('v1')
    expect(parse('package p\nimport future.keywords\np if x', 'v0').version).toBe('v0')
    expect(() => parse('package p\nimport rego.v1\np { x }', 'v0')).toThrow('`if` keyword is required')
  })
})

test('packages and imports keep their paths and aliases', () => {
  const read = parse('package a.b["c-d"]\nimport data.x.y as z\nimport input\nimport rego.v1\n')
  expect(read.package).toEqual(['data', 'a', 'b', 'c-d'])
  expect(read.imports.map(({ path, alias }) => [path.join('.'), alias])).toEqual([
    ['data.x.y', 'z'],
    ['input', undefined],
    ['rego.v1', undefined],
  ])
})

test('places count lines and characters, also behind characters of two units', () => {
  const text = 'package p\n\np if {\n\t"😀é" == input.x\n\tnot y with input as `a\nb`\n}\n'
  const {
    rules: [read],
  } = parse(text)
  const [first, second] = read?.body ?? []
  expect(first?.location).toMatchObject({ row: 4, col: 2 })
  const call = first?.is === 'term' && first.term.is === 'call' ? first.term : undefined
  expect(call?.args[1]?.location).toMatchObject({ row: 4, col: 10 })
  expect(text.slice(second?.location.offset, second?.location.end)).toBe('not y with input as `a\nb`')
  expect(text.slice(read?.location.offset, read?.location.end)).toBe(text.slice(11, -1))
})

describe('mistakes say what was found, what was expected and what to do', () => {
  test.each<[string, Version, string, string]>([
    ['p := [1, 2', 'v1', '2:11 unexpected eof token: expected "," or "]"', '[ was opened at 2:6'],
    ['p if {\n x\n', 'v1', '4:1 unexpected eof token', '{ was opened at 2:6'],
    ['p := 1)', 'v1', '2:7 unexpected ) token: expected a rule', 'no bracket is open'],
    ['p { x }', 'v1', '2:1 `if` keyword is required before rule body', 'version v0'],
    ['p[x] { x }', 'v1', '2:1 `if` keyword is required before rule body', 'contains'],
    ['p == 1', 'v1', '2:3 unexpected == token', ':= gives a rule its value'],
    ['p if { x y }', 'v1', '2:10 unexpected identifier token y: expected \\n or ; or }', ''],
    ['p if { a or b }', 'v1', '2:10 unexpected identifier token or', 'several rules'],
    ['p if { x }', 'v0', '2:1 var cannot be used for rule name', 'import future.keywords.if'],
    ['p { some x in y }', 'v0', '2:12 unexpected identifier token in', 'import future.keywords.in'],
    ['p { every x in y { x } }', 'v0', '2:11 unexpected identifier token x', 'import future.keywords.every'],
    ['every := 1', 'v1', '2:1 every keyword cannot be used for rule name', ''],
    ['import foo', 'v1', '2:8 unexpected import path, must begin with one of', ''],
    ['import data.if', 'v1', '2:8 unexpected import path, must not end with a keyword', 'use an alias'],
    ['p contains x if { x } else := 1', 'v1', '2:23 else keyword cannot be used on multi-value rules', ''],
    ['default p := x', 'v1', '2:1 illegal default rule (value cannot contain var)', ''],
    ['p := 01', 'v1', '2:6 expected number without leading zero', ''],
    ['p := "a\\q"', 'v1', '2:6 illegal escape sequence', ''],
    ['p := "abc', 'v1', '2:6 non-terminated string', ''],
    ['p := "a".b', 'v1', '2:6 illegal ref (head cannot be a constant)', ''],
    ['p := 1 ! 2', 'v1', '2:8 illegal token', ''],
    ['p := $"{x = 1}"', 'v1', "2:9 unexpected unification ('=')", ''],
    ['package b', 'v1', '2:1 unexpected package', 'one package'],
  ])('%s (%s)', (text, version, message, hint) => {
    const [first] = errorsOf(`package p\n${text}`, version)
    expect(`${first?.location?.row}:${first?.location?.col} ${first?.message}`).toContain(message)
    expect(first?.hint ?? '').toContain(hint)
  })

  test('all mistakes of a file are told, up to ten', () => {
    expect(errorsOf('package p\na := ]\nb := 1\nc := )\nd { x }\n').map(({ location }) => location?.row)).toEqual([
      2, 4, 5,
    ])
    expect(errorsOf(`package p\n${'a := ]\n'.repeat(50)}`)).toHaveLength(10)
  })
  test('a file without a package, and an empty one', () => {
    expect(errorsOf('p := 1')[0]?.message).toBe('package expected')
    expect(errorsOf('# nothing')[0]?.message).toBe('empty module')
    expect(errorsOf('package foo.')[0]?.message).toContain('unexpected eof token: expected ident')
  })
})

const errorsOf = (text: string, version: Version = 'v1'): RegoErrors['errors'] => {
  try {
    parse(text, version)
  } catch (error) {
    if (error instanceof RegoErrors) return error.errors
    throw error
  }
  return []
}

describe('hostile texts end with an error, quickly', () => {
  const many = 1_000_000
  test.each([
    ['a megabyte of open brackets', `p := ${'['.repeat(many)}`],
    ['a megabyte of braces', `p := ${'{'.repeat(many)}`],
    ['a megabyte of closing brackets', `p := ${']'.repeat(many)}`],
    ['a megabyte of parentheses', `p := ${'('.repeat(many)}`],
    ['a long sum', `p := 1${'+1'.repeat(100_000)}`],
    ['sums within sums', `p := ${'('.repeat(390)}1${'+1+1)'.repeat(390)}`],
    ['many else', `p if x${' else if y'.repeat(10_000)}`],
    ['nested templates', `p := ${'$"{'.repeat(100_000)}`],
    ['ambiguous comprehensions', `p := ${'{a|b,'.repeat(300)}`],
    ['comprehensions that do not end', `p if {${' x, {y | '.repeat(300)}`],
    ['object keys that do not end', `p := ${'{a+1:'.repeat(300)}`],
    ['an endless text', `p := "${'x'.repeat(many)}`],
    ['a number of a million digits', `p := ${'1'.repeat(many)}`],
    ['an exponent that is too big', 'p := 1e999999999'],
    ['a null character', 'p := "\0"'],
    ['half of a surrogate pair', 'p := "\ud800"'],
    ['half of a pair in a comment', '# \udc00\np := 1'],
  ])('%s', (_, text) => {
    const start = performance.now()
    expect(errorsOf(`package p\n${text}`)).not.toEqual([])
    expect(performance.now() - start).toBeLessThan(2000)
  })
  test('nesting that people write is fine', () => {
    expect(show(rule(`p := ${'['.repeat(390)}${']'.repeat(390)}`).head.value)).toHaveLength(780)
  })
})

test('whatever is written, it is read or refused with places', () => {
  const word = fc.constantFrom(
    ...[
      'p',
      'x',
      '_',
      'data',
      'input',
      'if',
      'contains',
      'in',
      'some',
      'every',
      'not',
      'with',
      'as',
      'else',
      'default',
    ],
    ...[
      'import',
      'package',
      'future',
      'rego.v1',
      'null',
      'true',
      '1',
      '-1.5e3',
      '.5',
      '"a"',
      '`b`',
      '$"{x}"',
      '$`{',
      '}`',
    ],
    ...[
      '[',
      ']',
      '{',
      '}',
      '(',
      ')',
      ',',
      ':',
      ';',
      '.',
      ':=',
      '=',
      '==',
      '!=',
      '<',
      '|',
      '&',
      '+',
      '-',
      '*',
      '/',
      '%',
    ],
    ...['\n', '\n\n', ' ', '# c\n', '# METADATA\n# title: a\n', '\u00e9', '"', '\\'],
  )
  const text = fc.oneof(
    fc.array(word, { maxLength: 60 }).map((words) => words.join(' ')),
    fc.array(word).map((words) => words.join('')),
    fc.string(),
  )
  fc.assert(
    fc.property(text, fc.constantFrom<Version>('v0', 'v1'), (body, version) => {
      try {
        parse(`package p\n${body}`, version)
      } catch (error) {
        expect(error).toBeInstanceOf(RegoErrors)
        for (const { location } of (error as RegoErrors).errors) expect(location?.row).toBeGreaterThan(0)
      }
    }),
    { numRuns: 1500, seed: 3 },
  )
})

const shared = new URL('../../../../../shared/conformance/rego/', import.meta.url)
test.skipIf(!existsSync(shared))('every module and query of the conformance cases parses', () => {
  for (const file of readdirSync(shared)) {
    const cases = JSON.parse(readFileSync(new URL(file, shared), 'utf8')) as { query: string; modules?: string[] }[]
    for (const { query, modules } of cases) {
      expect(parseQuery(query, 'v1').body).not.toEqual([])
      for (const text of modules ?? []) expect(parse(text).rules).toBeDefined()
    }
  }
})
