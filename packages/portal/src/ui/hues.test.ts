import { describe, expect, it } from 'vitest'
import { spreadHues } from './hues.ts'

const aviation = 'flight-operations meteorology network-planning passenger-insight reference safety'.split(' ')
const nearest = (hues: Iterable<number>): number => {
  const all = [...hues].sort((a, b) => a - b)
  return Math.min(...all.map((hue, at) => (all[at + 1] ?? (all[0] ?? 0) + 360) - hue))
}

describe('the hues of domains', () => {
  it('can be told apart: six domains keep 40 degrees, twenty 10', () => {
    expect(nearest(spreadHues(aviation).values())).toBeGreaterThanOrEqual(40)
    const twenty = Array.from({ length: 20 }, (_, i) => `domain-${i}`)
    expect(nearest(spreadHues(twenty).values())).toBeGreaterThanOrEqual(10)
  })

  it('do not depend on the order of the list, nor on names that come twice', () => {
    expect(spreadHues([...aviation.toReversed(), 'safety'])).toEqual(spreadHues(aviation))
  })

  it('stay for nearly all when a domain is added', () => {
    const before = spreadHues(aviation.slice(0, 5))
    const after = spreadHues(aviation)
    expect([...before].filter(([name, hue]) => after.get(name) !== hue).length).toBeLessThanOrEqual(1)
  })

  it('are there for hundreds as well', () => {
    expect(spreadHues(Array.from({ length: 300 }, (_, i) => `d${i}`)).size).toBe(300)
  })
})
