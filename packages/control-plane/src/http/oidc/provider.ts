import type { EventEmitter } from 'node:events'
import type { ClientMetadata, Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider'
import { type IssuerKeys, isSecretOf, looksLikeClient, principals } from '../../identity/index.ts'
import type { Store } from '../../store/index.ts'
import { adapterFor } from './adapter.ts'
import { failurePage, type Page, signedOutPage, signOutPage } from './pages.ts'

/** Where the issuer lives below the platform's own address. */
export const mountPath = '/oidc'
export const portalClient = 'datamesh-portal'
export const cliClient = 'datamesh-cli'
/** Where the portal's sign-in comes back to. */
export const callbackPath = '/auth/callback'

export type ProviderDeps = {
  store: Store
  now: () => Date
  keys: IssuerKeys
  /** `https://mesh.example/oidc`. */
  issuer: string
  audience: string
  takenBack: () => Promise<void>
  /** Other applications that sign in here. */
  clients?: () => readonly ClientMetadata[]
  failed: (facts: { error: string; client: string | null; stack?: string }) => void
}

const minute = 60
const day = 24 * 60 * minute

/**
 * The embedded issuer: people with a password here, machines with client credentials. Its clients are ours, so nobody is asked for consent to
 * what our own portal does; the CLI is confirmed on the sign-in page. Loaded at first use: 60 ms and 20 MB that most starts do not need.
 */
export const makeProvider = async (deps: ProviderDeps): Promise<Provider> => {
  const { Provider, errors } = await import('oidc-provider')
  const { keys, issuer, audience, store } = deps
  const https = issuer.startsWith('https:')
  const prefix = https ? '__Secure-' : ''
  const usedUp = () => new errors.InvalidGrant('it was used already')
  const settings: Configuration = {
    adapter: adapterFor({ ...deps, usedUp }),
    clients: [
      {
        client_id: portalClient,
        client_name: 'Datamesh portal',
        client_secret: keys.portalSecret(),
        // every name of this server: see redirectUriAllowed below
        redirect_uris: [new URL(callbackPath, issuer).href],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
      {
        client_id: cliClient,
        client_name: 'datamesh command line',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        // any port: RFC 8252, 7.3
        redirect_uris: ['http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
      ...(deps.clients?.() ?? []),
    ],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    jwks: { keys: keys.signing() },
    cookies: {
      keys: keys.cookies(),
      names: {
        session: `${prefix}datamesh_issuer`,
        interaction: `${prefix}datamesh_asked`,
        resume: `${prefix}datamesh_resume`,
      },
      long: { signed: true, httpOnly: true, sameSite: 'lax', path: mountPath },
      short: { signed: true, httpOnly: true, sameSite: 'lax' },
    },
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email'], groups: ['groups'] },
    scopes: ['openid', 'offline_access'],
    // what the scopes ask for stands in the ID token: nobody needs a second request
    conformIdTokenClaims: false,
    enabledJWA: {
      idTokenSigningAlgValues: ['ES256'],
      userinfoSigningAlgValues: ['ES256'],
      requestObjectSigningAlgValues: ['ES256'],
      clientAuthSigningAlgValues: ['ES256'],
    },
    responseTypes: ['code'],
    pkce: { required: () => true },
    clientAuthMethods: ['client_secret_basic', 'none'],
    features: {
      devInteractions: { enabled: false },
      // nothing of ours uses them; the API does not check what a token is bound to
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
      userinfo: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          show(ctx, signOutPage(form, originsOf(ctx.oidc.params?.post_logout_redirect_uri)))
        },
        postLogoutSuccessSource: (ctx) => {
          show(ctx, signedOutPage())
        },
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource) => {
          if (resource !== audience) throw new errors.InvalidTarget()
          return {
            scope: '',
            audience,
            accessTokenFormat: 'jwt',
            accessTokenTTL: 10 * minute,
            jwt: { sign: { alg: 'ES256' } },
          }
        },
      },
    },
    ttl: {
      AccessToken: 10 * minute,
      AuthorizationCode: minute,
      ClientCredentials: 10 * minute,
      Grant: 30 * day,
      IdToken: 10 * minute,
      Interaction: 10 * minute,
      RefreshToken: 14 * day,
      Session: 60 * minute,
    },
    // by the grant a token is refused as soon as what it came from is taken back
    extraTokenClaims: async (_ctx, token) => {
      if (token.kind !== 'AccessToken') return undefined
      const [person] = await principals(store.db, token.accountId)
      return { gid: token.grantId, groups: [...(person?.teams ?? [])] }
    },
    issueRefreshToken: async (_ctx, client) => client.clientId === cliClient,
    expiresWithSession: async () => false,
    clientBasedCORS: () => false,
    interactions: { url: (_ctx, { uid }) => `${mountPath}/sign-in/${uid}` },
    findAccount: async (_ctx, id) => {
      const [person] = await principals(store.db, id)
      if (person === undefined || person.disabled || person.kind !== 'person') return undefined
      return {
        accountId: id,
        claims: async () => ({
          sub: id,
          name: person.name,
          preferred_username: id,
          email: person.email ?? undefined,
          groups: [...person.teams],
        }),
      }
    },
    loadExistingGrant: async ({ oidc }) => {
      const { client, session, provider, params } = oidc
      const accountId = session?.accountId
      if (client === undefined || accountId === undefined) return undefined
      const grant = new provider.Grant({ clientId: client.clientId, accountId })
      grant.addOIDCScope(String(params?.scope ?? 'openid'))
      await grant.save()
      return grant
    },
    renderError: (ctx, out) => {
      show(ctx, failurePage(out.error, String(out.error_description ?? '')))
    },
  }
  const provider = new Provider(issuer, settings)
  // what x-forwarded-* say was decided by mount.ts
  provider.proxy = true

  const { Client } = provider as unknown as { Client: { prototype: ClientMethods } }
  const { compareClientSecret, redirectUriAllowed, postLogoutRedirectUriAllowed } = Client.prototype
  Client.prototype.compareClientSecret = function (actual) {
    return looksLikeClient(this.clientId)
      ? isSecretOf(this.clientSecret, actual)
      : compareClientSecret.call(this, actual)
  }
  Client.prototype.redirectUriAllowed = function (value) {
    return this.clientId === portalClient ? value === here(callbackPath) : redirectUriAllowed.call(this, value)
  }
  Client.prototype.postLogoutRedirectUriAllowed = function (value) {
    return this.clientId === portalClient ? value === here('/sign-in') : postLogoutRedirectUriAllowed.call(this, value)
  }
  /** The portal is reached by several names; it comes back to the one by which it was asked. */
  const here = (path: string): string | null => {
    const { ctx } = Provider
    return ctx === undefined ? null : `${ctx.protocol}://${ctx.host}${path}`
  }

  ;(provider as EventEmitter).on('error', (error: Error) =>
    deps.failed({ error: 'server_error', client: null, stack: error.stack ?? error.message }),
  )
  provider.on('server_error', (_ctx, error) =>
    deps.failed({ error: 'server_error', client: null, stack: error.stack ?? error.message }),
  )
  provider.on('grant.error', (ctx, error) =>
    deps.failed({ error: error.message, client: ctx.oidc?.client?.clientId ?? null }),
  )
  return provider
}

type ClientMethods = {
  clientId: string
  clientSecret: string
  compareClientSecret(actual: string): boolean | Promise<boolean>
  redirectUriAllowed(value: string): boolean
  postLogoutRedirectUriAllowed(value: string): boolean
}

/** What a form may end at by way of redirects. */
const originsOf = (url: unknown): string[] => {
  const origin = typeof url === 'string' ? URL.parse(url)?.origin : undefined
  return origin === undefined || origin === 'null' ? [] : [origin]
}

const show = (ctx: KoaContextWithOIDC, { html, headers }: Page): void => {
  ctx.type = 'html'
  ctx.set(headers)
  ctx.body = html
}
