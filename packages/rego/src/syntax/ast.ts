import type { Scalar } from '../value.ts'

/** Where something stands: lines and columns count from 1, columns in characters; `offset` and `end` are positions in the text. */
export type Location = { file: string; row: number; col: number; offset: number; end: number }

/** Which grammar a file is in. v1 needs `if` and `contains`; a v0 file may opt in by `import rego.v1` or `future.keywords`. */
export type Version = 'v0' | 'v1'

export type Module = {
  file: string
  version: Version
  text: string
  /** `data` first: `package a.b` is ['data', 'a', 'b']. */
  package: readonly string[]
  packageLocation: Location
  imports: readonly Import[]
  rules: readonly Rule[]
  annotations: readonly Annotation[]
  comments: readonly Comment[]
}

/** `import data.a.b as c`: path ['data','a','b'], alias 'c'. `rego.v1` and `future.keywords…` stay in the list. */
export type Import = { path: readonly string[]; alias?: string; location: Location }

export type Comment = { text: string; location: Location }

/** A `# METADATA` block. `scope` is as written or as implied by what follows it; `body` is its YAML, read. */
export type Annotation = {
  scope: 'rule' | 'document' | 'package' | 'subpackages'
  body: Record<string, unknown>
  location: Location
  /** Index into `rules`, for rule and document scope. */
  rule?: number
}

/**
 * One rule. `a.b[x].c := v if { body }` has the head's ref [a, "b", x, "c"]; `p contains x` has `contains`; `f(x) := y` has `args`.
 * A v0 `p[x] { … }` is turned into `contains` by the parser, a v0 `p[x] = y` into a ref head. A chained `p { … } { … }` becomes two rules.
 */
export type Rule = {
  default: boolean
  head: Head
  /** Empty: no condition. */
  body: readonly Expr[]
  else?: Rule
  location: Location
}
export type Head = {
  /** First part is a var term that names the rule (relative to its package); constants are scalars. */
  ref: readonly Term[]
  args?: readonly Term[]
  /** Of a partial set. */
  contains?: Term
  /** Absent: `true`. */
  value?: Term
  /** `:=` rather than `=`. */
  assign: boolean
  location: Location
}

export type Expr =
  | ({ is: 'term'; term: Term } & ExprParts)
  | ({ is: 'some'; names: readonly Var[] } & ExprParts)
  /** `some k, v in xs`: [k, v] or [v]. */
  | ({ is: 'some-in'; pattern: readonly Term[]; domain: Term } & ExprParts)
  | ({ is: 'every'; key?: Var; value: Var; domain: Term; body: readonly Expr[] } & ExprParts)
type ExprParts = { negated: boolean; with: readonly With[]; location: Location }

/** `with input.x as y`: target is a ref or var term. */
export type With = { target: Term; value: Term; location: Location }

/** A wildcard `_` gets a name of its own that no user can write (`$0`, `$1`, …) and `generated: true`. */
export type Var = { is: 'var'; name: string; generated?: boolean; location: Location }

/**
 * Operators are calls of built-ins by their name: `a == b` is `equal`, `:=` `assign`, `=` `eq`, `!=` `neq`, `<` `lt`, `<=` `lte`, `>` `gt`, `>=` `gte`,
 * `+` `plus`, `-` `minus`, `*` `mul`, `/` `div`, `%` `rem`, `&` `and`, `|` `or`, `x in xs` `internal.member_2`, `k, v in xs` `internal.member_3`.
 */
export type Term =
  | { is: 'scalar'; value: Scalar; location: Location }
  | Var
  /** `head[parts…]`: the head is a var, a call, a composite or a comprehension; `.name` parts are string scalars. */
  | { is: 'ref'; head: Term; parts: readonly Term[]; location: Location }
  | { is: 'array'; items: readonly Term[]; location: Location }
  | { is: 'set'; items: readonly Term[]; location: Location }
  | { is: 'object'; entries: readonly (readonly [Term, Term])[]; location: Location }
  /** `operator` is the dotted path: ['count'], ['json','marshal'], ['data','lib','f'], ['f']; `infix` where written so. */
  | { is: 'call'; operator: readonly string[]; args: readonly Term[]; infix?: boolean; location: Location }
  | { is: 'array-of'; term: Term; body: readonly Expr[]; location: Location }
  | { is: 'set-of'; term: Term; body: readonly Expr[]; location: Location }
  | { is: 'object-of'; key: Term; value: Term; body: readonly Expr[]; location: Location }
  /** `$"a {x} b"`: texts and expressions in turn; an undefined expression prints as `<undefined>`. */
  | { is: 'template'; parts: readonly (string | Expr)[]; location: Location }
