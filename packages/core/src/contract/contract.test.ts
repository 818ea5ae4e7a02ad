import { describe, expect, test } from 'vitest'
import type { CheckSpec, DataProduct } from '../manifest/index.ts'
import { readManifests } from '../manifest/index.ts'
import { thisRelease } from '../plan/index.ts'
import { asks } from './asks.ts'
import { contractTerms } from './terms.ts'
import { notEnforced } from './unenforced.ts'

const product = (spec: string): DataProduct => {
  const text = `apiVersion: datamesh/v1
kind: DataProduct
metadata: { name: orders, domain: sales, owner: sales-team, version: 1.2.0, description: Orders }
spec:
${spec}`
  const { documents, issues } = readManifests(text, 'dataproduct.yaml')
  expect(issues.filter((issue) => issue.severity === 'error')).toEqual([])
  return documents[0] as DataProduct
}

const asked = (check: string): string[] =>
  product(`  quality_checks:\n    - ${check}`).checks.map((spec: CheckSpec) => asks(spec))

describe('a check says what it asks', () => {
  test.each([
    ['{ type: not_null, column: carrier }', 'carrier is never empty'],
    ['{ type: not_null, column: carrier, threshold: "99%" }', 'at least 99 % of rows have a carrier'],
    ['{ type: not_null, column: order_id, threshold: "99.99%" }', 'at least 99.99 % of rows have an order_id'],
    ['{ type: unique, column: order_id }', 'order_id is unique'],
    ['{ type: unique, columns: [order_id, line] }', 'order_id and line are unique together'],
    ['{ type: unique, column: id, threshold: "90%" }', 'at least 90 % of rows have an id that no other row has'],
    ['{ type: range, column: total, min: 0 }', 'total is never below 0'],
    ['{ type: range, column: total, max: 6000 }', 'total is never above 6,000'],
    ['{ type: range, column: total, min: 1, max: 6000 }', 'total is always between 1 and 6,000'],
    ['{ type: range, column: day, min: "2001-01-01" }', 'day is never below 2001-01-01'],
    [
      '{ type: range, column: delay, min: -120, max: 2880, threshold: "99.99%" }',
      'at least 99.99 % of rows have a delay between -120 and 2,880',
    ],
    ['{ type: range, column: total, min: 0, where: "kind = 1" }', 'total is never below 0, where kind = 1'],
    ['{ type: accepted_values, column: status, values: [A, B, C] }', 'status is always one of A, B or C'],
    ['{ type: accepted_values, column: status, values: [A] }', 'status is always A'],
    [
      '{ type: accepted_values, column: n, values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] }',
      'n is always one of 1, 2, 3, 4, 5, 6, 7, 8 or 2 more',
    ],
    ['{ type: pattern, column: code, pattern: "^[A-Z]{3}$" }', 'code matches ^[A-Z]{3}$'],
    ['{ type: row_count, min: 1000000 }', 'there are at least 1,000,000 rows'],
    ['{ type: row_count, min: 1 }', 'there is at least 1 row'],
    ['{ type: row_count, min: 7, max: 7 }', 'there are exactly 7 rows'],
    ['{ type: freshness, column: at, max_age: 25 hours }', 'the newest at is at most 25 hours old'],
    ['{ type: freshness, column: at, max_age: 1 hour }', 'the newest at is at most 1 hour old'],
    [
      '{ type: relationship, column: origin, references: orders, field: code }',
      'every origin is there as code of orders',
    ],
    ['{ type: duplicate_share, max_share: "0.1%" }', 'at most 0.1 % of rows repeat an earlier row'],
    ['{ type: duplicate_share, column: id, max_share: 0 }', 'no row repeats the id of an earlier row'],
    [
      '{ type: sql, sql: "select *  from {{ table }} where a = b" }',
      'the query select * from {{ table }} where a = b finds no row',
    ],
    ['{ type: sql, sql: "select 1", min: 1 }', 'the query select 1 answers at least 1'],
  ])('%s', (written, sentence) => {
    expect(asked(written)).toEqual([sentence])
  })
})

describe('the terms', () => {
  test('tell owner, classification, readers, retention and documentation, and nothing that is not said', () => {
    const terms = contractTerms(
      product(`  output_ports:
    - { name: files, type: parquet, retention: 90 days }
  documentation: { readme: docs/README.md }
  access_control: { classification: confidential, readers: [analysts] }`),
    )
    const of = Object.fromEntries(terms.map(({ name, value }) => [name, value]))
    expect(of).toMatchObject({
      Owner: 'sales-team',
      Classification: 'confidential',
      'May read': 'analysts, and who holds a grant',
      Retention: 'files: 90 days',
      'Documentation: readme': 'docs/README.md',
      Published: 'when asked',
    })
    expect(of).not.toHaveProperty('Encryption')
  })
})

describe('what nothing enforces', () => {
  test('stands there with its reason: levels, ports, standards, encryption', () => {
    const clauses = notEnforced(
      product(`  input_ports:
    - { name: events, type: kafka, location: orders.v1 }
  output_ports:
    - { name: api, type: rest, auth: oauth2, pagination: cursor }
    - { name: stream, type: kafka }
  sla: { freshness: 1 hour, support: business hours }
  global_standards: { timestamp_format: ISO 8601 UTC }
  access_control: { encryption: ROT13 }`),
      thisRelease,
    )
    expect(clauses.map(({ clause }) => clause)).toEqual([
      'spec.sla.support: business hours',
      'spec.output_ports.api.auth: oauth2',
      'spec.output_ports.stream: kafka',
      'spec.input_ports.events: kafka',
      'spec.global_standards.timestamp_format: ISO 8601 UTC',
      'spec.access_control.encryption: ROT13',
    ])
    expect(clauses[2]!.because).toContain('needs a broker')
    expect(clauses.every(({ because }) => because !== '')).toBe(true)
  })

  test('is empty where everything is held', () => {
    expect(
      notEnforced(
        product(`  output_ports:
    - { name: api, type: rest, rate_limit: 60 req/min }
  sla: { freshness: 1 hour }`),
        thisRelease,
      ),
    ).toEqual([])
  })
})
