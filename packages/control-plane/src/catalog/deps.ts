import type {
  Certification,
  CertificationFacts,
  DataProduct,
  Issue,
  Report,
  Step,
  Verdict,
  Written,
} from '@datamesh/core'
import type { Store } from '../store/index.ts'
import type { CatalogCache } from './cache.ts'

/** What the catalogue needs; assembled once in main.ts. */
export type CatalogDeps = {
  store: Pick<Store, 'db' | 'listen'>
  cache: CatalogCache
  now(): Date
  /** A new id that sorts by time: `snap_…`, `run_…`. */
  newId(kind: string): string
  /** What is made outside the state when a port is provisioned. Absent: nothing. */
  provision?: Provision
  /** What policies say of a release that is planned or applied, and of data that is about to be published. Absent: nobody asks. */
  policies?: (asked: PolicyQuestion) => Promise<PolicyVerdicts>
  /** What certification policies say of each, in the order of the facts. Absent: nobody certifies. */
  certify?: (facts: readonly CertificationFacts[]) => Promise<Certification[]>
  /** Folder of the sample files that people bring. Absent: nobody can. */
  uploads?: string
}

/** Makes what one step needs and returns how to undo it. A throw stops the apply and everything before it is undone. */
type Provision = (step: Step) => Promise<() => Promise<void>>

export type PolicyQuestion = {
  moment: 'plan' | 'publish'
  product: DataProduct
  /** Of the release. */
  files: Readonly<Record<string, string>>
  /** Its manifest, where it has been read already. */
  written?: Written | null
  /** Version that it would follow; null: it is new. */
  current: string | null
  /** Of the staged snapshot. */
  report?: Report
}
/** Every verdict, also those in shadow; `blocking` is what stops, pointed into the manifest. */
export type PolicyVerdicts = { verdicts: Verdict[]; blocking: Issue[] }

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** 48 bits of time, 50 of chance, in Crockford's base 32: later ids sort after earlier ones. */
export const timeOrderedId = (kind: string, now: Date, random: (max: number) => number): string => {
  let time = now.getTime()
  let head = ''
  for (let i = 0; i < 10; i++) {
    head = alphabet[time % 32] + head
    time = Math.floor(time / 32)
  }
  const tail = Array.from({ length: 10 }, () => alphabet[random(32)]).join('')
  return `${kind}_${head}${tail}`
}
