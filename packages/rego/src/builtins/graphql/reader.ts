import { BuiltinError } from '../builtin.ts'
import { at, type Token, tokens } from './lexer.ts'
import type { Argument, Comments, Directive, Literal, Place, TypeRef } from './shape.ts'

/** Texts may nest lists, types and selections no deeper. */
const maxDepth = 500

/** A text being read: one token ahead, and the comments that stand before it. */
export class Reader {
  readonly #next: () => Token
  #ahead: Token | undefined
  #depth = 0
  previous: Token | undefined
  comment: Comments | undefined

  constructor(text: string) {
    this.#next = tokens(text)
  }

  peek(): Token {
    if (!this.#ahead) {
      const comments: { Value: string }[] = []
      let token = this.#next()
      while (token.kind === 'Comment') {
        comments.push({ Value: token.value })
        token = this.#next()
      }
      this.#ahead = token
      if (comments.length > 0) this.comment = { List: comments }
    }
    return this.#ahead
  }

  take(): Token {
    const token = this.peek()
    if (token.problem !== undefined) throw at(token.problem, token)
    this.#ahead = undefined
    this.comment = undefined
    this.previous = token
    return token
  }

  place(): Place {
    const { line, column } = this.peek()
    return { line, column }
  }

  /** The comments before the token that is ahead. */
  comments(): { Comment?: Comments } {
    this.peek()
    return this.comment ? { Comment: this.comment } : {}
  }

  is(kind: string): boolean {
    return this.peek().kind === kind
  }

  isWord(word: string): boolean {
    const token = this.peek()
    return token.kind === 'Name' && token.value === word
  }

  skip(kind: string): boolean {
    if (!this.is(kind)) return false
    this.take()
    return true
  }

  /** @returns the comments before it */
  expect(kind: string): Comments | undefined {
    const token = this.peek()
    if (token.kind !== kind) throw at(`Expected ${kind}, found ${token.kind}`, token)
    const { comment } = this
    this.take()
    return comment
  }

  expectWord(word: string): Comments | undefined {
    const token = this.peek()
    if (!this.isWord(word)) throw at(`Expected "${word}", found ${named(token)}`, token)
    const { comment } = this
    this.take()
    return comment
  }

  name(): string {
    this.expect('Name')
    return this.previous?.value ?? ''
  }

  unexpected(token: Token = this.peek()): BuiltinError {
    return at(`Unexpected ${named(token)}`, token)
  }

  /** Between two signs, at least one; nothing when the first is not there. @returns the comments before the last sign */
  some(open: string, close: string, read: () => void): Comments | undefined {
    if (!this.skip(open)) return undefined
    if (this.is(close)) throw at(`expected at least one definition, found ${close}`, this.peek())
    while (!this.is(close)) this.#deeper(read)
    const { comment } = this
    this.take()
    return comment
  }

  many(open: string, close: string, read: () => void): void {
    this.expect(open)
    while (!this.is(close)) this.#deeper(read)
    this.take()
  }

  #deeper(read: () => void): void {
    if (++this.#depth > maxDepth) throw new BuiltinError(`GraphQL text nests deeper than ${maxDepth}`)
    read()
    this.#depth--
  }

  type(): TypeRef {
    let made: TypeRef
    if (this.skip('[')) {
      const Position = this.place()
      let inner: TypeRef | undefined
      this.#deeper(() => {
        inner = this.type()
      })
      this.expect(']')
      made = { NamedType: '', Elem: inner as TypeRef, NonNull: false, Position }
    } else {
      const Position = this.place()
      made = { NamedType: this.name(), NonNull: false, Position }
    }
    made.NonNull = this.skip('!')
    return made
  }

  variable(): string {
    this.expect('$')
    return this.name()
  }

  literal(constant: boolean): Literal {
    const token = this.peek()
    const Position = this.place()
    const comments = this.comments()
    const made = (Kind: number, Raw: string): Literal => ({ Raw, Kind, Position, ExpectedTypeHasDefault: false })
    switch (token.kind) {
      case '[': {
        const Children: NonNullable<Literal['Children']> = []
        this.many('[', ']', () => Children.push({ Name: '', Value: this.literal(constant) }))
        return { ...made(8, ''), Children, ...comments }
      }
      case '{': {
        const Children: NonNullable<Literal['Children']> = []
        this.many('{', '}', () => {
          const Position = this.place()
          const comments = this.comments()
          const Name = this.name()
          this.expect(':')
          Children.push({ Name, Value: this.literal(constant), Position, ...comments })
        })
        return { ...made(9, ''), Children, ...comments }
      }
      case '$':
        if (constant) throw this.unexpected()
        return made(0, this.variable())
      case 'Int':
      case 'Float':
      case 'String':
      case 'BlockString':
        this.take()
        return made({ Int: 1, Float: 2, String: 3, BlockString: 4 }[token.kind], token.value)
      case 'Name':
        this.take()
        return made(token.value === 'true' || token.value === 'false' ? 5 : token.value === 'null' ? 6 : 7, token.value)
      default:
        throw this.unexpected()
    }
  }

  args(constant: boolean): Argument[] {
    const found: Argument[] = []
    this.some('(', ')', () => {
      const Position = this.place()
      const comments = this.comments()
      const Name = this.name()
      this.expect(':')
      found.push({ Name, Value: this.literal(constant), Position, ...comments })
    })
    return found
  }

  directives(constant: boolean): Directive[] {
    const found: Directive[] = []
    while (this.skip('@')) {
      const Position = this.place()
      const Name = this.name()
      found.push({ Name, Arguments: this.args(constant), Location: '', Position })
    }
    return found
  }
}

/** As messages say it: the kind, and what stands there. */
const named = (token: Token): string =>
  token.value === '' ? token.kind : `${token.kind} ${JSON.stringify(token.value)}`
