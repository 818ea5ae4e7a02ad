import type { Arguments, BinaryOp, CompareOp, Expr } from './ast.ts'
import {
  type Cursor,
  expectName,
  expectOperator,
  fail,
  isName,
  isOperator,
  nested,
  next,
  peek,
  shown,
  skipName,
  skipOperator,
} from './cursor.ts'

/** The longest chain of operators, filters or attributes: each one is a level of the tree. */
const maxChain = 400

function chained(cursor: Cursor, links: number): void {
  if (links > maxChain) fail(cursor, peek(cursor).at, `more than ${maxChain} operators in a row`, 'split it with set')
}

export const parseExpression = (cursor: Cursor): Expr => nested(cursor, () => parseConditional(cursor))

function parseConditional(cursor: Cursor): Expr {
  const at = peek(cursor).at
  let then = parseOr(cursor)
  for (let links = 0; skipName(cursor, 'if'); links++) {
    chained(cursor, links)
    const test = parseOr(cursor)
    const otherwise = skipName(cursor, 'else') ? nested(cursor, () => parseConditional(cursor)) : undefined
    then = { type: 'if', test, then, otherwise, at }
  }
  return then
}

export function parseOr(cursor: Cursor): Expr {
  let left = parseAnd(cursor)
  for (let links = 0; isName(cursor, 'or'); links++) {
    chained(cursor, links)
    const { at } = next(cursor)
    left = { type: 'or', left, right: parseAnd(cursor), at }
  }
  return left
}
function parseAnd(cursor: Cursor): Expr {
  let left = parseNot(cursor)
  for (let links = 0; isName(cursor, 'and'); links++) {
    chained(cursor, links)
    const { at } = next(cursor)
    left = { type: 'and', left, right: parseNot(cursor), at }
  }
  return left
}
function parseNot(cursor: Cursor): Expr {
  if (!isName(cursor, 'not')) return parseCompare(cursor)
  const { at } = next(cursor)
  return { type: 'unary', op: 'not', of: nested(cursor, () => parseNot(cursor)), at }
}

const comparisons = new Set(['==', '!=', '<', '<=', '>', '>='])
function parseCompare(cursor: Cursor): Expr {
  const first = parseSum(cursor)
  const rest: { op: CompareOp; right: Expr }[] = []
  const at = peek(cursor).at
  for (;;) {
    const token = peek(cursor)
    let op: CompareOp
    if (token.type === 'operator' && comparisons.has(token.text)) op = token.text as CompareOp
    else if (isName(cursor, 'in')) op = 'in'
    else if (isName(cursor, 'not') && isName(cursor, 'in', 1)) op = 'not in'
    else break
    next(cursor)
    if (op === 'not in') next(cursor)
    rest.push({ op, right: parseSum(cursor) })
  }
  return rest.length === 0 ? first : { type: 'compare', first, rest, at }
}

const leftChain = (ops: readonly BinaryOp[], operand: (cursor: Cursor) => Expr) => (cursor: Cursor) => {
  let left = operand(cursor)
  for (let links = 0; ; links++) {
    chained(cursor, links)
    const op = ops.find((candidate) => isOperator(cursor, candidate))
    if (!op) return left
    const { at } = next(cursor)
    left = { type: 'binary', op, left, right: operand(cursor), at }
  }
}
// Rule: Jinja's grammar. `~` binds tighter than `+` and looser than `*`; `**` groups to the left.
const parsePower = leftChain(['**'], (cursor) => parseUnary(cursor, true))
const parseProduct = leftChain(['*', '/', '//', '%'], parsePower)
function parseConcat(cursor: Cursor): Expr {
  const at = peek(cursor).at
  const items = [parseProduct(cursor)]
  while (skipOperator(cursor, '~')) items.push(parseProduct(cursor))
  return items.length === 1 ? (items[0] as Expr) : { type: 'concat', items, at }
}
const parseSum = leftChain(['+', '-'], parseConcat)

function parseUnary(cursor: Cursor, withFilters: boolean): Expr {
  const token = peek(cursor)
  let node: Expr
  if (isOperator(cursor, '-') || isOperator(cursor, '+')) {
    next(cursor)
    const of = nested(cursor, () => parseUnary(cursor, false))
    node = { type: 'unary', op: token.text as '-' | '+', of, at: token.at }
  } else node = parsePrimary(cursor)
  node = parsePostfix(cursor, node)
  return withFilters ? parseFilters(cursor, node) : node
}

