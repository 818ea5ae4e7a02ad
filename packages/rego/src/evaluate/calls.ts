import { type Builtin, BuiltinError, type Builtins } from '../builtins/builtin.ts'
import type { Call, Plain, Target } from '../compile/ir.ts'
import { targetName } from '../compile/names.ts'
import { nodeAt } from '../compile/tree.ts'
import { RegoError } from '../policy.ts'
import type { Location } from '../syntax/ast.ts'
import { compare, equal, jsonText, RegoObject, RegoSet, toJson, type Value } from '../value.ts'
import { type Context, failed, type Get, spendOn, withoutMocks } from './context.ts'
import type { Plan } from './plan.ts'
import type { Program } from './program.ts'
import type { Sink } from './refs.ts'
import { walkInto } from './walk.ts'

/** Calls something with known operands. */
type Apply = (m: Context, args: readonly Value[]) => Value | undefined

export const planCall = (call: Call, p: Plan): Get => {
  const args = call.args.map((arg) => p.get(arg))
  const name = targetName(call.target)
  const apply = applier(call.target, p.program, call.location)
  const usual = 'builtin' in call.target ? infix(call.target.builtin, args, apply) : undefined
  const slow: Get = (m, s) => {
    const values: Value[] = new Array(args.length)
    for (let at = 0; at < args.length; at++) {
      const value = (args[at] as Get)(m, s)
      if (value === undefined) return undefined
      values[at] = value
    }
    if (m.mocks !== undefined) {
      const mock = m.mocks.get(name)
      if (mock !== undefined) {
        if ('value' in mock) return mock.value
        return applier(mock.target, p.program, call.location)(withoutMocks(m), values)
      }
    }
    return apply(m, values)
  }
  return usual ? (m, s) => (m.mocks === undefined ? usual(m, s) : slow(m, s)) : slow
}

const applier = (target: Target, program: Program, location: Location): Apply => {
  if ('path' in target) {
    const rules = nodeAt(program.tree.root, target.path)?.rules
    if (!rules) return () => undefined
    const set = program.set(rules)
    return (m, args) => set.call(m, args)
  }
  const builtin = (program.builtins as Builtins)[target.builtin]
  return builtin ? applyBuiltin(target.builtin, builtin, location) : () => undefined
}

const applyBuiltin = (name: string, builtin: Builtin, location: Location): Apply => {
  const isStatement = builtin.result === undefined
  const run: Apply = (m, args) => {
    spendOn(m.run, work(args))
    try {
      const value = builtin.eval(args, m.run.call)
      if (typeof value === 'bigint' && wordsOf(value) > maxWords) tooLong(location)
      return value === undefined && isStatement ? true : value
    } catch (error) {
      if (error instanceof BuiltinError) return failed(m, name, error, location)
      throw error
    }
  }
  if (!builtin.nondeterministic) return run
  return (m, args) => {
    const key = `${name} ${jsonText(toJson(args))}`
    if (!m.run.remembered.has(key)) m.run.remembered.set(key, run(m, args))
    return m.run.remembered.get(key)
  }
}

/** What a call costs at least: built-ins go through what they are given. */
const work = (args: readonly Value[]): number => {
  let steps = 1
  for (const arg of args) {
    if (typeof arg === 'string') steps += arg.length >> 6
    else if (typeof arg === 'bigint') steps += (wordsOf(arg) ** 2) >> 4
    else if (typeof arg !== 'object' || arg === null) continue
    else
      steps += (arg instanceof RegoObject || arg instanceof RegoSet ? arg.size : (arg as readonly Value[]).length) >> 2
  }
  return steps
}
/** Writing a number out takes time by the square of its length. */
const maxWords = 8_192
const tooLong = (location: Location): never => {
  throw new RegoError('eval_limit_error', `a number has more than ${maxWords * 64} bits`, location)
}
const wordsOf = (value: bigint): number => value.toString(16).length >> 4

/** The operators that policies use most, without the way over a list of operands. Mocked ones never come here. */
const infix = (name: string, args: readonly Get[], apply: Apply): Get | undefined => {
  const [a, b] = args
  if (!a || !b || args.length !== 2) return undefined
  const pair =
    (of: (left: Value, right: Value, m: Context) => Value | undefined): Get =>
    (m, s) => {
      const left = a(m, s)
      if (left === undefined) return undefined
      const right = b(m, s)
      return right === undefined ? undefined : of(left, right, m)
    }
  const sum = (of: (left: number, right: number) => number): Get =>
    pair((left, right, m) => {
      if (Number.isSafeInteger(left) && Number.isSafeInteger(right)) {
        const made = of(left as number, right as number)
        if (Number.isSafeInteger(made)) return made
      }
      return apply(m, [left, right])
    })
  switch (name) {
    case 'equal':
      return pair(equal)
    case 'neq':
      return pair((left, right) => !equal(left, right))
    case 'lt':
      return pair((left, right) => compare(left, right) < 0)
    case 'lte':
      return pair((left, right) => compare(left, right) <= 0)
    case 'gt':
      return pair((left, right) => compare(left, right) > 0)
    case 'gte':
      return pair((left, right) => compare(left, right) >= 0)
    case 'plus':
      return sum((left, right) => left + right)
    case 'mul':
      return sum((left, right) => left * right + 0)
    default:
      return undefined
  }
}

/** `walk`, the one built-in that has many answers. */
export const planRelation = (
  call: Call,
  p: Plan,
  then: () => Sink,
): ((m: Context, s: (Value | undefined)[]) => boolean) => {
  const [over] = call.args
  const get = p.get(over as Plain)
  const next = then()
  return (m, s) => {
    const value = get(m, s)
    return value !== undefined && walkInto(m, value, [], (path, each) => next(m, s, [path, each]))
  }
}
