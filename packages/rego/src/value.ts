/**
 * What a Rego term evaluates to. Undefined is JavaScript's `undefined` and never part of a value.
 *
 * Numbers: a JavaScript number where it holds the value exactly as written (safe integers, doubles), otherwise a bigint (always beyond
 * ±2^53, so that no integer has two forms). Arrays are plain arrays and never changed once made.
 */
export type Num = number | bigint
export type Scalar = null | boolean | string | Num
export type Value = Scalar | readonly Value[] | RegoObject | RegoSet

/** Keys may be any value. Scalars stand in a Map under themselves; composite keys under their canonical text. Never changed once shared. */
export class RegoObject {
  readonly #plain = new Map<Scalar, Value>()
  #composite: Map<string, readonly [Value, Value]> | undefined
  #sorted: readonly Value[] | undefined

  static of(entries: Iterable<readonly [Value, Value]>): RegoObject {
    const made = new RegoObject()
    for (const [key, value] of entries) made.put(key, value)
    return made
  }

  /** While it is being made only: an object that somebody else holds stays as it is. */
  put(key: Value, value: Value): void {
    this.#sorted = undefined
    if (isScalar(key)) this.#plain.set(key, value)
    else {
      this.#composite ??= new Map()
      this.#composite.set(canonical(key), [key, value])
    }
  }

  get(key: Value): Value | undefined {
    return isScalar(key) ? this.#plain.get(key) : this.#composite?.get(canonical(key))?.[1]
  }

  has(key: Value): boolean {
    return isScalar(key) ? this.#plain.has(key) : (this.#composite?.has(canonical(key)) ?? false)
  }

  get size(): number {
    return this.#plain.size + (this.#composite?.size ?? 0)
  }

