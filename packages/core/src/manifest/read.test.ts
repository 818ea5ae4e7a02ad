import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { placeOf } from '../errors.ts'
import { exampleManifest } from './example.ts'
import { readManifests } from './read.ts'

const head = (more = '') => `apiVersion: datamesh/v1
kind: DataProduct
metadata:
  name: parcels
  domain: shipping
  owner: parcel-team
${more}`

/** Issues of a manifest as `line:column code fix`. */
const told = (text: string, files?: Record<string, string>) =>
  readManifests(text, 'p.yaml', files).issues.map((i) => `${i.at?.line}:${i.at?.column} ${i.code} → ${i.fix}`)

const product = (text: string, files?: Record<string, string>) => {
  const { documents, issues } = readManifests(text, 'p.yaml', files)
  expect(issues.filter((i) => i.severity === 'error')).toEqual([])
  const first = documents[0]
  if (first?.kind !== 'DataProduct') throw new Error('no product was read')
  return first
}

describe('a manifest', () => {
  test('calls no input port like a schema that models have already', () => {
    expect(
      told(head('spec: { input_ports: [{ name: temp, location: a.csv }, { name: This, location: b.csv }] }\n')),
    ).toEqual(['7:31 name-invalid → write temp_in', '7:64 name-invalid → write this_in'])
  })

  test('of a product that reads itself is told so before anything is registered', () => {
    const ports = '{ name: other, product: shipping/other }, { name: me, product: "datamesh://shipping/parcels@1" }'
    expect(told(head(`spec: { input_ports: [${ports}] }\n`))).toEqual([
      '7:65 product-cycle → take it out; in an incremental model {{ this }} reads what is published',
    ])
  })

  test('with the least that must be said is a product with every default', () => {
    const p = product(head('spec: {}\n'))
    expect(p).toMatchObject({
      id: 'shipping/parcels',
      version: '1.0.0',
      status: 'active',
      access: { classification: 'internal' },
    })
    expect(p.transforms).toMatchObject({
      models: 'transforms/models',
      materialisation: 'full',
      schedule: { onInput: false },
    })
  })

  test('of the reference page is valid', () => {
    expect(told(exampleManifest)).toEqual([])
  })

  test('tells every mistake at once, each with place and remedy', () => {
    const text = head(`  versoin: 1.0.0
spec:
  outputPorts: []
  tags: parcel
  output_ports:
    - name: api
      type: rest
      rate_limit: fast
    - name: api
      type: kafak
  sla:
    freshness: soonish
  schema:
    fields:
      - { name: parcel_id, type: strnig }
      - { name: weight, type: double }
      - { name: Weight, type: double }
  quality_checks:
    - { type: not_null, columns: [parcel_id, wieght] }
    - { type: uniqe, column: parcel_id }
    - { type: pattern, column: parcel_id, pattern: "[" }
`)
    expect(told(text)).toEqual([
      '7:3 key-unknown → write version',
      '9:3 key-unknown → write output_ports',
      '10:9 type-wrong → write a list of texts, such as ["order","fact-table"]',
      '14:19 value-invalid → write requests per time, such as "1000 req/min" or "10/s"',
      '15:13 name-duplicate → give one of them another name',
      '16:13 technology-unknown → did you mean kafka?',
      '18:16 value-invalid → write a number and a unit, such as "5 minutes", "1 hour" or "7 days"',
      '21:34 value-unknown → write string',
      '23:17 name-duplicate → give one of them another name',
      '25:46 column-unknown → write weight',
      '26:15 value-unknown → write unique',
      '27:52 value-invalid → mend it; the dialect is RE2',
    ])
    expect(readManifests(text, 'p.yaml').documents).toEqual([])
  })

  test('with a number where a text belongs is told how to quote it, as it was written', () => {
    expect(told(head('  title: 007\nspec: {}\n'))).toEqual(['7:10 type-wrong → put it in quotes: "007"'])
    expect(told(head('  version: 1.10\nspec: {}\n'))).toEqual(['7:12 type-wrong → write 1.10.0'])
    expect(told(head('  version: "1.10"\nspec: {}\n'))).toEqual(['7:12 value-invalid → write 1.10.0'])
  })

  test('with a key in the wrong place is told the right one', () => {
    expect(told(head('  tags: [a]\nspec: {}\n'))).toEqual(['7:3 key-unknown → tags belongs under spec'])
    expect(told(head('spec:\n  compute: {}\n  transforms: { engine: spark }\n'))).toEqual([
      '8:3 key-unknown → write transforms',
      '9:25 engine-declared → write engine: duckdb, or keep it for an installation that has it',
    ])
    expect(told(head('spec:\n  checks: []\n'))).toEqual(['8:3 key-unknown → write quality_checks'])
    expect(told(head('spec:\n  quality-checks: []\n  accessControl: {}\n'))).toEqual([
      '8:3 key-unknown → write quality_checks',
      '9:3 key-unknown → write access_control',
    ])
  })

  test('with a key twice, or without what must be there, says so', () => {
    expect(told(head('  owner: other\nspec: {}\n'))).toEqual(['7:3 yaml-duplicate-key → keep one of the two'])
    expect(told('apiVersion: datamesh/v1\nkind: DataProduct\nmetadata:\n  name: parcels\nspec: {}\n')).toEqual([
      '3:1 key-missing → write domain: "order"',
      '3:1 key-missing → write owner: "order-squad"',
    ])
    expect(told('kind: DataProdct\n')).toEqual(['1:7 kind-unknown → write DataProduct'])
    expect(told('')).toEqual(['1:1 kind-unknown → write apiVersion: datamesh/v1 and kind: DataProduct'])
  })

  test('names a product that is no address, a cron line that never comes, a column that partitions nothing', () => {
    expect(
      told(
        head(`spec:
  input_ports:
    - { name: depots, product: shipping.depots }
  output_ports:
    - { name: files, type: parquet, partitioned_by: contry }
  transforms:
    schedule: 61 * * * *
    materialization: merge
    key: parcelid
  schema:
    fields:
      - { name: parcel_id, type: string }
      - { name: country, type: string }
  access_control: { pii_columns: [recipient] }
`),
      ),
    ).toEqual([
      '9:32 value-invalid → write shipping/depots',
      '11:53 column-unknown → write country',
      '13:15 value-invalid → write five fields (minute hour day month weekday), such as "15 6 * * *", or hourly, daily, weekly',
      '15:10 column-unknown → write parcel_id',
      '20:35 column-unknown → add it to the schema, or write one of parcel_id, country',
    ])
  })

  test('takes units and words as people spell them', () => {
    const p = product(
      head(`spec:
  input_ports: [{ name: depots, product: network/depots }]
  output_ports:
    api: { rate_limit: 1000 req/min }
    streaming: { type: kafka, topic: parcels.v1, retention: 7 days }
  transforms: { materialized: incremental, unique_key: parcel_id, schedule: every 15 minutes, memory: 2 GB }
  sla:
    freshness: { max_age_hours: 1 }
    latency: { threshold: < 5 minutes, percentile: p99 }
    availability: 0.999
    completeness: "> 95%"
    quality_score: "> 95%"
  quality_checks:
    - { check: no null parcel_id, severity: block, threshold: "100%" }
    - { check: weight > 0, severity: warning }
    - { type: duplicate_share, columns: [parcel_id], threshold: "99.9%" }
    - { type: foreign_key, column: depot, to: "depots.depots", field: code }
    - { sql: "select count(*) from {{ table }}", min: 1 }
`),
    )
    expect(p.outputPorts).toMatchObject([
      { name: 'api', kind: 'api', rateLimit: { requests: 1000, perSeconds: 60 } },
      { name: 'streaming', kind: 'streaming', location: 'parcels.v1', retentionSeconds: 604800 },
    ])
    expect(p.transforms).toMatchObject({
      materialisation: 'merge',
      key: ['parcel_id'],
      memoryMb: 2048,
      schedule: { cron: '*/15 * * * *' },
    })
    expect(p.sla).toEqual({
      freshness: { maxAgeSeconds: 3600, written: '1 hours' },
      latency: { maxSeconds: 300, percentile: 99, written: '< 5 minutes' },
      availability: { share: 0.999, written: '0.999' },
      completeness: { share: 0.95, written: '> 95%' },
      declared: { quality_score: '> 95%' },
    })
    expect(p.checks).toMatchObject([
      { id: 'parcels.not_null.parcel_id', severity: 'error' },
      { type: 'sql', severity: 'warn', sql: 'select * from {{ table }} where not ("weight" > 0)' },
      { type: 'duplicate_share', maxShare: 0.001, threshold: 1 },
      { type: 'relationship', references: { table: 'depots.depots', columns: ['code'] } },
      { type: 'sql', sqlReturns: 'number', min: 1 },
    ])
  })

  test('tells what follows from another mistake once', () => {
    expect(
      told('apiVersion: datamesh/v1\nkind: DataProduct\nmetadata: { name: a, domian: d, owner: o }\nspec: {}\n'),
    ).toEqual(['3:22 key-unknown → write domain'])
    expect(
      told(
        head(
          'spec:\n  sla: { freshness: { max_age_hours: one } }\n  quality_checks:\n    - { type: not_null, colum: a }\n',
        ),
      ),
    ).toEqual(['8:38 type-wrong → write a number', '10:25 key-unknown → write column'])
  })

  test('names a port that a relationship cannot mean, and a number that would become another', () => {
    expect(
      told(
        head(`spec:
  input_ports: [{ name: depots, product: network/depots }]
  quality_checks:
    - { type: relationship, column: depot, references: depot.depots }
    - { type: accepted_values, column: id, values: [12345678901234567890] }
`),
      ),
    ).toEqual([
      '10:56 table-unknown → write depots.depots',
      '11:53 number-too-large → put it in quotes: "12345678901234567890"',
    ])
  })

  test('warns when a unit has to be guessed', () => {
    expect(told(head('spec:\n  sla: { availability: 99.9, freshness: 300 }\n'))).toEqual([
      '8:24 unit-assumed → write the unit, to be sure',
      '8:41 unit-assumed → write the unit, to be sure',
    ])
  })

  test('takes its columns from an Avro or JSON Schema file', () => {
    const avro = JSON.stringify({
      type: 'record',
      name: 'Parcel',
      doc: 'One parcel',
      fields: [
        { name: 'parcel_id', type: { type: 'string', logicalType: 'uuid' }, doc: 'Number on the label' },
        { name: 'weight_kg', type: ['null', { type: 'bytes', logicalType: 'decimal', precision: 8, scale: 3 }] },
        {
          name: 'stops',
          type: {
            type: 'array',
            items: {
              type: 'record',
              name: 'Stop',
              fields: [{ name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' } }],
            },
          },
        },
      ],
    })
    const text = head('spec:\n  schema: { file: schema/v1.avsc }\n  transforms: { key: parcel_id }\n')
    const p = product(text, { 'schema/v1.avsc': avro })
    expect(p.schema.format).toBe('avro')
    expect(p.schema.tables.parcels).toMatchObject({
      description: 'One parcel',
      fields: [
        { name: 'parcel_id', sqlType: 'uuid', nullable: false, description: 'Number on the label', key: true },
        { name: 'weight_kg', sqlType: 'decimal(8,3)', nullable: true },
        { name: 'stops', sqlType: 'struct("at" timestamp with time zone)[]' },
      ],
    })
    expect(told(text, { 'schema/v2.avsc': avro })).toEqual(['8:19 file-missing → write schema/v2.avsc'])
    expect(told(text, { 'schema/v1.avsc': '{' })).toEqual([
      '8:19 file-invalid → write an Avro record or a JSON Schema object',
    ])
    const json = JSON.stringify({
      type: 'object',
      required: ['parcel_id'],
      properties: {
        parcel_id: { type: 'string', format: 'uuid' },
        sent_at: { type: 'string', format: 'date-time' },
        size: { $ref: '#/$defs/Size' },
      },
      $defs: { Size: { type: 'object', properties: { cm: { type: 'integer' } } } },
    })
    expect(product(text, { 'schema/v1.avsc': json }).schema.tables.parcels?.fields).toMatchObject([
      { sqlType: 'uuid', nullable: false },
      { sqlType: 'timestamp with time zone', nullable: true },
      { sqlType: 'struct("cm" bigint)' },
    ])
  })

  test('is read from JSON with tabs, and from several documents in one file', () => {
    const json =
      '{\n\t"apiVersion": "datamesh/v1",\n\t"kind": "DataProduct",\n\t"metadata": {"name": "parcels", "domain": "shipping", "owner": "t"},\n\t"spec": {}\n}\n'
    expect(product(json).id).toBe('shipping/parcels')
    const both = `${head('spec: {}\n')}---\napiVersion: datamesh/v1\nkind: Domain\nmetadata: { name: shipping }\nspec: { team: parcel-team, roles: { data_steward: Ada } }\n`
    expect(readManifests(both, 'p.yaml').documents).toMatchObject([
      { id: 'shipping/parcels' },
      { kind: 'Domain', name: 'shipping', roles: { dataSteward: 'Ada' } },
    ])
    expect(told(`${head('spec: {}\n')}---\n${head('spec: {}\n')}`)).toEqual([
      '9:1 name-duplicate → give one of them another name',
    ])
  })

  test('may repeat itself by anchors and merge keys', () => {
    const p = product(
      head(`spec:
  quality_checks:
    - &strict { type: not_null, column: parcel_id, severity: error }
    - { <<: *strict, column: weight }
`),
    )
    expect(p.checks.map((c) => c.id)).toEqual(['parcels.not_null.parcel_id', 'parcels.not_null.weight'])
  })
})

test('a workspace file says where the mesh is', () => {
  const { meshes, issues } = readManifests(
    'apiVersion: datamesh/v1\nkind: Mesh\nmetadata: { name: parcels-and-more }\nspec: { domains: d/*.yaml, input_roots: [., /data] }\n',
    'datamesh.yaml',
  )
  expect(issues).toEqual([])
  expect(meshes).toMatchObject([
    { domains: ['d/*.yaml'], products: ['**/dataproduct.yaml'], inputRoots: ['.', '/data'], timezone: 'UTC' },
  ])
})

const formats = new URL('../../../../../shared/formats/', import.meta.url)
describe.skipIf(!existsSync(formats))('files that teams have today (../shared/formats)', () => {
  const read = (file: string) => readFileSync(new URL(file, formats))

  test('the manifest is valid as written', () => {
    const { documents, issues } = readManifests(read('d/dataproduct.yaml'), 'dataproduct.yaml')
    expect(issues.map((i) => `${placeOf(i.at!)} ${i.message}`)).toEqual([])
    expect(documents).toMatchObject([
      {
        id: 'order/orders-fact',
        outputPorts: [{ technology: 'bigquery', kind: 'batch' }, { kind: 'streaming' }, { kind: 'api' }],
      },
    ])
  })

  test('the ownership map is valid as written', () => {
    const { documents, issues } = readManifests(read('d/domains.yaml'), 'domains.yaml')
    expect(issues).toEqual([])
    expect(documents).toMatchObject([
      { name: 'order', team: 'order-squad', announced: [{ name: 'orders-fact' }, {}] },
      { name: 'payment' },
    ])
  })

  test('the settings of ports are valid alone, and a mistake in them is told at its place', () => {
    expect(readManifests(read('d/output-ports.json'), 'output-ports.json').issues).toEqual([])
    const { issues } = readManifests('{"api": {"rate_limit": "often"}}', 'output-ports.json')
    expect(issues).toMatchObject([{ severity: 'error', at: { line: 1, column: 24 } }])
  })

  test('a contract of another standard is kept, with a warning that nothing of it is enforced here', () => {
    const { issues } = readManifests(read('d/data-contract.yaml'), 'data-contract.yaml')
    expect(issues).toMatchObject([{ code: 'contract-elsewhere', severity: 'warning' }])
  })

  test('the settings of ports are merged into the ports', () => {
    const files = { 'output-ports.json': read('d/output-ports.json').toString() }
    const { documents, issues } = readManifests(read('d/dataproduct.yaml'), 'dataproduct.yaml', files)
    expect(issues).toEqual([])
    expect(documents).toMatchObject([
      {
        outputPorts: [
          {
            name: 'batch',
            technology: 'bigquery',
            location: 'project.dataset.orders_fact',
            partitionedBy: ['order_date'],
            refresh: 'hourly',
          },
          { name: 'streaming', retentionSeconds: 604800 },
          { name: 'api', rateLimit: { requests: 1000, perSeconds: 60 }, auth: 'OAuth2' },
          { name: 'file', kind: 'file', partitionedBy: ['year', 'month', 'day'] },
        ],
      },
    ])
  })

  test('the Avro schema gives its columns', () => {
    const text = `apiVersion: datamesh/v1\nkind: DataProduct\nmetadata: { name: orders-fact, domain: order, owner: x }\nspec: { schema: { file: order.avsc } }\n`
    const { documents } = readManifests(text, 'p.yaml', { 'order.avsc': read('d/order.avsc').toString() })
    const fields = documents[0]?.kind === 'DataProduct' ? documents[0].schema.tables.orders_fact?.fields : []
    expect(fields?.map((f) => f.sqlType)).toEqual([
      'varchar',
      'varchar',
      'varchar',
      'decimal(10,2)',
      'varchar',
      'timestamp with time zone',
      'map(varchar, varchar)',
    ])
  })
})
