import { expect, test } from 'vitest'
import { compile, RegoErrors } from '../index.ts'

const problems = (text: string): string[] => {
  try {
    compile([{ file: 'p.rego', text: `package p\n\n${text}` }])
    return []
  } catch (error) {
    if (!(error instanceof RegoErrors)) throw error
    return error.errors.map((each) => `${each.code}: ${each.message.split('\n')[0]}`)
  }
}

test.each([
  ['r if { some x; true }', 'rego_compile_error: declared var x unused'],
  ['r if { every k, v in [1] { v > 0 } }', 'rego_compile_error: declared var k unused'],
  ['r if print(input.xs[_])', 'rego_compile_error: var _ is undeclared'],
  ['f(x) := upper(x)\nr := f(1)', 'rego_type_error: data.p.f: invalid argument(s)'],
  ['g(x) := f(x)\nf(x) := upper(x)\nr := g(1)', 'rego_type_error: data.p.g: invalid argument(s)'],
  ['f("a") := 1\nr := f(1)', 'rego_type_error: data.p.f: invalid argument(s)'],
  ['f(x) := upper(x)\nr if f("a") == 1', 'rego_type_error: match error'],
  ['r if {1, 2} == {"a"}', 'rego_type_error: match error'],
  ['r if [1, 2] == [1]', 'rego_type_error: match error'],
  ['r if {"a": 1} == {"b": 1}', 'rego_type_error: match error'],
  ['r contains "a"\n\ns if r[1]', 'rego_type_error: undefined ref: data.p.r[1]'],
])('%s is refused as OPA does', (text, problem) => {
  expect(problems(text)).toEqual([problem])
})

test.each([
  'r if { some x in [1]; true }',
  'r if { every _ in [1] { true } }',
  'f(x) := y if { y := x / x["y"]; product(x) }\nr := [z | some i in input.xs; z := f(i)]',
  'default f(x) := 1\nf(x) := upper(x)\nr := f(true)',
  'f(x) if x > 1\nr := f("x")',
])('%s is accepted as OPA does', (text) => {
  expect(problems(text)).toEqual([])
})

test('shapes that double with every rule are looked at to a limited depth', () => {
  const rules = Array.from(
    { length: 60 },
    (_, at) => `r${at + 1} := [r${at}, {"a": r${at}}]\nf${at}(x) := [x, r${at}]\nt${at} := f${at}(r${at})`,
  )
  expect(problems(['r0 := [1, "a"]', ...rules].join('\n'))).toEqual([])
})
