import type { Expr, Location, Term } from './ast.ts'
import type { Printer } from './printer.ts'
import { futureKeywords } from './reader.ts'

const symbols: Readonly<Record<string, string>> = {
  assign: ':=',
  eq: '=',
  equal: '==',
  neq: '!=',
  lt: '<',
  lte: '<=',
  gt: '>',
  gte: '>=',
  or: '|',
  and: '&',
  plus: '+',
  minus: '-',
  mul: '*',
  div: '/',
  rem: '%',
}
const keywords = new Set([
  ...futureKeywords,
  ...['package', 'import', 'as', 'default', 'else', 'not', 'some', 'with', 'null', 'true', 'false'],
])

export const printExpr = (p: Printer, expr: Expr): void => {
  p.reach(expr.location.row)
  if (!p.inline) p.startLine()
  if (expr.negated) p.write('not ')
  switch (expr.is) {
    case 'some':
      printNames(p, expr.names, expr.location.row)
      break
    case 'some-in':
      p.write('some ')
      printIn(p, [...expr.pattern, expr.domain])
      break
    case 'every':
      printEvery(p, expr)
      break
    default:
      printTop(p, expr.term)
  }
  let row = expr.with[0]?.location.row ?? 0
  let isIndented = false
  for (const { target, value, location } of expr.with) {
    if (location.row === row) p.write(' ')
    else {
      if (!isIndented) p.up()
      isIndented = true
      p.endLine()
      p.startLine()
    }
    row = location.row
    p.reach(row)
    p.write('with ')
    printTerm(p, target)
    p.write(' as ')
    printTerm(p, value)
  }
  if (isIndented) p.down()
}

/** The operands of the operator of an expression need no parentheses; those further down always have them. */
const printTop = (p: Printer, term: Term): void => {
  if (!isInfix(term) || isUnaryMinus(p, term)) {
    printTerm(p, term)
    return
  }
  if (term.operator[0] === 'internal') {
    printIn(p, term.args)
    return
  }
  const [left, right] = term.args as [Term, Term]
  p.reach(term.location.row)
  const isAssignment = term.operator[0] === 'assign' || term.operator[0] === 'eq'
  // `in` binds less tightly than all but these
  printTerm(p, left, !isAssignment && isIn(left))
  p.write(` ${symbols[term.operator[0] as string]} `)
  printTerm(p, right, !isAssignment && isIn(right))
}

const isIn = (term: Term): term is Term & { is: 'call' } =>
  term.is === 'call' && term.infix === true && term.operator[0] === 'internal'
const isInfix = (term: Term): term is Term & { is: 'call' } => term.is === 'call' && term.infix === true
const isUnaryMinus = (p: Printer, term: Term): boolean => {
  if (!isInfix(term) || term.operator[0] !== 'minus') return false
  const zero = term.args[0] as Term
  return zero.is === 'scalar' && zero.value === 0 && p.source(zero.location) === '-'
}

const printNames = (p: Printer, names: readonly Term[], start: number): void => {
  p.write('some ')
  let row = start
  for (const [at, name] of names.entries()) {
    if (name.location.row > row) {
      p.endLine()
      p.startLine()
      p.write('\t')
      row = name.location.row
    } else if (at > 0) p.write(' ')
    printTerm(p, name)
    if (at < names.length - 1) p.write(',')
  }
}

const printEvery = (p: Printer, expr: Expr & { is: 'every' }): void => {
  p.write('every ')
  if (expr.key) {
    printTerm(p, expr.key)
    p.write(', ')
  }
  printTerm(p, expr.value)
  p.write(' in ')
  printTerm(p, expr.domain, isIn(expr.domain))
  p.write(' {')
  const { row } = expr.location
  const isLine = expr.body.every((each) => each.location.row === row)
  printInner(p, expr.body, row, '}')
  if (isLine && expr.body.length === 1) p.write(' ')
  p.write('}')
}

const printIn = (p: Printer, operands: readonly Term[]): void => {
  for (const [at, operand] of operands.entries()) {
    if (at > 0) p.write(at === operands.length - 1 ? ' in ' : ', ')
    printTerm(p, operand, true)
  }
}

/** `parens`: it is an operand, and has parentheses where it is an operation itself. */
export const printTerm = (p: Printer, term: Term, parens = false): void => {
  p.reach(term.location.row)
  if (!p.inline) p.startLine()
  switch (term.is) {
    case 'scalar':
      p.write(scalarText(p, term.value, term.location))
      break
    case 'var':
      p.write(term.generated ? '_' : term.name)
      break
    case 'ref':
      printTerm(p, term.head, true)
      printParts(p, term.parts)
      break
    case 'array':
      p.write('[')
      printList(p, term.items, term.location)
      p.write(']')
      break
    case 'set':
      if (term.items.length === 0) {
        p.write('set()')
        break
      }
      p.write('{')
      printList(p, term.items, term.location)
      p.write('}')
      break
    case 'object':
      p.write('{')
      printLines(
        p,
        term.entries,
        ([key]) => key.location.row,
        p.endRow(term.location),
        (entry) => printEntry(p, entry),
      )
      p.write('}')
      break
    case 'call':
      printCall(p, term, parens)
      break
    case 'array-of':
      printComprehension(p, term, '[', ']')
      break
    case 'set-of':
      printComprehension(p, term, '{', '}')
      break
    case 'object-of': {
      p.write('{')
      printItem(p, term.key)
      p.write(': ')
      printTerm(p, term.value, true)
      p.write(' |')
      printInner(p, term.body, term.key.location.row, '}')
      p.write('}')
      break
    }
    default:
      printTemplate(p, term)
  }
}

