import type { Certifiable, PolicyMode, TierName } from '@datamesh/core'
import type { ColumnType, Generated, GeneratedAlways, Insertable, Selectable, Updateable } from 'kysely'
import type { Json } from './json.ts'

/** A jsonb column: reads as `T`, is written with `json(value)` only (a bare JavaScript array would become a Postgres array). */
type JsonOf<T = unknown> = ColumnType<T, Json<T>, Json<T>>
type JsonOr<T = unknown> = ColumnType<T | null, Json<T> | null | undefined, Json<T> | null>
/** A jsonb column with a default. */
type JsonDefault<T = unknown> = ColumnType<T, Json<T> | undefined, Json<T>>
/** A point in time, timestamptz. Written by the caller from its clock: no column fills in `now()` by itself. */
type At = ColumnType<Date, Date | string, Date | string>
type AtOr = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
type Or<T> = ColumnType<T | null, T | null | undefined, T | null>
/** A column with a default. */
type Default<T> = Generated<T>

export type RunState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'
export type GrantState = 'requested' | 'granted' | 'denied' | 'revoked' | 'withdrawn' | 'expired'
/** What the checks of a run said, worst first. */
export type CheckOutcome = 'failed' | 'warned' | 'passed'
export type Lifecycle = 'active' | 'deprecated' | 'retired'
export type PublishMode = 'full' | 'append' | 'merge'
export type PrincipalKind = 'person' | 'team' | 'machine'

/** A bounded business context. `definition` is the domain manifest as parsed. */
export type DomainTable = {
  name: string
  owner: string
  parent: Or<string>
  definition: JsonOf
  created_at: At
  updated_at: At
}

/** `id` is `<domain>/<name>`. The columns beside the id repeat what search and its facets need from the current release. */
export type ProductTable = {
  id: string
  domain: string
  name: string
  title: Default<string>
  description: Default<string>
  owner: Default<string>
  alignment: Or<string>
  classification: Or<string>
  tags: Default<string[]>
  port_kinds: Default<string[]>
  lifecycle: Default<Lifecycle>
  current_version: Or<string>
  /** tsvector; written with an expression such as `setweight(to_tsvector('english', …), 'A') || …`, never read. */
  search: Or<string>
  /** The tiers that certification policies leave it; written with every apply and publish. Null: not judged yet. */
  certifiable: JsonOr<Certifiable>
  /** The tier that events last told of; null: none. */
  tier: Or<TierName>
  retire_at: AtOr
  created_at: At
  updated_at: At
}

/** One version of a product's definition, never changed. `files`: path → text of its SQL, macros and schemas; `digest`: sha256 over manifest and files. */
export type ReleaseTable = {
  product: string
  version: string
  digest: string
  manifest: JsonOf
  files: JsonOf<Record<string, string>>
  changes: JsonOr
  /** The manifest as plain values, as written. Null: of before policies; `files` has its text. */
  written: JsonOr
  created_by: string
  created_at: At
}

/** The compare-and-swap row: what readers of a product see. `sequence` 0 and no snapshot: never published. */
export type HeadTable = { product: string; snapshot_id: Or<string>; sequence: Default<number>; updated_at: At }

/** One immutable version of a product's data. `tables`: name → schema and files; `inputs`: ids of the snapshots it was built from. */
export type SnapshotTable = {
  id: string
  product: string
  version: string
  sequence: number
  parent: Or<string>
  mode: PublishMode
  tables: JsonOf
  inputs: JsonOf
  report: JsonOf
  /** sha256 of the checks that produced the report. */
  rule_set: Or<string>
  lineage: JsonOr
  stats: JsonOr
  row_count: Default<number>
  size_bytes: Default<number>
  run_id: Or<string>
  created_by: Or<string>
  at: At
  /** Kept for good (a retention clause, a legal hold); readers' pins are rows of snapshot_pin. */
  pinned: Default<boolean>
  /** Set when retention let it go; its files are garbage from then on unless pinned. */
  expired_at: AtOr
}

