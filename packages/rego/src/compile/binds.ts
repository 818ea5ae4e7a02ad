import type { Goal, Plain } from './ir.ts'
import { walkLocals } from './terms.ts'

/** Slots that have a value at some point of a body. */
export type Known = { has: (slot: number) => boolean }

const both = (a: Known, b: Known): Known => ({ has: (slot) => a.has(slot) || b.has(slot) })

export const allKnown = (term: Plain, known: Known): boolean => {
  let all = true
  walkLocals(
    term,
    (local) => {
      if (!known.has(local.slot)) all = false
    },
    () => {},
  )
  return all
}

/** Variables of a pattern: a local, or locals in arrays and in values of objects. */
const patternSlots = (term: Plain, into: Set<number>): void => {
  if (term.is === 'local') into.add(term.slot)
  else if (term.is === 'array') for (const item of term.items) patternSlots(item, into)
  else if (term.is === 'object') for (const [, value] of term.entries) patternSlots(value, into)
}

/** What iterating over the refs of a term gives values to. */
const iterated = (term: Plain, known: Known, into: Set<number>): void => {
  switch (term.is) {
    case 'ref': {
      if (term.head.is === 'local' && !known.has(term.head.slot)) return
      iterated(term.head, known, into)
      for (const part of term.parts) {
        if (part.is === 'ref' || part.is === 'call') iterated(part, known, into)
        else patternSlots(part, into)
      }
      return
    }
    case 'array':
    case 'set':
      for (const item of term.items) iterated(item, known, into)
      return
    case 'object':
      for (const [key, value] of term.entries) {
        iterated(key, known, into)
        iterated(value, known, into)
      }
      return
    case 'call':
      for (const arg of term.args) iterated(arg, known, into)
      return
    default:
  }
}

/** The entry of an object pattern with the same constant key. */
export const sameKey = (entries: readonly (readonly [Plain, Plain])[], key: Plain): Plain | undefined => {
  for (const [other, value] of entries) {
    if (key.is === 'scalar' && other.is === 'scalar' && key.value === other.value) return value
    if (key.is === 'local' && other.is === 'local' && key.slot === other.slot) return value
  }
  return undefined
}

const solve = (a: Plain, b: Plain, known: Known, into: Set<number>): void => {
  if (a.is === 'array' && b.is === 'array') {
    if (a.items.length !== b.items.length) return
    for (const [at, item] of a.items.entries()) {
      const other = b.items[at]
      if (other) solve(item, other, known, into)
    }
    return
  }
  if (a.is === 'object' && b.is === 'object') {
    if (a.entries.length !== b.entries.length) return
    for (const [key, value] of a.entries) {
      const other = sameKey(b.entries, key)
      if (other) solve(value, other, known, into)
    }
    return
  }
  if (allKnown(b, known)) patternSlots(a, into)
  if (allKnown(a, known)) patternSlots(b, into)
}

/** Slots that a goal gives values to, when those in `safe` have theirs. Rule: OPA, outputVarsForExpr */
export const bindsOf = (goal: Goal, safe: Known): Set<number> => {
  const into = new Set<number>()
  const known = both(safe, into)
  switch (goal.is) {
    case 'term':
      iterated(goal.term, known, into)
      return into
    case 'unify':
      for (let before = -1; before !== into.size; ) {
        before = into.size
        iterated(goal.left, known, into)
        iterated(goal.right, known, into)
        solve(goal.left, goal.right, known, into)
      }
      return into
    case 'every':
      iterated(goal.domain, known, into)
      return into
    case 'with':
      for (const change of goal.changes) {
        if ('is' in change.value && !allKnown(change.value, safe)) return into
      }
      for (let before = -1; before !== into.size; ) {
        before = into.size
        for (const each of goal.body) for (const slot of bindsOf(each, known)) into.add(slot)
      }
      return into
    default:
      return into
  }
}
