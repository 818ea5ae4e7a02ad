import { type Num, RegoSet, type Value } from '../value.ts'
import {
  type Builtin,
  BuiltinError,
  type Builtins,
  type Call,
  integer,
  number,
  text,
  typeName,
  wrong,
  wrongOneOf,
} from './builtin.ts'
import { type Decimal, fromDecimal, isWhole, parseDecimal, rounded, toBigint, toWhole, whole } from './decimal.ts'

const safe = Number.isSafeInteger

/**
 * OPA reckons fractions from their decimal text with 64 bits, we keep 53. Decimals that people write (up to 15 digits) are reckoned exactly
 * and rounded once, so 0.1 + 0.2 is 0.3; what came out of a division has more digits and is taken as the double that it is.
 */
const decimalOf = (value: Num): Decimal | undefined => {
  if (typeof value === 'bigint') return { digits: value, exponent: 0 }
  const written = parseDecimal(String(value))
  const size = written.digits < 0n ? -written.digits : written.digits
  return size < 1_000_000_000_000_000n || safe(value) ? written : undefined
}

const fraction = (
  a: Num,
  b: Num,
  exact: (a: Decimal, b: Decimal) => Decimal,
  near: (a: number, b: number) => number,
): Num => {
  const left = decimalOf(a)
  const right = decimalOf(b)
  if (left !== undefined && right !== undefined) return fromDecimal(exact(left, right))
  const result = near(Number(a), Number(b))
  return Number.isFinite(result) && !(Number.isInteger(result) && !safe(result))
    ? result || 0
    : fromDecimal(exact(parseDecimal(String(a)), parseDecimal(String(b))))
}

const aligned = (a: Decimal, b: Decimal): readonly [bigint, bigint, number] => {
  const apart = a.exponent - b.exponent
  // a sum over hundreds of orders of magnitude is the larger one, and its digits need not be made
  if (Math.abs(apart) > 700) throw new BuiltinError('number too large')
  return apart >= 0
    ? [a.digits * 10n ** BigInt(apart), b.digits, b.exponent]
    : [a.digits, b.digits * 10n ** BigInt(-apart), a.exponent]
}

export const add = (a: Num, b: Num): Num => {
  if (safe(a) && safe(b)) {
    const sum = (a as number) + (b as number)
    if (safe(sum)) return sum
  }
  if (isWhole(a) && isWhole(b)) return whole(toBigint(a) + toBigint(b))
  return fraction(
    a,
    b,
    (x, y) => {
      const [left, right, exponent] = aligned(x, y)
      return { digits: left + right, exponent }
    },
    (x, y) => x + y,
  )
}

const negated = (value: Num): Num => (value === 0 ? 0 : typeof value === 'bigint' ? whole(-value) : -value)
const subtract = (a: Num, b: Num): Num => add(a, negated(b))

export const multiply = (a: Num, b: Num, call: Call): Num => {
  if (safe(a) && safe(b)) {
    const product = (a as number) * (b as number)
    if (safe(product)) return product || 0
  }
  if (isWhole(a) && isWhole(b)) {
    const [left, right] = [toBigint(a), toBigint(b)]
    accountFor(call, bitsOf(left) + bitsOf(right))
    return whole(left * right)
  }
  return fraction(
    a,
    b,
    (x, y) => ({ digits: x.digits * y.digits, exponent: x.exponent + y.exponent }),
    (x, y) => x * y,
  )
}

/** Rough, and cheap for what fits a double. */
const bitsOf = (value: bigint): number => {
  const near = Number(value)
  return Number.isFinite(near) ? Math.ceil(Math.log2(Math.abs(near) + 1)) : value.toString(16).length * 4
}
const accountFor = (call: Call, bits: number): void => {
  if (bits > 256) call.spend(bits >> 6, bits >> 3)
}

const quotientDigits = 40
const divide = (a: Num, b: Num): Num => {
  if (b === 0) throw new BuiltinError('divide by zero')
  if (safe(a) && safe(b)) {
    const quotient = (a as number) / (b as number)
    if (safe(quotient)) return quotient || 0
    if (!Number.isInteger(quotient)) return quotient
  }
  if (isWhole(a) && isWhole(b)) {
    const [left, right] = [toBigint(a), toBigint(b)]
    if (left % right === 0n) return whole(rounded(left / right))
  }
  return fraction(
    a,
    b,
    (x, y) => ({
      digits: (x.digits * 10n ** BigInt(quotientDigits + y.digits.toString().length)) / y.digits,
      exponent: x.exponent - y.exponent - quotientDigits - y.digits.toString().length,
    }),
    (x, y) => x / y,
  )
}

const remainder = (a: Num, b: Num): Num => {
  if (!isWhole(a) || !isWhole(b)) throw new BuiltinError('modulo on floating-point number')
  if (b === 0) throw new BuiltinError('modulo by zero')
  if (safe(a) && safe(b)) return (a as number) % (b as number) || 0
  return whole(toBigint(a) % toBigint(b))
}

const arithmetic = (reckon: (a: Num, b: Num, call: Call) => Num): Builtin => ({
  args: ['number', 'number'],
  result: 'number',
  eval: (args, call) => {
    const [a, b] = args
    // the usual case first: this is the hottest line of many policies
    return reckon(typeof a === 'number' ? a : number(args, 1), typeof b === 'number' ? b : number(args, 2), call)
  },
})