export type ProfileTable = { snapshot_id: string; table_name: string; profile: JsonOf; sample: JsonOr; at: At }

/** A reader (cursor, build, download) that needs the files of a snapshot until `until`. */
export type SnapshotPinTable = { id: string; snapshot_id: string; pinned_by: string; until: At }

export type LineageLevel = 'product' | 'model' | 'column'
/** Where data comes from and goes to. `product` and `version` own the edge: a new release replaces its own edges. `*_column` only at level `column`. */
export type LineageEdgeTable = {
  id: GeneratedAlways<number>
  product: string
  version: string
  level: LineageLevel
  from_kind: string
  from_ref: string
  from_column: Or<string>
  to_kind: string
  to_ref: string
  to_column: Or<string>
  /** How the value travels: `identity`, `derived`, `aggregate`, `filter`, `unknown`, … */
  transform: Or<string>
}

export type RunTable = {
  id: string
  product: string
  domain: string
  kind: string
  state: Default<RunState>
  requested_by: string
  trigger: JsonOf
  params: JsonOf
  attempt: Default<number>
  max_attempts: Default<number>
  priority: Default<number>
  /** A retry with backoff is a queued run that may not start before this. */
  not_before: AtOr
  worker: JsonOr
  /** The worker renews it; a running run whose lease is over has lost its worker. */
  lease_until: AtOr
  cancel_requested_at: AtOr
  created_at: At
  started_at: AtOr
  finished_at: AtOr
  result: JsonOr
  error: JsonOr
  /** Of the report in `result`, which is too large to be opened for a list. Null: it did not come to the checks. */
  outcome: Or<CheckOutcome>
}

/** `seq` counts from 1 within the run. */
export type RunLogTable = { run_id: string; seq: number; at: At; entry: JsonOf }

/** What happened, append-only. `seq` order is commit order: see events.ts. */
export type EventTable = {
  seq: GeneratedAlways<number>
  at: At
  type: string
  subject: string
  actor: string
  data: JsonOf
}

export type PrincipalTable = {
  id: string
  name: string
  kind: PrincipalKind
  email: Or<string>
  created_at: At
  disabled_at: AtOr
  /** Who signs in through an issuer of somebody else. */
  issuer: Or<string>
  subject: Or<string>
  /** When the newest token was issued whose groups were taken over. */
  claims_at: AtOr
}
/** `direct`: given here by a person; `group`: from the issuer's groups, replaced with every newer token. */
export type BindingSource = 'direct' | 'group'
export type TeamMemberTable = { team: string; principal: string; source: Default<BindingSource> }
/** A role everywhere (`domain` null) or in one domain. */
export type RoleBindingTable = {
  id: GeneratedAlways<number>
  principal: string
  role: string
  domain: Or<string>
  created_at: At
  source: Default<BindingSource>
}
/** `owner`: a person or a team. Owning a machine is no membership: its rights are not those of its owners. */
export type MachineOwnerTable = { machine: string; owner: string }
/** `hash`: argon2id in PHC form. */
export type PasswordTable = { principal: string; hash: string; changed_at: At }
/** `key`: sha256 of what is slowed down, an account or an address. */
export type SignInFailureTable = { key: string; failures: number; last_at: At; blocked_until: AtOr }
/** Client credentials of a machine; `hash` is sha256 of the secret. */
export type OauthClientTable = {
  id: string
  principal: string
  name: string
  hash: string
  created_by: string
  created_at: At
  last_used_at: AtOr
  revoked_at: AtOr
}
/** What the embedded issuer remembers: interactions, codes, grants, refresh tokens. `kind` and `payload` are those of oidc-provider. */
export type OidcRecordTable = {
  kind: string
  id: string
  payload: JsonOf<Record<string, unknown>>
  account: Or<string>
  grant_id: Or<string>
  uid: Or<string>
  expires_at: AtOr
  consumed_at: AtOr
}

