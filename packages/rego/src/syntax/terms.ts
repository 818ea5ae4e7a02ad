import type { Expr, Location, Term } from './ast.ts'
import type { Token } from './lexer.ts'
import type { Reader } from './reader.ts'
import { readEscapes, readNumber } from './scalars.ts'

/** Infix operators by how tightly they bind, and the built-ins they call. All associate to the left. */
export const infix: Readonly<Record<string, readonly [binding: number, name: string]>> = {
  '==': [2, 'equal'],
  '!=': [2, 'neq'],
  '<': [2, 'lt'],
  '<=': [2, 'lte'],
  '>': [2, 'gt'],
  '>=': [2, 'gte'],
  '|': [3, 'or'],
  '&': [4, 'and'],
  '+': [5, 'plus'],
  '-': [5, 'minus'],
  '*': [6, 'mul'],
  '/': [6, 'div'],
  '%': [6, 'rem'],
}
const IN = 1
const RELATION = 2

const call = (name: string, args: Term[], location: Location): Term => ({
  is: 'call',
  operator: name.split('.'),
  args,
  infix: true,
  location,
})

/** A term with its operators. `pairs` allows `k, v in xs`, which lists do not. */
export const parseTerm = (r: Reader, pairs = true): Term => parseInfix(r, IN, pairs)

/** Continues behind `left` where that is given: read at token `start`. */
const parseInfix = (r: Reader, least: number, pairs: boolean, given?: Term, start: Token = r.tok): Term => {
  let left = given ?? parseOperand(r)
  let height = r.height
  for (;;) {
    const { tok } = r
    const operator = tok.kind === 'mark' ? infix[tok.text] : undefined
    if (operator !== undefined && operator[0] >= least) {
      r.next()
      const right = parseInfix(r, operator[0] + 1, false)
      r.grow(Math.max(height, r.height), tok)
      height = r.height
      left = call(operator[1], [left, right], r.spanOf(left.location, start.start))
    } else if (least === IN && isIn(r)) {
      r.next()
      const right = parseInfix(r, RELATION, false)
      r.grow(Math.max(height, r.height), tok)
      height = r.height
      left = call('internal.member_2', [left, right], r.spanOf(left.location, start.start))
    } else if (least === IN && pairs && r.is(',')) {
      const rest = r.attempt(() => {
        r.next()
        const middle = parseInfix(r, RELATION, false)
        const below = r.height
        if (!isIn(r)) return undefined
        r.next()
        const right = parseInfix(r, RELATION, false)
        r.height = Math.max(below, r.height)
        return [middle, right]
      })
      if (rest === undefined) break
      r.grow(Math.max(height, r.height), tok)
      height = r.height
      left = call('internal.member_3', [left, ...rest], r.spanOf(left.location, start.start))
    } else break
  }
  r.height = height
  return left
}

/** `in` heads a reference of its own (`in.x`) where it starts a line. */
const isIn = (r: Reader): boolean => r.isWord('in')

export const parseOperand = (r: Reader): Term => r.remember(() => parseRefs(r, parsePrimary(r)))

const parsePrimary = (r: Reader): Term => {
  const { tok } = r
  r.height = 0
  switch (tok.kind) {
    case 'name':
      return parseName(r)
    case 'number':
      return parseNumber(r, tok)
    case 'string': {
      r.next()
      const value = tok.text.includes('\\') ? readEscapes(tok.text) : tok.text
      if (value === undefined || hasControl.test(tok.text)) r.fail(`illegal string literal: "${tok.text}"`, tok)
      return { is: 'scalar', value, location: r.place(tok) }
    }
    case 'raw':
      r.next()
      return { is: 'scalar', value: tok.text, location: r.place(tok) }
    case 'template':
    case 'template-end':
      return parseTemplate(r)
    case 'mark':
      break
    default:
      return r.unexpected('expected a term')
  }
  switch (tok.text) {
    case '-':
      return parseMinus(r)
    case '.':
      return parseNumber(r, tok)
    case '[':
      return parseArray(r)
    case '{':
      return parseBraces(r)
    case '(': {
      r.next()
      const inner = parseTerm(r)
      if (!r.is(')')) r.unexpected('expected ) to close the parentheses')
      r.next()
      // the text of it includes the parentheses, its place is that of what is inside
      return { ...inner, location: r.spanOf(inner.location, tok.start) }
    }
    default:
      return r.unexpected('expected a term')
  }
}
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON texts must not hold
const hasControl = /[\0-\x1f]/

