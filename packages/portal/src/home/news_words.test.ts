import { expect, test } from 'vitest'
import { newsOf } from './news_words.ts'

test('events become sentences; what is no news to people stays silent', () => {
  expect(
    newsOf({ type: 'snapshot.published', subject: 'sales/orders', data: { sequence: 4, rows: 1204, run: 'run_1' } }),
  ).toEqual({
    product: 'sales/orders',
    text: 'published snapshot 4, 1,204 rows',
    run: 'run_1',
    tone: 'plain',
  })
  expect(newsOf({ type: 'run.failed', subject: 'sales/orders', data: { failures: ['a', 'b'] } })?.text).toBe(
    'broke 2 checks; nothing was published',
  )
  expect(newsOf({ type: 'run.queued', subject: 'sales/orders', data: {} })).toBeNull()
})
