import { describe, expect, test } from 'vitest'
import { compile, RegoErrors } from '../index.ts'
import type { CompileOptions } from '../policy.ts'

/** Code, place and message of everything that is wrong with a package `a`. */
const mistakes = (text: string, options: CompileOptions = {}): string[] => {
  try {
    compile([{ file: 'a.rego', text: `package a\n${text}` }], options)
    return []
  } catch (error) {
    if (!(error instanceof RegoErrors)) throw error
    return error.errors.map(
      (each) => `${each.location?.row}:${each.location?.col} ${each.code} ${each.message.split('\n')[0]}`,
    )
  }
}

describe('a policy that cannot mean anything is refused, with the place', () => {
  // what `opa check` says about the same files
  const table: readonly (readonly [string, readonly string[]])[] = [
    ['p if { x := 1; x := 2 }', ['2:16 rego_compile_error var x assigned above']],
    ['p if { x := x }', ['2:8 rego_compile_error var x referenced above']],
    ['p if { some x; x := 1 }', ['2:16 rego_compile_error var x declared above']],
    ['f(x) := y if { x := 1; y := x }', ['2:16 rego_compile_error arg x redeclared']],
    ['p if { input.a := 1 }', ['2:8 rego_compile_error cannot assign to ref']],
    ['p if { not x := 1 }', ['2:8 rego_compile_error cannot assign vars inside negated expression']],
    ['p if { x > 1 }', ['2:8 rego_unsafe_var_error var x is unsafe']],
    ['p := {x | y}', ['2:7 rego_unsafe_var_error var x is unsafe', '2:11 rego_unsafe_var_error var y is unsafe']],
    ['p if { not input.xs[_] }', ['2:21 rego_unsafe_var_error var _ is unsafe']],
    ['p if { every x in [1] { x > y } }', ['2:29 rego_unsafe_var_error var y is unsafe']],
    ['f(x) := x\np := f(1, 2, 3)', ['3:6 rego_type_error function data.a.f has arity 1, got 3 arguments']],
    [
      'p if q\nq if p',
      [
        '2:1 rego_recursion_error rule data.a.p is recursive: data.a.p -> data.a.q -> data.a.p',
        '3:1 rego_recursion_error rule data.a.q is recursive: data.a.q -> data.a.p -> data.a.q',
      ],
    ],
    ['f(x) := f(x)', ['2:1 rego_recursion_error rule data.a.f is recursive: data.a.f -> data.a.f']],
    ['p := 1\np contains 2', ['2:1 rego_type_error conflicting rules data.a.p found']],
    ['q := 1\nq.r.s := 2', ['2:1 rego_type_error rule data.a.q conflicts with [data.a.q.r.s]']],
    ['f(x) := 1\np if f', ['3:6 rego_type_error function data.a.f used as reference, not called']],
    [
      'p if input.x with foo as 1',
      ['2:19 rego_type_error with keyword target must reference existing input, data, or a function'],
    ],
    [
      'p if q.b with data.a.q.b as 1\nq := {"b": 1}',
      ['2:15 rego_compile_error with keyword cannot partially replace virtual document(s)'],
    ],
    ['p := count(1)', ['2:6 rego_type_error count: invalid argument(s)']],
    ['p if { x := "a"; x + 1 > 2 }', ['2:18 rego_type_error plus: invalid argument(s)']],
    ['q := {"a": 1}\np if q.b', ['3:6 rego_type_error undefined ref: data.a.q.b']],
    ['p if 2 == "a"', ['2:6 rego_type_error match error']],
    ['p := all([true])', ['2:6 rego_type_error deprecated built-in function calls in expression: all']],
  ]
  for (const [text, wanted] of table) {
    test(text.replaceAll('\n', ' ⏎ '), () => {
      const found = mistakes(text).map((each) => each.replace(/:\d+ /, ' '))
      expect(found).toEqual(wanted.map((each) => each.replace(/:\d+ /, ' ')))
    })
  }

  test('everything wrong in several files is told at once', () => {
    const sources = [
      { file: 'one.rego', text: 'package a\np if x' },
      { file: 'two.rego', text: 'package a\nq if y' },
    ]
    expect(() => compile(sources)).toThrow('one.rego:2:6: var x is unsafe\ntwo.rego:2:6: var y is unsafe')
  })

  test('a function that does not exist comes with the nearest that does', () => {
    let hint: string | undefined
    try {
      compile([{ file: 'a.rego', text: 'package a\np if startwith("ab", "a")' }])
    } catch (error) {
      hint = (error as RegoErrors).errors[0]?.hint
    }
    expect(hint).toBe('did you mean startswith?')
  })

  test('built-ins that were taken away are refused, a family by its name', () => {
    expect(mistakes('p := io.jwt.decode("x")', { without: ['io.jwt'] })).toEqual([
      '2:6 rego_type_error unsafe built-in function calls in expression: io.jwt.decode',
    ])
  })
})

