import { RegoSet, type Value } from '../value.ts'
import { type Builtin, type Builtins, type Call, set } from './builtin.ts'

const both = (combine: (a: RegoSet, b: RegoSet, call: Call) => RegoSet): Builtin => ({
  args: ['set', 'set'],
  result: 'set',
  eval: (args, call) => combine(set(args, 1), set(args, 2), call),
})
const intersect = (a: RegoSet, b: RegoSet): RegoSet => {
  const [small, large] = a.size <= b.size ? [a, b] : [b, a]
  return RegoSet.of(small.values().filter((each) => large.has(each)))
}
const union = (a: RegoSet, b: RegoSet, call: Call): RegoSet => {
  call.spend(1 + ((a.size + b.size) >> 3), (a.size + b.size) * 16)
  const made = RegoSet.of(a.values())
  for (const each of b.values()) made.add(each)
  return made
}
const sets1 = (args: readonly Value[]): readonly RegoSet[] =>
  set(args, 1)
    .values()
    .map((each) => set([each], 1))

export const sets: Builtins = {
  and: both(intersect),
  or: both(union),
  intersection: {
    args: ['set'],
    result: 'set',
    eval: (args) => {
      const [first, ...rest] = sets1(args)
      return rest.reduce(intersect, first ?? new RegoSet())
    },
  },
  union: {
    args: ['set'],
    result: 'set',
    eval: (args, call) => {
      const made = new RegoSet()
      for (const each of sets1(args)) {
        call.spend(1 + (each.size >> 3), each.size * 16)
        for (const value of each.values()) made.add(value)
      }
      return made
    },
  },
  /** v0 only; `-` does it in v1. */
  set_diff: both((a, b) => RegoSet.of(a.values().filter((each) => !b.has(each)))),
}
