import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile, prepare, RegoError } from '../index.ts'
import type { EvaluateOptions } from '../policy.ts'

const input = { x: { y: 7 }, list: [10, 20, 30] }
const data = { base: { a: [{ n: 1 }, { n: 2 }] } }
const ask = (text: string, query: string, options: EvaluateOptions = {}): unknown =>
  compile([{ file: 't.rego', text: `package t\n${text}` }]).evaluate({ query }, { input, data, ...options }).value
const failure = (work: () => unknown): RegoError => {
  try {
    work()
  } catch (error) {
    if (error instanceof RegoError) return error
    throw error
  }
  throw new Error('nothing failed')
}

describe('rules come to what OPA makes of them', () => {
  // each asked of OPA 1.14 as well
  const table: readonly (readonly [string, unknown])[] = [
    ['p.q.r := 1\np.q.s := 2', { q: { r: 1, s: 2 } }],
    ['p[x].y := z if { some x, z in {"a": 1, "b": 2} }\np.a.z := 3', { a: { y: 1, z: 3 }, b: { y: 2 } }],
    ['p[x] contains y if { some x in ["k"]; some y in [2, 1] }', { k: [1, 2] }],
    ['p := x if { x = y; y = z; z = 3 }', 3],
    ['p := [a, b] if { [[a, 1], {"k": b}] = [[5, 1], {"k": 6}] }', [5, 6]],
    ['p := [i, j] if { some i, j; [[1, 2], [3, 4]][i][j] == 4 }', [1, 1]],
    ['default f(_) := 9\nf(1) := 1\np := [f(1), f(2)]', [1, 9]],
    ['p := 1 if { input.x.y == 8 } else := 2 if { input.x.y == 7 } else := 3', 2],
    ['p if { every i, v in input.list { v == (i + 1) * 10 } }', true],
    ['p if { not input.missing == 1 }', true],
    ['p if { not count(input.missing) == 1 }', undefined],
    ['p := x if { x := [v | some v in s] with input.list as [7] }\ns contains v if some v in input.list', [7]],
    ['f(x) := x\ng(x) := x * 100\np := x if { x := f(2) with f as g }', 200],
    ['g(x) := count(x) + 100\np := x if { x := count([1]) with count as g }', 101],
    ['p := x if { x := [s, t] with data.t.s as 10 }\ns := 1\nt := s + 1', [10, 11]],
    ['p := [v | walk({"a": [1, {"b": 2}]}, [_, v]); is_number(v)]', [1, 2]],
    ['p := {v | some o in data.base.a; v := o.n}', [1, 2]],
    ['p := $"{input.x.y} {input.missing} {[1, "a"]}"', '7 <undefined> [1, "a"]'],
    ['p := 0.1 + 0.2', 0.3],
    ['p := 9007199254740993 * 3', 27021597764222979n],
    ['p := 1 / 0', undefined],
  ]
  for (const [text, wanted] of table) {
    test(text.replaceAll('\n', ' ⏎ '), () => expect(ask(text, 'data.t.p')).toEqual(wanted))
  }

  test('rules stand beside plain data, which wins where both speak', () => {
    expect(ask('', 'data.base', { data: { base: { z: 1 } } })).toEqual({ z: 1 })
    const policy = compile([{ file: 't.rego', text: 'package base\nx := 1\ny := 2' }])
    expect(policy.evaluate({ entrypoint: 'base' }, { data: { base: { x: 5, z: 6 } } }).value).toEqual({
      x: 5,
      y: 2,
      z: 6,
    })
  })

  test.each([
    ['p := 1 if input.x\np := 2 if input.list', 'complete rules must not produce multiple outputs'],
    ['p[x] := v if { x := "k"; some v in [1, 2] }', 'object keys must be unique'],
    ['p := f(1)\nf(x) := v if some v in [x, 2]', 'functions must not produce multiple outputs for same inputs'],
  ])('%s', (text, message) => {
    expect(failure(() => ask(text, 'data.t.p'))).toMatchObject({ code: 'eval_conflict_error', message })
  })
})

describe('a query', () => {
  test('answers once for each way its variables can be', () => {
    const result = compile([]).evaluate({ query: 'data.base.a[i].n = n; n > 1' }, { data })
    expect(result.answers).toEqual([{ bindings: { i: 1, n: 2 }, expressions: [true, true] }])
  })
  test('of one expression has its value, even false; undefined has no answer', () => {
    expect(ask('', '1 == 2')).toBe(false)
    expect(compile([]).evaluate({ query: 'input.nothing' }, { input }).answers).toEqual([])
  })
})

test('the same question has the same answer: time and chance are given', () => {
  const at = { now: new Date('2026-11-20T10:00:00Z'), seed: 's' }
  const text = 'p := [time.now_ns(), rand.intn("a", 1000000), rand.intn("a", 1000000)]'
  const first = ask(text, 'data.t.p', at) as unknown[]
  expect(ask(text, 'data.t.p', at)).toEqual(first)
  expect(first[0]).toBe(1795168800000000000n)
  expect(first[1]).toBe(first[2])
  expect(ask(text, 'data.t.p', { ...at, seed: 'other' })).not.toEqual(first)
})

test('a built-in that fails is undefined, or stops a strict evaluation', () => {
  expect(ask('p := to_number("x")', 'data.t.p')).toBeUndefined()
  expect(failure(() => ask('p := to_number("x")', 'data.t.p', { strictBuiltinErrors: true })).code).toBe(
    'eval_builtin_error',
  )
})

