import { RegoObject, RegoSet, type Value } from '../value.ts'
import { type Builtin, BuiltinError, type Builtins, type Call, text, wrong } from './builtin.ts'
import { fromBytes, toBytes } from './bytes.ts'
import { goJson } from './json-text.ts'
import { account } from './strings.ts'
import { quoted } from './term-text.ts'

const standard = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const forUrls = `${standard.slice(0, 62)}-_`

const toBase64 = (bytes: Uint8Array, alphabet: string, padded: boolean): string => {
  const made: string[] = []
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = [bytes[at], bytes[at + 1], bytes[at + 2]]
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0)
    const four = [18, 12, 6, 0].map((shift) => alphabet[(bits >> shift) & 63] as string)
    const kept = c !== undefined ? 4 : b !== undefined ? 3 : 2
    made.push(four.slice(0, kept).join(''), padded ? '='.repeat(4 - kept) : '')
  }
  return made.join('')
}

/** Line breaks are skipped, padding is asked for, and errors name the place in bytes. Rule: Go, encoding/base64. */
const fromBase64 = (source: string, alphabet: string): Uint8Array => {
  const fail = (at: number): BuiltinError => new BuiltinError(`illegal base64 data at input byte ${at}`)
  const made = new Uint8Array(Math.floor((source.length * 3) / 4) + 3)
  let size = 0
  let bits = 0
  let count = 0
  for (let at = 0; at < source.length; at++) {
    const letter = source[at] as string
    if (letter === '\r' || letter === '\n') continue
    const value = alphabet.indexOf(letter)
    if (value >= 0) {
      bits = (bits << 6) | value
      if (++count === 4) {
        made[size++] = bits >> 16
        made[size++] = bits >> 8
        made[size++] = bits
        bits = 0
        count = 0
      }
      continue
    }
    if (letter !== '=' || count < 2) throw fail(toBytes(source.slice(0, at)).length)
    let end = at
    if (count === 2) {
      end++
      while (source[end] === '\r' || source[end] === '\n') end++
      if (source[end] === undefined) throw fail(toBytes(source).length)
      if (source[end] !== '=') throw fail(toBytes(source.slice(0, end)).length)
    }
    end++
    while (source[end] === '\r' || source[end] === '\n') end++
    if (end < source.length) throw fail(toBytes(source.slice(0, end)).length)
    made[size++] = count === 2 ? bits >> 4 : bits >> 10
    if (count === 3) made[size++] = bits >> 2
    return made.subarray(0, size)
  }
  if (count > 0) throw fail(source.length - count)
  return made.subarray(0, size)
}

const onText = (make: (value: string, call: Call) => Value, result: Builtin['result'] = 'string'): Builtin => ({
  args: ['string'],
  result,
  eval: (args, call) => {
    const value = text(args, 1)
    account(call, value.length * 4)
    return make(value, call)
  },
})

/** Padding that the end lacks is put there. Rule: RFC 7515, appendix C. */
const decodeUrl = (value: string): string => {
  if (value.endsWith('=')) return fromBytes(fromBase64(value, forUrls))
  const over = toBytes(value).length % 4
  if (over === 1) throw new BuiltinError(`illegal base64url string: ${value}`)
  return fromBytes(fromBase64(value + '='.repeat((4 - over) % 4), forUrls))
}

