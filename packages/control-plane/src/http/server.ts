import { randomBytes } from 'node:crypto'
import {
  type Action,
  type Actor,
  type Decision,
  isMeshError,
  MeshError,
  type Resource,
  type Route,
  type RouteName,
  routes,
} from '@datamesh/core'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { networkOf } from '../identity/index.ts'
import { fromAddress } from '../store/index.ts'
import { cameByHttps } from './cookie.ts'
import { crossOrigin } from './cors.ts'
import { hostGuard, hostsIn, sameOrigin, securityHeaders } from './guard.ts'
import type { Call, Handler, Handlers } from './handler.ts'
import { servePortal } from './portal.ts'
import { meshErrorOf, problemOf, unreadable } from './problem.ts'
import { rateLimiter } from './rate.ts'
import { callOf, send } from './send.ts'
import { authenticated, type Doors, untilSignedOut } from './sign_in.ts'
import { countStreams } from './streams.ts'
import { serializerCompiler, validatorCompiler } from './zod.ts'

export type HttpLog = (entry: {
  level: 'debug' | 'info' | 'warn' | 'error'
  message: string
  facts: Record<string, unknown>
}) => void

export type HttpOptions = Doors & {
  handlers: Handlers
  decide(actor: Actor | null, action: Action, resource: Resource): Decision | Promise<Decision>
  /** What there is to know about a product before deciding; null when there is none. */
  resourceOf(domain: string, product: string, table?: string): Resource | null | Promise<Resource | null>
  /** A refusal: answered when it is written down. */
  refused(asked: Asked, because: string): void | Promise<void>
  /** What was let in: the caller writes down what its handler does not. */
  allowed(asked: Asked, because: string): void
  /** Refuses data while nobody could say afterwards who read it. @throws audit-behind */
  mayRead(): void
  /** Counts an answered request; `route` is the name in the table. */
  done(facts: { route: string; method: string; status: number; durationMs: number; product?: string }): void
  log: HttpLog
  /** 0: any free one. */
  port: number
  host: string
  /** Names under which a proxy or a DNS entry reaches this server, without port. */
  publicHosts?: readonly string[]
  /** Addresses or networks of proxies whose X-Forwarded-For is believed. */
  trustedProxies?: readonly string[]
  /** Other web sites whose scripts may call the API with a token; `*`: all. Never with a cookie. Default: none. */
  corsOrigins?: readonly string[]
  /** Routes outside of the table: the way to an issuer and back. */
  more?: (app: FastifyInstance) => Promise<void>
  /** Folder of the built portal, served at `/`; without one, pages say how to build it. */
  portal?: string
  /** Bytes; for bundles, the only large bodies. Default 32 MB. */
  bundleLimit?: number
  /** How often streams ask whether their reader is still signed in. Default 10 s. */
  lookEveryMs?: number
  /** Streams of one principal at once. Default 64. */
  mostStreams?: number
  /** How long open requests may still take when closing. Default 5 s. */
  closeDeadlineMs?: number
}

/** `from`: the address of the one who asks, behind proxies that are believed. */
type Asked = { actor: Actor | null; route: string; action: Action; resource: Resource; from: string | null }

export type HttpServer = AsyncDisposable & { url: string; port: number; app: FastifyInstance }

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Name in the route table. */
    route?: string
  }
  interface FastifyRequest {
    actor: Actor | null
    startedAt: number
    /** As the browser sees it: a proxy may stand between. */
    overHttps: boolean
    decision: Decision | null
    resource: Resource
  }
}

/** Refused sign-ins of one address that are written down one by one. */
const mostTold = { requests: 120, perSeconds: 60 }
const oneOfMore = { requests: 1, perSeconds: 60 }

