import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile } from '../../index.ts'

const now = new Date('2026-06-01T12:00:00Z')
const policy = compile([
  { file: 'p.rego', text: 'package p\n\nmade := io.jwt.encode_sign(input.header, input.payload, input.key)\n' },
])
const evaluate = (query: string, input: unknown): unknown =>
  policy.evaluate({ query }, { input, now, strictBuiltinErrors: true }).value
const jwk = (key: KeyObject): Record<string, unknown> => ({ ...key.export({ format: 'jwk' }) })
const pem = (key: KeyObject): string => String(key.export({ type: 'spki', format: 'pem' }))

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pairs = {
  RS256: rsa,
  RS384: rsa,
  RS512: rsa,
  PS256: rsa,
  PS384: rsa,
  PS512: rsa,
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  EdDSA: generateKeyPairSync('ed25519'),
} as const
const signed = (alg: string, key: Record<string, unknown>, payload: unknown): string =>
  String(evaluate('data.p.made', { header: { alg, typ: 'JWT' }, payload, key }))
const verify = (token: string, constraints: Record<string, unknown>): unknown =>
  (evaluate('io.jwt.decode_verify(input.token, input.constraints)', { token, constraints }) as unknown[])[0]
const unpadded = (text: string): string => Buffer.from(text).toString('base64url')

describe('tokens that were signed', () => {
  test.each(Object.entries(pairs))(
    '%s: the public key verifies, as PEM and as JWK, and another key does not',
    (alg, pair) => {
      const token = signed(alg, jwk(pair.privateKey), { sub: 'a' })
      const other = alg.startsWith('ES')
        ? generateKeyPairSync('ec', { namedCurve: alg === 'ES256' ? 'P-256' : alg === 'ES384' ? 'P-384' : 'P-521' })
        : alg === 'EdDSA'
          ? generateKeyPairSync('ed25519')
          : generateKeyPairSync('rsa', { modulusLength: 2048 })
      for (const cert of [pem(pair.publicKey), JSON.stringify(jwk(pair.publicKey))]) {
        expect(verify(token, { cert, alg })).toBe(true)
        expect(evaluate(`io.jwt.verify_${alg.toLowerCase()}(input.token, input.cert)`, { token, cert })).toBe(true)
      }
      expect(verify(token, { cert: pem(other.publicKey) })).toBe(false)
      expect(verify(token, { cert: pem(pair.publicKey), alg: 'HS256' })).toBe(false)
    },
  )

  test('one changed character anywhere makes a token invalid or unreadable', () => {
    const key = { kty: 'oct', k: unpadded('a secret') }
    const token = signed('HS256', key, { sub: 'a', admin: false })
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'ABCxyz019-_'), (at, char) => {
        fc.pre(token[at] !== char && token[at] !== '.')
        const changed = token.slice(0, at) + char + token.slice(at + 1)
        let verdict: unknown
        try {
          verdict = verify(changed, { secret: 'a secret' })
        } catch {
          verdict = false
        }
        // the last character of a part carries bits that are not used
        fc.pre(
          Buffer.from(changed.split('.')[2] ?? '', 'base64url').compare(
            Buffer.from(token.split('.')[2] ?? '', 'base64url'),
          ) !== 0 || at < token.lastIndexOf('.'),
        )
        expect(verdict).toBe(false)
      }),
      { numRuns: 200 },
    )
  })
})

describe('attacks', () => {
  test('a public key is never taken for the secret of HS256', () => {
    const text = pem(rsa.publicKey)
    const head = `${unpadded('{"alg":"HS256"}')}.${unpadded('{"admin":true}')}`
    const token = `${head}.${createHmac('sha256', text).update(head).digest('base64url')}`
    expect(verify(token, { cert: text })).toBe(false)
    expect(evaluate('io.jwt.verify_rs256(input.token, input.cert)', { token, cert: text })).toBe(false)
  })

  test.each(['none', 'None', 'NONE', ''])('algorithm "%s" is never accepted', (alg) => {
    const token = `${unpadded(JSON.stringify({ alg }))}.${unpadded('{"admin":true}')}.`
    expect(verify(token, { secret: 'x' })).toBe(false)
    expect(verify(token, { cert: pem(rsa.publicKey) })).toBe(false)
  })

  test('a critical parameter that nobody knows makes a token invalid', () => {
    const token = String(
      evaluate('data.p.made', {
        header: { alg: 'HS256', crit: ['b64'], b64: false },
        payload: {},
        key: { kty: 'oct', k: unpadded('x') },
      }),
    )
    expect(verify(token, { secret: 'x' })).toBe(false)
  })

  test('constraints that nobody knows, and keys of two kinds at once, are refused', () => {
    const token = signed('HS256', { kty: 'oct', k: unpadded('x') }, {})
    expect(() => verify(token, { secret: 'x', leeway: 5 })).toThrow('unknown token validation constraint: leeway')
    expect(() => verify(token, { secret: 'x', cert: pem(rsa.publicKey) })).toThrow('duplicate key constraints')
    expect(() => verify(token, {})).toThrow('no key constraint')
  })

  test('tokens within tokens end somewhere', () => {
    let token = signed('HS256', { kty: 'oct', k: unpadded('x') }, {})
    for (let depth = 0; depth < 20; depth++) {
      const head = `${unpadded('{"alg":"HS256","cty":"JWT"}')}.${unpadded(token)}`
      token = `${head}.${createHmac('sha256', 'x').update(head).digest('base64url')}`
    }
    expect(() => verify(token, { secret: 'x' })).toThrow('tokens within each other')
    expect(() => evaluate('io.jwt.decode(input)', token)).toThrow('tokens within each other')
  })
})

describe('claims', () => {
  const key = { kty: 'oct', k: unpadded('x') }
  const at = now.getTime() / 1000
  test.each([
    ['not yet expired', { exp: at + 1 }, {}, true],
    ['expired this second: there is no leeway', { exp: at }, {}, false],
    ['valid from now', { nbf: at }, {}, true],
    ['valid from the next second', { nbf: at + 1 }, {}, false],
    ['another time may be asked about', { exp: at }, { time: (at - 1) * 1e9 }, true],
    ['the wanted issuer', { iss: 'a' }, { iss: 'a' }, true],
    ['another issuer', { iss: 'b' }, { iss: 'a' }, false],
    ['no issuer', {}, { iss: 'a' }, false],
    ['one of several audiences', { aud: ['x', 'a'] }, { aud: 'a' }, true],
    ['an audience that was not asked for', { aud: 'a' }, {}, false],
  ])('%s', (_, payload, constraints, expected) => {
    expect(verify(signed('HS256', key, payload), { secret: 'x', ...constraints })).toBe(expected)
  })
})