/** As it is written, which keeps raw strings, escapes and the form of numbers. */
const scalarText = (p: Printer, value: unknown, location: Location): string => {
  const written = p.source(location)
  if (typeof value === 'string') return /^["`]/.test(written) ? written : JSON.stringify(value)
  if (typeof value !== 'number' && typeof value !== 'bigint') return String(value)
  const bare = written.replaceAll(/[\s()]/g, '')
  return /^-?[\d.]/.test(bare) ? bare : String(value)
}

export const printParts = (p: Printer, parts: readonly Term[]): void => {
  for (const part of parts) {
    if (part.is === 'scalar' && typeof part.value === 'string') {
      const isQuoted = keywords.has(part.value) && /^["`]/.test(p.source(part.location))
      p.write(isName(part.value) && !isQuoted ? `.${part.value}` : `[${JSON.stringify(part.value)}]`)
    } else {
      p.write('[')
      printTerm(p, part)
      p.write(']')
    }
  }
}
const isName = (text: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text)

const printCall = (p: Printer, term: Term & { is: 'call' }, parens: boolean): void => {
  const { operator, args } = term
  if (isUnaryMinus(p, term)) {
    p.write('-')
    printTerm(p, args[1] as Term, true)
    return
  }
  if (!term.infix) {
    p.write(operator[0] as string)
    const written = p.source(term.location)
    for (const part of operator.slice(1)) {
      const isQuoted = keywords.has(part) && written.includes(`["${part}"]`)
      p.write(isName(part) && !isQuoted ? `.${part}` : `[${JSON.stringify(part)}]`)
    }
    p.write('(')
    printList(p, args, term.location)
    p.write(')')
    return
  }
  const hasParens = parens || (isIn(term) && args.length === 3)
  if (hasParens) p.write('(')
  if (isIn(term)) printIn(p, args)
  else {
    printTerm(p, args[0] as Term, true)
    p.write(` ${symbols[operator[0] as string]} `)
    printTerm(p, args[1] as Term, true)
  }
  if (hasParens) p.write(')')
}

/** In lists `|` could be read as the start of a comprehension: parentheses that stand there stay. */
const printItem = (p: Printer, item: Term): void => {
  const isUnion = isInfix(item) && item.operator[0] === 'or' && p.startsWith(item.location, '(')
  printTerm(p, item, isUnion)
}
const printEntry = (p: Printer, [key, value]: readonly [Term, Term]): void => {
  printItem(p, key)
  p.write(': ')
  printItem(p, value)
}

export const printList = (p: Printer, items: readonly Term[], location: Location): void =>
  printLines(
    p,
    items,
    (item) => item.location.row,
    p.endRow(location),
    (item) => printItem(p, item),
  )

/** What stands on one line stays on one line; over several lines each group has its own, with a comma at its end. */
const printLines = <T>(
  p: Printer,
  items: readonly T[],
  rowOf: (item: T) => number,
  closingRow: number,
  print: (item: T) => void,
): void => {
  const first = items[0]
  if (first === undefined) return
  const isOver = items.some((item, at) => at > 0 && rowOf(item) > rowOf(items[at - 1] as T))
  if (isOver) {
    // a comment behind the opening bracket goes to the first line inside, as opa fmt has it, unless that has its own
    p.endLine(!p.hasCommentAt(rowOf(first)))
    p.up()
    p.startLine()
  }
  for (const [at, item] of items.entries()) {
    if (at > 0) {
      const breaks = rowOf(item) > rowOf(items[at - 1] as T)
      p.write(breaks ? ',' : ', ')
      if (breaks) {
        p.endLine()
        p.startLine()
      }
    }
    print(item)
  }
  if (!isOver) return
  p.write(',')
  p.endLine()
  p.reach(closingRow)
  p.down()
  p.startLine()
}

const printComprehension = (
  p: Printer,
  term: Term & { is: 'array-of' | 'set-of' },
  open: string,
  close: string,
): void => {
  p.write(open)
  if (term.term.location.row > term.location.row) {
    p.endLine()
    p.startLine()
  }
  printTerm(p, term.term, true)
  p.write(' |')
  printInner(p, term.body, term.term.location.row, close)
  p.write(close)
}

/** The body of a comprehension or `every`: on the same line where it is so written. */
const printInner = (p: Printer, body: readonly Expr[], row: number, close: string): void => {
  const last = body.at(-1) as Expr
  const closing = p.closingRow(last.location.end, close)
  const isBlock = body.some((each) => each.location.row > row)
  if (!isBlock) {
    p.write(' ')
    for (const [at, each] of body.entries()) {
      if (at > 0) p.write('; ')
      printExpr(p, each)
    }
    p.reach(closing)
    return
  }
  p.endLine()
  p.up()
  printBody(p, body)
  p.reach(closing)
  p.down()
  p.startLine()
}

/** One expression a line; one blank line where there were any. */
export const printBody = (p: Printer, body: readonly Expr[]): void => {
  let lastRow: number | undefined
  for (const expr of body) {
    const { row } = expr.location
    if (lastRow === undefined) p.reach(row)
    else if (row > lastRow + 1) p.blankLine()
    p.startLine()
    printExpr(p, expr)
    p.endLine()
    lastRow = p.endRow(expr.location)
  }
}

const printTemplate = (p: Printer, term: Term & { is: 'template' }): void => {
  const isRaw = p.source(term.location)[1] === '`'
  const quote = isRaw ? '`' : '"'
  p.write(`$${quote}`)
  for (const part of term.parts) {
    if (typeof part === 'string') {
      p.write((isRaw ? part : JSON.stringify(part).slice(1, -1)).replaceAll('{', '\\{'))
    } else {
      p.write('{')
      p.up()
      printExpr(p, part)
      p.write('}')
      p.down()
    }
  }
  p.write(quote)
}
