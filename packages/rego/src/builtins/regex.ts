import type { RE2JS } from 're2js'
import { re2 } from '../library.ts'
import type { Value } from '../value.ts'
import { type Builtin, BuiltinError, type Builtins, type Call, integer, text } from './builtin.ts'
import { quoted } from './term-text.ts'

/** RE2's syntax, and time linear in pattern times text. Compiled once per evaluation. */
export const pattern = (source: string, call: Call): RE2JS => {
  const key = `regex ${source}`
  const known = call.memo.get(key) as RE2JS | undefined
  if (known !== undefined) return known
  // counted repetitions multiply: the program may be much larger than its text
  let repeated = 0
  for (const [, least, most] of source.matchAll(/\{(\d+)(?:,(\d*))?\}/g)) repeated += Number(most || least)
  call.spend(1 + source.length / 8 + repeated * 8, source.length * 64)
  let made: RE2JS
  try {
    made = re2().compile(source)
  } catch (error) {
    throw new BuiltinError(error instanceof Error ? error.message : String(error))
  }
  call.spend(made.programSize() * 8, made.programSize() * 64)
  call.memo.set(key, made)
  return made
}

const work = (of: RE2JS, length: number, call: Call): void => call.spend(1 + (of.programSize() * length) / 64)

/** Atoms without groups and choices, of which only the last may repeat without end: a search reads hardly further than its match ends. */
const plainPattern =
  /^(?:\(\?i\))?\^?(?:(?:\\[^pPQE]|\[(?:\\.|[^\]\\[])+\]|[^\\[\](){}|*+?^$])(?:\?|\{\d+(?:,\d+)?\})?)*[*+]?\$?$/
/** Positions of a match and its groups in pairs; -1 for a group that took no part. */
type Match = readonly number[]

/** Rule: Go, Regexp.FindAllSubmatchIndex: no empty match right behind another match. */
const matches = (of: RE2JS, value: string, atMost: number, call: Call): Match[] => {
  const found: Match[] = []
  const matcher = of.matcher(value)
  const groups = of.groupCount()
  const plain = plainPattern.test(of.pattern())
  let before = -1
  for (let at = 0; at <= value.length && (atMost < 0 || found.length < atMost); ) {
    // each search may look at all that is left
    if (!plain) call.spend(1 + (of.programSize() * (value.length - at)) / 4, 16 * groups)
    const isFound = matcher.find(at)
    if (plain) call.spend(1 + (of.programSize() * ((isFound ? matcher.end() : value.length) - at)) / 4, 16 * groups)
    if (!isFound) break
    const [start, end] = [matcher.start(), matcher.end()]
    const empty = end === at
    if (!(empty && start === before)) {
      const places: number[] = []
      for (let group = 0; group <= groups; group++) places.push(matcher.start(group), matcher.end(group))
      found.push(places)
    }
    at = empty ? end + ((value.codePointAt(end) ?? 0) > 0xffff ? 2 : 1) : end
    before = end
  }
  return found
}

const part = (value: string, match: Match, group: number): string => {
  const start = match[group * 2] as number
  return start < 0 ? '' : value.slice(start, match[group * 2 + 1])
}

/** `$1`, `${1}`, `$name`, `${name}`, `$$`; the longest name counts. Rule: Go, Regexp.Expand. */
const reference = /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu
const expanded = (template: string, value: string, match: Match, names: Readonly<Record<string, number>>): string =>
  template.replace(reference, (whole, braced?: string, bare?: string) => {
    if (whole === '$$') return '$'
    const name = braced ?? bare ?? ''
    const group = /^(0|[1-9]\d{0,8})$/.test(name) ? Number(name) : (names[name] ?? -1)
    return group >= 0 && group * 2 < match.length ? part(value, match, group) : ''
  })

