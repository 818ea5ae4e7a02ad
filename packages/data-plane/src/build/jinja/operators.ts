import type { BinaryOp, CompareOp } from './ast.ts'
import { percentFormat } from './format.ts'
import { allowItems, allowText, type Run, spend } from './run.ts'
import { charsOf } from './text.ts'
import {
  hashOf,
  isDict,
  isFunc,
  isList,
  isMissing,
  isTuple,
  present,
  Trouble,
  tuple,
  typeName,
  type Value,
} from './values.ts'

export function truth(value: Value, run: Run): boolean {
  if (value === null || typeof value === 'boolean') return value === true
  if (typeof value === 'bigint') return value !== 0n
  if (typeof value === 'number') return value !== 0
  if (typeof value === 'string') return value !== ''
  if (isList(value)) return value.length > 0
  switch (value.kind) {
    case 'dict':
      return value.size > 0
    case 'view':
      return value.items.length > 0
    case 'undefined':
      if (value.lenient || (value.soft && run.missingIsFalse)) return false
      throw new Trouble(value.why, 'ask with: is defined')
    case 'thing':
      return value.items === undefined || value.items().length > 0
    default:
      return true
  }
}

/** The items that a loop, a filter or an unpacking sees. */
export function iterate(value: Value, run: Run): readonly Value[] {
  let items: readonly Value[] | undefined
  if (typeof value === 'string') items = [...value]
  else if (isList(value)) items = value
  else if (isDict(value)) items = value.keys()
  else if (typeof value === 'object' && value !== null) {
    if (value.kind === 'view') items = value.items
    else if (value.kind === 'thing') items = value.items?.()
    else if (value.kind === 'undefined') {
      present(value)
      items = []
    }
  }
  if (!items) throw new Trouble(`'${typeName(value)}' object is not iterable`)
  spend(run, items.length)
  return items
}

export function sizeOf(value: Value, run: Run): number {
  if (typeof value === 'string') return charsOf(value).length
  if (isList(value)) return value.length
  if (isDict(value)) return value.size
  if (typeof value === 'object' && value !== null && ['view', 'undefined', 'thing'].includes(value.kind))
    return iterate(value, run).length
  throw new Trouble(`object of type '${typeName(value)}' has no len()`)
}

const isNumber = (value: Value): value is bigint | number | boolean =>
  typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean'
/** Booleans count as 0 and 1, as in Python. */
const numeric = (value: bigint | number | boolean): bigint | number =>
  typeof value === 'boolean' ? (value ? 1n : 0n) : value

export function equal(a: Value, b: Value, run: Run, depth = 0): boolean {
  spend(run, 1)
  if (depth > 200) throw new Trouble('the values are nested too deeply to be compared')
  if (isMissing(a) || isMissing(b)) {
    present(a)
    present(b)
    return isMissing(a) && isMissing(b)
  }
  if (isNumber(a) && isNumber(b)) {
    const [x, y] = [numeric(a), numeric(b)]
    // biome-ignore lint/suspicious/noDoubleEquals: bigint and number compare by value
    return x == y
  }
  if (typeof a === 'string' && typeof b === 'string') {
    spend(run, Math.floor(a.length / 256))
    return a === b
  }
  if (isSequence(a) && isSequence(b)) {
    const [x, y] = [itemsOf(a), itemsOf(b)]
    return (
      isTuple(a) === isTuple(b) &&
      x.length === y.length &&
      x.every((item, index) => equal(item, y[index] as Value, run, depth + 1))
    )
  }
  if (isDict(a) && isDict(b)) {
    if (a.size !== b.size) return false
    return a.entries().every(([key, item]) => b.has(key) && equal(item, b.get(key) as Value, run, depth + 1))
  }
  if (isThingLike(a) && isThingLike(b)) return hashOf(a) === hashOf(b)
  return a === b
}
const isSequence = (value: Value): boolean =>
  isList(value) || (typeof value === 'object' && value !== null && !isList(value) && value.kind === 'view')
const itemsOf = (value: Value): readonly Value[] =>
  isList(value) ? value : (value as { items: readonly Value[] }).items
const isThingLike = (value: Value): boolean =>
  typeof value === 'object' && value !== null && !isList(value) && value.kind === 'thing'

