/** How Go writes a double. Rule: Go, strconv.FormatFloat. `precision` -1: as few digits as identify it. */
export type FloatVerb = 'e' | 'E' | 'f' | 'g' | 'G' | 'b' | 'x' | 'X'

/** The value is 0.d1d2d3… times ten to the power of `point`. */
type Digits = { digits: string; point: number }

export const floatText = (value: number, verb: FloatVerb, precision: number): string => {
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  const size = Math.abs(value)
  switch (verb) {
    case 'b': {
      const [mantissa, exponent] = parts(size)
      return `${sign}${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`
    }
    case 'x':
    case 'X': {
      const made = sign + hexadecimal(size, precision)
      return verb === 'X' ? made.toUpperCase() : made
    }
    case 'f': {
      const found = precision < 0 ? shortest(size) : roundedAt(exact(size), precision)
      return sign + fixed(found, precision < 0 ? Math.max(found.digits.length - found.point, 0) : precision)
    }
    case 'e':
    case 'E': {
      const found = precision < 0 ? shortest(size) : roundedTo(exact(size), precision + 1)
      return sign + scientific(found, precision < 0 ? Math.max(found.digits.length - 1, 0) : precision, verb)
    }
    default:
      return sign + general(size, precision, verb === 'G' ? 'E' : 'e')
  }
}

const general = (size: number, precision: number, verb: 'e' | 'E'): string => {
  const wanted = precision === 0 ? 1 : precision
  const found = precision < 0 ? shortest(size) : trimmed(roundedTo(exact(size), wanted))
  const count = found.digits.length
  const limit = precision < 0 ? 6 : wanted > count && count >= found.point ? count : wanted
  const exponent = size === 0 ? 0 : found.point - 1
  if (exponent < -4 || exponent >= Math.max(limit, precision < 0 ? 6 : 0)) {
    return scientific(found, Math.max((precision < 0 ? count : Math.min(wanted, count)) - 1, 0), verb)
  }
  return fixed(found, Math.max(count - found.point, 0))
}

const bits = new DataView(new ArrayBuffer(8))
/** Whole mantissa and binary exponent. */
const parts = (size: number): readonly [bigint, number] => {
  bits.setFloat64(0, size)
  const raw = bits.getBigUint64(0)
  const exponent = Number((raw >> 52n) & 0x7ffn)
  const mantissa = raw & 0xfffffffffffffn
  return exponent === 0 ? [mantissa, -1074] : [mantissa | 0x10000000000000n, exponent - 1075]
}

const trimmed = ({ digits, point }: Digits): Digits => ({ digits: digits.replace(/0+$/, ''), point })

const shortest = (size: number): Digits => {
  if (size === 0) return { digits: '', point: 0 }
  const [mantissa = '', exponent = '0'] = size.toExponential().split('e')
  return { digits: mantissa.replace('.', ''), point: Number(exponent) + 1 }
}

const exact = (size: number): Digits => {
  const [mantissa, exponent] = parts(size)
  if (mantissa === 0n) return { digits: '', point: 0 }
  const all = (exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent)).toString()
  return trimmed({ digits: all, point: all.length + Math.min(exponent, 0) })
}

/** Half to even, and the digits are exact, so a half is a half. */
const roundedTo = (value: Digits, count: number): Digits => {
  const { digits, point } = value
  if (count >= digits.length) return value
  if (count < 0) return { digits: '', point: 0 }
  const rest = digits.slice(count)
  const odd = count > 0 && Number(digits[count - 1]) % 2 === 1
  const up = rest[0] === '5' && rest.length === 1 ? odd : (rest[0] as string) >= '5'
  const kept = digits.slice(0, count)
  if (!up) return trimmed({ digits: kept, point })
  const raised = (BigInt(kept || '0') + 1n).toString().padStart(count, '0')
  return trimmed({ digits: raised, point: point + raised.length - count })
}
const roundedAt = (value: Digits, decimals: number): Digits => roundedTo(value, value.point + decimals)

const fixed = ({ digits, point }: Digits, decimals: number): string => {
  const front = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0'
  if (decimals === 0) return front
  const behind = point >= 0 ? digits.slice(point) : '0'.repeat(Math.min(-point, decimals)) + digits
  return `${front}.${behind.slice(0, decimals).padEnd(decimals, '0')}`
}

const scientific = ({ digits, point }: Digits, decimals: number, verb: 'e' | 'E'): string => {
  const exponent = digits === '' ? 0 : point - 1
  const behind = decimals > 0 ? `.${digits.slice(1).padEnd(decimals, '0')}` : ''
  return `${digits[0] ?? '0'}${behind}${verb}${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

const hexadecimal = (size: number, precision: number): string => {
  let [mantissa, exponent] = parts(size)
  if (mantissa === 0n) return `0x0${precision > 0 ? `.${'0'.repeat(precision)}` : ''}p+00`
  while (mantissa < 0x10000000000000n) {
    mantissa <<= 1n
    exponent--
  }
  if (precision >= 0 && precision < 13) {
    const dropped = BigInt((13 - precision) * 4)
    const half = 1n << (dropped - 1n)
    const rest = mantissa & ((1n << dropped) - 1n)
    mantissa >>= dropped
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++
    mantissa <<= dropped
    if (mantissa >= 0x20000000000000n) {
      mantissa >>= 1n
      exponent++
    }
  }
  const fraction = (mantissa & 0xfffffffffffffn).toString(16).padStart(13, '0')
  const shown = precision < 0 ? fraction.replace(/0+$/, '') : fraction.slice(0, precision).padEnd(precision, '0')
  const power = exponent + 52
  return `0x1${shown === '' ? '' : `.${shown}`}p${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}