test('print shows what is undefined and is told with its place', () => {
  const policy = compile([{ file: 't.rego', text: 'package t\np if {\n  print("x is", input.x, input.z)\n}' }])
  expect(policy.evaluate({ entrypoint: 't/p' }, { input: { x: [1] } }).prints).toMatchObject([
    { text: 'x is [1] <undefined>', location: { file: 't.rego', row: 3 } },
  ])
})

test('documents are converted once and used often', () => {
  const policy = compile([{ file: 't.rego', text: 'package t\np := count(data.base.a) + input.n' }])
  const held = prepare(data)
  for (const n of [1, 2, 3])
    expect(policy.evaluate({ entrypoint: 't/p' }, { input: prepare({ n }), data: held }).value).toBe(2 + n)
})

test('lists, sets and objects give back what was put in', () => {
  const policy = compile([{ file: 't.rego', text: 'package t\np := input\nq := [v | some v in input.list]' }])
  const one = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.integer(),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value')),
      fc.dictionary(fc.string(), tie('value')),
    ),
  })).value
  fc.assert(
    fc.property(fc.array(one), (list) => {
      const asked = { input: JSON.parse(JSON.stringify({ list })) as unknown }
      expect(policy.evaluate({ entrypoint: 't/p' }, asked).value).toEqual(asked.input)
      expect(policy.evaluate({ entrypoint: 't/q' }, asked).value).toEqual((asked.input as { list: unknown }).list)
    }),
    { numRuns: 50 },
  )
})

describe('a hostile policy ends', () => {
  const chain = (first: string, next: (before: string) => string, count: number): string =>
    [`x0 := ${first}`, ...Array.from({ length: count }, (_, at) => `x${at + 1} := ${next(`x${at}`)}`)].join('\n')
  const doubled = chain('[1]', (x) => `[${x}, ${x}]`, 60)
  const small = { limits: { steps: 200_000, bytes: 20_000_000 } }
  test.each([
    ['loops', 'p := count([1 | some a in numbers.range(1, 1000); some b in numbers.range(1, 1000); a == b * b * b])'],
    ['a range', 'p := count(numbers.range(1, 1000000000))'],
    ['a set that grows', 'p := {[a, b] | some a in numbers.range(1, 1000); some b in numbers.range(1, 1000)}'],
    ['a text that doubles', `p := count(x60)\n${chain('"aaaa"', (x) => `concat("", [${x}, ${x}])`, 60)}`],
    ['a number that squares itself', `p := x60 > 1\n${chain('99999999999', (x) => `${x} * ${x}`, 60)}`],
    ['shared lists compared', `p if x60 == y60\n${doubled}\n${doubled.replaceAll('x', 'y')}`],
    ['shared lists as keys', `p := {x60: 1}\n${doubled}`],
    ['shared lists told', `p := x60\n${doubled}`],
    ['shared lists walked', `p := count([1 | walk(x60, _)])\n${doubled}`],
    ['shared lists written', `p := sprintf("%v", [x60])\n${doubled}`],
    ['shared lists in a template', `p := $"{x60}"\n${doubled}`],
    ['with over a large input', 'p := count([x | some a in numbers.range(1, 100000); x := input with input.z as a])'],
    [
      'a large list asked for its maximum',
      'p := count([1 | some a in input.list; some b in input.list; max(input.list) == b])',
    ],
    ['a long body', `p if {\n${Array.from({ length: 20_000 }, (_, at) => `x${at} := ${at}`).join('\n')}\n}`],
    ['a long chain of rules', `p := x1500\n${chain('1', (x) => x, 1_500)}`],
  ])('%s', (_, text) => {
    const wide = { list: Array.from({ length: 3_000 }, (_, at) => at) }
    expect(failure(() => ask(text, 'data.t.p', { ...small, input: wide })).code).toBe('eval_limit_error')
  })
  test('input of any depth', () => {
    let deep: unknown = 1
    for (let at = 0; at < 100_000; at++) deep = [deep]
    expect(failure(() => ask('p := input', 'data.t.p', { input: deep })).code).toBe('eval_limit_error')
  })
})

describe('watching an evaluation', () => {
  const source = {
    file: 't.rego',
    text: 'package t\n\np if {\n  some x in [1, 2]\n  x > 1\n}\n\nq if {\n  input.never\n  1 == 1\n}\n',
  }
  test('the trace says what was tried, with the values', () => {
    const trace = compile([source]).evaluate({ entrypoint: 't/p' }, { trace: true, input: {} }).trace ?? []
    const told = trace
      .filter((each) => each.location?.file === 't.rego')
      .map((each) => `${each.op} ${each.text} ${JSON.stringify(each.locals)}`)
    expect(told).toContain('enter p {}')
    expect(told).toContain('fail x > 1 {"x":1}')
    expect(told).toContain('exit p {"x":2}')
  })
  test('coverage tells the lines that nothing reached', () => {
    const { coverage } = compile([source]).evaluate({ entrypoint: 't' }, { coverage: true, input: {} })
    expect(coverage).toEqual({ 't.rego': { covered: [3, 4, 5, 9], notCovered: [8, 10] } })
  })
  test('costs nothing where nobody asks', () => {
    const result = compile([source]).evaluate({ entrypoint: 't/p' })
    expect(result).not.toHaveProperty('trace')
    expect(result).not.toHaveProperty('coverage')
  })
})
