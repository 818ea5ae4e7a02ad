import type { Alignment, Classification } from '../manifest/index.ts'
import { avroOf, expectations, manifest, stagingSql, testSql } from './files.ts'
import type { Inferred, InferredColumn } from './sample.ts'

/** What `init` and `new` write. Every file works as it is: the product builds, its checks pass. */

export type NewProduct = {
  domain: string
  name: string
  owner: string
  from: 'sample' | Inferred
  title?: string
  description?: string
  alignment?: Alignment
  /** Absent: confidential with personal data, else internal. */
  classification?: Classification
  /** Cron of the builds and, with it, what freshness is promised. Null: built when somebody asks. */
  schedule?: string | null
  /** Ids of checks that are no part of the manifest and were taken out. */
  without?: readonly string[]
}

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

export function productFiles(product: NewProduct): Record<string, string> {
  const { domain, name, from } = product
  const table = name.replaceAll('-', '_')
  const it = from === 'sample' ? sample : from
  const future = testSql(table, it)
  return {
    'dataproduct.yaml': manifest(product, it),
    'schema/v1.avsc': `${JSON.stringify(avroOf(domain, table, it), null, 2)}\n`,
    [`transforms/models/staging/stg_${table}.sql`]: stagingSql(it),
    [`transforms/models/marts/${table}.sql`]: `select *\nfrom {{ ref('stg_${table}') }}\n`,
    'transforms/dbt_project.yml': `name: ${table}\nversion: 1.0.0\nconfig-version: 2\nmodel-paths: [models]\nseed-paths: [seeds]\nmacro-paths: [macros]\ntest-paths: [../tests]\n`,
    'quality/expectations.yaml': expectations(table, it),
    ...(future === null || product.without?.includes('dbt.no_row_from_the_future')
      ? {}
      : { 'tests/no_row_from_the_future.sql': future }),
    'ci/pipeline.yaml': pipeline(name),
    'docs/README.md': `# ${heading(product.title) || name}\n\n${product.description?.trim() || 'What this product is for, who asked for it, what to know before using it.'}\n`,
    'docs/CHANGELOG.md': `# Changelog\n\n## 1.0.0\n\n- First release.\n`,
    ...(from === 'sample' ? { 'data/sample.csv': sampleData } : {}),
  }
}

const heading = (title = ''): string => title.replaceAll(/\s+/g, ' ').trim()

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