/** Numbers subtract, sets differ. */
const minus: Builtin = {
  args: [
    ['number', 'set'],
    ['number', 'set'],
  ],
  result: ['number', 'set'],
  eval: (args) => {
    const [a, b] = args as readonly [Value, Value]
    const kinds = [typeName(a), typeName(b)]
    if (kinds[0] === 'number' && kinds[1] === 'number') return subtract(a as Num, b as Num)
    if (a instanceof RegoSet && b instanceof RegoSet) {
      const made = new RegoSet()
      for (const value of a.values()) if (!b.has(value)) made.add(value)
      return made
    }
    if (kinds[0] !== 'number' && kinds[0] !== 'set') throw wrongOneOf(1, ['number', 'set'], a)
    throw wrong(2, kinds[1] === 'number' ? 'set' : 'number', b)
  },
}

const one = (reckon: (value: Num) => Num): Builtin => ({
  args: ['number'],
  result: 'number',
  eval: (args) => {
    const value = number(args, 1)
    if (typeof value === 'number' && safe(value)) return reckon(value)
    return isWhole(value) ? whole(toBigint(reckon(rounded(toBigint(value))))) : reckon(value)
  },
})
const towards =
  (round: (value: number) => number) =>
  (value: Num): Num =>
    typeof value === 'bigint' ? value : round(value) || 0

/** Whole numbers of any size. Rule: OPA, BigIntOperand. */
const big = (args: readonly Value[], at: number): bigint => {
  const value = args[at - 1] as Value
  if (typeName(value) !== 'number') throw wrong(at, 'integer', value)
  return toBigint(integer(args, at))
}
const bitwise = (reckon: (a: bigint, b: bigint, call: Call) => bigint): Builtin => ({
  args: ['number', 'number'],
  result: 'number',
  eval: (args, call) => whole(reckon(big(args, 1), big(args, 2), call)),
})
const unsigned = (shift: bigint): bigint => {
  if (shift >= 0n) return shift
  throw new BuiltinError('operand 2 must be an unsigned integer number but got a negative integer', 'eval_type_error')
}

const range = (from: bigint, to: bigint, step: bigint, call: Call): Value => {
  const up = from <= to
  const count = Number((up ? to - from : from - to) / step) + 1
  call.spend(count, count * 16)
  const made: Value[] = []
  if (safe(Number(from)) && safe(Number(to))) {
    const by = up ? Number(step) : -Number(step)
    for (let at = 0, value = Number(from); at < count; at++, value += by) made.push(value)
  } else {
    const by = up ? step : -step
    for (let at = 0, value = from; at < count; at++, value += by) made.push(whole(value))
  }
  return made
}

export const numbers: Builtins = {
  plus: arithmetic(add),
  minus,
  mul: arithmetic(multiply),
  div: arithmetic(divide),
  rem: arithmetic(remainder),
  abs: one((value) => (value < 0 ? negated(value) : value)),
  // half away from zero, for negative numbers as well
  round: one(
    towards((value) => (Number.isInteger(value) ? value : Math.sign(value) * Math.floor(Math.abs(value) + 0.5))),
  ),
  ceil: one(towards(Math.ceil)),
  // OPA leaves -0.5 at 0, and so do we: policies must not answer differently here and there
  floor: one(towards((value) => (value > -1 && value < 0 ? 0 : Math.floor(value)))),
  'numbers.range': {
    args: ['number', 'number'],
    result: 'array',
    eval: (args, call) => range(big(args, 1), big(args, 2), 1n, call),
  },
  'numbers.range_step': {
    args: ['number', 'number', 'number'],
    result: 'array',
    eval: (args, call) => {
      const [from, to, step] = [big(args, 1), big(args, 2), big(args, 3)]
      if (step <= 0n) throw new BuiltinError('numbers.range_step: step must be a positive integer')
      return range(from, to, step, call)
    },
  },
  'rand.intn': {
    args: ['string', 'number'],
    result: 'number',
    nondeterministic: true,
    eval: (args, call) => {
      const name = text(args, 1)
      const upTo = toBigint(integer(args, 2))
      const size = Number(upTo < 0n ? -upTo : upTo)
      if (size === 0) return 0
      const key = `rand.intn ${size} ${name}`
      const drawn = (call.memo.get(key) as number | undefined) ?? Math.floor(call.random() * size)
      call.memo.set(key, drawn)
      return whole(BigInt(drawn))
    },
  },
  'bits.and': bitwise((a, b) => a & b),
  'bits.or': bitwise((a, b) => a | b),
  'bits.xor': bitwise((a, b) => a ^ b),
  'bits.lsh': bitwise((a, b, call) => {
    const shift = unsigned(b)
    if (shift > 256n) call.spend(Number(shift) / 64, Number(shift) / 8)
    return a << shift
  }),
  'bits.rsh': bitwise((a, b) => a >> unsigned(b)),
  'bits.negate': { args: ['number'], result: 'number', eval: (args) => whole(~big(args, 1)) },
}

/** Of a decimal text with 64 bits: towards zero. */
export const truncated = (value: Num): bigint =>
  isWhole(value) ? toBigint(value) : toWhole(parseDecimal(String(value)))
