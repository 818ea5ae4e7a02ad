import type { Clause, RuleSet } from '../compile/ir.ts'
import { RegoSet, type Value } from '../value.ts'
import { clausePlan, planClause, planDefault, planValue, sameConstant } from './clause.ts'
import { type Context, deeper, hold, none, type Slots, type Step, tick } from './context.ts'
import { readyFunction } from './functions.ts'
import type { Plan } from './plan.ts'
import type { Program, Ready } from './program.ts'
import { type Choice, planIndex } from './rule-index.ts'

export const readySet = (rules: RuleSet, program: Program, usesInput: boolean): Ready => {
  if (rules.kind === 'function') return readyFunction(rules, program, usesInput)
  const lastOf = (p: Plan): ((clause: Clause) => Step) =>
    rules.kind === 'set' ? (clause) => planElement(clause, p) : (clause) => planValue(clause, p, rules)
  const ways = rules.clauses.map((clause) => {
    const p = clausePlan(clause, program)
    const step = planClause(clause, p, lastOf(p), rules)
    return { step, p }
  })
  const fallback = rules.default ? planDefault(rules.default, rules, program) : undefined
  const choose: Choice | undefined = planIndex(rules, program)
  const allSame = sameConstant(rules)

  const compute = (m: Context): Value | undefined => {
    tick(m.run)
    deeper(m.run)
    const chosen = choose?.(m, noArgs)
    const count = chosen ? chosen.length : ways.length
    let made: Value | undefined = rules.kind === 'set' ? new RegoSet() : undefined
    for (let at = 0; at < count; at++) {
      const way = ways[chosen ? (chosen[at] as number) : at] as (typeof ways)[number]
      tick(m.run)
      const s: Slots = new Array(way.p.slots)
      s[0] = made
      way.step(m, s)
      made = s[0]
      if (allSame && made !== undefined) break
    }
    m.run.depth--
    if (made === undefined && fallback) return fallback(m)
    return made
  }
  const value = (m: Context): Value | undefined => {
    if (m.sameData !== undefined && !usesInput) return value(m.sameData)
    const known = m.values[rules.id]
    if (known !== undefined) return known === none ? undefined : (known as Value)
    const made = compute(m)
    m.values[rules.id] = made === undefined ? none : made
    return made
  }
  return { value, call: (m) => value(m) }
}
const noArgs: readonly Value[] = []

const planElement = (clause: Clause, p: Plan): Step => {
  const get = p.get(clause.value)
  return (m, s) => {
    const value = get(m, s)
    if (value === undefined) return false
    hold(m.run, typeof value === 'object' ? 200 : 64)
    ;(s[0] as RegoSet).add(value)
    return false
  }
}
