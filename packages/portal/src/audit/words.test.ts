import { expect, test } from 'vitest'
import { exportPath, placeOf, questionOf, whyOf } from './words.ts'

test('a last day means to its end, and nothing else of the address is asked for', () => {
  const search = { actor: 'leo', to: '2026-01-31', entry: 7, live: 'yes' }
  expect(questionOf(search)).toEqual({ actor: 'leo', to: '2026-01-31T23:59:59.999Z' })
  expect(questionOf({ to: '2026-01-31T08:00:00Z' })).toEqual({ to: '2026-01-31T08:00:00Z' })
})

test('the export is of the same entries', () => {
  expect(exportPath({})).toBe('/api/v1/audit/export')
  expect(exportPath({ action: 'access.', subject: 'safety/bird-strikes' })).toBe(
    '/api/v1/audit/export?action=access.&subject=safety%2Fbird-strikes',
  )
})

test('knows which subjects have a page', () => {
  expect(placeOf('safety/bird-strikes')).toEqual({ kind: 'product', parts: ['safety', 'bird-strikes'] })
  expect(placeOf('run_01')).toEqual({ kind: 'run', parts: ['run_01', ''] })
  for (const none of ['leo', 'query:q_1', 'a/b/c', '']) expect(placeOf(none)).toBeNull()
})

test('says why by what was decided, else by what somebody gave as reason or purpose', () => {
  expect(whyOf({ because: 'grant for tests', data: { purpose: 'other' } })).toBe('grant for tests')
  expect(whyOf({ because: '', data: { reason: 'over', purpose: 'other' } })).toBe('over')
  expect(whyOf({ because: '', data: { reason: null, purpose: 'a report' } })).toBe('a report')
  expect(whyOf({ because: '', data: {} })).toBe('')
})
