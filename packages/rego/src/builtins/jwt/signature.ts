import type * as Crypto from 'node:crypto'
import { nodeCrypto } from '../../library.ts'
import { BuiltinError } from '../builtin.ts'
import type { Key } from './jwk.ts'

type Algorithm = { family: 'HS' | 'RS' | 'PS' | 'ES' | 'EdDSA'; hash: string | null }

export const algorithms: Readonly<Record<string, Algorithm>> = {
  HS256: { family: 'HS', hash: 'sha256' },
  HS384: { family: 'HS', hash: 'sha384' },
  HS512: { family: 'HS', hash: 'sha512' },
  RS256: { family: 'RS', hash: 'sha256' },
  RS384: { family: 'RS', hash: 'sha384' },
  RS512: { family: 'RS', hash: 'sha512' },
  PS256: { family: 'PS', hash: 'sha256' },
  PS384: { family: 'PS', hash: 'sha384' },
  PS512: { family: 'PS', hash: 'sha512' },
  ES256: { family: 'ES', hash: 'sha256' },
  ES384: { family: 'ES', hash: 'sha384' },
  ES512: { family: 'ES', hash: 'sha512' },
  EdDSA: { family: 'EdDSA', hash: null },
}

/** The kind of key that a family signs with. A key of another kind never verifies, whatever the token says of itself. */
const keyTypes = { RS: 'rsa', PS: 'rsa', ES: 'ec', EdDSA: 'ed25519' } as const

const options = (
  key: Crypto.KeyObject,
  family: Algorithm['family'],
  salt: number,
): Parameters<typeof Crypto.verify>[2] => {
  if (family === 'PS') return { key, padding: nodeCrypto().constants.RSA_PKCS1_PSS_PADDING, saltLength: salt }
  if (family === 'ES') return { key, dsaEncoding: 'ieee-p1363' }
  return key
}

export const mac = (hash: string, secret: Uint8Array, data: string): Buffer =>
  nodeCrypto().createHmac(hash, secret).update(data).digest()
export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && nodeCrypto().timingSafeEqual(a, b)

/** `anySalt`: PSS signatures with a salt of any length are accepted, as `io.jwt.verify_ps256` does; otherwise it is as long as the digest. */
export const verifies = (alg: string, key: Key, data: string, signature: Buffer, anySalt = false): boolean => {
  const algorithm = algorithms[alg]
  if (!algorithm) return false
  const { family, hash } = algorithm
  if (family === 'HS') return key.secret !== null && hash !== null && sameBytes(signature, mac(hash, key.secret, data))
  if (key.key?.asymmetricKeyType !== keyTypes[family]) return false
  const salt = anySalt ? nodeCrypto().constants.RSA_PSS_SALTLEN_AUTO : nodeCrypto().constants.RSA_PSS_SALTLEN_DIGEST
  try {
    return nodeCrypto().verify(hash, Buffer.from(data), options(key.key, family, salt), signature)
  } catch {
    return false
  }
}

/** @throws BuiltinError for a key that is not of the algorithm's kind. */
export const signs = (alg: string, key: Key, data: string): Buffer => {
  const { family, hash } = algorithms[alg] as Algorithm
  if (family === 'HS') {
    if (!key.secret || !hash) throw new BuiltinError(`jwsbb.Sign: invalid key type for ${alg}`)
    return mac(hash, key.secret, data)
  }
  if (key.key?.type !== 'private' || key.key.asymmetricKeyType !== keyTypes[family]) {
    throw new BuiltinError(`jwsbb.Sign: invalid key type for ${alg}`)
  }
  return nodeCrypto().sign(
    hash,
    Buffer.from(data),
    options(key.key, family, nodeCrypto().constants.RSA_PSS_SALTLEN_DIGEST) as Parameters<typeof Crypto.sign>[2],
  )
}