describe('a schema of the input', () => {
  const schema = {
    type: 'object',
    properties: {
      metadata: { $ref: '#/definitions/named' },
      tags: { type: 'array', items: { type: 'string' } },
      labels: { type: 'object', additionalProperties: { type: 'string' } },
    },
    definitions: { named: { type: 'object', properties: { name: { type: 'string' } } } },
  }
  test('finds references to what it does not have', () => {
    const found = mistakes('p if input.metdata.name\nq if input.metadata.name.x\nr if input.tags[_].x', {
      inputSchema: schema,
    })
    expect(found).toEqual([
      '2:6 rego_type_error undefined ref: input.metdata.name',
      '3:6 rego_type_error undefined ref: input.metadata.name.x',
      '4:6 rego_type_error undefined ref: input.tags[_].x',
    ])
  })
  test('and operands that cannot fit, but nothing that it allows', () => {
    expect(mistakes('p if input.metadata.name > count(input.tags)', { inputSchema: schema })).toEqual([])
    expect(mistakes('p if abs(input.metadata.name) > 1', { inputSchema: schema })).toEqual([
      '2:6 rego_type_error abs: invalid argument(s)',
    ])
    expect(mistakes('p if input.labels.any == "x"\nq if input.tags[0] == "x"', { inputSchema: schema })).toEqual([])
  })
  test('may stand above a rule, and an input given by with is another', () => {
    const head = '# METADATA\n# schemas:\n#   - input: {type: object, properties: {a: {type: number}}}\n'
    expect(mistakes(`${head}p if input.b`)).toEqual(['5:6 rego_type_error undefined ref: input.b'])
    expect(mistakes(`${head}p if input.b with input as {"b": 1}\nq if input.b`)).toEqual([])
  })
})

test('rules are told with their kind and what is written above them', () => {
  const policy = compile([
    {
      file: 'a.rego',
      text: 'package a.b\n\n# METADATA\n# title: Owners\ndeny contains 1\n\np := 2\n\nq[x] := 1 if x := input.x\n\nf(x) := x\n',
    },
  ])
  expect(policy.packages).toEqual(['a.b'])
  expect(policy.rules.map(({ path, kind }) => `${path} ${kind}`)).toEqual([
    'a/b/deny set',
    'a/b/p complete',
    'a/b/q object',
    'a/b/f function',
  ])
  expect(policy.rules[0]?.annotations[0]?.body).toMatchObject({ title: 'Owners' })
})

test('a v0 file means what it meant', () => {
  const policy = compile(
    [{ file: 'a.rego', text: 'package a\ndeny[msg] { input.x > 1; msg := "too big" }\nn[k] = v { v := input[k] }' }],
    { version: 'v0' },
  )
  expect(policy.evaluate({ entrypoint: 'a' }, { input: { x: 2 } }).value).toEqual({ deny: ['too big'], n: { x: 2 } })
})
