import { BuiltinError } from '../builtin.ts'
import { bigInteger, children, type Der, oid, readDer, sequence } from './der.ts'

type Extension = { Id: number[]; Critical: boolean; bytes: Buffer }
type Subtrees = { dns: string[]; ips: { ip: Buffer; mask: Buffer }[]; emails: string[]; uris: string[] }
export type Names = { dns: string[]; emails: string[]; ips: string[]; uris: string[] }

/** What the proof of a chain asks of a certificate. */
export type Facts = {
  names: Names
  isCa: boolean
  basicConstraints: boolean
  maxPathLength: number
  keyUsage: number
  usages: number[]
  unknownUsages: boolean
  unhandledCritical: boolean
  policyConstraints: boolean
  permitted: Subtrees
  excluded: Subtrees
}

const usageNumbers: Record<string, number> = {
  '2.5.29.37.0': 0,
  '1.3.6.1.5.5.7.3.1': 1,
  '1.3.6.1.5.5.7.3.2': 2,
  '1.3.6.1.5.5.7.3.3': 3,
  '1.3.6.1.5.5.7.3.4': 4,
  '1.3.6.1.5.5.7.3.5': 5,
  '1.3.6.1.5.5.7.3.6': 6,
  '1.3.6.1.5.5.7.3.7': 7,
  '1.3.6.1.5.5.7.3.8': 8,
  '1.3.6.1.5.5.7.3.9': 9,
  '1.3.6.1.4.1.311.10.3.3': 10,
  '2.16.840.1.113730.4.1': 11,
  '1.3.6.1.4.1.311.2.1.22': 12,
  '1.3.6.1.4.1.311.61.1.1': 13,
}

const orNull = <T>(list: readonly T[]): readonly T[] | null => (list.length === 0 ? null : list)
const context = (element: Der | undefined, tag: number): boolean => element?.kind === 2 && element.tag === tag
const top = (extension: Extension): Der => readDer(extension.bytes).element
/** A number in a context tag, as it stands. */
const tagged = (element: Der): number => Number(bigInteger({ ...element, kind: 0, tag: 2 }))

/** Four or sixteen bytes as an address is written; zeros of IPv6 are shortened once. Rule: RFC 5952 */
export const ipText = (bytes: Buffer): string => {
  if (bytes.length === 4) return [...bytes].join('.')
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(at * 2))
  const mapped = groups.slice(0, 5).every((each) => each === 0) && groups[5] === 0xffff
  if (mapped) return [...bytes.subarray(12)].join('.')
  let best = { from: -1, length: 1 }
  for (let from = 0; from < 8; from++) {
    let length = 0
    while (from + length < 8 && groups[from + length] === 0) length++
    if (length > best.length) best = { from, length }
  }
  const hex = groups.map((each) => each.toString(16))
  if (best.from < 0) return hex.join(':')
  return `${hex.slice(0, best.from).join(':')}::${hex.slice(best.from + best.length).join(':')}`
}

const alternativeNames = (extension: Extension): Names => {
  const names: Names = { dns: [], emails: [], ips: [], uris: [] }
  for (const each of sequence(top(extension))) {
    const text = each.content.toString('latin1')
    if (context(each, 1)) names.emails.push(text)
    else if (context(each, 2)) names.dns.push(text)
    else if (context(each, 6)) names.uris.push(text)
    else if (context(each, 7)) {
      if (each.content.length !== 4 && each.content.length !== 16) {
        throw new BuiltinError(`x509: cannot parse IP address of length ${each.content.length}`)
      }
      names.ips.push(ipText(each.content))
    }
  }
  return names
}

