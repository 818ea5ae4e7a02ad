import { bind, textOf, wholeOf } from './arguments.ts'
import { pad } from './format.ts'
import { iterate, slice } from './operators.ts'
import { allowItems, allowText, type Run } from './run.ts'
import { charsOf, isSpace, lengthOf, lineEnd } from './text.ts'
import { isTuple, type Kwargs, Trouble, tuple, typeName, type Value } from './values.ts'

type TextMethod = (text: string, args: readonly Value[], kwargs: Kwargs, run: Run) => Value

export function strip(text: string, chars: string | undefined, sides: 'both' | 'left' | 'right'): string {
  const drop = chars === undefined ? isSpace : (char: string) => set.has(char)
  const set = new Set(chars ?? '')
  const all = charsOf(text)
  let [from, to] = [0, all.length]
  if (sides !== 'right') while (from < to && drop(all[from] as string)) from++
  if (sides !== 'left') while (to > from && drop(all[to - 1] as string)) to--
  return typeof all === 'string' ? all.slice(from, to) : all.slice(from, to).join('')
}
const stripMethod =
  (name: string, sides: 'both' | 'left' | 'right'): TextMethod =>
  (text, args, kwargs) => {
    const [chars] = bind(name, ['chars?'], args, kwargs)
    return strip(text, chars === undefined || chars === null ? undefined : textOf('chars', chars), sides)
  }

const split =
  (fromRight: boolean): TextMethod =>
  (text, args, kwargs, run) => {
    const [sep = null, max] = bind('split', ['sep?', 'maxsplit?'], args, kwargs)
    const limit = wholeOf('maxsplit', max, -1)
    const parts =
      sep === null ? splitSpace(text, limit, fromRight) : splitBy(text, textOf('sep', sep), limit, fromRight)
    allowItems(run, parts.length)
    return parts
  }
function splitSpace(text: string, limit: number, fromRight: boolean): string[] {
  const words = [...text.matchAll(/[^\s]+/g)]
  if (limit < 0 || words.length <= limit) return words.map((word) => word[0])
  if (fromRight) {
    const kept = limit === 0 ? [] : words.slice(-limit)
    const rest = text.slice(0, kept[0]?.index ?? text.length).trimEnd()
    return [...(rest ? [rest.trimEnd()] : []), ...kept.map((word) => word[0])]
  }
  const rest = words[limit] ? text.slice(words[limit].index) : ''
  return [...words.slice(0, limit).map((word) => word[0]), ...(rest ? [rest] : [])]
}
function splitBy(text: string, sep: string, limit: number, fromRight: boolean): string[] {
  if (sep === '') throw new Trouble('empty separator')
  const parts = text.split(sep)
  if (limit < 0 || parts.length <= limit + 1) return parts
  if (fromRight) return [parts.slice(0, parts.length - limit).join(sep), ...parts.slice(parts.length - limit)]
  return [...parts.slice(0, limit), parts.slice(limit).join(sep)]
}

/** `start` and `end` of find, count, startswith. */
function window(text: string, start: Value | undefined, end: Value | undefined, run: Run): string {
  return start === undefined && end === undefined
    ? text
    : (slice(text, start ?? null, end ?? null, null, run) as string)
}
const affix =
  (name: string, test: (text: string, part: string) => boolean): TextMethod =>
  (text, args, kwargs, run) => {
    const [part, start, end] = bind(name, ['prefix', 'start?', 'end?'], args, kwargs)
    const parts = isTuple(part as Value) ? (part as readonly Value[]) : [part as Value]
    return parts.some((one) => test(window(text, start, end, run), textOf(`${name} first argument`, one)))
  }
const find =
  (name: string, last: boolean, strict: boolean): TextMethod =>
  (text, args, kwargs, run) => {
    const [part, start, end] = bind(name, ['sub', 'start?', 'end?'], args, kwargs)
    const within = window(text, start, end, run)
    const found = last ? within.lastIndexOf(textOf('sub', part)) : within.indexOf(textOf('sub', part))
    if (found < 0) {
      if (strict) throw new Trouble('substring not found')
      return -1n
    }
    const length = lengthOf(text)
    const from = start === undefined || start === null ? 0 : wholeOf('start', start)
    return BigInt(lengthOf(within.slice(0, found)) + Math.max(0, from < 0 ? from + length : from))
  }
const every =
  (pattern: RegExp): TextMethod =>
  (text) =>
    pattern.test(text)
const align =
  (name: string, side: '<' | '>' | '^'): TextMethod =>
  (text, args, kwargs, run) => {
    const [width, fill] = bind(name, ['width', 'fillchar?'], args, kwargs)
    return side === '^'
      ? center(text, wholeOf('width', width), run, textOf('fillchar', fill, ' '))
      : pad(run, text, wholeOf('width', width), side, textOf('fillchar', fill, ' '))
  }
/** Rule: CPython. The odd space goes left when the width is odd too. */
export function center(text: string, width: number, run: Run, fill = ' '): string {
  const gap = width - lengthOf(text)
  if (gap <= 0) return text
  allowText(run, width)
  const left = Math.floor(gap / 2) + (gap & width & 1)
  return fill.repeat(left) + text + fill.repeat(gap - left)
}
export const capitalize = (text: string): string => {
  const [first = '', ...rest] = text
  return first.toUpperCase() + rest.join('').toLowerCase()
}
const titleCase = (text: string): string => text.replace(/\p{L}+/gu, (word) => capitalize(word))