function orderTexts(a: string, b: string): number {
  if (a === b) return 0
  if (!/[\ud800-\udfff]/.test(a + b)) return a < b ? -1 : 1
  const [x, y] = [[...a], [...b]]
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const difference = (x[i]?.codePointAt(0) ?? 0) - (y[i]?.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return x.length - y.length
}

/** Order of two values, for `<` and for sorting. @throws Trouble where Python has none */
export function order(a: Value, b: Value, run: Run, op = '<', depth = 0): number {
  spend(run, 1)
  if (depth > 200) throw new Trouble('the values are nested too deeply to be compared')
  present(a)
  present(b)
  if (isNumber(a) && isNumber(b)) {
    const [x, y] = [numeric(a), numeric(b)]
    return x < y ? -1 : x > y ? 1 : x === y || Number(x) === Number(y) ? 0 : Number.NaN
  }
  if (typeof a === 'string' && typeof b === 'string') {
    spend(run, Math.floor(Math.min(a.length, b.length) / 256))
    return orderTexts(a, b)
  }
  if (isList(a) && isList(b) && isTuple(a) === isTuple(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const [x, y] = [a[i] as Value, b[i] as Value]
      if (!equal(x, y, run, depth + 1)) return order(x, y, run, op, depth + 1)
    }
    return a.length - b.length
  }
  throw new Trouble(`'${op}' not supported between instances of '${typeName(a)}' and '${typeName(b)}'`)
}

function contains(container: Value, item: Value, run: Run): boolean {
  if (typeof container === 'string') {
    present(item)
    if (typeof item !== 'string')
      throw new Trouble(`'in <string>' requires string as left operand, not ${typeName(item)}`)
    spend(run, Math.floor(container.length / 256))
    return container.includes(item)
  }
  if (isDict(container)) return container.has(item)
  if (isNumber(container) || container === null || isFunc(container))
    throw new Trouble(`argument of type '${typeName(container)}' is not iterable`)
  return iterate(container, run).some((candidate) => equal(candidate, item, run))
}

export function compare(op: CompareOp, a: Value, b: Value, run: Run): boolean {
  switch (op) {
    case '==':
      return equal(a, b, run)
    case '!=':
      return !equal(a, b, run)
    case 'in':
      return contains(b, a, run)
    case 'not in':
      return !contains(b, a, run)
    case '<':
      return order(a, b, run, op) < 0
    case '<=':
      return order(a, b, run, op) <= 0
    case '>':
      return order(a, b, run, op) > 0
    case '>=':
      return order(a, b, run, op) >= 0
  }
}

const wrong = (op: string, a: Value, b: Value): never => {
  throw new Trouble(`unsupported operand type(s) for ${op}: '${typeName(a)}' and '${typeName(b)}'`)
}

function repeat(value: string | readonly Value[], times: bigint, run: Run): Value {
  const count = times < 0n ? 0 : Number(times)
  if (typeof value === 'string') {
    allowText(run, value.length * count)
    return value.repeat(count)
  }
  allowItems(run, value.length * count)
  const items = Array.from({ length: count }, () => value).flat() as Value[]
  return isTuple(value) ? tuple(items) : items
}

export function binary(op: BinaryOp, a: Value, b: Value, run: Run): Value {
  present(a)
  present(b)
  if (isNumber(a) && isNumber(b)) return arithmetic(op, numeric(a), numeric(b), run)
  if (op === '+') {
    if (typeof a === 'string' && typeof b === 'string') {
      allowText(run, a.length + b.length)
      return a + b
    }
    if (isList(a) && isList(b) && isTuple(a) === isTuple(b)) {
      allowItems(run, a.length + b.length)
      return isTuple(a) ? tuple([...a, ...b]) : [...a, ...b]
    }
  }
  if (op === '%' && typeof a === 'string') return percentFormat(a, b, run)
  if (op === '*') {
    if ((typeof a === 'string' || isList(a)) && (typeof b === 'bigint' || typeof b === 'boolean'))
      return repeat(a, numeric(b) as bigint, run)
    if ((typeof b === 'string' || isList(b)) && (typeof a === 'bigint' || typeof a === 'boolean'))
      return repeat(b, numeric(a) as bigint, run)
  }
  if ((op === '+' || op === '-') && typeof a === 'object' && a !== null && !isList(a) && a.kind === 'thing') {
    const result = a.plus?.(op, b)
    if (result !== undefined) return result
  }
  return wrong(op === '**' ? '** or pow()' : op, a, b)
}

/** 10^19000 or so: more than any honest template, small enough to stay quick. */
const maxBits = 64_000
const bitsOf = (value: bigint): number => (value < 0n ? -value : value).toString(16).length * 4

function arithmetic(op: BinaryOp, a: bigint | number, b: bigint | number, run: Run): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return wholeArithmetic(op, a, b, run)
  const [x, y] = [Number(a), Number(b)]
  switch (op) {
    case '+':
      return x + y
    case '-':
      return x - y
    case '*':
      return x * y
    case '/':
      if (y === 0) throw new Trouble('float division by zero')
      return x / y
    case '//':
      if (y === 0) throw new Trouble('float floor division by zero')
      return Math.floor(x / y)
    case '%': {
      if (y === 0) throw new Trouble('float modulo')
      const rest = x % y
      return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest
    }
    case '**': {
      if (x === 0 && y < 0) throw new Trouble('0.0 cannot be raised to a negative power')
      const power = x ** y
      if (Number.isNaN(power) && !Number.isNaN(x)) throw new Trouble('a power with a complex result')
      return power
    }
  }
}

