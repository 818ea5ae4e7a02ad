import type { Builtins } from '../builtins/builtin.ts'
import type { RegoErrorCode } from '../policy.ts'
import type { Location } from '../syntax/index.ts'
import { allRules, clausesOf } from './graph.ts'
import type { Clause, Goal, Local, Plain, RuleSet, Target, Tree } from './ir.ts'
import { targetName } from './names.ts'
import {
  any,
  fromSchema,
  isKind,
  mayMeet,
  memberOf,
  ofScalar,
  ofType,
  oneOf,
  openObject,
  type Shape,
  shapeText,
} from './shape.ts'
import { nodeAt } from './tree.ts'

type Report = (code: RegoErrorCode, message: string, location: Location) => void
/** Of a rule its values, of a function its operands and results. */
type Known = { args: readonly Shape[]; value: Shape }
type World = { tree: Tree; builtins: Builtins; known: Map<RuleSet, Known>; depth: number; report: Report }
/** What is known at one place: variables by slot, `input`, and whether rules may be replaced by a `with` around. */
type Facts = World & { slots: Map<number, Shape>; input: Shape; replaced: boolean }

/**
 * Operands of built-ins, references and comparisons that can never fit, found by what is written. Nothing is said where the shape of a
 * value is not known: that is no proof of anything. Rule: OPA, the type checker
 */
export const checkTypes = (tree: Tree, builtins: Builtins, inputSchema: unknown, report: Report): void => {
  const world: World = { tree, builtins, known: new Map(), depth: 0, report }
  const usual = inputSchema === undefined ? any : fromSchema(inputSchema)
  for (const rules of allRules(tree)) {
    for (const clause of clausesOf(rules)) {
      checkClause(clause, { ...world, slots: new Map(), input: inputOf(clause) ?? usual, replaced: false })
    }
  }
}

/** The schema of `input` that a `# METADATA` block gives: the nearest to the rule. */
const inputOf = (clause: Clause): Shape | undefined => {
  if (clause.module.annotations.length === 0) return undefined
  const index = clause.module.rules.indexOf(clause.rule)
  for (const scope of ['rule', 'document', 'package'] as const) {
    for (const each of clause.module.annotations) {
      if (each.scope !== scope || (each.rule !== undefined && each.rule !== index)) continue
      const schemas = each.body.schemas
      if (!Array.isArray(schemas)) continue
      for (const { path, definition } of schemas as readonly { path: readonly string[]; definition?: unknown }[]) {
        if (path[0] !== 'input' || definition === undefined) continue
        // a schema for a part says nothing about the rest
        return path
          .slice(1)
          .reduceRight<Shape>(
            (shape, key) => ({ is: 'object', keys: new Map([[key, shape]]), rest: any }),
            fromSchema(definition),
          )
      }
    }
  }
  return undefined
}

const checkClause = (clause: Clause, facts: Facts): void => {
  checkGoals(clause.body, facts)
  for (const term of [...clause.keys, clause.value]) shapeOf(term, facts)
}

const checkGoals = (goals: readonly Goal[], facts: Facts): void => {
  for (const goal of goals) checkGoal(goal, facts)
}

const checkGoal = (goal: Goal, facts: Facts): void => {
  switch (goal.is) {
    case 'term':
      if (goal.term.is === 'call' && targetName(goal.term.target) === 'equal') {
        const [left, right] = goal.term.args
        if (left && right) checkEqual(left, right, goal.location, facts)
      } else shapeOf(goal.term, facts)
      return
    case 'unify':
      checkEqual(goal.left, goal.right, goal.location, facts)
      return
    case 'not':
      checkGoal(goal.goal, facts)
      return
    case 'every':
      shapeOf(goal.domain, facts)
      checkGoals(goal.body, inside(facts, [...(goal.key ? [goal.key] : []), goal.value]))
      return
    case 'with': {
      for (const change of goal.changes) if ('is' in change.value) shapeOf(change.value, facts)
      const input = goal.changes.some((each) => each.on === 'input') ? any : facts.input
      checkGoals(goal.body, {
        ...facts,
        input,
        replaced: goal.changes.some((each) => each.on !== 'input') || facts.replaced,
      })
      return
    }
    case 'print':
      for (const arg of goal.args) {
        const own = inside(facts)
        checkGoals(arg.body, own)
        shapeOf(arg.value, own)
      }
  }
}

/** What a closure finds out about the variables around it is not known outside. */
const inside = (facts: Facts, locals: readonly Local[] = []): Facts => {
  const slots = new Map(facts.slots)
  for (const local of locals) slots.set(local.slot, any)
  return { ...facts, slots }
}

