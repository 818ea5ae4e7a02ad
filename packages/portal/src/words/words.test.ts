import { describe, expect, test } from 'vitest'
import { ago, bytes, compact, duration, percent, plural } from './index.ts'

describe('figures', () => {
  test('are short where they are long', () => {
    expect([compact(9_999), compact(3_000_000), bytes(38_600_000), bytes(0), bytes(999)]).toEqual([
      '9,999',
      '3\u202fM',
      '38.6\u202fMB',
      '0\u202fB',
      '999\u202fB',
    ])
  })
  test('a share that is not whole never looks whole', () => {
    expect([percent(0.99999), percent(1), percent(0.5), percent(0)]).toEqual([
      '99.9\u202f%',
      '100\u202f%',
      '50\u202f%',
      '0\u202f%',
    ])
  })
  test('durations and distances', () => {
    expect([duration(0.25), duration(5), duration(720), duration(12_000), duration(400_000)]).toEqual([
      '250\u202fms',
      '5.0\u202fs',
      '12\u202fmin',
      '3\u202fh 20\u202fmin',
      '5 days',
    ])
    const now = Date.parse('2026-01-01T12:00:00Z')
    expect(ago('2026-01-01T11:48:00Z', now)).toBe('12\u202fmin ago')
    expect(ago('2026-01-01T15:00:00Z', now)).toBe('in 3\u202fh')
    expect(plural(1, 'check')).toBe('1 check')
  })
})
