import { BuiltinError } from '../builtin.ts'

/** Go's text/template, as far as templates over plain data go. Rule: Go, text/template. */
export type Node =
  | { kind: 'text'; text: string }
  | { kind: 'show'; pipe: Pipe }
  | { kind: 'if' | 'with'; pipe: Pipe; body: readonly Node[]; otherwise: readonly Node[] }
  | { kind: 'range'; pipe: Pipe; body: readonly Node[]; otherwise: readonly Node[] }
  | { kind: 'break' | 'continue' }
  | { kind: 'template'; name: string; pipe: Pipe | undefined }
export type Pipe = { variables: readonly string[]; declares: boolean; commands: readonly Command[] }
/** The first operand may be a function. */
export type Command = readonly Operand[]
export type Operand =
  | { kind: 'dot' }
  | { kind: 'nil' }
  | { kind: 'literal'; value: string | number | boolean }
  | { kind: 'field'; names: readonly string[] }
  | { kind: 'variable'; name: string; names: readonly string[] }
  | { kind: 'function'; name: string }
  | { kind: 'pipe'; pipe: Pipe; names: readonly string[] }

type Token = { kind: 'word' | 'field' | 'variable' | 'string' | 'number' | 'rune' | 'sign' | 'space'; text: string }

const fail = (what: string): BuiltinError => new BuiltinError(`template: template:1: ${what}`)
const space = '[ \\t\\r\\n]'
const open = new RegExp(`\\{\\{(-${space})?`, 'g')
const tokenForm =
  /([ \t\r\n]+)|("(?:[^"\\\n]|\\.)*"|`[^`]*`)|('(?:[^'\\\n]|\\.)+')|([+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+))|(\$[\p{L}\p{Nd}_]*)|(\.[\p{L}_][\p{L}\p{Nd}_]*)|([\p{L}_][\p{L}\p{Nd}_]*)|(:=|[.|(),=])/uy
const kinds = ['space', 'string', 'rune', 'number', 'variable', 'field', 'word', 'sign'] as const

const tokens = (source: string): Token[] => {
  const made: Token[] = []
  for (let at = 0; at < source.length; ) {
    tokenForm.lastIndex = at
    const found = tokenForm.exec(source)
    if (found === null) throw fail(`unexpected ${JSON.stringify(source[at])} in command`)
    const kind = kinds[found.slice(1).findIndex((each) => each !== undefined)] as Token['kind']
    made.push({ kind, text: found[0] })
    at += found[0].length
  }
  return made
}

/** `text` of what is inside the braces; undefined for plain text. */
type Piece = { text: string; action: boolean }

const pieces = (source: string): Piece[] => {
  const made: Piece[] = []
  let at = 0
  let trims = false
  open.lastIndex = 0
  for (let found = open.exec(source); found !== null; found = open.exec(source)) {
    let plain = source.slice(at, found.index)
    if (trims) plain = plain.replace(/^[ \t\r\n]+/, '')
    if (found[1] !== undefined) plain = plain.trimEnd()
    made.push({ text: plain, action: false })
    const start = found.index + found[0].length
    const end = closeOf(source, start)
    let inner = source.slice(start, end)
    trims = /[ \t\r\n]-$/.test(inner)
    if (trims) inner = inner.slice(0, -1)
    if (!/^\/\*[\s\S]*\*\/\s*$/.test(inner.trim())) made.push({ text: inner, action: true })
    at = end + 2
    open.lastIndex = at
  }
  const rest = source.slice(at)
  made.push({ text: trims ? rest.replace(/^[ \t\r\n]+/, '') : rest, action: false })
  return made
}

/** Braces within quotes close nothing. */
const closeOf = (source: string, start: number): number => {
  if (/^\s*\/\*/.test(source.slice(start, start + 16))) {
    const end = source.indexOf('*/', start)
    const close = end < 0 ? -1 : source.indexOf('}}', end)
    if (close < 0) throw fail('unclosed comment')
    return close
  }
  for (let at = start; at < source.length; at++) {
    const letter = source[at]
    if (letter === '}' && source[at + 1] === '}') return at
    if (letter === '"' || letter === '`' || letter === "'") {
      for (at++; at < source.length && source[at] !== letter; at++) if (source[at] === '\\' && letter !== '`') at++
    }
  }
  throw fail('unclosed action')
}

const unquoted = (text: string): string => {
  if (text.startsWith('`')) return text.slice(1, -1)
  return text
    .slice(1, -1)
    .replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/g, (_, x, u, long, plain) => {
      const code = x ?? u ?? long
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16))
      return (
        ({ n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' } as Record<string, string>)[plain] ?? plain
      )
    })
}

class Reader {
  readonly #tokens: readonly Token[]
  #at = 0
  constructor(source: string) {
    this.#tokens = tokens(source.trim())
  }
  peek(): Token | undefined {
    return this.#tokens[this.#at]
  }
  next(): Token | undefined {
    return this.#tokens[this.#at++]
  }
  skipSpace(): void {
    while (this.peek()?.kind === 'space') this.#at++
  }
  takes(text: string): boolean {
    if (this.peek()?.text !== text) return false
    this.#at++
    return true
  }
  mark(): number {
    return this.#at
  }
  reset(mark: number): void {
    this.#at = mark
  }
}

const deepest = 100

