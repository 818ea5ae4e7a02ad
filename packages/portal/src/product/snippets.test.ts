import { describe, expect, test } from 'vitest'
import { firstSnippet, formatOf, relationOf, type SnippetPort, snippetsOf, type Where } from './snippets.ts'

const api: SnippetPort = { technology: 'rest', format: null, kind: 'api', provisioned: true, url: '/rows' }
const parquet: SnippetPort = { technology: 'parquet', format: null, kind: 'batch', provisioned: true, url: '/files' }
const where: Where = {
  origin: 'http://127.0.0.1:4100',
  product: 'flight-operations/flights-fact',
  tables: ['flights_fact'],
  table: 'flights_fact',
  port: api,
}
const code = (port: SnippetPort, id: string, more: Partial<Where> = {}) =>
  snippetsOf({ ...where, port, ...more }).find((each) => each.id === id)?.code ?? ''

describe('snippets', () => {
  test('an API port is read by page, by SQL and by the SDK', () => {
    expect(snippetsOf(where).map(({ id }) => id)).toEqual([
      'curl',
      'python',
      'pandas',
      'typescript',
      'sql',
      'cli',
      'duckdb',
    ])
    expect(code(api, 'curl')).toContain(
      '"http://127.0.0.1:4100/api/v1/products/flight-operations/flights-fact/tables/flights_fact/rows?limit=10"',
    )
    expect(code(api, 'sql')).toContain('datamesh sql "select * from flight_operations.flights_fact limit 10"')
    expect(code(api, 'typescript')).toContain("mesh.rows('flight-operations/flights-fact', 'flights_fact')")
  })
  test('a port of files is downloaded whole, for tools that read files', () => {
    expect(snippetsOf({ ...where, port: parquet }).map(({ id }) => id)).toEqual([
      'curl',
      'python',
      'pandas',
      'duckdb',
      'dbt',
      'spark',
      'cli',
    ])
    expect(code(parquet, 'curl')).toContain('Accept: application/vnd.apache.parquet')
    expect(code(parquet, 'dbt')).toContain('external_location: data/flights_fact.parquet')
  })
  test('the format of a port decides type and name of the file', () => {
    const csv = { ...parquet, technology: 'csv' }
    const json = { ...parquet, technology: 'json' }
    const file = { ...parquet, technology: 'file', format: 'parquet' }
    expect([formatOf(csv), formatOf(json), formatOf(file)]).toEqual(['csv', 'json', 'parquet'])
    expect(code(csv, 'curl')).toContain('-o flights_fact.csv')
    expect(code(json, 'cli')).toContain('--format ndjson --output flights_fact.ndjson')
    expect(code(json, 'pandas')).toContain('lines=True')
    expect(code(csv, 'python')).toContain('"Accept": "text/csv"')
  })
  test('DuckDB reads over HTTP when the files are known', () => {
    const files = ['/api/v1/products/a/b/files/s/t/0.parquet']
    expect(code(parquet, 'duckdb')).not.toContain('create secret')
    expect(code(parquet, 'duckdb', { files })).toContain(
      "'http://127.0.0.1:4100/api/v1/products/a/b/files/s/t/0.parquet'",
    )
  })
  test('a second table is named, the first need not be', () => {
    const two = { tables: ['orders', 'lines'], table: 'lines', product: 'sales/my-orders' }
    expect(code(api, 'cli', two)).toContain('datamesh read sales/my-orders --table lines --limit 10')
    expect(relationOf(two)).toBe('sales.my_orders__lines')
    expect(relationOf(where)).toBe('flight_operations.flights_fact')
  })
  test('nothing is offered that does not work', () => {
    const kafka = { ...parquet, technology: 'kafka', kind: 'streaming', provisioned: false, url: null }
    expect(snippetsOf({ ...where, port: kafka })).toEqual([])
    expect(firstSnippet({ id: 'a/b', tables: [], outputPorts: [api] }, 'http://x')).toBeNull()
    expect(firstSnippet({ id: 'a/b', tables: ['t'], outputPorts: [kafka, api] }, 'http://x')?.id).toBe('curl')
  })
  test('no snippet carries a token', () => {
    for (const port of [api, parquet])
      for (const { code } of snippetsOf({ ...where, port, files: ['/f'] }))
        expect(code).not.toMatch(/dms?_[a-z0-9]{8}/i)
  })
})
