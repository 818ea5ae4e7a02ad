import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Answer, isAnswer, matches } from './answer.ts'
import { securityHeaders } from './guard.ts'

/** The signal is made only when somebody asks for it: a page from the cache never does. */
export const callOf = (request: FastifyRequest, reply: FastifyReply, closing: AbortSignal) => {
  let signal: AbortSignal | undefined
  return {
    params: request.params,
    query: request.query,
    body: request.body,
    actor: request.actor,
    decision: request.decision,
    resource: request.resource,
    requestId: request.id,
    request,
    reply,
    get signal() {
      if (signal === undefined) {
        const gone = new AbortController()
        reply.raw.once('close', () => gone.abort())
        signal = AbortSignal.any([gone.signal, closing])
      }
      return signal
    },
  }
}

/** Answers with the route's JSON, or with what the handler made ready. */
export const send = (result: unknown, status: number, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
  const timing = `total;dur=${(performance.now() - request.startedAt).toFixed(2)}`
  const headers = { ...securityHeaders, 'x-request-id': request.id, 'server-timing': timing }
  if (!isAnswer(result)) return reply.code(status).headers(headers).send(result)
  return sendAnswer(result, status, headers, request, reply)
}

const sendAnswer = (
  result: Answer,
  status: number,
  base: Record<string, string | number>,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply => {
  const headers: Record<string, string | number> = { ...base, ...result.headers }
  const { body, etag } = result
  if (etag !== undefined) headers.etag = etag
  const known = etag !== undefined && matches(request.headers['if-none-match'], etag)
  const code = known ? 304 : (result.status ?? status)
  if (body !== null && typeof body === 'object' && !Buffer.isBuffer(body)) {
    if (!known) return reply.code(code).headers(headers).send(body)
    body.destroy()
  }
  // nothing is left to transform: past Fastify's own serialisation and hooks, a page from the cache costs half as much
  reply.hijack()
  const bytes = known || body === null ? null : Buffer.isBuffer(body) ? body : Buffer.from(body as string)
  if (known) delete headers['content-length']
  else if (headers['content-length'] === undefined) headers['content-length'] = bytes?.length ?? 0
  reply.raw.writeHead(code, headers)
  reply.raw.end(bytes ?? undefined)
  return reply
}
