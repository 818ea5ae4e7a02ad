import type { Annotation, Location, Module, Rule } from '../syntax/ast.ts'
import type { Scalar } from '../value.ts'

/**
 * The syntax tree with every name resolved: variables are slots of the frame of their rule, names of rules and imports are paths under
 * `data`. Refs that may iterate stand alone (in `unify` or `term`); wherever they were nested, a goal before binds them to a slot.
 */
export type Local = {
  is: 'local'
  slot: number
  name: string
  /** Nobody can refer to it: `_` or made by the compiler. */
  hidden: boolean
  /** Declared by `:=`, `every`, `some … in` or as argument: never bound by iterating over a ref's part. */
  firm: boolean
  location: Location
}
export type Plain =
  | { is: 'scalar'; value: Scalar; location: Location }
  | Local
  | { is: 'doc'; root: 'input' | 'data'; location: Location }
  | { is: 'ref'; head: Plain; parts: readonly Plain[]; location: Location }
  | { is: 'array'; items: readonly Plain[]; location: Location }
  | { is: 'set'; items: readonly Plain[]; location: Location }
  | { is: 'object'; entries: readonly (readonly [Plain, Plain])[]; location: Location }
  | Call
  | { is: 'array-of'; term: Plain; body: Goal[]; location: Location }
  | { is: 'set-of'; term: Plain; body: Goal[]; location: Location }
  | { is: 'object-of'; key: Plain; value: Plain; body: Goal[]; location: Location }
  | { is: 'template'; parts: readonly (string | { body: Goal[]; value: Plain })[]; location: Location }
export type Call = { is: 'call'; target: Target; args: readonly Plain[]; location: Location }
export type Target = { builtin: string } | { path: readonly string[] }

export type Change = { location: Location } & (
  | { on: 'input' | 'data'; path: readonly string[]; value: Plain }
  /** A function (its dotted name) gets a value or another function. */
  | { on: 'function'; name: string; path?: readonly string[]; value: Plain | Target }
)
export type Goal = { location: Location; text?: string } & (
  | { is: 'term'; term: Plain }
  | { is: 'unify'; left: Plain; right: Plain }
  | { is: 'not'; goal: Goal }
  | { is: 'every'; key?: Local; value: Local; domain: Plain; body: Goal[] }
  | { is: 'with'; changes: readonly Change[]; body: Goal[] }
  /** Every operand with its own goals: an undefined operand prints as such. */
  | { is: 'print'; args: readonly { body: Goal[]; value: Plain }[] }
)

/** One way to make a rule true, with the `else` that follows when it fails. */
export type Clause = {
  /** Parts of the head's ref after its constant path. */
  keys: readonly Plain[]
  args: readonly Plain[]
  /** Value of the rule, or element of the set. */
  value: Plain
  body: Goal[]
  else?: Clause
  /** Slots of the frame, 0 is the result's. */
  slots: number
  location: Location
  rule: Rule
  module: Module
  names: readonly Local[]
}

export type RuleKind = 'complete' | 'set' | 'function'
/** All clauses of one constant path. `keyed` ones (`p[x] := 1`, `p[x] contains y`) belong to the node instead. */
export type RuleSet = {
  id: number
  path: readonly string[]
  kind: RuleKind
  arity: number
  clauses: Clause[]
  default?: Clause
}
export type Keyed = { id: number; path: readonly string[]; clauses: { clause: Clause; set: boolean }[] }
export type Node = {
  path: readonly string[]
  children: Map<string, Node>
  rules?: RuleSet
  keyed?: Keyed
  isPackage?: true
}
export type Tree = {
  root: Node
  sets: RuleSet[]
  keyed: Keyed[]
  modules: readonly Module[]
  annotations: readonly Annotation[]
}
