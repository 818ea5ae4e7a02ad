import type { ServerResponse } from 'node:http'
import { isMeshError, MeshError } from '@datamesh/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Provider } from 'oidc-provider'
import { forgetEverywhere, type IssuerKeys, note, principalByPassword, sessionMethod } from '../../identity/index.ts'
import { sessionOf } from '../cookie.ts'
import { fromOurPages } from '../guard.ts'
import { confirmPage, failurePage, type Page, passwordPage, stylePath } from './pages.ts'
import { makeProvider, mountPath, portalClient } from './provider.ts'
import type { SignInDeps } from './sign_in.ts'
import { style } from './style.ts'

type Deps = SignInDeps & { keys: IssuerKeys; slowly(request: FastifyRequest): void }

/** The embedded issuer and its sign-in page, below `/oidc`. */
export const issuerRoutes = (deps: Deps) => async (app: FastifyInstance) => {
  const provider = providerOf(deps)
  // the issuer reads its bodies itself, with its own limit
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, done) => done(null))

  app.get(stylePath, (_request, reply) =>
    reply
      .headers({ 'cache-control': 'public, max-age=3600', 'x-content-type-options': 'nosniff' })
      .type('text/css; charset=utf-8')
      .send(style),
  )

  app.get('/oidc/sign-in/:uid', async (request, reply) => {
    deps.slowly(request)
    const asked = await askedBy(await provider(), request, reply)
    if (asked === null) return ended(reply)
    const person = asked.mayConfirm ? await signedIn(deps, request) : null
    const wantsOther = (request.query as { other?: unknown }).other !== undefined
    return show(person === null || wantsOther ? passwordPage(asked) : confirmPage({ ...asked, person }), 200, reply)
  })

  app.post('/oidc/sign-in/:uid', async (request, reply) => {
    deps.slowly(request)
    if (!fromOurPages(request.headers))
      throw new MeshError('denied', { action: 'POST', because: 'the form was not sent by our own page' })
    const form = await formOf(request)
    const issuer = await provider()
    const asked = await askedBy(issuer, request, reply)
    if (asked === null) return ended(reply)
    const as = form.get('as')
    if (as === 'no') return finish(issuer, request, reply, { error: 'access_denied', error_description: 'you said no' })
    if (as === 'other') return reply.redirect(`${request.url.split('?')[0]}?other`, 303)
    if (as === 'session') {
      const person = asked.mayConfirm ? await signedIn(deps, request) : null
      if (person === null) return show(passwordPage(asked), 401, reply)
      return finish(issuer, request, reply, { login: { accountId: person.id, remember: false }, consent: {} })
    }
    const guess = {
      name: (form.get('name') ?? '').trim().slice(0, 320),
      password: (form.get('password') ?? '').slice(0, 4_000),
    }
    try {
      const person = await principalByPassword({ ...guess, address: request.ip }, deps.identity)
      if (person !== null)
        return finish(issuer, request, reply, {
          login: { accountId: person.id, amr: ['pwd'], remember: false },
          consent: {},
        })
      const problem =
        'Name and password do not fit together. Mind capital letters; after several tries there is a pause.'
      return show(passwordPage({ ...asked, problem, name: guess.name }), 401, reply)
    } catch (error) {
      if (!isMeshError(error) || error.code !== 'rate-limited') throw error
      const seconds = Number((error.facts as { retryAfterSeconds: number }).retryAfterSeconds)
      const problem = `Too many tries. Try again in ${seconds > 90 ? `${Math.ceil(seconds / 60)} minutes` : `${seconds} seconds`}; a sign-in link from an administrator works at once.`
      return show(
        passwordPage({ ...asked, problem, name: guess.name }),
        429,
        reply.header('retry-after', String(seconds)),
      )
    }
  })

  app.route({
    method: ['GET', 'POST'],
    url: `${mountPath}/*`,
    handler: async (request, reply) => {
      deps.slowly(request)
      const callback = (await provider()).callback()
      const { raw } = request
      // going on with a sign-in takes nothing but its id
      const path = ((raw.url ?? '').slice(mountPath.length) || '/').replace(/^(\/auth\/[^?]*)\?.*$/s, '$1')
      Object.assign(raw, { originalUrl: raw.url, url: path })
      // only what was found out about the proxy counts; nobody else says what name and scheme the links have
      for (const name of ['x-forwarded-host', 'x-forwarded-for', 'x-forwarded-port', 'origin']) delete raw.headers[name]
      raw.headers['x-forwarded-proto'] = request.overHttps ? 'https' : 'http'
      // each sign-in begins anew: the issuer keeps nobody signed in, the portal's session does
      if (path.split('?')[0] === '/auth') raw.headers.cookie = withoutSession(raw.headers.cookie)
      reply.hijack()
      for (const [name, value] of Object.entries(hygiene)) reply.raw.setHeader(name, value)
      withoutCors(reply.raw)
      await callback(raw, reply.raw)
      return reply
    },
  })
}

