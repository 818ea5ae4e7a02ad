import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { format, type Module, parseModule, type Version } from './index.ts'
import { normal } from './same.ts'

const parse = (text: string, version: Version = 'v1'): Module => parseModule({ file: 'p.rego', text }, version)

describe('layout', () => {
  test.each([
    [
      'rules part by a blank line, one-liners may stand together',
      'p := 1\nq   =  2\nr if {x}\n\n\ns if { x; y }',
      'p := 1\nq := 2\nr if x\n\ns if {\n\tx\n\ty\n}\n',
    ],
    [
      'brackets over lines are indented with a comma at each end',
      'p := [1,\n 2, 3,\n [4]]',
      'p := [\n\t1,\n\t2, 3,\n\t[4],\n]\n',
    ],
    ['operands that are operations have parentheses', 'p := 1+2*3', 'p := 1 + (2 * 3)\n'],
    ['membership as an operand keeps its parentheses', 'p if (1 in [2]) == true', 'p if (1 in [2]) == true\n'],
    ['bodies of comprehensions stay on their line', 'p := {x|some x in y;x}', 'p := {x | some x in y; x}\n'],
    ['or go below it', 'p := [x|\n x := 1\n\n\n x]', 'p := [x |\n\tx := 1\n\n\tx\n]\n'],
    [
      'with clauses on lines of their own are indented',
      'p if {\n x with a as 1\n with b as 2\n}',
      'p if {\n\tx with a as 1\n\t\twith b as 2\n}\n',
    ],
    [
      'else follows its brace',
      'p := 1 if {\n x\n}else:=2 if{\n y\n} else := 3',
      'p := 1 if {\n\tx\n} else := 2 if {\n\ty\n} else := 3\n',
    ],
    [
      'strings and numbers stay as they are written',
      'p := ["\\u00e9", `\\n`, 1e3, 1.50, - 2]',
      'p := ["\\u00e9", `\\n`, 1e3, 1.50, -2]\n',
    ],
    ['keywords in references', 'p := a.if["not"].x["y"]', 'p := a.if["not"].x.y\n'],
    [
      'comments keep their place',
      '# one\n\n# two\np if { # three\n # four\n x # five\n\n # six\n}\n# seven',
      '# one\n\n# two\np if { # three\n\t# four\n\tx # five\n\t# six\n}\n\n# seven\n',
    ],
    ['comments inside brackets too', 'p := f(1, # a\n # b\n 2)', 'p := f(\n\t1, # a\n\t# b\n\t2,\n)\n'],
    [
      'a rule whose comments have no place stays as it is',
      'p := {"a": # x\n{"b": # y\n 1}}',
      'p := {"a": # x\n{"b": # y\n 1}}\n',
    ],
    ['a set behind if needs braces around it', 'p if { {1} }', 'p if {\n\t{1}\n}\n'],
    ['templates', 'p := $"a {1+2} \\{"', 'p := $"a {1 + 2} \\{"\n'],
  ])('%s', (_, text, laidOut) => {
    expect(format(parse(`package p\n${text}`))).toBe(`package p\n\n${laidOut}`)
  })

  test('imports are sorted within their group and keep their comments', () => {
    expect(format(parse('package p\nimport data.b # second\nimport data.a as x\n\nimport input.y\np := 1'))).toBe(
      'package p\n\nimport data.a as x\nimport data.b # second\n\nimport input.y\n\np := 1\n',
    )
  })
  test('v0 stays v0', () => {
    expect(format(parse('package p\ndeny[msg]{msg:="a"}\nq=1{true}\nf(x)=y{y=x}', 'v0'))).toBe(
      'package p\n\ndeny[msg] {\n\tmsg := "a"\n}\n\nq = 1\n\nf(x) = y {\n\ty = x\n}\n',
    )
  })
  test('an upgraded v0 file is read alike as v0 and as v1', () => {
    const upgraded = format(
      parse(
        'package p\nimport future.keywords.in\nimport data.x\ndeny[msg] { some a in b; msg = "a" }\nok { x }\nf(x) = y { y = x } else = 2 { true }',
        'v0',
      ),
      { upgrade: true },
    )
    expect(upgraded).toBe(
      'package p\n\nimport rego.v1\n\nimport data.x\n\ndeny contains msg if {\n\tsome a in b\n\tmsg = "a"\n}\n\nok if x\nf(x) := y if y = x\n\nelse := 2\n',
    )
    expect(format(parse(upgraded, 'v0'))).toBe(upgraded)
    expect(format(parse(upgraded, 'v1'))).toBe(upgraded)
  })
})

