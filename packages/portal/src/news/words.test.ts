import { expect, test } from 'vitest'
import { newsOf } from './words.ts'

test('events become sentences; what is no news to people stays silent', () => {
  expect(
    newsOf({ type: 'snapshot.published', subject: 'sales/orders', data: { sequence: 4, rows: 1204, run: 'run_1' } }),
  ).toEqual({
    product: 'sales/orders',
    text: 'published snapshot 4, 1,204 rows',
    alone: 'Snapshot 4 published, 1,204 rows',
    run: 'run_1',
    tone: 'plain',
  })
  expect(newsOf({ type: 'run.failed', subject: 'sales/orders', data: { failures: ['a', 'b'] } })?.text).toBe(
    'broke 2 checks; nothing was published',
  )
  expect(newsOf({ type: 'run.queued', subject: 'sales/orders', data: {} })).toBeNull()
})

test('who reads it is you, everybody else somebody', () => {
  const granted = { type: 'access.granted', subject: 'sales/orders', data: { principal: 'rita' } }
  expect(newsOf(granted, 'rita')?.alone).toBe('Access was granted to you')
  expect(newsOf(granted, 'amir')?.alone).toBe('Access was granted to somebody')
})
