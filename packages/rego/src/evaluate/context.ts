import type { BuiltinError, Call } from '../builtins/builtin.ts'
import type { Target } from '../compile/ir.ts'
import { type Limits, RegoError } from '../policy.ts'
import type { Location } from '../syntax/ast.ts'
import { RegoObject, type Value } from '../value.ts'
import type { Watch } from './watch.ts'

/** What one evaluation shares over all its contexts. */
export type Run = {
  steps: number
  readonly maxSteps: number
  bytes: number
  readonly maxBytes: number
  depth: number
  readonly maxDepth: number
  readonly strict: boolean
  readonly call: Call
  readonly say: (text: string, location: Location | null) => void
  /** Answers of nondeterministic built-ins. */
  readonly remembered: Map<string, Value | undefined>
  readonly watch: Watch | undefined
}

/** Which paths under `data` a `with` replaced. */
export type Shadow = { full: boolean; children: ReadonlyMap<string, Shadow> }
export type Mock = { value: Value } | { target: Target }

/**
 * What `input`, `data` and functions are at some point. `with` makes a new one for its expression; values of rules are remembered per
 * context, so that none outlives what it was computed from.
 */
export type Context = {
  readonly run: Run
  readonly input: Value | undefined
  readonly data: Value | undefined
  readonly shadow: Shadow | undefined
  readonly mocks: ReadonlyMap<string, Mock> | undefined
  /** The context around a `with`; where its expression goes on. */
  readonly back: Context | undefined
  /** Set where only the input differs: rules that do not use it keep their values. */
  readonly sameData: Context | undefined
  /** The same without mocks, made when needed. */
  plain: Context | undefined
  /** By id of the rule set; `none` where it is undefined. */
  readonly values: (Value | typeof none | undefined)[]
  readonly keyed: (RegoObject | undefined)[]
  readonly calls: (Map<Value, unknown> | undefined)[]
  readonly documents: Map<unknown, Value | undefined>
}
/** Stands for "undefined" where `undefined` means "not computed". */
export const none: unique symbol = Symbol('none')

export type Slots = (Value | undefined)[]
/** Goes on with the rest of the body; true: stop, enough was found. */
export type Step = (m: Context, s: Slots) => boolean
export type Get = (m: Context, s: Slots) => Value | undefined

export const newContext = (
  run: Run,
  input: Value | undefined,
  data: Value | undefined,
  over: Partial<Context> = {},
): Context => ({
  run,
  input,
  data,
  shadow: undefined,
  mocks: undefined,
  back: undefined,
  sameData: undefined,
  plain: undefined,
  values: [],
  keyed: [],
  calls: [],
  documents: new Map(),
  ...over,
})

/** A mocked function sees the world without mocks. */
export const withoutMocks = (m: Context): Context => {
  m.plain ??= newContext(m.run, m.input, m.data, { shadow: m.shadow, back: m.back })
  return m.plain
}

export const tick = (run: Run): void => {
  if (++run.steps > run.maxSteps) exceeded('steps', run.maxSteps)
}
export const hold = (run: Run, bytes: number): void => {
  run.bytes += bytes
  if (run.bytes > run.maxBytes) exceeded('bytes', run.maxBytes)
}
export const spendOn = (run: Run, steps: number, bytes = 0): void => {
  run.steps += steps
  if (run.steps > run.maxSteps) exceeded('steps', run.maxSteps)
  if (bytes > 0) hold(run, bytes)
}
export const deeper = (run: Run): void => {
  if (++run.depth > run.maxDepth) exceeded('depth', run.maxDepth)
}
const exceeded = (limit: keyof Limits, allowed: number): never => {
  throw new RegoError(
    'eval_limit_error',
    `evaluation needs more than ${allowed} ${limit === 'depth' ? 'levels of depth' : limit}`,
    null,
    `narrow what the policy iterates over, or raise the limit of ${limit}`,
  )
}

/** A failing built-in: undefined, or the end of a strict evaluation. */
export const failed = (m: Context, name: string, error: BuiltinError, location: Location): undefined => {
  if (m.run.strict) throw new RegoError(error.code, `${name}: ${error.message}`, location)
  return undefined
}

/** `value` put at a path; what stands in the way and is no object gives way. Rule: OPA, mergeTermWithValues */
export const put = (run: Run, base: Value | undefined, path: readonly string[], value: Value, at = 0): Value => {
  if (at === path.length) return value
  const made = new RegoObject()
  if (base instanceof RegoObject) {
    spendOn(run, base.size >> 1, 64 * base.size)
    for (const key of base.keys()) made.put(key, base.get(key) as Value)
  }
  const key = path[at] as string
  made.put(key, put(run, base instanceof RegoObject ? base.get(key) : undefined, path, value, at + 1))
  return made
}

export const shade = (old: Shadow | undefined, path: readonly string[], at = 0): Shadow => {
  if (at === path.length || old?.full) return { full: true, children: new Map() }
  const key = path[at] as string
  return { full: false, children: new Map(old?.children).set(key, shade(old?.children.get(key), path, at + 1)) }
}

export const isShaded = (shadow: Shadow | undefined, path: readonly string[]): boolean => {
  let at = shadow
  for (const part of path) {
    if (at === undefined || at.full) break
    at = at.children.get(part)
  }
  return at?.full === true
}
