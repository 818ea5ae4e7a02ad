import { BuiltinError, type Call } from '../builtin.ts'
import { parseDecimal } from '../decimal.ts'
import { formats } from './formats.ts'
import { literal, type Schema } from './schema.ts'

/** `type` names the rule; the field is a path with points, `(Root)` for the whole. */
export type Problem = { type: string; field: string; desc: string }
/** The score tells which of several alternatives came closest. */
type Found = { problems: Problem[]; score: number }
type Json = unknown

const typeOf = (json: Json): string => {
  if (json === null) return 'null'
  if (Array.isArray(json)) return 'array'
  if (typeof json === 'number') return Number.isInteger(json) ? 'integer' : 'number'
  return typeof json === 'bigint' ? 'integer' : typeof json
}

/** Short, with an exponent from a million on. Rule: Go, big.Float, %v */
const bound = (value: number | bigint): string => {
  const [, sign = '', mantissa = '', exponent = ''] =
    /^(-?)([\d.]+)e([+-]\d+)$/.exec(Number(value).toExponential()) ?? []
  const power = Number(exponent)
  if (power >= -4 && power < 6) return String(value)
  return `${sign}${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

const isMultiple = (value: number | bigint, of: number | bigint): boolean => {
  const a = parseDecimal(String(value))
  const b = parseDecimal(String(of))
  const shift = Math.min(a.exponent, b.exponent)
  // beyond that nothing is a multiple by intention, and powers of ten grow without end
  if (a.exponent - shift > 400 || b.exponent - shift > 400) return false
  return (a.digits * 10n ** BigInt(a.exponent - shift)) % (b.digits * 10n ** BigInt(b.exponent - shift)) === 0n
}

const numberRules: readonly (readonly [
  string,
  (value: number | bigint, bound: number | bigint) => boolean,
  string,
  string,
])[] = [
  ['multipleOf', isMultiple, 'multiple_of', 'Must be a multiple of'],
  ['maximum', (value, most) => value <= most, 'number_lte', 'Must be less than or equal to'],
  ['exclusiveMaximum', (value, most) => value < most, 'number_lt', 'Must be less than'],
  ['minimum', (value, least) => value >= least, 'number_gte', 'Must be greater than or equal to'],
  ['exclusiveMinimum', (value, least) => value > least, 'number_gt', 'Must be greater than'],
]

/** Everything that is wrong. Keys of objects in their order. Rule: gojsonschema; `pattern` is not looked at, as in OPA */
export const match = (schema: Schema, document: Json, call: Call): Problem[] => {
  let depth = 0
  const check = (wanted: Schema, value: Json, path: string): Found => {
    call.spend(1)
    if (++depth > 500)
      throw new BuiltinError('the schema refers to itself without end, or the document nests deeper than 500')
    try {
      return checkOne(wanted, value, path)
    } finally {
      depth--
    }
  }
  const checkOne = (wanted: Schema, value: Json, path: string): Found => {
    const found: Found = { problems: [], score: 0 }
    const field = path.replace(/^\(Root\)\./, '')
    const add = (type: string, desc: string): void => {
      found.problems.push({ type, field, desc })
      found.score -= 2
    }
    const merge = (other: Found | undefined): void => {
      if (!other) return
      found.problems.push(...other.problems)
      found.score += other.score
    }
    if (wanted.pass !== undefined) {
      if (!wanted.pass) add('false', 'False always fails validation')
      return found
    }
    if (wanted.ref) return check(wanted.ref, value, path)
    const type = typeOf(value)
    const { types } = wanted
    if (types.length > 0 && !types.includes(type) && !(type === 'integer' && types.includes('number'))) {
      add(
        'invalid_type',
        `Invalid type. Expected: ${types.length > 1 ? `[${types.join()}]` : types[0]}, given: ${type}`,
      )
      return found
    }
    combined(wanted, value, path, found, add, merge)
    if (Array.isArray(value)) array(wanted, value, path, found, add, merge)
    else if (type === 'object') object(wanted, value as Record<string, Json>, path, found, add, merge)
    else if (typeof value === 'number' || typeof value === 'bigint') {
      for (const [key, holds, name, sentence] of numberRules) {
        const limit = wanted.bounds[key]
        if (limit !== undefined && !holds(value, limit)) add(name, `${sentence} ${bound(limit)}`)
      }
      found.score++
    }
    common(wanted, value, field, found, add)
    if (typeof value === 'string') {
      const { minLength, maxLength } = wanted.bounds
      const length = [...value].length
      if (minLength !== undefined && length < minLength)
        add('string_gte', `String length must be greater than or equal to ${minLength}`)
      if (maxLength !== undefined && length > maxLength)
        add('string_lte', `String length must be less than or equal to ${maxLength}`)
      found.score++
    }
    if (type === 'object') {
      for (const [key, each] of byKey(wanted.properties)) {
        if (Object.hasOwn(value as object, key))
          merge(check(each, (value as Record<string, Json>)[key], `${path}.${key}`))
      }
    }
    found.score++
    return found
  }
  type Add = (type: string, desc: string) => void
  type Merge = (other: Found | undefined) => void

  const combined = (wanted: Schema, value: Json, path: string, found: Found, add: Add, merge: Merge): void => {
    const better = (best: Found | undefined, next: Found): Found => (best && best.score >= next.score ? best : next)
    if (wanted.anyOf.length > 0) {
      let best: Found | undefined
      const passed = wanted.anyOf.some((each) => {
        const tried = check(each, value, path)
        if (tried.problems.length > 0) best = better(best, tried)
        return tried.problems.length === 0
      })
      if (!passed) {
        add('number_any_of', 'Must validate at least one schema (anyOf)')
        merge(best)
      }
    }
    if (wanted.oneOf.length > 0) {
      let best: Found | undefined
      let passed = 0
      for (const each of wanted.oneOf) {
        const tried = check(each, value, path)
        if (tried.problems.length === 0) passed++
        else if (passed === 0) best = better(best, tried)
      }
      if (passed !== 1) {
        add('number_one_of', 'Must validate one and only one schema (oneOf)')
        if (passed === 0) merge(best)
      }
    }
    if (wanted.allOf.length > 0) {
      const tried = wanted.allOf.map((each) => check(each, value, path))
      for (const each of tried) merge(each)
      if (tried.some((each) => each.problems.length > 0)) add('number_all_of', 'Must validate all the schemas (allOf)')
    }
    if (wanted.not && check(wanted.not, value, path).problems.length === 0)
      add('number_not', 'Must not validate the schema (not)')
    if (wanted.dependencies.size > 0 && typeOf(value) === 'object') {
      for (const key of Object.keys(value as object).sort()) {
        const needed = wanted.dependencies.get(key)
        if (needed === undefined) continue
        if ('types' in needed) merge(check(needed, value, path))
        else
          for (const other of needed)
            if (!Object.hasOwn(value as object, other)) add('missing_dependency', `Has a dependency on ${other}`)
      }
    }
    if (wanted.if) {
      const holds = check(wanted.if, value, path).problems.length === 0
      const then = holds ? wanted.then : wanted.else
      const tried = then && check(then, value, path)
      if (tried && tried.problems.length > 0) {
        if (holds) add('condition_then', 'Must validate "then" as "if" was valid')
        else add('condition_else', 'Must validate "else" as "if" was not valid')
        merge(tried)
      }
    }
    found.score++
  }

  const common = (wanted: Schema, value: Json, field: string, found: Found, add: Add): void => {
    if (wanted.const !== undefined && literal(value) !== wanted.const)
      add('const', `${field} does not match: ${wanted.const}`)
    if (wanted.enum.length > 0 && !wanted.enum.includes(literal(value))) {
      add('enum', `${field} must be one of the following: ${wanted.enum.join(', ')}`)
    }
    if (
      wanted.format !== '' &&
      typeof value === 'string' &&
      Object.hasOwn(formats, wanted.format) &&
      !formats[wanted.format]?.(value)
    ) {
      add('format', `Does not match format '${wanted.format}'`)
    }
    found.score++
  }

  const array = (wanted: Schema, value: readonly Json[], path: string, found: Found, add: Add, merge: Merge): void => {
    const { items, additionalItems } = wanted
    value.forEach((each, at) => {
      const positional = items && 'length' in items
      if (items && !positional) merge(check(items as Schema, each, `${path}.${at}`))
      else if (positional && at < items.length) merge(check(items[at] as Schema, each, `${path}.${at}`))
      else if (positional && items.length > 0 && typeof additionalItems === 'object')
        merge(check(additionalItems, each, `${path}.${at}`))
    })
    if (items && 'length' in items && items.length > 0 && items.length < value.length && additionalItems === false) {
      add('array_no_additional_items', 'No additional items allowed on array')
    }
    const { minItems, maxItems } = wanted.bounds
    if (minItems !== undefined && value.length < minItems)
      add('array_min_items', `Array must have at least ${minItems} items`)
    if (maxItems !== undefined && value.length > maxItems)
      add('array_max_items', `Array must have at most ${maxItems} items`)
    if (wanted.uniqueItems) {
      const seen = new Map<string, number>()
      value.forEach((each, at) => {
        const text = literal(each)
        const before = seen.get(text)
        if (before !== undefined) add('unique', `array items[${before},${at}] must be unique`)
        seen.set(text, at)
      })
    }
    if (wanted.contains) {
      let best: Found | undefined
      const some = value.some((each, at) => {
        const tried = check(wanted.contains as Schema, each, `${path}.${at}`)
        if (tried.problems.length > 0 && (!best || tried.score > best.score)) best = tried
        return tried.problems.length === 0
      })
      if (!some) {
        add('contains', 'At least one of the items must match')
        merge(best)
      }
    }
    found.score++
  }

  const object = (
    wanted: Schema,
    value: Readonly<Record<string, Json>>,
    path: string,
    found: Found,
    add: Add,
    merge: Merge,
  ): void => {
    const keys = Object.keys(value).sort()
    const { minProperties, maxProperties } = wanted.bounds
    if (minProperties !== undefined && keys.length < minProperties)
      add('array_min_properties', `Must have at least ${minProperties} properties`)
    if (maxProperties !== undefined && keys.length > maxProperties)
      add('array_max_properties', `Must have at most ${maxProperties} properties`)
    for (const key of wanted.required) {
      if (Object.hasOwn(value, key)) found.score++
      else add('required', `${key} is required`)
    }
    const named = new Set(wanted.properties.map(([key]) => key))
    for (const key of keys) {
      const patterns = wanted.patternProperties.filter(([pattern]) => pattern.matcher(key).find())
      for (const [, each] of patterns) merge(check(each, value[key], `${path}.${key}`))
      if (patterns.length > 0) found.score++
      if (named.has(key) || patterns.length > 0) continue
      if (wanted.additionalProperties === false) {
        add('additional_property_not_allowed', `Additional property ${key} is not allowed`)
      } else if (typeof wanted.additionalProperties === 'object')
        merge(check(wanted.additionalProperties, value[key], `${path}.${key}`))
    }
    for (const key of wanted.propertyNames ? keys : []) {
      const tried = check(wanted.propertyNames as Schema, key, path)
      if (tried.problems.length > 0) {
        add('invalid_property_name', `Property name of "${key}" does not match`)
        merge(tried)
      }
    }
    found.score++
  }
  return check(schema, document, '(Root)').problems
}

const byKey = <T>(entries: readonly (readonly [string, T])[]): (readonly [string, T])[] =>
  [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
