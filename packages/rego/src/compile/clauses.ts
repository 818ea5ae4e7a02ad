import type { RegoErrorCode } from '../policy.ts'
import type { Location, Module, Rule, Term } from '../syntax/ast.ts'
import type { Clause, Goal, Local, Node, Plain, Target, Tree } from './ir.ts'
import { metadataTerm } from './metadata.ts'
import { type Global, type Reading, readNames } from './names.ts'
import { declaredNames, varsOf, varsOfBody } from './occurs.ts'
import { declare, type Frame, newFrame, newScope, refuseUnused, type Scope, temporary } from './scope.ts'
import { globalsOf, namesByPackage, nodeAt, rulePath } from './tree.ts'

type Report = (code: RegoErrorCode, message: string, location: Location) => void
export type Known = { arity: (target: Target) => number | undefined; isRelation: (target: Target) => boolean }

/** Reads every rule into its place in the tree. */
export const fillTree = (tree: Tree, known: Known, report: Report): void => {
  const names = namesByPackage(tree.modules)
  for (const module of tree.modules) {
    const globals = globalsOf(module, names)
    for (const [index, rule] of module.rules.entries()) {
      const { path, constant } = rulePath(module, rule)
      const node = nodeAt(tree.root, path) as Node
      const clause = readRule(rule, module, globals, known, report, constant, tree.modules, index)
      if (constant < rule.head.ref.length) {
        node.keyed?.clauses.push({ clause, set: rule.head.contains !== undefined })
      } else if (node.rules) {
        if (rule.default) node.rules.default = clause
        else node.rules.clauses.push(clause)
      }
    }
  }
}

const yes = (location: Location): Term => ({ is: 'scalar', value: true, location })

const readRule = (
  rule: Rule,
  module: Module,
  globals: ReadonlyMap<string, Global>,
  known: Known,
  report: Report,
  constant: number,
  modules: readonly Module[],
  index: number,
): Clause => {
  const frame = newFrame()
  const names = readNames({
    module,
    globals,
    ...known,
    report,
    frame,
    metadata: (which, location) => metadataTerm(which, module, index, modules, location),
  })
  const args = newScope(frame, new Set(), new Set())
  for (const arg of rule.head.args ?? []) declareArgs(arg, args, report)
  const computed: { local: Local; term: Term }[] = []
  const patterns = (rule.head.args ?? []).map((arg): Plain => {
    if (isPattern(arg)) return names.term(arg, args, [])
    const local = temporary(frame, arg.location)
    computed.push({ local, term: arg })
    return local
  })
  const clause = readClause(rule, module, names, frame, args, patterns, rule.head.ref.slice(constant), computed)
  refuseUnused(frame, (message, location) => report('rego_compile_error', message, location))
  return clause
}

/** Anything else is computed in the body and compared with the operand. */
const isPattern = (term: Term): boolean => {
  switch (term.is) {
    case 'var':
    case 'scalar':
      return true
    case 'array':
      return term.items.every(isPattern)
    case 'object':
      return term.entries.every(([key, value]) => key.is === 'scalar' && isPattern(value))
    default:
      return false
  }
}

const declareArgs = (arg: Term, scope: Scope, report: Report): void => {
  switch (arg.is) {
    case 'var':
      if (arg.generated || scope.declared.has(arg.name)) return
      if (arg.name === 'input' || arg.name === 'data') {
        report('rego_compile_error', `args must not shadow ${arg.name} (use a different variable name)`, arg.location)
      }
      declare(scope, arg.name, 'arg', arg.location, true)
      return
    case 'array':
      for (const item of arg.items) declareArgs(item, scope, report)
      return
    case 'object':
      for (const [, value] of arg.entries) declareArgs(value, scope, report)
      return
    case 'call':
      report('rego_compile_error', 'rule arguments cannot contain calls', arg.location)
      return
    default:
  }
}

const readClause = (
  rule: Rule,
  module: Module,
  names: Reading,
  frame: Frame,
  args: Scope,
  patterns: readonly Plain[],
  keys: readonly Term[],
  computed: readonly { local: Local; term: Term }[],
): Clause => {
  const { head, location } = rule
  const value = head.contains ?? head.value ?? yes(head.location)
  const direct = varsOfBody(rule.body)
  for (const term of [...keys, value, ...computed.map((each) => each.term)]) varsOf(term, direct)
  // a body stands in the scope of its arguments; an `else` does not see the names of the body before it
  const scope = newScope(frame, new Set([...declaredNames(rule.body), ...args.declared.keys()]), direct)
  for (const [name, local] of args.declared) {
    scope.declared.set(name, local)
    scope.how.set(name, 'arg')
  }
  for (const [name, local] of args.free) scope.free.set(name, local)
  const body: Goal[] = names.body(rule.body, scope)
  for (const { local, term } of computed) {
    body.push({ is: 'unify', left: local, right: names.term(term, scope, body), location: term.location })
  }
  const made: Clause = {
    args: patterns,
    keys: keys.map((key) => names.term(key, scope, body)),
    value: names.term(value, scope, body),
    body,
    slots: 0,
    location,
    rule,
    module,
    names: frame.names,
  }
  if (rule.else) made.else = readClause(rule.else, module, names, frame, args, patterns, [], computed)
  made.slots = frame.slots
  return made
}
