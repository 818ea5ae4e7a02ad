import type { Builtins } from '../builtins/builtin.ts'
import type { Clause, Keyed, Plain, RuleSet, Tree } from '../compile/ir.ts'
import { RegoError } from '../policy.ts'
import { equal, RegoObject, RegoSet, type Value } from '../value.ts'
import { type Context, deeper, type Get, hold, none, type Slots, type Step, tick } from './context.ts'
import { constantOf, getter } from './getter.ts'
import { type Matcher, planMatch } from './match.ts'
import { type Plan, planBody } from './plan.ts'
import { type Choice, planIndex } from './rule-index.ts'

/** A rule set ready to run. */
export type Ready = {
  /** Of a complete rule or partial set; undefined where it is. Remembered per context. */
  value: (m: Context) => Value | undefined
  call: (m: Context, args: readonly Value[]) => Value | undefined
}
export type ReadyKeyed = { value: (m: Context) => RegoObject }

/** Rules are planned when they are first used: a policy of which little is asked starts quickly. */
export type Program = {
  readonly tree: Tree
  readonly builtins: Builtins
  readonly watched: boolean
  set: (rules: RuleSet) => Ready
  keyed: (rules: Keyed) => ReadyKeyed
}

export const newProgram = (
  tree: Tree,
  builtins: Builtins,
  usesInput: ReadonlySet<RuleSet | Keyed>,
  watched: boolean,
): Program => {
  const sets: (Ready | undefined)[] = []
  const keyed: (ReadyKeyed | undefined)[] = []
  const program: Program = {
    tree,
    builtins,
    watched,
    set: (rules) => (sets[rules.id] ??= readySet(rules, program, usesInput.has(rules))),
    keyed: (rules) => (keyed[rules.id] ??= readyKeyed(rules, program, usesInput.has(rules))),
  }
  return program
}

export const newPlan = (clause: Clause, program: Program): Plan => ({
  program,
  bound: new Set(),
  slots: clause.slots,
  names: clause.names,
  text: clause.module.text,
})

const conflict: Record<RuleSet['kind'], string> = {
  complete: 'complete rules must not produce multiple outputs',
  function: 'functions must not produce multiple outputs for same inputs',
  set: '',
}

/** Slot 0 of a frame holds what the rule has come to. */
const planValue = (clause: Clause, p: Plan, kind: RuleSet['kind']): Step => {
  const isConstant = constantOf(clause.value) !== undefined
  const get = getter(clause.value, p)
  return (m, s) => {
    const value = get(m, s)
    if (value === undefined) return false
    const before = s[0]
    if (before === undefined) s[0] = value
    else if (!equal(before, value)) throw new RegoError('eval_conflict_error', conflict[kind], clause.location)
    return isConstant
  }
}

const planClause = (clause: Clause, p: Plan, last: (clause: Clause) => Step): Step => {
  const before = new Set(p.bound)
  const step = planBody(clause.body, p, () => watchEnd(clause, p, last(clause)))
  p.bound = before
  const other = clause.else ? planClause(clause.else, p, last) : undefined
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
    if (kept !== undefined && !equal(kept, s[0])) {
      throw new RegoError(
        'eval_conflict_error',
        conflict[clause.args.length > 0 ? 'function' : 'complete'],
        clause.location,
      )
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

const readySet = (rules: RuleSet, program: Program, usesInput: boolean): Ready => {
  if (rules.kind === 'function') return readyFunction(rules, program, usesInput)
  const lastOf = (p: Plan): ((clause: Clause) => Step) =>
    rules.kind === 'set' ? (clause) => planElement(clause, p) : (clause) => planValue(clause, p, 'complete')
  const ways = rules.clauses.map((clause) => {
    const p = newPlan(clause, program)
    const step = planClause(clause, p, lastOf(p))
    return { step, p }
  })
  const fallback = rules.default ? planDefault(rules.default, program) : undefined
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

/** All clauses say the same constant: the first that holds decides, nothing can conflict. */
const sameConstant = (rules: RuleSet): boolean => {
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

const planElement = (clause: Clause, p: Plan): Step => {
  const get = getter(clause.value, p)
  return (m, s) => {
    const value = get(m, s)
    if (value === undefined) return false
    hold(m.run, 48)
    ;(s[0] as RegoSet).add(value)
    return false
  }
}

const planDefault = (clause: Clause, program: Program): ((m: Context) => Value | undefined) => {
  const constant = constantOf(clause.value)
  if (constant !== undefined) return () => constant
  const p = newPlan(clause, program)
  const step = planClause(clause, p, () => planValue(clause, p, 'complete'))
  return (m) => {
    const s: Slots = new Array(p.slots)
    step(m, s)
    return s[0]
  }
}

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

const readyFunction = (rules: RuleSet, program: Program, usesInput: boolean): Ready => {
  const ways = rules.clauses.map((clause) => {
    const p = newPlan(clause, program)
    const args = planArgs(clause, p)
    return { args, step: planClause(clause, p, (each) => planValue(each, p, 'function')), p }
  })
  const fallback = rules.default ? planDefault(rules.default, program) : undefined
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
    let at = (m.calls[rules.id] ??= new Map<Value, unknown>())
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

/** A tree that is being built: objects that rules with variables in their heads fill together. */
const readyKeyed = (rules: Keyed, program: Program, usesInput: boolean): ReadyKeyed => {
  const ways = rules.clauses.map(({ clause, set }) => {
    const p = newPlan(clause, program)
    const slot = p.slots++
    const step = planClause(clause, p, (each) => {
      const keys = each.keys.map((key) => getter(key, p))
      const get = getter(each.value, p)
      return (m, s) => {
        const value = get(m, s)
        if (value === undefined) return false
        hold(m.run, 64 * keys.length)
        insert(m, s, s[slot] as RegoObject, keys, value, set, each)
        s[0] = true
        return false
      }
    })
    return { p, slot, step }
  })
  const value = (m: Context): RegoObject => {
    if (m.sameData !== undefined && !usesInput) return value(m.sameData)
    const known = m.keyed[rules.id]
    if (known !== undefined) return known
    const made = new RegoObject()
    tick(m.run)
    deeper(m.run)
    for (const way of ways) {
      tick(m.run)
      const s: Slots = new Array(way.p.slots)
      s[way.slot] = made
      way.step(m, s)
    }
    m.run.depth--
    m.keyed[rules.id] = made
    return made
  }
  return { value }
}

const insert = (
  m: Context,
  s: Slots,
  root: RegoObject,
  keys: readonly Get[],
  value: Value,
  isSet: boolean,
  clause: Clause,
): void => {
  const clash = (): never => {
    throw new RegoError('eval_conflict_error', 'object keys must be unique', clause.location)
  }
  let at = root
  for (let depth = 0; depth < keys.length; depth++) {
    const key = (keys[depth] as Get)(m, s)
    if (key === undefined) return
    const there = at.get(key)
    if (depth < keys.length - 1) {
      if (there instanceof Growing) at = there
      else if (there === undefined) {
        const inner = new Growing()
        at.put(key, inner)
        at = inner
      } else clash()
    } else if (isSet) {
      if (there === undefined) at.put(key, RegoSet.of([value]))
      else if (there instanceof RegoSet) there.add(value)
      else clash()
    } else if (there === undefined) at.put(key, value)
    else if (there instanceof Growing || !equal(there, value)) clash()
  }
}
/** An object between the keys of a head, in contrast to one that a rule gave as its value. */
class Growing extends RegoObject {}
