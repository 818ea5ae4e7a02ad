import { MeshError } from '@datamesh/core'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ClientMetadata } from 'oidc-provider'
import {
  type GroupRule,
  type IssuerKeys,
  type IssuerSettings,
  networkOf,
  type PasswordDeps,
  turnsOf,
} from '../../identity/index.ts'
import type { RateLimiter } from '../rate.ts'
import type { Doors } from '../sign_in.ts'
import { issuerRoutes } from './issuer.ts'
import { selfMark } from './loopback.ts'
import { cliClient, mountPath } from './provider.ts'
import { relyingParty, startPath } from './relying.ts'

/** `auth.*` of the settings: an issuer of somebody else. */
export type ExternalIssuer = IssuerSettings & {
  clientId: string
  clientSecret?: string | undefined
  scopes: readonly string[]
  groups: readonly GroupRule[]
  /** Public client of the command line at that issuer. */
  cliClient?: string | undefined
  /** On the button of the sign-in page. */
  label: string
}

export type SignInDeps = {
  identity: PasswordDeps
  doors: Pick<Doors, 'session'>
  /** Null: the embedded issuer is off, because there is another. */
  keys: IssuerKeys | null
  external: ExternalIssuer | null
  /** As people reach this server, without a slash at the end; known once it listens. */
  publicUrl(): string
  /** The embedded issuer as it names itself. */
  issuer(): string
  audience(): string
  /** Other applications that sign in at the embedded issuer. */
  clients?: () => readonly ClientMetadata[]
  /** Where this process listens. */
  port(): number
  connectTo: string
  rateLimiter: RateLimiter
  log(entry: { level: 'info' | 'warn' | 'error'; message: string; facts: Record<string, unknown> }): void
}

export type SignIn = {
  routes(app: FastifyInstance): Promise<void>
  methods(): {
    kind: 'oidc' | 'code' | 'key'
    label: string
    start: string | null
    issuer: string | null
    cliClient: string | null
    scope: string | null
  }[]
  /** Where somebody goes on to sign out at the issuer too; null: nowhere. */
  signOutUrl(method: string | null): Promise<string | null>
  /** Where machines get tokens; null: not here. */
  tokenEndpoint(): string | null
  /** Null: people have no passwords here. */
  passwords: PasswordDeps | null
}

/** Requests of one address to everything that takes part in signing in; a journey takes seven. */
const limit = { requests: 240, perSeconds: 60 }

/** Everything about signing in that is not a route of the table: the issuer, its pages, and the way there and back. */
export const openSignIn = (given: SignInDeps): SignIn => {
  const deps = { ...given, identity: { ...given.identity, inTurn: turnsOf(2, 50) } }
  const self = selfMark()
  const slowly = (request: FastifyRequest): void => {
    // the portal's own requests come from this machine for everybody: whoever began them was counted
    if (self.is(request.headers)) return
    const taken = deps.rateLimiter.take('sign-in', `oidc\n${networkOf(request.ip)}`, limit)
    if (!taken.allowed)
      throw new MeshError('rate-limited', { port: 'sign-in', retryAfterSeconds: taken.retryAfterSeconds })
  }
  const relying = relyingParty({ ...deps, slowly, self })
  const { external } = deps
  const rest = { start: null, issuer: null, cliClient: null, scope: null }
  return {
    async routes(app) {
      relying.routes(app)
      if (deps.keys !== null) await app.register(issuerRoutes({ ...deps, keys: deps.keys, slowly }))
    },
    methods: () => [
      external === null
        ? {
            kind: 'oidc',
            label: 'Sign in with a password',
            start: startPath,
            issuer: deps.issuer(),
            cliClient,
            scope: 'openid',
          }
        : {
            kind: 'oidc',
            label: external.label,
            start: startPath,
            issuer: external.issuer,
            cliClient: external.cliClient ?? null,
            scope: [...new Set([...external.scopes, 'offline_access'])].join(' '),
          },
      { kind: 'code', label: 'One-time code', ...rest },
      { kind: 'key', label: 'API key', ...rest },
    ],
    signOutUrl: async (method) => (method === 'oidc' ? relying.signOutUrl() : null),
    tokenEndpoint: () => (deps.keys === null ? null : `${deps.publicUrl()}${mountPath}/token`),
    passwords: deps.keys === null ? null : deps.identity,
  }
}
