import type { Value } from '../../value.ts'
import { BuiltinError, type Builtins, object, text } from '../builtin.ts'
import { toBytes } from '../bytes.ts'
import { charged } from '../charged.ts'
import { goJson, parseJson } from '../json-text.ts'
import { trimmed } from '../trimmed.ts'
import { readKeys } from './jwk.ts'
import { algorithms, signs } from './signature.ts'
import { headerOf, namedSignature, objectOf, payloadText, split } from './token.ts'
import { verification } from './verify.ts'

const decode = (given: string, depth = 0): Value => {
  if (depth > 16) throw new BuiltinError('more than 16 tokens within each other')
  const token = split(given)
  const header = headerOf(token)
  const payload = payloadText(token)
  // a token within a token stands in quotes
  if (header.get('cty') === 'JWT') return decode(trimmed(payload, `"'`), depth + 1)
  return [header, objectOf(payload), namedSignature(token).toString('hex')]
}

/** A text of the header, undefined when it is absent; the messages are those that OPA's users see. */
const headerText = (json: string, name: string): { value?: string; problem?: string } => {
  if (json.trim() === '') return { problem: 'cannot parse JSON: cannot parse empty string; unparsed tail: ""' }
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch (cause) {
    // the parser of OPA takes these for numbers
    if (!/^\s*(?:[\d.+\-eE]+|inf|nan)\s*$/i.test(json)) {
      return { problem: `cannot parse JSON: ${cause instanceof Error ? cause.message : cause}` }
    }
  }
  const value =
    parsed !== null && typeof parsed === 'object' && Object.hasOwn(parsed, name)
      ? (parsed as Record<string, unknown>)[name]
      : undefined
  if (value === undefined) return { problem: `jwsbb: header "${name}" not found` }
  return typeof value === 'string'
    ? { value }
    : { problem: `value doesn't contain string; it contains ${typeof value}` }
}

const isJson = (text: string): boolean => {
  try {
    parseJson(text)
    return true
  } catch {
    return false
  }
}

const encodeSign = (header: string, payload: string, jwk: string): string => {
  const [key] = readKeys(jwk)
  if (!key) throw new BuiltinError('no keys found in JWK set')
  const alg = headerText(header, 'alg')
  if (alg.value === undefined) throw new BuiltinError(`missing or invalid 'alg' header: ${alg.problem}`)
  if (!algorithms[alg.value]) throw new BuiltinError(`unknown JWS algorithm: ${alg.value}`)
  const typ = headerText(header, 'typ')
  if ((typ.value === undefined || typ.value === 'JWT') && !isJson(payload)) {
    throw new BuiltinError('type is JWT but payload is not JSON')
  }
  const encoded = (part: string): string => Buffer.from(toBytes(part)).toString('base64url')
  const data = `${encoded(header)}.${encoded(payload)}`
  return `${data}.${signs(alg.value, key, data).toString('base64url')}`
}

const functions: Builtins = {
  ...verification,
  'io.jwt.decode': { args: ['string'], result: 'array', eval: (args) => decode(text(args, 1)) },
  // ES and PS signatures hold a random number that is not ours
  'io.jwt.encode_sign': {
    args: ['object', 'object', 'object'],
    result: 'string',
    nondeterministic: true,
    eval: (args) => encodeSign(goJson(object(args, 1)), goJson(object(args, 2)), goJson(object(args, 3))),
  },
  'io.jwt.encode_sign_raw': {
    args: ['string', 'string', 'string'],
    result: 'string',
    nondeterministic: true,
    eval: (args) => {
      const jwk = text(args, 3)
      return encodeSign(text(args, 1), text(args, 2), jwk)
    },
  },
}

/** Signing takes a millisecond, verifying a tenth of one. */
export const jwt: Builtins = charged(functions, 5_000, 1)