function parsePrimary(cursor: Cursor): Expr {
  const token = next(cursor)
  const { at } = token
  switch (token.type) {
    case 'name':
      return nameOrConstant(cursor, token.text, at)
    case 'string': {
      let value = unquote(token.text)
      while (peek(cursor).type === 'string') value += unquote(next(cursor).text)
      return { type: 'const', value, at }
    }
    case 'integer':
      return { type: 'const', value: integerOf(cursor, token.text, at), at }
    case 'float':
      return { type: 'const', value: Number(token.text.replaceAll('_', '')), at }
    case 'operator':
      if (token.text === '(') return nested(cursor, () => parseParenthesis(cursor, at))
      if (token.text === '[') return nested(cursor, () => parseList(cursor, at))
      if (token.text === '{') return nested(cursor, () => parseDict(cursor, at))
  }
  return fail(cursor, at, `expected an expression, found ${shown(token)}`)
}

function integerOf(cursor: Cursor, text: string, at: number): bigint {
  if (text.length > 4300) fail(cursor, at, 'the number has more than 4300 digits')
  return BigInt(text.replaceAll('_', ''))
}

const constants: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
}
function nameOrConstant(cursor: Cursor, name: string, at: number): Expr {
  if (Object.hasOwn(constants, name)) return { type: 'const', value: constants[name] ?? null, at }
  for (const names of cursor.macros) names.add(name)
  return { type: 'name', name, at }
}

function parseParenthesis(cursor: Cursor, at: number): Expr {
  if (skipOperator(cursor, ')')) return { type: 'tuple', items: [], at }
  const items: Expr[] = [parseExpression(cursor)]
  let isTuple = false
  while (skipOperator(cursor, ',')) {
    isTuple = true
    if (isOperator(cursor, ')')) break
    items.push(parseExpression(cursor))
  }
  expectOperator(cursor, ')')
  return isTuple ? { type: 'tuple', items, at } : (items[0] as Expr)
}
function parseList(cursor: Cursor, at: number): Expr {
  const items: Expr[] = []
  while (!isOperator(cursor, ']')) {
    if (items.length > 0) expectOperator(cursor, ',')
    if (isOperator(cursor, ']')) break
    items.push(parseExpression(cursor))
  }
  expectOperator(cursor, ']')
  return { type: 'list', items, at }
}
function parseDict(cursor: Cursor, at: number): Expr {
  const entries: [Expr, Expr][] = []
  while (!isOperator(cursor, '}')) {
    if (entries.length > 0) expectOperator(cursor, ',')
    if (isOperator(cursor, '}')) break
    const key = parseExpression(cursor)
    expectOperator(cursor, ':')
    entries.push([key, parseExpression(cursor)])
  }
  expectOperator(cursor, '}')
  return { type: 'dict', entries, at }
}

/** One expression, or several with commas as a tuple: what `set`, `for … in` and `{{ }}` take. */
export function parseTuple(cursor: Cursor, element: (cursor: Cursor) => Expr = parseExpression): Expr {
  const at = peek(cursor).at
  const items = [element(cursor)]
  let isTuple = false
  while (skipOperator(cursor, ',')) {
    isTuple = true
    const type = peek(cursor).type
    if (type === 'block-end' || type === 'variable-end') break
    items.push(element(cursor))
  }
  return isTuple ? { type: 'tuple', items, at } : (items[0] as Expr)
}

function parsePostfix(cursor: Cursor, start: Expr): Expr {
  let node = start
  for (let links = 0; ; links++) {
    chained(cursor, links)
    if (isOperator(cursor, '.')) {
      const { at } = next(cursor)
      const token = next(cursor)
      if (token.type === 'name') node = { type: 'attribute', of: node, name: token.text, at }
      else if (token.type === 'integer')
        node = { type: 'item', of: node, key: { type: 'const', value: integerOf(cursor, token.text, at), at }, at }
      else fail(cursor, token.at, `expected a name or number after the dot, found ${shown(token)}`)
    } else if (isOperator(cursor, '[')) {
      const { at } = next(cursor)
      node = nested(cursor, () => parseSubscript(cursor, node, at))
    } else if (isOperator(cursor, '(')) node = parseCall(cursor, node)
    else return node
  }
}