/** As Go's url.URL prints. */
const url = (text: string): Record<string, unknown> => {
  const [, scheme = '', rest = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(text) ?? []
  const [beforeFragment = '', ...fragments] = rest.split('#')
  const [beforeQuery = '', ...queries] = beforeFragment.split('?')
  const hierarchical = beforeQuery.startsWith('//')
  const [, authority = '', rawPath = ''] = hierarchical
    ? (/^\/\/([^/]*)(.*)$/s.exec(beforeQuery) ?? [])
    : ['', '', beforeQuery]
  const opaque = scheme !== '' && !hierarchical && !beforeQuery.startsWith('/')
  const at = authority.lastIndexOf('@')
  const path = opaque ? '' : decodeURI(rawPath)
  return {
    Scheme: scheme.toLowerCase(),
    Opaque: opaque ? beforeQuery : '',
    User: at < 0 ? null : {},
    Host: authority.slice(at + 1),
    Path: path,
    RawPath: encodeURI(path) === rawPath ? '' : opaque ? '' : rawPath,
    Fragment: decodeURI(fragments.join('#')),
    RawFragment: '',
    RawQuery: queries.join('?'),
    ForceQuery: queries.length === 1 && queries[0] === '',
    OmitHost: false,
  }
}

const subtrees = (element: Der | undefined): { found: Subtrees; unknown: boolean } => {
  const found: Subtrees = { dns: [], ips: [], emails: [], uris: [] }
  let unknown = false
  for (const each of element ? children(element) : []) {
    const [base] = sequence(each)
    const text = base?.content.toString('latin1') ?? ''
    if (context(base, 1)) found.emails.push(text)
    else if (context(base, 2)) found.dns.push(text)
    else if (context(base, 6)) found.uris.push(text)
    else if (base && context(base, 7)) {
      const half = base.content.length / 2
      if (half !== 4 && half !== 16)
        throw new BuiltinError(`x509: IP constraint contained value of length ${base.content.length}`)
      found.ips.push({ ip: base.content.subarray(0, half), mask: base.content.subarray(half) })
    } else unknown = true
  }
  return { found, unknown }
}

const keyUsageBits = (bits: Buffer): number => {
  let usage = 0
  for (let at = 0; at < 9; at++) {
    const byte = bits[1 + (at >> 3)] ?? 0
    if (byte & (0x80 >> (at & 7))) usage |= 1 << at
  }
  return usage
}

/** The fields that Go fills from extensions, with their values where an extension is absent. */
const absent = (): Record<string, unknown> => ({
  KeyUsage: 0,
  ExtKeyUsage: null,
  UnknownExtKeyUsage: null,
  BasicConstraintsValid: false,
  IsCA: false,
  MaxPathLen: 0,
  MaxPathLenZero: false,
  SubjectKeyId: null,
  AuthorityKeyId: null,
  OCSPServer: null,
  IssuingCertificateURL: null,
  DNSNames: null,
  EmailAddresses: null,
  IPAddresses: null,
  URIs: null,
  URIStrings: null,
  PermittedDNSDomainsCritical: false,
  PermittedDNSDomains: null,
  ExcludedDNSDomains: null,
  PermittedIPRanges: null,
  ExcludedIPRanges: null,
  PermittedEmailAddresses: null,
  ExcludedEmailAddresses: null,
  PermittedURIDomains: null,
  ExcludedURIDomains: null,
  CRLDistributionPoints: null,
  PolicyIdentifiers: null,
  Policies: null,
  InhibitAnyPolicy: 0,
  InhibitAnyPolicyZero: false,
  InhibitPolicyMapping: 0,
  InhibitPolicyMappingZero: false,
  RequireExplicitPolicy: 0,
  RequireExplicitPolicyZero: false,
  PolicyMappings: null,
  UnhandledCriticalExtensions: null,
})

const noSubtrees = (): Subtrees => ({ dns: [], ips: [], emails: [], uris: [] })
const range = ({ ip, mask }: { ip: Buffer; mask: Buffer }): unknown => ({
  IP: ipText(ip),
  Mask: mask.toString('base64'),
})

/** Rule: Go, crypto/x509, which extensions are read and what stays unhandled */
export const readExtensions = (extensions: readonly Extension[]): { json: Record<string, unknown>; facts: Facts } => {
  const json = absent()
  const facts: Facts = {
    names: { dns: [], emails: [], ips: [], uris: [] },
    isCa: false,
    basicConstraints: false,
    maxPathLength: -1,
    keyUsage: 0,
    usages: [],
    unknownUsages: false,
    unhandledCritical: false,
    policyConstraints: false,
    permitted: noSubtrees(),
    excluded: noSubtrees(),
  }
  const unhandled: number[][] = []
  const readers: Record<string, (extension: Extension) => boolean> = {
    '2.5.29.15': (extension) => {
      facts.keyUsage = keyUsageBits(top(extension).content)
      json.KeyUsage = facts.keyUsage
      return true
    },
    '2.5.29.19': (extension) => {
      const parts = sequence(top(extension))
      facts.basicConstraints = true
      facts.isCa = parts[0]?.tag === 1 && parts[0].content[0] === 0xff
      const length = parts.find((each) => each.kind === 0 && each.tag === 2)
      facts.maxPathLength = length ? Number(bigInteger(length)) : -1
      Object.assign(json, {
        BasicConstraintsValid: true,
        IsCA: facts.isCa,
        MaxPathLen: facts.maxPathLength,
        MaxPathLenZero: facts.maxPathLength === 0,
      })
      return true
    },
    '2.5.29.17': (extension) => {
      const names = alternativeNames(extension)
      facts.names = names
      Object.assign(json, {
        DNSNames: orNull(names.dns),
        EmailAddresses: orNull(names.emails),
        IPAddresses: orNull(names.ips),
        URIs: orNull(names.uris.map(url)),
        URIStrings: orNull(names.uris),
      })
      return Object.values(names).some((each) => each.length > 0)
    },
    '2.5.29.30': (extension) => {
      const parts = sequence(top(extension))
      const permitted = subtrees(parts.find((each) => context(each, 0)))
      const excluded = subtrees(parts.find((each) => context(each, 1)))
      facts.permitted = permitted.found
      facts.excluded = excluded.found
      Object.assign(json, {
        PermittedDNSDomainsCritical: extension.Critical,
        PermittedDNSDomains: orNull(permitted.found.dns),
        ExcludedDNSDomains: orNull(excluded.found.dns),
        PermittedIPRanges: orNull(permitted.found.ips.map(range)),
        ExcludedIPRanges: orNull(excluded.found.ips.map(range)),
        PermittedEmailAddresses: orNull(permitted.found.emails),
        ExcludedEmailAddresses: orNull(excluded.found.emails),
        PermittedURIDomains: orNull(permitted.found.uris),
        ExcludedURIDomains: orNull(excluded.found.uris),
      })
      return !permitted.unknown && !excluded.unknown
    },
    '2.5.29.31': (extension) => {
      const points: string[] = []
      for (const point of sequence(top(extension))) {
        const named = sequence(point).find((each) => context(each, 0))
        const full = named && children(named)[0]
        for (const name of full && context(full, 0) ? children(full) : []) {
          if (!context(name, 6)) break
          points.push(name.content.toString('latin1'))
        }
      }
      json.CRLDistributionPoints = orNull(points)
      return true
    },
    '2.5.29.35': (extension) => {
      const id = sequence(top(extension)).find((each) => context(each, 0))
      if (id) json.AuthorityKeyId = id.content.toString('base64')
      return true
    },
    '2.5.29.36': (extension) => {
      facts.policyConstraints = true
      for (const each of sequence(top(extension))) {
        const field = context(each, 0) ? 'RequireExplicitPolicy' : 'InhibitPolicyMapping'
        json[field] = tagged(each)
        json[`${field}Zero`] = json[field] === 0
      }
      return true
    },
    '2.5.29.37': (extension) => {
      const unknown: number[][] = []
      for (const each of sequence(top(extension))) {
        const id = oid(each)
        const usage = usageNumbers[id.join('.')]
        if (usage === undefined) unknown.push(id)
        else facts.usages.push(usage)
      }
      facts.unknownUsages = unknown.length > 0
      Object.assign(json, { ExtKeyUsage: orNull(facts.usages), UnknownExtKeyUsage: orNull(unknown) })
      return true
    },
    '2.5.29.14': (extension) => {
      json.SubjectKeyId = top(extension).content.toString('base64')
      return true
    },
    '2.5.29.32': (extension) => {
      const policies = sequence(top(extension)).map((each) => oid(sequence(each)[0]))
      json.PolicyIdentifiers = policies
      json.Policies = orNull(policies.map((each) => each.join('.')))
      return true
    },
    '2.5.29.33': (extension) => {
      const mappings = sequence(top(extension)).map((each) => sequence(each).map((id) => oid(id).join('.')))
      json.PolicyMappings = orNull(
        mappings.map(([issuer, subject]) => ({ IssuerDomainPolicy: issuer, SubjectDomainPolicy: subject })),
      )
      return true
    },
    '2.5.29.54': (extension) => {
      json.InhibitAnyPolicy = Number(bigInteger(top(extension)))
      json.InhibitAnyPolicyZero = json.InhibitAnyPolicy === 0
      return true
    },
    '1.3.6.1.5.5.7.1.1': (extension) => {
      const by: Record<string, string[]> = { '1.3.6.1.5.5.7.48.1': [], '1.3.6.1.5.5.7.48.2': [] }
      for (const each of sequence(top(extension))) {
        const [method, place] = sequence(each)
        if (place && context(place, 6)) by[oid(method).join('.')]?.push(place.content.toString('latin1'))
      }
      json.OCSPServer = orNull(by['1.3.6.1.5.5.7.48.1'] ?? [])
      json.IssuingCertificateURL = orNull(by['1.3.6.1.5.5.7.48.2'] ?? [])
      return true
    },
  }
  for (const extension of extensions) {
    const handled = readers[extension.Id.join('.')]?.(extension) ?? false
    if (extension.Critical && !handled) unhandled.push(extension.Id)
  }
  facts.unhandledCritical = unhandled.length > 0
  json.UnhandledCriticalExtensions = orNull(unhandled)
  return { json, facts }
}