function wholeArithmetic(op: BinaryOp, a: bigint, b: bigint, run: Run): Value {
  if (b === 0n && (op === '/' || op === '//' || op === '%'))
    throw new Trouble(op === '/' ? 'division by zero' : 'integer division or modulo by zero')
  switch (op) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      if (bitsOf(a) + bitsOf(b) > maxBits) throw new Trouble('the number becomes too large')
      spend(run, 1)
      return a * b
    case '/':
      return Number(a) / Number(b)
    case '//': {
      const quotient = a / b
      return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient
    }
    case '%': {
      const rest = a % b
      return rest !== 0n && rest < 0n !== b < 0n ? rest + b : rest
    }
    case '**':
      if (b < 0n) {
        if (a === 0n) throw new Trouble('0.0 cannot be raised to a negative power')
        return Number(a) ** Number(b)
      }
      if ((a > 1n || a < -1n) && Number(b) * bitsOf(a) > maxBits) throw new Trouble('the number becomes too large')
      return a ** b
  }
}

export function negate(value: Value, op: '-' | '+'): Value {
  present(value)
  if (!isNumber(value)) throw new Trouble(`bad operand type for unary ${op}: '${typeName(value)}'`)
  const number = numeric(value)
  return op === '-' ? -number : number
}

function indexIn(length: number, key: bigint | boolean): number {
  const index = Number(numeric(key))
  return index < 0 ? index + length : index
}
export function itemAt(value: Value, key: Value): Value | undefined {
  if (isDict(value)) return value.get(key)
  if (typeof key !== 'bigint' && typeof key !== 'boolean') return undefined
  if (typeof value === 'string') {
    const chars = charsOf(value)
    return chars[indexIn(chars.length, key)]
  }
  if (isList(value)) return value[indexIn(value.length, key)]
  if (typeof value === 'object' && value !== null) {
    const items = value.kind === 'view' ? value.items : value.kind === 'thing' ? value.items?.() : undefined
    return items?.[indexIn(items.length, key)]
  }
  return undefined
}

/** Python's slice of a text, list or tuple. */
export function slice(value: Value, start: Value, stop: Value, step: Value, run: Run): Value {
  present(value)
  const whole = typeof value === 'string' ? charsOf(value) : isList(value) ? value : viewItems(value)
  if (whole === undefined) throw new Trouble(`'${typeName(value)}' object is not subscriptable`)
  const part = (bound: Value): number | undefined => {
    if (bound === null) return undefined
    if (typeof bound !== 'bigint' && typeof bound !== 'boolean')
      throw new Trouble('slice indices must be integers or None')
    return Number(numeric(bound))
  }
  const by = part(step) ?? 1
  if (by === 0) throw new Trouble('slice step cannot be zero')
  const size = whole.length
  const [low, high] = by > 0 ? [0, size] : [-1, size - 1]
  const clamp = (bound: number | undefined, fallback: number): number =>
    bound === undefined ? fallback : Math.max(low, Math.min(high, bound < 0 ? bound + size : bound))
  const from = clamp(part(start), by > 0 ? low : high)
  const to = clamp(part(stop), by > 0 ? high : low)
  spend(run, 1 + Math.floor(Math.abs(to - from) / 16))
  const picked: Value[] = []
  for (let i = from; by > 0 ? i < to : i > to; i += by) picked.push(whole[i] as Value)
  if (typeof value === 'string') return picked.join('')
  return isTuple(value) ? tuple(picked) : picked
}
const viewItems = (value: Value): readonly Value[] | undefined =>
  typeof value === 'object' && value !== null && !isList(value) && value.kind === 'view' ? value.items : undefined

/** A list that a template may change. @throws Trouble for a tuple */
export function mutable(value: readonly Value[]): Value[] {
  if (isTuple(value)) throw new Trouble('a tuple cannot be changed')
  return value as Value[]
}
