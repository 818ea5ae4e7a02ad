import type { Annotation, Location, Version } from './syntax/ast.ts'

export type Limits = {
  /** Work of one evaluation; every step of unification, call and iteration counts. */
  steps: number
  /** Rough size in bytes of what one evaluation may build up. */
  bytes: number
  /** Depth of calls and of nested data. */
  depth: number
}

export type Source = { file: string; text: string }

export type CompileOptions = {
  version?: Version
  /** Built-ins that must not be used, by name or by family (`io.jwt`). */
  without?: readonly string[]
  /** JSON Schema of `input`: references to what it does not have are refused. */
  inputSchema?: unknown
}

export type EvaluateOptions = {
  /** Plain JSON. */
  input?: unknown
  /** Base documents under `data`, plain JSON. Prepare it once by `policy.prepare(data)` when it is large and used again. */
  data?: unknown
  now?: Date
  seed?: string
  env?: Readonly<Record<string, string>>
  limits?: Partial<Limits>
  /** A failing built-in stops the evaluation instead of making its expression undefined. */
  strictBuiltinErrors?: boolean
  trace?: boolean
  coverage?: boolean
}

/** Every answer of a query: values of its variables, and of its expressions in order. */
export type Answer = { bindings: Readonly<Record<string, unknown>>; expressions: readonly unknown[] }

export type Result = {
  /** Empty: undefined. */
  answers: readonly Answer[]
  /** The value of an entrypoint or of a query with one expression; undefined when it has none. */
  value: unknown
  prints: readonly { text: string; location: Location | null }[]
  trace?: readonly TraceEvent[]
  coverage?: Coverage
  steps: number
}
export type TraceEvent = {
  op: 'enter' | 'exit' | 'eval' | 'redo' | 'fail' | 'note' | 'index'
  depth: number
  text: string
  location: Location | null
  /** Values of the variables in it, as JSON; only those that are bound. */
  locals: Readonly<Record<string, unknown>>
}
/** Lines counted from 1. */
export type Coverage = Readonly<Record<string, { covered: readonly number[]; notCovered: readonly number[] }>>

export type Policy = {
  /** `entrypoint` as `datamesh/governance/deny`; a query as Rego text: `data.a.b = x; x > 1`. */
  evaluate: (question: { entrypoint: string } | { query: string }, options?: EvaluateOptions) => Result
  /** Paths of all rules, with the documentation that stands above them. */
  rules: readonly {
    path: string
    kind: 'complete' | 'set' | 'object' | 'function'
    location: Location
    annotations: readonly Annotation[]
  }[]
  packages: readonly string[]
}

/** Rule: OPA's codes. */
export type RegoErrorCode =
  | 'rego_parse_error'
  | 'rego_compile_error'
  | 'rego_type_error'
  | 'rego_unsafe_var_error'
  | 'rego_recursion_error'
  | 'eval_builtin_error'
  | 'eval_type_error'
  | 'eval_conflict_error'
  | 'eval_with_merge_error'
  | 'eval_cancel_error'
  /** A limit of ours was reached. */
  | 'eval_limit_error'

export class RegoError extends Error {
  readonly code: RegoErrorCode
  readonly location: Location | null
  /** What to do about it, where something is known. */
  readonly hint: string | undefined
  constructor(code: RegoErrorCode, message: string, location: Location | null = null, hint?: string) {
    super(message)
    this.code = code
    this.location = location
    this.hint = hint
  }
}

/** Compilation tells all it found, not only the first. */
export class RegoErrors extends Error {
  readonly errors: readonly RegoError[]
  constructor(errors: readonly RegoError[]) {
    super(
      errors
        .map((each) =>
          each.location
            ? `${each.location.file}:${each.location.row}:${each.location.col}: ${each.message}`
            : each.message,
        )
        .join('\n'),
    )
    this.errors = errors
  }
}
