import { bind, textOf, wholeOf } from './arguments.ts'
import { percentFormat } from './format.ts'
import { jsonText } from './json.ts'
import { iterate, truth } from './operators.ts'
import { allowText, type Run } from './run.ts'
import { charsOf, lengthOf, lineEnd, repr, str } from './text.ts'
import { capitalize, center as centered, replaceText, strip } from './text_methods.ts'
import { Dict, isDict, type Kwargs, present, Trouble, tuple, type Value } from './values.ts'

export type Filter = (value: Value, args: readonly Value[], kwargs: Kwargs, run: Run) => Value

const marks: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' }
const escapeMarks: Filter = (value, _args, _kwargs, run) => {
  const text = str(value, run)
  allowText(run, text.length)
  return text.replace(/[&<>"']/g, (char) => marks[char] ?? char)
}

// Rule: Jinja, do_title. Words begin after white space, hyphens and opening brackets.
const title: Filter = (value, _args, _kwargs, run) =>
  str(value, run)
    .split(/([-\s({[<]+)/)
    .map((part) => {
      const [first = '', ...rest] = part
      return first.toUpperCase() + rest.join('').toLowerCase()
    })
    .join('')

const indent: Filter = (value, args, kwargs, run) => {
  const [width, first, blank] = bind('indent', ['width?', 'first?', 'blank?'], args, kwargs)
  const pad =
    typeof width === 'string' ? width : ' '.repeat(Math.min(wholeOf('width', width, 4), run.limits.characters))
  const text = `${textOf('indent', present(value))}\n`
  const lines = text.split(lineEnd).slice(0, -1)
  allowText(run, text.length + lines.length * pad.length)
  const keepsBlank = blank !== undefined && truth(blank, run)
  const rest = lines.slice(1).map((line) => (line !== '' || keepsBlank ? pad + line : line))
  const head = (first !== undefined && truth(first, run) ? pad : '') + (lines[0] ?? '')
  return [head, ...rest].join('\n')
}

const truncate: Filter = (value, args, kwargs, run) => {
  const [length, kill, end, leeway] = bind('truncate', ['length?', 'killwords?', 'end?', 'leeway?'], args, kwargs)
  const text = textOf('truncate', present(value))
  const [max, tail] = [wholeOf('length', length, 255), textOf('end', end, '...')]
  if (max < lengthOf(tail)) throw new Trouble(`expected length >= ${lengthOf(tail)}, got ${max}`)
  if (lengthOf(text) <= max + wholeOf('leeway', leeway, 5)) return text
  const cut = [...text].slice(0, max - lengthOf(tail)).join('')
  if (kill !== undefined && truth(kill, run)) return cut + tail
  const space = cut.lastIndexOf(' ')
  return (space < 0 ? cut : cut.slice(0, space)) + tail
}

const wordwrap: Filter = (value, args, kwargs, run) => {
  const [width, breakLong, wrap, breakHyphens] = bind(
    'wordwrap',
    ['width?', 'break_long_words?', 'wrapstring?', 'break_on_hyphens?'],
    args,
    kwargs,
  )
  const max = wholeOf('width', width, 79)
  if (max <= 0) throw new Trouble(`invalid width ${max} (must be > 0)`)
  const by = wrap === undefined || wrap === null ? '\n' : textOf('wrapstring', wrap)
  const breaks = breakLong === undefined || truth(breakLong, run)
  const hyphens = breakHyphens === undefined || truth(breakHyphens, run)
  const text = str(value, run)
  allowText(run, text.length * (1 + Math.ceil(by.length / max)))
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  return lines.map((line) => wrapLine(line, max, breaks, hyphens).join(by)).join(by)
}
function wrapLine(line: string, max: number, breaks: boolean, hyphens: boolean): string[] {
  const words = line.match(/\s+|\S+/g) ?? []
  const chunks = (hyphens ? words.flatMap((word) => word.split(/(?<=[\p{L}]{1}-)(?=\p{L})/u)) : words).reverse()
  const lines: string[] = []
  // Rule: CPython, TextWrapper. White space is dropped only as the first or last chunk of a line.
  while (chunks.length > 0) {
    const current: string[] = []
    let size = 0
    if (lines.length > 0 && chunks.at(-1)?.trim() === '') chunks.pop()
    while (chunks.length > 0 && size + (chunks.at(-1) ?? '').length <= max) {
      const chunk = chunks.pop() ?? ''
      size += chunk.length
      current.push(chunk)
    }
    const long = chunks.at(-1)
    if (long !== undefined && long.length > max) {
      if (breaks) {
        current.push(long.slice(0, max - size))
        chunks[chunks.length - 1] = long.slice(max - size)
      } else if (current.length === 0) current.push(chunks.pop() ?? '')
    }
    if (current.at(-1)?.trim() === '') current.pop()
    if (current.length > 0) lines.push(current.join(''))
  }
  return lines
}

const quote = (text: string, safe: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(/[!'()*]|%2F/g, (char) =>
    char === '%2F' ? (safe.includes('/') ? '/' : char) : `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
const urlencode: Filter = (value, _args, _kwargs, run) => {
  present(value)
  if (typeof value === 'string' || !(isDict(value) || Array.isArray(value))) return quote(str(value, run), '/')
  const pairs = isDict(value) ? value.entries() : iterate(value, run).map((pair) => iterate(pair, run))
  const plus = (part: Value): string => quote(str(part, run), '').replaceAll('%20', '+')
  return pairs.map(([key = null, item = null]) => `${plus(key)}=${plus(item)}`).join('&')
}

export const textFilters: Readonly<Record<string, Filter>> = {
  lower: (value, _args, _kwargs, run) => str(value, run).toLowerCase(),
  upper: (value, _args, _kwargs, run) => str(value, run).toUpperCase(),
  capitalize: (value, _args, _kwargs, run) => capitalize(str(value, run)),
  title,
  trim: (value, args, kwargs, run) => {
    const [chars] = bind('trim', ['chars?'], args, kwargs)
    return strip(str(value, run), chars === undefined || chars === null ? undefined : textOf('chars', chars), 'both')
  },
  replace: (value, args, kwargs, run) => {
    const [from = null, to = null, count] = bind('replace', ['old', 'new', 'count?'], args, kwargs)
    const limit = count === undefined || count === null ? -1 : wholeOf('count', count)
    return replaceText(str(value, run), textOf('old', from), textOf('new', to), limit, run)
  },
  format: (value, args, kwargs, run) => {
    if (args.length > 0 && kwargs.size > 0)
      throw new Trouble("can't handle positional and keyword arguments at the same time")
    const values = kwargs.size > 0 ? new Dict([...kwargs]) : tuple(args)
    return percentFormat(str(value, run), values, run)
  },
  indent,
  truncate,
  wordwrap,
  wordcount: (value, _args, _kwargs, run) => BigInt(str(value, run).match(/[\p{L}\p{N}\p{M}_]+/gu)?.length ?? 0),
  center: (value, args, kwargs, run) => {
    const [width] = bind('center', ['width?'], args, kwargs)
    return centered(str(value, run), wholeOf('width', width, 80), run)
  },
  string: (value, _args, _kwargs, run) => str(value, run),
  safe: (value, _args, _kwargs, run) => str(value, run),
  escape: escapeMarks,
  e: escapeMarks,
  forceescape: escapeMarks,
  urlencode,
  pprint: (value, _args, _kwargs, run) => repr(value, run),
  tojson: (value, args, kwargs, run) => {
    const [spaces] = bind('tojson', ['indent?'], args, kwargs)
    const indent = spaces === undefined || spaces === null ? undefined : wholeOf('indent', spaces)
    const text = jsonText(value, run, { sortKeys: true, indent })
    return text.replace(/[<>&']/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`)
  },
}
export const reversedText = (text: string): string => [...charsOf(text)].reverse().join('')