const replaced = (value: string, of: RE2JS, template: string, call: Call): string => {
  const made: string[] = []
  let kept = 0
  const names = of.namedGroups()
  for (const match of matches(of, value, -1, call)) {
    const piece = expanded(template, value, match, names)
    call.spend(1, (piece.length + 8) * 2)
    made.push(value.slice(kept, match[0]), piece)
    kept = match[1] as number
  }
  made.push(value.slice(kept))
  return made.join('')
}

/** Rule: Go, Regexp.Split. */
const split = (of: RE2JS, value: string, call: Call): string[] => {
  if (of.pattern() !== '' && value === '') return ['']
  const made: string[] = []
  let from = 0
  let to = 0
  for (const match of matches(of, value, -1, call)) {
    to = match[0] as number
    if (match[1] !== 0) made.push(value.slice(from, to))
    from = match[1] as number
  }
  if (to !== value.length) made.push(value.slice(from))
  return made
}

const match: Builtin = {
  args: ['string', 'string'],
  result: 'boolean',
  eval: (args, call) => {
    const of = pattern(text(args, 1), call)
    const value = text(args, 2)
    work(of, value.length, call)
    return of.test(value)
  },
}

const find = (shape: (value: string, match: Match) => Value): Builtin => ({
  args: ['string', 'string', 'number'],
  result: 'array',
  eval: (args, call) => {
    const [source, value] = [text(args, 1), text(args, 2)]
    const atMost = Number(integer(args, 3))
    return matches(pattern(source, call), value, atMost, call).map((each) => shape(value, each))
  },
})

/** Patterns stand between the delimiters, everything else is meant literally. Rule: OPA, regex.template_match. */
const templatePattern = (template: string, open: string, close: string, call: Call): string => {
  let made = '^'
  let level = 0
  let from = 0
  for (let at = 0; at < template.length; at++) {
    if (template[at] === open && ++level === 1) {
      made += re2().quote(template.slice(from, at))
      from = at + 1
    } else if (template[at] === close && --level <= 0) {
      if (level < 0) throw new BuiltinError(`unbalanced braces in ${quoted(template)}`)
      const inner = template.slice(from, at)
      pattern(`^${inner}$`, call)
      made += `(${inner})`
      from = at + 1
    }
  }
  if (level !== 0) throw new BuiltinError(`unbalanced braces in ${quoted(template)}`)
  return `${made}${re2().quote(template.slice(from))}$`
}

export const regex: Builtins = {
  'regex.match': match,
  /** v0 only. */
  re_match: match,
  'regex.is_valid': {
    args: ['string'],
    result: 'boolean',
    eval: ([source], call) => {
      if (typeof source !== 'string') return false
      try {
        pattern(source, call)
        return true
      } catch (error) {
        if (error instanceof BuiltinError) return false
        throw error
      }
    },
  },
  'regex.find_n': find((value, each) => part(value, each, 0)),
  'regex.find_all_string_submatch_n': find((value, each) =>
    Array.from({ length: each.length / 2 }, (_, group) => part(value, each, group)),
  ),
  'regex.replace': {
    args: ['string', 'string', 'string'],
    result: 'string',
    eval: (args, call) => {
      const value = text(args, 1)
      const of = pattern(text(args, 2), call)
      return replaced(value, of, text(args, 3), call)
    },
  },
  'regex.split': {
    args: ['string', 'string'],
    result: 'array',
    eval: (args, call) => split(pattern(text(args, 1), call), text(args, 2), call),
  },
  'regex.template_match': {
    args: ['string', 'string', 'string', 'string'],
    result: 'boolean',
    eval: (args, call) => {
      const [template, value, open, close] = [text(args, 1), text(args, 2), text(args, 3), text(args, 4)]
      for (const [name, each] of [
        ['start', open],
        ['end', close],
      ] as const) {
        if (each.length !== 1)
          throw new BuiltinError(`${name} delimiter has to be exactly one character long but is ${open.length} long`)
      }
      const of = pattern(templatePattern(template, open, close, call), call)
      work(of, value.length, call)
      return of.test(value)
    },
  },
}
