/**
 * Cuts a text into tokens. Which names are keywords differs from file to file, so that the parser decides it: here every word is a `name`.
 * Mistakes become a token of the kind `illegal`, whose text is the message.
 */
export type TokenKind =
  | 'name'
  | 'number'
  | 'string'
  | 'raw'
  /** A piece of a template before an expression, and the last piece. */
  | 'template'
  | 'template-end'
  | 'illegal'
  | 'eof'
  | 'mark'

export type Token = {
  readonly kind: TokenKind
  /** Strings and templates without their quotes, escapes as written; otherwise what stands there. */
  readonly text: string
  readonly start: number
  readonly end: number
  readonly row: number
  readonly col: number
  /** Whitespace or a comment stands before it; a line ends before it. */
  readonly spaced: boolean
  readonly newline: boolean
}

export type CommentToken = { text: string; start: number; end: number; row: number; col: number }

/** Deeper nesting of brackets and templates than this is refused, in every text, so that nothing that walks a tree can overflow. */
export const maxDepth = 400

const marks1 = new Set('[](){},:;.+-*/%&|=<>')
const closing: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

const isLetter = (code: number): boolean => (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95
const isDecimal = (code: number): boolean => code >= 48 && code <= 57
const isWordPart = (text: string, at: number, code: number): boolean =>
  isLetter(code) || isDecimal(code) || (code > 127 && /\p{Nd}/u.test(String.fromCodePoint(text.codePointAt(at) ?? 0)))
/** Of one character, or of two where those make a mark; empty where none stands. */
const markAt = (text: string, at: number): string => {
  const one = text[at] as string
  if (text.charCodeAt(at + 1) === 61 && (one === ':' || one === '=' || one === '!' || one === '<' || one === '>')) {
    return `${one}=`
  }
  return marks1.has(one) ? one : ''
}

export const tokenize = (text: string): { tokens: Token[]; comments: CommentToken[] } => {
  const tokens: Token[] = []
  const comments: CommentToken[] = []
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0
  let row = 1
  let lineStart = at
  const hasPairs = /[\udc00-\udfff]/.test(text)
  /** Where the column was counted last on this line, so that long lines are not counted again for every token. */
  let counted = at
  let column = 1
  let spaced = false
  let newline = false
  /** For every open bracket its mark; `$` and '$`' for a template that waits for its `}`. */
  const open: string[] = []

  const columnOf = (position: number): number => {
    if (!hasPairs) return position - lineStart + 1
    if (counted < lineStart || position < counted) {
      counted = lineStart
      column = 1
    }
    for (; counted < position; counted++) {
      const code = text.charCodeAt(counted)
      // the second half of a pair is no character of its own
      if (code < 0xdc00 || code > 0xdfff || !isHigh(text.charCodeAt(counted - 1))) column++
    }
    return column
  }
  const add = (kind: TokenKind, from: number, value: string, fromRow = row, fromCol = columnOf(from)): void => {
    tokens.push({ kind, text: value, start: from, end: at, row: fromRow, col: fromCol, spaced, newline })
    spaced = false
    newline = false
  }
  const illegal = (message: string, from: number): void => add('illegal', from, message)

  /** A quoted text is read from behind its opening quote to behind the closing one, or behind the `{` of a template. */
  type Begin = { from: number; inside: number; row: number; col: number }
  const begin = (from: number): Begin => ({ from, inside: at, row, col: columnOf(from) })
  const finish = (begun: Begin, kind: TokenKind, problem: string): void => {
    const value = problem || text.slice(begun.inside, at - 1)
    add(problem ? 'illegal' : kind, begun.from, value, begun.row, begun.col)
  }

  const quoted = (from: number, template: boolean): void => {
    const begun = begin(from)
    let problem = ''
    for (;;) {
      const code = text.charCodeAt(at)
      if (at >= text.length || code === 10) {
        finish(begun, 'illegal', 'non-terminated string')
        return
      }
      at++
      if (code === 34) {
        finish(begun, template ? 'template-end' : 'string', problem)
        return
      }
      if (template && code === 123) {
        open.push('$')
        finish(begun, 'template', problem)
        return
      }
      if (code === 92) {
        const next = text[at] ?? ''
        if (next === 'u') at = Math.min(at + 5, text.length)
        else if ('\\"/bfnrt'.includes(next) || (template && next === '{')) at++
        else problem ||= `illegal escape sequence: \\${next}`
      } else problem ||= illegalCharacter(text, at - 1)
    }
  }
  /** These run over lines. */
  const raw = (from: number, template: boolean): void => {
    const begun = begin(from)
    let problem = ''
    for (;;) {
      if (at >= text.length) {
        finish(begun, 'illegal', 'non-terminated string')
        return
      }
      const code = text.charCodeAt(at++)
      if (code === 10) {
        row++
        lineStart = at
      } else if (code === 96) {
        finish(begun, template ? 'template-end' : 'raw', problem)
        return
      } else if (template && code === 123) {
        open.push('$`')
        finish(begun, 'template', problem)
        return
      } else if (template && code === 92 && text.charCodeAt(at) === 123) at++
      else problem ||= illegalCharacter(text, at - 1)
    }
  }
  const number = (): string => {
    const from = at
    const digits = (): boolean => {
      const start = at
      while (isDecimal(text.charCodeAt(at))) at++
      return at > start
    }
    let problem = ''
    digits()
    if (text.charCodeAt(at) === 46) {
      at++
      if (!digits()) problem = 'expected fraction'
    }
    if ((text.charCodeAt(at) | 32) === 101) {
      at++
      if (text[at] === '+' || text[at] === '-') at++
      if (!digits()) problem ||= 'expected exponent'
    }
    if (isLetter(text.charCodeAt(at))) {
      problem ||= 'illegal number format'
      while (isWordPart(text, at, text.charCodeAt(at))) at++
    }
    return problem && `${problem}: ${text.slice(from, at)}`
  }

  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 10) {
      at++
      row++
      lineStart = at
      spaced = newline = true
    } else if (code === 32 || code === 9 || code === 13) {
      at++
      spaced = true
    } else if (code === 35) {
      const from = at
      const col = columnOf(from)
      const end = text.indexOf('\n', at)
      at = end === -1 ? text.length : end
      let last = at
      while (last > from + 1 && text.charCodeAt(last - 1) === 13) last--
      const comment = text.slice(from + 1, last)
      if (comment.includes('\0')) illegal('illegal null character', from)
      else if (!comment.isWellFormed()) illegal('illegal utf-8 character: half of a surrogate pair', from)
      comments.push({ text: comment, start: from, end: last, row, col })
      spaced = true
    } else if (isLetter(code)) {
      const from = at
      while (isWordPart(text, at, text.charCodeAt(at))) at++
      add('name', from, text.slice(from, at))
    } else if (isDecimal(code)) {
      const from = at
      const problem = number()
      if (problem) illegal(problem, from)
      else add('number', from, text.slice(from, at))
    } else if (code === 34) {
      at++
      quoted(at - 1, false)
    } else if (code === 96) {
      at++
      raw(at - 1, false)
    } else if (code === 36) {
      const quote = text[at + 1]
      at += quote === '"' || quote === '`' ? 2 : 1
      if (quote === '"') quoted(at - 2, true)
      else if (quote === '`') raw(at - 2, true)
      else illegal('illegal $ character', at - 1)
    } else {
      const mark = markAt(text, at)
      const from = at
      if (mark === '') {
        at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
        illegal(
          code === 0xa0
            ? 'illegal non-breaking space character, use a regular space instead'
            : illegalCharacter(text, from) || `illegal token: ${text.slice(from, at)}`,
          from,
        )
        continue
      }
      at += mark.length
      const last = open.at(-1)
      if (mark === '}' && (last === '$' || last === '$`')) {
        open.pop()
        if (last === '$') quoted(from, true)
        else raw(from, true)
        continue
      }
      if (mark === '(' || mark === '[' || mark === '{') open.push(mark)
      else if (closing[mark] !== undefined && closing[mark] === last) open.pop()
      add('mark', from, mark)
    }
    if (open.length > maxDepth) {
      illegal(`nested too deeply: more than ${maxDepth} brackets are open`, at - 1)
      at = text.length
    }
  }
  add('eof', at, '')
  return { tokens, comments }
}

const isHigh = (code: number): boolean => code >= 0xd800 && code <= 0xdbff

const illegalCharacter = (text: string, at: number): string => {
  const code = text.charCodeAt(at)
  if (code === 0) return 'illegal null character'
  if (code === 0xfeff) return 'illegal byte-order mark'
  if (code >= 0xd800 && code <= 0xdfff) {
    const whole = isHigh(code) ? /[\udc00-\udfff]/.test(text[at + 1] ?? '') : isHigh(text.charCodeAt(at - 1))
    if (!whole) return 'illegal utf-8 character: half of a surrogate pair'
  }
  return ''
}
