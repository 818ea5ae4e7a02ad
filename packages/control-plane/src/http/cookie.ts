import type { FastifyReply, FastifyRequest } from 'fastify'

const name = 'datamesh_session'

/** The secret of the session in a Cookie header. Rule: RFC 6265, 4.2.1 */
export const sessionOf = (header: string | undefined): string | null => {
  if (header === undefined) return null
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
  }
  return null
}

/** Hands the secret to the browser, where no script reads it and no other site sends it. On the raw answer: also streams carry it. */
export const keepSession = (reply: FastifyReply, secret: string, forMs: number): void => set(reply, secret, forMs)

export const dropSession = (reply: FastifyReply): void => set(reply, '', 0)

const set = (reply: FastifyReply, value: string, forMs: number): void => {
  const secure = reply.request.overHttps ? '; Secure' : ''
  const age = Math.max(0, Math.floor(forMs / 1000))
  reply.raw.setHeader('set-cookie', `${name}=${value}; Max-Age=${age}; Path=/; HttpOnly; SameSite=Strict${secure}`)
}

/** Did the browser use https? A proxy says so for the names that were configured; of nobody else it is believed. */
export const cameByHttps = (request: FastifyRequest, publicHosts: readonly string[]): boolean => {
  if (request.protocol === 'https') return true
  const host = request.headers.host?.replace(/:\d+$/, '').toLowerCase()
  const by = request.headers['x-forwarded-proto']
  if (host === undefined || typeof by !== 'string' || !publicHosts.includes(host)) return false
  return by.split(',')[0]?.trim().toLowerCase() === 'https'
}
