import type { Clause, Goal, Plain, RuleSet } from '../compile/ir.ts'
import { isScalar, type Scalar, type Value } from '../value.ts'
import type { Context } from './context.ts'
import { lookup } from './data.ts'
import type { Program } from './program.ts'

/** Which clauses can hold at all, by their place; undefined where all have to be tried. */
export type Choice = (m: Context, args: readonly Value[]) => readonly number[] | undefined

/** What clauses compare with constants: a path of `input`, or an operand by its place. */
type Subject = { key: string; path: readonly string[] } | { key: string; operand: number }
type Demand = { subject: Subject; value: Scalar }

/** Fewer are tried faster than looked up. */
const fewest = 4

/**
 * Many clauses often ask for the same thing (`input.kind == "x"`, `f("a") := 1`): those whose constant is another are not tried. The one
 * subject that most clauses ask for is used. Rule: OPA, rule indexing
 */
export const planIndex = (rules: RuleSet, program: Program): Choice | undefined => {
  if (program.watched || rules.clauses.length < fewest) return undefined
  const demands = rules.clauses.map((clause) => (clause.else ? [] : demandsOf(clause)))
  const counts = new Map<string, { subject: Subject; count: number }>()
  for (const { subject } of demands.flat()) {
    const before = counts.get(subject.key)
    counts.set(subject.key, { subject, count: (before?.count ?? 0) + 1 })
  }
  const [best] = [...counts.values()].sort((a, b) => b.count - a.count)
  if (!best || best.count < fewest) return undefined
  const { subject } = best
  const wanted = demands.map((each) => each.find((demand) => demand.subject.key === subject.key)?.value)
  const always: number[] = []
  for (const [at, value] of wanted.entries()) if (value === undefined) always.push(at)
  const byValue = new Map<Scalar, number[]>()
  for (const value of wanted) {
    if (value === undefined || byValue.has(value)) continue
    byValue.set(
      value,
      wanted.flatMap((each, at) => (each === undefined || each === value ? [at] : [])),
    )
  }
  return (m, args) => {
    if (m.mocks !== undefined) return undefined
    const value = 'path' in subject ? lookup(m.input, subject.path) : args[subject.operand]
    return value === undefined || !isScalar(value) ? always : (byValue.get(value) ?? always)
  }
}

const demandsOf = (clause: Clause): Demand[] => {
  const found: Demand[] = []
  const operands = new Map<number, number>()
  for (const [at, arg] of clause.args.entries()) {
    if (arg.is === 'local') operands.set(arg.slot, at)
    else if (arg.is === 'scalar') found.push({ subject: operand(at), value: arg.value })
  }
  for (const goal of clause.body) {
    const pair = comparedIn(goal)
    if (!pair) continue
    for (const [term, other] of [pair, [pair[1], pair[0]] as const]) {
      const subject = other.is === 'scalar' ? subjectOf(term, operands) : undefined
      if (subject && other.is === 'scalar') found.push({ subject, value: other.value })
    }
  }
  return found
}

const comparedIn = (goal: Goal): readonly [Plain, Plain] | undefined => {
  if (goal.is === 'unify') return [goal.left, goal.right]
  if (goal.is !== 'term' || goal.term.is !== 'call' || !('builtin' in goal.term.target)) return undefined
  const [left, right] = goal.term.args
  return goal.term.target.builtin === 'equal' && left && right ? [left, right] : undefined
}

const operand = (at: number): Subject => ({ key: `operand ${at}`, operand: at })

const subjectOf = (term: Plain, operands: ReadonlyMap<number, number>): Subject | undefined => {
  if (term.is === 'local') {
    const at = operands.get(term.slot)
    return at === undefined ? undefined : operand(at)
  }
  if (term.is !== 'ref' || term.head.is !== 'doc' || term.head.root !== 'input') return undefined
  const path: string[] = []
  for (const part of term.parts) {
    if (part.is !== 'scalar' || typeof part.value !== 'string') return undefined
    path.push(part.value)
  }
  return { key: JSON.stringify(path), path }
}
