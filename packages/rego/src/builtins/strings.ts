import { RegoSet, type Value } from '../value.ts'
import { runeCount } from './aggregates.ts'
import {
  type Builtin,
  BuiltinError,
  type Builtins,
  type Call,
  integer,
  number,
  object,
  text,
  wrongElement,
  wrongOneOf,
} from './builtin.ts'
import { truncated } from './numbers.ts'
import { replacer } from './replacer.ts'

/** Counts a string before it is made: two bytes a unit, and a step for every 64. */
export const account = (call: Call, units: number): void => {
  if (units > 64) call.spend(units >> 6 || units / 64, units * 2)
}

const two = (ask: (a: string, b: string, call: Call) => Value, result: Builtin['result']): Builtin => ({
  args: ['string', 'string'],
  result,
  eval: (args, call) => ask(text(args, 1), text(args, 2), call),
})
const onText = (make: (value: string) => string): Builtin => ({
  args: ['string'],
  result: 'string',
  eval: (args, call) => {
    const value = text(args, 1)
    account(call, value.length)
    return make(value)
  },
})

/** Strings of an array or set; a string alone counts as a list of one. */
const stringsOf = (
  value: Value,
  at: number,
  expected: readonly string[] = ['string', 'set', 'array'],
): readonly string[] => {
  if (typeof value === 'string' && expected.includes('string')) return [value]
  const all = Array.isArray(value) ? value : value instanceof RegoSet ? value.values() : undefined
  if (all === undefined) throw wrongOneOf(at, expected, value)
  for (const each of all) if (typeof each !== 'string') throw wrongElement(at, value, 'string', each)
  return all as readonly string[]
}

const anyAffix = (matches: (value: string, affix: string) => boolean): Builtin => ({
  args: [
    ['string', 'array', 'set'],
    ['string', 'array', 'set'],
  ],
  result: 'boolean',
  eval: ([searched, affixes], call) => {
    const values = stringsOf(searched as Value, 1)
    const wanted = stringsOf(affixes as Value, 2)
    call.spend(1 + ((values.length * wanted.length) >> 2))
    return values.some((value) => wanted.some((affix) => matches(value, affix)))
  },
})

/** Places by character. Overlapping ones count, as in OPA. */
const places = (base: string, wanted: string, atMost: number): number[] => {
  if (wanted === '') throw new BuiltinError('empty search character')
  const found: number[] = []
  let runes = 0
  let counted = 0
  for (let at = base.indexOf(wanted); at >= 0 && found.length < atMost; at = base.indexOf(wanted, at + 1)) {
    runes += runeCount(base.slice(counted, at))
    counted = at
    found.push(runes)
  }
  return found
}

const substring = (base: string, from: number | bigint, length: number | bigint): string => {
  if (from < 0) throw new BuiltinError('negative offset')
  const start = Number(from)
  const size = length < 0 ? Number.POSITIVE_INFINITY : Number(length)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(base)) return base.slice(start, start + size)
  return [...base].slice(start, start + size).join('')
}

/** An empty separator splits into characters. */
const split = (value: string, by: string, call: Call): string[] => {
  call.spend(1 + value.length / 16, value.length * 4)
  return by === '' ? [...value] : value.split(by)
}

const cut = (value: string, cutset: string, left: boolean, right: boolean): string => {
  const dropped = new Set(cutset)
  const runes = [...value]
  let from = 0
  let to = runes.length
  while (left && from < to && dropped.has(runes[from] as string)) from++
  while (right && to > from && dropped.has(runes[to - 1] as string)) to--
  return from === 0 && to === runes.length ? value : runes.slice(from, to).join('')
}

/** Go trims Unicode White Space, which JavaScript's \s has but for U+0085 and with U+FEFF too many. */
const space = '[\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const leading = new RegExp(`^${space}+`)
const isSpace = new RegExp(space)
export const trimSpace = (value: string): string => {
  let to = value.length
  while (to > 0 && isSpace.test(value[to - 1] as string)) to--
  return value.slice(0, to).replace(leading, '')
}

/** Go maps character by character: no growth (ß, ŉ stay), no look at neighbours (final sigma). */
const mapCase = (value: string, map: (rune: string) => string): string => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(value)) return map(value)
  let made = ''
  for (const rune of value) {
    const mapped = map(rune)
    made += runeCount(mapped) === 1 ? mapped : rune === 'İ' ? 'i' : rune
  }
  return made
}

