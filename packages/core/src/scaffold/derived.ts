import type { Alignment, Classification } from '../manifest/index.ts'
import { quoteIdent } from '../sql.ts'

/** One product that the new one reads: as it is published now. */
export type DerivedInput = {
  product: string
  table: string
  columns: readonly { name: string; type: string; nullable: boolean; description: string; pii: boolean; key: boolean }[]
}
export type DerivedProduct = {
  domain: string
  name: string
  owner: string
  title: string
  description: string
  alignment: Alignment
  classification: Classification
  /** The first is selected from; the others stand ready as staging models. */
  inputs: readonly [DerivedInput, ...DerivedInput[]]
}

const text = (value: string): string => JSON.stringify(value)
const bare = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : quoteIdent(name))
const portOf = (product: string): string => (product.split('/')[1] ?? product).replaceAll('-', '_')

/** The files of a product over other products. They build and pass as they are: the team goes on from there. */
export const derivedFiles = (product: DerivedProduct): Record<string, string> => {
  const { domain, name, inputs } = product
  const table = name.replaceAll('-', '_')
  const ports = portsOf(inputs)
  return {
    'dataproduct.yaml': manifest(product, ports),
    ...Object.fromEntries(
      inputs.map((input, i) => [
        `transforms/models/staging/stg_${ports[i]}.sql`,
        `select\n${input.columns.map(({ name: column }) => `  ${bare(column)}`).join(',\n')}\nfrom {{ source('${ports[i]}', '${input.table}') }}\n`,
      ]),
    ),
    [`transforms/models/marts/${table}.sql`]: mart(inputs, ports),
    'docs/README.md': `# ${product.title || name}\n\n${product.description || 'What this product is for, who asked for it, what to know before using it.'}\n`,
    'docs/CHANGELOG.md': `# Changelog\n\n## 1.0.0\n\n- First release of ${domain}/${name}.\n`,
  }
}

/** A name each, also where two domains have a product of the same name. */
const portsOf = (inputs: readonly DerivedInput[]): string[] => {
  const taken = new Set<string>()
  return inputs.map(({ product }) => {
    const base = portOf(product)
    let port = base
    for (let n = 2; taken.has(port); n++) port = `${base}_${n}`
    taken.add(port)
    return port
  })
}

const mart = ([first, ...others]: readonly [DerivedInput, ...DerivedInput[]], ports: readonly string[]): string => {
  const columns = first.columns.map(({ name }) => `  ${bare(name)}`).join(',\n')
  const joins = others.map((other, i) => {
    const shared = other.columns.find(({ name }) => first.columns.some((column) => column.name === name))
    return `-- left join {{ '{{' }} ref('stg_${ports[i + 1]}') {{ '}}' }} using (${shared ? bare(shared.name) : 'a column of both'})\n`
  })
  return `select\n${columns}\nfrom {{ ref('stg_${ports[0]}') }}\n${joins.join('')}`
}

const manifest = (product: DerivedProduct, ports: readonly string[]): string => {
  const [first] = product.inputs
  const keys = first.columns.filter(({ key }) => key).map(({ name }) => name)
  const always = first.columns.filter(({ nullable }) => !nullable).map(({ name }) => name)
  const pii = first.columns.filter((column) => column.pii).map(({ name }) => name)
  const list = (names: readonly string[]) => `[${names.map(text).join(', ')}]`
  return `apiVersion: datamesh/v1
kind: DataProduct
metadata:
  name: ${product.name}
  domain: ${product.domain}
  owner: ${text(product.owner)}
  version: 1.0.0
${product.title ? `  title: ${text(product.title)}\n` : ''}  description: ${text(product.description || `What ${product.name} is, in one sentence`)}
  alignment: ${product.alignment}
spec:
  tags: [${product.domain}]
  documentation:
    readme: docs/README.md
  input_ports:
${product.inputs.map((input, i) => `    - name: ${ports[i]}\n      type: product\n      product: ${input.product}\n`).join('')}  output_ports:
    - name: api
      type: rest
      rate_limit: 1000 req/min
    - name: files
      type: parquet
  transforms:
    models: transforms/models
    materialization: full
    # built again whenever one of its inputs publishes
    schedule: on_input
  sla:
    availability: "99.9%"
  quality_checks:
    - type: row_count
      min: 1
${always.length > 0 ? `    - type: not_null\n      columns: ${list(always)}\n` : ''}${keys.length > 0 ? `    - type: unique\n      columns: ${list(keys)}\n` : ''}  schema:
    compatibility: BACKWARD
    fields:
${first.columns
  .map(
    ({ name, type, nullable, description, pii: personal, key }) =>
      `      - { name: ${text(name)}, type: ${text(type.toLowerCase())}, nullable: ${nullable}${key ? ', primary_key: true' : ''}${personal ? ', pii: true, classification: confidential' : ''}, description: ${text(description || `What ${name} says`)} }`,
  )
  .join('\n')}
  access_control:
    classification: ${product.classification}
${pii.length > 0 ? `    pii_columns: ${list(pii)}\n` : ''}`
}
