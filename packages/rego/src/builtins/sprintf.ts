import type { Value } from '../value.ts'
import { runeCount } from './aggregates.ts'
import { array, type Builtins, type Call, text } from './builtin.ts'
import { toBytes } from './bytes.ts'
import { type FloatVerb, floatText } from './float-text.ts'
import { quoted, termText } from './term-text.ts'

/** What Go's fmt gets to see: OPA hands over whole numbers, doubles, and text for all the rest. */
type Operand =
  | { type: 'int'; value: bigint }
  | { type: '*big.Int'; value: bigint }
  | { type: 'float64'; value: number }
  | { type: 'string'; value: string }
type Spec = {
  sharp: boolean
  zero: boolean
  plus: boolean
  minus: boolean
  space: boolean
  /** `%#v` */
  go: boolean
  width: number | undefined
  precision: number | undefined
}

const operand = (value: Value): Operand => {
  if (typeof value === 'string') return { type: 'string', value }
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? { type: 'int', value: BigInt(value) } : { type: 'float64', value }
  }
  if (typeof value !== 'bigint') return { type: 'string', value: termText(value) }
  if (BigInt.asIntN(64, value) === value) return { type: 'int', value }
  // no double holds it, so it was written with an exponent and OPA shows it as written
  const [, head, first, rest] = /^((-?\d)(\d*?))0{200,}$/.exec(String(value)) ?? []
  if (head === undefined || Number.isFinite(Number(value))) return { type: '*big.Int', value }
  return {
    type: 'string',
    value: `${first}${rest === '' ? '' : `.${rest}`}e${String(value).replace('-', '').length - 1}`,
  }
}

const pad = (shown: string, spec: Spec): string => {
  const missing = (spec.width ?? 0) - runeCount(shown)
  if (missing <= 0) return shown
  return spec.minus ? shown + ' '.repeat(missing) : (spec.zero ? '0' : ' ').repeat(missing) + shown
}
const spaced = (shown: string, spec: Spec): string => pad(shown, { ...spec, zero: false })
const truncate = (shown: string, spec: Spec): string =>
  spec.precision === undefined || runeCount(shown) <= spec.precision
    ? shown
    : [...shown].slice(0, spec.precision).join('')

const bases: Readonly<Record<string, number>> = { b: 2, o: 8, O: 8, d: 10, v: 10, x: 16, X: 16 }
const digitsOf = (size: bigint, base: number, verb: string): string =>
  verb === 'X' ? size.toString(base).toUpperCase() : size.toString(base)

const rune = (value: bigint): string => String.fromCodePoint(value >= 0n && value <= 0x10ffffn ? Number(value) : 0xfffd)

const small = (value: bigint, verb: string, spec: Spec): string | undefined => {
  const base = bases[verb]
  if (base !== undefined) return integral(value, base, verb, spec)
  switch (verb) {
    case 'c':
      return pad(rune(value), spec)
    case 'q':
      return pad(quoted(rune(value), "'", spec.plus), spec)
    case 'U': {
      const code = BigInt.asUintN(64, value)
      const shown = `U+${code
        .toString(16)
        .toUpperCase()
        .padStart(Math.max(spec.precision ?? 4, 4), '0')}`
      return spaced(spec.sharp && code <= 0x10ffffn ? `${shown} '${rune(code)}'` : shown, spec)
    }
    default:
      return undefined
  }
}

const integral = (value: bigint, base: number, verb: string, spec: Spec): string => {
  const negative = value < 0n
  const size = negative ? -value : value
  if (spec.precision === 0 && size === 0n) return ' '.repeat(spec.width ?? 0)
  const signed = negative || spec.plus || spec.space
  const least =
    spec.precision ?? (spec.zero && !spec.minus && spec.width !== undefined ? spec.width - (signed ? 1 : 0) : 0)
  let shown = digitsOf(size, base, verb).padStart(least, '0')
  if (spec.sharp && base === 2) shown = `0b${shown}`
  if (spec.sharp && base === 8 && !shown.startsWith('0')) shown = `0${shown}`
  if (spec.sharp && base === 16) shown = (verb === 'X' ? '0X' : '0x') + shown
  if (verb === 'O') shown = `0o${shown}`
  return spaced((negative ? '-' : spec.plus ? '+' : spec.space ? ' ' : '') + shown, spec)
}

