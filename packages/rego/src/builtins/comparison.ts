import { compare, equal } from '../value.ts'
import type { Builtin, Builtins } from './builtin.ts'

const comparison = (holds: (apart: number) => boolean): Builtin => ({
  args: ['any', 'any'],
  result: 'boolean',
  eval: ([a, b]) => holds(compare(a as never, b as never)),
})

/** `eq` and `assign` unify and belong to the evaluator. Rule: OPA's order of values (value.ts). */
export const comparisons: Builtins = {
  equal: { args: ['any', 'any'], result: 'boolean', eval: ([a, b]) => equal(a as never, b as never) },
  neq: { args: ['any', 'any'], result: 'boolean', eval: ([a, b]) => !equal(a as never, b as never) },
  lt: comparison((apart) => apart < 0),
  lte: comparison((apart) => apart <= 0),
  gt: comparison((apart) => apart > 0),
  gte: comparison((apart) => apart >= 0),
}
