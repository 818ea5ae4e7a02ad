import { describe, expect, test } from 'vitest'
import { byProduct, type Violation } from './group.ts'

const hit = (product: string, effect: Violation['effect'], since: string): Violation => ({
  ...{ product, effect, since, policy: 'global/x', msg: '', path: '', fix: null, at: null, waiver: null },
  ...{ owner: `${product} team`, title: 'X' },
})

describe('violations', () => {
  test('stand product by product: what blocks first, then what is oldest', () => {
    const groups = byProduct([
      hit('a/one', 'warn', '2026-01-03'),
      hit('b/two', 'warn', '2026-01-01'),
      hit('c/three', 'inform', '2025-01-01'),
      hit('d/four', 'block', '2026-02-01'),
      hit('a/one', 'inform', '2026-01-02'),
    ])
    expect(groups.map(({ product }) => product)).toEqual(['d/four', 'b/two', 'a/one', 'c/three'])
    expect(groups[2]?.violations.map(({ effect }) => effect)).toEqual(['warn', 'inform'])
    expect(groups[0]?.owner).toBe('d/four team')
  })
  test('of nothing there is nothing', () => {
    expect(byProduct([])).toEqual([])
  })
})
