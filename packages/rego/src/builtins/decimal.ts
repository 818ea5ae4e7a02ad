import type { Num } from '../value.ts'
import { BuiltinError } from './builtin.ts'

/** Exactly `digits` times ten to the power of `exponent`. */
export type Decimal = { digits: bigint; exponent: number }

/** The one form a whole number has among values. */
export const whole = (value: bigint): Num =>
  value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value

export const isWhole = (value: Num): boolean => typeof value === 'bigint' || Number.isInteger(value)

/** Of a whole number only. Doubles beyond 2^53 count as the digits they are printed with, which is what was written. */
export const toBigint = (value: Num): bigint => {
  if (typeof value === 'bigint') return value
  return Number.isSafeInteger(value) ? BigInt(value) : toWhole(parseDecimal(String(value)))
}

/** Of digits with optional sign, point and exponent. The caller has checked the form. */
export const parseDecimal = (text: string): Decimal => {
  const at = text.search(/[eE]/)
  const mantissa = at < 0 ? text : text.slice(0, at)
  const point = mantissa.indexOf('.')
  const behind = point < 0 ? 0 : mantissa.length - point - 1
  const digits = BigInt(point < 0 ? mantissa.replace('+', '') : mantissa.replace('.', '').replace('+', ''))
  return { digits, exponent: (at < 0 ? 0 : Number(text.slice(at + 1))) - behind }
}

/** What no double could reach is refused before a bigint of that many digits is made. */
const largestExponent = 20_000

/** Towards zero. */
export const toWhole = ({ digits, exponent }: Decimal): bigint => {
  if (digits === 0n || exponent < -largestExponent) return 0n
  if (exponent > largestExponent) throw new BuiltinError('number too large')
  return exponent >= 0 ? digits * 10n ** BigInt(exponent) : digits / 10n ** BigInt(-exponent)
}

/** The value nearest to it. */
export const fromDecimal = (decimal: Decimal): Num => {
  const near = Number(`${decimal.digits}e${decimal.exponent}`)
  if (!Number.isInteger(near)) return Number.isFinite(near) ? near : whole(toWhole(decimal))
  if (Number.isSafeInteger(near)) return near === 0 ? 0 : near
  const exact = decimal.exponent >= 0 || decimal.digits % 10n ** BigInt(-decimal.exponent) === 0n
  return whole(toWhole(exact ? decimal : parseDecimal(String(near))))
}

/** Of a text that JSON's grammar (or Go's, for `to_number`) has accepted: exact where value.ts can hold it. */
export const parseNumber = (text: string): Num => {
  if (text.length < 16 && /^-?\d+$/.test(text)) return Number(text) || 0
  return fromDecimal(parseDecimal(text))
}

/** OPA's floats have a mantissa of 64 bits and are printed with as few digits as identify them: so are whole numbers that became floats. */
export const rounded = (value: bigint): bigint => {
  const size = value < 0n ? -value : value
  const bits = size.toString(2).length
  if (bits <= 64) return value
  const shift = BigInt(bits - 64)
  const unit = 1n << shift
  const half = unit >> 1n
  let mantissa = size >> shift
  const rest = size - (mantissa << shift)
  if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++
  const exact = mantissa << shift
  const even = (mantissa & 1n) === 0n
  const within = (candidate: bigint): boolean => {
    const away = candidate > exact ? candidate - exact : exact - candidate
    return away < half || (even && away === half)
  }
  const digits = exact.toString().length
  for (let kept = 17; kept < digits; kept++) {
    const step = 10n ** BigInt(digits - kept)
    const down = (exact / step) * step
    const nearest = exact - down > step / 2n ? down + step : down
    if (within(nearest)) return value < 0n ? -nearest : nearest
  }
  return value < 0n ? -exact : exact
}

/** `mantissa` of 64 bits at most, times two to the power of `exponent`, half to even: the float that OPA reckons with. */
type Float = { mantissa: bigint; exponent: number }
const float = (mantissa: bigint, exponent: number, inexact: boolean): Float => {
  const over = mantissa.toString(2).length - 64
  if (over <= 0) return { mantissa, exponent }
  const shift = BigInt(over)
  const half = 1n << (shift - 1n)
  let kept = mantissa >> shift
  const rest = mantissa - (kept << shift)
  if (rest > half || (rest === half && (inexact || (kept & 1n) === 1n))) kept++
  return { mantissa: kept, exponent: exponent + over }
}

/** The whole part of an amount that is no negative number, times a factor, with the rounding of 64 bits: 0.001 of a million is 999 in OPA. */
export const scaled = ({ digits, exponent }: Decimal, factor: bigint): bigint => {
  let read: Float
  if (exponent >= 0) read = float(digits * 10n ** BigInt(exponent), 0, false)
  else {
    const by = 10n ** BigInt(-exponent)
    const shift = by.toString(2).length + 80
    const shifted = digits << BigInt(shift)
    read = float(shifted / by, -shift, shifted % by !== 0n)
  }
  const made = float(read.mantissa * factor, read.exponent, false)
  return made.exponent >= 0 ? made.mantissa << BigInt(made.exponent) : made.mantissa >> BigInt(-made.exponent)
}

/** As OPA prints it. */
export const numberText = (value: Num): string => String(value)
