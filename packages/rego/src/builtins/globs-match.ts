import { BuiltinError, type Builtins, type Call, text } from './builtin.ts'

/** One place of a pattern: which characters may stand there, and how often. */
type Token = { runes: ReadonlySet<string> | undefined; flag: '' | '+' | '*' }

/** The little language of `regex.globs_match`: characters, dots, sets and the flags + and *. Rule: github.com/yashtewari/glob-intersection. */
const tokens = (source: string, call: Call): readonly Token[] => {
  const input = [...source]
  const made: Token[] = []
  const fail = (at: number, what: string): BuiltinError =>
    new BuiltinError(`input:${source}, pos:${at}, ${what}: the input provided is invalid`)
  for (let at = 0; at < input.length; ) {
    const rune = input[at++] as string
    let runes: ReadonlySet<string> | undefined
    if (rune === '\\') {
      if (at >= input.length) throw fail(at - 1, 'input ends with a \\ (escape) character')
      runes = new Set([input[at++] as string])
    } else if (rune === '[') {
      const [members, end] = setFrom(input, at, fail, call)
      runes = members
      at = end
    } else if (rune === ']') throw fail(at, "set-close ']' with no preceding '['")
    else if (rune === '+' || rune === '*') throw fail(at, `flag '${rune}' must be preceded by a non-flag`)
    else if (rune !== '.') runes = new Set([rune])
    const flag = input[at] === '+' || input[at] === '*' ? (input[at++] as '+' | '*') : ''
    made.push({ runes, flag })
  }
  return made
}

const setFrom = (
  input: readonly string[],
  start: number,
  fail: (at: number, what: string) => BuiltinError,
  call: Call,
): readonly [ReadonlySet<string>, number] => {
  const members = new Set<string>()
  let before: string | undefined
  let at = start
  const next = (): readonly [string, boolean] => {
    if (input[at] !== '\\') return [input[at++] as string, false]
    if (at + 1 >= input.length) throw fail(at, 'input ends with a \\ (escape) character')
    at += 2
    return [input[at - 1] as string, true]
  }
  while (at < input.length) {
    const [rune, escaped] = next()
    if (!escaped && rune === ']') return [members, at]
    if (!escaped && rune === '-') {
      if (before === undefined) throw fail(at, "range character '-' must be preceded by a Unicode character")
      if (at >= input.length - 1) throw fail(at, "range character '-' must be followed by a Unicode character")
      const [last, literal] = next()
      if (!literal && (last === ']' || last === '-'))
        throw fail(at, "range character '-' cannot be followed by a special symbol")
      const [low, high] = [before.codePointAt(0) as number, last.codePointAt(0) as number]
      if (high < low) throw fail(at, `range is out of order: '${last}' comes before '${before}' in Unicode`)
      call.spend(high - low + 1, (high - low) * 32)
      for (let code = low; code <= high; code++) members.add(String.fromCodePoint(code))
      before = undefined
    } else {
      members.add(rune)
      before = rune
    }
  }
  throw fail(at, 'found [ without matching ]')
}

const meet = (a: Token, b: Token): boolean => {
  if (a.runes === undefined || b.runes === undefined) return true
  for (const rune of a.runes) if (b.runes.has(rune)) return true
  return false
}

/** Is there a text, not empty, that fits both? All pairs of places are looked at once, so the work is the product of the lengths. */
const intersect = (a: readonly Token[], b: readonly Token[], call: Call): boolean => {
  const width = b.length + 1
  const seen = new Set<number>()
  /** Places reached, and whether a character has been consumed on the way. */
  const waiting: [number, number, boolean][] = [[0, 0, false]]
  const visit = (i: number, j: number, some: boolean): void => {
    const key = (i * width + j) * 2 + (some ? 1 : 0)
    if (seen.has(key)) return
    call.spend(1, 40)
    seen.add(key)
    waiting.push([i, j, some])
  }
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    const [i, j, some] = at
    if (i === a.length && j === b.length && (some || a.length + b.length === 0)) return true
    const [left, right] = [a[i], b[j]]
    if (left?.flag === '*') visit(i + 1, j, some)
    if (right?.flag === '*') visit(i, j + 1, some)
    if (left === undefined || right === undefined || !meet(left, right)) continue
    for (const [nextI, nextJ] of [
      [i + 1, j + 1],
      [i, j + 1],
      [i + 1, j],
      [i, j],
    ] as const) {
      if (nextI === i && left.flag === '') continue
      if (nextJ === j && right.flag === '') continue
      visit(nextI, nextJ, true)
    }
  }
  return false
}

export const globsMatch: Builtins = {
  'regex.globs_match': {
    args: ['string', 'string'],
    result: 'boolean',
    eval: (args, call) => {
      const [a, b] = [text(args, 1), text(args, 2)]
      call.spend(1 + (a.length + b.length) / 4, (a.length + b.length) * 64)
      return intersect(tokens(a, call), tokens(b, call), call)
    },
  },
}
