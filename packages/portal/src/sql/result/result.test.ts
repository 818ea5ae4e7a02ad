import { describe, expect, test } from 'vitest'
import { cellText, copyText, kindOf, wholeText, widthFor } from './cells.ts'
import { openStretches, type Stretch } from './stretches.ts'
import { areaOf, areaText, moveInGrid } from './walk.ts'

describe('cells', () => {
  test('kinds come from the names of types', () => {
    expect(
      [
        'BIGINT',
        'DECIMAL(31,2)',
        'UTINYINT',
        'TIMESTAMP WITH TIME ZONE',
        'DATE',
        'BOOLEAN',
        'INTEGER[]',
        'STRUCT("a" INTEGER)',
        'VARCHAR',
        'INTERVAL',
      ].map(kindOf),
    ).toEqual(['number', 'number', 'number', 'time', 'date', 'boolean', 'nested', 'nested', 'text', 'text'])
  })
  test('a cell is one short line; null is a word, noise of floats is left out', () => {
    expect(cellText(null, 'text')).toBe('null')
    expect(cellText(0.1 + 0.2, 'number')).toBe('0.3')
    expect(cellText('0.30000000000000004', 'number')).toBe('0.30000000000000004')
    expect(cellText('2026-11-20T09:18:16Z', 'time')).toBe('2026-11-20 09:18:16Z')
    expect(cellText({ a: [1, 2] }, 'nested')).toBe('{"a":[1,2]}')
    expect(cellText('x'.repeat(1000), 'text')).toHaveLength(301)
  })
  test('the whole of a cell lays out JSON, also when it came as text', () => {
    expect(wholeText({ a: 1 })).toBe('{\n  "a": 1\n}')
    expect(wholeText('[1]')).toBe('[\n  1\n]')
    expect(wholeText('[not json')).toBe('[not json')
  })
  test('what is copied survives a spreadsheet', () => {
    expect([null, 'a\tb', 'say "x"', 7].map(copyText)).toEqual(['', '"a\tb"', '"say ""x"""', '7'])
  })
  test('a column is as wide as its name or most of its values, within reason', () => {
    expect(widthFor('a', 'DATE', ['2026-01-01'])).toBeLessThan(110)
    expect(widthFor('a', 'VARCHAR', Array(100).fill('x'.repeat(500)))).toBe(360)
  })
})

describe('stretches of a result', () => {
  const source = (rows: number, most?: number) => {
    const asked: number[] = []
    const waiting: (() => void)[] = []
    const stretches = openStretches({
      rows,
      ...(most === undefined ? {} : { most }),
      read: async (offset, limit): Promise<Stretch> => {
        asked.push(offset)
        await new Promise<void>((resolve) => waiting.push(resolve))
        const length = Math.min(limit, rows - offset)
        return { offset, rows: length, columns: [Array.from({ length }, (_, i) => offset + i)] }
      },
    })
    const arrive = async () => {
      for (const resolve of waiting.splice(0)) resolve()
      await new Promise((resolve) => setTimeout(resolve, 0))
    }
    return { stretches, asked, arrive }
  }
  test('only what is looked at is asked for, each stretch once', async () => {
    const { stretches, asked, arrive } = source(100_000)
    stretches.want(0, 40)
    stretches.want(10, 50)
    await arrive()
    stretches.want(20, 60)
    expect(asked).toEqual([0])
    expect(stretches.value(42, 0)).toBe(42)
    expect(stretches.value(1_000, 0)).toBeUndefined()
  })
  test('a long way is not asked for step by step: what was passed is forgotten', async () => {
    const { stretches, asked, arrive } = source(100_000)
    for (let row = 0; row < 90_000; row += 500) stretches.want(row, row + 40)
    expect(asked).toHaveLength(2)
    await arrive()
    expect(asked).toEqual([0, 1_000, 89_000])
    await arrive()
    expect(stretches.value(89_999, 0)).toBe(89_999)
  })
  test('all rows of a range can be had at once', async () => {
    const { stretches, asked, arrive } = source(2_500)
    const loaded = stretches.load(900, 2_500)
    for (let i = 0; i < 3; i++) await arrive()
    await loaded
    expect(asked).toEqual([0, 1_000, 2_000])
    expect(stretches.value(2_499, 0)).toBe(2_499)
  })
  test('what is farthest from sight goes first when there is too much', async () => {
    const { stretches, arrive } = source(10_000, 2)
    for (const row of [0, 5_000, 6_000]) {
      stretches.want(row, row + 40)
      await arrive()
    }
    expect(stretches.at(0)).toBeUndefined()
    expect(stretches.value(6_001, 0)).toBe(6_001)
  })
  test('a failure stays until it is tried again', async () => {
    let well = false
    const stretches = openStretches({
      rows: 10,
      read: async (offset) => {
        if (!well) throw new Error('no')
        return { offset, rows: 10, columns: [[1]] }
      },
    })
    stretches.want(0, 10)
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(stretches.failure()).toBeInstanceOf(Error)
    well = true
    stretches.retry()
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect([stretches.failure(), stretches.value(0, 0)]).toEqual([null, 1])
  })
})

describe('walking through the grid', () => {
  const size = { rows: 100, columns: 5, page: 20 }
  const from = { row: 50, column: 2 }
  const to = (key: string, ctrl = false) => moveInGrid(from, { key, ctrl }, size)
  test('arrows, pages, ends', () => {
    expect([to('ArrowDown'), to('ArrowLeft'), to('PageDown'), to('Home'), to('End', true)]).toEqual([
      { row: 51, column: 2 },
      { row: 50, column: 1 },
      { row: 70, column: 2 },
      { row: 50, column: 0 },
      { row: 99, column: 4 },
    ])
    expect(to('PageUp', false)).toEqual({ row: 30, column: 2 })
    expect(to('x')).toBeNull()
  })
  test('the head is above the first row, and nothing above that', () => {
    const up = moveInGrid({ row: 0, column: 0 }, { key: 'ArrowUp', ctrl: false }, size)
    expect(up).toEqual({ row: -1, column: 0 })
    expect(moveInGrid({ row: -1, column: 0 }, { key: 'ArrowUp', ctrl: false }, size)).toEqual({ row: -1, column: 0 })
  })
  test('an area is copied line by line, names first when the head is in it', () => {
    const text = areaText(areaOf({ row: 1, column: 1 }, { row: -1, column: 0 }), ['a', 'b'], (r, c) => `${r}${c}`)
    expect(text).toBe('a\tb\n00\t01\n10\t11')
  })
})
