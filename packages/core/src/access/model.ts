import type { Classification } from '../manifest/model.ts'
import type { RowFilter } from './row_filter.ts'

export const roles = ['platform-admin', 'governance', 'domain-owner', 'data-steward', 'consumer'] as const
export type Role = (typeof roles)[number]

/** Who asks. `domain-owner` and `data-steward` are bound to domains; the others hold everywhere: `governance` writes global policies, excuses from them and reads the audit. Anonymous is `null`, never an actor. */
export type Actor = {
  id: string
  name: string
  kind: 'person' | 'key' | 'system'
  roles: readonly { role: Role; domain?: string }[]
  /** Teams the actor belongs to; a product's `readers` may name them. */
  teams?: readonly string[]
}

/** Every action a route can ask for. One list, walked by the permission matrix test. */
export const actions = [
  'platform:health',
  'platform:read',
  'platform:metrics',
  'platform:manage',
  'identity:sign-in',
  'identity:self',
  'identity:manage',
  'domain:read',
  'domain:manage',
  'product:read',
  'product:plan',
  'product:manage',
  'product:publish',
  'data:read',
  'data:sample',
  'access:request',
  'access:decide',
  'sql:query',
  'run:read',
  'run:cancel',
  'events:read',
  'policy:read',
  'policy:manage',
  'policy:report',
  'waiver:grant',
  'classification:decide',
  'access:explain',
  'audit:read',
] as const
export type Action = (typeof actions)[number]

/** What is asked about. Absent parts mean "in general" (a list, a search): rows of the answer are then decided one by one. */
export type Resource = {
  domain?: string
  product?: string
  table?: string
  port?: string
  classification?: Classification
  /** Columns that hold personal data. */
  piiColumns?: readonly string[]
  /** Columns that are classed higher than their product. */
  sensitiveColumns?: readonly string[]
  /** Masks that the manifest writes for columns; they stand in place of the masks of their class. */
  masks?: readonly Mask[]
  /** Every column of the table, where one table is asked about: a filter that looks at another one closes the read. */
  columns?: readonly string[]
  status?: string
  /** Whom to ask for access. */
  owner?: string
  /** The manifest's `access_control.readers`: who may read without a grant. */
  readers?: readonly string[]
}

/** The right to read ports of a product for a purpose until a time. No ports: all of them. Given to one principal or team, or to a role. */
export type Grant = {
  id: string
  /** `<domain>/<name>`. */
  product: string
  ports: readonly string[]
  principal: string | null
  role: string | null
  purpose: string
  until: Date | null
  /** Laid over what it opens, beside those of the product. */
  masks?: readonly Mask[]
  rowFilter?: RowFilter | null
  /** Its holder may turn tokens of the product back into values. */
  detokenise?: boolean
}

/** What policies of the moment `read` say about one question. `source`: the policy. */
export type ReadVerdict = {
  deny: readonly { source: string; because: string }[]
  masks: readonly { source: string; because: string; mask: Mask }[]
  filters: readonly { source: string; because: string; filter: RowFilter }[]
}

/** What `decide` has to know beside the question. Whoever asks loads it; see control-plane/access. */
export type Context = { grants: readonly Grant[]; read?: ReadVerdict | undefined }

/** How a value is hidden. Null stays null under all but `redact`, which does not show what is missing either. */
export type Mask = { column: string } & (
  | { how: 'redact' }
  /** HMAC-SHA-256 with a key per consumer: the same value gives the same text for one reader, another for the next. */
  | { how: 'hash' }
  /** The first `keep` characters. */
  | { how: 'truncate'; keep: number }
  /** A date or time down to its year, month or day; a number down to a multiple of `step`. */
  | { how: 'generalise'; to: 'year' | 'month' | 'day' }
  | { how: 'generalise'; step: number }
  /** AES-256-GCM; who holds the right can turn it back. */
  | { how: 'tokenise' }
)

/** One rule that took part in a decision, for `explain`. */
export type DecidingRule = {
  /** `role`, `classification`, `reader`, `grant`, `policy`, `mask`, `row-filter`, `status`. */
  rule: string
  /** Where it stands: a grant's id, a policy's id, a clause of the manifest. */
  source: string
  effect: 'allows' | 'denies' | 'masks' | 'filters' | 'does not apply'
  because: string
}

/** The one answer for every surface. `masks` and `rowFilter` (a SQL condition over the table's columns) apply only when allowed. */
export type Decision = { allow: boolean; because: string; masks: readonly Mask[]; rowFilter: string | null }

/** The same answer with every rule that took part, in the order they were asked, and when it ends by itself. */
export type Explanation = Decision & { rules: readonly DecidingRule[]; until: Date | null }

export type Question = { actor: Actor | null; action: Action; resource: Resource; purpose?: string; now: Date }

/** What the caller of `decide` writes down for each decision about data: reads are summed up into usage, refusals become events. */
export type AccessRecord = {
  at: Date
  actor: string
  action: Action
  product: string
  port: string
  allow: boolean
  because: string
  rows: number
  bytes: number
  table?: string
  snapshot?: string
  purpose?: string
  /** How it was given out: `json`, `file`, `sql`. */
  form?: string
}
