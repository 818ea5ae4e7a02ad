import { termText } from '../builtins/term-text.ts'
import { allKnown } from '../compile/binds.ts'
import type { Change, Goal, Plain } from '../compile/ir.ts'
import { RegoObject, RegoSet, type Value } from '../value.ts'
import { type Context, type Mock, newContext, put, type Step, shade, tick } from './context.ts'
import { valuesOf } from './parts.ts'
import type { Plan } from './plan.ts'
import { iterate } from './refs.ts'
import { planUnify } from './unify.ts'
import { isRelation } from './walk.ts'

export const found: Step = () => true

/** A body as one step. `then` is planned after all its goals, when their slots are bound. */
export const planBody = (body: readonly Goal[], p: Plan, then: () => Step, at = 0): Step => {
  const goal = body[at]
  if (goal === undefined) return then()
  return planGoal(goal, p, () => planBody(body, p, then, at + 1))
}

const planGoal = (goal: Goal, p: Plan, then: () => Step): Step => {
  if (p.program.watched) return watchGoal(goal, p, then)
  return planBare(goal, p, then)
}

const planBare = (goal: Goal, p: Plan, then: () => Step): Step => {
  switch (goal.is) {
    case 'term':
      return planTerm(goal.term, p, then)
    case 'unify':
      return planUnify(goal.left, goal.right, p, then)
    case 'not': {
      const inner = p.inner([goal.goal], () => found)
      const next = then()
      return (m, s) => (inner(m, s) ? false : next(m, s))
    }
    case 'every':
      return planEvery(goal, p, then)
    case 'with':
      return planWith(goal.changes, goal.body, p, then)
    case 'print':
      return planPrint(goal, p, then)
  }
}

const planTerm = (term: Plain, p: Plan, then: () => Step): Step => {
  if (isRelation(term) || (term.is === 'ref' && !allKnown(term, p.bound))) {
    return iterate(term, p, () => {
      const next = then()
      return (m, s, value) => (value === false ? false : next(m, s))
    })
  }
  const get = p.get(term)
  const next = then()
  return (m, s) => {
    const value = get(m, s)
    return value !== undefined && value !== false && next(m, s)
  }
}

const planEvery = (goal: Goal & { is: 'every' }, p: Plan, then: () => Step): Step => {
  const domain = p.get(goal.domain)
  const before = new Set(p.bound)
  const key = goal.key?.slot
  const slot = goal.value.slot
  if (key !== undefined) p.bound.add(key)
  p.bound.add(slot)
  const body = planBody(goal.body, p, () => found)
  p.bound = before
  const next = then()
  return (m, s) => {
    const all = domain(m, s)
    if (typeof all !== 'object' || all === null) return false
    const keys = all instanceof RegoSet ? all.values() : all instanceof RegoObject ? all.keys() : undefined
    const size = keys ? keys.length : (all as readonly Value[]).length
    for (let at = 0; at < size; at++) {
      tick(m.run)
      const index = keys ? (keys[at] as Value) : at
      s[slot] =
        all instanceof RegoSet ? index : all instanceof RegoObject ? all.get(index) : (all as readonly Value[])[at]
      if (key !== undefined) s[key] = index
      if (!body(m, s)) return false
    }
    return next(m, s)
  }
}

type Changing = (m: Context, s: (Value | undefined)[], to: Changed) => boolean
type Changed = {
  input: Value | undefined
  data: Value | undefined
  shadow: Context['shadow']
  mocks: Map<string, Mock> | undefined
}

const planChange = (change: Change, p: Plan): Changing => {
  if (change.on === 'function') {
    const { name } = change
    const from = change.value
    if (!('is' in from)) {
      return (m, _s, to) => {
        to.mocks = (to.mocks ?? new Map(m.mocks)).set(name, { target: from })
        return true
      }
    }
    const get = p.get(from)
    return (m, s, to) => {
      const value = get(m, s)
      if (value === undefined) return false
      to.mocks = (to.mocks ?? new Map(m.mocks)).set(name, { value })
      return true
    }
  }
  const get = p.get(change.value)
  const { on, path } = change
  return (m, s, to) => {
    const value = get(m, s)
    if (value === undefined) return false
    to[on] = put(m.run, to[on], path, value)
    if (on === 'data') to.shadow = shade(to.shadow, path)
    return true
  }
}

const planWith = (changes: readonly Change[], body: readonly Goal[], p: Plan, then: () => Step): Step => {
  const make = changes.map((each) => planChange(each, p))
  const onlyInput = changes.every((each) => each.on === 'input')
  const inner = planBody(body, p, () => {
    const next = then()
    return (m, s) => next(m.back as Context, s)
  })
  return (m, s) => {
    tick(m.run)
    const to: Changed = { input: m.input, data: m.data, shadow: m.shadow, mocks: undefined }
    for (const each of make) if (!each(m, s, to)) return false
    const changed = newContext(m.run, to.input, to.data, {
      shadow: to.shadow,
      mocks: to.mocks ?? m.mocks,
      back: m,
      sameData: onlyInput ? m : undefined,
    })
    return inner(changed, s)
  }
}

const planPrint = (goal: Goal & { is: 'print' }, p: Plan, then: () => Step): Step => {
  const args = goal.args.map((arg) => valuesOf(arg, p))
  const next = then()
  return (m, s) => {
    const values = args.map((each) => {
      const found = each(m, s)
      return found.length === 0
        ? ['<undefined>']
        : found.map((value) => (typeof value === 'string' ? value : termText(value)))
    })
    for (const line of product(values)) {
      tick(m.run)
      m.run.say(line.join(' '), goal.location)
    }
    return next(m, s)
  }
}

function* product(lists: readonly (readonly string[])[], at = 0): Generator<string[]> {
  if (at === lists.length) {
    yield []
    return
  }
  for (const first of lists[at] as readonly string[]) for (const rest of product(lists, at + 1)) yield [first, ...rest]
}

const watchGoal = (goal: Goal, p: Plan, then: () => Step): Step => {
  const { location } = goal
  const text = goal.text ?? p.text.slice(location.offset, location.end)
  const { names } = p
  let went = false
  const step = planBare(goal, p, () => {
    const next = then()
    return (m, s) => {
      went = true
      const stop = next(m, s)
      if (!stop) m.run.watch?.event('redo', m.run.depth, text, location, names, s)
      return stop
    }
  })
  return (m, s) => {
    const before = went
    went = false
    m.run.watch?.event('eval', m.run.depth, text, location, names, s)
    const stop = step(m, s)
    if (!went) m.run.watch?.event('fail', m.run.depth, text, location, names, s)
    went = before
    return stop
  }
}