const checkEqual = (left: Plain, right: Plain, location: Location, facts: Facts): void => {
  const [a, b] = [shapeOf(left, facts), shapeOf(right, facts)]
  compareShapes(a, b, location, facts)
  settle(left, b, facts)
  settle(right, a, facts)
}

/** A variable of which nothing was known has the shape of what it meets first. Rule: OPA, unify1 */
const settle = (term: Plain, shape: Shape, facts: Facts): void => {
  switch (term.is) {
    case 'local':
      if (!facts.slots.has(term.slot)) facts.slots.set(term.slot, shape)
      return
    case 'array':
      for (const [at, item] of term.items.entries()) settle(item, memberOf(shape, at) ?? any, facts)
      return
    case 'object':
      for (const [key, value] of term.entries) {
        const name = key.is === 'scalar' && typeof key.value === 'string' ? key.value : undefined
        settle(value, (name === undefined ? undefined : memberOf(shape, name)) ?? any, facts)
      }
      return
    case 'set':
      for (const item of term.items) settle(item, any, facts)
      return
    default:
  }
}

const compareShapes = (left: Shape, right: Shape, location: Location, facts: Facts): void => {
  if (mayMeet(left, right)) return
  facts.report('rego_type_error', `match error\n\tleft  : ${shapeText(left)}\n\tright : ${shapeText(right)}`, location)
}

/** The shape of a term; what is wrong inside it is told on the way. */
const shapeOf = (term: Plain, facts: Facts): Shape => {
  switch (term.is) {
    case 'scalar':
      return ofScalar(term.value)
    case 'local':
      return facts.slots.get(term.slot) ?? any
    case 'doc':
      return term.root === 'input' ? facts.input : any
    case 'ref':
      return refShape(term, facts)
    case 'array':
      return { is: 'array', items: term.items.map((item) => shapeOf(item, facts)), of: any }
    case 'set':
      return { is: 'set', of: oneOf(term.items.map((item) => shapeOf(item, facts))) }
    case 'object': {
      const entries = term.entries.map(([key, value]) => [key, shapeOf(key, facts), shapeOf(value, facts)] as const)
      const keys = new Map<string, Shape>()
      for (const [key, , value] of entries) {
        if (key.is !== 'scalar' || typeof key.value !== 'string') return openObject
        keys.set(key.value, value)
      }
      return { is: 'object', keys }
    }
    case 'call':
      return callShape(term, facts)
    case 'array-of':
    case 'set-of': {
      const own = inside(facts)
      checkGoals(term.body, own)
      const of = shapeOf(term.term, own)
      return term.is === 'array-of' ? { is: 'array', of } : { is: 'set', of }
    }
    case 'object-of': {
      const own = inside(facts)
      checkGoals(term.body, own)
      shapeOf(term.key, own)
      return { is: 'object', keys: new Map(), rest: shapeOf(term.value, own) }
    }
    case 'template':
      for (const part of term.parts) {
        if (typeof part === 'string') continue
        const own = inside(facts)
        checkGoals(part.body, own)
        shapeOf(part.value, own)
      }
      return { is: 'string' }
  }
}

const callShape = (call: Plain & { is: 'call' }, facts: Facts): Shape => {
  const have = call.args.map((arg) => shapeOf(arg, facts))
  const takes = facts.replaced ? undefined : operandsOf(call.target, facts)
  if (!takes) {
    for (const arg of call.args) settle(arg, any, facts)
    return any
  }
  if (!have.every((each, at) => mayMeet(each, takes.args[at] ?? any))) {
    const shown = (shapes: readonly Shape[]): string => `(${shapes.map(shapeText).join(', ')})`
    facts.report(
      'rego_type_error',
      `${targetName(call.target)}: invalid argument(s)\n\thave: ${shown(have)}\n\twant: ${shown(takes.args)}`,
      call.location,
    )
  }
  for (const [at, arg] of call.args.entries()) settle(arg, takes.args[at] ?? any, facts)
  return takes.value
}

const operandsOf = (target: Target, facts: Facts): Known | undefined => {
  if ('path' in target) {
    const rules = nodeAt(facts.tree.root, target.path)?.rules
    return rules?.kind === 'function' ? ruleShape(rules, facts) : undefined
  }
  const builtin = Object.hasOwn(facts.builtins, target.builtin) ? facts.builtins[target.builtin] : undefined
  if (!builtin) return undefined
  return { args: builtin.args.map(ofType), value: builtin.result === undefined ? any : ofType(builtin.result) }
}

