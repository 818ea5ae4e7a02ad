import { type Field, MeshError, quoteIdent } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { canonicalType, carrierOf, castKeepsValues } from './types.ts'

type Typed = { name: string; type: string }

/** One output column: `sql` makes it from the model's column. */
export type Conformed = { name: string; type: string; sql: string; field: Field | undefined }

export type Wanted = {
  table: string
  fields: readonly Field[]
  /** Columns of the published rows that this build continues; empty when it starts anew. */
  continued: readonly Typed[]
  warn: (message: string) => void
}

/** A column, or what is wrong with it. */
type Judged = Conformed | string

/**
 * The output columns of a table: declared ones first, in declared order and type, then what else was built.
 * @throws schema-mismatch listing every difference
 */
export const conform = async (
  connection: DuckDBConnection,
  built: readonly Typed[],
  { table, fields, continued, warn }: Wanted,
): Promise<Conformed[]> => {
  const published = new Map(continued.map((column) => [column.name.toLowerCase(), column.type]))
  const left = new Map(built.map((column) => [column.name.toLowerCase(), column]))
  const judged: Judged[] = []
  for (const field of fields) {
    const column = left.get(field.name.toLowerCase())
    left.delete(field.name.toLowerCase())
    if (column === undefined) judged.push(`${table}.${field.name} is missing`)
    else {
      const promised = field.sqlType === undefined ? undefined : await canonicalType(connection, field.sqlType)
      judged.push(asPromised(table, column, field, promised, published.get(field.name.toLowerCase())))
    }
  }
  for (const column of left.values()) {
    if (fields.length > 0) warn(`${table}.${column.name} (${column.type}) is built but not in the schema`)
    judged.push(asBuilt(table, column, column.name, undefined, published.get(column.name.toLowerCase())))
  }
  const differences = judged.filter((one) => typeof one === 'string')
  if (differences.length > 0) {
    const issues = differences.map((message) => ({ code: 'schema-mismatch', message, severity: 'error' as const }))
    throw new MeshError('schema-mismatch', { product: table, differences }, { issues })
  }
  return judged.filter((one) => typeof one !== 'string')
}

const asPromised = (
  table: string,
  column: Typed,
  field: Field,
  promised: string | null | undefined,
  before: string | undefined,
): Judged => {
  if (promised === null) return `${table}.${field.name}: there is no type ${field.type}`
  if (promised === undefined) return asBuilt(table, column, field.name, field, before)
  if (!castKeepsValues(column.type, promised)) {
    return `${table}.${field.name} is ${column.type}, promised is ${promised}; write cast(${field.name} as ${promised.toLowerCase()}) in the model if that is meant`
  }
  if (before !== undefined && !castKeepsValues(before, carrierOf(promised))) {
    return `${table}.${field.name} is promised as ${promised}, but published rows have ${before}; publish once with --full-refresh`
  }
  return carried(table, column, field.name, promised, field)
}

/** Without a promise the type of the published rows stands where it holds the new values; else the new type, where it holds the old ones. */
const asBuilt = (
  table: string,
  column: Typed,
  name: string,
  field: Field | undefined,
  before: string | undefined,
): Judged => {
  const type = carrierOf(column.type)
  // Every scalar has a text; a null literal is an INTEGER to the engine.
  const keepsBefore =
    before !== undefined &&
    (castKeepsValues(column.type, before) || (before === 'VARCHAR' && /^\w+$/.test(column.type)))
  if (keepsBefore) return carried(table, column, name, before, field)
  if (before !== undefined && !castKeepsValues(before, type)) {
    return `${table}.${name} is ${column.type}, but published rows have ${before}; cast it in the model, or publish once with --full-refresh`
  }
  return carried(table, column, name, column.type, field)
}

const carried = (table: string, column: Typed, name: string, wanted: string, field: Field | undefined): Judged => {
  const type = carrierOf(wanted)
  if (type.startsWith('!'))
    return `${table}.${name} is ${wanted}, which Parquet and Delta do not carry; ${type.slice(1)}`
  const from = quoteIdent(column.name)
  const same = type === column.type && name === column.name
  return { name, type, sql: same ? from : `cast(${from} as ${type}) as ${quoteIdent(name)}`, field }
}
