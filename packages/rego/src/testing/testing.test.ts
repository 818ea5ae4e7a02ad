import { describe, expect, test } from 'vitest'
import { compile, explain, RegoErrors, renderCoverage, renderTrace, runTests, type Source } from '../index.ts'

const policy: Source = {
  file: 'orders.rego',
  text: `package orders

allow if input.role == "admin"

allow if {
	input.role == "user"
	limit := data.limits[input.name]
	input.amount < limit
}

deny contains "not allowed" if not allow

double(x) := x * 2
`,
}
const suite = (body: string): Source[] => [
  policy,
  { file: 'orders_test.rego', text: `package orders_test\n\nimport data.orders\n\n${body}` },
]
const told = (body: string, options: Parameters<typeof runTests>[1] = {}): string[] =>
  runTests(suite(body), options).results.map(
    ({ name, passed, skipped }) => `${name} ${skipped ? 'skipped' : passed ? 'passed' : 'failed'}`,
  )

describe('test rules', () => {
  test('pass when their value is true and nothing else', () => {
    expect(
      told(`
test_true if orders.allow with input.role as "admin"
test_undefined if orders.allow with input.role as "guest"
test_false := false
test_text := "true"
test_builtin_error if 1 / 0 == 1
todo_test_later if false
nested.test_inside if true
helper_test_no if true
test_function(x) if x
`),
    ).toEqual([
      'test_true passed',
      'test_undefined failed',
      'test_false failed',
      'test_text failed',
      'test_builtin_error failed',
      'todo_test_later skipped',
      'nested.test_inside passed',
    ])
  })
  test('that stand twice are two tests', () => {
    expect(told('test_x if true\ntest_x if false\ntest_x if true')).toEqual([
      'test_x passed',
      'test_x#01 failed',
      'test_x#02 passed',
    ])
  })
  test('of older files run as v0', () => {
    const sources = [
      { file: 'a.rego', text: 'package a\ndeny[m] { m := input.x }\ntest_a { deny["y"] with input.x as "y" }' },
    ]
    expect(runTests(sources, { version: 'v0' }).results.map(({ passed }) => passed)).toEqual([true])
  })
  test('with keys have one result per row, also for rows that never came true', () => {
    const { results } = runTests(
      suite(`
test_double[row.note] if {
	some row in [{"note": "two", "in": 1, "out": 2}, {"note": "wrong", "in": 2, "out": 5}, {"note": "four", "in": 2, "out": 4}]
	got := orders.double(row.in)
	got == row.out
}
test_all[note] if {
	some note, n in {"a": 1, "b": 2}
	n > 0
}
test_none[note] if {
	some note in []
	note
}
`),
    )
    expect(results.map(({ passed }) => passed)).toEqual([false, true, false])
    expect(results[0]?.cases).toEqual([
      { path: ['four'], passed: true },
      { path: ['two'], passed: true },
      { path: ['wrong'], passed: false },
    ])
  })
  test('see data, the injected time, and a filter by their full name', () => {
    const body =
      'test_data if data.limits.kim == 3\ntest_now if time.now_ns() == 1767225600000000000\ntest_other if false'
    expect(
      told(body, {
        data: { limits: { kim: 3 } },
        now: new Date('2026-01-01T00:00:00Z'),
        filter: (name) => !name.endsWith('orders_test.test_other'),
      }),
    ).toEqual(['test_data passed', 'test_now passed'])
  })
  test('tell what they print, where they stand and, with a clock, how long they took', () => {
    let ticks = 0
    const { results } = runTests(suite('test_p if {\n\tprint("x is", 1)\n\tfalse\n}'), {}, { clock: () => ticks++ * 5 })
    expect(results[0]).toMatchObject({
      package: 'orders_test',
      prints: ['x is 1'],
      location: { file: 'orders_test.rego', row: 5, col: 1 },
      durationMs: 5,
    })
  })
  test('that fail carry their trace', () => {
    const { results } = runTests(
      suite('test_limit if {\n\torders.allow with input as {"role": "user", "name": "kim", "amount": 9}\n}'),
      { data: { limits: { kim: 3 } } },
    )
    expect(renderTrace(results[0]?.trace ?? [], { only: 'fails' })).toMatch(
      /orders_test\.rego:5 +\| Enter test_limit\n(.*\n)*orders\.rego:8 +\| \| Fail input\.amount < limit +# limit = 3\n/,
    )
  })
  test('a conflict and a spent limit are errors of that test alone', () => {
    const { results } = runTests(
      suite(
        'test_conflict if data.orders_test.c == 1\nc := 1\nc := 2 if true\ntest_long if count([x | some x in numbers.range(1, 1000000)]) > 0\ntest_fine if true',
      ),
      { limits: { steps: 10_000 } },
    )
    expect(results.map(({ name, passed, error }) => [name, passed, error?.code])).toEqual([
      ['test_conflict', false, 'eval_conflict_error'],
      ['test_long', false, 'eval_limit_error'],
      ['test_fine', true, undefined],
    ])
  })
  test('modules that do not compile are refused with all their mistakes', () => {
    expect(() => runTests(suite('test_x if nope(1)\ntest_y if ]'))).toThrow(RegoErrors)
  })
})

