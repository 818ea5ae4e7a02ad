import type { Clause, Keyed } from '../compile/ir.ts'
import { RegoError } from '../policy.ts'
import { equal, RegoObject, RegoSet, type Value } from '../value.ts'
import { clausePlan, planClause } from './clause.ts'
import { type Context, deeper, type Get, hold, type Slots, tick } from './context.ts'
import type { Program, ReadyKeyed } from './program.ts'

/** A tree that is being built: objects that rules with variables in their heads fill together. */
export const readyKeyed = (rules: Keyed, program: Program, usesInput: boolean): ReadyKeyed => {
  const ways = rules.clauses.map(({ clause, set }) => {
    const p = clausePlan(clause, program)
    const slot = p.slots++
    const step = planClause(clause, p, (each) => {
      const keys = each.keys.map((key) => p.get(key))
      const get = p.get(each.value)
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
