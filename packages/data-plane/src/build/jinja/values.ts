import type { Run } from './run.ts'

/**
 * What a template computes with. Integers are bigint, floats are number, a tuple is a frozen array.
 * Host objects reach a template only as `Thing` or `Func`: nothing here ever looks at a JavaScript prototype.
 */
export type Value =
  | null
  | boolean
  | bigint
  | number
  | string
  | readonly Value[]
  | Dict
  | Func
  | Thing
  | View
  | Missing
  | Namespace

export type Kwargs = ReadonlyMap<string, Value>
export type Call = (args: readonly Value[], kwargs: Kwargs, run: Run) => Value
export type Func = { readonly kind: 'function'; readonly name: string; readonly call: Call }
/** An object of the host: what it shows is exactly what `attr` answers. */
export type Thing = {
  readonly kind: 'thing'
  readonly type: string
  readonly attr: (name: string) => Value | undefined
  readonly names: () => readonly string[]
  readonly text?: () => string
  readonly call?: Call
  readonly items?: () => readonly Value[]
  /** `thing + other` and `thing - other`; undefined where that means nothing. */
  readonly plus?: (op: '+' | '-', other: Value) => Value | undefined
  /** Two things with the same identity are equal and one key of a dict. */
  readonly identity?: string
}
/** A read-only sequence with its own way to print: `range(0, 3)`, `dict_keys(['a'])`. */
export type View = { readonly kind: 'view'; readonly items: readonly Value[]; readonly text: (run: Run) => string }
/** Something that is not there. `lenient` is what an inline `if` without `else` leaves: it prints as nothing. */
export type Missing = {
  readonly kind: 'undefined'
  readonly why: string
  readonly lenient: boolean
  readonly soft: boolean
}
export type Namespace = { readonly kind: 'namespace'; readonly values: Map<string, Value> }

/** An error of the running template; it gets its place where the run ends. */
export class Trouble extends Error {
  readonly fix: string | undefined
  constructor(message: string, fix?: string) {
    super(message)
    this.fix = fix
  }
}

/** @throws Trouble where the value is not defined: a template never works on with a hole. */
export function present(value: Value): Value {
  if (isMissing(value) && !value.lenient) throw new Trouble(value.why)
  return value
}

