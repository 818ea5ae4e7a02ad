import type { ErrorKind } from '../errors.ts'

const byKind: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  denied: 403,
  missing: 404,
  conflict: 409,
  limited: 429,
  failed: 500,
}

/** Where HTTP has a word of its own for what the kind says more broadly. */
const byCode: Readonly<Record<string, number>> = {
  'host-refused': 421,
  'media-type': 415,
  'not-acceptable': 406,
  'request-too-large': 413,
  'audit-behind': 503,
  'issuer-unreachable': 503,
  'key-missing': 503,
  'state-busy': 503,
  'state-restarted': 503,
  'state-deadline': 503,
}

/** The HTTP status of an error, for the server and for its documentation. */
export const statusOf = ({ code, kind }: { code: string; kind: ErrorKind }): number => byCode[code] ?? byKind[kind]
