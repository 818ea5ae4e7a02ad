import type { RegoErrorCode } from '../policy.ts'
import type { Expr, Location, Module, Term, With } from '../syntax/ast.ts'
import type { Change, Goal, Local, Plain, Target } from './ir.ts'
import { declaredNames, patternVars, varsOf, varsOfBody } from './occurs.ts'
import {
  declare,
  declaredIn,
  type Frame,
  freeIn,
  hiddenIn,
  newScope,
  referenced,
  type Scope,
  temporary,
} from './scope.ts'

/** What stands behind a name of the module: a rule of its package or an import. */
export type Global = { root: 'input' | 'data'; path: readonly string[] }

export type Surroundings = {
  module: Module
  globals: ReadonlyMap<string, Global>
  /** Operands of a function; undefined where there is none of that name. */
  arity: (target: Target) => number | undefined
  isRelation: (target: Target) => boolean
  report: (code: RegoErrorCode, message: string, location: Location) => void
  frame: Frame
  /** The value of `rego.metadata.rule()` and `rego.metadata.chain()` in this rule. */
  metadata: (which: 'rule' | 'chain', location: Location) => Plain
}

/**
 * Which nested terms must become goals of their own: those that may iterate (`loops`), or all refs and calls (`all`), since what stands
 * in a negation is evaluated before it.
 */
type Lift = 'loops' | 'all'
type Place = 'whole' | 'side' | 'nested'

export type Reading = {
  body: (exprs: readonly Expr[], scope: Scope) => Goal[]
  /** A term outside of a body (head of a rule): its own goals go to `out`. */
  term: (term: Term, scope: Scope, out: Goal[]) => Plain
  /** Terms and goals in a scope of their own. */
  closure: (exprs: readonly Expr[], terms: readonly Term[], scope: Scope) => Scope
}