const radixes = [2, 8, 10, 16]

export const strings: Builtins = {
  concat: {
    args: ['string', ['array', 'set']],
    result: 'string',
    eval: (args, call) => {
      const by = text(args, 1)
      const parts = stringsOf(args[1] as Value, 2, ['set', 'array'])
      account(
        call,
        parts.reduce((sum, each) => sum + each.length + by.length, 0),
      )
      return parts.join(by)
    },
  },
  contains: two((a, b) => a.includes(b), 'boolean'),
  startswith: two((a, b) => a.startsWith(b), 'boolean'),
  endswith: two((a, b) => a.endsWith(b), 'boolean'),
  indexof: two((a, b) => places(a, b, 1)[0] ?? -1, 'number'),
  indexof_n: two((a, b, call) => {
    call.spend(1 + a.length / 4, a.length)
    return places(a, b, Number.POSITIVE_INFINITY)
  }, 'array'),
  'strings.count': two((a, b, call) => {
    call.spend(1 + a.length / 64)
    if (b === '') return runeCount(a) + 1
    let count = 0
    for (let at = a.indexOf(b); at >= 0; at = a.indexOf(b, at + b.length)) count++
    return count
  }, 'number'),
  lower: onText((value) => mapCase(value, (rune) => rune.toLowerCase())),
  upper: onText((value) => mapCase(value, (rune) => rune.toUpperCase())),
  'strings.reverse': onText((value) => [...value].reverse().join('')),
  trim_space: onText(trimSpace),
  trim: two((value, cutset) => cut(value, cutset, true, true), 'string'),
  trim_left: two((value, cutset) => cut(value, cutset, true, false), 'string'),
  trim_right: two((value, cutset) => cut(value, cutset, false, true), 'string'),
  trim_prefix: two((value, prefix) => (value.startsWith(prefix) ? value.slice(prefix.length) : value), 'string'),
  trim_suffix: two(
    (value, suffix) => (value.endsWith(suffix) ? value.slice(0, value.length - suffix.length) : value),
    'string',
  ),
  split: two(split, 'array'),
  /** A limit keeps the first parts, a negative one the last. */
  'strings.split_n': {
    args: ['string', 'string', 'number'],
    result: 'array',
    eval: (args, call) => {
      const parts = split(text(args, 1), text(args, 2), call)
      const kept = Number(integer(args, 3))
      return kept >= 0 ? parts.slice(0, kept) : parts.slice(kept)
    },
  },
  substring: {
    args: ['string', 'number', 'number'],
    result: 'string',
    eval: (args) => substring(text(args, 1), integer(args, 2), integer(args, 3)),
  },
  replace: {
    args: ['string', 'string', 'string'],
    result: 'string',
    eval: (args, call) => replacer([[text(args, 2), text(args, 3)]])(text(args, 1), (units) => account(call, units)),
  },
  'strings.replace_n': {
    args: ['object', 'string'],
    result: 'string',
    eval: (args, call) => {
      const pairs: [string, string][] = []
      for (const [from, to] of object(args, 1).entries()) {
        if (typeof from !== 'string')
          throw new BuiltinError('operand 1 non-string key found in pattern object', 'eval_type_error')
        if (typeof to !== 'string')
          throw new BuiltinError('operand 1 non-string value found in pattern object', 'eval_type_error')
        pairs.push([from, to])
      }
      const value = text(args, 2)
      call.spend(1 + (value.length * pairs.length) / 16)
      return replacer(pairs)(value, (units) => account(call, units))
    },
  },
  'strings.any_prefix_match': anyAffix((value, affix) => value.startsWith(affix)),
  'strings.any_suffix_match': anyAffix((value, affix) => value.endsWith(affix)),
  format_int: {
    args: ['number', 'number'],
    result: 'string',
    eval: (args) => {
      const value = truncated(number(args, 1))
      const radix = number(args, 2)
      if (typeof radix !== 'number' || !radixes.includes(radix)) {
        throw new BuiltinError('operand 2 must be one of {2, 8, 10, 16}', 'eval_type_error')
      }
      return value.toString(radix)
    },
  },
}
