import { type Actor, isMeshError, MeshError } from '@datamesh/core'
import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from 'jose'
import type { Row } from '../store/index.ts'
import { adopt, type Claims, type GroupSettings } from './adopt.ts'
import { liveClient, looksLikeClient } from './clients.ts'
import type { IssuerKeys } from './issuer_keys.ts'
import type { IdentityDeps } from './notes.ts'
import { actorById } from './store.ts'

/** An issuer of somebody else. */
export type IssuerSettings = GroupSettings & {
  issuer: string
  /** What the `aud` of an access token has to name. Without it no access token of this issuer opens anything. */
  audience?: string | undefined
  /** Clients of the portal and of the command line there: ID tokens are for them. */
  clientId?: string | undefined
  cliClient?: string | undefined
  /** Asymmetric only. */
  algorithms: readonly string[]
}

/** The embedded one: as it names itself, the audience that it writes into its tokens, its keys. */
export type EmbeddedIssuer = { issuer(): string; audience(): string; keys: IssuerKeys }

/** The actor behind an access token, and until when it is one; null when the token opens nothing. @throws issuer-unreachable */
export type Bearer = (token: string) => Promise<{ actor: Actor; expiresAt: number } | null>

/** Signed tokens have three parts; ours begin otherwise. */
export const looksLikeJwt = (token: string): boolean =>
  token.length <= 16_384 && /^eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/.test(token)

/** Clocks of two machines differ. */
const toleranceSeconds = 30

/**
 * Checks access tokens: of the embedded issuer by the keys of this home, of another issuer by those that it publishes. Which rights there are
 * is read from the state each time: a token says who somebody is. Rule: RFC 9068, 4
 */
