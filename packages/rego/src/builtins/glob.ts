import { re2 } from '../library.ts'
import type { Value } from '../value.ts'
import { BuiltinError, type Builtins, type Call, text, wrongElement, wrongOneOf } from './builtin.ts'
import { pattern } from './regex.ts'

/** `*` and `?` stop at delimiters, `**` does not; [a-c], [!abc], {this,that}, \ before what is meant literally. Rule: github.com/gobwas/glob. */
const translated = (glob: string, delimiters: readonly string[]): string => {
  const runes = [...glob]
  const stop = delimiters.length === 0 ? '.' : `[^${delimiters.map(classText).join('')}]`
  let made = '(?s)^(?:'
  let depth = 0
  for (let at = 0; at < runes.length; at++) {
    const rune = runes[at] as string
    if (rune === '*') {
      const double = runes[at + 1] === '*'
      if (double) at++
      made += double ? '.*' : `${stop}*`
    } else if (rune === '?') made += stop
    else if (rune === '[') {
      const [range, end] = rangeFrom(runes, at + 1)
      made += range
      at = end
    } else if (rune === '{') {
      depth++
      made += '(?:'
    } else if (rune === '}' && depth > 0) {
      depth--
      made += ')'
    } else if (rune === ',' && depth > 0) made += '|'
    else if (rune === '\\') {
      at++
      if (runes[at] !== undefined) made += re2().quote(runes[at] as string)
    } else made += re2().quote(rune)
  }
  // an alternative that is not closed ends with the pattern
  return `${made}${')'.repeat(depth)})$`
}

const classText = (rune: string): string => (/[\\\]^[-]/.test(rune) ? `\\${rune}` : rune)

const rangeFrom = (runes: readonly string[], start: number): readonly [string, number] => {
  let at = start
  const not = runes[at] === '!' ? '^' : ''
  if (not !== '') at++
  const first = runes[at]
  if (first === undefined) throw new BuiltinError('unexpected end of input')
  if (runes[at + 1] === '-') {
    const last = runes[at + 2]
    if (last === undefined) throw new BuiltinError('unexpected end of input')
    if ((last.codePointAt(0) as number) < (first.codePointAt(0) as number)) {
      throw new BuiltinError(`hi character '${last}' should be greater than lo '${first}'`)
    }
    if (runes[at + 3] !== ']')
      throw new BuiltinError(at + 3 < runes.length ? 'expected close range character' : 'unexpected end of input')
    return [`[${not}${classText(first)}-${classText(last)}]`, at + 3]
  }
  let members = ''
  for (; at < runes.length && runes[at] !== ']'; at++) {
    if (runes[at] === '\\') at++
    if (runes[at] !== undefined) members += classText(runes[at] as string)
  }
  if (at >= runes.length) throw new BuiltinError('unexpected end of input')
  if (members === '') throw new BuiltinError('could not parse range')
  return [`[${not}${members}]`, at]
}

const delimitersOf = (value: Value): readonly string[] => {
  if (value === null) return []
  if (!Array.isArray(value)) throw wrongOneOf(2, ['array', 'null'], value)
  for (const each of value) {
    if (typeof each !== 'string') throw wrongElement(2, value, 'string', each)
    if ([...each].length !== 1) throw wrongElement(2, value, 'rune', each)
  }
  return value.length === 0 ? ['.'] : (value as string[])
}

const match = (glob: string, delimiters: readonly string[], value: string, call: Call): boolean => {
  const key = `glob ${delimiters.join('')} ${glob}`
  const source = (call.memo.get(key) as string | undefined) ?? translated(glob, delimiters)
  call.spend(1 + glob.length / 16)
  call.memo.set(key, source)
  const of = pattern(source, call)
  call.spend(1 + (of.programSize() * value.length) / 64)
  return of.test(value)
}

export const globs: Builtins = {
  'glob.match': {
    args: ['string', ['null', 'array'], 'string'],
    result: 'boolean',
    eval: (args, call) => {
      const glob = text(args, 1)
      const delimiters = delimitersOf(args[1] as Value)
      return match(glob, delimiters, text(args, 3), call)
    },
  },
  'glob.quote_meta': {
    args: ['string'],
    result: 'string',
    eval: (args) => text(args, 1).replace(/[*?\\[\]{}]/g, '\\$&'),
  },
}