/** Serves the route table: every route parsed, authenticated, decided, handled and answered in the same few steps. @throws listen errors of node:net */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { handlers, log, host } = options
  const bundleLimit = options.bundleLimit ?? 32 * 1024 * 1024
  const smallLimit = 1024 * 1024
  const closing = new AbortController()
  const bootId = randomBytes(4).toString('hex')
  let served = 0

  const tell = (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const error = meshErrorOf(thrown, request.id, request.routeOptions.bodyLimit ?? smallLimit)
    const problem = problemOf(error, request.id)
    if (problem.status >= 500) logFailure(log, request, error)
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer')
    if ('retryAfterSeconds' in error.facts) reply.header('retry-after', String(error.facts.retryAfterSeconds))
    else if (problem.status === 503) reply.header('retry-after', '1')
    count(request, problem.status)
    // bytes: a text would be given a charset, which JSON has not
    return reply
      .code(problem.status)
      .headers({ ...securityHeaders, 'x-request-id': request.id })
      .header('content-type', 'application/problem+json')
      .send(Buffer.from(JSON.stringify(problem)))
  }

  const app = Fastify({
    // before any route and hook: a URL that is none
    frameworkErrors: (error, request, reply) => void tell(error, request, reply),
    clientErrorHandler: (error, socket) => {
      if (error.code !== 'ECONNRESET' && socket.writable) socket.write(unreadable(error.code))
      socket.destroy(error)
    },
    logger: false,
    trustProxy: options.trustedProxies?.length ? [...options.trustedProxies] : false,
    bodyLimit: smallLimit,
    requestTimeout: 60_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 512 },
    genReqId: (request) => {
      const given = request.headers['x-request-id']
      if (typeof given === 'string' && /^[\w.-]{1,64}$/.test(given)) return given
      served += 1
      return `${bootId}-${served.toString(36)}`
    },
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.removeContentTypeParser('text/plain')
  app.decorateRequest('actor', null)
  app.decorateRequest('startedAt', 0)
  app.decorateRequest('overHttps', false)
  app.decorateRequest('decision', null)
  app.decorateRequest('resource')

  const publicHosts = options.publicHosts ?? []
  const hostIsOurs = hostGuard(host, publicHosts)
  const cors = crossOrigin(options.corsOrigins ?? [])
  app.addHook('onRequest', (request, reply, done) => {
    request.startedAt = performance.now()
    request.overHttps = cameByHttps(request, publicHosts)
    if (request.overHttps) reply.raw.setHeader('strict-transport-security', 'max-age=31536000; includeSubDomains')
    // Node keeps the first of two, a proxy in front may have looked at the second. Rule: RFC 9112, 3.2
    if (hostsIn(request.raw.rawHeaders) > 1)
      return done(new MeshError('request-invalid', { what: 'the request names two hosts' }))
    if (!hostIsOurs(request.headers.host)) return done(new MeshError('host-refused', { host: 'of that name' }))
    const allowed = cors(request, reply)
    if (allowed === 'asked') return
    if (
      request.method !== 'GET' &&
      request.method !== 'HEAD' &&
      !allowed &&
      !sameOrigin(request.headers.origin, request.headers.host)
    ) {
      return done(
        new MeshError('denied', { action: request.method, because: 'the request comes from another web site' }),
      )
    }
    done()
  })

  app.setErrorHandler((thrown, request, reply) => tell(thrown, request, reply))
  await options.more?.(app)
  const page = await servePortal(app, options.portal)
  app.setNotFoundHandler((request, reply) => {
    const shown = page(request, reply)
    if (shown !== null) return shown
    throw new MeshError('not-found', { what: `route ${request.method} ${request.url.split('?')[0]}` })
  })

  const count = (request: FastifyRequest, status: number): void =>
    options.done({
      route: request.routeOptions.config.route ?? 'none',
      method: request.method,
      status,
      durationMs: request.startedAt === 0 ? 0 : performance.now() - request.startedAt,
      ...(request.resource?.product === undefined ? {} : { product: request.resource.product }),
    })

  const authenticate = authenticated(options)
  const guesses = rateLimiter({ nowMs: () => performance.now() })
  /** Who tries tokens, codes and passwords leaves a trace; a request without any is nobody's. */
  const signInTold = async <T>(
    asked: T,
    name: string,
    { action }: Route,
    request: FastifyRequest,
  ): Promise<Awaited<T>> => {
    try {
      return await asked
    } catch (error) {
      const { authorization, cookie } = request.headers
      if (
        isMeshError(error) &&
        error.code === 'unauthenticated' &&
        (authorization ?? cookie ?? request.body) !== undefined
      ) {
        const asked = { actor: null, route: name, action, resource: {}, from: addressOf(request) }
        const network = networkOf(request.ip)
        // a stranger does not decide how long the audit log gets
        if (guesses.take('told', `told\n${network}`, mostTold).allowed) await options.refused(asked, error.message)
        else if (guesses.take('more', `more\n${network}`, oneOfMore).allowed)
          await options.refused(asked, 'many more of this address, which are not written down one by one')
      }
      throw error
    }
  }
  const streamOf = countStreams(options.mostStreams ?? 64)

  const authorise =
    (name: string, route: Route) =>
    async (request: FastifyRequest): Promise<void> => {
      const { actor } = request
      const about = (resource: Resource, action = route.action): Asked => ({
        actor,
        route: name,
        action,
        resource,
        from: addressOf(request),
      })
      if (route.action.startsWith('data:') || route.action === 'sql:query') options.mayRead()
      const { domain, product, table } = request.params as { domain?: string; product?: string; table?: string }
      let resource: Resource = {}
      if (domain !== undefined && product !== undefined) {
        const found = await options.resourceOf(domain, product, table)
        // what one may not find is not there: same answer, same words
        const seen = found === null ? null : await options.decide(actor, 'product:read', found)
        if (actor !== null && found !== null && seen?.allow === false)
          await options.refused(about(found, 'product:read'), seen.because)
        if (found === null || !seen?.allow) throw new MeshError('not-found', { what: `product ${domain}/${product}` })
        resource = found
      } else if (domain !== undefined) resource = { domain }
      const decision = await options.decide(actor, route.action, resource)
      if (!decision.allow) {
        if (actor !== null) await options.refused(about(resource), decision.because)
        throw new MeshError('denied', { action: route.action, because: decision.because })
      }
      request.decision = decision
      request.resource = resource
      if (actor !== null && !route.open) options.allowed(about(resource), decision.because)
    }

  for (const name of Object.keys(routes) as RouteName[]) {
    const route: Route = routes[name]
    const handle = handlers[name] as Handler<RouteName>
    const streams = route.streams ?? []
    const jsonToo = streams.length === 0
    const declared: Parameters<typeof app.route>[0] = {
      method: route.method.toUpperCase(),
      url: route.path,
      config: { route: name },
      exposeHeadRoute: route.method === 'get' && !streams.includes('text/event-stream'),
      bodyLimit: name === 'planProduct' || name === 'applyProduct' || name === 'applyDomain' ? bundleLimit : smallLimit,
      schema: {
        ...(route.params ? { params: route.params } : {}),
        ...(route.query ? { querystring: route.query } : {}),
        ...(route.body ? { body: route.body } : {}),
        ...(jsonToo ? { response: { [route.status ?? 200]: route.reply } } : {}),
      },
      ...(route.open
        ? {}
        : { onRequest: (request, reply) => signInTold(authenticate(request, reply), name, route, request) }),
      preHandler: authorise(name, route),
      handler: async (request, reply) => {
        const stays = streams.includes('text/event-stream')
        if (stays && request.actor !== null) reply.raw.once('close', streamOf(request.actor.id))
        const ends = stays
          ? AbortSignal.any([closing.signal, untilSignedOut(options, request, reply, options.lookEveryMs ?? 10_000)])
          : closing.signal
        const call = callOf(request, reply, ends)
        const result = await fromAddress.run(addressOf(request), () =>
          route.open
            ? signInTold(handle(call as Call<RouteName>), name, route, request)
            : handle(call as Call<RouteName>),
        )
        const streamed = reply.sent
        if (!streamed) send(result, route.status ?? 200, request, reply)
        const answered = streamed ? 200 : reply.raw.headersSent ? reply.raw.statusCode : reply.statusCode
        // what went wrong while writing was told, and counted there
        if (answered < 500) count(request, answered)
        logChange(log, name, route, request)
        return reply
      },
    }
    if (route.takes === undefined) app.route(declared)
    else app.register(async (bytes) => void asStream(bytes).route(declared))
  }

  await app.listen({ port: options.port, host })
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  const shown = host.includes(':') ? `[${host}]` : host
  return {
    app,
    port,
    url: `http://${shown}:${port}`,
    async [Symbol.asyncDispose]() {
      closing.abort()
      const deadline = setTimeout(() => app.server.closeAllConnections(), options.closeDeadlineMs ?? 5000)
      await app.close()
      clearTimeout(deadline)
    },
  }
}

