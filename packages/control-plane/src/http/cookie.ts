import type { FastifyReply, FastifyRequest } from 'fastify'

/** Over https a name that only https from this very host can set: no neighbour and no plain page plants one. Rule: RFC 6265bis, 4.1.3.2 */
const nameOf = (name: string, https: boolean): string => (https ? `__Host-${name}` : name)

/** The secret of the session that a browser sent. */
export const sessionOf = (request: FastifyRequest): string | null => cookieIn(request, 'datamesh_session')

/** Hands the secret to the browser, where no script reads it and no other site sends it. On the raw answer: also streams carry it. */
export const keepSession = (reply: FastifyReply, secret: string, forMs: number): void =>
  set(reply, 'datamesh_session', secret, forMs, 'Strict')

export const dropSession = (reply: FastifyReply): void => set(reply, 'datamesh_session', '', 0, 'Strict')

/** Between going to the issuer and coming back; the way back begins at another site. */
export const journeyOf = (request: FastifyRequest): string | null => cookieIn(request, 'datamesh_sign_in')
export const keepJourney = (reply: FastifyReply, secret: string, forMs: number): void =>
  set(reply, 'datamesh_sign_in', secret, forMs, 'Lax')
export const dropJourney = (reply: FastifyReply): void => set(reply, 'datamesh_sign_in', '', 0, 'Lax')

/** Rule: RFC 6265, 4.2.1 */
const cookieIn = ({ headers, overHttps }: FastifyRequest, plain: string): string | null => {
  const name = nameOf(plain, overHttps)
  for (const pair of headers.cookie?.split(';') ?? []) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim()
  }
  return null
}

const set = (reply: FastifyReply, plain: string, value: string, forMs: number, sameSite: 'Strict' | 'Lax'): void => {
  const https = reply.request.overHttps
  const age = Math.max(0, Math.floor(forMs / 1000))
  const cookie = `${nameOf(plain, https)}=${value}; Max-Age=${age}; Path=/; HttpOnly; SameSite=${sameSite}${https ? '; Secure' : ''}`
  reply.raw.appendHeader('set-cookie', cookie)
}

/** Did the browser use https? A proxy says so for the names that were configured; of nobody else it is believed. */
export const cameByHttps = (request: FastifyRequest, publicHosts: readonly string[]): boolean => {
  if (request.protocol === 'https') return true
  const by = request.headers['x-forwarded-proto']
  if (typeof by !== 'string' || !isPublic(request, publicHosts)) return false
  return by.split(',')[0]?.trim().toLowerCase() === 'https'
}

const isPublic = ({ headers }: FastifyRequest, publicHosts: readonly string[]): boolean => {
  const host = headers.host?.replace(/:\d+$/, '').toLowerCase()
  return host !== undefined && publicHosts.includes(host)
}