/** `hash` is sha256 of the whole key, hex; the key itself is shown once and kept nowhere. */
export type ApiKeyTable = {
  id: string
  principal: string
  name: string
  prefix: string
  hash: string
  created_at: At
  last_used_at: AtOr
  expires_at: AtOr
  revoked_at: AtOr
}
/** A one-time sign-in; `hash` is sha256 of the code. */
export type LoginCodeTable = { hash: string; principal: string; created_at: At; expires_at: At; used_at: AtOr }
/** A signed-in browser; `hash` is sha256 of the cookie's token. */
export type SessionTable = {
  hash: string
  principal: string
  created_at: At
  expires_at: At
  last_seen_at: AtOr
  ended_at: AtOr
  /** The API key that opened it; it ends with that key. */
  key_id: Or<string>
  /** How it was opened: `code`, `key`, `password`, `oidc`. */
  method: Or<string>
}

/** The right of a principal (person, team, machine) or of everybody with a role to read ports of a product. No ports: all of them. */
export type AccessGrantTable = {
  id: string
  product: string
  ports: Default<string[]>
  principal: Or<string>
  role: Or<string>
  purpose: string
  state: GrantState
  requested_by: string
  requested_at: At
  decided_by: Or<string>
  decided_at: AtOr
  reason: Or<string>
  until: AtOr
  /** `[{by, approvedBy, at}]`. */
  approvals: JsonDefault<unknown[]>
  masks: JsonDefault<unknown[]>
  /** As it was written. */
  row_filter: Or<string>
  detokenise: Default<boolean>
  /** The grant that this one follows. */
  renews: Or<string>
  reminded_at: AtOr
}
/** Everything that happened to rights, append-only. `terms`: what the right consisted of then. */
export type AccessHistoryTable = {
  seq: GeneratedAlways<number>
  access: string
  at: At
  what: string
  by: string
  reason: Or<string>
  terms: JsonOf
}

/** `trigger`: `{cron, zone}` or `{onPublish: product}`; `next_at` is null for the second. */
export type ScheduleTable = {
  id: string
  product: string
  trigger: JsonOf
  enabled: Default<boolean>
  next_at: AtOr
  last_at: AtOr
  last_run_id: Or<string>
  updated_at: At
}

