import { expect, test } from 'vitest'
import { figureWords, instantWords, placeWords, yRange } from './series.ts'

test('figures are short whatever their size', () => {
  expect([12_500, 166_341, 1_204_999, 0.12345678, 0.00000123, -3, 0].map(figureWords)).toEqual([
    '12,500',
    '166,341',
    '1.205M',
    '0.12346',
    '1.23e-6',
    '-3',
    '0',
  ])
})
test('moments are as short as they are exact', () => {
  expect(
    ['2026-11-20', '2026-11-20T09:30:00Z', '2026-11-20T09:30:05Z'].map((at) => instantWords(Date.parse(at))),
  ).toEqual(['2026-11-20', '2026-11-20 09:30', '2026-11-20 09:30:05'])
})
test('a place says all its figures', () => {
  const series = [
    { name: 'late', values: [3, null] },
    { name: 'early', values: [1, 2] },
  ]
  expect(placeWords({ is: 'names', values: ['DHL', 'UPS'] }, series, 1)).toBe('UPS: late not there, early 2')
})
test('bars stand on zero, lines show where they are', () => {
  const series = [{ name: 'a', values: [90, null, 98] }]
  expect([yRange(series, true), yRange(series, false)]).toEqual([
    [0, 98],
    [90, 98],
  ])
  expect(yRange([], false)).toEqual([0, 1])
})
