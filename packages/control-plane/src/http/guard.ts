/** What every answer of the API carries: nothing here is a page, nothing may be framed, sniffed or kept by a shared cache. */
export const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'private, no-cache',
} as const

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

export const isLoopback = (host: string): boolean => host === '::1' || host === 'localhost' || host.startsWith('127.')

/**
 * Which Host headers are answered. On a loopback address only its own names: a web page whose name was re-bound to 127.0.0.1 sends its own
 * name, and must not reach the mesh through the browser of somebody at this machine.
 */
export const hostGuard = (
  listeningOn: string,
  publicHosts: readonly string[],
): ((host: string | undefined) => boolean) => {
  if (!isLoopback(listeningOn) && publicHosts.length === 0) return (host) => host !== undefined
  const known = new Set([...(isLoopback(listeningOn) ? loopbackNames : []), ...publicHosts])
  return (host) => host !== undefined && known.has(host.replace(/:\d+$/, '').toLowerCase())
}

/** Names and values take turns, as Node keeps them. */
export const hostsIn = (rawHeaders: readonly string[]): number => {
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++
  }
  return hosts
}

/** A browser says where a changing request comes from; only our own pages may send one. Programs send no Origin. */
export const sameOrigin = (origin: string | undefined, host: string | undefined): boolean => {
  if (origin === undefined) return true
  try {
    return new URL(origin).host === host
  } catch {
    return false
  }
}

/**
 * A request that changes something and is signed in by cookie alone: the browser adds the cookie by itself, so the page that asked must be
 * ours. Both headers are written by the browser, out of reach of any page; without one of them nothing is proven.
 */
export const fromOurPages = (headers: {
  host?: string | undefined
  origin?: string | undefined
  'sec-fetch-site'?: string | string[] | undefined
}): boolean => {
  const site = headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' && sameOrigin(headers.origin, headers.host)
  return headers.origin !== undefined && sameOrigin(headers.origin, headers.host)
}

/** The token of a request: Bearer, or the password of HTTP Basic for tools that only know user and password. */
export const tokenOf = (authorization: string | undefined): string | null => {
  if (authorization === undefined) return null
  const space = authorization.indexOf(' ')
  const scheme = authorization.slice(0, space).toLowerCase()
  const rest = authorization.slice(space + 1).trim()
  if (scheme === 'bearer') return rest
  if (scheme !== 'basic') return null
  const pair = Buffer.from(rest, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  const password = colon < 0 ? '' : pair.slice(colon + 1)
  // curl -u <key>: puts the key in front
  return password === '' ? pair.slice(0, colon < 0 ? undefined : colon) : password
}
