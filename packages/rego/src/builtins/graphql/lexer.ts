import { BuiltinError } from '../builtin.ts'

/** Kinds are spelled as messages spell them. */
export type Token = { kind: string; value: string; line: number; column: number; problem?: string }

/** A block string that ends on another line than it begins may have a column before the first, which OPA does not take for a place. */
export const at = (message: string, { line, column }: { line: number; column: number }): BuiltinError =>
  new BuiltinError(
    column < 0
      ? `GraphQL parse error: input:${line}:${column}: ${message}`
      : `${message} in GraphQL string at location ${line}:${column}`,
  )

const escapes: Record<string, string> = { '"': '"', '/': '/', '\\': '\\', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
const nameStart = /[_A-Za-z]/
const punctuators = '!$&():=@[]{}|'

/** Positions of characters in code points, for texts that hold some beyond the basic plane. */
const pointsBefore = (text: string): ((at: number) => number) => {
  if (!/[\ud800-\udfff]/.test(text)) return (at) => at
  const counts = new Int32Array(text.length + 1)
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    counts[at + 1] = (counts[at] ?? 0) + (code >= 0xdc00 && code <= 0xdfff ? 0 : 1)
  }
  return (at) => counts[at] ?? 0
}

const blank = (line: string): boolean => /^[ \t]*$/.test(line)

/** Indentation that all lines share goes, blank lines at both ends go. Rule: GraphQL, BlockStringValue */
const blockText = (raw: string): string => {
  const lines = raw.split('\n')
  const indents = lines.filter((line) => !blank(line)).map((line) => line.length - line.replace(/^[ \t]+/, '').length)
  const shared = indents.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY)
  const cut = Number.isFinite(shared) ? lines.map((line, row) => (row === 0 ? line : line.slice(shared))) : lines
  while (cut.length > 0 && blank(cut[0] as string)) cut.shift()
  while (cut.length > 0 && blank(cut.at(-1) as string)) cut.pop()
  return cut.join('\n')
}

/** Hands out one token after the other; a text that is no token comes as one of kind `<Invalid>`, whose problem counts when it is taken. */
export const tokens = (text: string): (() => Token) => {
  const points = pointsBefore(text)
  let position = 0
  let line = 1
  let lineStart = 0
  const token = (kind: string, value: string, start: number): Token => ({
    kind,
    value,
    line,
    column: points(start) - points(lineStart) + 1,
  })
  const invalid = (problem: string): Token => ({ ...token('<Invalid>', '', position), problem })
  const newLine = (): void => {
    line++
    lineStart = position
  }
  const skip = (): void => {
    for (;;) {
      const char = text[position]
      if (char === ' ' || char === '\t' || char === ',' || char === '\ufeff') position++
      else if (char === '\n') {
        position++
        newLine()
      } else if (char === '\r') {
        position++
        newLine()
        if (text[position] === '\n') position++
      } else return
    }
  }
  const match = (pattern: RegExp): string => {
    pattern.lastIndex = position
    const found = pattern.exec(text)?.[0] ?? ''
    position += found.length
    return found
  }
  const next = (): string => (position < text.length ? `"${text[position]}"` : '<EOF>')
  const number = (): Token => {
    const start = position
    let kind = 'Int'
    if (text[position] === '-') position++
    if (text[position] === '0') {
      position++
      if (/[0-9]/.test(text[position] ?? '')) return invalid(`Invalid number, unexpected digit after 0: ${next()}.`)
    } else if (match(/[0-9]*/y) === '') return invalid(`Invalid number, expected digit but got: ${next()}.`)
    for (const part of [/\./y, /[eE][+-]?/y]) {
      if (match(part) === '') continue
      kind = 'Float'
      if (match(/[0-9]*/y) === '') return invalid(`Invalid number, expected digit but got: ${next()}.`)
    }
    return token(kind, text.slice(start, position), start)
  }
  const wrongCharacter = (char: string): string =>
    `Invalid character within String: "\\u${String(char.charCodeAt(0)).padStart(4, '0')}".`
  const string = (): Token => {
    const start = ++position
    let value = ''
    while (position < text.length) {
      const char = text[position] as string
      if (char === '\n' || char === '\r') break
      if (char < ' ' && char !== '\t') return invalid(wrongCharacter(char))
      if (char === '"') {
        const made = token('String', value, start)
        position++
        return made
      }
      if (char !== '\\') {
        value += char
        position++
        continue
      }
      const sign = text[position + 1]
      if (sign === undefined) {
        position++
        return invalid('Invalid character sign sequence.')
      }
      if (sign === 'u') {
        const hex = text.slice(position + 2, position + 6)
        if (position + 6 >= text.length || !/^[0-9a-fA-F]{4}$/.test(hex)) {
          position++
          return invalid(`Invalid character sign sequence: \\${text.slice(position, position + 5)}.`)
        }
        value += String.fromCharCode(Number.parseInt(hex, 16))
        position += 6
      } else if (escapes[sign] !== undefined) {
        value += escapes[sign]
        position += 2
      } else {
        position++
        return invalid(`Invalid character sign sequence: \\${sign}.`)
      }
    }
    return invalid('Unterminated string.')
  }
  const block = (): Token => {
    position += 3
    const start = position
    const parts: string[] = []
    while (position < text.length) {
      const char = text[position] as string
      if (char === '"') {
        const quotes = match(/"+/y)
        if (quotes.length >= 3) {
          parts.push(quotes.slice(3))
          return token('BlockString', blockText(parts.join('')), start)
        }
        parts.push(quotes)
      } else if (text.startsWith('\\"""', position)) {
        parts.push('"""')
        position += 4
      } else if (char === '\r' || char === '\n') {
        position += char === '\r' && text[position + 1] === '\n' ? 2 : 1
        parts.push('\n')
        newLine()
      } else if (char < ' ' && char !== '\t') return invalid(wrongCharacter(char))
      else parts.push(match(/[\t !#-[\]-\uffff]+|\\/y))
    }
    return invalid('Unterminated string.')
  }
  return () => {
    skip()
    const start = position
    const char = text[position]
    if (char === undefined) return token('<EOF>', '', start)
    if (punctuators.includes(char)) {
      position++
      return token(char, '', start)
    }
    if (text.startsWith('...', position)) {
      position += 3
      return token('...', '', start)
    }
    if (char === '#') {
      const value = match(/#[\t\u0020-\uffff]*/y)
      return token('Comment', value, start)
    }
    if (nameStart.test(char)) {
      const value = match(/[_A-Za-z0-9]*/y)
      return token('Name', value, start)
    }
    if (char === '-' || (char >= '0' && char <= '9')) return number()
    if (text.startsWith('"""', position)) return block()
    if (char === '"') return string()
    if (char < ' ')
      return invalid(`Cannot contain the invalid character "\\u${String(char.charCodeAt(0)).padStart(4, '0')}"`)
    if (char === "'") return invalid('Unexpected single quote character (\'), did you mean to use a double quote (")?')
    const first =
      char < '\u0080' ? char : String.fromCharCode(new TextEncoder().encode(text.slice(position, position + 2))[0] ?? 0)
    return invalid(`Cannot parse the unexpected character "${first}".`)
  }
}
