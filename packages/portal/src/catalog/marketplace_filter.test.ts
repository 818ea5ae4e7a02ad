import { expect, test } from 'vitest'
import {
  activeFilters,
  asked,
  chosen,
  cleared,
  marked,
  offered,
  toggled,
  valueWord,
  without,
} from './marketplace_filter.ts'

test('values of a facet stand beside each other and choosing one starts at the first page', () => {
  const one = toggled({ q: 'delay', page: 3 }, 'tier', 'gold')
  expect(one).toEqual({ q: 'delay', tier: 'gold' })
  const two = toggled(one, 'tier', 'silver')
  expect(chosen(two, 'tier')).toEqual(['gold', 'silver'])
  expect(toggled(toggled(two, 'tier', 'gold'), 'tier', 'silver')).toEqual({ q: 'delay' })
})

test('clearing keeps how the list looks', () => {
  const wish = { q: 'x', tier: 'gold', view: 'rows', sort: 'used', page: 2 } as const
  expect(cleared(wish)).toEqual({ view: 'rows', sort: 'used' })
  expect(without(wish, 'tier')).toEqual({ q: 'x', view: 'rows', sort: 'used' })
})

test('the server is asked for a page, not for a view', () => {
  expect(asked({ q: 'x', view: 'rows', page: 3 })).toEqual({ q: 'x', sort: 'relevance', limit: 24, offset: 48 })
  // nothing to match: what others use comes first
  expect(asked({ sort: 'relevance' })).toEqual({ sort: 'used', limit: 24, offset: 0 })
})

test('active filters are told value by value in the order of the facets', () => {
  expect(activeFilters({ health: 'ok', tier: 'gold,none' }).map(({ key, value }) => `${key}:${value}`)).toEqual([
    'tier:gold',
    'tier:none',
    'health:ok',
  ])
  expect(valueWord('tier', 'none')).toBe('Not certified')
  expect(valueWord('domain', 'flight-operations')).toBe('Flight operations')
})

test('a chosen value stays on offer when nothing is left of it; named values keep their order', () => {
  expect(
    offered(
      'tier',
      [
        { value: 'bronze', count: 2 },
        { value: 'gold', count: 1 },
      ],
      ['silver'],
    ),
  ).toEqual([
    { value: 'gold', count: 1 },
    { value: 'silver', count: 0 },
    { value: 'bronze', count: 2 },
  ])
})

test('hits are told apart from what stands around them', () => {
  expect(marked('is_«delayed» or «late»')).toEqual([
    { text: 'is_', hit: false },
    { text: 'delayed', hit: true },
    { text: ' or ', hit: false },
    { text: 'late', hit: true },
  ])
})
