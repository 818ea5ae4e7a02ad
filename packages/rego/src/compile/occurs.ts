import type { Expr, Term, Var } from '../syntax/ast.ts'

/** Variables of a term, closures left out. */
export const varsOf = (term: Term, into: Set<string>): void => {
  switch (term.is) {
    case 'var':
      into.add(term.name)
      return
    case 'ref':
      varsOf(term.head, into)
      for (const part of term.parts) varsOf(part, into)
      return
    case 'array':
    case 'set':
      for (const item of term.items) varsOf(item, into)
      return
    case 'object':
      for (const [key, value] of term.entries) {
        varsOf(key, into)
        varsOf(value, into)
      }
      return
    case 'call':
      for (const arg of term.args) varsOf(arg, into)
      return
    default:
  }
}

export const varsOfBody = (body: readonly Expr[]): Set<string> => {
  const found = new Set<string>()
  for (const expr of body) {
    if (expr.is === 'term') varsOf(expr.term, found)
    else if (expr.is === 'some-in') for (const term of [...expr.pattern, expr.domain]) varsOf(term, found)
    else if (expr.is === 'every') varsOf(expr.domain, found)
    for (const each of expr.with) varsOf(each.value, found)
  }
  return found
}

/** Variables in a pattern: what `:=` and `some … in` declare. */
export const patternVars = (term: Term): Var[] => {
  switch (term.is) {
    case 'var':
      return term.generated ? [] : [term]
    case 'array':
      return term.items.flatMap(patternVars)
    case 'object':
      return term.entries.flatMap(([, value]) => patternVars(value))
    default:
      return []
  }
}

/** What a body declares by `:=` and `some`. */
export const declaredNames = (body: readonly Expr[]): Set<string> => {
  const found = new Set<string>()
  for (const expr of body) {
    if (expr.is === 'some') for (const name of expr.names) found.add(name.name)
    if (expr.is === 'some-in')
      for (const each of expr.pattern) for (const name of patternVars(each)) found.add(name.name)
    if (expr.is === 'term' && expr.term.is === 'call' && expr.term.operator[0] === 'assign' && expr.term.args[0]) {
      for (const name of patternVars(expr.term.args[0])) found.add(name.name)
    }
  }
  return found
}