/** Python's dict: insertion order, and 1, 1.0 and true are one key. */
export class Dict {
  readonly kind = 'dict'
  readonly #entries = new Map<unknown, [Value, Value]>()

  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    for (const [key, value] of entries) this.set(key, value)
  }
  get size(): number {
    return this.#entries.size
  }
  get(key: Value): Value | undefined {
    return this.#entries.get(hashOf(key))?.[1]
  }
  has(key: Value): boolean {
    return this.#entries.has(hashOf(key))
  }
  set(key: Value, value: Value): void {
    const hash = hashOf(key)
    const known = this.#entries.get(hash)
    if (known) known[1] = value
    else this.#entries.set(hash, [key, value])
  }
  delete(key: Value): void {
    this.#entries.delete(hashOf(key))
  }
  clear(): void {
    this.#entries.clear()
  }
  keys(): Value[] {
    return [...this.#entries.values()].map(([key]) => key)
  }
  values(): Value[] {
    return [...this.#entries.values()].map(([, value]) => value)
  }
  entries(): [Value, Value][] {
    return [...this.#entries.values()].map(([key, value]) => [key, value])
  }
}

export const hashOf = (key: Value, depth = 0): unknown => {
  if (typeof key === 'string') return key.startsWith('\0') ? `\0s${key}` : key
  if (typeof key === 'boolean') return key ? 1n : 0n
  if (typeof key === 'number') return Number.isInteger(key) ? BigInt(key) : key
  if (key === null || typeof key === 'bigint') return key
  if (isTuple(key)) {
    if (depth > 50) throw new Trouble('a tuple is nested too deeply to be a key')
    return `\0t${JSON.stringify(key.map((item) => String(tagged(hashOf(item, depth + 1)))))}`
  }
  if (isList(key)) throw new Trouble("unhashable type: 'list'", 'use a tuple as the key')
  if (key.kind === 'undefined') throw new Trouble(key.why)
  if (key.kind === 'dict') throw new Trouble("unhashable type: 'dict'")
  if (key.kind === 'thing' && key.identity !== undefined) return `\0i${key.identity}`
  return key
}
const tagged = (hash: unknown): string => `${typeof hash}:${String(hash)}`

export const tuple = (items: Iterable<Value>): readonly Value[] => Object.freeze([...items])
export const isList = (value: Value): value is readonly Value[] => Array.isArray(value)
export const isTuple = (value: Value): value is readonly Value[] => Array.isArray(value) && Object.isFrozen(value)
export const isMissing = (value: Value | undefined): value is Missing =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && (value as Missing).kind === 'undefined'
const kindOf = (value: Value): string | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as { kind: string }).kind : undefined
export const isDict = (value: Value | undefined): value is Dict => value instanceof Dict
export const isFunc = (value: Value): value is Func => kindOf(value) === 'function'
export const isThing = (value: Value): value is Thing => kindOf(value) === 'thing'

/** `why` may be a function where the sentence costs something to make. */
export const missing = (
  why: string | (() => string),
  options: { lenient?: boolean; soft?: boolean } = {},
): Missing => ({
  kind: 'undefined',
  get why() {
    return typeof why === 'string' ? why : why()
  },
  lenient: options.lenient ?? false,
  soft: options.soft ?? false,
})
/** How a macro gives back a value instead of its text: caught where the macro was called. */
export class Returned extends Error {
  readonly value: Value
  constructor(value: Value) {
    super('return stands outside of a macro')
    this.value = value
  }
}
export const func = (name: string, call: Call): Func => ({ kind: 'function', name, call })
export const view = (items: readonly Value[], text: (run: Run) => string): View => ({ kind: 'view', items, text })

/** A thing whose attributes are a fixed record. */
export const thing = (
  type: string,
  members: Readonly<Record<string, Value>>,
  more: Pick<Thing, 'text' | 'call' | 'items' | 'plus' | 'identity'> = {},
): Thing => ({
  kind: 'thing',
  type,
  attr: (name) => (Object.hasOwn(members, name) ? members[name] : undefined),
  names: () => Object.keys(members),
  ...more,
})

/** JSON-like data as template values. Whole numbers become integers. @throws Trouble on anything that is not data */
export function fromData(data: unknown, depth = 0): Value {
  if (depth > 200) throw new Trouble('the data is nested too deeply')
  if (data === null || data === undefined) return null
  if (typeof data === 'number') return Number.isSafeInteger(data) && !Object.is(data, -0) ? BigInt(data) : data
  if (typeof data === 'string' || typeof data === 'boolean' || typeof data === 'bigint') return data
  if (data instanceof Date) return data.toISOString()
  if (Array.isArray(data)) return data.map((item) => fromData(item, depth + 1))
  if (data instanceof Map) return new Dict([...data].map(([key, value]) => [fromData(key), fromData(value, depth + 1)]))
  if (typeof data === 'object')
    return new Dict(Object.entries(data).map(([key, value]) => [key, fromData(value, depth + 1)]))
  throw new Trouble(`a ${typeof data} is no data`)
}

/** Template values as JSON-like data; integers beyond 2^53 become text. */
export function toData(value: Value, depth = 0): unknown {
  if (depth > 200) throw new Trouble('the value is nested too deeply')
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value === null || typeof value !== 'object') return value
  if (isList(value)) return value.map((item) => toData(item, depth + 1))
  switch (value.kind) {
    case 'dict':
      return Object.fromEntries(value.entries().map(([key, item]) => [String(key), toData(item, depth + 1)]))
    case 'view':
      return value.items.map((item) => toData(item, depth + 1))
    case 'undefined':
      throw new Trouble(value.why)
    case 'thing':
      if (value.text) return value.text()
      throw new Trouble(`a ${value.type} is no data`)
    default:
      throw new Trouble(`a ${value.kind} is no data`)
  }
}

export const typeName = (value: Value): string => {
  if (value === null) return 'NoneType'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'number') return 'float'
  if (typeof value === 'string') return 'str'
  if (isList(value)) return isTuple(value) ? 'tuple' : 'list'
  return value.kind === 'thing' ? value.type : value.kind
}
