import type { Clause, Plain, RuleSet } from '../compile/ir.ts'
import type { Value } from '../value.ts'
import { clausePlan, planClause, planDefault, planValue, sameConstant } from './clause.ts'
import { type Context, deeper, hold, none, type Slots, tick } from './context.ts'
import { type Matcher, planMatch } from './match.ts'
import type { Plan } from './plan.ts'
import type { Program, Ready } from './program.ts'
import { planIndex } from './rule-index.ts'

/** Operands go to their slots at once where they are plain variables, through a pattern otherwise. */
const planArgs = (clause: Clause, p: Plan): { slots: number[]; matchers: [number, Matcher][] } => {
  const slots: number[] = []
  const patterns: [number, Plain][] = []
  for (const [at, arg] of clause.args.entries()) {
    if (arg.is === 'local' && !p.bound.has(arg.slot)) {
      p.bound.add(arg.slot)
      slots.push(arg.slot)
    } else {
      slots.push(-1)
      patterns.push([at, arg])
    }
  }
  return { slots, matchers: patterns.map(([at, arg]) => [at, planMatch(arg, p)]) }
}

export const readyFunction = (rules: RuleSet, program: Program, usesInput: boolean): Ready => {
  const ways = rules.clauses.map((clause) => {
    const p = clausePlan(clause, program)
    const args = planArgs(clause, p)
    return { args, step: planClause(clause, p, (each) => planValue(each, p, rules), rules), p }
  })
  const fallback = rules.default ? planDefault(rules.default, rules, program) : undefined
  const choose = planIndex(rules, program)
  const allSame = sameConstant(rules)
  const compute = (m: Context, args: readonly Value[]): Value | undefined => {
    tick(m.run)
    deeper(m.run)
    const chosen = choose?.(m, args)
    const count = chosen ? chosen.length : ways.length
    let made: Value | undefined
    next: for (let at = 0; at < count; at++) {
      const way = ways[chosen ? (chosen[at] as number) : at] as (typeof ways)[number]
      tick(m.run)
      const s: Slots = new Array(way.p.slots)
      s[0] = made
      const { slots, matchers } = way.args
      for (let arg = 0; arg < slots.length; arg++) {
        const slot = slots[arg] as number
        if (slot >= 0) s[slot] = args[arg]
      }
      for (const [arg, match] of matchers) if (!match(m, s, args[arg] as Value)) continue next
      way.step(m, s)
      made = s[0]
      if (allSame && made !== undefined) break
    }
    m.run.depth--
    return made === undefined && fallback ? fallback(m) : made
  }
  const call = (m: Context, args: readonly Value[]): Value | undefined => {
    if (m.sameData !== undefined && !usesInput) return call(m.sameData, args)
    // values are never changed: an operand that is the same thing is the same value
    let at: Map<Value, unknown> = m.calls[rules.id] ?? new Map()
    m.calls[rules.id] = at
    const last = args.length - 1
    for (let depth = 0; depth < last; depth++) {
      let inner = at.get(args[depth] as Value) as Map<Value, unknown> | undefined
      if (inner === undefined) {
        inner = new Map()
        at.set(args[depth] as Value, inner)
      }
      at = inner
    }
    const key = last < 0 ? null : (args[last] as Value)
    const known = at.get(key)
    if (known !== undefined) return known === none ? undefined : (known as Value)
    const made = compute(m, args)
    hold(m.run, 64)
    at.set(key, made === undefined ? none : made)
    return made
  }
  return { value: () => undefined, call }
}
