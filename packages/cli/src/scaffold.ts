/** What `init` and `new` write. Every file works as it is: the product builds, its checks pass. */

export type Inferred = {
  location: string
  format: 'csv' | 'json' | 'ndjson' | 'parquet'
  columns: { name: string; type: string; nullable: boolean; pii: boolean; unique: boolean; sourceName: string }[]
}
export type NewProduct = { domain: string; name: string; owner: string; from: 'sample' | Inferred }

const sample: Inferred = {
  location: 'data/sample.csv',
  format: 'csv',
  columns: [
    { name: 'id', type: 'bigint', nullable: false, pii: false, unique: true, sourceName: 'id' },
    { name: 'customer_email', type: 'string', nullable: false, pii: true, unique: false, sourceName: 'customer_email' },
    { name: 'amount', type: 'decimal(10,2)', nullable: false, pii: false, unique: false, sourceName: 'amount' },
    { name: 'created_at', type: 'timestamp', nullable: false, pii: false, unique: false, sourceName: 'created_at' },
  ],
}
const sampleData = `id,customer_email,amount,created_at
1,ada@example.org,12.50,2026-01-02T09:15:00
2,grace@example.org,7.00,2026-01-02T11:40:00
3,alan@example.org,129.99,2026-01-03T08:05:00
`

export const meshFiles = (name: string): Record<string, string> => ({
  'datamesh.yaml': `apiVersion: datamesh/v1
kind: Mesh
metadata:
  name: ${name}
spec:
  domains: ["domains/*.yaml"]
  products: ["*/*/dataproduct.yaml"]
  # file input ports may read from these folders and from nowhere else
  input_roots: ["."]
`,
  '.gitignore': '.datamesh/\n',
  'README.md': `# ${name}

A data mesh. \`datamesh validate\` checks it, \`datamesh up\` runs it on this machine.
`,
})

export const domainFile = (name: string, team: string, alignment: string): string => `apiVersion: datamesh/v1
kind: Domain
metadata:
  name: ${name}
  description: What the ${name} domain is about, in one sentence
spec:
  team: ${team}
  alignment: ${alignment}
  kind: core
  source_systems: []
`

export function productFiles({ domain, name, owner, from }: NewProduct): Record<string, string> {
  const table = name.replaceAll('-', '_')
  const it = from === 'sample' ? sample : from
  return {
    'dataproduct.yaml': manifest({ domain, name, owner, it }),
    'schema/v1.avsc': `${JSON.stringify(avroOf(domain, table, it), null, 2)}\n`,
    [`transforms/models/staging/stg_${table}.sql`]: stagingSql(it),
    [`transforms/models/marts/${table}.sql`]: `select *\nfrom {{ ref('stg_${table}') }}\n`,
    'transforms/dbt_project.yml': `name: ${table}\nversion: 1.0.0\nconfig-version: 2\nmodel-paths: [models]\nseed-paths: [seeds]\nmacro-paths: [macros]\ntest-paths: [../tests]\n`,
    'quality/expectations.yaml': expectations(table, it),
    'tests/no_row_from_the_future.sql': testSql(table, it),
    'ci/pipeline.yaml': pipeline(name),
    'docs/README.md': `# ${name}\n\nWhat this product is for, who asked for it, what to know before using it.\n`,
    'docs/CHANGELOG.md': `# Changelog\n\n## 1.0.0\n\n- First release.\n`,
    ...(from === 'sample' ? { 'data/sample.csv': sampleData } : {}),
  }
}

const sqlTypes: Record<string, string> = { string: 'varchar' }

const quote = (text: string): string =>
  /^[A-Za-z_][\w .-]*$/.test(text) && !/^(yes|no|on|off|true|false|null)$/i.test(text) ? text : JSON.stringify(text)

