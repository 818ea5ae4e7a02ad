import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffLines, hunksOf, pairsOf } from './lines.ts'

const text = fc
  .array(fc.constantFrom('a', 'b', 'c', '', '  d'), { maxLength: 30 })
  .map((lines) => lines.map((line) => `${line}\n`).join(''))
const side = (lines: ReturnType<typeof diffLines>, gone: 'added' | 'removed') =>
  lines
    .filter((line) => line.kind !== gone)
    .map((line) => `${line.text}\n`)
    .join('')

describe('a comparison of two texts', () => {
  test('holds both of them, whatever they are', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = diffLines(before, after)
        expect(side(lines, 'added')).toBe(before)
        expect(side(lines, 'removed')).toBe(after)
      }),
    )
  })
  test('of equal texts has no change', () => {
    fc.assert(fc.property(text, (same) => diffLines(same, same).every((line) => line.kind === 'same')))
  })
  test('keeps the longest common lines', () => {
    const kinds = diffLines('a\nb\nc\nd\n', 'a\nc\nx\nd\n').map((line) => `${line.kind} ${line.text}`)
    expect(kinds).toEqual(['same a', 'removed b', 'same c', 'added x', 'same d'])
  })
  test('numbers lines of both sides from one', () => {
    expect(diffLines('a\nb\n', 'a\nx\nb\n').map(({ before, after }) => [before, after])).toEqual([
      [1, 1],
      [null, 2],
      [2, 3],
    ])
  })
  test('tells very long texts as replaced, and is still right', () => {
    const before = Array.from({ length: 3000 }, (_, i) => `old ${i}\n`).join('')
    const after = Array.from({ length: 3000 }, (_, i) => `new ${i}\n`).join('')
    const lines = diffLines(before, after)
    expect(lines.length).toBe(6000)
    expect(side(lines, 'added')).toBe(before)
  })
})

test('hunks leave out what is far from any change and count it', () => {
  const before = Array.from({ length: 20 }, (_, i) => `${i}\n`).join('')
  const { hunks, rest } = hunksOf(diffLines(before, before.replace('10\n', 'ten\n')), 2)
  expect(hunks.map((hunk) => [hunk.skipped, hunk.lines.length])).toEqual([[8, 6]])
  expect(rest).toBe(7)
})

test('side by side, what took a place stands beside what stood there', () => {
  const pairs = pairsOf(diffLines('a\nb\nc\n', 'a\nx\ny\nc\n'))
  expect(pairs.map(({ left, right }) => [left?.text ?? null, right?.text ?? null])).toEqual([
    ['a', 'a'],
    ['b', 'x'],
    [null, 'y'],
    ['c', 'c'],
  ])
})
