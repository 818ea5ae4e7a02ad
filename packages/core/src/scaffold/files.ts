import { quoteIdent } from '../sql.ts'
import { keysOf, timeOf } from './checks.ts'
import type { NewProduct } from './product.ts'
import type { Inferred, InferredColumn } from './sample.ts'

/** The files of a new product that depend on its columns. */

const sqlTypes: Record<string, string> = { string: 'varchar' }

const quote = (text: string): string =>
  /^[A-Za-z_]([\w .-]*\w)?$/.test(text) && !/^(yes|no|on|off|true|false|null)$/i.test(text) ? text : doubleQuoted(text)
/** JSON is YAML but for signs that YAML does not call printable. */
const doubleQuoted = (text: string): string =>
  JSON.stringify(text).replaceAll(
    /[\x7f-\x9f\u2028\u2029\ufeff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** Mistakes of the sample become findings of the team: what is proposed is written down, not hidden in code. */
export function manifest(product: NewProduct, it: Inferred): string {
  const { domain, name, owner, schedule = '0 6 * * *' } = product
  const keys = keysOf(it)
  const always = it.columns.filter((column) => !column.nullable).map((column) => column.name)
  const pii = it.columns.filter((column) => column.pii).map((column) => column.name)
  // CSV has no types of its own: what the sample showed is written down, so that the next file cannot change it silently
  const declared =
    it.format === 'csv'
      ? `      columns:\n${it.columns.map((column) => `        ${quote(column.sourceName)}: ${sqlTypes[column.type] ?? column.type}\n`).join('')}`
      : ''
  const field = (column: Inferred['columns'][number]) =>
    `      - { name: ${quote(column.name)}, type: "${column.type}", nullable: ${column.nullable}${keys.includes(column) ? ', primary_key: true' : ''}${column.pii ? ', pii: true, classification: confidential' : ''}, description: ${doubleQuoted(column.description ?? `What ${column.name} says`)} }`
  const checks = [
    ...(always.length > 0 ? [`    - type: not_null\n      columns: [${always.map(quote).join(', ')}]`] : []),
    ...keys.map((column) => `    - type: unique\n      columns: [${quote(column.name)}]`),
    ...it.columns
      .filter((column) => column.atLeastZero)
      .map((column) => `    - type: range\n      columns: [${quote(column.name)}]\n      min: 0`),
    ...it.columns.flatMap((column) =>
      column.values
        ? [
            `    - type: accepted_values\n      columns: [${quote(column.name)}]\n      values: [${column.values.map((value) => doubleQuoted(value)).join(', ')}]`,
          ]
        : [],
    ),
    ...(it.rows > 0 ? ['    - type: row_count\n      min: 1'] : []),
  ]
  const title = product.title?.trim() ? `  title: ${quote(product.title.trim())}\n` : ''
  const alignment = product.alignment === undefined ? '' : `  alignment: ${product.alignment}\n`
  const classification = product.classification ?? (pii.length > 0 ? 'confidential' : 'internal')
  return `apiVersion: datamesh/v1
kind: DataProduct
metadata:
  name: ${name}
  domain: ${domain}
  owner: ${quote(owner)}
  version: 1.0.0
${title}  description: ${quote(product.description?.trim() || `What ${name} is, in one sentence`)}
${alignment}spec:
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
${schedule === null ? '' : `    schedule: ${JSON.stringify(schedule)}\n`}  sla:
${schedule === null ? '' : '    freshness: 25 hours\n'}    availability: "99.9%"
${checks.length > 0 ? `  quality_checks:\n${checks.join('\n')}\n` : ''}  schema:
    compatibility: BACKWARD
    fields:
${it.columns.map(field).join('\n')}
  access_control:
    classification: ${classification}
${pii.length > 0 ? `    pii_columns: [${pii.map(quote).join(', ')}]\n` : ''}`
}

const sqlName = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) && !reserved.has(name) ? name : quoteIdent(name)
/** Words that DuckDB does not take as a column without quotes, tried one by one. */
const reserved = new Set(
  'all analyse analyze and anti any array as asc asof asymmetric at authorization binary both by case cast check collate collation column concurrently constraint create cross default deferrable desc describe distinct do else end except fetch for foreign freeze from full glob group having ilike in initially inner intersect into is isnull join lambda lateral leading left like limit natural not notnull offset on only or order outer overlaps pivot pivot_longer pivot_wider placing positional primary qualify references returning right select semi show similar some summarize symmetric table tablesample then to trailing union unique unpack unpivot using variadic verbose when where window with'.split(
    ' ',
  ),
)

/** A model is a template: what a file calls its columns must not be read as a part of it. */
const plainSql = (sql: string): string => sql.replaceAll(/\{(?=[{%#])/g, "{{ '{' }}")

const selected = (column: InferredColumn): string => {
  const name = sqlName(column.name)
  const source = plainSql(sqlName(column.sourceName))
  if (column.as === 'json') return `cast(to_json(${source}) as varchar) as ${name}`
  if (column.as === 'text') return `cast(${source} as varchar) as ${name}`
  return column.sourceName === column.name ? source : `${source} as ${name}`
}

export const stagingSql = (it: Inferred): string => `select
${it.columns.map((column) => `  ${selected(column)}`).join(',\n')}
from {{ source('source', 'source') }}
`

/** Null where no column says when. */
export const testSql = (table: string, it: Inferred): string | null => {
  const time = timeOf(it)
  if (time === undefined) return null
  return `-- a test returns the rows that are wrong; none is well\nselect *\nfrom {{ ref('${table}') }}\nwhere ${sqlName(time.name)} > now() + interval 1 day\n`
}

export const expectations = (table: string, it: Inferred): string => {
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

const avroTypes: Record<string, unknown> = {
  bigint: 'long',
  integer: 'int',
  double: 'double',
  boolean: 'boolean',
  string: 'string',
  date: { type: 'int', logicalType: 'date' },
  timestamp: { type: 'long', logicalType: 'timestamp-micros' },
}

export function avroOf(domain: string, table: string, it: Inferred): unknown {
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
