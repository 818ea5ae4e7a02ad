import { expect, test } from 'vitest'
import { staleBy } from './stale.ts'

const flights = { params: { domain: 'flight-operations', product: 'flights-fact' } }
const weather = { params: { domain: 'meteorology', product: 'weather' } }
const published = { type: 'snapshot.published', subject: 'flight-operations/flights-fact' }

test('a snapshot makes the pages of its product old, and the lists that tell of it', () => {
  const stale = staleBy([published])
  expect(stale('getProduct', flights)).toBe(true)
  expect(stale('listSnapshots', flights)).toBe(true)
  expect(stale('search', { query: { q: 'delay' } })).toBe(true)
  expect(stale('getProduct', weather)).toBe(false)
  expect(stale('listKeys', {})).toBe(false)
})

test('an event about a run or a request may concern any product', () => {
  expect(staleBy([{ type: 'access.granted', subject: 'req_1' }])('getProduct', weather)).toBe(true)
  expect(staleBy([{ type: 'access.granted', subject: 'safety/bird-strikes' }])('getProduct', weather)).toBe(false)
})

test('everything that happens is news', () => {
  expect(staleBy([{ type: 'principal.changed', subject: 'principal:leo' }])('recentEvents', { query: {} })).toBe(true)
})