export const readNames = (about: Surroundings): Reading => {
  const { frame, report } = about

  const variable = (name: string, location: Location, scope: Scope, generated = false): Plain => {
    if (generated) return freeIn(scope, name, location, true)
    const known = declaredIn(scope, name)
    referenced(scope, name)
    if (known) {
      frame.used.add(known.slot)
      return { ...known, location }
    }
    if (!hiddenIn(scope, name)) {
      const found = global(name, location)
      if (found) return found
    }
    return { ...freeIn(scope, name, location, false), location }
  }

  const global = (name: string, location: Location): Plain | undefined => {
    const found = about.globals.get(name)
    if (found) return rooted(found.root, found.path, location)
    if (name === 'input' || name === 'data') return { is: 'doc', root: name, location }
    return undefined
  }

  const rooted = (root: 'input' | 'data', path: readonly string[], location: Location): Plain => {
    const head: Plain = { is: 'doc', root, location }
    return path.length === 0
      ? head
      : { is: 'ref', head, parts: path.map((value): Plain => ({ is: 'scalar', value, location })), location }
  }

  const mayIterate = (part: Plain): boolean => {
    switch (part.is) {
      case 'local':
        return !part.firm
      case 'array':
        return part.items.some(mayIterate)
      case 'object':
        return part.entries.some(([, value]) => mayIterate(value))
      default:
        return false
    }
  }

  const lifted = (term: Plain, out: Goal[]): Plain => {
    const made = temporary(frame, term.location)
    out.push({ is: 'unify', left: made, right: term, location: term.location })
    return made
  }

  const target = (operator: readonly string[], infix: boolean, scope: Scope, location: Location): Target => {
    const [first, ...rest] = operator
    if (!infix && first !== undefined) {
      if (declaredIn(scope, first) && first !== 'input' && first !== 'data') {
        report('rego_compile_error', `called function ${operator.join('.')} shadowed`, location)
      }
      const found = about.globals.get(first)
      if (found?.root === 'data') return { path: [...found.path, ...rest] }
      if (first === 'data') return { path: rest }
    }
    return { builtin: operator.join('.') }
  }

  const convert = (term: Term, scope: Scope, out: Goal[], lift: Lift, place: Place): Plain => {
    const inner = (each: Term): Plain => convert(each, scope, out, lift, 'nested')
    const { location } = term
    switch (term.is) {
      case 'scalar':
        return { is: 'scalar', value: term.value, location }
      case 'var':
        return keep(variable(term.name, location, scope, term.generated))
      case 'ref': {
        const head =
          term.head.is === 'var'
            ? variable(term.head.name, term.head.location, scope, term.head.generated)
            : inner(term.head)
        const parts = term.parts.map(inner)
        const made: Plain =
          head.is === 'ref'
            ? { is: 'ref', head: head.head, parts: [...head.parts, ...parts], location }
            : { is: 'ref', head, parts, location }
        return keep(made)
      }
      case 'array':
        return { is: 'array', items: term.items.map(inner), location }
      case 'set':
        return { is: 'set', items: term.items.map(inner), location }
      case 'object':
        return {
          is: 'object',
          entries: term.entries.map(([key, value]) => [inner(key), inner(value)] as const),
          location,
        }
      case 'call': {
        const found = target(term.operator, term.infix === true, scope, location)
        if ('builtin' in found && (found.builtin === 'rego.metadata.rule' || found.builtin === 'rego.metadata.chain')) {
          return about.metadata(found.builtin === 'rego.metadata.rule' ? 'rule' : 'chain', location)
        }
        const made: Plain = { is: 'call', target: found, args: term.args.map(inner), location }
        if (place === 'whole') return made
        return lift === 'all' || (place === 'nested' && about.isRelation(found)) ? lifted(made, out) : made
      }
      case 'array-of':
      case 'set-of': {
        const own = closure(term.body, [term.term], scope)
        const body = bodyOf(term.body, own)
        return { is: term.is, term: convert(term.term, own, body, 'loops', 'nested'), body, location }
      }
      case 'object-of': {
        const own = closure(term.body, [term.key, term.value], scope)
        const body = bodyOf(term.body, own)
        const key = convert(term.key, own, body, 'loops', 'nested')
        return { is: 'object-of', key, value: convert(term.value, own, body, 'loops', 'nested'), body, location }
      }
      case 'template':
        return {
          is: 'template',
          parts: term.parts.map((part) => (typeof part === 'string' ? part : templatePart(part, scope))),
          location,
        }
    }

    function keep(made: Plain): Plain {
      if (place !== 'nested' || made.is !== 'ref') return made
      return lift === 'all' || made.parts.some(mayIterate) ? lifted(made, out) : made
    }
  }

  const templatePart = (part: Expr, scope: Scope): { body: Goal[]; value: Plain } => {
    if (part.is !== 'term') return { body: [], value: { is: 'scalar', value: true, location: part.location } }
    const own = newScope(frame, new Set(), new Set(), scope)
    const body: Goal[] = []
    const value = convert(part.term, own, body, 'loops', 'nested')
    refuseOpen(own)
    if (part.with.length === 0) return { body, value }
    const held = temporary(frame, part.location)
    const changes = part.with.map((each) => change(each, scope, body))
    return {
      body: [
        {
          is: 'with',
          changes,
          body: [...body, { is: 'unify', left: held, right: value, location: part.location }],
          location: part.location,
        },
      ],
      value: held,
    }
  }

  /** What is shown has one value: nothing in it may iterate. */
  const refuseOpen = (scope: Scope): void => {
    for (const local of scope.free.values()) {
      if (local.hidden) report('rego_compile_error', 'var _ is undeclared', local.location)
    }
  }

  const closure = (exprs: readonly Expr[], terms: readonly Term[], scope: Scope): Scope => {
    const direct = varsOfBody(exprs)
    for (const term of terms) varsOf(term, direct)
    return newScope(frame, declaredNames(exprs), direct, scope)
  }

  const declared = (
    scope: Scope,
    name: string,
    how: 'assigned' | 'declared',
    location: Location,
    firm: boolean,
  ): void => {
    const made = declare(scope, name, how, location, firm)
    if (typeof made === 'string') report('rego_compile_error', made, location)
    else if (how === 'declared' && !firm) frame.promised.push(made)
  }

  const assign = (left: Term, right: Term, location: Location, scope: Scope, out: Goal[]): void => {
    const value = convert(right, scope, out, 'loops', 'side')
    const pattern = (term: Term): void => {
      switch (term.is) {
        case 'var':
          if (!term.generated) declared(scope, term.name, 'assigned', term.location, true)
          return
        case 'array':
          for (const item of term.items) pattern(item)
          return
        case 'object':
          for (const [, each] of term.entries) pattern(each)
          return
        default:
          report('rego_compile_error', `cannot assign to ${termKind(term)}`, term.location)
      }
    }
    pattern(left)
    out.push({ is: 'unify', left: convert(left, scope, out, 'loops', 'side'), right: value, location })
  }

  const goal = (expr: Expr, scope: Scope, out: Goal[]): void => {
    const { location } = expr
    if (expr.is === 'some') {
      for (const name of expr.names) declared(scope, name.name, 'declared', name.location, false)
      return
    }
    if (expr.with.length > 0) {
      const body: Goal[] = []
      const changes = expr.with.map((each) => change(each, scope, out))
      goal({ ...expr, with: [] }, scope, body)
      out.push({ is: 'with', changes, body, location })
      return
    }
    if (expr.negated) {
      const whole: Goal[] = []
      if (expr.is === 'term' && expr.term.is === 'call' && expr.term.operator[0] === 'assign') {
        report('rego_compile_error', 'cannot assign vars inside negated expression', location)
        return
      }
      if (expr.is === 'term') whole.push(termGoal(expr.term, location, scope, out, 'all'))
      else goal({ ...expr, negated: false }, scope, whole)
      const last = whole.pop()
      out.push(...whole)
      if (last) out.push({ is: 'not', goal: last, location })
      return
    }
    switch (expr.is) {
      case 'some-in': {
        const domain = convert(expr.domain, scope, out, 'loops', 'side')
        for (const name of expr.pattern.flatMap(patternVars))
          declared(scope, name.name, 'declared', name.location, true)
        const terms = expr.pattern.map((each) => convert(each, scope, out, 'loops', 'nested'))
        const value = terms[terms.length - 1] as Plain
        const key: Plain = terms.length === 2 ? (terms[0] as Plain) : temporary(frame, location)
        out.push({ is: 'unify', left: value, right: within(domain, key, location), location })
        return
      }
      case 'every': {
        const domain = convert(expr.domain, scope, out, 'loops', 'side')
        const own = closure(expr.body, [], scope)
        const held = domain.is === 'ref' ? lifted(domain, out) : domain
        const name = (each: typeof expr.value): Local => {
          if (each.generated) return temporary(frame, each.location)
          const made = declare(own, each.name, 'declared', each.location, true)
          if (typeof made !== 'string') {
            frame.promised.push(made)
            return made
          }
          report('rego_compile_error', made, each.location)
          return temporary(frame, each.location)
        }
        const key = expr.key ? name(expr.key) : undefined
        const value = name(expr.value)
        const body = bodyOf(expr.body, own)
        out.push({ is: 'every', ...(key ? { key } : {}), value, domain: held, body, location })
        return
      }
      default:
        if (expr.term.is === 'call' && expr.term.operator[0] === 'assign' && expr.term.args.length === 2) {
          const [left, right] = expr.term.args as [Term, Term]
          assign(left, right, location, scope, out)
          return
        }
        out.push(termGoal(expr.term, location, scope, out, 'loops'))
    }
  }

  const termGoal = (term: Term, location: Location, scope: Scope, out: Goal[], lift: Lift): Goal => {
    if (term.is === 'call') {
      const [first] = term.operator
      if (first === 'eq' && term.args.length === 2 && term.operator.length === 1) {
        const [left, right] = term.args as [Term, Term]
        return {
          is: 'unify',
          left: convert(left, scope, out, lift, 'side'),
          right: convert(right, scope, out, lift, 'side'),
          location,
        }
      }
      if (lift === 'all' && first === 'equal' && term.infix) {
        // like `=`: an undefined side makes the comparison fail, not what stands around the negation
        const args = term.args.map((each) => convert(each, scope, out, lift, 'side'))
        return {
          is: 'term',
          term: { is: 'call', target: { builtin: 'equal' }, args, location: term.location },
          location,
        }
      }
      const found = target(term.operator, term.infix === true, scope, term.location)
      if ('builtin' in found && found.builtin === 'print') return printGoal(term.args, location, scope)
      if (about.arity(found) === term.args.length - 1) {
        const args = term.args.map((each) => convert(each, scope, out, lift, 'nested'))
        const right = args.pop() as Plain
        return { is: 'unify', left: { is: 'call', target: found, args, location: term.location }, right, location }
      }
    }
    return { is: 'term', term: convert(term, scope, out, lift, 'whole'), location }
  }

  const printGoal = (args: readonly Term[], location: Location, scope: Scope): Goal => ({
    is: 'print',
    args: args.map((each) => {
      const own = newScope(frame, new Set(), new Set(), scope)
      const body: Goal[] = []
      const value = convert(each, own, body, 'loops', 'nested')
      const names = new Set<string>()
      varsOf(each, names)
      if ([...names].some((name) => name.startsWith('$'))) {
        report('rego_compile_error', 'var _ is undeclared', each.location)
      }
      return { value, body }
    }),
    location,
  })

  const functionNamed = (term: Term, scope: Scope): Target | undefined => {
    const path = dotted(term)
    if (!path || declaredIn(scope, path[0] as string)) return undefined
    const found = target(path, false, scope, term.location)
    return (about.arity(found) ?? 0) > 0 ? found : undefined
  }

  const change = (each: With, scope: Scope, out: Goal[]): Change => {
    const { location } = each
    const path = dotted(each.target)
    const value = (): Plain => convert(each.value, scope, out, 'all', 'nested')
    const wrong = (): Change => {
      report(
        'rego_type_error',
        'with keyword target must reference existing input, data, or a function',
        each.target.location,
      )
      return { on: 'input', path: [], value: { is: 'scalar', value: null, location }, location }
    }
    if (!path) return wrong()
    const [first, ...rest] = path as [string, ...string[]]
    const found = about.globals.get(first)
    const full = found ? [found.root, ...found.path, ...rest] : path
    if (full[0] === 'input') return { on: 'input', path: full.slice(1), value: value(), location }
    const to: Target = full[0] === 'data' ? { path: full.slice(1) } : { builtin: full.join('.') }
    if ('path' in to && !((about.arity(to) ?? 0) > 0)) return { on: 'data', path: to.path, value: value(), location }
    if (about.arity(to) === undefined) return wrong()
    return {
      on: 'function',
      name: targetName(to),
      ...('path' in to ? { path: to.path } : {}),
      value: functionNamed(each.value, scope) ?? value(),
      location,
    }
  }

  const bodyOf = (exprs: readonly Expr[], scope: Scope): Goal[] => {
    const out: Goal[] = []
    for (const expr of exprs) goal(expr, scope, out)
    return out
  }

  return { body: bodyOf, closure, term: (term, scope, out) => convert(term, scope, out, 'loops', 'nested') }
}

export const targetName = (target: Target): string =>
  'builtin' in target ? target.builtin : ['data', ...target.path].join('.')

const within = (domain: Plain, key: Plain, location: Location): Plain =>
  domain.is === 'ref'
    ? { is: 'ref', head: domain.head, parts: [...domain.parts, key], location }
    : { is: 'ref', head: domain, parts: [key], location }

const dotted = (term: Term): string[] | undefined => {
  if (term.is === 'var') return [term.name]
  if (term.is !== 'ref' || term.head.is !== 'var') return undefined
  const path = [term.head.name]
  for (const part of term.parts) {
    if (part.is !== 'scalar' || typeof part.value !== 'string') return undefined
    path.push(part.value)
  }
  return path
}

const termKind = (term: Term): string => {
  switch (term.is) {
    case 'scalar':
      return term.value === null ? 'null' : typeof term.value === 'bigint' ? 'number' : typeof term.value
    case 'array-of':
      return 'arraycomprehension'
    case 'set-of':
      return 'setcomprehension'
    case 'object-of':
      return 'objectcomprehension'
    default:
      return term.is
  }
}
