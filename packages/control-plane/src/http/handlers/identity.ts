import { MeshError } from '@datamesh/core'
import type { FastifyRequest } from 'fastify'
import {
  closeSession,
  createClient,
  createKey,
  createSignIn,
  endOfKey,
  endSessions,
  listClients,
  listKeys,
  listPrincipals,
  listSessions,
  networkOf,
  openSession,
  ownViewOf,
  principals,
  putPrincipal,
  renewSession,
  revokeClient,
  revokeKey,
  setPassword,
  signIn,
} from '../../identity/index.ts'
import { dropSession, keepSession, sessionOf } from '../cookie.ts'
import { tokenOf } from '../guard.ts'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'

type Names =
  | 'signIn'
  | 'openSession'
  | 'closeSession'
  | 'me'
  | 'listKeys'
  | 'createKey'
  | 'revokeKey'
  | 'listPrincipals'
  | 'putPrincipal'
  | 'createSignIn'
  | 'authMethods'
  | 'setPassword'
  | 'listSessions'
  | 'endSessions'
  | 'createClient'
  | 'listClients'
  | 'revokeClient'

/** What a request was signed in by: an Authorization header wins over the cookie. */
const proofOf = (request: FastifyRequest) => ({
  token: tokenOf(request.headers.authorization),
  session: request.headers.authorization === undefined ? sessionOf(request) : null,
})

/** Nobody types a code more often than this. */
const signInLimit = { requests: 20, perSeconds: 60 }

export const identityHandlers = ({
  identity,
  access,
  rateLimiter,
  signIn: door,
}: HandlerDeps): Pick<Handlers, Names> => {
  const slowly = (address: string) => {
    const taken = rateLimiter.take('sign-in', `sign-in\n${networkOf(address)}`, signInLimit)
    if (!taken.allowed) {
      throw new MeshError('rate-limited', { port: 'sign-in', retryAfterSeconds: taken.retryAfterSeconds })
    }
  }
  const elsewhere = (what: string) =>
    new MeshError('request-invalid', { what: `${what} of people and machines are kept by the issuer in auth.issuer` })

  return {
    async signIn({ body, request }) {
      slowly(request.ip)
      return signIn(body.code, body.name, identity)
    },
    async openSession({ body: { code, token }, request, reply }) {
      slowly(request.ip)
      const proof = code !== undefined ? { code } : token !== undefined ? { token } : null
      if (proof === null || (code !== undefined && token !== undefined))
        throw new MeshError('request-invalid', { what: 'either `code` or `token` opens a session' })
      const { secret, principal, expiresAt } = await openSession(proof, identity, sessionOf(request))
      keepSession(reply, secret, expiresAt.getTime() - identity.now().getTime())
      return { principal, expiresAt: expiresAt.toISOString() }
    },
    async closeSession({ request, reply }) {
      const secret = sessionOf(request)
      const closed = secret === null ? null : await closeSession(secret, identity)
      dropSession(reply)
      return { ok: true, next: await door.signOutUrl(closed?.method ?? null) }
    },
    authMethods: () => ({ methods: door.methods() }),

    async me({ actor }) {
      const [row] = await principals(identity.store.db, actor.id)
      if (row === undefined) throw new MeshError('unauthenticated', { why: 'you are not known any more' })
      return ownViewOf(row)
    },

    async setPassword({ actor, body, request, reply }) {
      if (door.passwords === null) throw elsewhere('passwords')
      slowly(request.ip)
      const { session } = proofOf(request)
      await setPassword({ actor, ...body, session, address: request.ip }, door.passwords)
      const renewed = session === null ? null : await renewSession(session, identity)
      if (renewed) keepSession(reply, renewed.secret, renewed.expiresAt.getTime() - identity.now().getTime())
      return { ok: true }
    },
    listSessions: async ({ actor, request }) => ({
      sessions: await listSessions(actor.id, sessionOf(request), identity),
    }),
    async endSessions({ actor, query, request }) {
      await endSessions({ principal: actor.id, id: query.id, keep: sessionOf(request) }, identity)
      return { ok: true }
    },

    listKeys: async ({ actor }) => ({ keys: await listKeys(actor.id, identity) }),

    async createKey({ actor, body, request }) {
      const principal = body.principal ?? actor.id
      if (principal !== actor.id) {
        const decision = await access.decideFor(actor, 'identity:manage', {})
        if (!decision.allow) throw new MeshError('denied', { action: 'identity:manage', because: decision.because })
      }
      // what opens the door for a while makes nothing that opens it for longer
      const notAfter = principal === actor.id ? await endOfKey(proofOf(request), identity) : null
      return createKey({ principal, name: body.name, expiresInDays: body.expiresInDays, notAfter }, actor.id, identity)
    },

    async revokeKey({ actor, params }) {
      const { allow } = await access.decideFor(actor, 'identity:manage', {})
      await revokeKey(params.id, actor, allow, identity)
      return { ok: true }
    },

    listPrincipals: async () => ({ principals: await listPrincipals(identity) }),
    putPrincipal: ({ actor, params, body }) => putPrincipal({ id: params.id, ...body }, actor.id, identity),
    createSignIn: ({ actor, params }) => createSignIn(params.id, actor.id, identity),

    async createClient({ actor, body }) {
      const tokenEndpoint = door.tokenEndpoint()
      if (tokenEndpoint === null) throw elsewhere('client credentials')
      return { ...(await createClient(body, actor.id, identity)), tokenEndpoint }
    },
    listClients: async () => ({ clients: await listClients(identity) }),
    async revokeClient({ actor, params }) {
      await revokeClient(params.id, actor.id, identity)
      return { ok: true }
    },
  }
}
