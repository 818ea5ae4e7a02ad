/** What an entry of the audit log tells. `at` in ISO 8601 with milliseconds. */
export type AuditFacts = {
  at: string
  kind: string
  actor: string
  action: string
  subject: string
  allow: boolean | null
  because: string
  from: string | null
  data: Readonly<Record<string, unknown>>
}

/** An entry in its place: `previous` is the hash of the entry before it. */
export type Link = AuditFacts & { seq: number; previous: string; hash: string }

type Sha256 = (text: string) => string

/** What stands before the first entry. */
export const genesis = '0'.repeat(64)

/** The same value has the same text: keys in the order of their code units, no space. Rule: RFC 8785 */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map((each) => canonicalJson(each ?? null)).join(',')}]`
  if (value !== null && typeof value === 'object') {
    const fields = Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => `${JSON.stringify(key)}:${canonicalJson(each)}`)
    return `{${fields.join(',')}}`
  }
  return JSON.stringify(value ?? null)
}

/** SHA-256, hex, over the canonical text of everything in the entry but the hash itself, the hash before it included. */
export const entryHash = (link: Omit<Link, 'hash'>, { sha256 }: { sha256: Sha256 }): string => {
  const { seq, at, kind, actor, action, subject, allow, because, from, data, previous } = link
  const text = JSON.stringify
  // canonicalJson of all of it, written out: the keys are always these
  return sha256(
    `{"action":${text(action)},"actor":${text(actor)},"allow":${allow},"at":${text(at)},"because":${text(because)},"data":${canonicalJson(data)},"from":${text(from)},"kind":${text(kind)},"previous":${text(previous)},"seq":${seq},"subject":${text(subject)}}`,
  )
}

/** `<seq>:<hash>`: how a head is noted elsewhere. */
export const headOf = ({ seq, hash }: { seq: number; hash: string }): string => `${seq}:${hash}`
