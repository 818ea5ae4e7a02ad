import { randomBytes, timingSafeEqual } from 'node:crypto'
import { request as httpRequest } from 'node:http'

const markName = 'x-datamesh-self'

/** What only this process knows: tells its own requests from those of others on this machine. */
export type SelfMark = {
  headers: Readonly<Record<string, string>>
  is(headers: Readonly<Record<string, unknown>>): boolean
}
export const selfMark = (): SelfMark => {
  const mark = randomBytes(32).toString('hex')
  return {
    headers: { [markName]: mark },
    is: ({ [markName]: said }) =>
      typeof said === 'string' && said.length === mark.length && timingSafeEqual(Buffer.from(said), Buffer.from(mark)),
  }
}

/**
 * Asks the embedded issuer as any client would, but straight at the port of this process: the name that the world knows it by may not be
 * reachable from here. `fetch` cannot do it, it writes its own Host.
 */
export const fetchFromSelf =
  (port: () => number, host: string, self: SelfMark) =>
  async (
    url: string,
    options: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
  ): Promise<Response> => {
    const { host: known, pathname, search, protocol } = new URL(url)
    const body = options.body === undefined || options.body === null ? null : String(options.body)
    const headers = {
      ...Object.fromEntries(new Headers(options.headers)),
      ...self.headers,
      host: known,
      'x-forwarded-proto': protocol.slice(0, -1),
      ...(body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    }
    return new Promise((resolve, reject) => {
      const asked = httpRequest(
        { host, port: port(), path: pathname + search, method: options.method ?? 'GET', headers, timeout: 10_000 },
        async (reply) => {
          try {
            const chunks: Buffer[] = []
            for await (const chunk of reply) chunks.push(chunk as Buffer)
            const answered = new Headers()
            for (const [name, value] of Object.entries(reply.headers))
              if (typeof value === 'string') answered.set(name, value)
            const status = reply.statusCode ?? 500
            const empty = status === 204 || status === 304
            resolve(new Response(empty ? null : Buffer.concat(chunks), { status, headers: answered }))
          } catch (error) {
            reject(error as Error)
          }
        },
      )
      asked.once('timeout', () => asked.destroy(new Error('no answer within 10 s')))
      asked.once('error', reject)
      asked.end(body ?? undefined)
    })
  }
