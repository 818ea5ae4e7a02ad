import { RegoObject, type Value } from '../../value.ts'
import { type Builtin, BuiltinError, type Builtins, type Call, object, text } from '../builtin.ts'
import { toBytes } from '../bytes.ts'
import { type Key, verificationKeys } from './jwk.ts'
import { algorithms, mac, sameBytes, verifies } from './signature.ts'
import { headerOf, objectOf, payloadText, readHeader, signatureOf, split, type Token } from './token.ts'

const signed = (token: Token): string => `${token.header}.${token.payload}`

/** The key that the token names, or each that may be meant. */
const candidates = (keys: readonly Key[], kid: string, alg: string): readonly Key[] => {
  const named = kid === '' ? undefined : keys.find((each) => each.kid === kid)
  return named ? [named] : keys.filter((each) => each.alg === '' || each.alg === alg)
}

const asymmetric = (alg: string): Builtin => ({
  args: ['string', 'string'],
  result: 'boolean',
  eval: (args) => {
    const token = split(text(args, 1))
    const keys = verificationKeys(text(args, 2))
    const signature = signatureOf(token)
    const header = readHeader(headerOf(token))
    // private keys in a set do not verify here; decode_verify takes them
    return candidates(keys, header.kid, header.alg).some(
      (each) => each.key?.type === 'public' && verifies(alg, each, signed(token), signature, true),
    )
  },
})

const symmetric = (alg: string): Builtin => ({
  args: ['string', 'string'],
  result: 'boolean',
  eval: (args) => {
    const given = text(args, 1)
    const secret = text(args, 2)
    const token = split(given)
    return sameBytes(signatureOf(token), mac(algorithms[alg]?.hash ?? '', toBytes(secret), signed(token)))
  },
})

type Constraints = { keys?: readonly Key[]; secret: string; alg: string; iss: string; aud: string; seconds: number }

const readConstraints = (given: RegoObject, call: Call): Constraints => {
  const read: Constraints = { secret: '', alg: '', iss: '', aud: '', seconds: Number(call.now) / 1e9 }
  for (const [name, value] of given.entries()) {
    switch (name) {
      case 'cert':
        if (typeof value !== 'string') throw new BuiltinError('cert constraint: must be a string')
        read.keys = verificationKeys(value)
        break
      case 'secret':
      case 'alg':
      case 'iss':
      case 'aud':
        if (typeof value !== 'string') throw new BuiltinError(`${name} constraint: must be a string`)
        read[name] = value
        break
      case 'time':
        if (typeof value !== 'number' && typeof value !== 'bigint')
          throw new BuiltinError('token time constraint: must be a number')
        if (value < 0) throw new BuiltinError('token time constraint: must not be negative')
        read.seconds = Number(value) / 1e9
        break
      default:
        throw new BuiltinError(`unknown token validation constraint: ${String(name)}`)
    }
  }
  if (read.keys && read.secret !== '') throw new BuiltinError('duplicate key constraints')
  if (!read.keys && read.secret === '') throw new BuiltinError('no key constraint')
  return read
}

const seconds = (payload: RegoObject, claim: 'exp' | 'nbf'): number | undefined => {
  const value = payload.get(claim)
  if (value === undefined) return undefined
  if (typeof value !== 'number' && typeof value !== 'bigint') throw new BuiltinError(`${claim} value must be a number`)
  return Number(value)
}

/** Without a wanted audience no token is accepted that names one. */
const claimsFit = (payload: RegoObject, wanted: Constraints): boolean => {
  if (wanted.iss !== '' && payload.get('iss') !== wanted.iss) return false
  const audience = payload.get('aud')
  if (
    audience === undefined ? wanted.aud !== '' : !(Array.isArray(audience) ? audience : [audience]).includes(wanted.aud)
  )
    return false
  const expires = seconds(payload, 'exp')
  if (expires !== undefined && wanted.seconds >= expires) return false
  const begins = seconds(payload, 'nbf')
  return begins === undefined || wanted.seconds >= begins
}

/** Tokens within tokens are opened at most so often. */
const nesting = 16

const decodeVerify = (given: string, wanted: Constraints): Value => {
  const refused: Value = [false, new RegoObject(), new RegoObject()]
  let inner = given
  for (let depth = 0; depth < nesting; depth++) {
    const token = split(inner)
    const whole = headerOf(token)
    const header = readHeader(whole)
    if (!header.valid || (wanted.alg !== '' && wanted.alg !== header.alg)) return refused
    const signature = signatureOf(token)
    const keys: readonly Key[] = wanted.keys ?? [
      { alg: '', kid: '', key: null, secret: Buffer.from(toBytes(wanted.secret)) },
    ]
    if (!candidates(keys, header.kid, header.alg).some((each) => verifies(header.alg, each, signed(token), signature)))
      return refused
    inner = payloadText(token)
    if (header.cty.toUpperCase() === 'JWT') continue
    const payload = objectOf(inner)
    return claimsFit(payload, wanted) ? [true, whole, payload] : refused
  }
  throw new BuiltinError(`more than ${nesting} tokens within each other`)
}

export const verification: Builtins = {
  'io.jwt.decode_verify': {
    args: ['string', 'object'],
    result: 'array',
    // without a `time` of its own it depends on the clock of the evaluation
    nondeterministic: true,
    eval: (args, call) => {
      const wanted = readConstraints(object(args, 2), call)
      return decodeVerify(text(args, 1), wanted)
    },
  },
  ...Object.fromEntries(
    Object.entries(algorithms).map(([alg, { family }]) => [
      `io.jwt.verify_${alg.toLowerCase()}`,
      family === 'HS' ? symmetric(alg) : asymmetric(alg),
    ]),
  ),
}