const refShape = (ref: Plain & { is: 'ref' }, facts: Facts): Shape => {
  for (const part of ref.parts) if (part.is !== 'scalar' && part.is !== 'local') shapeOf(part, facts)
  for (const part of [ref.head, ...ref.parts]) settle(part, any, facts)
  const start = startShape(ref, facts)
  let { shape } = start
  for (let at = start.used; at < ref.parts.length; at++) {
    const part = ref.parts[at] as Plain
    const key = part.is === 'scalar' && typeof part.value !== 'bigint' ? part.value : undefined
    const next = memberOf(shape, key)
    if (next === undefined || (key === undefined && isLeaf(shape))) {
      undefinedRef(ref, at, shape, facts)
      return any
    }
    shape = next
  }
  return shape
}
const isLeaf = (shape: Shape): boolean =>
  shape.is === 'one-of' ? shape.shapes.every(isLeaf) : ['null', 'boolean', 'number', 'string'].includes(shape.is)

const startShape = (ref: Plain & { is: 'ref' }, facts: Facts): { shape: Shape; used: number } => {
  if (ref.head.is !== 'doc') return { shape: shapeOf(ref.head, facts), used: 0 }
  if (ref.head.root === 'input') return { shape: facts.input, used: 0 }
  const path: string[] = []
  if (facts.replaced) return { shape: any, used: ref.parts.length }
  for (const part of ref.parts) {
    if (part.is !== 'scalar' || typeof part.value !== 'string') break
    path.push(part.value)
    const node = nodeAt(facts.tree.root, path)
    if (node?.keyed || !node) break
    if (node.rules) return { shape: ruleShape(node.rules, facts).value, used: path.length }
  }
  return { shape: any, used: ref.parts.length }
}

/** Rules that need rules that need rules: beyond this nothing is said. */
const deepest = 50

const unknown: Known = { args: [], value: any }

/** What a rule can come to, and takes: the shapes of all its clauses. Rules cannot need themselves, so this ends. */
const ruleShape = (rules: RuleSet, facts: Facts): Known => {
  const before = facts.known.get(rules)
  if (before) return before
  if (facts.depth > deepest) return unknown
  facts.known.set(rules, unknown)
  const quiet: Facts = { ...facts, input: any, replaced: false, depth: facts.depth + 1, report: () => {} }
  const clauses = [...clausesOf(rules)].map((clause): Known => {
    const own = { ...quiet, slots: new Map<number, Shape>() }
    checkGoals(clause.body, own)
    // the value first: what it does with an operand tells of that as well
    const value = shapeOf(clause.value, own)
    return { args: clause.args.map((arg) => shapeOf(arg, own)), value }
  })
  const value = oneOf(clauses.map((each) => each.value))
  const made: Known = {
    args: Array.from({ length: rules.arity }, (_, at) => oneOf(clauses.map((each) => each.args[at] ?? any))),
    value: rules.kind === 'set' ? { is: 'set', of: value } : value,
  }
  facts.known.set(rules, made)
  return made
}

const undefinedRef = (ref: Plain & { is: 'ref' }, at: number, shape: Shape, facts: Facts): void => {
  const whole = refText(ref, ref.parts.length)
  const before = refText(ref, at).length
  const part = ref.parts[at] as Plain
  const pad = ' '.repeat(before + 1)
  const have =
    part.is === 'scalar' ? JSON.stringify(typeof part.value === 'bigint' ? String(part.value) : part.value) : 'any'
  const want = isKind(shape, 'object')
    ? `want (one of): [${keysOf(shape)
        .map((key) => JSON.stringify(key))
        .join(' ')}]`
    : isKind(shape, 'array')
      ? 'want (type): number'
      : shape.is === 'set'
        ? `want (type): ${shapeText(shape.of)}`
        : `nothing is below ${shapeText(shape)}`
  facts.report(
    'rego_type_error',
    `undefined ref: ${whole}\n\t${whole}\n\t${pad}^\n\t${pad}have: ${have}\n\t${pad}${want}`,
    ref.location,
  )
}
const keysOf = (shape: Shape): string[] =>
  shape.is === 'object' ? [...shape.keys.keys()].sort() : shape.is === 'one-of' ? shape.shapes.flatMap(keysOf) : []

const name = /^[A-Za-z_]\w*$/
const refText = (ref: Plain & { is: 'ref' }, count: number): string => {
  const head = ref.head.is === 'doc' ? ref.head.root : ref.head.is === 'local' ? ref.head.name : '(…)'
  return ref.parts.slice(0, count).reduce<string>((text, part) => {
    if (part.is === 'scalar') {
      return typeof part.value === 'string' && name.test(part.value)
        ? `${text}.${part.value}`
        : `${text}[${typeof part.value === 'bigint' ? part.value : JSON.stringify(part.value)}]`
    }
    return `${text}[${part.is === 'local' ? (part.hidden ? '_' : part.name) : '…'}]`
  }, head)
}
