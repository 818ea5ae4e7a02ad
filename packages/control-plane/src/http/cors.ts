import type { FastifyReply, FastifyRequest } from 'fastify'

/** What scripts of another site may send and read besides what every answer has. */
const answers = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'access-control-allow-headers': 'authorization, content-type, accept, if-none-match, last-event-id, x-request-id',
  'access-control-expose-headers': 'etag, link, retry-after, ratelimit, ratelimit-policy, x-request-id',
  'access-control-max-age': '600',
}

/**
 * Lets scripts of named sites call the API, with a token in a header and never with the cookie of a browser: that would lend them whoever
 * sits there. `false`: not such a request, or none that is allowed. `'asked'`: it only asked what it may, and is answered.
 */
export const crossOrigin = (origins: readonly string[]) => {
  const known = new Set(origins)
  return (request: FastifyRequest, reply: FastifyReply): boolean | 'asked' => {
    const { origin } = request.headers
    if (known.size === 0 || !/^\/(api\/|openapi\.json)/.test(request.url)) return false
    // a cache must not hand the answer for one site to another
    reply.raw.setHeader('vary', 'origin')
    if (origin === undefined || origin === 'null' || !(known.has('*') || known.has(origin))) return false
    reply.raw.setHeader('access-control-allow-origin', known.has('*') ? '*' : origin)
    for (const [name, value] of Object.entries(answers)) reply.raw.setHeader(name, value)
    if (request.method !== 'OPTIONS') return true
    reply.code(204).send()
    return 'asked'
  }
}