/** Rule: Go, big.Int.Format, which differs from that of small ones. */
const large = (value: bigint, verb: string, spec: Spec): string => {
  const base = verb === 's' ? 10 : bases[verb]
  if (base === undefined) return verb === 'w' ? `%!w(*big.Int=${value})` : `%!${verb}(big.Int=${value})`
  const sign = value < 0n ? '-' : spec.plus ? '+' : spec.space ? ' ' : ''
  const prefix =
    verb === 'O'
      ? '0o'
      : spec.sharp
        ? (({ b: '0b', o: '0', x: '0x', X: '0X' } as Record<string, string>)[verb] ?? '')
        : ''
  const digits = digitsOf(value < 0n ? -value : value, base, verb).padStart(spec.precision ?? 0, '0')
  const missing = (spec.width ?? 0) - (sign + prefix + digits).length
  if (missing > 0 && spec.zero && !spec.minus && spec.precision === undefined)
    return sign + prefix + '0'.repeat(missing) + digits
  return spaced(sign + prefix + digits, spec)
}

const floats: Readonly<Record<string, readonly [FloatVerb, number]>> = {
  v: ['g', -1],
  b: ['b', -1],
  g: ['g', -1],
  G: ['G', -1],
  x: ['x', -1],
  X: ['X', -1],
  f: ['f', 6],
  F: ['f', 6],
  e: ['e', 6],
  E: ['E', 6],
}

const floating = (value: number, verb: string, spec: Spec): string | undefined => {
  const known = floats[verb]
  if (known === undefined) return undefined
  let shown = floatText(value, known[0], spec.precision ?? known[1])
  if (spec.sharp && verb !== 'b') shown = withPoint(shown, known[0], spec.precision ?? known[1])
  const sign = shown.startsWith('-') ? '-' : spec.plus ? '+' : spec.space ? ' ' : ''
  const bare = shown.startsWith('-') ? shown : sign + shown
  const missing = (spec.width ?? 0) - bare.length
  if (sign !== '' && spec.zero && !spec.minus && missing > 0) return sign + '0'.repeat(missing) + bare.slice(1)
  return pad(bare, spec)
}

/** `#` keeps the point, and for %g the zeros behind it. */
const withPoint = (shown: string, verb: FloatVerb, precision: number): string => {
  const at = shown.search(/[eEpP]/)
  const [head, tail] = at < 0 ? [shown, ''] : [shown.slice(0, at), shown.slice(at)]
  const pointed = head.includes('.') ? head : `${head}.`
  if (verb !== 'g' && verb !== 'G') return pointed + tail
  const wanted = precision < 0 ? 6 : precision
  const significant = pointed.replace(/^-?0*\.?0*|\./g, '').length
  return pointed.padEnd(pointed.length + Math.max(wanted - (significant || 1), 0), '0') + tail
}

