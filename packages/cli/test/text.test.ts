import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { ago, bytes, duration, figures, fit, plain, table, width } from '../src/text.ts'

const lines = (text: string) => stripVTControlCharacters(text).split('\n')

describe('a table for people', () => {
  test('puts numbers to the right and text to the left', () => {
    expect(
      lines(
        table([
          { name: 'a', n: 5 },
          { name: 'long', n: 1200 },
        ]),
      ),
    ).toEqual(['name     n', 'a        5', 'long  1200'])
  })

  test('never gets wider than the terminal, however many columns there are', () => {
    const row = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`column_${i}`, `some longer text ${i}`]))
    const shown = lines(table([row, row], { room: 80 }))
    expect(shown.every((line) => width(line) <= 80)).toBe(true)
    expect(shown.at(-1)).toMatch(/^… and \d+ more columns: column_/)
  })

  test('cuts words before it would cut a number', () => {
    const shown = lines(table([{ text: 'x'.repeat(60), figure: 123456789.125 }], { room: 40 }))
    expect(shown[1]).toContain('123456789.125')
    expect(shown[1]).toContain('…')
  })

  test('shows a missing value as a dash and an empty table as such', () => {
    expect(lines(table([{ a: null }]))).toEqual(['a', '–'])
    expect(lines(table([]))).toEqual(['(no rows)'])
  })

  test('lets no value of the data steer the terminal', () => {
    const evil = 'a\u001b]0;title\u0007b\u001b[2Jc\r\nd\u009b31m'
    const shown = table([{ evil }])
    for (const sign of ['\u0007', '\r', '\u009b', '\u001b]', '\u001b[2J']) expect(shown).not.toContain(sign)
    expect(plain(evil)).toContain('title')
  })

  test('counts wide signs as two columns and accents as none', () => {
    expect(width('名前')).toBe(4)
    expect(width('e\u0301')).toBe(1)
    const shown = lines(
      table([
        { a: '名', b: 'x' },
        { a: 'ab', b: 'y' },
      ]),
    )
    expect(shown[1]).toBe('名  x')
  })
})

test('a cut text is closed, so that its colour does not run on', () => {
  expect(fit('\u001b[31mred text\u001b[39m', 5)).toBe('\u001b[31mred …\u001b[0m')
  expect(fit('short', 5)).toBe('short')
})

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1500, '1.5 s'],
  [90_000, '2 min'],
  [7_200_000, '2 h'],
  [172_800_000 * 2, '4 days'],
])('%d milliseconds are told as %s', (milliseconds, told) => {
  expect(duration(milliseconds)).toBe(told)
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1500, '1.5 kB'],
  [12_400_000, '12.4 MB'],
])('%d bytes are told as %s', (size, told) => {
  expect(bytes(size)).toBe(told)
})

test('what just happened is told as such, and what never happened too', () => {
  const now = new Date('2026-01-01T00:00:10Z')
  expect(ago('2026-01-01T00:00:09.700Z', now)).toBe('just now')
  expect(ago('2026-01-01T00:00:00Z', now)).toBe('10 s ago')
  expect(ago(null, now)).toBe('never')
})

test('rows per second are told where a step took more than a second', () => {
  expect(figures({ rows: 3_000_000, bytes: 17_000_000, durationMs: 2000 })).toBe(
    '3,000,000 rows, 17.0 MB, 2.0 s, 1,500,000 rows/s',
  )
  expect(figures({ rows: 1, durationMs: 20 })).toBe('1 row, 20 ms')
})
