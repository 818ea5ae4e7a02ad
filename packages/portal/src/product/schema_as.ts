/** A table's schema as other systems write it. Pure texts from DuckDB's type names. */

export type SchemaTable = {
  name: string
  description: string
  key: readonly string[]
  columns: readonly { name: string; type: string; nullable: boolean; description: string }[]
}

/** `DECIMAL(12,2)` → base, arguments, and how many times it is a list. */
type Parsed = { base: string; args: string[]; lists: number }
const parse = (type: string): Parsed => {
  let text = type.trim()
  let lists = 0
  for (let match = /\[\d*\]$/.exec(text); match; match = /\[\d*\]$/.exec(text)) {
    text = text.slice(0, match.index)
    lists++
  }
  const [, base = text, args] = /^([^(]+)(?:\((.*)\))?$/s.exec(text) ?? []
  return {
    base: base.trim().toUpperCase(),
    args: args === undefined ? [] : args.split(',').map((each) => each.trim()),
    lists,
  }
}

const quoted = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`)
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`

const ddl = (table: SchemaTable, typeOf: (type: string) => string): string => {
  const width = Math.max(...table.columns.map(({ name }) => quoted(name).length), 0)
  const lines = table.columns.map(
    ({ name, type, nullable }) => `  ${quoted(name).padEnd(width)} ${typeOf(type)}${nullable ? '' : ' not null'}`,
  )
  if (table.key.length > 0) lines.push(`  primary key (${table.key.map(quoted).join(', ')})`)
  const comments = [
    ...(table.description ? [`comment on table ${quoted(table.name)} is ${literal(table.description)};`] : []),
    ...table.columns
      .filter(({ description }) => description)
      .map(
        ({ name, description }) =>
          `comment on column ${quoted(table.name)}.${quoted(name)} is ${literal(description)};`,
      ),
  ]
  return `create table ${quoted(table.name)} (\n${lines.join(',\n')}\n);\n${comments.length > 0 ? `\n${comments.join('\n')}\n` : ''}`
}

/** In small letters, except what stands in quotes. */
const small = (type: string): string =>
  type.replaceAll(/('[^']*')|("[^"]*")|[^'"]+/g, (part, one, two) => (one || two ? part : part.toLowerCase()))
export const duckdbDdl = (table: SchemaTable): string => ddl(table, small)

const postgres: Readonly<Record<string, string>> = {
  TINYINT: 'smallint',
  UTINYINT: 'smallint',
  USMALLINT: 'integer',
  UINTEGER: 'bigint',
  UBIGINT: 'numeric(20)',
  HUGEINT: 'numeric(39)',
  UHUGEINT: 'numeric(39)',
  FLOAT: 'real',
  DOUBLE: 'double precision',
  VARCHAR: 'text',
  BLOB: 'bytea',
  DATETIME: 'timestamp',
  TIMESTAMP_S: 'timestamp',
  TIMESTAMP_MS: 'timestamp',
  TIMESTAMP_NS: 'timestamp',
  'TIMESTAMP WITH TIME ZONE': 'timestamptz',
  TIMESTAMPTZ: 'timestamptz',
  STRUCT: 'jsonb',
  MAP: 'jsonb',
  UNION: 'jsonb',
  JSON: 'jsonb',
  ENUM: 'text',
}
export const postgresDdl = (table: SchemaTable): string =>
  ddl(table, (type) => {
    const { base, args, lists } = parse(type)
    const plain = postgres[base] ?? (args.length > 0 ? `${base.toLowerCase()}(${args.join(',')})` : base.toLowerCase())
    return plain + '[]'.repeat(lists)
  })

type Json = Record<string, unknown>
const integers = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'UTINYINT', 'USMALLINT', 'UINTEGER'])
/** 64 bit and wider do not fit a JSON number; the API writes them as text. */
const wide = new Set(['BIGINT', 'UBIGINT', 'HUGEINT', 'UHUGEINT'])
const enumValues = (args: readonly string[]): string[] =>
  args.map((each) => each.replace(/^'|'$/g, '').replaceAll("''", "'"))

