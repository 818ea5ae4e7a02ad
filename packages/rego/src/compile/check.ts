import type { Builtins } from '../builtins/builtin.ts'
import type { RegoErrorCode } from '../policy.ts'
import type { Location, Version } from '../syntax/index.ts'
import { allRules, clausesOf } from './graph.ts'
import type { Call, Change, Clause, Goal, Node, Plain, Target, Tree } from './ir.ts'
import { targetName } from './names.ts'
import { eachTerm } from './terms.ts'
import { nodeAt } from './tree.ts'

type Report = (code: RegoErrorCode, message: string, location: Location, hint?: string) => void

/** What a program may call. */
export type Allowed = { builtins: Builtins; without: readonly string[]; version: Version }

/** Functions that v1 left out. Rule: OPA, deprecated built-ins */
export const deprecated: ReadonlySet<string> = new Set(
  'all any cast_array cast_boolean cast_null cast_object cast_set cast_string net.cidr_overlap re_match set_diff'.split(
    ' ',
  ),
)

/** Calls of what exists, with as many operands as it takes; refs to functions that should be calls; what `with` may replace. */
export const checkTree = (tree: Tree, allowed: Omit<Allowed, 'version'>, report: Report): void => {
  for (const rules of allRules(tree)) {
    for (const clause of clausesOf(rules)) {
      checkGoals(goalsOf(clause), tree, { ...allowed, version: clause.module.version }, report)
    }
  }
}

export const goalsOf = (clause: Clause): Goal[] => [
  ...clause.body,
  ...[...clause.keys, clause.value].map((term): Goal => ({ is: 'term', term, location: clause.location })),
]

export const checkGoals = (goals: readonly Goal[], tree: Tree, allowed: Allowed, report: Report): void => {
  eachTerm(
    goals,
    (term) => {
      if (term.is === 'call') checkCall(term, tree, allowed, report)
      if (term.is === 'ref') checkRef(term, tree, report)
    },
    (goal) => {
      if (goal.is === 'with') for (const change of goal.changes) checkChange(change, tree, allowed, report)
    },
  )
}

const isForbidden = (name: string, without: readonly string[]): boolean =>
  without.some((each) => name === each || name.startsWith(`${each}.`))

const checkCall = (call: Call, tree: Tree, { builtins, without, version }: Allowed, report: Report): void => {
  const name = targetName(call.target)
  const { location } = call
  if ('builtin' in call.target) {
    const kind = isForbidden(name, without)
      ? 'unsafe'
      : version === 'v1' && deprecated.has(name)
        ? 'deprecated'
        : undefined
    if (kind) {
      report('rego_type_error', `${kind} built-in function calls in expression: ${name}`, location)
      return
    }
  }
  const arity = arityOf(call.target, tree, builtins)
  if (arity === undefined) {
    const functions = tree.sets
      .filter((each) => each.kind === 'function')
      .map((each) => ['data', ...each.path].join('.'))
    const near = nearest(name, [...Object.keys(builtins), ...functions])
    report('rego_type_error', `undefined function ${name}`, location, near ? `did you mean ${near}?` : undefined)
  } else if (arity !== call.args.length) {
    const got = call.args.length
    report(
      'rego_type_error',
      `function ${name} has arity ${arity}, got ${got} argument${got === 1 ? '' : 's'}`,
      location,
    )
  }
}

/** Rule: OPA, validateWith */
const checkChange = (change: Change, tree: Tree, { builtins, without }: Allowed, report: Report): void => {
  const { location } = change
  if (change.on === 'data') {
    let node: Node | undefined = tree.root
    for (const part of change.path.slice(0, -1)) {
      node = node?.children.get(part)
      if (node?.rules || node?.keyed) {
        report('rego_compile_error', 'with keyword cannot partially replace virtual document(s)', location)
        return
      }
    }
  }
  if (change.on !== 'function' || change.path) return
  const say = (what: string): void =>
    report('rego_compile_error', `with keyword replacing built-in function: ${what}`, location)
  const { name } = change
  if (name.startsWith('internal.')) say(`replacement of internal function "${name}" invalid`)
  else if (['eq', 'rego.metadata.chain', 'rego.metadata.rule'].includes(name)) say(`replacement of "${name}" invalid`)
  else if (name === 'walk') say('target must not be a relation')
  else if (builtins[name]?.result === undefined) say('target must not be a void function')
  else if (isForbidden(name, without)) say(`target must not be unsafe: "${name}"`)
}

const checkRef = (ref: Plain & { is: 'ref' }, tree: Tree, report: Report): void => {
  if (ref.head.is !== 'doc' || ref.head.root !== 'data') return
  const path: string[] = []
  for (const part of ref.parts) {
    if (part.is !== 'scalar' || typeof part.value !== 'string') return
    path.push(part.value)
  }
  if (nodeAt(tree.root, path)?.rules?.kind === 'function') {
    report('rego_type_error', `function data.${path.join('.')} used as reference, not called`, ref.location)
  }
}

/** What the evaluator knows by itself. */
const own: Readonly<Record<string, number>> = { walk: 1, 'rego.metadata.rule': 0, 'rego.metadata.chain': 0 }

export const arityOf = (target: Target, tree: Tree, builtins: Builtins): number | undefined => {
  if ('path' in target) {
    const rules = nodeAt(tree.root, target.path)?.rules
    return rules?.kind === 'function' ? rules.arity : undefined
  }
  return Object.hasOwn(builtins, target.builtin) ? builtins[target.builtin]?.args.length : own[target.builtin]
}

/** The name that fewest changes of letters away, if few. */
export const nearest = (name: string, names: readonly string[]): string | undefined => {
  let best: string | undefined
  let least = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const each of names) {
    const apart = distance(name, each, least)
    if (apart < least) {
      least = apart
      best = each
    }
  }
  return best
}
const distance = (a: string, b: string, limit: number): number => {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(
        Math.min(
          (row[j] as number) + 1,
          (next[j - 1] as number) + 1,
          (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      )
    }
    row = next
  }
  return row[b.length] as number
}