export const openBearer = (
  deps: IdentityDeps & { embedded: EmbeddedIssuer | null; external: IssuerSettings | null; fetch?: typeof fetch },
): Bearer => {
  const { embedded, external, store, now } = deps
  const ownKeys = embedded === null ? null : ownKeysOf(embedded.keys)
  const othersKeys = external === null ? null : othersKeysOf(external.issuer, deps.fetch ?? fetch, now)

  const ofOurs = async (token: string) => {
    if (embedded === null || ownKeys === null) return nobody
    const checked = await verified(token, await ownKeys(), {
      issuer: embedded.issuer(),
      audience: embedded.audience(),
      algorithms: ['ES256'],
      typ: 'at+jwt',
      requiredClaims: ['sub', 'exp', 'iat', 'client_id'],
      clockTolerance: toleranceSeconds,
      currentDate: now(),
    })
    return checked === null || isBound(checked.payload)
      ? nobody
      : { id: await holderOf(checked.payload, deps), payload: checked.payload }
  }

  const ofOthers = async (token: string, settings: IssuerSettings) => {
    if (settings.audience === undefined || othersKeys === null) return nobody
    const checked = await verified(token, await othersKeys(), {
      issuer: settings.issuer,
      audience: settings.audience,
      algorithms: [...settings.algorithms],
      requiredClaims: ['sub', 'exp', 'iat'],
      clockTolerance: toleranceSeconds,
      currentDate: now(),
    })
    if (checked === null) return nobody
    const { payload, protectedHeader } = checked
    // an ID token is for the client that asked for it, never a key to an API
    const kind = protectedHeader.typ?.toLowerCase().replace(/^application\//, '') ?? 'jwt'
    if ((kind !== 'at+jwt' && kind !== 'jwt') || isIdToken(payload, kind, settings) || isBound(payload)) return nobody
    if (typeof payload.sub !== 'string' || payload.sub === '' || payload.sub.length > 500) return nobody
    return { id: await adopt(payload as Claims, settings, deps), payload }
  }

  return async (token) => {
    const said = issuerSaid(token)
    if (said === undefined) return null
    const { id, payload } =
      said === embedded?.issuer()
        ? await ofOurs(token)
        : external !== null && said === external.issuer
          ? await ofOthers(token, external)
          : nobody
    const actor = id === null ? null : await actorById(store.db, id)
    return actor === null ? null : { actor, expiresAt: (payload.exp as number) * 1000 }
  }
}

/** Where the API and a client of the issuer have one name, a plain JWT for it has to say what it may do, which an ID token never does. */
const isIdToken = (payload: JWTPayload, kind: string, { clientId, cliClient }: IssuerSettings): boolean => {
  if (['nonce', 'at_hash', 'c_hash'].some((claim) => payload[claim] !== undefined) || payload.typ === 'ID') return true
  const forClient = [payload.aud].flat().some((each) => each !== undefined && (each === clientId || each === cliClient))
  return kind === 'jwt' && forClient && payload.scope === undefined && payload.scp === undefined
}

/** To a key that whoever sends the token would have to prove, which is not asked for here: it may be a stolen one. Rule: RFC 7800, 3.1 */
const isBound = (payload: JWTPayload): boolean => payload.cnf !== undefined

const nobody: { id: string | null; payload: JWTPayload } = { id: null, payload: {} }

/** Null: the token is wrong in some way. @throws issuer-unreachable, from the keys */
const verified = async (token: string, keys: JWTVerifyGetKey, rules: JWTVerifyOptions) => {
  const { jwtVerify } = await import('jose')
  try {
    return await jwtVerify(token, keys, rules)
  } catch (error) {
    if (isMeshError(error)) throw error
    return null
  }
}

/** The principal that a token of the embedded issuer stands for: as long as its client is live, or what was granted is not taken back. */
const holderOf = async (payload: JWTPayload, { store, now }: IdentityDeps): Promise<string | null> => {
  const { sub, client_id: clientId, gid } = payload
  if (typeof clientId !== 'string' || typeof sub !== 'string') return null
  if (looksLikeClient(clientId)) {
    const client = sub === clientId ? await liveClient(store.db, clientId) : null
    if (client !== null) await noteUse(client, store, now())
    return client?.principal ?? null
  }
  if (typeof gid !== 'string') return null
  const grant = await store.db
    .selectFrom('oidc_record')
    .select('id')
    .where('kind', '=', 'Grant')
    .where('id', '=', gid)
    .where('account', '=', sub)
    .where((e) => e.or([e('expires_at', 'is', null), e('expires_at', '>', now())]))
    .executeTakeFirst()
  return grant === undefined ? null : sub
}

const noteUse = async (client: Row<'oauth_client'>, store: IdentityDeps['store'], at: Date): Promise<void> => {
  if (at.getTime() - (client.last_used_at?.getTime() ?? 0) < 60_000) return
  await store.db.updateTable('oauth_client').set({ last_used_at: at }).where('id', '=', client.id).execute()
}

/** Read again when they have changed. */
const ownKeysOf = (keys: IssuerKeys): (() => Promise<JWTVerifyGetKey>) => {
  let of = -1
  let found: JWTVerifyGetKey | null = null
  return async () => {
    const { createLocalJWKSet } = await import('jose')
    if (found === null || of !== keys.generation()) {
      of = keys.generation()
      found = createLocalJWKSet({ keys: keys.verifying() })
    }
    return found
  }
}

/** Where the issuer says that they are; a new one of it is fetched when a token names it, at most every ten seconds. */
const othersKeysOf = (issuer: string, get: typeof fetch, now: () => Date): (() => Promise<JWTVerifyGetKey>) => {
  let found: { keys: JWTVerifyGetKey; until: number } | null = null
  let failed: { error: MeshError; until: number } | null = null
  return async () => {
    const at = now().getTime()
    if (found !== null && at < found.until) return found.keys
    if (failed !== null && at < failed.until) throw failed.error
    try {
      const { createRemoteJWKSet, customFetch, errors } = await import('jose')
      const where = await jwksOf(issuer, get)
      const remote = createRemoteJWKSet(where, {
        cooldownDuration: 10_000,
        cacheMaxAge: 10 * 60_000,
        timeoutDuration: 5_000,
        [customFetch]: get,
      })
      const keys: JWTVerifyGetKey = async (header, token) => {
        try {
          return await remote(header, token)
        } catch (cause) {
          // a key that is not there is the token's fault, everything else that of the issuer
          if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) throw cause
          if (cause instanceof errors.JOSENotSupported) throw cause
          throw new MeshError('issuer-unreachable', { issuer, why: (cause as Error).message }, { cause })
        }
      }
      found = { keys, until: at + 24 * 60 * 60_000 }
      failed = null
      return keys
    } catch (error) {
      const told = new MeshError('issuer-unreachable', { issuer, why: (error as Error).message }, { cause: error })
      failed = { error: told, until: at + 5_000 }
      throw told
    }
  }
}

const jwksOf = async (issuer: string, get: typeof fetch): Promise<URL> => {
  const reply = await get(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(5_000),
  })
  if (!reply.ok) throw new Error(`its configuration answers ${reply.status}`)
  const about = (await reply.json()) as { issuer?: unknown; jwks_uri?: unknown }
  if (about.issuer !== issuer) throw new Error('its configuration names another issuer')
  const where = new URL(String(about.jwks_uri))
  if (!isSafe(where)) throw new Error('its keys are not on https')
  return where
}

/** https, or this machine. */
export const isSafe = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname))

/** Not believed, only looked at: it says by whose keys the token has to be checked. */
const issuerSaid = (token: string): string | undefined => {
  try {
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as {
      iss?: unknown
    }
    return typeof payload.iss === 'string' ? payload.iss : undefined
  } catch {
    return undefined
  }
}
