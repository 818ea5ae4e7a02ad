import type { Builtins } from '../builtins/builtin.ts'
import type { RegoErrorCode } from '../policy.ts'
import type { Location } from '../syntax/index.ts'
import { allRules, clausesOf } from './graph.ts'
import type { Clause, Goal, Plain, RuleSet, Tree } from './ir.ts'
import { targetName } from './names.ts'
import {
  any,
  fromSchema,
  isKind,
  mayMeet,
  memberOf,
  ofType,
  oneOf,
  openObject,
  type Shape,
  shapeText,
} from './shape.ts'
import { nodeAt } from './tree.ts'

type Report = (code: RegoErrorCode, message: string, location: Location) => void
type World = { tree: Tree; builtins: Builtins; known: Map<RuleSet, Shape>; depth: number; report: Report }
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
        if (left && right) compareShapes(shapeOf(left, facts), shapeOf(right, facts), goal.location, facts)
      } else shapeOf(goal.term, facts)
      return
    case 'unify': {
      const left = shapeOf(goal.left, facts)
      const right = shapeOf(goal.right, facts)
      compareShapes(left, right, goal.location, facts)
      if (goal.left.is === 'local' && !facts.slots.has(goal.left.slot)) facts.slots.set(goal.left.slot, right)
      return
    }
    case 'not':
      checkGoal(goal.goal, facts)
      return
    case 'every':
      shapeOf(goal.domain, facts)
      checkGoals(goal.body, facts)
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
        checkGoals(arg.body, facts)
        shapeOf(arg.value, facts)
      }
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
      return term.value === null
        ? { is: 'null' }
        : ofType(typeof term.value === 'bigint' ? 'number' : (typeof term.value as 'string'))
    case 'local':
      return facts.slots.get(term.slot) ?? any
    case 'doc':
      return term.root === 'input' ? facts.input : any
    case 'ref':
      return refShape(term, facts)
    case 'array':
      return { is: 'array', items: term.items.map((item) => shapeOf(item, facts)), of: any }
    case 'set':
      for (const item of term.items) shapeOf(item, facts)
      return { is: 'set' }
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
      checkGoals(term.body, facts)
      return { is: 'array', of: shapeOf(term.term, facts) }
    case 'set-of':
      checkGoals(term.body, facts)
      shapeOf(term.term, facts)
      return { is: 'set' }
    case 'object-of':
      checkGoals(term.body, facts)
      shapeOf(term.key, facts)
      return { is: 'object', keys: new Map(), rest: shapeOf(term.value, facts) }
    case 'template':
      for (const part of term.parts) {
        if (typeof part === 'string') continue
        checkGoals(part.body, facts)
        shapeOf(part.value, facts)
      }
      return { is: 'string' }
  }
}

const callShape = (call: Plain & { is: 'call' }, facts: Facts): Shape => {
  const have = call.args.map((arg) => shapeOf(arg, facts))
  if (!('builtin' in call.target)) return any
  const name = call.target.builtin
  const builtin = Object.hasOwn(facts.builtins, name) ? facts.builtins[name] : undefined
  if (!builtin || facts.replaced) return any
  const want = builtin.args.map(ofType)
  if (!have.every((each, at) => mayMeet(each, want[at] ?? any))) {
    const shown = (shapes: readonly Shape[]): string => `(${shapes.map(shapeText).join(', ')})`
    facts.report(
      'rego_type_error',
      `${name}: invalid argument(s)\n\thave: ${shown(have)}\n\twant: ${shown(want)}`,
      call.location,
    )
  }
  return builtin.result === undefined ? any : ofType(builtin.result)
}

const refShape = (ref: Plain & { is: 'ref' }, facts: Facts): Shape => {
  for (const part of ref.parts) if (part.is !== 'scalar' && part.is !== 'local') shapeOf(part, facts)
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
    if (node.rules) return { shape: ruleShape(node.rules, facts), used: path.length }
  }
  return { shape: any, used: ref.parts.length }
}

/** Rules that need rules that need rules: beyond this nothing is said. */
const deepest = 50

/** What a rule can come to: the shapes of all its values. Rules cannot need themselves, so this ends. */
const ruleShape = (rules: RuleSet, facts: Facts): Shape => {
  if (rules.kind === 'set') return { is: 'set' }
  if (rules.kind === 'function') return any
  const before = facts.known.get(rules)
  if (before) return before
  if (facts.depth > deepest) return any
  facts.known.set(rules, any)
  const quiet: Facts = {
    ...facts,
    input: any,
    replaced: false,
    slots: new Map(),
    depth: facts.depth + 1,
    report: () => {},
  }
  const shapes = [...clausesOf(rules)].map((clause) => {
    const own = { ...quiet, slots: new Map<number, Shape>() }
    checkGoals(clause.body, own)
    return shapeOf(clause.value, own)
  })
  const shape = oneOf(shapes)
  facts.known.set(rules, shape)
  return shape
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
