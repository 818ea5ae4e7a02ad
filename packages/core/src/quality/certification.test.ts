import fc from 'fast-check'
import { expect, test } from 'vitest'
import { certificationFrom, tierNow, tierOf, tiers } from './certification.ts'

const missing = fc.record(
  Object.fromEntries(
    tiers.map((tier) => [tier, fc.array(fc.record({ what: fc.string(), fix: fc.string() }), { maxLength: 2 })]),
  ),
) as fc.Arbitrary<Parameters<typeof certificationFrom>[0]>

test('a tier is held only when those below it are and nothing is missing to it', () => {
  fc.assert(
    fc.property(missing, (it) => {
      const certification = certificationFrom(it)
      expect(certification.map((each) => each.tier)).toEqual(tiers)
      for (const [at, each] of certification.entries())
        expect(each.held).toBe(certification.slice(0, at + 1).every((below) => below.missing.length === 0))
      const held = certification.filter((each) => each.held)
      expect(tierOf(certification)).toBe(held.at(-1)?.tier ?? null)
    }),
  )
})

test('the tier now is the lowest that a level that is not met leaves', () => {
  const certifiable = { met: 'gold', without: { freshness: 'bronze', latency: 'silver' } } as const
  const level = (name: string, met: boolean | null) => ({ name, met })
  expect(tierNow([level('freshness', true), level('latency', true)], certifiable)).toBe('gold')
  expect(tierNow([level('freshness', true), level('latency', false)], certifiable)).toBe('silver')
  expect(tierNow([level('freshness', null), level('latency', false)], certifiable)).toBe('bronze')
  expect(tierNow([level('unheard-of', false)], certifiable)).toBeNull()
  expect(tierNow([], { met: 'none', without: {} })).toBeNull()
  expect(tierNow([], null)).toBeNull()
})
