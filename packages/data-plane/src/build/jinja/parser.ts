import type { Callee, Expr, Filtering, Parameter, Stmt, Target } from './ast.ts'
import {
  type Cursor,
  expectName,
  expectOperator,
  expectTagEnd,
  expectWord,
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
import { parseExpression, parseFilter, parseOr, parseTuple } from './expressions.ts'
import { normalise, tokenize, type Whitespace } from './lexer.ts'
import { suggestion } from './members.ts'
import { type Source, templateError } from './run.ts'

export type Template = { readonly source: Source; readonly body: readonly Stmt[] }

/**
 * Reads a template into its syntax tree.
 * @throws template-invalid with the place, for anything that is no template
 */
export function parseTemplate(text: string, file: string, options: Whitespace = {}): Template {
  const source = { file, text: normalise(text, options) }
  let at = 0
  try {
    const cursor: Cursor = { source, tokens: tokenize(source, options), index: 0, depth: 0, loops: 0, macros: [] }
    at = source.text.length
    return { source, body: parseUntil(cursor, [], undefined).body }
  } catch (error) {
    if (error instanceof RangeError) throw templateError('template-invalid', source, at, 'nested too deeply')
    throw error
  }
}

/** Statements up to one of the `ends`, whose name stays consumed and whose tag stays open. */
function parseUntil(
  cursor: Cursor,
  ends: readonly string[],
  opener: { name: string; at: number } | undefined,
): { body: Stmt[]; end: string } {
  const body: Stmt[] = []
  for (;;) {
    const token = next(cursor)
    switch (token.type) {
      case 'data':
        body.push({ type: 'data', text: token.text, at: token.at })
        break
      case 'variable-begin': {
        const value = parseTuple(cursor)
        if (peek(cursor).type !== 'variable-end')
          fail(cursor, peek(cursor).at, `expected the end of the print tag, found ${shown(peek(cursor))}`)
        next(cursor)
        body.push({ type: 'output', value, at: value.at })
        break
      }
      case 'block-begin': {
        const name = peek(cursor)
        if (name.type === 'name' && ends.includes(name.text)) {
          next(cursor)
          return { body, end: name.text }
        }
        body.push(nested(cursor, () => parseStatement(cursor, ends)))
        break
      }
      case 'end':
        if (opener) fail(cursor, opener.at, `${opener.name} is never closed`, `close it with {% ${ends.at(-1)} %}`)
        return { body, end: '' }
      default:
        fail(cursor, token.at, `unexpected ${shown(token)}`)
    }
  }
}

/** A whole body: `{% name … %}body{% endname %}`, both tags included from the first tag's end. */
function parseBody(cursor: Cursor, name: string, at: number): Stmt[] {
  expectTagEnd(cursor)
  const { body } = parseUntil(cursor, [`end${name}`], { name, at })
  // Rule: Jinja lets endblock and dbt lets endmacro repeat the name.
  if (peek(cursor).type === 'name' && ['macro', 'test', 'snapshot', 'block'].includes(name)) next(cursor)
  expectTagEnd(cursor)
  return body
}

type StatementParser = (cursor: Cursor, at: number) => Stmt

function parseStatement(cursor: Cursor, ends: readonly string[]): Stmt {
  const token = expectName(cursor, 'the name of a tag')
  const parse = Object.hasOwn(statements, token.text) ? statements[token.text] : undefined
  if (parse) return parse(cursor, token.at)
  if (token.text.startsWith('end') || token.text === 'else' || token.text === 'elif') {
    const wanted = ends.length > 0 ? `; ${ends.join(' or ')} is due first` : '; nothing is open here'
    return fail(cursor, token.at, `unexpected ${token.text}${wanted}`)
  }
  if (token.text === 'block' || token.text === 'extends')
    return fail(cursor, token.at, `${token.text} is not part of SQL templates`, 'use a macro')
  return fail(cursor, token.at, `there is no tag '${token.text}'${suggestion(token.text, Object.keys(statements))}`)
}

function parseTarget(cursor: Cursor, allowMember: boolean): Target {
  const at = peek(cursor).at
  const items: Target[] = []
  let isTuple = false
  do {
    if (items.length > 0 && !isTuple) isTuple = true
    if (isName(cursor, 'in') || isOperator(cursor, '=') || isOperator(cursor, ')')) {
      isTuple = true
      break
    }
    items.push(parseOneTarget(cursor, allowMember))
  } while (skipOperator(cursor, ','))
  if (items.length === 0) fail(cursor, at, `expected a name, found ${shown(peek(cursor))}`)
  return items.length === 1 && !isTuple ? (items[0] as Target) : { type: 'tuple', items, at }
}
function parseOneTarget(cursor: Cursor, allowMember: boolean): Target {
  const { at } = peek(cursor)
  if (skipOperator(cursor, '(')) {
    const inner = nested(cursor, () => parseTarget(cursor, allowMember))
    expectOperator(cursor, ')')
    return inner
  }
  const name = expectName(cursor, 'a name to set').text
  if (['true', 'false', 'none', 'True', 'False', 'None'].includes(name)) fail(cursor, at, `cannot assign to ${name}`)
  if (allowMember && skipOperator(cursor, '.'))
    return { type: 'member', name, member: expectName(cursor, 'the name of a member').text, at }
  return { type: 'name', name, at }
}

function parseFilterChain(cursor: Cursor): Filtering[] {
  const filters = [parseFilter(cursor)]
  while (skipOperator(cursor, '|')) filters.push(parseFilter(cursor))
  return filters
}

function parseParameters(cursor: Cursor): Parameter[] {
  const parameters: Parameter[] = []
  expectOperator(cursor, '(')
  while (!isOperator(cursor, ')')) {
    if (parameters.length > 0) expectOperator(cursor, ',')
    if (isOperator(cursor, ')')) break
    const { text: name, at } = expectName(cursor, 'the name of a parameter')
    const fallback = skipOperator(cursor, '=') ? parseExpression(cursor) : undefined
    if (!fallback && parameters.some((parameter) => parameter.fallback))
      fail(cursor, at, 'a parameter without default stands after one with a default')
    parameters.push({ name, fallback })
  }
  expectOperator(cursor, ')')
  return parameters
}

/** A macro's body sees its own loops only, and tells which special names it uses. */
function parseCallee(cursor: Cursor, name: string, at: number, parameters: () => Parameter[]): Callee {
  const loops = cursor.loops
  cursor.loops = 0
  const uses = new Set<string>()
  cursor.macros.push(uses)
  const list = parameters()
  const body = parseBody(cursor, name, at)
  cursor.macros.pop()
  cursor.loops = loops
  return { parameters: list, body, uses }
}

function withContext(cursor: Cursor, fallback: boolean): boolean {
  if ((isName(cursor, 'with') || isName(cursor, 'without')) && isName(cursor, 'context', 1)) {
    const { text } = next(cursor)
    next(cursor)
    return text === 'with'
  }
  return fallback
}

function parseIf(cursor: Cursor, at: number): Stmt {
  const branches: { test: Expr; body: Stmt[] }[] = []
  for (;;) {
    // Rule: Jinja. A condition is no inline if; that one needs brackets here.
    const test = parseTuple(cursor, parseOr)
    expectTagEnd(cursor)
    const { body, end } = parseUntil(cursor, ['elif', 'else', 'endif'], { name: 'if', at })
    branches.push({ test, body })
    if (end === 'elif') continue
    let otherwise: Stmt[] = []
    if (end === 'else') {
      expectTagEnd(cursor)
      otherwise = parseUntil(cursor, ['endif'], { name: 'if', at }).body
    }
    expectTagEnd(cursor)
    return { type: 'if', branches, otherwise, at }
  }
}

function parseFor(cursor: Cursor, at: number): Stmt {
  const target = parseTarget(cursor, false)
  expectWord(cursor, 'in')
  const over = parseTuple(cursor, parseOr)
  const only = skipName(cursor, 'if') ? parseExpression(cursor) : undefined
  const recursive = skipName(cursor, 'recursive')
  expectTagEnd(cursor)
  cursor.loops++
  const { body, end } = parseUntil(cursor, ['else', 'endfor'], { name: 'for', at })
  cursor.loops--
  let otherwise: Stmt[] = []
  if (end === 'else') {
    expectTagEnd(cursor)
    otherwise = parseUntil(cursor, ['endfor'], { name: 'for', at }).body
  }
  expectTagEnd(cursor)
  return { type: 'for', target, over, only, recursive, body, otherwise, at }
}

function parseSet(cursor: Cursor, at: number): Stmt {
  const target = parseTarget(cursor, true)
  if (skipOperator(cursor, '=')) {
    const value = parseTuple(cursor)
    expectTagEnd(cursor)
    return { type: 'set', target, value, at }
  }
  if (target.type === 'tuple') fail(cursor, target.at, 'a block sets one name')
  const filters = skipOperator(cursor, '|') ? parseFilterChain(cursor) : []
  return { type: 'set-block', target, filters, body: parseBody(cursor, 'set', at), at }
}

function parseMaterialization(cursor: Cursor, at: number): Stmt {
  const name = expectName(cursor, 'the name of the materialization').text
  let adapter = 'default'
  while (skipOperator(cursor, ',')) {
    if (skipName(cursor, 'default')) continue
    const { text, at: where } = expectName(cursor, 'default, adapter or supported_languages')
    expectOperator(cursor, '=')
    const value = parseExpression(cursor)
    if (text === 'adapter') adapter = value.type === 'const' ? String(value.value) : adapter
    else if (text !== 'supported_languages') fail(cursor, where, `unexpected ${text}`)
  }
  parseBody(cursor, 'materialization', at)
  return { type: 'materialization', name, adapter, at }
}

const loopControl =
  (type: 'break' | 'continue'): StatementParser =>
  (cursor, at) => {
    if (cursor.loops === 0) fail(cursor, at, `${type} stands outside of a loop`)
    expectTagEnd(cursor)
    return { type, at }
  }

const statements: Readonly<Record<string, StatementParser>> = {
  if: parseIf,
  for: parseFor,
  set: parseSet,
  do: (cursor, at) => {
    const value = parseTuple(cursor)
    expectTagEnd(cursor)
    return { type: 'do', value, at }
  },
  break: loopControl('break'),
  continue: loopControl('continue'),
  macro: (cursor, at) => {
    const name = expectName(cursor, 'the name of the macro').text
    return { type: 'macro', name, ...parseCallee(cursor, 'macro', at, () => parseParameters(cursor)), at }
  },
  /** Rule: dbt. A generic test is the macro `test_<name>`. */
  test: (cursor, at) => {
    const name = `test_${expectName(cursor, 'the name of the test').text}`
    return { type: 'macro', name, ...parseCallee(cursor, 'test', at, () => parseParameters(cursor)), at }
  },
  call: (cursor, at) => {
    let call: Expr | undefined
    const callee = parseCallee(cursor, 'call', at, () => {
      const parameters = isOperator(cursor, '(') ? parseParameters(cursor) : []
      call = parseExpression(cursor)
      if (call.type !== 'call') fail(cursor, call.at, 'expected a call')
      return parameters
    })
    return { type: 'call', call: call as Expr, ...callee, at }
  },
  filter: (cursor, at) => ({
    type: 'filter-block',
    filters: parseFilterChain(cursor),
    body: parseBody(cursor, 'filter', at),
    at,
  }),
  with: (cursor, at) => {
    const pairs: [Target, Expr][] = []
    while (peek(cursor).type !== 'block-end') {
      if (pairs.length > 0) expectOperator(cursor, ',')
      const target = parseOneTarget(cursor, false)
      expectOperator(cursor, '=')
      pairs.push([target, parseExpression(cursor)])
    }
    return { type: 'with', pairs, body: parseBody(cursor, 'with', at), at }
  },
  include: (cursor, at) => {
    const name = parseExpression(cursor)
    const ignoreMissing = isName(cursor, 'ignore') && isName(cursor, 'missing', 1)
    if (ignoreMissing) {
      next(cursor)
      next(cursor)
    }
    const context = withContext(cursor, true)
    expectTagEnd(cursor)
    return { type: 'include', name, ignoreMissing, withContext: context, at }
  },
  import: (cursor, at) => {
    const name = parseExpression(cursor)
    expectWord(cursor, 'as')
    const as = expectName(cursor, 'a name').text
    const context = withContext(cursor, false)
    expectTagEnd(cursor)
    return { type: 'import', name, as, withContext: context, at }
  },
  from: (cursor, at) => {
    const name = parseExpression(cursor)
    expectWord(cursor, 'import')
    const names: [string, string][] = []
    let context = false
    for (;;) {
      if ((isName(cursor, 'with') || isName(cursor, 'without')) && isName(cursor, 'context', 1)) {
        context = withContext(cursor, false)
        break
      }
      const { text, at: where } = expectName(cursor, 'a name to import')
      if (text.startsWith('_')) fail(cursor, where, 'names starting with an underline can not be imported')
      names.push([text, skipName(cursor, 'as') ? expectName(cursor, 'a name').text : text])
      if (!skipOperator(cursor, ',')) {
        context = withContext(cursor, false)
        break
      }
    }
    expectTagEnd(cursor)
    return { type: 'from-import', name, names, withContext: context, at }
  },
  snapshot: (cursor, at) => {
    const name = expectName(cursor, 'the name of the snapshot').text
    return { type: 'snapshot', name, body: parseBody(cursor, 'snapshot', at), at }
  },
  docs: (cursor, at) => {
    const name = expectName(cursor, 'the name of the text').text
    return { type: 'docs', name, body: parseBody(cursor, 'docs', at), at }
  },
  materialization: parseMaterialization,
}