export const textMethods: Readonly<Record<string, TextMethod>> = {
  lower: (text) => text.toLowerCase(),
  upper: (text) => text.toUpperCase(),
  casefold: (text) => text.toLowerCase().replaceAll('ß', 'ss'),
  swapcase: (text) =>
    [...text].map((char) => (char === char.toUpperCase() ? char.toLowerCase() : char.toUpperCase())).join(''),
  capitalize: (text) => capitalize(text),
  title: (text) => titleCase(text),
  strip: stripMethod('strip', 'both'),
  lstrip: stripMethod('lstrip', 'left'),
  rstrip: stripMethod('rstrip', 'right'),
  split: split(false),
  rsplit: split(true),
  splitlines: (text, args, kwargs) => {
    const [keep] = bind('splitlines', ['keepends?'], args, kwargs)
    const lines: string[] = []
    let from = 0
    for (const end of text.matchAll(lineEnd)) {
      lines.push(text.slice(from, keep === true ? end.index + end[0].length : end.index))
      from = end.index + end[0].length
    }
    return from < text.length ? [...lines, text.slice(from)] : lines
  },
  replace: (text, args, _kwargs, run) => {
    const [from, to, count] = bind('replace', ['old', 'new', 'count?'], args, new Map())
    return replaceText(text, textOf('old', from), textOf('new', to), wholeOf('count', count, -1), run)
  },
  startswith: affix('startswith', (text, part) => text.startsWith(part)),
  endswith: affix('endswith', (text, part) => text.endsWith(part)),
  removeprefix: (text, [part]) =>
    text.startsWith(textOf('prefix', part)) ? text.slice(textOf('prefix', part).length) : text,
  removesuffix: (text, [part]) => {
    const suffix = textOf('suffix', part)
    return suffix && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text
  },
  join: (text, args, kwargs, run) => {
    const [items] = bind('join', ['iterable'], args, kwargs)
    const texts = iterate(items as Value, run).map((item, index) => {
      if (typeof item !== 'string')
        throw new Trouble(`sequence item ${index}: expected str instance, ${typeName(item)} found`)
      return item
    })
    allowText(
      run,
      texts.reduce((sum, item) => sum + item.length + text.length, 0),
    )
    return texts.join(text)
  },
  count: (text, args, kwargs, run) => {
    const [part, start, end] = bind('count', ['sub', 'start?', 'end?'], args, kwargs)
    const within = window(text, start, end, run)
    const sub = textOf('sub', part)
    return BigInt(sub === '' ? lengthOf(within) + 1 : within.split(sub).length - 1)
  },
  find: find('find', false, false),
  rfind: find('rfind', true, false),
  index: find('index', false, true),
  rindex: find('rindex', true, true),
  partition: (text, [sep]) => {
    const at = text.indexOf(textOf('sep', sep))
    return tuple(at < 0 ? [text, '', ''] : [text.slice(0, at), sep as string, text.slice(at + (sep as string).length)])
  },
  rpartition: (text, [sep]) => {
    const at = text.lastIndexOf(textOf('sep', sep))
    return tuple(at < 0 ? ['', '', text] : [text.slice(0, at), sep as string, text.slice(at + (sep as string).length)])
  },
  isdigit: every(/^[\p{Nd}²³¹⁰-⁹₀-₉]+$/u),
  isdecimal: every(/^\p{Nd}+$/u),
  isnumeric: every(/^\p{N}+$/u),
  isalpha: every(/^\p{L}+$/u),
  isalnum: every(/^[\p{L}\p{N}]+$/u),
  isspace: every(/^\s+$/u),
  isidentifier: every(/^[\p{ID_Start}_]\p{ID_Continue}*$/u),
  isupper: (text) => /\p{L}/u.test(text) && text === text.toUpperCase() && text !== text.toLowerCase(),
  islower: (text) => /\p{L}/u.test(text) && text === text.toLowerCase() && text !== text.toUpperCase(),
  istitle: (text) => /\p{L}/u.test(text) && text === titleCase(text),
  zfill: (text, args, kwargs, run) => {
    const [width] = bind('zfill', ['width'], args, kwargs)
    const sign = /^[+-]/.exec(text)?.[0] ?? ''
    return sign + pad(run, text.slice(sign.length), wholeOf('width', width) - sign.length, '>', '0')
  },
  ljust: align('ljust', '<'),
  rjust: align('rjust', '>'),
  center: align('center', '^'),
  expandtabs: (text) => text.replaceAll('\t', '        '),
}

/** Python's replace: `count` below 0 means all; an empty `from` stands between all characters. */
export function replaceText(text: string, from: string, to: string, count: number, run: Run): string {
  const parts = from === '' ? ['', ...charsOf(text), ''] : text.split(from)
  const hits = count < 0 ? parts.length - 1 : Math.min(count, parts.length - 1)
  allowItems(run, Math.min(parts.length, run.limits.items))
  allowText(run, text.length + hits * to.length)
  if (hits === parts.length - 1) return parts.join(to)
  return parts.slice(0, hits + 1).join(to) + (hits < parts.length - 1 ? from + parts.slice(hits + 1).join(from) : '')
}
