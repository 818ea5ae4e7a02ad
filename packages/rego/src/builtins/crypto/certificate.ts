import { BuiltinError } from '../builtin.ts'
import { bigInteger, children, type Der, DerError, oid, readDer, sequence, string, time } from './der.ts'
import { type Facts, readExtensions } from './extensions.ts'

/** What Go's x509.Certificate prints as JSON, and what verification needs beside it. */
export type Certificate = {
  json: Record<string, unknown>
  notBefore: Date
  notAfter: Date
  facts: Facts
  der: Buffer
  subject: string
  issuer: string
  version: number
}

export const base64 = (bytes: Buffer): string => bytes.toString('base64')
const dotted = (id: readonly number[]): string => id.join('.')

const signatureAlgorithms: Record<string, number> = {
  '1.2.840.113549.1.1.2': 1,
  '1.2.840.113549.1.1.4': 2,
  '1.2.840.113549.1.1.5': 3,
  '1.3.14.3.2.29': 3,
  '1.2.840.113549.1.1.11': 4,
  '1.2.840.113549.1.1.12': 5,
  '1.2.840.113549.1.1.13': 6,
  '1.2.840.10040.4.3': 7,
  '2.16.840.1.101.3.4.3.2': 8,
  '1.2.840.10045.4.1': 9,
  '1.2.840.10045.4.3.2': 10,
  '1.2.840.10045.4.3.3': 11,
  '1.2.840.10045.4.3.4': 12,
  '1.3.101.112': 16,
}
const pssHashes: Record<string, number> = {
  '2.16.840.1.101.3.4.2.1': 13,
  '2.16.840.1.101.3.4.2.2': 14,
  '2.16.840.1.101.3.4.2.3': 15,
}

const signatureAlgorithm = (identifier: Der): number => {
  const [id, parameters] = sequence(identifier)
  const name = dotted(oid(id))
  if (name !== '1.2.840.113549.1.1.10') return signatureAlgorithms[name] ?? 0
  const hash = parameters && sequence(parameters).find((each) => each.kind === 2 && each.tag === 0)
  const named = hash && sequence(children(hash)[0])[0]
  return (named && pssHashes[dotted(oid(named))]) ?? 0
}

const nameFields: Record<string, string> = {
  '2.5.4.6': 'Country',
  '2.5.4.10': 'Organization',
  '2.5.4.11': 'OrganizationalUnit',
  '2.5.4.7': 'Locality',
  '2.5.4.8': 'Province',
  '2.5.4.9': 'StreetAddress',
  '2.5.4.17': 'PostalCode',
}
const nameOf = (name: Der): Record<string, unknown> => {
  const made: Record<string, unknown> = {
    ...Object.fromEntries(Object.values(nameFields).map((field) => [field, null])),
    SerialNumber: '',
    CommonName: '',
    Names: null,
    ExtraNames: null,
  }
  const add = (field: string, value: unknown): void => {
    made[field] = [...((made[field] as unknown[] | null) ?? []), value]
  }
  for (const relative of sequence(name)) {
    for (const attribute of sequence(relative)) {
      const [type, value] = sequence(attribute)
      if (value === undefined) throw new BuiltinError('x509: invalid RDNSequence: invalid attribute value')
      const id = oid(type)
      const written = string(value)
      add('Names', { Type: id, Value: written })
      const field = nameFields[dotted(id)]
      if (field !== undefined) add(field, written)
      else if (dotted(id) === '2.5.4.3') made.CommonName = written
      else if (dotted(id) === '2.5.4.5') made.SerialNumber = written
    }
  }
  return made
}

