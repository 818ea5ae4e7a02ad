import { RegoError } from '../policy.ts'
import type { Expr, Location, Term, Var, Version } from './ast.ts'
import { type CommentToken, type Token, tokenize } from './lexer.ts'

const keywordsV0 = ['package', 'import', 'as', 'default', 'else', 'not', 'some', 'with', 'null', 'true', 'false']
/** Keywords of v1; a v0 file imports them. */
export const futureKeywords: readonly string[] = ['contains', 'every', 'if', 'in']

/** Trees that are higher are refused, so that nothing that walks them overflows. */
const maxHeight = 500

type Memo = { term: Term; at: number; height: number } | { failure: unknown }

/**
 * Where the parser stands in a file. Functions of the grammar read from it; on a mistake they throw a `RegoError`, and after each they leave
 * in `height` how deep the tree is that they made.
 */
export class Reader {
  readonly file: string
  readonly text: string
  readonly tokens: readonly Token[]
  readonly comments: readonly CommentToken[]
  readonly keywords: Set<string>
  readonly errors: RegoError[] = []
  version: Version
  at = 0
  tok: Token
  height = 0
  #wildcards = 0
  #trying = 0
  readonly #memo = new Map<number, Memo>()
  /** Bodies hold terms and terms hold bodies: the second half of the grammar, set by those who know it. */
  body: (end: string) => Expr[]
  literal: () => Expr

  constructor(
    source: { file: string; text: string },
    version: Version,
    grammar: { body: (reader: Reader, end: string) => Expr[]; literal: (reader: Reader) => Expr },
  ) {
    const { tokens, comments } = tokenize(source.text)
    this.file = source.file
    this.text = source.text
    this.tokens = tokens
    this.comments = comments
    this.version = version
    this.keywords = new Set(version === 'v1' ? [...keywordsV0, ...futureKeywords] : keywordsV0)
    this.tok = tokens[0] as Token
    this.body = (end) => grammar.body(this, end)
    this.literal = () => grammar.literal(this)
  }

  next(): void {
    if (this.at < this.tokens.length - 1) this.at++
    this.tok = this.tokens[this.at] as Token
  }
  back(at: number): void {
    this.at = at
    this.tok = this.tokens[at] as Token
  }
  peek(by = 1): Token {
    return this.tokens[Math.min(this.at + by, this.tokens.length - 1)] as Token
  }
  is(mark: string): boolean {
    return this.tok.kind === 'mark' && this.tok.text === mark
  }
  /** Steps over the mark where it stands. */
  take(mark: string): boolean {
    if (!this.is(mark)) return false
    this.next()
    return true
  }
  expect(mark: string, why = `expected ${mark}`): void {
    if (!this.take(mark)) this.unexpected(why)
  }
  /** At the start of a statement or expression. */
  isKeyword(name: string): boolean {
    return this.tok.kind === 'name' && this.tok.text === name && this.keywords.has(name) && !this.startsRef()
  }
  /** Behind something that it continues: there a reference named so can only begin on a line of its own. */
  isWord(name: string): boolean {
    const { tok } = this
    return tok.kind === 'name' && tok.text === name && this.keywords.has(name) && !(tok.newline && this.startsRef())
  }
  /** A keyword is a name like any other where a `.` or `[` follows it at once: `with.x`, `if[0]`. */
  startsRef(): boolean {
    const after = this.peek()
    return after.kind === 'mark' && !after.spaced && (after.text === '.' || after.text === '[')
  }
  /** A name that may head a term. `contains` means something in the head of a rule only. */
  isName(): boolean {
    const { kind, text } = this.tok
    return kind === 'name' && (!this.keywords.has(text) || text === 'contains' || this.startsRef())
  }

  /** From the start of the token `from` to the end of the one before this. */
  span(from: Token): Location {
    return this.spanOf(from, from.start)
  }
  /** Row and column of one token, text from another position. */
  spanOf(place: { row: number; col: number }, start: number): Location {
    const end = Math.max(this.at > 0 ? (this.tokens[this.at - 1] as Token).end : 0, start)
    return { file: this.file, row: place.row, col: place.col, offset: start, end }
  }
  /** Of one token. */
  place(token: Token): Location {
    return { file: this.file, row: token.row, col: token.col, offset: token.start, end: token.end }
  }

