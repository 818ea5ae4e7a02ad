import { expect, test } from 'vitest'
import { dateIn, isPast, lastDate } from './dates.ts'

const noon = new Date(2026, 0, 31, 12)

test('counts days from today', () => {
  expect(dateIn(1, noon)).toBe('2026-02-01')
  expect(dateIn(0, noon)).toBe('2026-01-31')
})

test('today is over for a right, tomorrow is not, no day is no end', () => {
  expect(isPast('2026-01-31', noon)).toBe(true)
  expect(isPast('2026-02-01', noon)).toBe(false)
  expect(isPast('', noon)).toBe(false)
})

test('the last day of a right is the one before the midnight at which it ends', () => {
  expect(lastDate('2026-03-01T00:00:00.000Z')).toBe('2026-02-28')
})