/** Texts of Rego with spaces, line ends and comments wherever they may stand. */
const name = fc.constantFrom('x', 'y', 'z', 'input', 'data.a', '_')
const literal = fc.constantFrom(
  '1',
  '-2.50',
  '1e3',
  '"a\\n{"',
  '`r\n`',
  'true',
  'null',
  '[]',
  '{}',
  'set()',
  '$"t {x} \\{"',
)
const gap = fc.constantFrom('', '', ' ', '  ', '\n', '\n\n', ' # c\n', '\n# d\n')
const between = (open: string, parts: readonly (readonly [string, string])[], close: string): string =>
  `${open}${parts.map(([before, part]) => before + part).join(',')}${close}`
const { term } = fc.letrec<{ term: string; operand: string; body: string }>((tie) => {
  const items = fc.array(fc.tuple(gap, tie('term')), { minLength: 1, maxLength: 3 })
  return {
    operand: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      name,
      literal,
      items.chain((each) => gap.map((end) => between('[', each, `${end}]`))),
      items.chain((each) => gap.map((end) => between('{', each, `${end}}`))),
      items.map((each) => between('f.g(', each, ')')),
      fc.tuple(gap, tie('term'), gap, tie('term')).map(([a, key, b, value]) => `{${a}"k": 1,${b}(${key}): (${value})}`),
      fc.tuple(tie('operand'), gap, tie('body'), gap).map(([head, a, body, b]) => `[${head} |${a} ${body}${b}]`),
      fc.tuple(tie('operand'), gap, tie('body')).map(([head, a, body]) => `{${head} |${a} ${body}}`),
      tie('term').map((each) => `(${each})`),
      fc.tuple(name, tie('term')).map(([head, each]) => `${head}["b"][${each}].c`),
    ),
    term: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      tie('operand'),
      fc
        .tuple(tie('operand'), fc.constantFrom('+', '-', '*', '|', '&', '==', '<', 'in'), gap, tie('operand'))
        .map(([left, operator, a, right]) => `${left} ${operator} ${a}${right}`),
    ),
    body: fc
      .array(
        fc.tuple(
          fc.constantFrom('', 'not ', 'x := ', 'y = ', 'some x in ', 'some '),
          tie('term'),
          fc.constantFrom('', ' with input as 1', '\nwith input.a as 2'),
        ),
        { minLength: 1, maxLength: 3 },
      )
      .map((exprs) =>
        exprs.map(([before, each, after]) => (before === 'some ' ? 'some v' : `${before}${each}${after}`)).join('\n'),
      ),
  }
})
const rule = fc
  .tuple(
    fc.constantFrom('p', 'p contains 1', 'p[x] := y', 'f(x, [_])', 'a.b.c := 2', 'p := {"a": 1}'),
    fc.array(fc.tuple(gap, term), { minLength: 1, maxLength: 3 }),
    gap,
    fc.boolean(),
  )
  .map(([head, exprs, end, isLine]) =>
    isLine ? `${head} if ${exprs[0]?.[1]}` : `${head} if {${exprs.map(([a, each]) => `${a}${each}`).join('\n')}${end}}`,
  )
const file = fc
  .array(fc.tuple(gap, rule), { minLength: 1, maxLength: 4 })
  .map((rules) => `package p\n${rules.map(([a, each]) => `${a}${each}`).join('\n')}\n# end`)

const readable = (text: string): Module | undefined => {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

test('what is laid out reads as the same rules with the same comments, and is laid out as itself', () => {
  fc.assert(
    fc.property(file, (text) => {
      const module = readable(text)
      fc.pre(module !== undefined)
      if (module === undefined) return
      const once = format(module)
      const again = parse(once)
      expect(again.rules.map(normal)).toEqual(module.rules.map(normal))
      expect(again.comments.map((each) => each.text.trimEnd()).sort()).toEqual(
        module.comments.map((each) => each.text.trimEnd()).sort(),
      )
      expect(format(again)).toBe(once)
    }),
    { numRuns: 200, seed: 7 },
  )
})
