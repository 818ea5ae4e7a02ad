/** The syntax of a template. `at` is the offset in the source. */
export type Expr = { readonly at: number } & (
  | { readonly type: 'const'; readonly value: null | boolean | bigint | number | string }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'list'; readonly items: readonly Expr[] }
  | { readonly type: 'tuple'; readonly items: readonly Expr[] }
  | { readonly type: 'dict'; readonly entries: readonly (readonly [Expr, Expr])[] }
  | { readonly type: 'binary'; readonly op: BinaryOp; readonly left: Expr; readonly right: Expr }
  | { readonly type: 'unary'; readonly op: '-' | '+' | 'not'; readonly of: Expr }
  | { readonly type: 'and' | 'or'; readonly left: Expr; readonly right: Expr }
  | { readonly type: 'concat'; readonly items: readonly Expr[] }
  | {
      readonly type: 'compare'
      readonly first: Expr
      readonly rest: readonly { readonly op: CompareOp; readonly right: Expr }[]
    }
  | { readonly type: 'if'; readonly test: Expr; readonly then: Expr; readonly otherwise: Expr | undefined }
  | { readonly type: 'attribute'; readonly of: Expr; readonly name: string }
  | { readonly type: 'item'; readonly of: Expr; readonly key: Expr }
  | {
      readonly type: 'slice'
      readonly of: Expr
      readonly start: Expr | undefined
      readonly stop: Expr | undefined
      readonly step: Expr | undefined
    }
  | { readonly type: 'call'; readonly of: Expr; readonly args: Arguments }
  | { readonly type: 'filter'; readonly name: string; readonly of: Expr; readonly args: Arguments }
  | { readonly type: 'test'; readonly name: string; readonly of: Expr; readonly args: Arguments; readonly not: boolean }
)
export type BinaryOp = '+' | '-' | '*' | '/' | '//' | '%' | '**'
export type CompareOp = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in'

export type Arguments = {
  readonly items: readonly { readonly name?: string; readonly spread?: '*' | '**'; readonly value: Expr }[]
}

/** Where an assignment goes. */
export type Target = { readonly at: number } & (
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'member'; readonly name: string; readonly member: string }
  | { readonly type: 'tuple'; readonly items: readonly Target[] }
)
export type Parameter = { readonly name: string; readonly fallback: Expr | undefined }

export type Callee = {
  readonly parameters: readonly Parameter[]
  readonly body: readonly Stmt[]
  /** Rule: Jinja. A macro takes `caller`, more arguments or more keywords only if its body names them. */
  readonly uses: ReadonlySet<string>
}
export type Filtering = { readonly name: string; readonly args: Arguments; readonly at: number }

export type Stmt = { readonly at: number } & (
  | { readonly type: 'data'; readonly text: string }
  | { readonly type: 'output'; readonly value: Expr }
  | {
      readonly type: 'if'
      readonly branches: readonly { readonly test: Expr; readonly body: readonly Stmt[] }[]
      readonly otherwise: readonly Stmt[]
    }
  | {
      readonly type: 'for'
      readonly target: Target
      readonly over: Expr
      readonly only: Expr | undefined
      readonly recursive: boolean
      readonly body: readonly Stmt[]
      readonly otherwise: readonly Stmt[]
    }
  | { readonly type: 'set'; readonly target: Target; readonly value: Expr }
  | {
      readonly type: 'set-block'
      readonly target: Target
      readonly filters: readonly Filtering[]
      readonly body: readonly Stmt[]
    }
  | { readonly type: 'do'; readonly value: Expr }
  | { readonly type: 'break' }
  | { readonly type: 'continue' }
  | ({ readonly type: 'macro'; readonly name: string } & Callee)
  | ({ readonly type: 'call'; readonly call: Expr } & Callee)
  | { readonly type: 'filter-block'; readonly filters: readonly Filtering[]; readonly body: readonly Stmt[] }
  | {
      readonly type: 'with'
      readonly pairs: readonly (readonly [Target, Expr])[]
      readonly body: readonly Stmt[]
    }
  | {
      readonly type: 'include'
      readonly name: Expr
      readonly ignoreMissing: boolean
      readonly withContext: boolean
    }
  | { readonly type: 'import'; readonly name: Expr; readonly as: string; readonly withContext: boolean }
  | {
      readonly type: 'from-import'
      readonly name: Expr
      readonly names: readonly (readonly [string, string])[]
      readonly withContext: boolean
    }
  /** dbt's own: the body is kept and rendered only by who asks for it. */
  | { readonly type: 'snapshot'; readonly name: string; readonly body: readonly Stmt[] }
  | { readonly type: 'docs'; readonly name: string; readonly body: readonly Stmt[] }
  | { readonly type: 'materialization'; readonly name: string; readonly adapter: string }
)
export type MacroNode = Extract<Stmt, { type: 'macro' }>
