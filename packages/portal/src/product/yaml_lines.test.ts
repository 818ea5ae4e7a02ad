import { expect, test } from 'vitest'
import { linesOf, partsOf } from './yaml_lines.ts'

const kinds = (line: string) =>
  partsOf(line)
    .filter(({ kind }) => kind !== 'plain')
    .map(({ text, kind }) => `${kind} ${text}`)

test('keys, texts, figures, words and remarks are told apart', () => {
  expect(kinds('    - name: history  # old')).toEqual([
    'mark -',
    'key name',
    'mark :',
    'string history',
    'comment # old',
  ])
  expect(kinds('min: -120')).toEqual(['key min', 'mark :', 'number -120'])
  expect(kinds('{ name: id, nullable: false, description: "A: b" }')).toEqual([
    'mark {',
    'key name',
    'mark :',
    'string id',
    'mark ,',
    'key nullable',
    'mark :',
    'word false',
    'mark ,',
    'key description',
    'mark :',
    'string "A: b"',
    'mark }',
  ])
})

test('nothing is lost: the parts of every line give the line', () => {
  const text = `a: 1
- x: 'it''s' # no
sql: |
  select a: b, {c}

  from t
tags: [one, two words, 3]
url: http://example.org/a#b
"quoted key": >-
  folded
odd: @ % * & !tag ? }
`
  expect(
    linesOf(text)
      .map((parts) => parts.map((part) => part.text).join(''))
      .join('\n'),
  ).toBe(text.trimEnd())
})

test('a block of text is text to its end', () => {
  const lines = linesOf('sql: |\n  select: 1\nnext: 2')
  expect(lines[1]).toEqual([{ text: '  select: 1', kind: 'string' }])
  expect(lines[2]?.[0]).toEqual({ text: 'next', kind: 'key' })
})
