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
  /** Names (lower case) that the continued files still hold for columns that were dropped. */
  buried: () => Promise<readonly string[]>
  /** True when no row was built: its types then say nothing. */
  isEmpty: () => Promise<boolean>
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
  wanted: Wanted,
): Promise<Conformed[]> => {
  const { table, fields, continued, warn } = wanted
  const published = new Map(continued.map((column) => [column.name.toLowerCase(), column.type]))
  const left = new Map(built.map((column) => [column.name.toLowerCase(), column]))
  const judged: Judged[] = []
  const fresh = continued.length === 0 ? [] : built.filter(({ name }) => !published.has(name.toLowerCase()))
  const buried = new Set(fresh.length === 0 ? [] : await wanted.buried())
  for (const { name } of fresh) {
    if (buried.has(name.toLowerCase())) {
      judged.push(
        `${table}.${name} was published before and dropped, and the published files still hold its old values; choose another name, or publish once with --full-refresh`,
      )
    }
  }
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
  const names = new Set(built.map(({ name }) => name.toLowerCase()))
  for (const { name } of continued) {
    if (!names.has(name.toLowerCase())) warn(`${table}.${name} is published, but not built any more: it goes`)
  }
  const differences = judged.filter((one) => typeof one === 'string')
  if (differences.length > 0) {
    const retyped = await withoutRows(connection, built, wanted)
    if (retyped !== null) {
      const fitting = await conform(connection, retyped, { ...wanted, isEmpty: async () => false, warn: () => {} })
      return fitting.map((one) => ({ ...one, sql: `null::${one.type} as ${quoteIdent(one.name)}` }))
    }
    const issues = differences.map((message) => ({ code: 'schema-mismatch', message, severity: 'error' as const }))
    throw new MeshError('schema-mismatch', { product: table, differences }, { issues })
  }
  return judged.filter((one) => typeof one !== 'string')
}

/** What an empty batch built, in the types that are promised or published; null when there are rows. A file that is only a header has no types. */
const withoutRows = async (
  connection: DuckDBConnection,
  built: readonly Typed[],
  { fields, continued, isEmpty }: Wanted,
): Promise<Typed[] | null> => {
  if (!(await isEmpty())) return null
  const known = new Map(continued.map((column) => [column.name.toLowerCase(), column.type]))
  const retyped: Typed[] = []
  for (const { name, type } of built) {
    const field = fields.find((one) => one.name.toLowerCase() === name.toLowerCase())
    const promised = field?.sqlType === undefined ? undefined : await canonicalType(connection, field.sqlType)
    retyped.push({ name, type: promised ?? known.get(name.toLowerCase()) ?? type })
  }
  return retyped
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
