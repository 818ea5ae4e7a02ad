import { isMeshError, MeshError, type Problem, statusOf } from '@datamesh/core'

/**
 * What Postgres says of a value that no column can hold. Everything else that comes from us is checked before, so the value came with the
 * request. Source: PostgreSQL, appendix A, class 22
 */
const unkeepable = new Set(['22003', '22008', '22021', '22P02', '22P05'])

/** Any thrown thing as the one error of the platform. What we did not foresee becomes `internal`: its text stays in the log. */
export const meshErrorOf = (error: unknown, requestId: string, bodyLimit: number): MeshError => {
  if (isMeshError(error)) return error
  const { code, statusCode } = error as { code?: string; statusCode?: number }
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new MeshError('request-too-large', { limitBytes: bodyLimit })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new MeshError('media-type', { type: 'this kind' })
    case 'FST_ERR_BAD_URL':
      return new MeshError('request-invalid', { what: 'the path is not a valid URL' })
    // a path that climbs or is spelt in a second way
    case 'FST_STATIC_FORBIDDEN_PATH':
      return new MeshError('not-found', { what: 'file of that name' })
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new MeshError('request-invalid', { what: 'the body is empty' })
  }
  if (statusCode === 414) return new MeshError('request-invalid', { what: 'a part of the path is too long' })
  if (typeof code === 'string' && unkeepable.has(code))
    return new MeshError('request-invalid', {
      what: 'the request holds a value that cannot be kept: a NUL character, half a surrogate pair, or a number or time out of range',
    })
  // Fastify's own refusals (bad JSON, bad length) are about the request; their texts quote nothing of it
  if (statusCode === 400) return new MeshError('request-invalid', { what: 'the body is not valid JSON' })
  return new MeshError('internal', { requestId }, { cause: error })
}

/** What Node could not read as a request: the whole answer, for a connection that is closed with it. */
export const unreadable = (code: string | undefined): string => {
  const [status, phrase, what] =
    code === 'HPE_HEADER_OVERFLOW'
      ? [431, 'Request Header Fields Too Large', 'address and headers together are longer than 16 KB']
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? [408, 'Request Timeout', 'the request did not arrive within a minute']
        : [400, 'Bad Request', 'this is no HTTP request']
  const body = JSON.stringify({ ...problemOf(new MeshError('request-invalid', { what }), ''), status })
  return `HTTP/1.1 ${status} ${phrase}\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`
}

/** RFC 9457. */
export const problemOf = (error: MeshError, requestId: string): Problem => ({
  type: `urn:datamesh:error:${error.code}`,
  title: error.message,
  status: statusOf(error),
  code: error.code,
  hint: error.hint,
  facts: { ...error.facts },
  issues: error.issues.map((issue) => ({ ...issue })),
  requestId,
})
