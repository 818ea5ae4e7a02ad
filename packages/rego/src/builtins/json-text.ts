import { compare, RegoObject, RegoSet, type Value } from '../value.ts'
import { BuiltinError } from './builtin.ts'
import { numberText, parseNumber } from './decimal.ts'
import { quoted } from './term-text.ts'

/** Deeper text is refused: every walk over values is recursive. Go stops at 10,000. */
const deepest = 2_000
const numberForm = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids just these
const plainRun = /[^"\\\x00-\x1f]*/y
const gap = /[ \t\n\r]*/y
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

const shown = (rune: string): string =>
  rune === "'" ? "'\\''" : rune === '"' ? `'"'` : `'${quoted(rune).slice(1, -1)}'`

/** JSON text as a value, numbers exact, the last of equal keys. Errors speak as Go's encoding/json does. */
export const parseJson = (text: string): Value => {
  let at = 0
  const run = (form: RegExp): string => {
    form.lastIndex = at
    const found = form.exec(text)?.[0] ?? ''
    at += found.length
    return found
  }
  const fail = (where: string): BuiltinError => {
    if (at >= text.length) return new BuiltinError(text.trim() === '' ? 'EOF' : 'unexpected EOF')
    return new BuiltinError(`invalid character ${shown(String.fromCodePoint(text.codePointAt(at) as number))} ${where}`)
  }
  const string = (): string => {
    at++
    let made = ''
    for (;;) {
      made += run(plainRun)
      const next = text[at]
      if (next === '"') {
        at++
        return made.isWellFormed() ? made : made.toWellFormed()
      }
      if (next !== '\\') throw fail('in string literal')
      at++
      const kind = text[at] ?? ''
      const simple = escapes[kind]
      if (simple !== undefined) {
        made += simple
        at++
      } else if (kind === 'u') {
        at++
        const digits = text.slice(at, at + 4)
        if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
          at += digits.search(/[^0-9a-fA-F]/) < 0 ? digits.length : digits.search(/[^0-9a-fA-F]/)
          throw fail('in \\u hexadecimal character escape')
        }
        made += String.fromCharCode(Number.parseInt(digits, 16))
        at += 4
      } else throw fail('in string escape code')
    }
  }
  const literal = (word: string, value: Value): Value => {
    for (let letter = 0; letter < word.length; letter++, at++) {
      if (text[at] !== word[letter]) throw fail(`in literal ${word} (expecting ${shown(word[letter] as string)})`)
    }
    return value
  }
  const list = (depth: number): Value => {
    const made: Value[] = []
    at++
    run(gap)
    if (text[at] === ']') {
      at++
      return made
    }
    for (;;) {
      made.push(value(depth))
      run(gap)
      const next = text[at]
      if (next === ',' || next === ']') at++
      if (next === ']') return made
      if (next !== ',') throw fail('after array element')
    }
  }
  const mapping = (depth: number): Value => {
    const made = new RegoObject()
    at++
    run(gap)
    if (text[at] === '}') {
      at++
      return made
    }
    for (;;) {
      run(gap)
      if (text[at] !== '"') throw fail('looking for beginning of object key string')
      const key = string()
      run(gap)
      if (text[at] !== ':') throw fail('after object key')
      at++
      made.put(key, value(depth))
      run(gap)
      const next = text[at]
      if (next === ',' || next === '}') at++
      if (next === '}') return made
      if (next !== ',') throw fail('after object key:value pair')
    }
  }
  const value = (depth: number): Value => {
    if (depth > deepest) throw new BuiltinError('exceeded max depth')
    run(gap)
    switch (text[at]) {
      case '{':
        return mapping(depth + 1)
      case '[':
        return list(depth + 1)
      case '"':
        return string()
      case 't':
        return literal('true', true)
      case 'f':
        return literal('false', false)
      case 'n':
        return literal('null', null)
      default: {
        const digits = run(numberForm)
        if (digits === '')
          throw fail(text[at] === '-' && at++ >= 0 ? 'in numeric literal' : 'looking for beginning of value')
        if (text[at] === '.') {
          at++
          throw fail('after decimal point in numeric literal')
        }
        if (text[at] === 'e' || text[at] === 'E') {
          at += /[+-]/.test(text[at + 1] ?? '') ? 2 : 1
          throw fail('in exponent of numeric literal')
        }
        return parseNumber(digits)
      }
    }
  }
  const made = value(0)
  run(gap)
  if (at < text.length)
    throw fail(/[-\d"[\]{}:,tfn]/.test(text[at] as string) ? 'after top-level value' : 'looking for beginning of value')
  return made
}

const escaped: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}
/** As Go escapes: <, > and & as well, so that the text may stand in HTML. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids just these
const special = /["\\<>&\x00-\x1f\u2028\u2029]/g
export const stringText = (value: string): string =>
  `"${value.toWellFormed().replace(special, (each) => escaped[each] ?? `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`

export type Layout = { prefix: string; indent: string }

/** JSON of a value: sets as arrays, keys that are no strings as their own JSON text, keys sorted. `add` gets every piece. */
export const writeJson = (value: Value, add: (piece: string) => void, layout?: Layout, margin = ''): void => {
  const inner = layout && margin + layout.indent
  const line = layout ? `\n${layout.prefix}` : ''
  const body = (open: string, close: string, count: number, each: (at: number) => void): void => {
    add(open)
    for (let at = 0; at < count; at++) {
      add(`${at > 0 ? ',' : ''}${line}${inner ?? ''}`)
      each(at)
    }
    add(count === 0 ? close : `${line}${margin}${close}`)
  }
  if (typeof value === 'string') add(stringText(value))
  else if (typeof value === 'number' || typeof value === 'bigint') add(numberText(value))
  else if (value === null || typeof value === 'boolean') add(String(value))
  else if (value instanceof RegoObject) {
    // 1 and "1" have the same text: the later one stands, as in a map of Go
    const named = new Map(
      [...value.entries()].map(([key, each]) => [typeof key === 'string' ? key : goJson(key), each]),
    )
    const entries: [string, Value][] = [...named]
    if (value.keys().some((key) => typeof key !== 'string')) entries.sort(([a], [b]) => compare(a, b))
    body('{', '}', entries.length, (at) => {
      const [key, each] = entries[at] as [string, Value]
      add(`${stringText(key)}:${layout ? ' ' : ''}`)
      writeJson(each, add, layout, inner)
    })
  } else {
    const all = value instanceof RegoSet ? value.values() : value
    body('[', ']', all.length, (at) => writeJson(all[at] as Value, add, layout, inner))
  }
}

/** JSON text as Go's encoding/json writes it. */
export const goJson = (value: Value): string => {
  const pieces: string[] = []
  writeJson(value, (piece) => pieces.push(piece))
  return pieces.join('')
}
