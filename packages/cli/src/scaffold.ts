import { avroOf, expectations, manifest, stagingSql, testSql } from './scaffold_files.ts'

/** What `init` and `new` write. Every file works as it is: the product builds, its checks pass. */

export type InferredColumn = {
  name: string
  /** As the file calls it. */
  sourceName: string
  type: string
  /** The file's own type has no place in a first version: kept as text, or as JSON text. */
  as?: 'text' | 'json'
  nullable: boolean
  pii: boolean
  unique: boolean
  atLeastZero: boolean
  values: readonly string[] | null
}
export type Inferred = {
  location: string
  format: 'csv' | 'json' | 'ndjson' | 'parquet'
  rows: number
  columns: InferredColumn[]
}
export type NewProduct = { domain: string; name: string; owner: string; from: 'sample' | Inferred }

const required = (name: string, type: string, more: Partial<InferredColumn> = {}): InferredColumn => ({
  ...{ name, sourceName: name, type, nullable: false, pii: false, unique: false, atLeastZero: false, values: null },
  ...more,
})
const sample: Inferred = {
  location: 'data/sample.csv',
  format: 'csv',
  rows: 3,
  columns: [
    required('id', 'bigint', { unique: true }),
    required('customer_email', 'string', { pii: true }),
    required('amount', 'decimal(10,2)', { atLeastZero: true }),
    required('created_at', 'timestamp'),
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