export const parseName = (r: Reader): Term => {
  const { tok } = r
  const location = r.place(tok)
  if (!r.isName()) {
    const value = tok.text === 'null' ? null : tok.text === 'true' ? true : tok.text === 'false' ? false : undefined
    if (value === undefined) r.unexpected('expected a term')
    r.next()
    return { is: 'scalar', value, location }
  }
  r.next()
  return tok.text === '_' ? r.wildcard(location) : { is: 'var', name: tok.text, location }
}

const parseMinus = (r: Reader): Term => {
  const { tok } = r
  r.next()
  if (!r.isName()) {
    r.back(r.at - 1)
    return parseNumber(r, tok)
  }
  const operand = parseRefs(r, parseName(r))
  r.grow(r.height, tok)
  const location = r.span(tok)
  return call('minus', [{ is: 'scalar', value: 0, location: r.place(tok) }, operand], location)
}

/** Also `-5`, `.5` and `- .5`. */
const parseNumber = (r: Reader, start: Token): Term => {
  let text = ''
  for (const mark of ['-', '.']) if (r.take(mark)) text += mark
  if (r.tok.kind !== 'number') r.unexpected('expected number')
  text += r.tok.text
  const value = readNumber(text)
  if (typeof value === 'object') r.fail(`${value.problem}: ${text.slice(0, 40)}`)
  r.next()
  return { is: 'scalar', value, location: r.span(start) }
}

/** The parts, calls and indexes that follow without a space; `loose`: in the head of a rule one may stand before the first. */
export const parseRefs = (r: Reader, head: Term, loose = false): Term => {
  const start = r.tokens[r.at - 1] as Token
  const begin = head.location.offset
  const here = (): Location => r.spanOf(head.location, begin)
  let term = head
  let parts: Term[] = []
  let height = r.height
  for (;;) {
    const { tok } = r
    const isFirst = loose && term === head && parts.length === 0 && !tok.newline
    if ((tok.spaced && !isFirst) || tok.kind !== 'mark') break
    if (tok.text === '.') {
      r.next()
      if (r.tok.kind !== 'name' || r.tok.spaced) r.unexpected('expected identifier')
      parts.push({ is: 'scalar', value: r.tok.text, location: r.place(r.tok) })
      r.next()
    } else if (tok.text === '[') {
      r.next()
      if (r.is(']')) r.unexpected('expected an index')
      parts.push(parseTerm(r))
      height = Math.max(height, r.height)
      if (!r.is(']')) r.unexpected('expected ]')
      r.next()
    } else if (tok.text === '(') {
      const operator = operatorOf(term, parts)
      if (operator === undefined) r.fail('only a function by its name can be called', tok)
      r.next()
      const args = parseList(r, ')')
      height = Math.max(height, r.height)
      r.next()
      term =
        operator.length === 1 && operator[0] === 'set' && args.length === 0
          ? { is: 'set', items: [], location: here() }
          : { is: 'call', operator, args, location: here() }
      parts = []
      r.grow(height, tok)
      height = r.height
    } else break
  }
  if (parts.length > 0) {
    if (term.is === 'scalar' || term.is === 'template' || term.is === 'ref') {
      r.fail(`illegal ref (head cannot be ${term.is === 'ref' ? 'ref' : 'a constant'})`, start)
    }
    r.grow(height, start)
    return { is: 'ref', head: term, parts, location: here() }
  }
  r.height = height
  return term
}

/** The dotted path of what is called; undefined for what cannot be. */
const operatorOf = (head: Term, parts: readonly Term[]): string[] | undefined => {
  if (head.is !== 'var' || head.generated) return undefined
  const path = [head.name]
  for (const part of parts) {
    if (part.is !== 'scalar' || typeof part.value !== 'string') return undefined
    path.push(part.value)
  }
  return path
}

/** Up to the closing mark, which is left to the caller. A comma may stand behind the last. */
export const parseList = (r: Reader, end: string, items: Term[] = []): Term[] => {
  let height = r.height
  while (!r.is(end)) {
    items.push(parseTerm(r, false))
    height = Math.max(height, r.height)
    if (!r.is(end)) r.expect(',', `expected "," or "${end}"`)
  }
  r.height = height
  return items
}

/** What may stand behind the first item of brackets: `| body` of a comprehension, as far as it can be read as one. */
const comprehension = <T>(r: Reader, end: string, made: (body: Expr[]) => T): T | undefined => {
  // `{a | b, c}` is no comprehension but a set of two: any other mistake is one of the body
  const body = r.attempt(
    () => {
      r.next()
      return r.body(end)
    },
    () => r.is(','),
  )
  return body && made(body)
}

