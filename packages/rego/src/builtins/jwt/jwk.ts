import type { JsonWebKey, KeyObject } from 'node:crypto'
import { nodeCrypto } from '../../library.ts'
import { BuiltinError } from '../builtin.ts'
import { decodePem } from '../crypto/index.ts'
import { algorithms } from './signature.ts'

/** `secret` for symmetric keys (kty oct). */
export type Key = { alg: string; kid: string; key: KeyObject | null; secret: Buffer | null }

const failed = (why: string): BuiltinError => new BuiltinError(`failed to parse a JWK key (set): ${why}`)

const record = (json: unknown): Record<string, unknown> => {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) throw failed('not an object')
  return json as Record<string, unknown>
}

const readKey = (json: Record<string, unknown>): Key => {
  const named = { alg: typeof json.alg === 'string' ? json.alg : '', kid: typeof json.kid === 'string' ? json.kid : '' }
  switch (json.kty) {
    case 'oct':
      if (typeof json.k !== 'string') throw failed('required field k is missing')
      return { ...named, key: null, secret: Buffer.from(json.k, 'base64url') }
    case 'RSA':
    case 'EC':
    case 'OKP':
      try {
        const from = { key: json as JsonWebKey, format: 'jwk' } as const
        return {
          ...named,
          key: json.d === undefined ? nodeCrypto().createPublicKey(from) : nodeCrypto().createPrivateKey(from),
          secret: null,
        }
      } catch (cause) {
        throw failed(cause instanceof Error ? cause.message : String(cause))
      }
    default:
      throw failed(`unknown key type ${JSON.stringify(json.kty ?? '')}`)
  }
}

/** One key or a set of keys, as JSON text. */
export const readKeys = (text: string): Key[] => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw failed(cause instanceof Error ? cause.message : String(cause))
  }
  const top = record(json)
  return Array.isArray(top.keys) ? top.keys.map((each) => readKey(record(each))) : [readKey(top)]
}

const readPem = (type: string, bytes: Buffer): KeyObject => {
  if (type === 'CERTIFICATE') {
    try {
      return new (nodeCrypto().X509Certificate)(bytes).publicKey
    } catch (cause) {
      throw new BuiltinError(`failed to parse a PEM certificate: ${cause instanceof Error ? cause.message : cause}`)
    }
  }
  if (type === 'PUBLIC KEY') {
    try {
      return nodeCrypto().createPublicKey({ key: bytes, format: 'der', type: 'spki' })
    } catch (cause) {
      throw new BuiltinError(`failed to parse a PEM public key: ${cause instanceof Error ? cause.message : cause}`)
    }
  }
  throw new BuiltinError('failed to extract a Key from the PEM certificate')
}

/** The keys that may verify: of a certificate or public key in PEM, or of a JWK or JWKS. Keys for other purposes than signing are left out. */
export const verificationKeys = (text: string): Key[] => {
  const block = decodePem(text)
  if (block) {
    if (block.rest.length > 0) throw new BuiltinError('extra data after a PEM certificate block')
    return [{ alg: '', kid: '', key: readPem(block.type, block.bytes), secret: null }]
  }
  return readKeys(text).filter((each) => each.alg === '' || algorithms[each.alg] !== undefined)
}
