import { wordsOf } from '../classification/index.ts'

/** What a sample file says, and the product that is proposed from it. Pure: the data plane looks at the file, the CLI and the server write. */

export type SampleFormat = 'csv' | 'json' | 'ndjson' | 'parquet'

/** A file as the data plane has looked at it. */
export type SampleFile = {
  format: SampleFormat
  rows: number
  columns: {
    name: string
    /** As the engine spells it; for CSV a type that a reader without any detection takes, else VARCHAR. */
    type: string
    nullable: boolean
    unique: boolean
    /** Why it looks like personal data; null when it does not. */
    piiBecause: string | null
    /** No value is below zero; null for what is no number. */
    positive: boolean | null
    /** All values, where they are few and often repeated; else null. */
    values: readonly string[] | null
    /** Up to three different values, as text. */
    examples: readonly string[]
  }[]
}

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
  /** For people; absent: a placeholder that asks to be written. */
  description?: string
}
export type Inferred = {
  location: string
  format: SampleFormat
  rows: number
  columns: InferredColumn[]
}

/** The columns of a first version: names that SQL takes without quotes, types that a manifest knows, what may be checked. */
export const proposedFrom = (sample: SampleFile, location: string): Inferred => {
  const taken = new Set<string>()
  return {
    location,
    format: sample.format,
    rows: sample.rows,
    columns: sample.columns.map((column, i) => ({
      ...columnOf(column, sample.format),
      name: unique(snake(column.name) || `column_${i + 1}`, taken),
    })),
  }
}

const columnOf = (column: SampleFile['columns'][number], format: SampleFormat): Omit<InferredColumn, 'name'> => {
  const type = typeOf(column.type)
  const nested = type === null && format !== 'csv' && /[[(]|^JSON$/.test(column.type)
  const name = snake(column.name)
  return {
    sourceName: column.name,
    type: type ?? 'string',
    ...(type === null && format !== 'csv' ? { as: nested ? 'json' : 'text' } : {}),
    nullable: column.nullable,
    unique: column.unique && !column.nullable && type !== null && /(^|_)(id|uuid|code|key|number|no|nr)$/.test(name),
    pii: column.piiBecause !== null,
    atLeastZero: column.positive === true && amount.test(name),
    values: type === 'string' ? column.values : null,
  }
}

/** Names of figures that mean nothing below zero. */
const amount =
  /(^|_)(amount|price|cost|fee|total|sum|quantity|qty|count|number_of|rows|size|weight|distance|duration|age|length|height|width|minutes|seconds|hours|days|km|kg)(_|$)/

/** A name that SQL takes without quotes. */
export const snake = (name: string): string =>
  wordsOf(name)
    .replace(/^(?=\d)/, 'c_')
    .slice(0, 58)

const unique = (name: string, taken: Set<string>): string => {
  let free = name
  for (let n = 2; taken.has(free); n++) free = `${name}_${n}`
  taken.add(free)
  return free
}

const types: Record<string, string> = {
  VARCHAR: 'string',
  BIGINT: 'bigint',
  INTEGER: 'integer',
  SMALLINT: 'smallint',
  TINYINT: 'smallint',
  DOUBLE: 'double',
  FLOAT: 'float',
  BOOLEAN: 'boolean',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
  'TIMESTAMP WITH TIME ZONE': 'timestamptz',
}
/** Null for what stays text or becomes text in a first version: times of day, structures, lists. */
const typeOf = (type: string): string | null =>
  types[type] ?? (/^DECIMAL\(\d+,\d+\)$/.test(type) ? type.toLowerCase() : null)
