import { createHash, randomBytes } from 'node:crypto'
import { isMeshError, MeshError } from '@datamesh/core'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Configuration } from 'openid-client'
import { adopt, type Claims, isSafe, openSession } from '../../identity/index.ts'
import { json } from '../../store/index.ts'
import { dropJourney, journeyOf, keepJourney, keepSession, sessionOf } from '../cookie.ts'
import { fetchFromSelf, type SelfMark } from './loopback.ts'
import { callbackPath, portalClient } from './provider.ts'
import type { SignInDeps } from './sign_in.ts'

export const startPath = '/auth/start'
const journeyMs = 10 * 60_000

/** What is remembered from going to the issuer until coming back. */
type Journey = { state: string; nonce: string; verifier: string; to: string; redirectUri: string }

type Deps = SignInDeps & { slowly(request: FastifyRequest): void; self: SelfMark }

export type RelyingParty = {
  routes(app: FastifyInstance): void
  /** Where a browser ends its session at an issuer of somebody else; null: nowhere, or the issuer does not answer. */
  signOutUrl(): Promise<string | null>
}

/** The portal as a client of the issuer, embedded or not: code flow with PKCE, state and nonce, on the server. No token reaches the browser. */
export const relyingParty = (deps: Deps): RelyingParty => {
  const { identity, external, log } = deps
  const { store, now } = identity
  const configuration = remembered(() => discover(deps), now)

  const begin = async (request: FastifyRequest, reply: FastifyReply) => {
    deps.slowly(request)
    const to = pathOf((request.query as { to?: unknown }).to)
    const here = originOf(request)
    // somebody else's issuer knows one address to come back to
    if (external !== null && here !== new URL(deps.publicUrl()).origin)
      return reply.redirect(`${deps.publicUrl()}${startPath}?to=${encodeURIComponent(to)}`, 302)
    try {
      const client = await import('openid-client')
      const config = await configuration()
      const journey: Journey = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
        to,
        redirectUri: here + callbackPath,
      }
      const at = client.buildAuthorizationUrl(config, {
        redirect_uri: journey.redirectUri,
        response_type: 'code',
        scope: (external?.scopes ?? ['openid', 'profile', 'email']).join(' '),
        state: journey.state,
        nonce: journey.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(journey.verifier),
        code_challenge_method: 'S256',
      })
      const secret = randomBytes(32).toString('base64url')
      const row = {
        payload: json(journey as Record<string, unknown>),
        expires_at: new Date(now().getTime() + journeyMs),
      }
      await store.db
        .insertInto('oidc_record')
        .values({ kind: 'Journey', id: digest(secret), ...row })
        .execute()
      keepJourney(reply, secret, journeyMs)
      // the embedded issuer answers under every name of this server: the browser stays where it is
      const where = external === null ? `${at.pathname}${at.search}` : at.href
      return reply.header('cache-control', 'no-store').redirect(where, 302)
    } catch (error) {
      return failed(error, to, reply)
    }
  }

  const comeBack = async (request: FastifyRequest, reply: FastifyReply) => {
    deps.slowly(request)
    const secret = journeyOf(request)
    dropJourney(reply)
    const journey = secret === null ? null : await takeJourney(secret)
    if (journey === null) return failed(new MeshError('unauthenticated', { why: 'expired' }), '/', reply)
    try {
      const client = await import('openid-client')
      const config = await configuration()
      const came = new URL(journey.redirectUri)
      came.search = new URL(request.url, came).search
      const tokens = await client.authorizationCodeGrant(config, came, {
        pkceCodeVerifier: journey.verifier,
        expectedState: journey.state,
        expectedNonce: journey.nonce,
        idTokenExpected: true,
      })
      const claims = tokens.claims() as Claims
      const principal = external === null ? claims.sub : await adopted(config, tokens.access_token, claims)
      if (principal === null) throw new MeshError('unauthenticated', { why: 'disabled' })
      const method = external === null ? ('password' as const) : ('oidc' as const)
      const opened = await openSession({ principal, method }, identity, sessionOf(request))
      keepSession(reply, opened.secret, opened.expiresAt.getTime() - now().getTime())
      return reply.header('cache-control', 'no-store').redirect(journey.to, 302)
    } catch (error) {
      return failed(error, journey.to, reply)
    }
  }

  /** An ID token need not hold the groups; then the issuer is asked. */
  const adopted = async (config: Configuration, accessToken: string, claims: Claims): Promise<string | null> => {
    if (external === null) return null
    const complete = Object.hasOwn(claims, external.groupClaim) && claims.name !== undefined
    if (complete || config.serverMetadata().userinfo_endpoint === undefined) return adopt(claims, external, identity)
    const { fetchUserInfo } = await import('openid-client')
    const more = await fetchUserInfo(config, accessToken, claims.sub).catch((error: unknown) => {
      log({ level: 'warn', message: 'the issuer tells nothing about its user', facts: { error: String(error) } })
      return {}
    })
    return adopt({ ...more, ...claims }, external, identity)
  }

  const takeJourney = async (secret: string): Promise<Journey | null> => {
    const taken = await store.db
      .deleteFrom('oidc_record')
      .where('kind', '=', 'Journey')
      .where('id', '=', digest(secret))
      .returning(['payload', 'expires_at'])
      .executeTakeFirst()
    if (!taken || (taken.expires_at ?? new Date(0)) <= now()) return null
    return taken.payload as Journey
  }

  const failed = (error: unknown, to: string, reply: FastifyReply) => {
    const why = reasonOf(error)
    // codes and tokens never stand in these errors' messages
    const facts = { why, error: error instanceof Error ? error.message : String(error) }
    log({ level: why === 'unreachable' ? 'error' : 'warn', message: 'sign-in failed', facts })
    return reply
      .header('cache-control', 'no-store')
      .redirect(`/sign-in?failed=${why}&to=${encodeURIComponent(to)}`, 302)
  }

  return {
    routes(app) {
      app.get(startPath, begin)
      app.get(callbackPath, comeBack)
    },
    async signOutUrl() {
      if (external === null) return null
      try {
        const { buildEndSessionUrl } = await import('openid-client')
        const config = await configuration()
        if (config.serverMetadata().end_session_endpoint === undefined) return null
        return buildEndSessionUrl(config, { post_logout_redirect_uri: `${deps.publicUrl()}/sign-in` }).href
      } catch {
        return null
      }
    },
  }
}

