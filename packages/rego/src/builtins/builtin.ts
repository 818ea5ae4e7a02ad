import { RegoObject, RegoSet, type Value } from '../value.ts'

/** The types that operands and results are declared with; `any` where a built-in takes several and checks by itself. */
export type Type = 'any' | 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object' | 'set'

/**
 * One function of the library. `args` and `result` serve the compiler's type check, `eval` gets as many values as `args` names.
 * `undefined` makes the expression undefined; a failure is a thrown `BuiltinError`.
 */
export type Builtin = {
  /** A union stands as a list: ['array', 'set']. A variable number of operands does not exist in Rego. */
  args: readonly (Type | readonly Type[])[]
  /** Absent: a relation or a statement without a value (`trace`, `print`). */
  result: Type | readonly Type[]
  eval: (args: readonly Value[], call: Call) => Value | undefined
  /** Its answer depends on more than its operands (time, randomness): never cached over evaluations. */
  nondeterministic?: true
  /** What of it is not answered here, and why: for the reference. */
  refused?: string
}
export type Builtins = Readonly<Record<string, Builtin>>

/** What a call may know beside its operands. One per evaluation. */
export type Call = {
  /** Nanoseconds since 1970, the same for a whole evaluation. */
  now: bigint
  /** Uniform in [0, 1), from the seed of the evaluation. */
  random: () => number
  /** For `opa.runtime`. */
  env: Readonly<Record<string, string>>
  /** Counts work and memory against the limits of the evaluation; throws when they are spent. Call it wherever output may be much larger than input. */
  spend: (steps: number, bytes?: number) => void
  /** Things remembered during one evaluation (random results by key, compiled patterns). */
  memo: Map<string, unknown>
  /** Collects `print` and `trace`. */
  say: (text: string, by: 'print' | 'trace') => void
}

/** Rule: OPA's codes. `eval_type_error` for an operand of a wrong type, `eval_builtin_error` for everything else. */
export class BuiltinError extends Error {
  readonly code: 'eval_builtin_error' | 'eval_type_error'
  constructor(message: string, code: 'eval_builtin_error' | 'eval_type_error' = 'eval_builtin_error') {
    super(message)
    this.code = code
  }
}

/** As `type_name` says it. */
export const typeName = (value: Value): Exclude<Type, 'any'> => {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return typeof value as 'boolean' | 'string'
    case 'number':
    case 'bigint':
      return 'number'
    default:
      return Array.isArray(value) ? 'array' : value instanceof RegoSet ? 'set' : 'object'
  }
}

/** An operand that takes several types got none of them. */
export const wrongOneOf = (at: number, wanted: readonly string[], got: Value): BuiltinError =>
  new BuiltinError(`operand ${at} must be one of {${wanted.join(', ')}} but got ${typeName(got)}`, 'eval_type_error')
/** An array or set holds something that it must not hold. */
export const wrongElement = (at: number, within: Value, wanted: string, got: Value): BuiltinError =>
  new BuiltinError(
    `operand ${at} must be ${typeName(within)} of ${wanted}s but got ${typeName(within)} containing ${typeName(got)}`,
    'eval_type_error',
  )

/** Operand `at` (counted from 1, as OPA's messages do), or an error that names both types. */
export const wrong = (at: number, wanted: string, got: Value): BuiltinError =>
  new BuiltinError(`operand ${at} must be ${wanted} but got ${typeName(got)}`, 'eval_type_error')

export const text = (args: readonly Value[], at: number): string => {
  const value = args[at - 1] as Value
  if (typeof value !== 'string') throw wrong(at, 'string', value)
  return value
}
export const number = (args: readonly Value[], at: number): number | bigint => {
  const value = args[at - 1] as Value
  if (typeof value !== 'number' && typeof value !== 'bigint') throw wrong(at, 'number', value)
  return value
}
export const integer = (args: readonly Value[], at: number): number | bigint => {
  const value = number(args, at)
  if (typeof value === 'number' && !Number.isInteger(value)) {
    throw new BuiltinError(`operand ${at} must be integer number but got floating-point number`, 'eval_type_error')
  }
  return value
}
export const array = (args: readonly Value[], at: number): readonly Value[] => {
  const value = args[at - 1] as Value
  if (!Array.isArray(value)) throw wrong(at, 'array', value)
  return value
}
export const object = (args: readonly Value[], at: number): RegoObject => {
  const value = args[at - 1] as Value
  if (!(value instanceof RegoObject)) throw wrong(at, 'object', value)
  return value
}
export const set = (args: readonly Value[], at: number): RegoSet => {
  const value = args[at - 1] as Value
  if (!(value instanceof RegoSet)) throw wrong(at, 'set', value)
  return value
}