/** The issuer lets every site read what it tells about itself; here no site may, unless it was named, and then only the API. */
const withoutCors = (reply: ServerResponse): void => {
  const set = reply.setHeader.bind(reply)
  reply.setHeader = (name, value) => (/^access-control-/i.test(name) ? reply : set(name, value))
}

/** Pages bring their own policy. To `script-src` the issuer adds the digest of the one line that sends a form on by itself. */
const hygiene = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; script-src 'self'; frame-ancestors 'none'; base-uri 'none'",
  'cross-origin-opener-policy': 'same-origin',
}

/** Made at first use, and again when its keys have changed. */
const providerOf = (deps: Deps): (() => Promise<Provider>) => {
  const { identity, keys, log } = deps
  let made: { of: string; provider: Promise<Provider> } | null = null
  const make = (): Promise<Provider> =>
    makeProvider({
      store: identity.store,
      now: identity.now,
      keys,
      issuer: deps.issuer(),
      audience: deps.audience(),
      ...(deps.clients === undefined ? {} : { clients: deps.clients }),
      takenBack: () => forgetEverywhere(identity),
      failed: ({ error, client, stack }) => {
        if (stack !== undefined) return log({ level: 'error', message: 'issuer failed', facts: { error, stack } })
        log({ level: 'warn', message: 'token refused', facts: { error, client } })
        if (error !== 'invalid_client') return
        const data = { by: 'client', client }
        identity.store.db
          .transaction()
          .execute((tx) => note(tx, 'sign-in.failed', 'unknown', 'system', data, identity.now()))
          .catch((cause: unknown) =>
            log({ level: 'error', message: 'event not written', facts: { error: String(cause) } }),
          )
      },
    })
  return () => {
    const of = `${deps.issuer()} ${keys.generation()}`
    if (made?.of !== of) {
      const provider = make()
      const mine = { of, provider }
      made = mine
      provider.catch(() => {
        if (made === mine) made = null
      })
    }
    return made.provider
  }
}

type Asked = { client: string; formsGoTo: string[]; mayConfirm: boolean }

/** Who asks for a sign-in; null when there is none of that id in this browser any more. */
const askedBy = async (provider: Provider, request: FastifyRequest, reply: FastifyReply): Promise<Asked | null> => {
  try {
    const { params, uid } = await provider.interactionDetails(request.raw, reply.raw)
    if (uid !== (request.params as { uid: string }).uid) return null
    const client = await provider.Client.find(String(params.client_id))
    if (!client) return null
    const goesTo = URL.parse(String(params.redirect_uri))?.origin
    return {
      client: client.clientName ?? client.clientId,
      formsGoTo: goesTo === undefined || goesTo === 'null' ? [] : [goesTo],
      // whoever comes from the portal's sign-in page wants to sign in
      mayConfirm: client.clientId !== portalClient && params.prompt !== 'login',
    }
  } catch (error) {
    // what the issuer throws when there is no such sign-in
    if ((error as { error?: string }).error === 'invalid_request') return null
    throw error
  }
}

/** The person whom this browser's session belongs to. One that a key opened ends with the key and gives nothing that lasts longer. */
const signedIn = async (
  { doors, identity }: Deps,
  request: FastifyRequest,
): Promise<{ id: string; name: string } | null> => {
  const secret = sessionOf(request)
  const session = secret === null ? null : await doors.session(secret, 'look')
  if (session === null || secret === null || session.actor.kind !== 'person') return null
  return (await sessionMethod(secret, identity)) === 'key' ? null : { id: session.actor.id, name: session.actor.name }
}

const finish = async (
  provider: Provider,
  request: FastifyRequest,
  reply: FastifyReply,
  result: Parameters<Provider['interactionFinished']>[2],
): Promise<FastifyReply> => {
  const to = await provider.interactionResult(request.raw, reply.raw, result, { mergeWithLastSubmission: false })
  return reply.header('cache-control', 'no-store').redirect(to, 303)
}

const ended = (reply: FastifyReply): FastifyReply => show(failurePage('session_not_found', 'expired'), 400, reply)

const show = ({ html, headers }: Page, status: number, reply: FastifyReply): FastifyReply =>
  reply.code(status).headers(headers).type('text/html; charset=utf-8').send(html)

const mostFormBytes = 16 * 1024

const formOf = async (request: FastifyRequest): Promise<URLSearchParams> => {
  if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? ''))
    throw new MeshError('media-type', { type: 'this kind' })
  let text = ''
  for await (const chunk of request.raw) {
    text += (chunk as Buffer).toString('latin1')
    if (text.length > mostFormBytes) throw new MeshError('request-too-large', { limitBytes: mostFormBytes })
  }
  return new URLSearchParams(text)
}

const withoutSession = (cookies: string | undefined): string =>
  (cookies ?? '')
    .split(';')
    .filter((pair) => !/^\s*(__Secure-)?datamesh_issuer(\.sig)?=/.test(pair))
    .join(';')