  wildcard(location: Location): Var {
    return { is: 'var', name: `$${this.#wildcards++}`, generated: true, location }
  }

  /** Raises the height by one level above `below`. */
  grow(below: number, at: Token): void {
    if (below >= maxHeight) this.fail(`nested too deeply: more than ${maxHeight} levels`, at)
    this.height = below + 1
  }

  fail(message: string, at: Token = this.tok, hint?: string): never {
    throw new RegoError('rego_parse_error', message, this.place(at), hint)
  }
  /** A mistake after which reading can go on. */
  report(message: string, location: Location, hint?: string): void {
    this.errors.push(new RegoError('rego_parse_error', message, location, hint))
  }
  unexpected(expected = '', hint?: string): never {
    const { tok } = this
    if (tok.kind === 'illegal') this.fail(tok.text, tok, hint)
    this.fail(`unexpected ${this.#describe(tok)}${expected && `: ${expected}`}`, tok, hint ?? this.#bracketHint(tok))
  }
  #describe(tok: Token): string {
    switch (tok.kind) {
      case 'eof':
        return 'eof token'
      case 'name':
        return this.keywords.has(tok.text) ? `${tok.text} keyword` : `identifier token ${tok.text}`
      case 'mark':
        return `${tok.text} token`
      case 'raw':
        return 'string token'
      case 'template-end':
        return tok.text === '' && this.text[tok.start] === '}' ? '} token' : 'template string token'
      case 'template':
        return 'template string token'
      default:
        return `${tok.kind} token ${shorten(this.text.slice(tok.start, tok.end))}`
    }
  }
  /** At the end of the text, or at a bracket that closes nothing: where the one that is still open was opened. */
  #bracketHint(tok: Token): string | undefined {
    if (tok.kind !== 'eof' && !(tok.kind === 'mark' && ')]}'.includes(tok.text))) return undefined
    const open: Token[] = []
    for (const each of this.tokens) {
      if (each.start >= tok.start) break
      if (each.kind !== 'mark') continue
      if ('([{'.includes(each.text)) open.push(each)
      else if (')]}'.includes(each.text)) open.pop()
    }
    const last = open.at(-1)
    if (last === undefined) return tok.kind === 'eof' ? undefined : `no bracket is open that ${tok.text} could close`
    if (tok.kind !== 'eof' && closes[last.text] === tok.text) return undefined
    return `${last.text} was opened at ${last.row}:${last.col} and is not closed yet`
  }

  /** Runs a reading that may turn out wrong. Undefined: it failed and that is excused; the reader stands where it stood. */
  attempt<T>(read: () => T | undefined, isExcused: () => boolean = () => true): T | undefined {
    const start = this.at
    this.#trying++
    try {
      const got = read()
      if (got === undefined) this.back(start)
      return got
    } catch (error) {
      if (!(error instanceof RegoError) || !isExcused()) throw error
      this.back(start)
      return undefined
    } finally {
      this.#trying--
    }
  }
  /** A term that was read in an attempt is not read again: otherwise nested ambiguity would cost 2^depth. */
  remember(read: () => Term): Term {
    if (this.#trying === 0 && this.#memo.size === 0) return read()
    const start = this.at
    const known = this.#memo.get(start)
    if (known !== undefined) {
      if ('failure' in known) throw known.failure
      this.back(known.at)
      this.height = known.height
      return known.term
    }
    try {
      const term = read()
      this.#memo.set(start, { term, at: this.at, height: this.height })
      return term
    } catch (failure) {
      this.#memo.set(start, { failure })
      throw failure
    }
  }
  /** At the start of a statement nothing earlier is read again. */
  forget(): void {
    this.#memo.clear()
  }
}

const closes: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }
const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text)