/** Takes the closing mark; where the whole stands, which is one level higher than what is in it. */
const closing =
  (r: Reader, start: Reader['tok']) =>
  (height: number): Location => {
    r.next()
    r.grow(height, start)
    return r.span(start)
  }

const parseArray = (r: Reader): Term => {
  const start = r.tok
  const close = closing(r, start)
  r.next()
  // a comma before the first item is an old habit that is still allowed
  const comma = r.take(',')
  if (r.is(']')) return { is: 'array', items: [], location: close(0) }
  const first = r.tok
  let head = parseOperand(r)
  const height = r.height
  if (r.is('|') && !comma) {
    const made = comprehension(r, ']', (body): Term => {
      const location = close(Math.max(height, r.height))
      return { is: 'array-of', term: head, body, location }
    })
    if (made !== undefined) return made
    r.height = height
  }
  head = parseInfix(r, IN, false, head, first)
  const items = listAfter(r, head, ']')
  return { is: 'array', items, location: close(r.height) }
}

const listAfter = (r: Reader, first: Term, end: string): Term[] => {
  if (!r.is(end)) r.expect(',', `expected "," or "${end}"`)
  return parseList(r, end, [first])
}

const parseBraces = (r: Reader): Term => {
  const start = r.tok
  const close = closing(r, start)
  r.next()
  const comma = r.take(',')
  if (r.is('}')) return { is: 'object', entries: [], location: close(0) }
  const first = r.tok
  let head = parseOperand(r)
  const height = r.height
  if (r.is('|') && !comma) {
    const made = comprehension(r, '}', (body): Term => {
      const location = close(Math.max(height, r.height))
      return { is: 'set-of', term: head, body, location }
    })
    if (made !== undefined) return made
    r.height = height
  }
  head = parseInfix(r, IN, false, head, first)
  if (!r.is(':')) {
    if (!r.is('}') && !r.is(',')) r.unexpected('expected "," or "}" (non-terminated set)')
    const items = listAfter(r, head, '}')
    return { is: 'set', items, location: close(r.height) }
  }
  let below = r.height
  r.next()
  const second = r.tok
  let value = parseOperand(r)
  below = Math.max(below, r.height)
  if (r.is('|') && !comma) {
    const made = comprehension(r, '}', (body): Term => {
      const location = close(Math.max(below, r.height))
      return { is: 'object-of', key: head, value, body, location }
    })
    if (made !== undefined) return made
    r.height = below
  }
  value = parseInfix(r, IN, false, value, second)
  below = Math.max(below, r.height)
  const entries: [Term, Term][] = [[head, value]]
  while (!r.is('}')) {
    r.expect(',', 'expected "," or "}" (non-terminated object)')
    if (r.is('}')) break
    const key = parseTerm(r, false)
    below = Math.max(below, r.height)
    r.expect(':', 'expected ":"')
    entries.push([key, parseTerm(r, false)])
    below = Math.max(below, r.height)
  }
  return { is: 'object', entries, location: close(below) }
}

const parseTemplate = (r: Reader): Term => {
  const start = r.tok
  const isRaw = r.text[start.start + 1] === '`'
  const parts: (string | Expr)[] = []
  let height = 0
  for (;;) {
    const { tok } = r
    if (tok.kind === 'illegal') r.unexpected()
    if (tok.kind !== 'template' && tok.kind !== 'template-end')
      r.unexpected('expected } to end template string expression')
    const inner = tok.text.replaceAll(/\\(.)/gs, (whole, next: string) => (next === '{' ? '{' : whole))
    const value = isRaw ? tok.text.replaceAll('\\{', '{') : readEscapes(inner)
    if (value === undefined) r.fail(`illegal template-string part: ${tok.text}`, tok)
    if (value !== '') parts.push(value)
    r.next()
    if (tok.kind === 'template-end') break
    const first = r.tok
    const expr = r.literal()
    height = Math.max(height, r.height)
    const refused = notInTemplate(expr)
    if (refused !== undefined) r.fail(`unexpected ${refused} in template-string expression`, first)
    parts.push(expr)
  }
  r.grow(height, start)
  return { is: 'template', parts, location: r.span(start) }
}

const notInTemplate = (expr: Expr): string | undefined => {
  if (expr.negated) return "negation ('not')"
  if (expr.is === 'every') return "'every'"
  if (expr.is !== 'term') return "'some'"
  if (expr.term.is !== 'call' || !expr.term.infix) return undefined
  if (expr.term.operator[0] === 'eq') return "unification ('=')"
  if (expr.term.operator[0] === 'assign') return "assignment (':=')"
  return undefined
}
