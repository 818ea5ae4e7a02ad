import { RegoObject, type Value } from '../../value.ts'
import { BuiltinError } from '../builtin.ts'
import { fromBytes } from '../bytes.ts'
import { decodeBase64Url } from '../crypto/index.ts'
import { parseJson } from '../json-text.ts'

/** The three parts as they are written. */
export type Token = { header: string; payload: string; signature: string }

export const split = (text: string): Token => {
  if (!text.includes('.')) throw new BuiltinError('encoded JWT had no period separators')
  const parts = text.split('.')
  if (parts.length !== 3) throw new BuiltinError(`encoded JWT must have 3 sections, found ${parts.length}`)
  const [header = '', payload = '', signature = ''] = parts
  return { header, payload, signature }
}

const decoded = (part: string, name: string): Buffer => {
  try {
    return decodeBase64Url(part)
  } catch (cause) {
    throw new BuiltinError(`JWT ${name} had invalid encoding: ${cause instanceof Error ? cause.message : cause}`)
  }
}

export const objectOf = (text: string): RegoObject => {
  let value: Value
  try {
    value = parseJson(text)
  } catch (cause) {
    throw new BuiltinError(`invalid JSON: ${cause instanceof Error ? cause.message : cause}`)
  }
  if (!(value instanceof RegoObject)) throw new BuiltinError('decoded JSON type was not an Object')
  return value
}

export const headerOf = (token: Token): RegoObject => {
  const bytes = decoded(token.header, 'header')
  let header: RegoObject
  try {
    header = objectOf(fromBytes(bytes))
  } catch (cause) {
    throw new BuiltinError(`bad JWT header: ${cause instanceof Error ? cause.message : cause}`)
  }
  if (header.has('enc')) throw new BuiltinError('JWT is a JWE object, which is not supported')
  return header
}

export const payloadText = (token: Token): string => fromBytes(decoded(token.payload, 'payload'))
export const signatureOf = (token: Token): Buffer => decodeBase64Url(token.signature)
export const namedSignature = (token: Token): Buffer => decoded(token.signature, 'signature')

export type Header = { alg: string; kid: string; cty: string; valid: boolean }

/** The parameters that decide. Not valid without `alg`, or with a critical parameter that is not known. Rule: RFC 7515, 4.1.11 */
export const readHeader = (header: RegoObject): Header => {
  const text = (name: string): string => {
    const value = header.get(name)
    if (value === undefined) return ''
    if (typeof value !== 'string') throw new BuiltinError(`${name}: must be a string`)
    return value
  }
  const read = { alg: text('alg'), kid: text('kid'), typ: text('typ'), cty: text('cty') }
  const known = new Set([...Object.keys(read), 'crit'])
  const critical = header.get('crit')
  if (critical !== undefined) {
    if (!Array.isArray(critical)) throw new BuiltinError('crit: must be a list')
    if (!critical.some((each) => typeof each === 'string')) throw new BuiltinError('crit: must be a nonempty list')
  }
  const list = (critical ?? []) as readonly Value[]
  return { ...read, valid: read.alg !== '' && !list.some((each) => !known.has(each as string) && header.has(each)) }
}