/** Reads of a port by a principal, summed up per day (UTC, `YYYY-MM-DD`). */
export type PortReadTable = {
  product: string
  port: string
  principal: string
  day: string
  reads: Default<number>
  row_count: Default<number>
  size_bytes: Default<number>
}
export type SloMeasurementTable = {
  product: string
  slo: string
  at: At
  value: Or<number>
  met: boolean
  detail: JsonOr
}
/** A product whose news somebody wants to hear. */
export type FollowTable = { principal: string; product: string; since: At }
export type SavedQueryTable = {
  id: string
  owner: string
  name: string
  sql: string
  shared: Default<boolean>
  updated_at: At
}
export type QueryState = 'running' | 'succeeded' | 'failed' | 'cancelled'
/** A query of the workbench; its rows are kept as a file for a while, never here. */
export type QueryTable = {
  id: string
  principal: string
  sql: string
  state: QueryState
  started_at: At
  finished_at: AtOr
  row_count: Default<number>
  detail: JsonOr
}
/** One link of the audit log, append-only by triggers. `data`: canonical JSON as text; see core/audit for what the hash is over. */
export type AuditEntryTable = {
  seq: number
  at: At
  kind: string
  actor: string
  action: string
  subject: string
  allow: Or<boolean>
  because: string
  from_address: Or<string>
  data: string
  previous: string
  hash: string
}
/** A key of a product's files, wrapped by the master key `master`; `wrapped` is null when it was destroyed. */
export type DataKeyTable = {
  id: string
  product: string
  wrapped: Or<string>
  master: string
  created_at: At
  rewrapped_at: AtOr
  destroyed_at: AtOr
}
/** What a column is about: guessed, inherited along lineage, or said by a steward (`decided_by`). */
export type ColumnTagTable = {
  id: string
  product: string
  table_name: string
  column_name: string
  kind: Or<string>
  personal: boolean
  classification: 'public' | 'internal' | 'confidential' | 'restricted'
  confidence: number
  because: JsonOf<string[]>
  source: 'name' | 'data' | 'name-and-data' | 'lineage'
  state: 'proposed' | 'accepted' | 'rejected'
  decided_by: Or<string>
  decided_at: AtOr
  at: At
}
/** A rule in Rego. `definition` is the document as read, `mode` how far it is rolled out now. */
export type PolicyTable = {
  id: string
  domain: Or<string>
  definition: JsonOf
  files: JsonOf<Record<string, string>>
  digest: string
  mode: PolicyMode
  version: number
  starter: Default<boolean>
  created_at: At
  updated_at: At
  updated_by: string
  removed_at: AtOr
}
export type PolicyChangeTable = {
  policy: string
  version: number
  at: At
  actor: string
  what: string
  reason: Or<string>
  digest: string
  mode: PolicyMode
  files: JsonOf<Record<string, string>>
}
/** When a product was judged, and as what it stood. */
export type PolicyLookTable = { product: string; seen: string; judged: string[]; at: At }
/** What a policy found, before roll-out and waivers; those that simply pass have no row. */
export type PolicyFindingTable = {
  product: string
  policy: string
  hits: JsonOf
  value: Or<number>
  error: Or<string>
  outcome: string
  since: At
  at: At
}
export type WaiverTable = {
  id: string
  policy: string
  product: string
  path: Or<string>
  owner: string
  reason: string
  until: At
  granted_by: string
  granted_at: At
  ended_at: AtOr
  ended_by: Or<string>
  told_ending: Default<boolean>
  told_expired: Default<boolean>
}
/** Results that another tool pushed, the newest of each product. */
export type PolicyResultTable = { policy: string; product: string; results: JsonOf; at: At; reported_by: string }
export type SettingTable = { key: string; value: JsonOf; updated_at: At }
export type MigrationTable = { version: number; name: string; checksum: string; at: At }

export type Database = {
  domain: DomainTable
  product: ProductTable
  release: ReleaseTable
  head: HeadTable
  snapshot: SnapshotTable
  profile: ProfileTable
  snapshot_pin: SnapshotPinTable
  lineage_edge: LineageEdgeTable
  run: RunTable
  run_log: RunLogTable
  event: EventTable
  principal: PrincipalTable
  team_member: TeamMemberTable
  role_binding: RoleBindingTable
  machine_owner: MachineOwnerTable
  password: PasswordTable
  sign_in_failure: SignInFailureTable
  oauth_client: OauthClientTable
  oidc_record: OidcRecordTable
  api_key: ApiKeyTable
  login_code: LoginCodeTable
  session: SessionTable
  access_grant: AccessGrantTable
  access_history: AccessHistoryTable
  schedule: ScheduleTable
  port_read: PortReadTable
  slo_measurement: SloMeasurementTable
  follow: FollowTable
  saved_query: SavedQueryTable
  query: QueryTable
  audit_entry: AuditEntryTable
  data_key: DataKeyTable
  column_tag: ColumnTagTable
  policy: PolicyTable
  policy_change: PolicyChangeTable
  policy_look: PolicyLookTable
  policy_finding: PolicyFindingTable
  waiver: WaiverTable
  policy_result: PolicyResultTable
  setting: SettingTable
  migration: MigrationTable
}

export type Row<T extends keyof Database> = Selectable<Database[T]>
export type NewRow<T extends keyof Database> = Insertable<Database[T]>
export type RowChange<T extends keyof Database> = Updateable<Database[T]>