function manifest({ domain, name, owner, it }: { domain: string; name: string; owner: string; it: Inferred }): string {
  const keys = it.columns.filter((column) => column.unique).slice(0, 1)
  const required = it.columns.filter((column) => !column.nullable).map((column) => column.name)
  const pii = it.columns.filter((column) => column.pii).map((column) => column.name)
  // CSV has no types of its own: what the sample showed is written down, so that the next file cannot change it silently
  const declared =
    it.format === 'csv'
      ? `      columns:\n${it.columns.map((column) => `        ${quote(column.sourceName)}: ${sqlTypes[column.type] ?? column.type}\n`).join('')}`
      : ''
  const field = (column: Inferred['columns'][number]) =>
    `      - { name: ${quote(column.name)}, type: "${column.type}", nullable: ${column.nullable}${keys.includes(column) ? ', primary_key: true' : ''}${column.pii ? ', pii: true, classification: confidential' : ''}, description: "What ${column.name} says" }`
  const checks = [
    ...(required.length > 0 ? [`    - type: not_null\n      columns: [${required.map(quote).join(', ')}]`] : []),
    ...keys.map((column) => `    - type: unique\n      columns: [${quote(column.name)}]`),
    '    - type: row_count\n      min: 1',
  ]
  return `apiVersion: datamesh/v1
kind: DataProduct
metadata:
  name: ${name}
  domain: ${domain}
  owner: ${owner}
  version: 1.0.0
  description: What ${name} is, in one sentence
spec:
  tags: [${domain}]
  documentation:
    readme: docs/README.md
  input_ports:
    - name: source
      type: file
      format: ${it.format}
      location: ${quote(it.location)}
${declared}  output_ports:
    - name: api
      type: rest
      rate_limit: 1000 req/min
    - name: files
      type: parquet
  transforms:
    models: transforms/models
    materialization: full
    schedule: "0 6 * * *"
  sla:
    freshness: 25 hours
    availability: "99.9%"
  quality_checks:
${checks.join('\n')}
  schema:
    compatibility: BACKWARD
    fields:
${it.columns.map(field).join('\n')}
  access_control:
    classification: ${pii.length > 0 ? 'confidential' : 'internal'}
${pii.length > 0 ? `    pii_columns: [${pii.map(quote).join(', ')}]\n` : ''}`
}

const sqlName = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`)

const stagingSql = (it: Inferred): string => `select
${it.columns.map((column) => `  ${column.sourceName === column.name ? sqlName(column.name) : `${sqlName(column.sourceName)} as ${sqlName(column.name)}`}`).join(',\n')}
from {{ source('source', 'source') }}
`

const testSql = (table: string, it: Inferred): string => {
  const time = it.columns.find((column) => column.type.startsWith('timestamp'))
  const condition = time
    ? `${sqlName(time.name)} > now() + interval 1 day`
    : it.columns[0]
      ? `${sqlName(it.columns[0].name)} is null and 1 = 0`
      : '1 = 0'
  return `-- a test returns the rows that are wrong; none is well\nselect *\nfrom {{ ref('${table}') }}\nwhere ${condition}\n`
}

const expectations = (table: string, it: Inferred): string => {
  const of = (kind: string, column: string) =>
    `  - expectation_type: ${kind}\n    kwargs:\n      column: ${quote(column)}\n`
  return `expectation_suite_name: ${table}\nexpectations:\n${it.columns
    .map(
      (column) =>
        (column.nullable ? '' : of('expect_column_values_to_not_be_null', column.name)) +
        (column.unique ? of('expect_column_values_to_be_unique', column.name) : ''),
    )
    .join('')}`
}

const pipeline = (name: string): string => `# for GitHub Actions; copy it to .github/workflows/
name: ${name}
on: [pull_request]
jobs:
  validate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Validate the manifest
        run: datamesh validate dataproduct.yaml
      - name: Build and check on sample data
        run: datamesh test
      - name: Generate the documentation
        run: datamesh docs generate --output docs/ --format markdown
`

const avroTypes: Record<string, unknown> = {
  bigint: 'long',
  integer: 'int',
  double: 'double',
  boolean: 'boolean',
  string: 'string',
  date: { type: 'int', logicalType: 'date' },
  timestamp: { type: 'long', logicalType: 'timestamp-micros' },
}

function avroOf(domain: string, table: string, it: Inferred): unknown {
  const type = (text: string): unknown => {
    const decimal = /^decimal\((\d+),(\d+)\)$/.exec(text)
    return decimal
      ? { type: 'bytes', logicalType: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) }
      : (avroTypes[text] ?? 'string')
  }
  return {
    type: 'record',
    name: table,
    namespace: domain.replaceAll('-', '_'),
    fields: it.columns.map((column) =>
      column.nullable
        ? { name: column.name.replaceAll(/\W/g, '_'), type: ['null', type(column.type)], default: null }
        : { name: column.name.replaceAll(/\W/g, '_'), type: type(column.type) },
    ),
  }
}
