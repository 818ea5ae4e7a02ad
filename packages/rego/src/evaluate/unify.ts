import { allKnown, sameKey } from '../compile/binds.ts'
import type { Plain } from '../compile/ir.ts'
import { equal } from '../value.ts'
import { constantOf } from './constant.ts'
import type { Step } from './context.ts'
import { isPattern, planMatch } from './match.ts'
import type { Plan } from './plan.ts'
import { iterate } from './refs.ts'
import { isRelation } from './walk.ts'

type Pair = readonly [Plain, Plain]

/** `left = right`: taken apart where both are written out, then solved pair by pair as values become known. */
export const planUnify = (left: Plain, right: Plain, p: Plan, then: () => Step): Step =>
  planPairs([[left, right]], p, then)

const never: Step = () => false

const planPairs = (pairs: readonly Pair[], p: Plan, then: () => Step): Step => {
  if (pairs.length === 0) return then()
  const rest = (used: number): Pair[] => pairs.filter((_, at) => at !== used)
  for (const [at, pair] of pairs.entries()) {
    const parts = takeApart(pair, p)
    if (parts === 'differ') return never
    if (parts) return planPairs([...rest(at), ...parts], p, then)
  }
  for (const [at, [left, right]] of pairs.entries()) {
    const step = planKnown(left, right, p, () => planPairs(rest(at), p, then))
    if (step) return step
  }
  for (const [at, [left, right]] of pairs.entries()) {
    const step =
      planLoop(left, right, p, () => planPairs(rest(at), p, then)) ??
      planLoop(right, left, p, () => planPairs(rest(at), p, then))
    if (step) return step
  }
  throw new Error('the compiler left variables without values')
}

const takeApart = ([left, right]: Pair, p: Plan): Pair[] | 'differ' | undefined => {
  if (left.is === 'array' && right.is === 'array') {
    if (left.items.length !== right.items.length) return 'differ'
    return left.items.map((item, at) => [item, right.items[at] as Plain])
  }
  if (left.is === 'object' && right.is === 'object' && !(allKnown(left, p.bound) && allKnown(right, p.bound))) {
    const constant = [...left.entries, ...right.entries].every(([key]) => key.is === 'scalar' || key.is === 'local')
    if (!constant) return undefined
    const pairs: Pair[] = []
    for (const [key, value] of left.entries) {
      const other = sameKey(right.entries, key)
      if (other) pairs.push([value, other])
    }
    if (pairs.length === left.entries.length && pairs.length === right.entries.length) return pairs
    return [...left.entries, ...right.entries].every(([key]) => key.is === 'scalar') ? 'differ' : undefined
  }
  return undefined
}

const planKnown = (left: Plain, right: Plain, p: Plan, then: () => Step): Step | undefined => {
  const isLeft = allKnown(left, p.bound) && !isRelation(left)
  const isRight = allKnown(right, p.bound) && !isRelation(right)
  if (isLeft && isRight) {
    const constant = constantOf(right)
    const a = p.get(left)
    const b = p.get(right)
    const next = then()
    if (constant !== undefined) {
      return (m, s) => {
        const value = a(m, s)
        return value !== undefined && equal(value, constant) && next(m, s)
      }
    }
    return (m, s) => {
      const value = a(m, s)
      if (value === undefined) return false
      const other = b(m, s)
      return other !== undefined && equal(value, other) && next(m, s)
    }
  }
  if (isLeft && isPattern(right, p)) return planBind(right, left, p, then)
  if (isRight && isPattern(left, p)) return planBind(left, right, p, then)
  return undefined
}

const planBind = (pattern: Plain, known: Plain, p: Plan, then: () => Step): Step => {
  const get = p.get(known)
  if (pattern.is === 'local') {
    const { slot } = pattern
    p.bound.add(slot)
    const next = then()
    return (m, s) => {
      const value = get(m, s)
      if (value === undefined) return false
      s[slot] = value
      return next(m, s)
    }
  }
  const match = planMatch(pattern, p)
  const next = then()
  return (m, s) => {
    const value = get(m, s)
    return value !== undefined && match(m, s, value) && next(m, s)
  }
}

const planLoop = (loop: Plain, other: Plain, p: Plan, then: () => Step): Step | undefined => {
  if (loop.is !== 'ref' && loop.is !== 'call') return undefined
  if (loop.is === 'ref' && !allKnown(loop.head, p.bound)) return undefined
  if (loop.is === 'call' && !(isRelation(loop) && allKnown(loop, p.bound))) return undefined
  if (!isPattern(other, p)) {
    if (other.is !== 'ref' && other.is !== 'call') return undefined
    // both iterate: the value of one is what the other must come to
    const slot = p.slots++
    const held: Plain = { is: 'local', slot, name: '$', hidden: true, firm: true, location: loop.location }
    return iterate(loop, p, () => {
      p.bound.add(slot)
      const next = planPairs([[other, held]], p, then)
      return (m, s, value) => {
        s[slot] = value
        return next(m, s)
      }
    })
  }
  return iterate(loop, p, () => {
    const match = planMatch(other, p)
    const next = then()
    return (m, s, value) => match(m, s, value) && next(m, s)
  })
}
