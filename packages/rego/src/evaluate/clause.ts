import type { Clause, Local, RuleSet } from '../compile/ir.ts'
import { RegoError } from '../policy.ts'
import { equal, type Value } from '../value.ts'
import { constantOf } from './constant.ts'
import type { Context, Slots, Step } from './context.ts'
import { getter } from './getter.ts'
import { planBody } from './goals.ts'
import type { Plan } from './plan.ts'
import type { Program } from './program.ts'

export const newPlan = (program: Program, slots: number, names: readonly Local[], text: string): Plan => {
  const p: Plan = {
    program,
    bound: new Set(),
    slots,
    names,
    text,
    get: (term) => getter(term, p),
    inner: (body, then) => {
      const before = new Set(p.bound)
      const made = planBody(body, p, then)
      p.bound = before
      return made
    },
  }
  return p
}

export const clausePlan = (clause: Clause, program: Program): Plan =>
  newPlan(program, clause.slots, clause.names, clause.module.text)

const conflict: Record<RuleSet['kind'], string> = {
  complete: 'complete rules must not produce multiple outputs',
  function: 'functions must not produce multiple outputs for same inputs',
  set: '',
}

/** Slot 0 of a frame holds what the rule has come to. */
/** As OPA does, the first clause is blamed for a complete rule, the later one for a function. */
const clash = (clause: Clause, rules: RuleSet): RegoError => {
  const place = rules.kind === 'complete' ? (rules.clauses[0] ?? clause) : clause
  return new RegoError('eval_conflict_error', conflict[rules.kind], place.location)
}

export const planValue = (clause: Clause, p: Plan, rules: RuleSet): Step => {
  const isConstant = constantOf(clause.value) !== undefined
  const get = p.get(clause.value)
  return (m, s) => {
    const value = get(m, s)
    if (value === undefined) return false
    const before = s[0]
    if (before === undefined) s[0] = value
    else if (!equal(before, value)) throw clash(clause, rules)
    return isConstant
  }
}

export const planClause = (clause: Clause, p: Plan, last: (clause: Clause) => Step, rules?: RuleSet): Step => {
  const before = new Set(p.bound)
  const step = planBody(clause.body, p, () => watchEnd(clause, p, last(clause)))
  p.bound = before
  const other = clause.else ? planClause(clause.else, p, last, rules) : undefined
  const own = watchStart(clause, p, step)
  if (!other) return own
  return (m, s) => {
    const kept = s[0]
    s[0] = undefined
    const stop = own(m, s)
    if (s[0] === undefined) {
      s[0] = kept
      return other(m, s)
    }
    if (rules && kept !== undefined && !equal(kept, s[0])) {
      throw clash(clause, rules)
    }
    return stop
  }
}

const headText = (clause: Clause): string => {
  const { location } = clause.rule.head
  return clause.module.text.slice(location.offset, location.end)
}
const watchStart = (clause: Clause, p: Plan, step: Step): Step => {
  if (!p.program.watched) return step
  const text = headText(clause)
  return (m, s) => {
    m.run.watch?.event('enter', m.run.depth, text, clause.rule.head.location, p.names, s)
    return step(m, s)
  }
}
const watchEnd = (clause: Clause, p: Plan, step: Step): Step => {
  if (!p.program.watched) return step
  const text = headText(clause)
  return (m, s) => {
    m.run.watch?.event('exit', m.run.depth, text, clause.rule.head.location, p.names, s)
    return step(m, s)
  }
}

/** All clauses say the same constant: the first that holds decides, nothing can conflict. */
export const sameConstant = (rules: RuleSet): boolean => {
  if (rules.kind === 'set') return false
  let same: Value | undefined
  for (const clause of rules.clauses) {
    for (let each: Clause | undefined = clause; each; each = each.else) {
      const value = constantOf(each.value)
      if (value === undefined) return false
      if (same === undefined) same = value
      else if (!equal(same, value)) return false
    }
  }
  return true
}

export const planDefault = (clause: Clause, rules: RuleSet, program: Program): ((m: Context) => Value | undefined) => {
  const constant = constantOf(clause.value)
  if (constant !== undefined) return () => constant
  const p = clausePlan(clause, program)
  const step = planClause(clause, p, () => planValue(clause, p, rules))
  return (m) => {
    const s: Slots = new Array(p.slots)
    step(m, s)
    return s[0]
  }
}
