import { MeshError } from '@datamesh/core'
import {
  closeSession,
  createKey,
  createSignIn,
  listKeys,
  listPrincipals,
  openSession,
  putPrincipal,
  revokeKey,
  signIn,
} from '../../identity/index.ts'
import { dropSession, keepSession, sessionOf } from '../cookie.ts'
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

/** Nobody types a code more often than this. */
const signInLimit = { requests: 20, perSeconds: 60 }

export const identityHandlers = ({ identity, access, rateLimiter }: HandlerDeps): Pick<Handlers, Names> => {
  const slowly = (address: string) => {
    const taken = rateLimiter.take('sign-in', `sign-in\n${address}`, signInLimit)
    if (!taken.allowed) {
      throw new MeshError('rate-limited', { port: 'sign-in', retryAfterSeconds: taken.retryAfterSeconds })
    }
  }

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
      const { secret, principal, expiresAt } = await openSession(proof, identity)
      keepSession(reply, secret, expiresAt.getTime() - identity.now().getTime())
      return { principal, expiresAt: expiresAt.toISOString() }
    },
    async closeSession({ request, reply }) {
      const secret = sessionOf(request.headers.cookie)
      if (secret !== null) await closeSession(secret, identity)
      dropSession(reply)
      return { ok: true }
    },

    me: ({ actor }) => ({
      id: actor.id,
      name: actor.name,
      kind: actor.kind,
      roles: actor.roles.map((binding) => ({ ...binding })),
      teams: [...(actor.teams ?? [])],
      email: null,
      disabled: false,
      signsInBy: [],
    }),

    listKeys: async ({ actor }) => ({ keys: await listKeys(actor.id, identity) }),

    async createKey({ actor, body }) {
      const principal = body.principal ?? actor.id
      if (principal !== actor.id) {
        const decision = await access.decideFor(actor, 'identity:manage', {})
        if (!decision.allow) throw new MeshError('denied', { action: 'identity:manage', because: decision.because })
      }
      return createKey({ principal, name: body.name, expiresInDays: body.expiresInDays }, actor.id, identity)
    },

    async revokeKey({ actor, params }) {
      const { allow } = await access.decideFor(actor, 'identity:manage', {})
      await revokeKey(params.id, actor, allow, identity)
      return { ok: true }
    },

    listPrincipals: async () => ({ principals: await listPrincipals(identity) }),
    putPrincipal: ({ actor, params, body }) => putPrincipal({ id: params.id, ...body }, actor.id, identity),
    createSignIn: ({ actor, params }) => createSignIn(params.id, actor.id, identity),
  }
}
