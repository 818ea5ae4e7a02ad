import { ensureSyntaxTree } from '@codemirror/language'
import { EditorState } from '@codemirror/state'
import { highlightTree, tagHighlighter, tags } from '@lezer/highlight'
import { describe, expect, test } from 'vitest'
import { modeOf } from './modes.ts'

const seen = tagHighlighter([
  { tag: tags.keyword, class: 'keyword' },
  { tag: tags.string, class: 'string' },
  { tag: tags.number, class: 'number' },
  { tag: tags.bool, class: 'bool' },
  { tag: tags.lineComment, class: 'comment' },
  { tag: tags.typeName, class: 'document' },
  { tag: tags.function(tags.variableName), class: 'call' },
  { tag: tags.definition(tags.variableName), class: 'rule' },
  { tag: tags.propertyName, class: 'key' },
])

/** What each word is told to be. */
const told = (path: string, doc: string): string[] => {
  const mode = modeOf(path)
  const state = EditorState.create({ doc, extensions: mode ? [mode] : [] })
  const tree = ensureSyntaxTree(state, doc.length, 5_000)
  const out: string[] = []
  if (tree) highlightTree(tree, seen, (from, to, kind) => out.push(`${kind} ${doc.slice(from, to)}`))
  return out
}

describe('colours of Rego', () => {
  test('rule heads, keywords, calls, documents and literals', () => {
    expect(
      told(
        'a.rego',
        'package x.y # why\ndeny contains msg if {\n\tcount(input.a) == 3\n\tnot true\n\tmsg := sprintf("%d \\"q\\"", [1])\n}',
      ),
    ).toEqual([
      'keyword package',
      'comment # why',
      'rule deny',
      'keyword contains',
      'keyword if',
      'call count',
      'document input',
      'number 3',
      'keyword not',
      'bool true',
      'call sprintf',
      'string "%d \\"q\\""',
      'number 1',
    ])
  })
  test('a raw string goes over lines and ends', () => {
    expect(told('a.rego', 'x := `one\nif #` if 1')).toEqual([
      'rule x',
      'string `one',
      'string if #`',
      'keyword if',
      'number 1',
    ])
  })
  test('names with dots that are called are one word', () => {
    expect(told('a.rego', '  time.now_ns() > 1')).toEqual(['call time.now_ns', 'number 1'])
  })
})

test('keys of JSON and YAML are told from values', () => {
  expect(told('a.json', '{"a": "b", "c": [1, true]}')).toEqual([
    'key "a"',
    'string "b"',
    'key "c"',
    'number 1',
    'bool true',
  ])
  expect(told('a.yaml', 'spec:\n  when: [plan, 3] # x\n  "q": \'r\'')).toEqual([
    'key spec',
    'key when',
    'number 3',
    'comment # x',
    'key "q"',
    "string 'r'",
  ])
})

test('other files are plain text', () => {
  expect(modeOf('readme.md')).toBeNull()
})