test('coverage joins the lines of all tests', () => {
  const { coverage } = runTests(suite('test_admin if orders.allow with input.role as "admin"'))
  expect(coverage['orders.rego']).toEqual({ covered: [3], notCovered: [5, 6, 7, 8, 11, 13] })
  expect(renderCoverage(coverage)).toBe(
    'orders.rego        14.3 %  1 of 7 lines, not 5-8, 11, 13\norders_test.rego  100.0 %  1 of 1 lines\nall                25.0 %  2 of 8 lines',
  )
})

describe('explain', () => {
  const asked = (input: unknown): string =>
    explain(compile([policy]), { entrypoint: 'orders/deny' }, { input, data: { limits: { kim: 3 } } }).text

  test('names the rules that took part and what each did not get past', () => {
    expect(asked({ role: 'user', name: 'kim', amount: 9 })).toBe(
      `data.orders.deny is ["not allowed"]
  orders/deny (orders.rego:11) is true
  orders/allow (orders.rego:3) is undefined: not past \`input.role == "admin"\` (orders.rego:3), where input.role is "user"
  orders/allow (orders.rego:5) is undefined: not past \`input.amount < limit\` (orders.rego:8), where limit is 3, input.amount is 9`,
    )
  })
  test('says so where something is missing in the input', () => {
    expect(asked({ role: 'user' })).toContain(
      'not past `limit := data.limits[input.name]` (orders.rego:7), where input.name is undefined',
    )
  })
  test('an allowed question', () => {
    expect(asked({ role: 'admin' })).toContain('orders/deny (orders.rego:11) is undefined: not past `not allow`')
  })
  test('expressions inside a comprehension count as the one that holds it', () => {
    const story = explain(
      compile([
        { file: 'c.rego', text: 'package c\np if {\n\tn := 3\n\tcount([x | some x in input.xs; x > n]) > 1\n}' },
      ]),
      { entrypoint: 'c/p' },
      { input: { xs: [1, 4, 2] } },
    )
    expect(story.rules[0]?.stoppedAt).toMatchObject({
      text: 'count([x | some x in input.xs; x > n]) > 1',
      values: { n: 3, 'input.xs': [1, 4, 2] },
    })
  })
  test('input that with replaced is not told as the one that was asked', () => {
    const story = explain(
      compile([{ file: 'w.rego', text: 'package w\np if q with input.a as 2\nq if input.a == 1' }]),
      { entrypoint: 'w/p' },
      { input: { a: 1 } },
    )
    expect(story.rules.find(({ path }) => path === 'w/q')?.stoppedAt?.values).toEqual({})
  })
})
