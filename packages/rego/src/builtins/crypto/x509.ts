import { nodeCrypto } from '../../library.ts'
import { fromJson, type RegoObject, RegoSet, type Value } from '../../value.ts'
import { BuiltinError, type Builtins, type Call, object, text } from '../builtin.ts'
import { trimmed } from '../trimmed.ts'
import { decodeBase64 } from './base64.ts'
import { base64, type Certificate, parseCertificates, parseRequest } from './certificate.ts'
import { type ChainOptions, proveChain } from './chain.ts'
import { anyPrivateKey, goPrivateKey, privateKeys } from './keys.ts'
import { decodePem } from './pem.ts'

const certificatesInPem = (pem: string): Certificate[] => {
  const all: Buffer[] = []
  for (let block = decodePem(pem); block; block = decodePem(block.rest)) {
    if (block.type !== 'CERTIFICATE') throw new BuiltinError(`PEM block type is '${block.type}', expected CERTIFICATE`)
    all.push(block.bytes)
  }
  return parseCertificates(Buffer.concat(all))
}

/** PEM, or base64 of PEM or DER. */
const certificatesIn = (given: string): Certificate[] => {
  if (given.startsWith('-----BEGIN')) return certificatesInPem(given)
  const bytes = decodeBase64(given)
  return bytes.subarray(0, 10).toString('latin1') === '-----BEGIN'
    ? certificatesInPem(bytes.toString())
    : parseCertificates(bytes)
}

const unproved: Value = [false, []]
const proved = (given: string, options: ChainOptions, uris: boolean): Value => {
  let chain: Certificate[] | undefined
  try {
    chain = proveChain(certificatesIn(given), options)
  } catch {
    return unproved
  }
  if (!chain) return unproved
  return [true, fromJson(chain.map(({ json: { URIStrings, ...json } }) => (uris ? { ...json, URIStrings } : json)))]
}

const usageNames = [
  'Any',
  'ServerAuth',
  'ClientAuth',
  'CodeSigning',
  'EmailProtection',
  'IPSECEndSystem',
  'IPSECTunnel',
  'IPSECUser',
  'TimeStamping',
  'OCSPSigning',
  'MicrosoftServerGatedCrypto',
  'NetscapeServerGatedCrypto',
  'MicrosoftCommercialCodeSigning',
  'MicrosoftKernelCodeSigning',
].map((each) => `KeyUsage${each}`)

const nowOf = (call: Call): Date => new Date(Number(call.now / 1_000_000n))

const unquoted = (value: string): string => trimmed(value, '"')
const chainOptions = (given: RegoObject, call: Call): ChainOptions => {
  const options: { -readonly [K in keyof ChainOptions]: ChainOptions[K] } = { now: nowOf(call), usages: [] }
  for (const [key, value] of given.entries()) {
    switch (key) {
      case 'DNSName':
        if (typeof value !== 'string') throw new BuiltinError("'DNSName' should be a string")
        options.dnsName = unquoted(value)
        break
      case 'CurrentTime':
        if (typeof value !== 'number' && typeof value !== 'bigint')
          throw new BuiltinError("'CurrentTime' should be a number")
        options.now = new Date(Number(value) / 1e6)
        break
      case 'MaxConstraintComparisons':
        if (typeof value !== 'number') throw new BuiltinError("'MaxConstraintComparisons' should be a number")
        break
      case 'KeyUsages': {
        const list = Array.isArray(value) ? value : value instanceof RegoSet ? value.values() : undefined
        if (!list) throw new BuiltinError("'KeyUsages' should be an Array or Set")
        const names = list.filter((each): each is string => typeof each === 'string').map(unquoted)
        const wrong = names.filter((each) => !usageNames.includes(each))
        if (wrong.length > 0) throw new BuiltinError(`invalid entries for 'KeyUsages' found: [${wrong.join(' ')}]`)
        options.usages = names.map((each) => usageNames.indexOf(each))
        break
      }
      default:
        if (typeof key === 'string') throw new BuiltinError('invalid key option')
    }
  }
  return options
}

