import type { Builtins } from '../builtins/builtin.ts'
import type { Keyed, RuleSet, Tree } from '../compile/ir.ts'
import type { RegoObject, Value } from '../value.ts'
import type { Context } from './context.ts'
import { readyKeyed } from './keyed.ts'
import { readySet } from './sets.ts'

/** A rule set ready to run. */
export type Ready = {
  /** Of a complete rule or partial set; undefined where it is. Remembered per context. */
  value: (m: Context) => Value | undefined
  call: (m: Context, args: readonly Value[]) => Value | undefined
}
export type ReadyKeyed = { value: (m: Context) => RegoObject }

/** Rules are planned when they are first used: a policy of which little is asked starts quickly. */
export type Program = {
  readonly tree: Tree
  readonly builtins: Builtins
  readonly watched: boolean
  set: (rules: RuleSet) => Ready
  keyed: (rules: Keyed) => ReadyKeyed
}

export const newProgram = (
  tree: Tree,
  builtins: Builtins,
  usesInput: ReadonlySet<RuleSet | Keyed>,
  watched: boolean,
): Program => {
  const sets: (Ready | undefined)[] = []
  const keyed: (ReadyKeyed | undefined)[] = []
  const program: Program = {
    tree,
    builtins,
    watched,
    set: (rules) => {
      sets[rules.id] ??= lazySet(() => readySet(rules, program, usesInput.has(rules)))
      return sets[rules.id] as Ready
    },
    keyed: (rules) => {
      keyed[rules.id] ??= lazyKeyed(() => readyKeyed(rules, program, usesInput.has(rules)))
      return keyed[rules.id] as ReadyKeyed
    },
  }
  return program
}

/** Planned by its first use and not by that of what refers to it: a long chain of rules is planned link by link. */
const lazySet = (plan: () => Ready): Ready => {
  let ready: Ready | undefined
  const get = (): Ready => {
    ready ??= plan()
    return ready
  }
  return { value: (m) => (ready ?? get()).value(m), call: (m, args) => (ready ?? get()).call(m, args) }
}
const lazyKeyed = (plan: () => ReadyKeyed): ReadyKeyed => {
  let ready: ReadyKeyed | undefined
  return {
    value: (m) => {
      ready ??= plan()
      return ready.value(m)
    },
  }
}
