import { expect, test } from 'vitest'
import { firstMask, fitting } from './choices.ts'
import { maskSentence, masksInWords } from './words.ts'

test('says what is left of a value', () => {
  expect(maskSentence({ column: 'phone', how: 'truncate', keep: 7 })).toBe('the first 7 characters')
  expect(maskSentence({ column: 'born', how: 'generalise', to: 'year' })).toBe('only the year')
  expect(maskSentence({ column: 'cost', how: 'generalise', step: 100 })).toBe('in steps of 100')
})

test('several masks are one line', () => {
  expect(
    masksInWords([
      { column: 'email', how: 'tokenise' },
      { column: 'name', how: 'redact' },
    ]),
  ).toBe('email token, name redacted')
})

test('offers only masks that fit the type of the column, and begins with one that is whole', () => {
  expect(fitting('VARCHAR')).toContain('truncate')
  expect(fitting('BOOLEAN')).toEqual(['redact', 'hash', 'tokenise'])
  expect(fitting('DATE')).not.toContain('truncate')
  expect(firstMask('born', 'generalise', 'DATE')).toEqual({ column: 'born', how: 'generalise', to: 'year' })
  expect(firstMask('cost', 'generalise', 'BIGINT')).toEqual({ column: 'cost', how: 'generalise', step: 10 })
})
