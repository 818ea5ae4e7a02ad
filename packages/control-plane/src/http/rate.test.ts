import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rateLimiter } from './rate.ts'

test('as many as allowed at once, then one for each part of the window', () => {
  let now = 0
  const limiter = rateLimiter({ nowMs: () => now })
  const take = () => limiter.take('rows', 'orders ada', { requests: 4, perSeconds: 60 })
  expect([1, 2, 3, 4, 5].map(() => take().allowed)).toEqual([true, true, true, true, false])
  expect(take().retryAfterSeconds).toBe(15)
  now = 14_999
  expect(take()).toMatchObject({ allowed: false, retryAfterSeconds: 1 })
  now = 15_001
  expect(take()).toMatchObject({ allowed: true, headers: { ratelimit: '"rows";r=0;t=60' } })
  expect(limiter.take('rows', 'orders bo', { requests: 4, perSeconds: 60 }).allowed).toBe(true)
})

test('never more than the limit and what has been refilled since, however it is asked', () => {
  fc.assert(
    fc.property(
      fc.record({ requests: fc.integer({ min: 1, max: 50 }), perSeconds: fc.integer({ min: 1, max: 100 }) }),
      fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 200 }),
      (limit, pauses) => {
        let now = 0
        const limiter = rateLimiter({ nowMs: () => now })
        let allowed = 0
        for (const pause of pauses) {
          now += pause
          if (limiter.take('p', 'k', limit).allowed) allowed += 1
        }
        expect(allowed).toBeLessThanOrEqual(limit.requests + (now / 1000 / limit.perSeconds) * limit.requests + 1e-6)
      },
    ),
  )
})

test('whoever waits as long as told is let in', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 100 }), (requests, perSeconds) => {
      let now = 0
      const limiter = rateLimiter({ nowMs: () => now })
      for (let i = 0; i < requests * 5; i++) {
        const taken = limiter.take('p', 'k', { requests, perSeconds })
        if (taken.allowed) continue
        now += taken.retryAfterSeconds * 1000
        expect(limiter.take('p', 'k', { requests, perSeconds }).allowed).toBe(true)
      }
    }),
  )
})
