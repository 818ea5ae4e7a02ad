import { describe, expect, test } from 'vitest'
import { chartData, chartTitle, firstWish, kindFor, mostPoints } from './data.ts'

const columns = [
  { name: 'carrier', type: 'VARCHAR' },
  { name: 'rate', type: 'DECIMAL(21,1)' },
  { name: 'day', type: 'DATE' },
  { name: 'flight_id', type: 'BIGINT' },
]
const rows: readonly (readonly unknown[])[] = [
  ['DHL', '2.0', '2026-01-02', 1],
  ['UPS', '5.5', '2026-01-01', 2],
  ['DHL', '4.0', null, 3],
  [null, null, '2026-01-01', 4],
]
const at = (row: number, column: number) => rows[row]?.[column]

describe('a chart of a result', () => {
  test('begins with a date across and the first real figure up', () => {
    expect(firstWish(columns, at, rows.length)).toEqual({ x: 2, ys: [1], combine: 'avg' })
    expect(firstWish([{ name: 'a', type: 'VARCHAR' }], at, 4)).toBeNull()
  })
  test('the kind follows from what goes across', () => {
    expect([0, 1, 2].map((x) => kindFor(columns, { x, ys: [1], combine: 'each' }))).toEqual(['bar', 'dots', 'line'])
  })
  test('rows with the same name become one, in the order in which names come', () => {
    const data = chartData(columns, { x: 0, ys: [1], combine: 'avg' }, at, rows.length)
    expect(data.x).toEqual({ is: 'names', values: ['DHL', 'UPS', 'null'] })
    expect(data.series).toEqual([{ name: 'avg rate', values: [3, 5.5, null] }])
    expect(data.repeats).toBe(true)
  })
  test.each([
    ['sum', 6],
    ['min', 2],
    ['max', 4],
    ['count', 2],
  ] as const)('%s of a group', (combine, wanted) => {
    expect(chartData(columns, { x: 0, ys: [1], combine }, at, rows.length).series[0]?.values[0]).toBe(wanted)
  })
  test('moments stand in the order of time; a row without one is left out', () => {
    const data = chartData(columns, { x: 2, ys: [1, 3], combine: 'each' }, at, rows.length)
    expect(data.x).toEqual({
      is: 'moments',
      values: ['2026-01-01', '2026-01-01', '2026-01-02'].map((d) => Date.parse(d)),
    })
    expect(data.series.map(({ values }) => values)).toEqual([
      [5.5, null, 2],
      [2, 4, 1],
    ])
  })
  test('no more than five thousand rows are drawn', () => {
    const many = chartData(columns, { x: 3, ys: [3], combine: 'each' }, (row) => row, 100_000)
    expect([many.read, many.x.values.length]).toEqual([mostPoints, mostPoints])
  })
  test('says what it shows', () => {
    expect(chartTitle(columns, { x: 0, ys: [1, 3], combine: 'avg' })).toBe('avg rate and flight_id by carrier')
  })
})
