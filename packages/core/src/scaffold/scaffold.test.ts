import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readManifests } from '../manifest/index.ts'
import { corrected, personalBecause, productFiles, proposedChecks, proposedFrom, type SampleFile } from './index.ts'

describe('personal data is found by names and by values', () => {
  test.each([
    ['customerEmail', [], 'its name says an e-mail address'],
    ['First Name', [], 'its name says the name of a person'],
    ['date_of_birth', [], 'its name says a date of birth'],
    ['contact', ['ada@example.org', 'alan@example.org'], 'its values are e-mail addresses'],
    ['account', ['DE89 3704 0044 0532 0130 00', 'GB82WEST12345698765432'], 'its values are IBANs'],
    ['paid_with', ['4111 1111 1111 1111', '5500005555555559'], 'its values are card numbers'],
    ['seen_from', ['192.0.2.7', '2001:db8::1'], 'its values are IP addresses'],
    ['reach', ['+49 30 901820', '(030) 901820', '-'], 'most of its values are phone numbers'],
  ])('%s %j', (name, values, because) => {
    expect(personalBecause(name, values)).toBe(because)
  })

  test.each([
    ['name', ['London', 'Paris']],
    ['total', ['12.50', '7.00']],
    ['day', ['2024-01-31', '31.12.2024', '01/02/2024']],
    ['account', ['DE00 3704 0044 0532 0130 00']],
    ['order_number', ['4111111111111112', '4111111111111113']],
    ['version', ['1.2.3', '10.4.0']],
    ['shipped', []],
    ['postal_code', ['01067', '10115']],
    ['telling', ['a', 'b']],
    ['trip', ['12', '13']],
  ])('%s %j is nothing personal', (name, values) => {
    expect(personalBecause(name, values)).toBeNull()
  })
})

const column = (name: string, more: Partial<SampleFile['columns'][number]> = {}): SampleFile['columns'][number] => ({
  ...{ name, type: 'VARCHAR', nullable: false, unique: false, piiBecause: null, positive: null, values: null },
  examples: [],
  ...more,
})
const sample = (...columns: SampleFile['columns']): SampleFile => ({ format: 'csv', rows: 9, columns })
const read = (files: Record<string, string>) => {
  const { documents, issues } = readManifests(files['dataproduct.yaml'] ?? '', 'dataproduct.yaml', files)
  const [product] = documents
  if (product?.kind !== 'DataProduct') throw new Error(JSON.stringify(issues))
  return { product, errors: issues.filter((issue) => issue.severity === 'error') }
}
const written = (it: ReturnType<typeof proposedFrom>, more: { description?: string; title?: string } = {}) =>
  read(productFiles({ domain: 'sales', name: 'web-orders', owner: 'sales-team', from: it, schedule: null, ...more }))

const orders = proposedFrom(
  sample(
    column('id', { type: 'BIGINT', unique: true, positive: true }),
    column('amount', { type: 'DOUBLE', positive: true }),
    column('status', { values: ['open', 'done'] }),
    column('at', { type: 'TIMESTAMP', nullable: true }),
  ),
  'orders.csv',
)

test('what is proposed is what the manifest says, id by id', () => {
  const { product, errors } = written(orders)
  expect(errors).toEqual([])
  const proposed = proposedChecks('web-orders', orders).map((check) => check.id)
  expect(proposed).toEqual([
    'web_orders.not_null.id',
    'web_orders.not_null.amount',
    'web_orders.not_null.status',
    'web_orders.unique.id',
    'web_orders.range.amount',
    'web_orders.accepted_values.status',
    'web_orders.row_count',
    'dbt.no_row_from_the_future',
  ])
  expect(product.checks.map((check) => check.id)).toEqual(proposed.slice(0, -1))
})

test('a check that was taken out is promised nowhere, not by the schema either', () => {
  const without = ['web_orders.not_null.id', 'web_orders.accepted_values.status', 'web_orders.row_count']
  const columns = [{ name: 'status', pii: true, description: 'Where "it" stands: open or done' }]
  const { product, errors } = written(corrected('web-orders', orders, { columns, without }))
  expect(errors).toEqual([])
  const [id, , status] = product.schema.tables.web_orders?.fields ?? []
  expect(id).toMatchObject({ name: 'id', nullable: true, key: false })
  expect(status).toMatchObject({ pii: true, description: 'Where "it" stands: open or done' })
  expect(product.checks.map((check) => check.id)).toEqual([
    'web_orders.not_null.amount',
    'web_orders.not_null.status',
    'web_orders.range.amount',
  ])
})

test('what a file calls its columns is no part of the template', () => {
  const it = proposedFrom({ ...sample(column("{{ env_var('X') }} {% if %}")), format: 'parquet' }, 'a.parquet')
  const sql = productFiles({ domain: 'sales', name: 'a', owner: 'x', from: it })['transforms/models/staging/stg_a.sql']
  expect(sql).toContain(`"{{ '{' }}{ env_var('X') }} {{ '{' }}% if %}" as env_var_x_if`)
})

const line = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).filter((text) => text.trim() !== '')
test('whatever columns, title and description are called, the manifest reads back', () => {
  const some = fc.tuple(fc.uniqueArray(line, { minLength: 1, maxLength: 5 }), line, line)
  fc.assert(
    fc.property(some, ([names, title, description]) => {
      const it = proposedFrom(sample(...names.map((name) => column(name, { values: [name] }))), 'a.csv')
      const { product, errors } = written(it, { title, description })
      expect(errors).toEqual([])
      expect(product.description).toBe(description.trim())
      const port = product.inputPorts[0]?.source
      expect(port?.from === 'files' && Object.keys(port.columns).length).toBe(names.length)
    }),
  )
})
