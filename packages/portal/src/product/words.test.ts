import { describe, expect, test } from 'vitest'
import { becauseSentence, healthReason, levelFigure, ruleSentence, type View } from './words.ts'

const product = (trust: Partial<View['trust']>): Pick<View, 'trust' | 'schedule'> => ({
  trust: {
    health: 'ok',
    lastPublishedAt: '2026-01-01T00:00:00Z',
    checks: { total: 15, passed: 15, warned: 0 },
    ageSeconds: 360,
    maxAgeSeconds: 90_000,
    ...trust,
  },
  schedule: { cron: null, onInput: false, nextAt: null },
})

describe('a product says', () => {
  test('why it is healthy, stale, failing or empty', () => {
    expect(healthReason(product({}))).toBe('15 of 15 checks passed, fresh as promised')
    expect(healthReason(product({ checks: { total: 3, passed: 2, warned: 1 }, maxAgeSeconds: null }))).toBe(
      '2 of 3 checks passed, 1 with warnings',
    )
    expect(healthReason(product({ health: 'stale', ageSeconds: 180_000 }))).toBe(
      'The data is 2 days old, promised is at most 25\u202fh',
    )
    expect(healthReason(product({ health: 'failing' }))).toBe(
      'The last run failed; readers still get the data from before it, 6\u202fmin old',
    )
    expect(healthReason(product({ health: 'empty' }))).toBe('Nothing has been published yet')
  })
  test('reasons and rules as sentences, with names as they are written', () => {
    expect(becauseSentence('platform-admin')).toBe('As platform-admin.')
    expect(becauseSentence('domain-owner of safety')).toBe('As domain-owner of safety.')
    expect(becauseSentence('safety/bird-strikes is confidential')).toBe('safety/bird-strikes is confidential.')
    expect(becauseSentence('the product is public')).toBe('The product is public.')
    expect(ruleSentence({ asks: 'strike_id is unique', columns: ['strike_id'] })).toBe('strike_id is unique.')
    expect(ruleSentence({ asks: 'there are at least 10 rows', columns: [] })).toBe('There are at least 10 rows.')
  })
  test('figures of service levels never look better than they are', () => {
    expect(levelFigure(0.99999, 'share')).toBe('99.999\u202f%')
    expect(levelFigure(0.9999999, 'share')).toBe('99.999\u202f%')
    expect(levelFigure(1, 'share')).toBe('100\u202f%')
    expect(levelFigure(90_000, 'seconds')).toBe('25\u202fh')
    expect(levelFigure(null, 'text')).toBe('not measured')
  })
})
