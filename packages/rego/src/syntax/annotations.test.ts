import { describe, expect, test } from 'vitest'
import { RegoErrors } from '../policy.ts'
import { type Annotation, parseModule, toJsonAst } from './index.ts'

const annotations = (text: string): readonly Annotation[] => parseModule({ file: 'p.rego', text }, 'v1').annotations

test('authors, resources and schemas are told in their long form, the rest as written', () => {
  const text = `# METADATA
# title: Owners
# description: |
#   every product: has one
# authors:
#   - Jane Doe <jane@example.com>
#   - { email: team@example.com }
# organizations: [Acme]
# related_resources:
#   - https://example.com/a
#   - { ref: https://example.com/b, description: why }
# schemas:
#   - input.a: schema.b["c"]
#   - data.x: { type: string }
# custom: { severity: 3 }
# unknown: left out
package p
`
  expect(annotations(text)).toEqual([
    {
      scope: 'package',
      body: {
        title: 'Owners',
        description: 'every product: has one\n',
        authors: [{ name: 'Jane Doe', email: 'jane@example.com' }, { email: 'team@example.com' }],
        organizations: ['Acme'],
        related_resources: [{ ref: 'https://example.com/a' }, { ref: 'https://example.com/b', description: 'why' }],
        schemas: [
          { path: ['input', 'a'], schema: ['schema', 'b', 'c'] },
          { path: ['data', 'x'], definition: { type: 'string' } },
        ],
        custom: { severity: 3 },
      },
      location: { file: 'p.rego', row: 1, col: 1, offset: 0, end: text.indexOf('\npackage') },
    },
  ])
})

test('a block belongs to the rule below it; an entrypoint means the document', () => {
  const found = annotations(
    'package p\n# METADATA\n# title: a\na := 1\n\n# METADATA\n# entrypoint: true\nb := 1\n\n# METADATA\n# scope: document\n# title: c\n\n# a remark\nc := 1\n',
  )
  expect(found.map(({ scope, rule, body }) => [scope, rule, Object.keys(body)])).toEqual([
    ['rule', 0, ['title']],
    ['document', 1, ['entrypoint']],
    ['document', 2, ['title']],
  ])
})
test('a block ends where a line is missing, and two can follow each other', () => {
  expect(
    annotations('package p\n# METADATA\n# title: a\n#\n# METADATA\n# title: b\n\n# not: [ read\np := 1').map(
      ({ body }) => body.title,
    ),
  ).toEqual(['a', 'b'])
})
test('an indented METADATA is a remark', () => {
  expect(annotations('package p\np if {\n\t# METADATA\n\t# x: [\n\tx\n}')).toEqual([])
})

describe('mistakes are told with their line', () => {
  test.each([
    ['# METADATA\n# title: a\n# authors: [\np := 1', '4:1 yaml:'],
    ['# METADATA\n# title: [a]\np := 1', '2:1 yaml: title must be a text'],
    ['# METADATA\n#\np := 1', '2:1 expected METADATA block, found whitespace'],
    ['# METADATA\n# scope: rules\np := 1', "2:1 invalid annotation scope 'rules'"],
    ['# METADATA\n# scope: package\np := 1', "2:1 annotation scope 'package' must be applied to package (have rule)"],
    ['# METADATA\n# title: a\nimport data.x', "2:1 invalid annotation scope 'import'"],
    ['# METADATA\n# scope: rule\n# entrypoint: true\np := 1', '2:1 annotation entrypoint applied to'],
    ['# METADATA\n# authors: [" "]\np := 1', '2:1 invalid author definition'],
    ['# METADATA\n# related_resources: [{}]\np := 1', '2:1 invalid related-resource definition'],
    ['# METADATA\n# schemas: [{input.x: foo}]\np := 1', '2:1 invalid schema reference'],
    [`# METADATA\n# title: ${'['.repeat(100_000)}\np := 1`, '2:1 yaml'],
    [
      `# METADATA\n# custom:\n#  a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghijk'].map((at) => `#  ${at}: &${at} [${`*${String.fromCharCode(at.charCodeAt(0) - 1)},`.repeat(9)}]\n`).join('')}p := 1`,
      '2:1 yaml: Excessive alias count',
    ],
  ])('%#', (text, message) => {
    try {
      annotations(`package p\n${text}`)
      expect.unreachable()
    } catch (error) {
      const [first] = error instanceof RegoErrors ? error.errors : []
      expect(`${first?.location?.row}:${first?.location?.col} ${first?.message}`.slice(0, 120)).toContain(
        message.slice(message.startsWith('2:1 yaml') && !message.includes('title') && !message.includes('Ex') ? 4 : 0),
      )
    }
  })
})

test('the JSON of a tree has the shape that OPA gives', () => {
  const module = parseModule(
    {
      file: 'p.rego',
      text: 'package a.b\nimport data.x as y\np contains {2, 1, 2} if { some k in input; not f(k) with input as null }\n# é\nf(_) := 12345678901234567890',
    },
    'v1',
  )
  expect(toJsonAst(module)).toEqual({
    package: {
      path: [
        { type: 'var', value: 'data' },
        { type: 'string', value: 'a' },
        { type: 'string', value: 'b' },
      ],
    },
    imports: [
      {
        path: {
          type: 'ref',
          value: [
            { type: 'var', value: 'data' },
            { type: 'string', value: 'x' },
          ],
        },
        alias: 'y',
      },
    ],
    rules: [
      {
        head: {
          name: 'p',
          key: {
            type: 'set',
            value: [
              { type: 'number', value: 1 },
              { type: 'number', value: 2 },
            ],
          },
          ref: [{ type: 'var', value: 'p' }],
        },
        body: [
          {
            index: 0,
            terms: {
              symbols: [
                {
                  type: 'call',
                  value: [
                    {
                      type: 'ref',
                      value: [
                        { type: 'var', value: 'internal' },
                        { type: 'string', value: 'member_2' },
                      ],
                    },
                    { type: 'var', value: 'k' },
                    { type: 'ref', value: [{ type: 'var', value: 'input' }] },
                  ],
                },
              ],
            },
          },
          {
            index: 1,
            negated: true,
            terms: [
              { type: 'ref', value: [{ type: 'var', value: 'f' }] },
              { type: 'var', value: 'k' },
            ],
            with: [
              {
                target: { type: 'ref', value: [{ type: 'var', value: 'input' }] },
                value: { type: 'null', value: {} },
              },
            ],
          },
        ],
      },
      {
        head: {
          name: 'f',
          args: [{ type: 'var', value: '$0' }],
          value: { type: 'number', value: 12345678901234567890n },
          assign: true,
          ref: [{ type: 'var', value: 'f' }],
        },
        body: [{ index: 0, terms: { type: 'boolean', value: true } }],
      },
    ],
    comments: [{ Text: 'IMOp', Location: { file: 'p.rego', row: 4, col: 1 } }],
  })
})
