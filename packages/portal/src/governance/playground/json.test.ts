import { expect, test } from 'vitest'
import { parseJson } from './json.ts'

test('nothing written is nothing given, and JSON is its value', () => {
  expect(parseJson('  \n', 'input.json')).toEqual({ value: undefined })
  expect(parseJson('{"a": [1]}', 'input.json')).toEqual({ value: { a: [1] } })
})

test.each([
  ['{"a": 1,\n "b": }', 2],
  ['{\n"a": [1,\n2', 3],
  ['nope', 1],
])('a mistake in %j stands in line %i', (text, line) => {
  const parsed = parseJson(text, 'data.json')
  expect(parsed).toMatchObject({ mistake: { file: 'data.json', line, code: 'json' } })
  if ('mistake' in parsed) expect(parsed.mistake.column).toBeGreaterThan(0)
})
