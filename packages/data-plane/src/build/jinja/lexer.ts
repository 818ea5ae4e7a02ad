import { type Source, templateError } from './run.ts'

export type TokenType =
  | 'data'
  | 'variable-begin'
  | 'variable-end'
  | 'block-begin'
  | 'block-end'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'operator'
  | 'end'
export type Token = { readonly type: TokenType; readonly text: string; readonly at: number }

export type Whitespace = {
  readonly trimBlocks?: boolean
  readonly lstripBlocks?: boolean
  readonly keepTrailingNewline?: boolean
}

/** Line ends become `\n`, and one last line end falls away, as Jinja has it. */
export const normalise = (text: string, options: Whitespace): string => {
  const lines = text.replace(/\r\n?/g, '\n')
  return options.keepTrailingNewline || !lines.endsWith('\n') ? lines : lines.slice(0, -1)
}

const opening = /\{%([-+]?)\s*raw\s*(?:-%\}\s*|%\})|\{\{([-+]?)|\{%([-+]?)|\{#([-+]?)/g
const inside = {
  space: /\s+/y,
  float: /\d(?:_?\d)*(?:(?:\.\d(?:_?\d)*)?[eE][+-]?\d(?:_?\d)*|\.\d(?:_?\d)*)/y,
  integer: /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*/y,
  name: /[\p{ID_Start}_][\p{ID_Continue}]*/uy,
  string: /'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y,
  operator: /\/\/|\*\*|==|!=|>=|<=|[-+/*%~[\](){}><=.:|,;]/y,
}
const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** Cuts a template into tokens; whitespace control is done here. @throws template-invalid */
export function tokenize(source: Source, options: Whitespace = {}): Token[] {
  const text = source.text
  const tokens: Token[] = []
  const fail = (at: number, why: string, fix?: string): never => {
    throw templateError('template-invalid', source, at, why, fix)
  }
  const match = (pattern: RegExp, at: number): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }

  /** The data before a tag, cut as the tag's sign says. */
  const pushData = (from: number, to: number, sign: string, isVariable: boolean): void => {
    let data = text.slice(from, to)
    if (sign === '-') data = data.trimEnd()
    else if (sign !== '+' && options.lstripBlocks && !isVariable) {
      const lineStart = data.lastIndexOf('\n') + 1
      const startsLine = lineStart > 0 || from === 0 || text[from - 1] === '\n'
      if (startsLine && /^\s*$/.test(data.slice(lineStart))) data = data.slice(0, lineStart)
    }
    if (data) tokens.push({ type: 'data', text: data, at: from })
  }
  const afterBlock = (at: number, strip: boolean, keep: boolean): number => {
    if (strip) return at + (match(/\s*/y, at) ?? '').length
    return options.trimBlocks && !keep && text[at] === '\n' ? at + 1 : at
  }

  const comment = (start: number, at: number): number => {
    const end = text.indexOf('#}', at)
    if (end < 0) fail(start, 'a comment is never closed', 'close it with #}')
    const mark = end > at ? text[end - 1] : ''
    return afterBlock(end + 2, mark === '-', mark === '+')
  }
  const raw = (start: number, at: number): number => {
    const ending = /\{%([-+]?)\s*endraw\s*(?:(\+)%\}|(-)%\}|%\})/g
    ending.lastIndex = at
    const found = ending.exec(text)
    if (!found) return fail(start, 'raw is never closed', 'close it with {% endraw %}')
    pushData(at, found.index, found[1] ?? '', false)
    return afterBlock(ending.lastIndex, found[3] === '-', found[2] === '+')
  }
  const tag = (start: number, from: number, isVariable: boolean): number => {
    const close = isVariable ? /(-?)\}\}/y : /([-+]?)%\}/y
    const stack: { closer: string; at: number }[] = []
    let at = from
    while (at < text.length) {
      if (stack.length === 0) {
        close.lastIndex = at
        const end = close.exec(text)
        if (end) {
          tokens.push({ type: isVariable ? 'variable-end' : 'block-end', text: end[0], at })
          const after = close.lastIndex
          if (isVariable) return end[1] === '-' ? afterBlock(after, true, false) : after
          return afterBlock(after, end[1] === '-', end[1] === '+')
        }
      }
      const space = match(inside.space, at)
      if (space) {
        at += space.length
        continue
      }
      const type = (['float', 'integer', 'name', 'string', 'operator'] as const).find((kind) =>
        // Rule: Jinja's lexer. A number after a dot is an index (`a.0.1`), never a fraction.
        kind === 'float' && text[at - 1] === '.' ? false : match(inside[kind], at),
      )
      if (!type) {
        const char = String.fromCodePoint(text.codePointAt(at) ?? 0)
        if (char === '"' || char === "'") return fail(at, 'a text is never closed', `close it with ${char}`)
        return fail(at, `unexpected character ${JSON.stringify(char)}`)
      }
      const found = match(inside[type], at) ?? ''
      if (type === 'operator') {
        const closer = closers[found]
        if (closer) stack.push({ closer, at })
        else if (found === ')' || found === ']' || found === '}') {
          const open = stack.pop()
          if (!open) return fail(at, `unexpected ${found}`)
          if (open.closer !== found) return fail(at, `unexpected ${found}, expected ${open.closer}`)
        }
      }
      tokens.push({ type, text: found, at })
      at += found.length
    }
    const open = stack.at(-1)
    if (open) return fail(open.at, `${text[open.at]} is never closed`, `close it with ${open.closer}`)
    return fail(start, `a tag is never closed`, `close it with ${isVariable ? '}}' : '%}'}`)
  }

  let at = 0
  for (;;) {
    opening.lastIndex = at
    const found = opening.exec(text)
    if (!found) break
    const [whole, rawSign, variableSign, blockSign, commentSign] = found
    const start = found.index
    const sign = rawSign ?? variableSign ?? blockSign ?? commentSign ?? ''
    pushData(at, start, sign, variableSign !== undefined)
    const from = start + whole.length
    if (rawSign !== undefined)
      at = raw(start, whole.endsWith('-%}') || !/%\}$/.test(whole) ? from : afterBlock(from, false, false))
    else if (commentSign !== undefined) at = comment(start, from)
    else {
      const isVariable = variableSign !== undefined
      tokens.push({ type: isVariable ? 'variable-begin' : 'block-begin', text: whole, at: start })
      at = tag(start, from, isVariable)
    }
  }
  pushData(at, text.length, '+', true)
  tokens.push({ type: 'end', text: '', at: text.length })
  return tokens
}
