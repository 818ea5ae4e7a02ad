import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { MeshError } from '@datamesh/core'
import { z } from 'zod'

const EcKey = z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string(), d: z.string() })
const Kept = z.object({
  keys: z
    .array(z.object({ kid: z.string(), since: z.iso.datetime(), retired: z.iso.datetime().optional(), jwk: EcKey }))
    .min(1),
  cookies: z.array(z.string().min(32)).min(1),
  portalSecret: z.string().min(32),
})
type Kept = z.infer<typeof Kept>

/** A key as it may be shown to everybody. */
export type PublicKey = { kty: 'EC'; crv: 'P-256'; x: string; y: string; kid: string; alg: 'ES256'; use: 'sig' }

export type IssuerKeys = {
  /** Moves when the keys have changed: whoever made something of them makes it again. */
  generation(): number
  /** The first one signs; the others only verify. */
  signing(): (PublicKey & { d: string })[]
  verifying(): PublicKey[]
  /** Of the issuer's cookies; the first one signs. */
  cookies(): string[]
  /** By which the portal proves itself to the embedded issuer. */
  portalSecret(): string
  /** A new key signs from now on; the one so far verifies for a day more: longer than any token lives. */
  rotate(): void
}

const rotateAfterMs = 90 * 24 * 60 * 60_000
const keepRetiredMs = 24 * 60 * 60_000

/**
 * The keys of the embedded issuer, in a file that only its owner can read: made at the first start, changed every 90 days and by `rotate`.
 * Processes that share the file see a change within a second. @throws config-invalid when the file is damaged
 */
export const openIssuerKeys = (file: string, now: () => Date): IssuerKeys => {
  let kept: Kept
  let generation = 0
  let mark = ''
  let lookedAt = 0

  const markNow = (): string => {
    const { mtimeMs, size, ino } = statSync(file)
    return `${mtimeMs} ${size} ${ino}`
  }
  const write = (next: Kept): void => {
    const draft = `${file}.${randomBytes(6).toString('hex')}`
    try {
      writeFileSync(draft, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
      renameSync(draft, file)
    } catch (error) {
      rmSync(draft, { force: true })
      throw error
    }
    kept = next
    generation += 1
    mark = markNow()
  }
  const load = (): boolean => {
    let text: string
    try {
      text = readFileSync(file, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
      throw error
    }
    const parsed = Kept.safeParse(jsonOf(text))
    if (!parsed.success)
      throw new MeshError('config-invalid', { key: 'issuer keys', source: file, why: 'the file is damaged' })
    chmodSync(file, 0o600)
    kept = parsed.data
    generation += 1
    mark = markNow()
    return true
  }
  const rotate = (): void => {
    const at = now()
    const still = kept.keys
      .map((key, i) => (i === 0 ? { ...key, retired: at.toISOString() } : key))
      .filter(({ retired }) => retired === undefined || Date.parse(retired) > at.getTime() - keepRetiredMs)
    write({ ...kept, keys: [newKey(at), ...still], cookies: [secret(), ...kept.cookies].slice(0, 2) })
  }
  const look = (): Kept => {
    const at = now().getTime()
    if (Math.abs(at - lookedAt) < 1_000) return kept
    lookedAt = at
    if (markNow() !== mark) load()
    if (Date.parse(kept.keys[0]?.since ?? '') < at - rotateAfterMs) rotate()
    return kept
  }

  if (!load()) write({ keys: [newKey(now())], cookies: [secret()], portalSecret: secret() })

  const live = () => {
    const at = now().getTime()
    return look().keys.filter(({ retired }) => retired === undefined || Date.parse(retired) > at - keepRetiredMs)
  }
  return {
    generation: () => {
      look()
      return generation
    },
    signing: () => live().map(({ kid, jwk }) => ({ ...publicOf(kid, jwk), d: jwk.d })),
    verifying: () => live().map(({ kid, jwk }) => publicOf(kid, jwk)),
    cookies: () => [...look().cookies],
    portalSecret: () => look().portalSecret,
    rotate: () => {
      look()
      rotate()
    },
  }
}

const newKey = (at: Date): Kept['keys'][number] => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = EcKey.parse(privateKey.export({ format: 'jwk' }))
  const { crv, kty, x, y } = jwk
  // Rule: RFC 7638, the members in this order
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
  return { kid, since: at.toISOString(), jwk }
}

const publicOf = (kid: string, { kty, crv, x, y }: z.infer<typeof EcKey>): PublicKey => ({
  kty,
  crv,
  x,
  y,
  kid,
  alg: 'ES256',
  use: 'sig',
})
const secret = (): string => randomBytes(32).toString('base64url')
const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
