/** Where in a user's file something stands. `line` and `column` count from 1. */
export type Position = { file: string; line: number; column: number }

/** One thing that is wrong, with what to write instead. `path` is the place in the document, e.g. `spec.sla.freshness`. */
export type Issue = {
  code: string
  message: string
  severity: 'error' | 'warning'
  at?: Position
  path?: string
  fix?: string
}

/**
 * Protocol-free kind of an error: HTTP maps it to a status, the CLI to an exit code, the SDK to retry or not.
 * `invalid` the input is wrong · `denied` no right · `missing` not there (or not for you) · `conflict` someone was faster ·
 * `limited` too much · `failed` the platform could not.
 */
export type ErrorKind = 'invalid' | 'unauthenticated' | 'denied' | 'missing' | 'conflict' | 'limited' | 'failed'

type Telling = { kind: ErrorKind; title: string; hint: string }

const tell = (kind: ErrorKind, title: string, hint: string): Telling => ({ kind, title, hint })

/**
 * Every error of the platform: code → what is said about it. A fact that the sentence names is a parameter.
 * Keep the groups in the order of the planes, one line per code.
 */
export const errorTable = {
  // input
  'manifest-invalid': (e: { file: string; errors: number }) =>
    tell(
      'invalid',
      `${e.file} has ${e.errors} mistake${e.errors === 1 ? '' : 's'}`,
      'mend them and run: datamesh validate',
    ),
  'request-invalid': (e: { what: string }) => tell('invalid', e.what, 'see /openapi.json for what this route takes'),
  'file-not-found': (e: { file: string }) =>
    tell('invalid', `there is no file ${e.file}`, 'check the path; it is read relative to the manifest'),
  // identity and access
  unauthenticated: (e: { why: string }) =>
    tell('unauthenticated', e.why, 'run: datamesh login, or send Authorization: Bearer <token>'),
  denied: (e: { action: string; because: string }) =>
    tell('denied', `${e.action} is not allowed: ${e.because}`, 'ask the owner of the product for access'),
  'not-found': (e: { what: string }) =>
    tell('missing', `there is no ${e.what}, or it is not visible to you`, 'look with: datamesh search'),
  'rate-limited': (e: { port: string; retryAfterSeconds: number }) =>
    tell('limited', `the rate limit of port ${e.port} is used up`, `try again in ${e.retryAfterSeconds} s`),
  // platform
  internal: (e: { requestId: string }) =>
    tell('failed', 'the platform failed', `look for request ${e.requestId} in the log`),
} satisfies Record<string, (facts: never) => Telling>

export type ErrorCode = keyof typeof errorTable
export type ErrorFacts<C extends ErrorCode> = Parameters<(typeof errorTable)[C]>[0]

/** The one error of the platform: a stable code, typed facts, one sentence, a next step and, where known, every issue with its place. */
export class MeshError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'MeshError'
  readonly code: C
  readonly facts: ErrorFacts<C>
  readonly kind: ErrorKind
  readonly hint: string
  readonly issues: readonly Issue[]

  constructor(code: C, facts: ErrorFacts<C>, more: { issues?: readonly Issue[]; cause?: unknown } = {}) {
    const told = (errorTable[code] as (facts: ErrorFacts<C>) => Telling)(facts)
    super(told.title, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    this.facts = facts
    this.kind = told.kind
    this.hint = told.hint
    this.issues = more.issues ?? []
  }
}

export const isMeshError = (error: unknown): error is MeshError => error instanceof MeshError

/** `file:line:column`, as editors and terminals make it a link. */
export const placeOf = (at: Position): string => `${at.file}:${at.line}:${at.column}`
