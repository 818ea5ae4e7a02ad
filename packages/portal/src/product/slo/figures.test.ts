import { expect, test } from 'vitest'
import { burnMeaning, saidIn, writtenIn } from './figures.ts'

test('a burn rate is told by how long a full budget would last', () => {
  expect(burnMeaning(null, 30).tone).toBe('muted')
  expect(burnMeaning(0, 30).words).toBe('nothing is spent')
  expect(burnMeaning(1, 30)).toEqual({ words: 'the budget lasts', tone: 'ok' })
  expect(burnMeaning(2, 30)).toEqual({ words: 'a full budget is gone in 15 days', tone: 'warn' })
  expect(burnMeaning(30, 30)).toEqual({ words: 'a full budget is gone in 24\u202fh', tone: 'bad' })
})

test('figures stand in the unit of their level', () => {
  expect(writtenIn('share', 0.9981)).toBe('99.81\u202f%')
  expect(writtenIn('seconds', 720)).toBe('12\u202fmin')
  expect(saidIn('share', 0.9805)).toBe('98.05 percent')
  expect(saidIn('seconds', 720)).toBe('12 minutes')
})
