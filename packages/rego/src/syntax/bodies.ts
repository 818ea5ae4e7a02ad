import type { Expr, Location, Term, Var, With } from './ast.ts'
import type { Token } from './lexer.ts'
import type { Reader } from './reader.ts'
import { parseOperand, parseTerm } from './terms.ts'

/** Expressions up to the closing mark, which is left to the caller. Parted by `;` or line ends. */
export const parseBody = (r: Reader, end: string): Expr[] => {
  if (r.is(end)) r.fail('found empty body')
  const body: Expr[] = []
  let height = 0
  for (;;) {
    body.push(r.literal())
    height = Math.max(height, r.height)
    if (r.take(';')) continue
    if (end === '' ? r.tok.kind === 'eof' : r.is(end)) break
    if (!r.tok.newline) r.unexpected(`expected \\n or ;${end && ` or ${end}`}`, missingOperator(r))
  }
  r.height = height
  return body
}

const missingOperator = (r: Reader): string | undefined => {
  const { tok } = r
  const word = tok.kind === 'name' ? tok.text : tok.text === ',' ? 'in' : ''
  if (word === 'in' && !r.keywords.has('in')) return '`import future.keywords.in` for `x in xs` expressions'
  if (word === 'if' && !r.keywords.has('if')) return '`import future.keywords.if` for `p if { ... }` rules'
  if (word === 'or') return 'in Rego "or" is written as several rules of the same name, or as several bodies'
  if (word === 'and') return 'in Rego "and" is written as a new line or ;'
  if (tok.text === '|') return '| is the union of sets; in Rego "or" is written as several rules of the same name'
  if (tok.text === ':=' || tok.text === '=') return 'only one := or = may stand in an expression'
  return undefined
}

export const parseLiteral = (r: Reader): Expr => {
  const start = r.tok
  const negated = r.isKeyword('not')
  if (negated) r.next()
  if (r.isKeyword('some')) {
    if (negated) r.unexpected("illegal negation of 'some'")
    return parseSome(r, start)
  }
  if (r.isKeyword('every')) {
    if (negated) r.unexpected("illegal negation of 'every'")
    return parseEvery(r, start)
  }
  const term = parseExpression(r)
  let height = r.height
  const withs = parseWiths(r)
  height = Math.max(height, r.height)
  r.height = height
  return { is: 'term', term, negated, with: withs, location: r.span(start) }
}

/** A term, or two with `:=` or `=` between them. */
const parseExpression = (r: Reader): Term => {
  const start = r.tok
  const left = parseTerm(r)
  const { tok } = r
  if (!r.is(':=') && !r.is('=')) {
    hintEvery(r, left)
    return left
  }
  const height = r.height
  r.next()
  const right = parseTerm(r)
  r.grow(Math.max(height, r.height), tok)
  return {
    is: 'call',
    operator: [tok.text === '=' ? 'eq' : 'assign'],
    args: [left, right],
    infix: true,
    location: r.spanOf(left.location, start.start),
  }
}

const hintEvery = (r: Reader, left: Term): void => {
  if (left.is === 'var' && left.name === 'every' && r.tok.kind === 'name' && !r.tok.newline) {
    r.unexpected('', '`import future.keywords.every` for `every x in xs { ... }` expressions')
  }
}

const parseWiths = (r: Reader): With[] => {
  const withs: With[] = []
  let height = 0
  while (r.isWord('with')) {
    const start = r.tok
    r.next()
    if (!r.isName()) r.unexpected('expected the path that "with" replaces')
    const target = parseOperand(r)
    if (target.is !== 'ref' && target.is !== 'var') r.fail('expected with target path', start)
    if (!r.isWord('as')) r.unexpected('expected as keyword')
    r.next()
    const value = parseTerm(r)
    height = Math.max(height, r.height)
    withs.push({ target, value, location: r.span(start) })
  }
  r.height = height
  return withs
}

/** `x in xs` or `k, v in xs` taken apart; undefined for any other term. */
const membership = (term: Term): { pattern: Term[]; domain: Term } | undefined => {
  if (term.is !== 'call' || !term.infix || !(term.operator[1] ?? '').startsWith('member_')) return undefined
  return { pattern: term.args.slice(0, -1), domain: term.args.at(-1) as Term }
}

const parseSome = (r: Reader, start: Token): Expr => {
  r.next()
  const names = declared(r)
  if (names !== undefined) {
    r.height = 0
    return { is: 'some', names, negated: false, with: [], location: r.span(start) }
  }
  const first = r.tok
  const term = parseTerm(r)
  const found = membership(term)
  if (found === undefined) {
    r.fail(
      'expected `some x`, `some x in xs` or `some x, y in xs`',
      first,
      r.keywords.has('in') ? undefined : '`import future.keywords.in` for `some x in xs` expressions',
    )
  }
  let height = r.height
  const withs = parseWiths(r)
  height = Math.max(height, r.height)
  r.height = height
  return { is: 'some-in', ...found, negated: false, with: withs, location: r.span(start) }
}

/** Names with commas between them, where no `in` follows. */
const declared = (r: Reader): Var[] | undefined => {
  const start = r.at
  const names: Var[] = []
  for (;;) {
    const { tok } = r
    if (!r.isName() || r.startsRef()) break
    const location = r.place(tok)
    r.next()
    names.push(tok.text === '_' ? r.wildcard(location) : { is: 'var', name: tok.text, location })
    if (r.take(',')) continue
    const isEnd = r.tok.newline || r.tok.kind === 'eof' || r.is(';') || r.is('}') || r.is(']')
    if (isEnd && !r.isWord('in')) return names
    if (r.tok.kind === 'name' && r.tok.text === 'in' && !r.keywords.has('in')) {
      r.unexpected('', '`import future.keywords.in` for `some x in xs` expressions')
    }
    break
  }
  r.back(start)
  return undefined
}

const parseEvery = (r: Reader, start: Token): Expr => {
  r.next()
  const first = r.tok
  const term = parseTerm(r)
  const found = membership(term)
  const [one, two] = found?.pattern ?? []
  if (found === undefined || one === undefined) return r.fail('expected `every x[, y] in xs { ... }` expression', first)
  for (const each of [one, two]) {
    if (each?.is === 'var' && (each.name === 'input' || each.name === 'data')) {
      r.fail(`${each.name} cannot be the name of a variable`, first)
    }
  }
  if (one.is !== 'var') r.fail(`expected ${two ? 'key' : 'value'} to be a variable`, first)
  if (two !== undefined && two.is !== 'var') r.fail('expected value to be a variable', first)
  let height = r.height
  if (!r.is('{')) r.unexpected('missing body')
  r.next()
  const body = parseBody(r, '}')
  height = Math.max(height, r.height)
  r.next()
  const withs = parseWiths(r)
  height = Math.max(height, r.height)
  const location: Location = r.span(start)
  r.grow(height, start)
  return {
    is: 'every',
    ...(two ? { key: one, value: two } : { value: one }),
    domain: found.domain,
    body,
    negated: false,
    with: withs,
    location,
  }
}
