import { allKnown } from '../compile/binds.ts'
import type { Plain } from '../compile/ir.ts'
import { equal, RegoObject, type Value } from '../value.ts'
import { constantOf } from './constant.ts'
import type { Context, Get, Slots } from './context.ts'
import type { Plan } from './plan.ts'

/** Compares a value with a pattern and fills the pattern's open slots. */
export type Matcher = (m: Context, s: Slots, value: Value) => boolean

export const planMatch = (pattern: Plain, p: Plan): Matcher => {
  const constant = constantOf(pattern)
  if (constant !== undefined) return (_m, _s, value) => equal(value, constant)
  if (pattern.is === 'local' && !p.bound.has(pattern.slot)) {
    const { slot } = pattern
    p.bound.add(slot)
    return (_m, s, value) => {
      s[slot] = value
      return true
    }
  }
  if (pattern.is === 'array' && !allKnown(pattern, p.bound)) {
    const items = pattern.items.map((item) => planMatch(item, p))
    return (m, s, value) => {
      if (!Array.isArray(value) || value.length !== items.length) return false
      for (let at = 0; at < items.length; at++) if (!(items[at] as Matcher)(m, s, value[at] as Value)) return false
      return true
    }
  }
  if (pattern.is === 'object' && !allKnown(pattern, p.bound)) {
    const entries = pattern.entries.map(([key, each]) => [p.get(key), planMatch(each, p)] as const)
    return (m, s, value) => {
      if (!(value instanceof RegoObject) || value.size !== entries.length) return false
      for (const [key, match] of entries) {
        const name = key(m, s)
        const inner = name === undefined ? undefined : value.get(name)
        if (inner === undefined || !match(m, s, inner)) return false
      }
      return true
    }
  }
  const get: Get = p.get(pattern)
  return (m, s, value) => {
    const other = get(m, s)
    return other !== undefined && equal(value, other)
  }
}

/** A pattern that can be matched now: its open places are variables, everything else in it has a value. */
export const isPattern = (term: Plain, p: Plan): boolean => {
  switch (term.is) {
    case 'local':
      return true
    case 'array':
      return term.items.every((item) => isPattern(item, p))
    case 'object':
      return term.entries.every(([key, value]) => allKnown(key, p.bound) && isPattern(value, p))
    default:
      return allKnown(term, p.bound)
  }
}