const pipeOf = (reader: Reader, depth = 0): Pipe => {
  if (depth > deepest) throw fail('max expression depth exceeded')
  const mark = reader.mark()
  const variables: string[] = []
  let declares = false
  for (;;) {
    reader.skipSpace()
    const token = reader.peek()
    if (token?.kind !== 'variable') break
    reader.next()
    variables.push(token.text)
    reader.skipSpace()
    if (reader.takes(',')) continue
    if (reader.takes(':=')) declares = true
    else if (!reader.takes('=')) variables.length = 0
    if (variables.length === 0) reader.reset(mark)
    break
  }
  const commands: Command[] = []
  for (;;) {
    commands.push(commandOf(reader, depth))
    reader.skipSpace()
    if (!reader.takes('|')) break
  }
  return { variables, declares, commands }
}

const commandOf = (reader: Reader, depth: number): Command => {
  const made: Operand[] = []
  for (;;) {
    reader.skipSpace()
    const token = reader.peek()
    if (token === undefined || token.text === '|' || token.text === ')') break
    made.push(operandOf(reader, depth))
    const after = reader.peek()
    if (after !== undefined && after.kind !== 'space' && after.text !== '|' && after.text !== ')') {
      throw fail(`unexpected <${after.text}> in operand`)
    }
  }
  if (made.length === 0) throw fail('missing value for command')
  return made
}

const operandOf = (reader: Reader, depth: number): Operand => {
  const token = reader.next() as Token
  const fields = (): string[] => {
    const names: string[] = []
    while (reader.peek()?.kind === 'field') names.push((reader.next() as Token).text.slice(1))
    return names
  }
  switch (token.kind) {
    case 'field':
      return { kind: 'field', names: [token.text.slice(1), ...fields()] }
    case 'variable':
      return { kind: 'variable', name: token.text, names: fields() }
    case 'string':
      return { kind: 'literal', value: unquoted(token.text) }
    case 'rune':
      return { kind: 'literal', value: unquoted(token.text).codePointAt(0) ?? 0 }
    case 'number':
      return { kind: 'literal', value: Number(token.text) }
    case 'word':
      if (token.text === 'true' || token.text === 'false') return { kind: 'literal', value: token.text === 'true' }
      return token.text === 'nil' ? { kind: 'nil' } : { kind: 'function', name: token.text }
    default:
      if (token.text === '.') return { kind: 'dot' }
      if (token.text !== '(') throw fail(`unexpected ${JSON.stringify(token.text)} in operand`)
      {
        const pipe = pipeOf(reader, depth + 1)
        reader.skipSpace()
        if (!reader.takes(')')) throw fail('unclosed left paren')
        return { kind: 'pipe', pipe, names: fields() }
      }
  }
}

const wholePipe = (source: string): Pipe => {
  const reader = new Reader(source)
  const pipe = pipeOf(reader)
  reader.skipSpace()
  const rest = reader.peek()
  if (rest !== undefined) throw fail(`unexpected ${JSON.stringify(rest.text)} in command`)
  return pipe
}

export type Template = { body: readonly Node[]; named: ReadonlyMap<string, readonly Node[]> }

export const parseTemplate = (source: string): Template => {
  const all = pieces(source)
  const named = new Map<string, readonly Node[]>()
  let at = 0
  /** Until one of the `ends`, whose text is given back. */
  const list = (ends: readonly string[], depth: number): readonly [Node[], string] => {
    if (depth > deepest) throw fail('max depth exceeded')
    const made: Node[] = []
    while (at < all.length) {
      const piece = all[at++] as Piece
      if (!piece.action) {
        if (piece.text !== '') made.push({ kind: 'text', text: piece.text })
        continue
      }
      const text = piece.text.trim()
      const [, word = '', rest = ''] =
        /^(if|else|end|range|with|break|continue|template|define|block)\b([\s\S]*)$/.exec(text) ?? []
      if (ends.includes(word)) return [made, rest.trim()]
      switch (word) {
        case 'if':
        case 'with':
        case 'range':
          made.push(branch(word, rest, depth))
          break
        case 'else':
        case 'end':
          throw fail(`unexpected {{${word}}}`)
        case 'break':
        case 'continue':
          made.push({ kind: word })
          break
        case 'template':
        case 'define':
        case 'block': {
          const [, name, argument = ''] = /^\s*("(?:[^"\\]|\\.)*"|`[^`]*`)([\s\S]*)$/.exec(rest) ?? []
          if (name === undefined) throw fail(`missing name in ${word} clause`)
          if (word !== 'template') named.set(unquoted(name), list(['end'], depth + 1)[0])
          if (word !== 'define') {
            made.push({
              kind: 'template',
              name: unquoted(name),
              pipe: argument.trim() === '' ? undefined : wholePipe(argument),
            })
          }
          break
        }
        default:
          made.push({ kind: 'show', pipe: wholePipe(text) })
      }
    }
    if (ends.length > 0) throw fail('unexpected EOF')
    return [made, '']
  }
  const branch = (kind: 'if' | 'with' | 'range', head: string, depth: number): Node => {
    if (head.trim() === '') throw fail(`missing value for ${kind}`)
    const pipe = wholePipe(head)
    const [body] = list(['else', 'end'], depth + 1)
    const ending = (all[at - 1] as Piece).text.trim()
    if (/^end\b/.test(ending)) return { kind, pipe, body, otherwise: [] }
    const [, chained, rest = ''] = /^else\s+(if|with)\b([\s\S]*)$/.exec(ending) ?? []
    // else if … ends together with what it belongs to
    if (chained !== undefined)
      return { kind, pipe, body, otherwise: [branch(chained as 'if' | 'with', rest, depth + 1)] }
    return { kind, pipe, body, otherwise: list(['end'], depth + 1)[0] }
  }
  const [body] = list([], 0)
  return { body, named }
}
