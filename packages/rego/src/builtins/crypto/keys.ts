import type { KeyObject } from 'node:crypto'
import { nodeCrypto } from '../../library.ts'
import { BuiltinError } from '../builtin.ts'
import { decodeBase64 } from './base64.ts'
import { decodePem } from './pem.ts'

/** PEM text, or base64 of it. */
const pemText = (text: string): string => {
  try {
    return decodeBase64(text).toString()
  } catch {
    return text
  }
}

const formats = { 'RSA PRIVATE KEY': 'pkcs1', 'PRIVATE KEY': 'pkcs8', 'EC PRIVATE KEY': 'sec1' } as const

const privateKey = (der: Buffer, type: 'pkcs1' | 'pkcs8' | 'sec1'): KeyObject => {
  try {
    return nodeCrypto().createPrivateKey({ key: der, format: 'der', type })
  } catch {
    throw new BuiltinError(`x509: failed to parse private key (${type})`)
  }
}

/** Of bytes that do not say what they are. */
export const anyPrivateKey = (der: Buffer): KeyObject => {
  for (const type of ['pkcs1', 'pkcs8', 'sec1'] as const) {
    try {
      return nodeCrypto().createPrivateKey({ key: der, format: 'der', type })
    } catch {
      // the next
    }
  }
  throw new BuiltinError('tls: failed to parse private key')
}

/** All private keys in a text; other blocks are passed over. */
export const privateKeys = (text: string): KeyObject[] => {
  const found: KeyObject[] = []
  for (let block = decodePem(pemText(text)); block; block = decodePem(block.rest)) {
    const type = formats[block.type as keyof typeof formats]
    if (type) found.push(privateKey(block.bytes, type))
  }
  return found
}

const number = (part: string | undefined): bigint =>
  BigInt(`0x${Buffer.from(part ?? '', 'base64url').toString('hex') || '0'}`)

/** As Go prints its private keys. */
export const goPrivateKey = (key: KeyObject): unknown => {
  const jwk = key.export({ format: 'jwk' })
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return {
        N: number(jwk.n),
        E: number(jwk.e),
        D: number(jwk.d),
        Primes: [number(jwk.p), number(jwk.q)],
        Precomputed: { Dp: number(jwk.dp), Dq: number(jwk.dq), Qinv: number(jwk.qi), CRTValues: [] },
      }
    case 'ec':
      return { Curve: {}, X: number(jwk.x), Y: number(jwk.y), D: number(jwk.d) }
    case 'ed25519':
      return Buffer.concat([Buffer.from(jwk.d ?? '', 'base64url'), Buffer.from(jwk.x ?? '', 'base64url')]).toString(
        'base64',
      )
    default:
      return {}
  }
}
