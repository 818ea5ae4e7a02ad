import { nodeCrypto } from '../../library.ts'
import type { Certificate } from './certificate.ts'
import { ipText } from './extensions.ts'

export type ChainOptions = {
  now: Date
  /** Host that the last certificate must be for. */
  dnsName?: string
  /** As Go numbers them; one of them is enough. Empty: server authentication. */
  usages: readonly number[]
}

const certSign = 1 << 5
/** Signatures with MD5 and SHA-1 prove nothing any more. */
const weak = new Set([0, 1, 2, 3, 7, 8, 9])

const validBy = (certificate: Certificate, now: Date): boolean =>
  !certificate.facts.unhandledCritical && now >= certificate.notBefore && now <= certificate.notAfter

const signedBy = (child: Certificate, parent: Certificate): boolean => {
  const { facts, version } = parent
  if (facts.basicConstraints ? !facts.isCa : version === 3) return false
  if (facts.keyUsage !== 0 && (facts.keyUsage & certSign) === 0) return false
  if (weak.has(child.json.SignatureAlgorithm as number)) return false
  try {
    return new (nodeCrypto().X509Certificate)(child.der).verify(
      new (nodeCrypto().X509Certificate)(parent.der).publicKey,
    )
  } catch {
    return false
  }
}

/** Chains from the last certificate to the first, which is the root; those between are intermediates. At most 100 signatures are looked at. */
const chains = (leaf: Certificate, root: Certificate, between: readonly Certificate[], now: Date): Certificate[][] => {
  if (leaf.der.equals(root.der)) return [[leaf]]
  let budget = 100
  const grow = (chain: readonly Certificate[]): Certificate[][] => {
    const child = chain.at(-1) as Certificate
    const found: Certificate[][] = []
    for (const parent of [root, ...between]) {
      if (parent.subject !== child.issuer || chain.some((each) => each.der.equals(parent.der)) || budget-- <= 0)
        continue
      if (!validBy(parent, now) || !signedBy(child, parent)) continue
      const { facts } = parent
      if (facts.basicConstraints && facts.maxPathLength >= 0 && chain.length - 1 > facts.maxPathLength) continue
      if (parent === root) found.push([...chain, parent])
      else if (facts.isCa) found.push(...grow([...chain, parent]))
    }
    return found
  }
  return grow([leaf])
}

const usable = (chain: readonly Certificate[], wanted: readonly number[]): boolean =>
  wanted.includes(0) ||
  wanted.some((usage) =>
    chain.every(
      ({ facts }) =>
        (facts.usages.length === 0 && !facts.unknownUsages) || facts.usages.includes(0) || facts.usages.includes(usage),
    ),
  )

const domainFits = (host: string, constraint: string): boolean => {
  const name = host.toLowerCase()
  const rule = constraint.toLowerCase()
  if (rule === '') return true
  return rule.startsWith('.') ? name.endsWith(rule) : name === rule || name.endsWith(`.${rule}`)
}
const emailFits = (address: string, constraint: string): boolean => {
  if (constraint.includes('@')) return address.toLowerCase() === constraint.toLowerCase()
  const host = address.slice(address.lastIndexOf('@') + 1).toLowerCase()
  return constraint.startsWith('.') ? host.endsWith(constraint.toLowerCase()) : host === constraint.toLowerCase()
}
const hostOf = (uri: string): string => /^[^:]+:\/\/(?:[^@/]*@)?(\[[^\]]*\]|[^:/?#]*)/.exec(uri)?.[1] ?? ''
const uriFits = (uri: string, constraint: string): boolean => {
  const host = hostOf(uri).toLowerCase()
  return constraint.startsWith('.') ? host.endsWith(constraint.toLowerCase()) : host === constraint.toLowerCase()
}
const ipFits = (address: string, { ip, mask }: { ip: Buffer; mask: Buffer }): boolean => {
  const bytes = ipBytes(address)
  if (bytes?.length !== ip.length) return false
  return bytes.every((byte, at) => (byte & (mask[at] ?? 0)) === ((ip[at] ?? 0) & (mask[at] ?? 0)))
}
const ipBytes = (text: string): Buffer | undefined => {
  if (/^\d+(\.\d+){3}$/.test(text)) {
    const parts = text.split('.').map(Number)
    return parts.every((each) => each < 256) ? Buffer.from(parts) : undefined
  }
  if (!/^[0-9a-f:]+$/i.test(text) || !text.includes(':')) return undefined
  const [left = '', right] = text.split('::')
  const groups = (side: string): string[] => (side === '' ? [] : side.split(':'))
  const head = groups(left)
  const tail = groups(right ?? '')
  const missing = 8 - head.length - tail.length
  if (right === undefined ? missing !== 0 : missing < 1) return undefined
  const bytes = Buffer.alloc(16)
  for (const [at, group] of [...head, ...Array<string>(missing).fill('0'), ...tail].entries()) {
    bytes.writeUInt16BE(Number.parseInt(group, 16) & 0xffff, at * 2)
  }
  return bytes
}

/** Names of every certificate lie within what the authorities above it may sign. */
const namesFit = (chain: readonly Certificate[]): boolean =>
  chain.every((authority, height) => {
    const { permitted, excluded } = authority.facts
    return chain.slice(0, height).every(({ facts: { names } }) => {
      const within = <T>(
        own: readonly string[],
        fits: (name: string, rule: T) => boolean,
        yes: readonly T[],
        no: readonly T[],
      ): boolean =>
        own.every(
          (name) => !no.some((rule) => fits(name, rule)) && (yes.length === 0 || yes.some((rule) => fits(name, rule))),
        )
      return (
        within(names.dns, domainFits, permitted.dns, excluded.dns) &&
        within(names.emails, emailFits, permitted.emails, excluded.emails) &&
        within(names.uris, uriFits, permitted.uris, excluded.uris) &&
        within(names.ips, ipFits, permitted.ips, excluded.ips)
      )
    })
  })

/** The host stands among the alternative names; a wildcard stands for one whole label. Rule: RFC 6125 */
const isFor = ({ facts: { names } }: Certificate, host: string): boolean => {
  const ip = ipBytes(host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host)
  if (ip) return names.ips.some((each) => each === ipText(ip))
  const wanted = host.toLowerCase().replace(/\.$/, '').split('.')
  return names.dns.some((pattern) => {
    const labels = pattern.toLowerCase().replace(/\.$/, '').split('.')
    return (
      labels.length === wanted.length &&
      labels.every((label, at) => label === wanted[at] || (at === 0 && label === '*' && wanted[0] !== ''))
    )
  })
}

/** From the leaf (the last given) to the root (the first), or undefined when nothing proves it. Chains with policy constraints are not accepted. */
export const proveChain = (certificates: readonly Certificate[], options: ChainOptions): Certificate[] | undefined => {
  const [root, ...others] = certificates
  const leaf = others.pop()
  if (!root || !leaf || !validBy(leaf, options.now)) return undefined
  if (options.dnsName && !isFor(leaf, options.dnsName)) return undefined
  const wanted = options.usages.length === 0 ? [1] : options.usages
  return chains(leaf, root, others, options.now).find(
    (chain) => chain.every((each) => !each.facts.policyConstraints) && usable(chain, wanted) && namesFit(chain),
  )
}
