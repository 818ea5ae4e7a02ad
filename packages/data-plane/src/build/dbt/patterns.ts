import {
  bind,
  func,
  type Run,
  spend,
  str,
  type Thing,
  Trouble,
  thing,
  tuple,
  type Value,
  wholeOf,
} from '../jinja/index.ts'

/**
 * Python's pattern as a JavaScript one. JavaScript backtracks, so a pattern that may take longer than
 * text length to the power of its open repeats (at most 10^8 steps) is refused before it runs.
 */
function compile(pattern: string, text: string, flags: string): RegExp {
  if (pattern.length > 500) throw new Trouble('the pattern has more than 500 characters')
  if (/\\[1-9]|\\k<|\(\?P=/.test(pattern))
    throw new Trouble('the pattern looks back at a group', 'write it without \\1')
  const plain = pattern.replace(/\\[\s\S]/g, 'x').replace(/\[\^?\]?[^\]]*\]/g, 'x')
  const open = plain.match(/[*+]|\{\d*,\d*\}|\{\d{2,}\}/g)?.length ?? 0
  if (hasNestedRepeat(plain))
    throw new Trouble('the pattern repeats a group that repeats or chooses', 'write it without (…+)+ or (…|…)*')
  if (Math.max(1, text.length) ** (open + 1) > 1e8)
    throw new Trouble(`the pattern may take too long on ${text.length} characters`)
  let inline = flags
  const source = pattern
    .replace(/^\(\?([ims]+)\)/, (_, letters: string) => {
      inline += letters
      return ''
    })
    .replaceAll('(?P<', '(?<')
    .replace(/\\A/g, '^')
    .replace(/\\Z/g, '$')
  try {
    return new RegExp(source, `${[...new Set(inline)].join('')}u`)
  } catch {
    throw new Trouble(`the pattern ${JSON.stringify(pattern)} cannot be read`)
  }
}
function hasNestedRepeat(plain: string): boolean {
  const groups: boolean[] = []
  for (let at = 0; at < plain.length; at++) {
    const char = plain[at] ?? ''
    if (char === '(') groups.push(false)
    else if (char === ')') {
      const isBusy = groups.pop() ?? false
      if (isBusy && /^(?:[*+]|\{\d*,\d*\}|\{\d+\})/.test(plain.slice(at + 1))) return true
      if (isBusy && groups.length > 0) groups[groups.length - 1] = true
    } else if ('*+|{'.includes(char)) {
      if (groups.length > 0) groups[groups.length - 1] = true
    }
  }
  return false
}

const matchThing = (found: RegExpExecArray): Thing => {
  const group = (key: Value | undefined): Value => {
    const value = typeof key === 'string' ? found.groups?.[key] : found[wholeOf('group', key, 0)]
    return value ?? null
  }
  return thing('Match', {
    group: func('group', (keys) => (keys.length > 1 ? tuple(keys.map(group)) : group(keys[0]))),
    groups: func('groups', () => tuple(found.slice(1).map((one) => one ?? null))),
    start: func('start', () => BigInt(found.index)),
    end: func('end', () => BigInt(found.index + found[0].length)),
    span: func('span', () => tuple([BigInt(found.index), BigInt(found.index + found[0].length)])),
  })
}

const flagBits: readonly (readonly [number, string])[] = [
  [2, 'i'],
  [8, 'm'],
  [16, 's'],
]
type Search = (pattern: (flags: string, wrap?: (source: string) => string) => RegExp, text: string, run: Run) => Value
const searching = (name: string, search: Search): Value =>
  func(name, (args, kwargs, run) => {
    const [pattern, text, flags] = bind(name, ['pattern', 'string', 'flags?'], args, kwargs)
    const [source, subject] = [str(pattern as Value, run), str(text as Value, run)]
    spend(run, subject.length + source.length)
    const bits = wholeOf('flags', flags, 0)
    const letters = flagBits.flatMap(([bit, letter]) => ((bits & bit) === bit ? [letter] : [])).join('')
    return search((more, wrap = (one) => one) => compile(wrap(source), subject, letters + more), subject, run)
  })
const found = (match: RegExpExecArray | null): Value => (match ? matchThing(match) : null)

/** `modules.re`: search, match, fullmatch, findall, split, sub. */
export const patternsModule: Thing = thing('re', {
  IGNORECASE: 2n,
  I: 2n,
  MULTILINE: 8n,
  M: 8n,
  DOTALL: 16n,
  S: 16n,
  search: searching('search', (pattern, text) => found(pattern('').exec(text))),
  match: searching('match', (pattern, text) => found(pattern('y').exec(text))),
  fullmatch: searching('fullmatch', (pattern, text) => found(pattern('', (source) => `^(?:${source})$`).exec(text))),
  findall: searching('findall', (pattern, text) =>
    [...text.matchAll(pattern('g'))].map((match) =>
      match.length > 2 ? tuple(match.slice(1)) : (match[1] ?? match[0]),
    ),
  ),
  split: searching('split', (pattern, text) => text.split(pattern('')).map((part) => part ?? null)),
  escape: func('escape', ([text]) => String(text).replace(/[^\w\s]/g, '\\$&')),
  sub: func('sub', (args, kwargs, run) => {
    const [pattern, to, text, count] = bind('sub', ['pattern', 'repl', 'string', 'count?', 'flags?'], args, kwargs)
    const [source, subject, replacement] = [str(pattern as Value, run), str(text as Value, run), str(to as Value, run)]
    spend(run, subject.length + source.length)
    let left = wholeOf('count', count, 0) || Number.MAX_SAFE_INTEGER
    return subject.replace(compile(source, subject, 'g'), (...parts) => {
      if (left-- <= 0) return String(parts[0])
      return replacement.replace(/\\(?:g<(\w+)>|(\d))/g, (_, named?: string, digit?: string) => {
        const key = named ?? digit ?? '0'
        const groups = parts.at(-1) as Record<string, string> | string
        return String((/^\d+$/.test(key) ? parts[Number(key)] : typeof groups === 'object' ? groups[key] : '') ?? '')
      })
    })
  }),
})
