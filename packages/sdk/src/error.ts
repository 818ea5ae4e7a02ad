import type { ErrorKind, Issue } from '@datamesh/core'

/** What the platform said no with, rebuilt from problem+json; or `unreachable` when nothing answered. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** Stable; see docs/reference/errors. */
  readonly code: string
  /** HTTP status; 0 when nothing answered. */
  readonly status: number
  /** Protocol-free: what to do about it. Nothing that answers counts as `failed`. */
  readonly kind: ErrorKind
  readonly hint: string
  readonly facts: Readonly<Record<string, unknown>>
  readonly issues: readonly Issue[]
  /** To be named when asking the operators; empty when nothing answered. */
  readonly requestId: string
  readonly retryAfterSeconds: number | null

  constructor(told: {
    code: string
    status: number
    title: string
    hint: string
    facts?: Record<string, unknown>
    issues?: readonly Issue[]
    requestId?: string | null
    retryAfterSeconds?: number | null
    cause?: unknown
  }) {
    super(told.title, told.cause === undefined ? undefined : { cause: told.cause })
    this.code = told.code
    this.status = told.status
    this.kind = kinds[told.status] ?? (told.status >= 400 && told.status < 500 ? 'invalid' : 'failed')
    this.hint = told.hint
    this.facts = told.facts ?? {}
    this.issues = told.issues ?? []
    this.requestId = told.requestId ?? ''
    this.retryAfterSeconds = told.retryAfterSeconds ?? null
  }
}

const kinds: Readonly<Record<number, ErrorKind>> = {
  401: 'unauthenticated',
  403: 'denied',
  404: 'missing',
  409: 'conflict',
  429: 'limited',
}

export const isApiError = (error: unknown): error is ApiError => error instanceof ApiError

/** Also of answers that no Datamesh gave: a proxy's page becomes a sentence, not a parse error. */
export const errorOf = async (response: Response): Promise<ApiError> => {
  const text = await response.text().catch(() => '')
  const retry = response.headers.get('retry-after')
  const retryAfterSeconds = retry !== null && /^\d+$/.test(retry) ? Number(retry) : null
  const requestId = response.headers.get('x-request-id')
  const told = problemIn(text)
  return new ApiError({
    status: response.status,
    code: told?.code ?? 'not-a-datamesh',
    title: told?.title ?? `${response.url} answered ${response.status} without saying why`,
    hint: told?.hint ?? 'check the address: is it a Datamesh?',
    facts: told?.facts ?? {},
    issues: told?.issues ?? [],
    requestId: told?.requestId ?? requestId,
    retryAfterSeconds,
  })
}

type Told = {
  code: string
  title: string
  hint: string
  facts?: Record<string, unknown>
  issues?: Issue[]
  requestId?: string
}

const problemIn = (text: string): Told | null => {
  try {
    const value = JSON.parse(text) as Partial<Told> | null
    return typeof value?.code === 'string' && typeof value.title === 'string' ? ({ hint: '', ...value } as Told) : null
  } catch {
    return null
  }
}
