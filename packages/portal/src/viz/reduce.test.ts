import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { binsOf, misses, nearest, rangeOf, reduceReadings, secondsTicks, tickWords } from './reduce.ts'

const readings = (values: readonly (number | null)[]) => values.map((value, i) => ({ at: i * 1000, value }))

describe('reducing a long line', () => {
  test('a short line stays as it is', () => {
    const short = readings([1, 2, 3])
    expect(reduceReadings(short, 400)).toBe(short)
  })
  test('never more than asked for, in order, with both ends, the lowest and the highest', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 401, maxLength: 3000 }),
        fc.integer({ min: 10, max: 400 }),
        (values, most) => {
          const all = readings(values)
          const kept = reduceReadings(all, most)
          expect(kept.length).toBeLessThanOrEqual(most)
          expect(kept[0]).toBe(all[0])
          expect(kept.at(-1)).toBe(all.at(-1))
          expect(kept.map((each) => each.at)).toEqual(kept.map((each) => each.at).toSorted((a, b) => a - b))
          const of = (list: readonly { value: number | null }[]) => list.map((each) => each.value ?? 0)
          expect(Math.max(...of(kept))).toBe(Math.max(...of(all)))
          expect(Math.min(...of(kept))).toBe(Math.min(...of(all)))
        },
      ),
      { numRuns: 40 },
    )
  })
  test('a line without any measurement can be reduced', () => {
    expect(reduceReadings(readings(Array.from({ length: 500 }, () => null)), 50).length).toBeLessThanOrEqual(50)
  })
})

describe('the axis', () => {
  test('holds every value with air around it', () => {
    expect(rangeOf([10, 20])).toEqual([8.8, 21.2])
  })
  test('does not go beyond what can be', () => {
    const [low, high] = rangeOf([0.98, 1], { least: 0, most: 1 })
    expect(high).toBe(1)
    expect(low).toBeLessThan(0.98)
  })
  test('has a length even when all values are the same', () => {
    const [low, high] = rangeOf([1, 1, 1], { least: 0, most: 1 })
    expect(low).toBeLessThan(high)
    expect(rangeOf([0, 0], { least: 0 })[1]).toBeGreaterThan(0)
    expect(rangeOf([])).toEqual([0, 1])
  })
  test('names days over weeks and times within a day', () => {
    const at = new Date(2026, 9, 30, 9, 5)
    expect(tickWords(30 * 86_400_000)(at)).toBe('30 Oct')
    expect(tickWords(3_600_000)(at)).toBe('09:05')
  })
})

test('the nearest reading is found whatever the gaps', () => {
  const all = [0, 10, 100, 101].map((at) => ({ at, value: 1 }))
  expect([-5, 4, 6, 54, 56, 100.6, 999].map((at) => nearest(all, at))).toEqual([0, 0, 1, 1, 2, 3, 3])
})

test('on the objective is not yet a miss; nothing measured is none either', () => {
  expect(misses(0.985, { value: 0.985, bad: 'below' })).toBe(false)
  expect(misses(0.98, { value: 0.985, bad: 'below' })).toBe(true)
  expect(misses(301, { value: 300, bad: 'above' })).toBe(true)
  expect(misses(null, { value: 300, bad: 'above' })).toBe(false)
})

test('every value falls into one bin', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { maxLength: 200 }), (values) => {
      expect(binsOf(values).reduce((sum, bin) => sum + bin.count, 0)).toBe(values.length)
    }),
  )
})

test('an axis of seconds is marked where people count', () => {
  expect(secondsTicks(0, 100_000)).toEqual([0, 43_200, 86_400])
  expect(secondsTicks(0, 400)).toEqual([0, 120, 240, 360])
  expect(secondsTicks(0, 5 * 86_400)).toEqual([0, 172_800, 345_600])
  expect(secondsTicks(0, 2)).toEqual([])
})
