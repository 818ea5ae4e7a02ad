import type { RE2JS } from 're2js'
import { re2 } from '../../library.ts'
import { fromJson } from '../../value.ts'
import { BuiltinError, type Call } from '../builtin.ts'
import { goJson } from '../json-text.ts'

/** A schema that was read: what it asks, ready to be asked. */
export type Schema = {
  /** `true` and `false` are schemas as well. */
  pass?: boolean
  ref?: Schema
  types: readonly string[]
  properties: readonly (readonly [string, Schema])[]
  additionalProperties?: boolean | Schema
  patternProperties: readonly (readonly [RE2JS, Schema])[]
  propertyNames?: Schema
  dependencies: ReadonlyMap<string, readonly string[] | Schema>
  items?: Schema | readonly Schema[]
  additionalItems?: boolean | Schema
  contains?: Schema
  bounds: Readonly<Record<string, number | bigint>>
  uniqueItems: boolean
  required: readonly string[]
  const?: string
  enum: readonly string[]
  format: string
  anyOf: readonly Schema[]
  oneOf: readonly Schema[]
  allOf: readonly Schema[]
  not?: Schema
  if?: Schema
  then?: Schema
  else?: Schema
}
type Json = Record<string, unknown>
/** 4, 6 or 7 by `$schema`; without one the newest, with the older spellings allowed. */
type Draft = 4 | 6 | 7 | 8

const typeNames = ['array', 'boolean', 'integer', 'number', 'null', 'object', 'string']
const drafts: Record<string, Draft> = {
  'http://json-schema.org/draft-04/schema': 4,
  'http://json-schema.org/draft-06/schema': 6,
  'http://json-schema.org/draft-07/schema': 7,
}
/** What relative references are relative to. Nothing is ever fetched from there, nor from anywhere else. */
const root = 'schema:///'
const maxDepth = 500

const fail = (message: string): never => {
  throw new BuiltinError(message)
}
const invalidType = (expected: string, given: string): never =>
  fail(`Invalid type. Expected: ${expected}, given: ${given}`)
const isObject = (json: unknown): json is Json => json !== null && typeof json === 'object' && !Array.isArray(json)
const isSchema = (json: unknown): json is Json | boolean => typeof json === 'boolean' || isObject(json)
const isNumber = (json: unknown): json is number | bigint => typeof json === 'number' || typeof json === 'bigint'
const own = (json: Json, key: string): unknown => (Object.hasOwn(json, key) ? json[key] : undefined)

/** One text for equal values. */
export const literal = (json: unknown): string => goJson(fromJson(json))

