import { MeshError } from '@datamesh/core'
import {
  createKey,
  createSignIn,
  listKeys,
  listPrincipals,
  putPrincipal,
  revokeKey,
  signIn,
} from '../../identity/index.ts'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'

type Names =
  | 'signIn'
  | 'me'
  | 'listKeys'
  | 'createKey'
  | 'revokeKey'
  | 'listPrincipals'
  | 'putPrincipal'
  | 'createSignIn'

/** Nobody types a code more often than this. */
const signInLimit = { requests: 20, perSeconds: 60 }

export const identityHandlers = ({ identity, access, rateLimiter }: HandlerDeps): Pick<Handlers, Names> => ({
  async signIn({ body, request }) {
    const taken = rateLimiter.take('sign-in', `sign-in\n${request.ip}`, signInLimit)
    if (!taken.allowed) {
      throw new MeshError('rate-limited', { port: 'sign-in', retryAfterSeconds: taken.retryAfterSeconds })
    }
    return signIn(body.code, body.name, identity)
  },

  me: ({ actor }) => ({
    id: actor.id,
    name: actor.name,
    kind: actor.kind,
    roles: actor.roles.map((binding) => ({ ...binding })),
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
})
