import { expect, test } from 'vitest'
import { titleOf } from './title.ts'

test('every page has a name of its own', () => {
  expect(
    ['/', '/products', '/products/safety/bird-strikes', '/domains/safety', '/runs', '/runs/run_1', '/nowhere'].map(
      titleOf,
    ),
  ).toEqual([
    ...['Home · Datamesh', 'Marketplace · Datamesh', 'Bird strikes · Datamesh', 'Safety · Datamesh'],
    ...['Pipelines · Datamesh', 'Run run_1 · Datamesh', 'Datamesh'],
  ])
  expect(titleOf('/policies')).toBe('Policies · Datamesh')
  expect(titleOf('/policies/global/owner-present')).toBe('Owner present · Datamesh')
  expect(titleOf('/playground')).toBe('Policy playground · Datamesh')
})
