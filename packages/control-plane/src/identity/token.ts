import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

/** `dm_<12 hex: id of the key>_<43 base64url: 256 random bits>`. The id is no secret: it finds the row and names the key in lists. */
const shape = /^dm_([0-9a-f]{12})_[A-Za-z0-9_-]{43}$/

export const newToken = (): { id: string; token: string; prefix: string; hash: string } => {
  const id = randomBytes(6).toString('hex')
  const token = `dm_${id}_${randomBytes(32).toString('base64url')}`
  return { id, token, prefix: `dm_${id}`, hash: digestOf(token) }
}

/** The id of the key, null when this cannot be a token of ours. */
export const keyIdOf = (token: string): string | null => shape.exec(token)?.[1] ?? null

/** A one-time sign-in code: 192 random bits. */
export const newCode = (): { code: string; hash: string } => {
  const code = `dms_${randomBytes(24).toString('base64url')}`
  return { code, hash: digestOf(code) }
}

export const looksLikeCode = (code: string): boolean => /^dms_[A-Za-z0-9_-]{32}$/.test(code)

/** What the cookie of a signed-in browser holds: 256 random bits. */
export const newSession = (): { secret: string; hash: string } => {
  const secret = `dmb_${randomBytes(32).toString('base64url')}`
  return { secret, hash: digestOf(secret) }
}

export const looksLikeSession = (secret: string): boolean => /^dmb_[A-Za-z0-9_-]{43}$/.test(secret)

/** SHA-256 is enough for what is 192 and more random bits: nothing to guess, so nothing to slow down. */
export const digestOf = (secret: string): string => hash('sha256', secret, 'hex')

export const sameDigest = (a: string, b: string): boolean => {
  const left = Buffer.from(a, 'hex')
  const right = Buffer.from(b, 'hex')
  return left.length === right.length && timingSafeEqual(left, right)
}