  /** In Rego's order of values, which is also the order of iteration. */
  keys(): readonly Value[] {
    if (this.#sorted === undefined) {
      const keys: Value[] = [...this.#plain.keys()]
      for (const [key] of this.#composite?.values() ?? []) keys.push(key)
      this.#sorted = keys.sort(compare)
    }
    return this.#sorted
  }

  *entries(): IterableIterator<[Value, Value]> {
    for (const key of this.keys()) yield [key, this.get(key) as Value]
  }
}

export class RegoSet {
  readonly #plain = new Set<Scalar>()
  #composite: Map<string, Value> | undefined
  #sorted: readonly Value[] | undefined

  static of(values: Iterable<Value>): RegoSet {
    const made = new RegoSet()
    for (const value of values) made.add(value)
    return made
  }

  /** While it is being made only. */
  add(value: Value): void {
    this.#sorted = undefined
    if (isScalar(value)) this.#plain.add(value)
    else {
      this.#composite ??= new Map()
      this.#composite.set(canonical(value), value)
    }
  }

  has(value: Value): boolean {
    return isScalar(value) ? this.#plain.has(value) : (this.#composite?.has(canonical(value)) ?? false)
  }

  get size(): number {
    return this.#plain.size + (this.#composite?.size ?? 0)
  }

  /** In Rego's order of values. */
  values(): readonly Value[] {
    if (this.#sorted === undefined) {
      const values: Value[] = [...this.#plain]
      for (const value of this.#composite?.values() ?? []) values.push(value)
      this.#sorted = values.sort(compare)
    }
    return this.#sorted
  }
}

/** More was compared, named or written out than an evaluation may. */
export class Spent extends Error {}

/**
 * Values share their parts, so a few lines can make one that is astronomically large when it is gone through (`x := [y, y]`, sixty times).
 * Whatever goes through whole values counts here. State of the module, since comparing is everywhere and evaluation never pauses:
 * it is set for the length of one evaluation and put back after it.
 */
let left = Number.POSITIVE_INFINITY
export const visit = (nodes = 1): void => {
  left -= nodes
  if (left < 0) throw new Spent()
}
export const withVisits = <T>(most: number, work: () => T): T => {
  const before = left
  left = most
  try {
    return work()
  } finally {
    left = before
  }
}

export const isScalar = (value: Value): value is Scalar => value === null || typeof value !== 'object'

/** null < boolean < number < string < array < object < set, as OPA orders them. */
const rank = (value: Value): number => {
  if (value === null) return 0
  switch (typeof value) {
    case 'boolean':
      return 1
    case 'number':
    case 'bigint':
      return 2
    case 'string':
      return 3
    default:
      return Array.isArray(value) ? 4 : value instanceof RegoObject ? 5 : 6
  }
}

/** Total order over all values: negative, 0 or positive. Strings by code point (UTF-8 order). Rule: OPA, ast.Compare */
export const compare = (a: Value, b: Value): number => {
  if (a === b) return 0
  const kind = rank(a)
  const apart = kind - rank(b)
  if (apart !== 0) return apart
  switch (kind) {
    case 1:
      return a === false ? -1 : 1
    case 2:
      return (a as Num) < (b as Num) ? -1 : (a as Num) > (b as Num) ? 1 : 0
    case 3:
      return compareText(a as string, b as string)
    case 4:
      return compareLists(a as readonly Value[], b as readonly Value[])
    case 5:
      return compareObjects(a as RegoObject, b as RegoObject)
    default:
      return compareLists((a as RegoSet).values(), (b as RegoSet).values())
  }
}

export const equal = (a: Value, b: Value): boolean =>
  a === b || (typeof a === 'object' && typeof b === 'object' && a !== null && b !== null && compare(a, b) === 0)

const surrogate = /[\ud800-\udfff]/
/** UTF-16 order differs from code point order only where surrogates stand. */
const compareText = (a: string, b: string): number => {
  if (surrogate.test(a) || surrogate.test(b)) {
    const left = [...a]
    const right = [...b]
    for (let at = 0; at < Math.min(left.length, right.length); at++) {
      const apart = (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? 0)
      if (apart !== 0) return apart
    }
    return left.length - right.length
  }
  return a < b ? -1 : a > b ? 1 : 0
}

const compareLists = (a: readonly Value[], b: readonly Value[]): number => {
  visit(Math.min(a.length, b.length) + 1)
  const shared = Math.min(a.length, b.length)
  for (let at = 0; at < shared; at++) {
    const apart = compare(a[at] as Value, b[at] as Value)
    if (apart !== 0) return apart
  }
  return a.length - b.length
}

const compareObjects = (a: RegoObject, b: RegoObject): number => {
  visit(Math.min(a.size, b.size) + 1)
  const left = a.keys()
  const right = b.keys()
  const shared = Math.min(left.length, right.length)
  for (let at = 0; at < shared; at++) {
    const apart = compare(left[at] as Value, right[at] as Value)
    if (apart !== 0) return apart
    const values = compare(a.get(left[at] as Value) as Value, b.get(right[at] as Value) as Value)
    if (values !== 0) return values
  }
  return left.length - right.length
}

const sizeOf = (value: readonly Value[] | RegoObject | RegoSet): number =>
  value instanceof RegoObject || value instanceof RegoSet ? value.size : value.length

/** One text per value, different for different values. */
const canonical = (value: Value): string => {
  if (value === null) return 'n'
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'object': {
      visit(1 + sizeOf(value))
      if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
      if (value instanceof RegoSet) return `<${value.values().map(canonical).join()}>`
      return `{${[...(value as RegoObject).entries()].map(([key, each]) => `${canonical(key)}:${canonical(each)}`).join()}}`
    }
    default:
      return String(value)
  }
}

/** Plain JSON (as `JSON.parse` gives it; bigints for what it cannot hold) as a value. Keys whose value is undefined are left out. */
export const fromJson = (json: unknown): Value => {
  if (json === null || typeof json === 'string' || typeof json === 'boolean') return json
  if (typeof json === 'number') return Number.isInteger(json) ? wholeNumber(json) : json
  if (typeof json === 'bigint') return Number.isSafeInteger(Number(json)) ? Number(json) : json
  if (Array.isArray(json)) return json.map(fromJson)
  if (typeof json !== 'object') throw new TypeError(`${typeof json} is not JSON`)
  const made = new RegoObject()
  for (const key of Object.keys(json)) {
    const value = (json as Record<string, unknown>)[key]
    if (value !== undefined) made.put(key, fromJson(value))
  }
  return made
}

/** Beyond 2^53 the digits that the double is printed with, which are those that were written. */
const wholeNumber = (json: number): Num => {
  if (Number.isSafeInteger(json)) return json === 0 ? 0 : json
  const [mantissa = '', exponent = '0'] = json.toExponential().split('e')
  const digits = mantissa.replace('.', '')
  return BigInt(digits) * 10n ** BigInt(Number(exponent) - digits.replace('-', '').length + 1)
}

/** Sets become sorted arrays, keys that are no strings their JSON text: as OPA answers. Integers beyond ±2^53 stay bigints. */
export const toJson = (value: Value): unknown => {
  if (isScalar(value)) return value
  visit(4 + sizeOf(value))
  if (Array.isArray(value)) return value.map(toJson)
  if (value instanceof RegoSet) return value.values().map(toJson)
  // a key named __proto__ is a key like any other
  return Object.fromEntries([...(value as RegoObject).entries()].map(([key, each]) => [jsonKey(key), toJson(each)]))
}

const jsonKey = (key: Value): string => (typeof key === 'string' ? key : jsonText(toJson(key)))

/** JSON text with integers of any size. */
export const jsonText = (json: unknown): string => {
  if (typeof json === 'bigint') return String(json)
  if (Array.isArray(json)) return `[${json.map(jsonText).join()}]`
  if (json !== null && typeof json === 'object') {
    return `{${Object.entries(json)
      .map(([key, value]) => `${JSON.stringify(key)}:${jsonText(value)}`)
      .join()}}`
  }
  return JSON.stringify(json)
}