/** A path of our own pages; anything that a browser could take for another site is none. Rule: ASVS 5.0, 3.7.2 */
export const pathOf = (to: unknown): string => {
  if (typeof to !== 'string' || to.length > 2_000 || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(to)) return '/'
  const parsed = URL.parse(to, 'http://here.invalid')
  return parsed?.origin === 'http://here.invalid'
    ? parsed.pathname.replace(/^\/+/, '/') + parsed.search + parsed.hash
    : '/'
}

export const originOf = (request: FastifyRequest): string =>
  `${request.overHttps ? 'https' : 'http'}://${request.headers.host ?? ''}`

const reasonOf = (error: unknown): 'expired' | 'disabled' | 'refused' | 'unreachable' => {
  if (isMeshError(error) && error.code === 'unauthenticated')
    return (error.facts as { why: string }).why === 'expired' ? 'expired' : 'disabled'
  const { code, error: said } = error as { code?: string; error?: string }
  if (said !== undefined || code === 'OAUTH_RESPONSE_BODY_ERROR' || code?.startsWith('OAUTH_INVALID')) return 'refused'
  return 'unreachable'
}

const discover = async (deps: Deps): Promise<Configuration> => {
  const client = await import('openid-client')
  const { external } = deps
  const issuer = new URL(external?.issuer ?? deps.issuer())
  const insecure = external === null || isSafe(issuer)
  return client.discovery(
    issuer,
    external?.clientId ?? portalClient,
    external === null
      ? { id_token_signed_response_alg: 'ES256', [client.clockTolerance]: 30 }
      : { [client.clockTolerance]: 30 },
    external === null
      ? client.ClientSecretBasic(deps.keys?.portalSecret() ?? '')
      : external.clientSecret === undefined
        ? client.None()
        : client.ClientSecretBasic(external.clientSecret),
    {
      timeout: 10,
      // signatures of ID tokens are checked although they come straight from the issuer
      execute: [
        client.enableNonRepudiationChecks,
        ...(insecure && issuer.protocol === 'http:' ? [client.allowInsecureRequests] : []),
      ],
      ...(external === null ? { [client.customFetch]: fetchFromSelf(deps.port, deps.connectTo, deps.self) } : {}),
    },
  )
}

/** One answer for an hour; one failure for five seconds. */
const remembered = <T>(make: () => Promise<T>, now: () => Date): (() => Promise<T>) => {
  let kept: { value: Promise<T>; until: number } | null = null
  return () => {
    const at = now().getTime()
    if (kept === null || at >= kept.until) {
      const value = make()
      const mine = { value, until: at + 60 * 60_000 }
      kept = mine
      value.catch(() => {
        mine.until = now().getTime() + 5_000
      })
    }
    return kept.value
  }
}

const digest = (secret: string): string => createHash('sha256').update(secret).digest('hex')
