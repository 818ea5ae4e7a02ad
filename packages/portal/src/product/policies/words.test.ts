import { expect, test } from 'vitest'
import { summaryOf, worstFirst } from './words.ts'

const of = (...outcomes: ('pass' | 'inform' | 'warn' | 'block' | 'waived' | 'shadow' | 'error')[]) =>
  outcomes.map((outcome) => ({ outcome }))

test('what blocks stands first, what passes last', () => {
  expect(
    worstFirst(of('pass', 'waived', 'warn', 'shadow', 'block', 'error', 'inform')).map(({ outcome }) => outcome),
  ).toEqual(['block', 'error', 'warn', 'inform', 'shadow', 'waived', 'pass'])
})

test('the sentence counts what has to be mended, and does not hide what is waived', () => {
  expect(summaryOf([])).toBe('No policy is about it')
  expect(summaryOf(of('pass', 'inform', 'shadow'))).toBe('All 3 policies are kept')
  expect(summaryOf(of('pass', 'waived'))).toBe('All 2 policies are kept, 1 waived')
  expect(summaryOf(of('pass', 'block', 'error'))).toBe('2 of 3 policies are not kept')
  expect(summaryOf(of('warn', 'waived'))).toBe('1 of 2 policies is not kept, 1 waived')
})