const textual = (value: string, verb: string, spec: Spec): string | undefined => {
  switch (verb) {
    case 'v':
      return spec.go ? pad(quoted(truncate(value, spec)), spec) : pad(truncate(value, spec), spec)
    case 's':
      return pad(truncate(value, spec), spec)
    case 'q': {
      const shown = truncate(value, spec)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what backquotes cannot hold
      if (spec.sharp && !/[`\x00-\x08\x0a-\x1f\x7f\ufeff]/.test(shown)) return pad(`\`${shown}\``, spec)
      return pad(quoted(shown, '"', spec.plus), spec)
    }
    case 'x':
    case 'X':
      return bytesText(value, verb, spec)
    default:
      return undefined
  }
}

const bytesText = (value: string, verb: string, spec: Spec): string => {
  const bytes = toBytes(value)
  const pairs = [...bytes.subarray(0, spec.precision ?? bytes.length)].map((byte) => {
    const pair = byte.toString(16).padStart(2, '0')
    return verb === 'X' ? pair.toUpperCase() : pair
  })
  const prefix = spec.sharp && pairs.length > 0 ? `0${verb}` : ''
  return pad(prefix + pairs.join(spec.space ? ` ${prefix}` : ''), spec)
}

const print = (given: Operand, verb: string, spec: Spec): string => {
  if (verb === 'T') return pad(truncate(given.type, spec), spec)
  if (given.type === '*big.Int') return large(given.value, verb, spec)
  const shown =
    given.type === 'int'
      ? small(given.value, verb, spec)
      : given.type === 'float64'
        ? floating(given.value, verb, spec)
        : textual(given.value, verb, spec)
  return shown ?? `%!${verb}(${given.type}=${print(given, 'v', spec)})`
}

const bare: Spec = {
  sharp: false,
  zero: false,
  plus: false,
  minus: false,
  space: false,
  go: false,
  width: undefined,
  precision: undefined,
}
const flagNames: Readonly<Record<string, 'sharp' | 'zero' | 'plus' | 'minus' | 'space'>> = {
  '#': 'sharp',
  '0': 'zero',
  '+': 'plus',
  '-': 'minus',
  ' ': 'space',
}
/** Go refuses wider ones. */
const widest = 1_000_000

/** Rule: Go, fmt.Sprintf, with its texts for what does not fit. Never throws for a format. `account` hears of units before they are made. */
export const format = (
  pattern: string,
  values: readonly Value[],
  account: (units: number) => void = () => {},
): string => {
  const operands = values.map(operand)
  const made: string[] = []
  let at = 0
  let next = 0
  let reordered = false
  let good = true

  /** Digits; an overlong number swallows the rest of the format, as in Go. */
  const digits = (): number | undefined => {
    let value: number | undefined
    while (at < pattern.length && /\d/.test(pattern[at] as string)) {
      if ((value ?? 0) > widest) {
        at = pattern.length
        return undefined
      }
      value = (value ?? 0) * 10 + Number(pattern[at++])
    }
    return value
  }
  /** `[3]` */
  const index = (): boolean => {
    if (pattern[at] !== '[') return false
    reordered = true
    const close = pattern.indexOf(']', at)
    if (close < 0 || pattern.length - at < 3) {
      good = false
      at++
      return false
    }
    const inner = pattern.slice(at + 1, close)
    at = close + 1
    const place = /^\d{1,7}$/.test(inner) ? Number(inner) - 1 : -1
    if (place >= 0 && place < operands.length) next = place
    else good = false
    return /^\d{1,7}$/.test(inner)
  }
  /** `*` */
  const fromOperand = (): number | undefined => {
    const given = operands[next]
    if (next < operands.length) next++
    return given?.type === 'int' && given.value <= BigInt(widest) && given.value >= BigInt(-widest)
      ? Number(given.value)
      : undefined
  }

  while (at < pattern.length) {
    const percent = pattern.indexOf('%', at)
    made.push(pattern.slice(at, percent < 0 ? pattern.length : percent))
    if (percent < 0) break
    at = percent + 1
    good = true
    const spec: Spec = { ...bare }
    for (let flag = flagNames[pattern[at] ?? '']; flag !== undefined; flag = flagNames[pattern[at] ?? '']) {
      spec[flag] = true
      at++
    }
    let indexed = index()
    if (pattern[at] === '*') {
      at++
      spec.width = fromOperand()
      if (spec.width === undefined) made.push('%!(BADWIDTH)')
      else if (spec.width < 0) {
        spec.width = -spec.width
        spec.minus = true
        spec.zero = false
      }
      indexed = false
    } else {
      spec.width = digits()
      if (indexed && spec.width !== undefined) good = false
    }
    if (pattern[at] === '.' && at + 1 < pattern.length) {
      at++
      if (indexed) good = false
      indexed = index()
      if (pattern[at] === '*') {
        at++
        const precision = fromOperand()
        if (precision === undefined || precision < 0) made.push('%!(BADPREC)')
        else spec.precision = precision
        indexed = false
      } else spec.precision = digits() ?? 0
    }
    if (!indexed) index()
    if (at >= pattern.length) {
      made.push('%!(NOVERB)')
      break
    }
    const verb = String.fromCodePoint(pattern.codePointAt(at) as number)
    at += verb.length
    const given = operands[next]
    if (verb === '%') made.push('%')
    else if (!good) made.push(`%!${verb}(BADINDEX)`)
    else if (given === undefined) made.push(`%!${verb}(MISSING)`)
    else {
      if (verb === 'v' || verb === 'w') {
        spec.go = spec.sharp
        spec.sharp = false
        spec.plus = false
      }
      account((spec.width ?? 0) + (spec.precision ?? 0) + sizeOf(given))
      made.push(print(given, verb, spec))
      next++
    }
  }
  if (!reordered && next < operands.length) {
    made.push(
      `%!(EXTRA ${operands
        .slice(next)
        .map((each) => `${each.type}=${print(each, 'v', bare)}`)
        .join(', ')})`,
    )
  }
  return made.join('')
}

const sizeOf = (given: Operand): number =>
  given.type === 'string' ? given.value.length : given.type === '*big.Int' ? given.value.toString(16).length : 24

const accounted = (call: Call) => (units: number) => call.spend(1 + units / 64, units * 2)

export const sprintf: Builtins = {
  sprintf: {
    args: ['string', 'array'],
    result: 'string',
    eval: (args, call) => {
      const pattern = text(args, 1)
      const made = accounted(call)
      made(pattern.length)
      return format(pattern, array(args, 2), made)
    },
  },
}