/** PEM text as given, or the bytes that its base64 stands for. */
const pemOrBytes = (given: string): string | Buffer => {
  if (given.startsWith('-----BEGIN ')) return given
  const bytes = decodeBase64(given)
  return bytes.subarray(0, 11).toString('latin1') === '-----BEGIN ' ? bytes.toString() : bytes
}

const keyPair = (certificate: string, key: string): Value => {
  const given = pemOrBytes(certificate)
  const chain =
    typeof given === 'string'
      ? blocks(given)
          .filter((each) => each.type === 'CERTIFICATE')
          .map((each) => each.bytes)
      : [given]
  if (chain.length === 0) throw new BuiltinError('tls: failed to find any PEM data in certificate input')
  const secret = pemOrBytes(key)
  const held = typeof secret === 'string' ? privateKeys(secret)[0] : anyPrivateKey(secret)
  if (!held) throw new BuiltinError('tls: failed to find any PEM data in key input')
  const leaf = parseCertificates(chain[0] as Buffer)[0]
  if (!leaf) throw new BuiltinError('x509: malformed certificate')
  if (!new (nodeCrypto().X509Certificate)(leaf.der).publicKey.equals(nodeCrypto().createPublicKey(held))) {
    throw new BuiltinError('tls: private key does not match public key')
  }
  const { URIStrings: _, ...json } = leaf.json
  return fromJson({
    Certificate: chain.map(base64),
    PrivateKey: goPrivateKey(held),
    SupportedSignatureAlgorithms: null,
    OCSPStaple: null,
    SignedCertificateTimestamps: null,
    Leaf: json,
  })
}

const blocks = (pem: string): { type: string; bytes: Buffer }[] => {
  const found: { type: string; bytes: Buffer }[] = []
  for (let block = decodePem(pem); block; block = decodePem(block.rest)) found.push(block)
  return found
}

/** Exactly one operand is a certificate text in all of them. */
export const x509: Builtins = {
  'crypto.x509.parse_certificates': {
    args: ['string'],
    result: 'array',
    eval: (args) => fromJson(certificatesIn(text(args, 1)).map((each) => each.json)),
  },
  'crypto.x509.parse_and_verify_certificates': {
    args: ['string'],
    result: 'array',
    eval: (args, call) => proved(text(args, 1), { now: nowOf(call), usages: [] }, true),
  },
  'crypto.x509.parse_and_verify_certificates_with_options': {
    args: ['string', 'object'],
    result: 'array',
    eval: (args, call) => {
      const given = text(args, 1)
      const options = object(args, 2)
      try {
        certificatesIn(given)
      } catch {
        return unproved
      }
      return proved(given, chainOptions(options, call), false)
    },
  },
  'crypto.x509.parse_certificate_request': {
    args: ['string'],
    result: 'object',
    eval: (args) => {
      const given = text(args, 1)
      const bytes = given.startsWith('-----BEGIN CERTIFICATE REQUEST-----') ? Buffer.from(given) : decodeBase64(given)
      const block = decodePem(bytes.toString())
      if (block && block.type !== 'CERTIFICATE REQUEST')
        throw new BuiltinError('invalid PEM-encoded certificate signing request')
      return fromJson(parseRequest(block?.bytes ?? bytes))
    },
  },
  'crypto.x509.parse_keypair': {
    args: ['string', 'string'],
    result: 'object',
    eval: (args) => keyPair(text(args, 1), text(args, 2)),
  },
  'crypto.x509.parse_rsa_private_key': {
    args: ['string'],
    result: 'object',
    eval: (args) => {
      const given = text(args, 1)
      if (given === '') throw new BuiltinError('input PEM data was empty')
      const [first] = privateKeys(given.startsWith('-----BEGIN') ? given : decodeBase64(given).toString())
      return first ? fromJson(first.export({ format: 'jwk' })) : null
    },
  },
  'crypto.parse_private_keys': {
    args: ['string'],
    result: 'array',
    eval: (args) => {
      const given = text(args, 1)
      return given === '' ? null : fromJson(privateKeys(given).map(goPrivateKey))
    },
  },
}