function parseSubscript(cursor: Cursor, of: Expr, at: number): Expr {
  const part = (): Expr | undefined =>
    isOperator(cursor, ':') || isOperator(cursor, ']') ? undefined : parseExpression(cursor)
  const start = part()
  if (skipOperator(cursor, ':')) {
    const stop = part()
    const step = skipOperator(cursor, ':') ? part() : undefined
    expectOperator(cursor, ']')
    return { type: 'slice', of, start, stop, step, at }
  }
  if (!start) return fail(cursor, at, 'expected a key between [ and ]')
  const items = [start]
  while (skipOperator(cursor, ',')) items.push(parseExpression(cursor))
  expectOperator(cursor, ']')
  return { type: 'item', of, key: items.length === 1 ? start : { type: 'tuple', items, at }, at }
}

function parseCall(cursor: Cursor, of: Expr): Expr {
  const at = peek(cursor).at
  return { type: 'call', of, args: parseArguments(cursor), at }
}

function parseArguments(cursor: Cursor): Arguments {
  expectOperator(cursor, '(')
  const items: { name?: string; spread?: '*' | '**'; value: Expr }[] = []
  while (!isOperator(cursor, ')')) {
    if (items.length > 0) expectOperator(cursor, ',')
    if (isOperator(cursor, ')')) break
    const at = peek(cursor).at
    if (skipOperator(cursor, '*')) items.push({ spread: '*', value: parseExpression(cursor) })
    else if (skipOperator(cursor, '**')) items.push({ spread: '**', value: parseExpression(cursor) })
    else if (peek(cursor).type === 'name' && isOperator(cursor, '=', 1)) {
      const { text: name } = next(cursor)
      next(cursor)
      if (items.some((item) => item.name === name)) fail(cursor, at, `the argument ${name} is given twice`)
      items.push({ name, value: parseExpression(cursor) })
    } else {
      if (items.some((item) => item.name !== undefined || item.spread === '**'))
        fail(cursor, at, 'a positional argument stands after a named one', 'put it before')
      items.push({ value: parseExpression(cursor) })
    }
  }
  expectOperator(cursor, ')')
  return { items }
}

const noArguments: Arguments = { items: [] }

function dotted(cursor: Cursor, what: string): string {
  let name = expectName(cursor, what).text
  while (skipOperator(cursor, '.')) name += `.${expectName(cursor, what).text}`
  return name
}

export function parseFilter(cursor: Cursor): { name: string; args: Arguments; at: number } {
  const { at } = peek(cursor)
  const name = dotted(cursor, 'the name of a filter')
  return { name, args: isOperator(cursor, '(') ? parseArguments(cursor) : noArguments, at }
}

function parseFilters(cursor: Cursor, start: Expr): Expr {
  let node = start
  for (let links = 0; ; links++) {
    chained(cursor, links)
    if (skipOperator(cursor, '|')) node = { type: 'filter', of: node, ...parseFilter(cursor) }
    else if (isName(cursor, 'is')) node = parseTest(cursor, node)
    else if (isOperator(cursor, '(')) node = parseCall(cursor, node)
    else return node
  }
}

function parseTest(cursor: Cursor, of: Expr): Expr {
  const { at } = next(cursor)
  const not = skipName(cursor, 'not')
  const name = dotted(cursor, 'the name of a test')
  if (isOperator(cursor, '(')) return { type: 'test', name, of, args: parseArguments(cursor), not, at }
  const token = peek(cursor)
  const isWord = token.type === 'name' && !['else', 'or', 'and', 'if', 'in', 'not'].includes(token.text)
  const opens = token.type === 'operator' && ['(', '[', '{'].includes(token.text)
  if (!isWord && !opens && !['string', 'integer', 'float'].includes(token.type))
    return { type: 'test', name, of, args: noArguments, not, at }
  if (isName(cursor, 'is')) fail(cursor, token.at, 'two tests in a row', 'join them with and')
  const value = parsePostfix(cursor, parsePrimary(cursor))
  return { type: 'test', name, of, args: { items: [{ value }] }, not, at }
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
}
/** Python's escapes in a quoted text; one it does not know stays as written. */
function unquote(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replace(
      /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
      (whole, x, u, long, octal, char) => {
        const hex: string | undefined = x ?? u ?? long
        if (hex !== undefined) {
          const code = Number.parseInt(hex, 16)
          return code > 0x10ffff ? whole : String.fromCodePoint(code)
        }
        if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8))
        return Object.hasOwn(escapes, char) ? (escapes[char] ?? whole) : whole
      },
    )
}
