import type { Num } from '../value.ts'
import { BuiltinError, type Builtins, text } from './builtin.ts'
import { type Decimal, fromDecimal, parseDecimal, scaled, whole } from './decimal.ts'

const decimalPowers = 'kmgtpe'
/** Amount and unit, the boundary being the first character that belongs to no number. Rule: OPA, extractNumAndUnit. */
const taken = (value: string, tooLarge: string): readonly [string, string] => {
  for (let at = 0; at < value.length; at++) {
    const letter = value[at] as string
    if (!/[0-9.eE+-]/.test(letter)) return [value.slice(0, at), value.slice(at)]
    if (letter !== 'e' && letter !== 'E') continue
    const next = value[at + 1] ?? ''
    if (!/[0-9+-]/.test(next)) return [value.slice(0, at), value.slice(at)]
    if (next === '+' || next === '-') at++
    const digits = /^\d*/.exec(value.slice(at + 1))?.[0].length ?? 0
    if (digits > 6) throw new BuiltinError(tooLarge)
  }
  return [value, '']
}

const amountForm = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
/** More digits than this are nobody's amount. */
const largest = 5_000

const amount = (digits: string, unreadable: string, tooLarge: string): Decimal => {
  if (!amountForm.test(digits)) throw new BuiltinError(unreadable)
  const read = parseDecimal(digits.replace(/^\./, '0.').replace(/^([+-])\./, '$10.'))
  if (Math.abs(read.exponent) > largest || digits.length > largest) throw new BuiltinError(tooLarge)
  return read
}

const parseBytes = (source: string): Num => {
  const fail = (what: string): BuiltinError => new BuiltinError(`units.parse_bytes: ${what}`)
  const value = source.toLowerCase().replaceAll('"', '')
  if (value.includes(' ')) throw fail('spaces not allowed in resource strings')
  const tooLarge = 'units.parse_bytes: exponent too large'
  const [digits, unit] = taken(value, tooLarge)
  if (digits === '') throw fail('no byte amount provided')
  const [, letter, binary] = /^(?:([kmgtpe])(i)?b?)?$/.exec(unit) ?? [undefined, undefined, undefined]
  if (unit !== '' && letter === undefined) throw fail(`byte unit ${unit} not recognized`)
  const power = letter === undefined ? 0 : decimalPowers.indexOf(letter) + 1
  const read = amount(digits, 'units.parse_bytes: could not parse byte amount to a number', tooLarge)
  const factor = (binary === undefined ? 1000n : 1024n) ** BigInt(power)
  const size = scaled({ digits: read.digits < 0n ? -read.digits : read.digits, exponent: read.exponent }, factor)
  return whole(read.digits < 0n ? -size : size)
}

/** Ten decimals and no more. */
const decimals = 10

const parse = (source: string): Num => {
  const fail = (what: string): BuiltinError => new BuiltinError(`units.parse: ${what}`)
  const value = source.replaceAll('"', '')
  if (value.includes(' ')) throw fail('spaces not allowed in resource strings')
  const tooLarge = 'units.parse: exponent too large'
  const [digits, given] = taken(value, tooLarge)
  if (digits === '') throw fail('no amount provided')
  // only behind the first letter case does not matter: m is a thousandth and M a million
  const unit = given.slice(0, 1) + given.slice(1).toLowerCase()
  if (!/^(?:m|[kKM]|[kKMmgGtTpPeE]i|[gGtTpPeE]|)$/.test(unit)) throw fail(`unit ${unit} not recognized`)
  const read = amount(digits, 'units.parse: could not parse amount to a number', tooLarge)
  if (unit === 'm') {
    const exact = { digits: read.digits, exponent: read.exponent - 3 }
    return exactly(exact)
  }
  const power = unit === '' ? 0 : decimalPowers.indexOf((unit[0] as string).toLowerCase()) + 1
  const factor = (unit.endsWith('i') ? 1024n : 1000n) ** BigInt(power)
  return exactly({ digits: read.digits * factor, exponent: read.exponent })
}

const exactly = ({ digits, exponent }: Decimal): Num => {
  if (exponent >= -decimals) return fromDecimal({ digits, exponent })
  const step = 10n ** BigInt(-exponent - decimals)
  const size = digits < 0n ? -digits : digits
  const kept = (size + step / 2n) / step
  return fromDecimal({ digits: digits < 0n ? -kept : kept, exponent: -decimals })
}

export const units: Builtins = {
  'units.parse': { args: ['string'], result: 'number', eval: (args) => parse(text(args, 1)) },
  'units.parse_bytes': { args: ['string'], result: 'number', eval: (args) => parseBytes(text(args, 1)) },
}