const jsonType = (type: string): Json => {
  const { base, args, lists } = parse(type)
  if (lists > 0) return { type: 'array', items: jsonType(type.trim().replace(/\[\d*\]$/, '')) }
  if (base === 'BOOLEAN') return { type: 'boolean' }
  if (integers.has(base)) return { type: 'integer' }
  if (wide.has(base)) return { type: ['integer', 'string'], pattern: '^-?[0-9]+$' }
  if (base === 'FLOAT' || base === 'DOUBLE') return { type: 'number' }
  if (base === 'DECIMAL') return { type: ['number', 'string'], pattern: '^-?[0-9]+([.][0-9]+)?$' }
  if (base === 'DATE') return { type: 'string', format: 'date' }
  if (base === 'TIME') return { type: 'string', format: 'time' }
  if (base.startsWith('TIMESTAMP') || base === 'DATETIME') return { type: 'string', format: 'date-time' }
  if (base === 'UUID') return { type: 'string', format: 'uuid' }
  if (base === 'BLOB') return { type: 'string', contentEncoding: 'base64' }
  if (base === 'ENUM') return { type: 'string', enum: enumValues(args) }
  if (base === 'STRUCT' || base === 'MAP') return { type: 'object' }
  if (base === 'JSON' || base === 'UNION') return {}
  return { type: 'string' }
}
const orNull = (schema: Json): Json =>
  'type' in schema
    ? {
        ...schema,
        type: [...(Array.isArray(schema.type) ? schema.type : [schema.type]), 'null'],
        ...(Array.isArray(schema.enum) ? { enum: [...schema.enum, null] } : {}),
      }
    : schema

/** One row, JSON Schema 2020-12. */
export const jsonSchema = (table: SchemaTable): string =>
  text({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: table.name,
    ...(table.description && { description: table.description }),
    type: 'object',
    properties: Object.fromEntries(
      table.columns.map(({ name, type, nullable, description }) => [
        name,
        { ...(nullable ? orNull(jsonType(type)) : jsonType(type)), ...(description && { description }) },
      ]),
    ),
    required: table.columns.filter(({ nullable }) => !nullable).map(({ name }) => name),
    additionalProperties: false,
  })

/** Avro names: letters, digits and underscores, not beginning with a digit. */
const avroName = (name: string): string => name.replaceAll(/[^A-Za-z0-9_]/g, '_').replace(/^(\d)/, '_$1')
const avroType = (type: string): unknown => {
  const { base, args, lists } = parse(type)
  if (lists > 0) return { type: 'array', items: avroType(type.trim().replace(/\[\d*\]$/, '')) }
  if (base === 'BOOLEAN') return 'boolean'
  if (['TINYINT', 'SMALLINT', 'INTEGER', 'UTINYINT', 'USMALLINT'].includes(base)) return 'int'
  if (base === 'BIGINT' || base === 'UINTEGER') return 'long'
  if (base === 'FLOAT') return 'float'
  if (base === 'DOUBLE') return 'double'
  if (base === 'DECIMAL')
    return { type: 'bytes', logicalType: 'decimal', precision: Number(args[0] ?? 18), scale: Number(args[1] ?? 3) }
  if (base === 'UBIGINT') return { type: 'bytes', logicalType: 'decimal', precision: 20, scale: 0 }
  if (base === 'HUGEINT' || base === 'UHUGEINT')
    return { type: 'bytes', logicalType: 'decimal', precision: 39, scale: 0 }
  if (base === 'DATE') return { type: 'int', logicalType: 'date' }
  if (base === 'TIME') return { type: 'long', logicalType: 'time-micros' }
  if (base === 'TIMESTAMPTZ' || base === 'TIMESTAMP WITH TIME ZONE')
    return { type: 'long', logicalType: 'timestamp-micros' }
  if (base.startsWith('TIMESTAMP') || base === 'DATETIME')
    return { type: 'long', logicalType: 'local-timestamp-micros' }
  if (base === 'UUID') return { type: 'string', logicalType: 'uuid' }
  if (base === 'BLOB') return 'bytes'
  return 'string'
}
/** One row, an Avro record. What Avro has no type for goes as text. */
export const avroSchema = (table: SchemaTable, namespace: string): string =>
  text({
    type: 'record',
    name: avroName(table.name),
    namespace: namespace.split('.').map(avroName).join('.'),
    ...(table.description && { doc: table.description }),
    fields: table.columns.map(({ name, type, nullable, description }) => ({
      name: avroName(name),
      ...(description && { doc: description }),
      ...(nullable ? { type: ['null', avroType(type)], default: null } : { type: avroType(type) }),
    })),
  })

const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
