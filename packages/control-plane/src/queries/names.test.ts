import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RelationNames, relationText } from './names.ts'

const names = new RelationNames([
  { id: 'flight-ops/daily-report', tables: ['daily_report'] },
  { id: 'sales/orders', tables: ['orders', 'lines'] },
  { id: 'sales/returns', tables: ['only_table'] },
  { id: 'order/group', tables: ['group'] },
])
const text = (product: string, table: string) => {
  const relation = names.of(product, table)
  return relation && relationText(relation)
}

test('dashes become underscores, further tables stand behind their product, reserved words are quoted', () => {
  expect(text('flight-ops/daily-report', 'daily_report')).toBe('flight_ops.daily_report')
  expect(text('sales/orders', 'orders')).toBe('sales.orders')
  expect(text('sales/orders', 'lines')).toBe('sales.orders__lines')
  expect(text('sales/returns', 'only_table')).toBe('sales.returns')
  expect(text('order/group', 'group')).toBe('"order"."group"')
})

test('the exact name always is that table; another one that would be spelled like it keeps only its own', () => {
  expect(names.find('flight-ops', 'daily-report')?.product).toBe('flight-ops/daily-report')
  const two = new RelationNames([
    { id: 'ops/day_report', tables: ['day_report'] },
    { id: 'ops/day-report', tables: ['day_report'] },
  ])
  expect(two.find('ops', 'day_report')?.product).toBe('ops/day_report')
  expect(two.find('ops', 'day-report')?.product).toBe('ops/day-report')
  expect(relationText(two.of('ops/day-report', 'day_report')!)).toBe('ops."day-report"')
})

test('of two that would be spelled alike the first by id is', () => {
  const two = new RelationNames([
    { id: 'a-b_c/x', tables: ['x'] },
    { id: 'a_b-c/x', tables: ['x'] },
  ])
  expect(two.find('a_b_c', 'x')?.product).toBe('a-b_c/x')
  expect(two.of('a-b_c/x', 'x')).toMatchObject({ schema: 'a_b_c', name: 'x' })
  expect(two.of('a_b-c/x', 'x')).toMatchObject({ schema: 'a_b-c', name: 'x' })
})

test('a text names a table however it is written', () => {
  for (const sql of [
    'select * from sales.orders',
    'FROM SALES . ORDERS',
    'select * from "sales"."orders" o',
    'select * from/**/sales/**/./**/orders--',
    `select '"', x from sales.orders where y = '"'`,
    '(from sales.orders)',
  ])
    expect(names.namedIn(sql).map(relationText)).toContain('sales.orders')
  expect(names.namedIn('select * from "flight-ops"."daily-report"').map(({ product }) => product)).toContain(
    'flight-ops/daily-report',
  )
  expect(names.namedIn('select 1')).toEqual([])
})

test('what stands around a name does not hide it', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      const found = names.namedIn(`${before} sales.orders ${after}`)
      expect(found.some(({ product }) => product === 'sales/orders')).toBe(true)
    }),
  )
})
