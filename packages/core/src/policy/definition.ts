import type { TierName } from '../quality/certification.ts'
import type { Moment, PolicyKind, PolicyMode, PolicyScope, Severity } from './model.ts'

export type RegoSource = { file: string; text: string }
export type Comparison = { is: '<' | '<=' | '>' | '>=' | '==' | '!='; than: number }
export type Bands = Partial<Record<Severity, Comparison>>

/** A policy as read: every file that it names is in it. Ids are `global/<name>` or `<domain>/<name>`. */
export type PolicyDefinition = {
  kind: 'Policy'
  id: string
  name: string
  /** Null: it holds in the whole mesh. */
  domain: string | null
  title: string
  owner: string
  description: string
  tags: string[]
  policyKind: PolicyKind
  when: Moment[]
  severity: Severity
  mode: PolicyMode
  applies: PolicyScope
  version: 'v0' | 'v1'
  /** `datamesh.governance`; empty for a passive policy without Rego. */
  package: string
  rego: RegoSource[]
  tests: RegoSource[]
  /** Markdown. */
  docs: string
  /** Of a certification policy. */
  certifies: TierName | null
  bands: Bands
  unit: string
  maxAgeSeconds: number | null
  data: Record<string, unknown>
  /** File of the document. */
  file: string
}

/** Name in front of the slash of a policy that holds everywhere. No domain may be called so. */
export const globalScope = 'global'
