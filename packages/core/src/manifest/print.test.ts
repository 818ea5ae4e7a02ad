import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wholeManifest } from './fixtures.ts'
import type { DataProduct } from './model.ts'
import { printManifest } from './print.ts'
import { readManifests } from './read.ts'

/** The product of a manifest that has no errors. */
function read(text: string, files?: Record<string, string>): DataProduct {
  const { documents, issues } = readManifests(text, 'p.yaml', files)
  expect(issues.filter((issue) => issue.severity === 'error')).toEqual([])
  return documents[0] as DataProduct
}

/** Positions belong to a file, not to the product. */
const unplaced = (product: DataProduct): unknown =>
  JSON.parse(JSON.stringify(product, (key, value) => (key === 'at' || key === 'versionAt' ? undefined : value)))

test('a whole manifest survives print and parse', () => {
  const product = read(wholeManifest)
  expect(unplaced(read(printManifest(product)))).toEqual(unplaced(product))
})

test('a manifest whose columns come from a file survives print and parse beside that file', () => {
  const files = {
    's.avsc': JSON.stringify({
      type: 'record',
      name: 'A',
      doc: 'Doc',
      fields: [
        { name: 'a', type: 'int', pii: true },
        { name: 'b', type: ['null', 'string'] },
      ],
    }),
  }
  const product = read(
    '{apiVersion: datamesh/v1, kind: DataProduct, metadata: {name: a, domain: d, owner: o}, spec: {schema: {file: s.avsc, key: a}, transforms: {key: a, materialized: merge}}}',
    files,
  )
  expect(unplaced(read(printManifest(product), files))).toEqual(unplaced(product))
})

const text = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 20, unit: 'binary' }),
    fc.constantFrom(
      'yes',
      '1.0',
      'null',
      ' - x',
      '# a',
      'a: b',
      '<<',
      '"',
      "it's",
      'ü\n\tz',
      '2001-01-01',
      '~',
      '{{ a }}',
    ),
  )
  .filter((t) => !t.includes('\0') && t.isWellFormed())
const loose = fc.oneof(
  text,
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(text, { maxLength: 2 }),
  fc.dictionary(text, fc.integer(), { maxKeys: 2 }),
)
const some = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })
const duration = fc.oneof(
  fc.integer({ min: 1, max: 5000 }).map((n) => `${n} minutes`),
  fc.constantFrom('hourly', 'PT5M', '< 5 minutes', '7 days', '90s', '1h 30m', '250 ms', '3 years'),
)
const share = fc.oneof(
  fc.double({ min: 0.001, max: 1, noNaN: true }),
  fc.integer({ min: 1, max: 9999 }).map((n) => `${n / 100}%`),
)
const columns = ['id', 'amount', 'at', 'who', 'Ünique "x"']
const column = fc.constantFrom(...columns)
const field = (name: string) =>
  fc.record(
    {
      name: fc.constant(name),
      type: fc.constantFrom(
        'int',
        'string',
        'decimal(10,2)',
        'timestamptz',
        'struct<a: int, b: array<string>>',
        'uuid[]',
      ),
      nullable: some(fc.boolean()),
      pii: some(fc.boolean()),
      key: some(fc.boolean()),
      description: some(text),
      classification: some(fc.constantFrom('public', 'restricted')),
    },
    { requiredKeys: ['name', 'type'] },
  )
const check = fc
  .tuple(
    fc.oneof(
      fc.record({
        type: fc.constantFrom('not_null', 'unique', 'duplicate_share'),
        columns: fc.uniqueArray(column, { minLength: 1 }),
        max_share: fc.constant('0.1%'),
      }),
      fc.record({
        type: fc.constant('range'),
        column,
        min: fc.oneof(fc.double({ noNaN: true, min: -1e15, max: 1e15 }), fc.constant('2001-01-01')),
      }),
      fc.record({
        type: fc.constant('accepted_values'),
        column,
        values: fc.array(fc.oneof(text, fc.integer(), fc.boolean()), { minLength: 1, maxLength: 4 }),
      }),
      fc.record({ type: fc.constant('freshness'), column, max_age: duration }),
      fc.record({ type: fc.constant('sql'), sql: text.filter((t) => t.trim() !== ''), min: fc.integer() }),
      fc.record({ check: fc.constantFrom('no null id', 'amount > 0', 'row_count > 3') }),
    ),
    fc.record(
      {
        severity: fc.constantFrom('error', 'warn', 'block'),
        threshold: share,
        where: text,
        name: text,
        description: text,
      },
      { requiredKeys: [] },
    ),
  )
  .map(([one, more]) => ({ ...one, ...more }))
const port = fc.record(
  {
    type: fc.constantFrom('rest', 'parquet', 'kafka', 'bigquery', 'sql', 'batch', 's3'),
    location: text,
    format: text,
    retention: duration,
    rate_limit: fc.constantFrom('10/s', '1000 req/min', '7 per 5 minutes', '500 requests per day'),
    partitioned_by: fc.uniqueArray(column, { maxLength: 2 }),
    settings: fc.dictionary(text, loose, { maxKeys: 2 }),
    topic: text,
    refresh: duration,
  },
  { requiredKeys: ['type'] },
)
const manifest = fc
  .record({
    metadata: fc.record(
      {
        description: text,
        version: fc.constantFrom('0.1.0', '12.3.4', '1.0.0-rc.1'),
        title: text,
        status: fc.constantFrom('draft', 'active', 'deprecated'),
        labels: fc.dictionary(text, text, { maxKeys: 2 }),
      },
      { requiredKeys: [] },
    ),
    fields: fc.tuple(...columns.map(field)),
    ports: fc.array(port, { maxLength: 4 }),
    checks: fc.array(check, { maxLength: 6 }),
    sla: fc.record(
      { freshness: duration, latency: duration, availability: share, completeness: share, support: text },
      { requiredKeys: [] },
    ),
    transforms: fc.record(
      {
        materialisation: fc.constantFrom('full', 'append', 'incremental', 'table'),
        key: fc.uniqueArray(column, { minLength: 1 }),
        vars: fc.dictionary(text, loose, { maxKeys: 3 }),
        schedule: fc.constantFrom('hourly', 'on_input', 'manual', '15 6 * * mon-fri'),
        timeout: duration,
      },
      { requiredKeys: [] },
    ),
    tags: fc.array(text, { maxLength: 3 }),
    documentation: fc.oneof(text, fc.dictionary(text, text, { maxKeys: 2 })),
  })
  .map(({ metadata, fields, ports, checks, sla, transforms, tags, documentation }) => ({
    apiVersion: 'datamesh/v1',
    kind: 'DataProduct',
    metadata: { name: 'p', domain: 'd', owner: 'o', ...metadata },
    spec: {
      tags,
      documentation,
      sla,
      transforms,
      quality_checks: checks,
      schema: { fields },
      output_ports: ports.map((one, i) => ({ name: `port${i}`, ...one })),
    },
  }))

test('a manifest survives print and parse', () => {
  fc.assert(
    fc.property(manifest, (written) => {
      const product = read(JSON.stringify(written))
      expect(unplaced(read(printManifest(product)))).toEqual(unplaced(product))
    }),
    { numRuns: 40 },
  )
})