const draftOf = (json: unknown): Draft => {
  if (!isObject(json)) return 8
  const named = own(json, '$schema')
  if (named === undefined) return 8
  if (typeof named !== 'string') return fail('$schema must be of type string')
  return drafts[named.replace(/#$/, '')] ?? 8
}

const text = (json: Json, key: string): string | undefined => {
  const value = own(json, key)
  return value === undefined || typeof value === 'string' ? value : invalidType('string', key)
}
const list = (json: Json, key: string): readonly unknown[] => {
  const value = own(json, key)
  if (value === undefined) return []
  return Array.isArray(value) ? value : fail(`${key} must be of an array`)
}
const resolveUrl = (reference: string, base: string): string => {
  try {
    return new URL(reference, base).href
  } catch {
    return fail(`parse "${reference}": not a reference`)
  }
}
const idKey = (json: Json, draft: Draft): string =>
  draft === 4 || (draft === 8 && Object.hasOwn(json, 'id')) ? 'id' : '$id'

/** Every part of a document that has an identity of its own. */
const identified = (json: unknown, base: string, into: Map<string, unknown>, depth = 0): void => {
  if (depth > maxDepth) fail(`a schema nests deeper than ${maxDepth}`)
  if (Array.isArray(json)) for (const each of json) identified(each, base, into, depth + 1)
  if (!isObject(json)) return
  let here = base
  const id = own(json, Object.hasOwn(json, 'id') ? 'id' : '$id')
  if (typeof id === 'string') {
    here = resolveUrl(id, base)
    if (into.has(here)) fail(`Reference already exists: "${id}"`)
    into.set(here, json)
  }
  for (const [key, value] of Object.entries(json)) {
    if (key === 'const' || key === 'enum') continue
    const named = ['properties', 'dependencies', 'patternProperties'].includes(key) && isObject(value)
    for (const each of named ? Object.values(value) : [value]) identified(each, here, into, depth + 1)
  }
}

const pointedAt = (json: unknown, pointer: string): unknown => {
  let at = json
  for (const part of pointer === '' ? [] : pointer.replace(/^\//, '').split('/')) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
    const next = Array.isArray(at) ? at[Number(key)] : isObject(at) ? own(at, key) : undefined
    if (next === undefined) return fail(`Object has no key '${key}'`)
    at = next
  }
  return at
}

/** @throws BuiltinError with the message of OPA; references to other documents are refused. Rule: gojsonschema as OPA holds it (drafts 4, 6 and 7) */
export const readSchema = (document: unknown, call: Call): Schema => {
  const draft = draftOf(document)
  const known = new Map<string, unknown>([[root, document]])
  identified(document, root, known)
  const read = new Map<string, Schema>()
  let depth = 0

  const referenced = (reference: string, base: string): Schema => {
    const target = resolveUrl(reference, base)
    const done = read.get(target)
    if (done) return done
    const [place = '', fragment = ''] = target.split('#')
    let json: unknown
    if (known.has(target)) json = known.get(target)
    else if (known.has(place)) json = pointedAt(known.get(place), fragment)
    else if (target.startsWith(root)) return fail(`Reference ${target.slice(root.length - 1)} must be canonical`)
    else return fail(`remote reference loading disabled: ${reference} (put the schema into the policy or into data)`)
    if (!isSchema(json)) return fail('Valid Schema must be of type object')
    // the same object is filled later: a schema may refer to itself
    const made = empty()
    read.set(target, made)
    return Object.assign(made, schema(json, place === '' ? base : place))
  }

  const schema = (json: unknown, base: string): Schema => {
    call.spend(20)
    if (++depth > maxDepth) fail(`a schema nests deeper than ${maxDepth}`)
    try {
      return fields(json, base)
    } finally {
      depth--
    }
  }

  const fields = (json: unknown, base: string): Schema => {
    if (typeof json === 'boolean' && draft >= 6) return { ...empty(), pass: json }
    if (!isObject(json)) return fail('Expected: Valid Schema, given: Invalid JSON')
    const id = text(json, idKey(json, draft))
    const here = id === undefined ? base : resolveUrl(id, base)
    const sub = (value: unknown): Schema => schema(value, here)
    const made: { -readonly [K in keyof Schema]: Schema[K] } = empty()
    const definitions = own(json, 'definitions')
    if (definitions !== undefined) {
      if (!isObject(definitions) || !Object.values(definitions).every(isSchema))
        return invalidType('Array Of Schemas', 'definitions')
      for (const each of Object.values(definitions)) sub(each)
    }
    text(json, 'title')
    text(json, 'description')
    const reference = text(json, '$ref')
    if (reference !== undefined) return { ...made, ref: referenced(reference, here) }

    made.types = typesOf(own(json, 'type'))
    const properties = own(json, 'properties')
    if (properties !== undefined) {
      if (!isObject(properties)) return fail('Properties must be of type object')
      made.properties = Object.entries(properties).map(([name, each]) => [name, sub(each)] as const)
    }
    for (const key of ['additionalProperties', 'additionalItems'] as const) {
      const value = own(json, key)
      if (value === undefined) continue
      if (!isSchema(value)) return invalidType('boolean/Valid Schema', key)
      made[key] = typeof value === 'boolean' ? value : sub(value)
    }
    const patterns = own(json, 'patternProperties')
    if (patterns !== undefined) {
      if (!isObject(patterns)) return invalidType('Valid Schema', 'patternProperties')
      made.patternProperties = Object.entries(patterns).map(
        ([pattern, each]) => [compiled(pattern), sub(each)] as const,
      )
    }
    const names = own(json, 'propertyNames')
    if (names !== undefined && draft >= 6) {
      if (!isSchema(names)) return invalidType('Valid Schema', 'patternProperties')
      made.propertyNames = sub(names)
    }
    made.dependencies = dependencies(own(json, 'dependencies'), sub)
    const items = own(json, 'items')
    if (items !== undefined) {
      if (!(Array.isArray(items) ? items.every(isSchema) : isSchema(items)))
        return invalidType('Valid Schema/Array Of Schemas', 'items')
      made.items = Array.isArray(items) ? items.map(sub) : sub(items)
    }
    made.bounds = bounds(json, draft)
    text(json, 'pattern')
    made.format = text(json, 'format') ?? ''
    const required: string[] = []
    for (const each of list(json, 'required')) {
      if (typeof each !== 'string') return invalidType('string', 'required')
      if (required.includes(each)) return fail('required items must be unique')
      required.push(each)
    }
    made.required = required
    const unique = own(json, 'uniqueItems')
    if (unique !== undefined && typeof unique !== 'boolean') return fail('uniqueItems must be of a boolean')
    made.uniqueItems = unique === true
    if (draft >= 6 && Object.hasOwn(json, 'contains')) made.contains = sub(json.contains)
    if (draft >= 6 && Object.hasOwn(json, 'const')) made.const = literal(json.const)
    made.enum = list(json, 'enum').map(literal)
    if (new Set(made.enum).size < made.enum.length) return fail('enum items must be unique')
    for (const key of ['oneOf', 'anyOf', 'allOf'] as const) made[key] = list(json, key).map(sub)
    for (const key of ['not', 'if', 'then', 'else'] as const) {
      const value = own(json, key)
      if (value === undefined || (key !== 'not' && draft < 7)) continue
      if (!isSchema(value)) return fail(`${key} must be of an object`)
      made[key] = sub(value)
    }
    return made
  }
  if (!isSchema(document)) fail('schema is invalid')
  return schema(document, root)
}

const empty = (): Schema => ({
  types: [],
  properties: [],
  patternProperties: [],
  dependencies: new Map(),
  bounds: {},
  uniqueItems: false,
  required: [],
  enum: [],
  format: '',
  anyOf: [],
  oneOf: [],
  allOf: [],
})

const typesOf = (value: unknown): string[] => {
  if (value === undefined) return []
  const given = typeof value === 'string' ? [value] : value
  if (!Array.isArray(given) || !given.every((each) => typeof each === 'string'))
    return invalidType('type', 'string/Array Of Strings')
  for (const [at, each] of given.entries()) {
    if (!typeNames.includes(each)) {
      fail(
        `has a primitive type that is NOT VALID -- given: /${each}/ Expected valid values are:[array boolean integer number null object string]`,
      )
    }
    if (given.indexOf(each) < at) fail(`${each} type is duplicated`)
  }
  return given
}

const compiled = (pattern: string): RE2JS => {
  try {
    return re2().compile(pattern)
  } catch {
    return fail(`Invalid regex pattern '${pattern}'`)
  }
}

const dependencies = (json: unknown, sub: (json: unknown) => Schema): Map<string, readonly string[] | Schema> => {
  const made = new Map<string, readonly string[] | Schema>()
  if (json === undefined) return made
  if (!isObject(json)) return fail('dependencies must be of type object')
  for (const [key, value] of Object.entries(json)) {
    if (isSchema(value)) made.set(key, sub(value))
    else if (Array.isArray(value) && value.every((each) => typeof each === 'string')) made.set(key, value)
    else fail('Dependency must be of type Schema Or Array Of Strings')
  }
  return made
}

const bounds = (json: Json, draft: Draft): Record<string, number | bigint> => {
  const made: Record<string, number | bigint> = {}
  const multiple = own(json, 'multipleOf')
  if (multiple !== undefined) {
    if (!isNumber(multiple)) invalidType('Number', 'multipleOf')
    else if (multiple <= 0) fail('multipleOf must be strictly greater than 0')
    else made.multipleOf = multiple
  }
  for (const [key, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    const value = own(json, key)
    if (value !== undefined) {
      if (isNumber(value)) made[key] = value
      else fail(`${key} must be of a Number`)
    }
    const strict = own(json, exclusive)
    if (strict === undefined) continue
    if (typeof strict === 'boolean' && (draft === 4 || draft === 8)) {
      const plain = made[key]
      if (plain === undefined) fail(`${exclusive} cannot be used without ${key}`)
      else if (strict) {
        made[exclusive] = plain
        delete made[key]
      }
    } else if (isNumber(strict) && draft !== 4) made[exclusive] = strict
    else invalidType(draft === 4 ? 'boolean' : draft === 8 ? 'boolean/number' : 'number', exclusive)
  }
  for (const kind of ['Length', 'Properties', 'Items']) {
    for (const key of [`min${kind}`, `max${kind}`]) {
      const value = own(json, key)
      if (value === undefined) continue
      if (!isNumber(value) || (typeof value === 'number' && !Number.isInteger(value)))
        fail(`${key} must be of an integer`)
      else if (value < 0) fail(`${key} must be greater than or equal to 0`)
      else made[key] = value
    }
    const [least, most] = [made[`min${kind}`], made[`max${kind}`]]
    if (kind !== 'Items' && least !== undefined && most !== undefined && least > most) {
      fail(`min${kind} cannot be greater than max${kind}`)
    }
  }
  return made
}
