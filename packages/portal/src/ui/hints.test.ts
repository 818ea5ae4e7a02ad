import { errorTable } from '@datamesh/core'
import { expect, test } from 'vitest'
import { hintFor } from './hints.ts'

test('no hint of the table sends a reader of a page to a terminal', () => {
  const facts = new Proxy({}, { get: () => [] })
  for (const [code, telling] of Object.entries(errorTable)) {
    const { hint } = (telling as (facts: unknown) => { hint: string })(facts)
    expect(hintFor({ code, hint }), code).not.toMatch(/datamesh [a-z]+ |datamesh (up|runs|login)|--\w|openapi/)
  }
})

test('what holds something of the moment is kept', () => {
  expect(hintFor({ code: 'not-found', hint: 'did you mean flights-fact?' })).toBe('did you mean flights-fact?')
  expect(hintFor({ code: 'not-found', hint: 'look with: datamesh search' })).toMatch(/gone/)
  expect(hintFor({ code: 'already-there', hint: 'choose another name, or remove it first' })).toBe(
    'choose another name, or remove it first',
  )
})
