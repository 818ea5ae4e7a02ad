import type { Num } from '../value.ts'

/** Rule: OPA refuses numbers whose binary exponent is beyond ±10^5, about this many decimal digits. */
const maxDigits = 30103

/** The number that a text means, or what is wrong with it. Integers keep every digit; fractions are doubles. */
export const readNumber = (text: string): Num | { problem: string } => {
  if (/^-?0\d/.test(text)) return { problem: 'expected number without leading zero' }
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  if (whole === '' && fraction === '') return { problem: 'expected number' }
  const shift = Number(exponent) - fraction.length
  if (whole.length + fraction.length + Math.abs(shift) > maxDigits && !/^[0.]+(e|$)/i.test(whole + fraction)) {
    return { problem: 'number too big' }
  }
  const plain = Number(text)
  if (Math.abs(plain) < Number.MAX_SAFE_INTEGER) {
    // 1.0 is the integer 1; a fraction is the nearest double
    return plain === 0 ? 0 : plain
  }
  const digits = whole + fraction
  if (shift < 0 && /[1-9]/.test(digits.slice(shift))) return plain
  const integer = shift < 0 ? BigInt(digits.slice(0, shift)) : BigInt(digits) * 10n ** BigInt(shift)
  const signed = sign ? -integer : integer
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed
}

/** The text between quotes with its escapes read, as JSON does; undefined when it is no JSON text. Halves of surrogate pairs become U+FFFD. */
export const readEscapes = (inner: string): string | undefined => {
  try {
    return (JSON.parse(`"${inner}"`) as string).toWellFormed()
  } catch {
    return undefined
  }
}
