import type { Token } from './lexer.ts'
import { type Source, templateError } from './run.ts'

/** A reader of tokens, with the scopes the grammar has to know. */
export type Cursor = {
  readonly source: Source
  readonly tokens: readonly Token[]
  index: number
  depth: number
  loops: number
  /** The names read inside each open macro, innermost last. */
  readonly macros: Set<string>[]
}

const maxDepth = 150

export const peek = (cursor: Cursor, ahead = 0): Token =>
  cursor.tokens[cursor.index + ahead] ?? (cursor.tokens.at(-1) as Token)

export function next(cursor: Cursor): Token {
  const token = peek(cursor)
  if (cursor.index < cursor.tokens.length - 1) cursor.index++
  return token
}

export const fail = (cursor: Cursor, at: number, why: string, fix?: string): never => {
  throw templateError('template-invalid', cursor.source, at, why, fix)
}

export const isOperator = (cursor: Cursor, text: string, ahead = 0): boolean => {
  const token = peek(cursor, ahead)
  return token.type === 'operator' && token.text === text
}
export const isName = (cursor: Cursor, text: string, ahead = 0): boolean => {
  const token = peek(cursor, ahead)
  return token.type === 'name' && token.text === text
}
export const skipOperator = (cursor: Cursor, text: string): boolean => {
  const found = isOperator(cursor, text)
  if (found) next(cursor)
  return found
}
export const skipName = (cursor: Cursor, text: string): boolean => {
  const found = isName(cursor, text)
  if (found) next(cursor)
  return found
}

export const shown = (token: Token): string => {
  if (token.type === 'end') return 'the end of the template'
  if (token.type === 'variable-end' || token.type === 'block-end') return 'the end of the tag'
  return token.type === 'data' ? 'text' : JSON.stringify(token.text)
}

export function expectOperator(cursor: Cursor, text: string): Token {
  if (!isOperator(cursor, text)) fail(cursor, peek(cursor).at, `expected ${text}, found ${shown(peek(cursor))}`)
  return next(cursor)
}
export function expectName(cursor: Cursor, what: string): Token {
  if (peek(cursor).type !== 'name') fail(cursor, peek(cursor).at, `expected ${what}, found ${shown(peek(cursor))}`)
  return next(cursor)
}
export function expectWord(cursor: Cursor, word: string): void {
  if (!skipName(cursor, word)) fail(cursor, peek(cursor).at, `expected ${word}, found ${shown(peek(cursor))}`)
}
export function expectTagEnd(cursor: Cursor): void {
  if (peek(cursor).type !== 'block-end')
    fail(cursor, peek(cursor).at, `expected the end of the tag, found ${shown(peek(cursor))}`)
  next(cursor)
}

/** Counts nesting, so that a thousand open brackets are an error and not a dead process. */
export function nested<T>(cursor: Cursor, parse: () => T): T {
  if (++cursor.depth > maxDepth) fail(cursor, peek(cursor).at, `nested more than ${maxDepth} deep`)
  const value = parse()
  cursor.depth--
  return value
}
