import type { Field } from './model.ts'
import { toDuckDbType } from './types.ts'

export type FileFields =
  | { ok: true; format: 'avro' | 'jsonschema'; description: string; fields: Field[] }
  | { ok: false; why: string }

const maxFields = 5000
const maxDepth = 24

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Fields of an Avro record schema or a JSON Schema object. Nested types become struct, list and map types. */
export function readSchemaFile(text: string): FileFields {
  if (text.length > 1024 * 1024) return { ok: false, why: 'it has more than 1 MB' }
  let schema: unknown
  try {
    schema = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
  } catch (error) {
    return { ok: false, why: `it is no JSON: ${error instanceof Error ? error.message.slice(0, 120) : 'unreadable'}` }
  }
  if (Array.isArray(schema)) schema = schema.findLast((entry) => isObject(entry) && entry.type === 'record')
  if (!isObject(schema)) return { ok: false, why: 'it is neither an Avro record nor a JSON Schema object' }
  const read = { budget: 20_000 }
  if (schema.type === 'record' && Array.isArray(schema.fields)) return avroRecord(schema, read)
  if (isObject(schema.properties)) return jsonObject(schema, read)
  return { ok: false, why: 'it is neither an Avro record (type: record, fields) nor a JSON Schema object (properties)' }
}

type Reading = { budget: number }

const makeField = (name: string, type: string, nullable: boolean, description: string, from: Json): Field => {
  const sqlType = toDuckDbType(type)
  return {
    name,
    type,
    ...(sqlType === undefined ? {} : { sqlType }),
    nullable,
    description,
    pii: from.pii === true,
    key: from.key === true || from.primary_key === true,
  }
}

/** Rule: Avro 1.12, logical types. */
const avroLogical: Readonly<Record<string, string>> = {
  date: 'date',
  'time-millis': 'time',
  'time-micros': 'time',
  'timestamp-millis': 'timestamptz',
  'timestamp-micros': 'timestamptz',
  'timestamp-nanos': 'timestamptz',
  'local-timestamp-millis': 'timestamp',
  'local-timestamp-micros': 'timestamp',
  'local-timestamp-nanos': 'timestamp_ns',
  uuid: 'uuid',
  duration: 'interval',
}
const avroPlain: Readonly<Record<string, string>> = {
  string: 'string',
  bytes: 'binary',
  int: 'int',
  long: 'bigint',
  float: 'float',
  double: 'double',
  boolean: 'boolean',
  null: 'json',
}

function avroRecord(schema: Json, read: Reading): FileFields {
  const named = new Map<string, Json>()
  const fields: Field[] = []
  for (const entry of (schema.fields as unknown[]).slice(0, maxFields)) {
    if (!isObject(entry) || typeof entry.name !== 'string') return { ok: false, why: 'a field has no name' }
    const nullable = Array.isArray(entry.type) && entry.type.includes('null')
    const type = avroType(entry.type, named, read, 0)
    if (type === undefined) return { ok: false, why: `the type of field ${entry.name} is not understood` }
    fields.push(makeField(entry.name, type, nullable, textOf(entry.doc), entry))
  }
  return { ok: true, format: 'avro', description: textOf(schema.doc), fields }
}

function avroType(type: unknown, named: Map<string, Json>, read: Reading, depth: number): string | undefined {
  if (depth > maxDepth || --read.budget < 0) return undefined
  if (typeof type === 'string') {
    if (Object.hasOwn(avroPlain, type)) return avroPlain[type]
    const known = named.get(type) ?? named.get(type.split('.').at(-1)!)
    // A record that contains itself has no column type; its content is kept as JSON.
    return known ? (depth > 8 ? 'json' : avroType(known, named, read, depth + 1)) : undefined
  }
  if (Array.isArray(type)) {
    const others = type.filter((option) => option !== 'null')
    return others.length === 1 ? avroType(others[0], named, read, depth + 1) : 'json'
  }
  if (!isObject(type)) return undefined
  const logical = textOf(type.logicalType)
  if (logical === 'decimal') return `decimal(${Number(type.precision) || 18},${Number(type.scale ?? 0) || 0})`
  if (Object.hasOwn(avroLogical, logical)) return avroLogical[logical]
  if (typeof type.name === 'string') named.set(type.name, type)
  switch (type.type) {
    case 'enum':
      return 'string'
    case 'fixed':
      return 'binary'
    case 'array': {
      const inner = avroType(type.items, named, read, depth + 1)
      return inner && `array<${inner}>`
    }
    case 'map': {
      const inner = avroType(type.values, named, read, depth + 1)
      return inner && `map<string, ${inner}>`
    }
    case 'record': {
      if (!Array.isArray(type.fields)) return undefined
      const inner = type.fields.map((f: unknown) =>
        isObject(f) ? structPart(f.name, avroType(f.type, named, read, depth + 1)) : undefined,
      )
      return inner.length > 0 && inner.every((part) => part !== undefined) ? `struct<${inner.join(', ')}>` : 'json'
    }
    default:
      return avroType(type.type, named, read, depth + 1)
  }
}