/** IPv4 over an IPv6 socket is written as what it is. */
const addressOf = ({ ip }: FastifyRequest): string | null => (ip?.startsWith('::ffff:') ? ip.slice(7) : (ip ?? null))

/** The body stays a stream: whoever handles it counts its bytes. What a browser wraps into a form is refused, its envelope would be kept too. */
const asStream = (scope: FastifyInstance): FastifyInstance => {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(['multipart/form-data', 'application/x-www-form-urlencoded'], (_request, _body, done) =>
    done(new MeshError('media-type', { type: 'form' })),
  )
  scope.addContentTypeParser('*', (_request, body, done) => done(null, body))
  return scope
}

/** Reads are counted by access, not logged one by one. */
const logChange = (log: HttpLog, name: string, route: Route, request: FastifyRequest): void => {
  if (route.method === 'get') return
  log({
    level: 'info',
    message: 'request',
    facts: {
      requestId: request.id,
      route: name,
      actor: request.actor?.id ?? 'anonymous',
      durationMs: Math.round(performance.now() - request.startedAt),
    },
  })
}

const logFailure = (log: HttpLog, request: FastifyRequest, error: MeshError): void =>
  log({
    level: 'error',
    message: 'request failed',
    facts: {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      code: error.code,
      stack: error.cause instanceof Error ? error.cause.stack : error.stack,
    },
  })
