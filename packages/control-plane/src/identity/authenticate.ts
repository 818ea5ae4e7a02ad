import type { Actor } from '@datamesh/core'
import type { Store } from '../store/index.ts'
import { type Bearer, looksLikeJwt } from './bearer.ts'
import { type LiveSession, liveSession } from './live_session.ts'
import { identityChannel } from './notes.ts'
import { keyWithActor } from './store.ts'
import { digestOf, keyIdOf, looksLikeSession, sameDigest } from './token.ts'

type Known = { actor: Actor; keyId: string | null; expiresAt: number; until: number }

/** A browser's request. `renewedForMs`: its cookie is to be sent again, good for so long. */
export type SignedIn = { actor: Actor; renewedForMs: number | null }

export type Authenticator = AsyncDisposable & {
  /** The actor behind a token; null when it opens nothing. From memory it takes microseconds. */
  authenticate(token: string): Actor | null | Promise<Actor | null>
  /** The actor behind the secret of a browser's session; null when it is over. To use one moves its end, to look at it does not. */
  session(secret: string, how?: 'look'): SignedIn | null | Promise<SignedIn | null>
  /** Forgets what was verified, at once: the next call of everybody reads the state again. */
  forget(): void
  /** Writes down when keys were last used, at most once a minute and key. */
  flush(): Promise<void>
}

/**
 * Verified tokens are remembered by their digest for a few seconds. A revocation forgets them in this process at once, and in other replicas
 * by NOTIFY; the lifetime of an entry only bounds what a lost notification could do. An answer that was being read while somebody revoked is
 * used once and not remembered.
 */
export const openAuthenticator = async (deps: {
  store: Store
  now: () => Date
  ttlMs?: number
  flushEveryMs?: number
  /** Access tokens of OpenID Connect; without it keys are the only tokens. */
  bearer?: Bearer
}): Promise<Authenticator> => {
  const { store, now, ttlMs = 5_000, flushEveryMs = 5_000 } = deps
  const maxKnown = 10_000
  const known = new Map<string, Known>()
  const sessions = new Map<string, LiveSession & { until: number }>()
  const lastWritten = new Map<string, number>()
  const used = new Map<string, Date>()
  let generation = 0

  const forget = () => {
    generation += 1
    known.clear()
    sessions.clear()
  }

  const noteUse = (keyId: string, at: number) => {
    if (at - (lastWritten.get(keyId) ?? 0) < 60_000) return
    lastWritten.set(keyId, at)
    used.set(keyId, new Date(at))
  }

  const verify = async (token: string, digest: string): Promise<Actor | null> => {
    const id = keyIdOf(token)
    if (id === null) return null
    const asked = generation
    const key = await keyWithActor(store.db, id)
    const at = now().getTime()
    if (key === null || !sameDigest(key.hash, digest)) return null
    const expiresAt = key.expires_at?.getTime() ?? Number.POSITIVE_INFINITY
    if (expiresAt <= at) return null
    if (asked === generation) {
      if (known.size >= maxKnown) known.clear()
      known.set(digest, { actor: key.actor, keyId: id, expiresAt, until: at + ttlMs })
    }
    noteUse(id, at)
    return key.actor
  }

  const verifyJwt = async (token: string, digest: string, bearer: Bearer): Promise<Actor | null> => {
    const asked = generation
    const found = await bearer(token)
    if (found === null) return null
    const at = now().getTime()
    // adopting the claims of a newer token makes everybody forget, too: read once more and not remembered
    if (asked !== generation) return (await bearer(token))?.actor ?? null
    if (known.size >= maxKnown) known.clear()
    known.set(digest, { ...found, keyId: null, until: at + ttlMs })
    return found.actor
  }

  const verifySession = async (hash: string, move: boolean): Promise<SignedIn | null> => {
    const asked = generation
    const at = now()
    const session = await liveSession(store.db, hash, at, move)
    if (session === null) return null
    if (asked === generation) {
      if (sessions.size >= maxKnown) sessions.clear()
      sessions.set(hash, { ...session, until: Math.min(at.getTime() + ttlMs, session.renewAt, session.expiresAt) })
    }
    return { actor: session.actor, renewedForMs: session.renewed ? session.expiresAt - at.getTime() : null }
  }

  const flush = async (): Promise<void> => {
    const batch = [...used]
    used.clear()
    for (const [id, at] of batch) {
      await store.db.updateTable('api_key').set({ last_used_at: at }).where('id', '=', id).execute()
    }
  }

  const stopListening = await store.listen(identityChannel, forget)
  // a failed write loses a "last used", never a request
  const timer = setInterval(() => void flush().catch(() => {}), flushEveryMs)
  timer.unref()

  return {
    authenticate(token) {
      const digest = digestOf(token)
      const at = now().getTime()
      const entry = known.get(digest)
      if (entry !== undefined && at < entry.until && at < entry.expiresAt) {
        if (entry.keyId !== null) noteUse(entry.keyId, at)
        return entry.actor
      }
      if (deps.bearer !== undefined && looksLikeJwt(token)) return verifyJwt(token, digest, deps.bearer)
      return verify(token, digest)
    },
    session(secret, how) {
      if (!looksLikeSession(secret)) return null
      const hash = digestOf(secret)
      const entry = sessions.get(hash)
      if (entry !== undefined && now().getTime() < entry.until) return { actor: entry.actor, renewedForMs: null }
      return verifySession(hash, how !== 'look')
    },
    forget,
    flush,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await flush().catch(() => {})
      await stopListening()
    },
  }
}