const structPart = (name: unknown, type: string | undefined): string | undefined =>
  typeof name === 'string' && type !== undefined ? `"${name.replaceAll('"', '""')}": ${type}` : undefined

const jsonFormats: Readonly<Record<string, string>> = {
  date: 'date',
  time: 'time',
  'date-time': 'timestamptz',
  duration: 'interval',
  uuid: 'uuid',
  binary: 'binary',
  byte: 'binary',
}

function jsonObject(schema: Json, read: Reading): FileFields {
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  const definitions = {
    ...(isObject(schema.definitions) ? schema.definitions : {}),
    ...(isObject(schema.$defs) ? schema.$defs : {}),
  }
  const fields: Field[] = []
  for (const [name, entry] of Object.entries(schema.properties as Json).slice(0, maxFields)) {
    const { type, nullable } = jsonType(entry, definitions, read, 0)
    const about = isObject(entry) ? entry : {}
    fields.push(makeField(name, type, nullable || !required.has(name), textOf(about.description), about))
  }
  return { ok: true, format: 'jsonschema', description: textOf(schema.description), fields }
}

function jsonType(
  schema: unknown,
  definitions: Json,
  read: Reading,
  depth: number,
): { type: string; nullable: boolean } {
  const json = { type: 'json', nullable: false }
  if (!isObject(schema) || depth > maxDepth || --read.budget < 0) return json
  const ref = textOf(schema.$ref).match(/^#\/(?:\$defs|definitions)\/([^/]+)$/)?.[1]
  if (ref !== undefined)
    return Object.hasOwn(definitions, ref) && depth < 8
      ? jsonType(definitions[ref], definitions, read, depth + 1)
      : json
  const options = [schema.anyOf, schema.oneOf].find(Array.isArray)
  if (options) {
    const others = options.filter((option: unknown) => !(isObject(option) && option.type === 'null'))
    const nullable = others.length < options.length
    return others.length === 1
      ? { type: jsonType(others[0], definitions, read, depth + 1).type, nullable }
      : { type: 'json', nullable }
  }
  const types = (Array.isArray(schema.type) ? schema.type : [schema.type]).filter((t) => typeof t === 'string')
  const nullable = types.includes('null')
  const others = types.filter((t) => t !== 'null')
  if (others.length === 0 && Array.isArray(schema.enum))
    return { type: schema.enum.every((v) => typeof v === 'string') ? 'string' : 'json', nullable }
  if (others.length !== 1) return { type: 'json', nullable }
  return { type: jsonPlain(others[0]!, schema, definitions, read, depth), nullable }
}

function jsonPlain(type: string, schema: Json, definitions: Json, read: Reading, depth: number): string {
  const format = textOf(schema.format)
  switch (type) {
    case 'string':
      return Object.hasOwn(jsonFormats, format) ? jsonFormats[format]! : 'string'
    case 'integer':
      return format === 'int32' ? 'int' : 'bigint'
    case 'number':
      return format === 'float' ? 'float' : 'double'
    case 'boolean':
      return 'boolean'
    case 'array':
      return `array<${jsonType(schema.items, definitions, read, depth + 1).type}>`
    case 'object': {
      if (!isObject(schema.properties)) {
        const values = schema.additionalProperties
        return isObject(values) ? `map<string, ${jsonType(values, definitions, read, depth + 1).type}>` : 'json'
      }
      const parts = Object.entries(schema.properties).map(([name, inner]) =>
        structPart(name, jsonType(inner, definitions, read, depth + 1).type),
      )
      return parts.length > 0 ? `struct<${parts.join(', ')}>` : 'json'
    }
    default:
      return 'json'
  }
}