const unsigned = (bytes: Buffer): bigint => (bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`))
const curves = new Set(['1.3.132.0.33', '1.2.840.10045.3.1.7', '1.3.132.0.34', '1.3.132.0.35'])

/** Algorithm as Go numbers it, and the key as Go prints it. */
const publicKey = (info: Der): { algorithm: number; key: unknown } => {
  const [identifier, bits] = sequence(info)
  const [id, parameters] = sequence(identifier)
  const key = (bits?.content ?? Buffer.alloc(0)).subarray(1)
  switch (dotted(oid(id))) {
    case '1.2.840.113549.1.1.1': {
      const [n, e] = sequence(readDer(key).element)
      return { algorithm: 1, key: { N: bigInteger(n), E: bigInteger(e) } }
    }
    case '1.2.840.10045.2.1': {
      if (!parameters || !curves.has(dotted(oid(parameters))))
        throw new BuiltinError('x509: unsupported elliptic curve')
      const half = (key.length - 1) / 2
      if (key[0] !== 4 || !Number.isInteger(half))
        throw new BuiltinError('x509: failed to unmarshal elliptic curve point')
      return {
        algorithm: 3,
        key: { Curve: {}, X: unsigned(key.subarray(1, 1 + half)), Y: unsigned(key.subarray(1 + half)) },
      }
    }
    case '1.3.101.112':
      return { algorithm: 4, key: base64(key) }
    case '1.3.101.110':
      return { algorithm: 0, key: {} }
    default:
      return { algorithm: 0, key: null }
  }
}

/** Years beyond four digits do not occur in valid certificates. */
const rfc3339 = (at: Date): string => at.toISOString().replace('.000Z', 'Z')

const extensionList = (list: Der | undefined): { Id: number[]; Critical: boolean; Value: string; bytes: Buffer }[] =>
  list === undefined
    ? []
    : sequence(list).map((each) => {
        const parts = sequence(each)
        const bytes = parts.at(-1)?.content ?? Buffer.alloc(0)
        return {
          Id: oid(parts[0]),
          Critical: parts.length === 3 && parts[1]?.content[0] === 0xff,
          Value: base64(bytes),
          bytes,
        }
      })
const printed = (extensions: ReturnType<typeof extensionList>): unknown =>
  extensions.length === 0 ? null : extensions.map(({ Id, Critical, Value }) => ({ Id, Critical, Value }))

const readCertificate = (element: Der): Certificate => {
  const [tbs, algorithm, signature] = sequence(element)
  if (!tbs || !algorithm || !signature) throw new BuiltinError('x509: malformed tbs certificate')
  const fields = sequence(tbs)
  const versioned = fields[0]?.kind === 2 && fields[0].tag === 0
  const version = versioned ? Number(bigInteger(children(fields[0] as Der)[0])) + 1 : 1
  const [serial, , issuer, validity, subject, info, ...more] = versioned ? fields.slice(1) : fields
  if (!serial || !issuer || !validity || !subject || !info) throw new BuiltinError('x509: malformed tbs certificate')
  const [from, to] = sequence(validity)
  const notBefore = time(from)
  const notAfter = time(to)
  const wrapped = more.find((each) => each.kind === 2 && each.tag === 3)
  const extensions = extensionList(wrapped && children(wrapped)[0])
  const { json: extended, facts } = readExtensions(extensions)
  const key = publicKey(info)
  return {
    der: element.raw,
    version,
    notBefore,
    notAfter,
    facts,
    subject: base64(subject.raw),
    issuer: base64(issuer.raw),
    json: {
      Raw: base64(element.raw),
      RawTBSCertificate: base64(tbs.raw),
      RawSubjectPublicKeyInfo: base64(info.raw),
      RawSubject: base64(subject.raw),
      RawIssuer: base64(issuer.raw),
      Signature: base64(signature.content.subarray(1)),
      SignatureAlgorithm: signatureAlgorithm(algorithm),
      PublicKeyAlgorithm: key.algorithm,
      PublicKey: key.key,
      Version: version,
      SerialNumber: bigInteger(serial),
      Issuer: nameOf(issuer),
      Subject: nameOf(subject),
      NotBefore: rfc3339(notBefore),
      NotAfter: rfc3339(notAfter),
      Extensions: printed(extensions),
      ExtraExtensions: null,
      ...extended,
    },
  }
}

/** Certificates one behind the other. @throws BuiltinError */
export const parseCertificates = (der: Buffer): Certificate[] => {
  const found: Certificate[] = []
  for (let rest = der; rest.length > 0; ) {
    const read = structured(() => readDer(rest), 'x509: malformed certificate')
    found.push(structured(() => readCertificate(read.element), 'x509: malformed certificate'))
    rest = read.rest
  }
  return found
}

/** As Go's x509.CertificateRequest prints. @throws BuiltinError */
export const parseRequest = (der: Buffer): Record<string, unknown> =>
  structured(() => {
    const { element, rest } = readDer(der)
    if (rest.length > 0) throw new BuiltinError('asn1: syntax error: trailing data')
    const [tbs, algorithm, signature] = sequence(element)
    const [version, subject, info, attributes] = sequence(tbs)
    if (!tbs || !algorithm || !signature || !subject || !info)
      throw new BuiltinError('asn1: structure error: sequence truncated')
    const requested = attributes
      ? children(attributes).find((each) => dotted(oid(sequence(each)[0])) === '1.2.840.113549.1.9.14')
      : undefined
    const extensions = extensionList(requested && sequence(sequence(requested)[1])[0])
    const { json: extended } = readExtensions(extensions)
    const key = publicKey(info)
    return {
      Raw: base64(element.raw),
      RawTBSCertificateRequest: base64(tbs.raw),
      RawSubjectPublicKeyInfo: base64(info.raw),
      RawSubject: base64(subject.raw),
      Version: Number(bigInteger(version)),
      Signature: base64(signature.content.subarray(1)),
      SignatureAlgorithm: signatureAlgorithm(algorithm),
      PublicKeyAlgorithm: key.algorithm,
      PublicKey: key.key,
      Subject: nameOf(subject),
      Attributes: attributesOf(attributes),
      Extensions: printed(extensions),
      ExtraExtensions: null,
      DNSNames: extended.DNSNames,
      EmailAddresses: extended.EmailAddresses,
      IPAddresses: extended.IPAddresses,
      URIs: extended.URIs,
    }
  }, "asn1: structure error: tags don't match")

/** Attributes whose values are sets of sequences of names and values; others are left out, as Go does. */
const attributesOf = (attributes: Der | undefined): unknown => {
  const read: unknown[] = []
  for (const each of attributes ? children(attributes) : []) {
    try {
      const [type, values] = sequence(each)
      const value = sequence(values).map((list) =>
        sequence(list).map((pair) => {
          const [id, content] = sequence(pair)
          if (!content) throw new DerError('structure error: sequence truncated')
          return { Type: oid(id), Value: anyValue(content) }
        }),
      )
      read.push({ Type: oid(type), Value: value })
    } catch {
      // not of that shape
    }
  }
  return read.length === 0 ? null : read
}
const anyValue = (element: Der): unknown => {
  if (element.kind !== 0) return null
  switch (element.tag) {
    case 2:
      return bigInteger(element)
    case 4:
      return base64(element.content)
    case 6:
      return oid(element)
    case 12:
    case 18:
    case 19:
    case 20:
    case 22:
    case 30:
      return string(element)
    default:
      return null
  }
}

/** Whatever breaks while reading becomes one kind of error. */
const structured = <T>(read: () => T, otherwise: string): T => {
  try {
    return read()
  } catch (cause) {
    throw cause instanceof BuiltinError ? cause : new BuiltinError(otherwise)
  }
}
