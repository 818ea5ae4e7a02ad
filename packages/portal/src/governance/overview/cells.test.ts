import { describe, expect, test } from 'vitest'
import { type Cell, columnsOf, shareText, toneOf } from './cells.ts'

const cell = (part: Partial<Cell>): Cell => ({
  ...{ policy: 'global/x', judged: 10, passed: 10, hit: 0, hint: 0, waived: 0, shadow: 0 },
  ...part,
})
const blocking = { mode: 'block', severity: 'block' } as const
const warning = { mode: 'warn', severity: 'block' } as const

describe('a cell of the matrix', () => {
  test('is quiet as long as nothing is broken', () => {
    expect(toneOf(undefined, blocking)).toBe('none')
    expect(toneOf(cell({ judged: 0, passed: 0 }), blocking)).toBe('none')
    expect(toneOf(cell({}), blocking)).toBe('passes')
    expect(toneOf(cell({ passed: 9, waived: 1 }), blocking)).toBe('waived')
    expect(toneOf(cell({ passed: 4, hit: 6, hint: 6 }), blocking)).toBe('quiet')
    expect(toneOf(cell({ passed: 0, shadow: 10 }), { mode: 'shadow', severity: 'block' })).toBe('quiet')
  })
  test('is loud where something blocks, or most products fail', () => {
    expect(toneOf(cell({ passed: 9, hit: 1 }), blocking)).toBe('fails')
    expect(toneOf(cell({ passed: 9, hit: 1 }), warning)).toBe('warns')
    expect(toneOf(cell({ passed: 3, hit: 7 }), warning)).toBe('fails')
    expect(toneOf(cell({ passed: 9, hit: 1 }), { mode: 'block', severity: 'warn' })).toBe('warns')
  })
  test('never says all or nothing when that is not so', () => {
    expect(shareText(cell({ judged: 1000, passed: 999, hit: 1 }))).toBe('99')
    expect(shareText(cell({ judged: 1000, passed: 1, hit: 999 }))).toBe('1')
    expect(shareText(cell({ judged: 2, passed: 0, hit: 2 }))).toBe('0')
    expect(shareText(cell({ judged: 10, passed: 7, waived: 2, hit: 1 }))).toBe('90')
  })
})

test('policies stand by how much breaks them; those that judge nothing have no column', () => {
  const policy = (id: string) => ({ id, title: id, mode: 'warn', severity: 'warn' }) as const
  const columns = columnsOf({
    policies: ['quiet', 'hinting', 'broken', 'of-changes'].map(policy),
    matrix: [
      {
        domain: 'a',
        cells: [
          cell({ policy: 'quiet' }),
          cell({ policy: 'hinting', passed: 1, hit: 9, hint: 9 }),
          cell({ policy: 'broken', passed: 9, hit: 1 }),
          cell({ policy: 'of-changes', judged: 0, passed: 0 }),
        ],
      },
    ],
  })
  expect(columns.map(({ id }) => id)).toEqual(['broken', 'hinting', 'quiet'])
})
