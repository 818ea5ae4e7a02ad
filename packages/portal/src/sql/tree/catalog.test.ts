import { describe, expect, test } from 'vitest'
import { examplesFor } from '../saved/examples.ts'
import { firstLookAt, nameText, partsOf } from './catalog.ts'
import { aCatalog } from './catalog_for_tests.ts'
import { moveInTree, treeRows } from './rows.ts'

describe('names', () => {
  test('a name is quoted only where it has to be', () => {
    expect(['city', 'Order', 'on time', 'say "so"', '2nd'].map(nameText)).toEqual([
      'city',
      '"Order"',
      '"on time"',
      '"say ""so"""',
      '"2nd"',
    ])
  })
  test('a relation is taken apart as it was put together', () => {
    expect(partsOf('flights.daily')).toEqual(['flights', 'daily'])
    expect(partsOf('"flight-ops"."a.b ""c"""')).toEqual(['flight-ops', 'a.b "c"'])
  })
})

describe('the tree', () => {
  const open = new Set(['flights', 'people'])
  test('shows domains and products; a product that is opened shows its columns', () => {
    expect(treeRows(aCatalog, open).map(({ id }) => id)).toEqual(['flights', 'flights/daily', 'people', 'people/staff'])
    const rows = treeRows(aCatalog, new Set([...open, 'flights/daily']))
    expect(rows.filter(({ kind }) => kind === 'column').map(({ label, detail }) => `${label} ${detail}`)).toEqual([
      'at timestamptz',
      'order varchar',
      'delay integer',
    ])
  })
  test('a product with several tables has them between itself and its columns', () => {
    const rows = treeRows(aCatalog, new Set([...open, 'people/staff', 'people/staff/pay']))
    expect(rows.slice(3).map(({ kind, level, label }) => `${level} ${kind} ${label}`)).toEqual([
      '2 product staff',
      '3 table staff',
      '3 table pay',
      '4 column amount',
    ])
  })
  test('says which of how many siblings a line is', () => {
    const rows = treeRows(aCatalog, new Set([...open, 'flights/daily']))
    expect(rows.filter(({ level }) => level === 3).map(({ place, of }) => [place, of])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ])
  })
  test('a filter leaves what matches and opens what leads to it', () => {
    expect(treeRows(aCatalog, open, 'DELAY').map(({ id }) => id)).toEqual([
      'flights',
      'flights/daily',
      'flights/daily/daily.delay',
    ])
    expect(treeRows(aCatalog, open, 'DELAY', new Set(['flights/daily']))).toHaveLength(2)
    expect(treeRows(aCatalog, open, 'daily').map(({ id }) => id)).toEqual(['flights', 'flights/daily'])
    expect(treeRows(aCatalog, open, 'nothing like it')).toEqual([])
  })
  test('what may not be read is locked and cannot be named', () => {
    const staff = treeRows(aCatalog, open).find(({ id }) => id === 'people/staff')
    expect(staff).toMatchObject({ locked: 'people/staff', insert: null, about: 'ask its owner' })
  })
  test('a column that is a word of SQL is inserted in quotes, a product as its relation', () => {
    const rows = treeRows(aCatalog, new Set([...open, 'flights/daily']))
    expect(rows.find(({ label }) => label === 'order')).toMatchObject({ insert: '"order"', masked: true })
    expect(rows.find(({ label }) => label === 'daily')).toMatchObject({ insert: 'flights.daily' })
  })
  test('arrows walk, open, close and climb', () => {
    const rows = treeRows(aCatalog, new Set([...open, 'flights/daily']))
    expect(moveInTree(rows, 'flights', 'ArrowDown')).toEqual({ to: 'flights/daily' })
    expect(moveInTree(rows, 'flights/daily', 'ArrowLeft')).toEqual({ toggle: 'flights/daily' })
    expect(moveInTree(rows, 'people/staff', 'ArrowRight')).toEqual({ toggle: 'people/staff' })
    expect(moveInTree(rows, 'flights/daily/daily.at', 'ArrowLeft')).toEqual({ to: 'flights/daily' })
    expect(moveInTree(rows, 'people/staff', 'End')).toEqual({ to: 'people/staff' })
    expect(moveInTree(rows, 'flights', 'x')).toBeNull()
  })
})

test('a product opens with its first hundred rows', () => {
  expect(firstLookAt(aCatalog, 'flights/daily')).toBe('select *\nfrom flights.daily\nlimit 100\n')
  expect(firstLookAt(aCatalog, 'flights/gone')).toBeNull()
})

test('examples are made of what may be read, without what is masked', () => {
  const examples = examplesFor(aCatalog)
  expect(examples.map(({ title }) => title)).toEqual(['delay by month', 'Rows of daily'])
  expect(examples[0]?.sql).toContain('avg(delay) as avg_delay')
  expect(examples.map(({ sql }) => sql).join()).not.toMatch(/order"|staff/)
})