const toHex = (value: string): string => [...toBytes(value)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
const fromHex = (value: string): string => {
  const bad = /[^0-9a-fA-F]/.exec(value)
  const complete = value.length - (value.length % 2)
  if (bad !== null && (bad.index < complete || value.length % 2 === 1)) {
    const byte = toBytes(String.fromCodePoint(value.codePointAt(bad.index) as number))[0] as number
    throw new BuiltinError(
      `encoding/hex: invalid byte: U+${byte.toString(16).toUpperCase().padStart(4, '0')} '${String.fromCharCode(byte)}'`,
    )
  }
  if (value.length % 2 === 1) throw new BuiltinError('encoding/hex: odd length hex string')
  return fromBytes(
    Uint8Array.from({ length: value.length / 2 }, (_, at) => Number.parseInt(value.slice(at * 2, at * 2 + 2), 16)),
  )
}

const escaped = (value: string): string => {
  let made = ''
  for (const byte of toBytes(value)) {
    const letter = String.fromCharCode(byte)
    made += /[A-Za-z0-9\-_.~]/.test(letter)
      ? letter
      : letter === ' '
        ? '+'
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return made
}
const unescaped = (value: string): string => {
  const made: number[] = []
  const bytes = toBytes(value)
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number
    if (byte === 0x25) {
      const digits = fromBytes(bytes.subarray(at + 1, at + 3))
      if (!/^[0-9a-fA-F]{2}$/.test(digits)) {
        throw new BuiltinError(`invalid URL escape ${quoted(fromBytes(bytes.subarray(at, at + 3)))}`)
      }
      made.push(Number.parseInt(digits, 16))
      at += 2
    } else made.push(byte === 0x2b ? 0x20 : byte)
  }
  return fromBytes(Uint8Array.from(made))
}

/** For `uri.parse`, whose errors and letters are the same but for the plus, which the caller has written as %2B. */
export const percentDecoded = unescaped
/** A path as Go writes it. */
export const percentEncoded = (path: string): string =>
  escaped(path).replace(/\+|%(?:24|26|2B|2C|2F|3A|3B|3D|40)/g, (each) =>
    each === '+' ? '%20' : String.fromCharCode(Number.parseInt(each.slice(1), 16)),
  )

const encodeObject = (value: Value): string => {
  if (!(value instanceof RegoObject)) throw wrong(1, 'object', value)
  const wrongValue = new BuiltinError(
    'operand 1 values must be string, array[string], or set[string]',
    'eval_type_error',
  )
  const pairs: string[] = []
  const entries = [...value.entries()].map(
    ([key, each]) => [typeof key === 'string' ? key : goJson(key), each] as const,
  )
  for (const [key, each] of entries) {
    const all =
      typeof each === 'string'
        ? [each]
        : Array.isArray(each)
          ? each
          : each instanceof RegoSet
            ? each.values()
            : undefined
    if (all === undefined) throw wrongValue
    for (const one of all) {
      if (typeof one !== 'string') throw wrongValue
      pairs.push(`${escaped(key)}=${escaped(one)}`)
    }
  }
  return pairs.join('&')
}

const decodeObject = (query: string): Value => {
  const found = new Map<string, string[]>()
  for (const pair of query.split('&')) {
    if (pair === '') continue
    if (pair.includes(';')) throw new BuiltinError('invalid semicolon separator in query')
    const equals = pair.indexOf('=')
    const key = unescaped(equals < 0 ? pair : pair.slice(0, equals))
    const value = unescaped(equals < 0 ? '' : pair.slice(equals + 1))
    found.set(key, [...(found.get(key) ?? []), value])
  }
  return RegoObject.of(found)
}

export const encoding: Builtins = {
  'base64.encode': onText((value) => toBase64(toBytes(value), standard, true)),
  'base64.decode': onText((value) => fromBytes(fromBase64(value, standard))),
  'base64.is_valid': {
    args: ['string'],
    result: 'boolean',
    eval: ([value], call) => {
      if (typeof value !== 'string') return false
      account(call, value.length)
      try {
        fromBase64(value, standard)
        return true
      } catch {
        return false
      }
    },
  },
  'base64url.encode': onText((value) => toBase64(toBytes(value), forUrls, true)),
  'base64url.encode_no_pad': onText((value) => toBase64(toBytes(value), forUrls, false)),
  'base64url.decode': onText(decodeUrl),
  'hex.encode': onText(toHex),
  'hex.decode': onText(fromHex),
  'urlquery.encode': onText(escaped),
  'urlquery.decode': onText(unescaped),
  'urlquery.encode_object': {
    args: ['object'],
    result: 'string',
    eval: ([value], call) => {
      const made = encodeObject(value as Value)
      account(call, made.length)
      return made
    },
  },
  'urlquery.decode_object': onText(decodeObject, 'object'),
}
