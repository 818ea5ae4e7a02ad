import { z } from 'zod'
import { roles } from '../access/model.ts'
import { tiers } from '../quality/index.ts'
import { Column, DataFile, TableVersion } from '../snapshot/index.ts'

/** Shapes that only the API speaks; the shapes of the mesh itself stand beside their rules. */

export const ProductParams = z.object({ domain: z.string(), product: z.string() })
export const TableParams = ProductParams.extend({ table: z.string() })

/** The files of a product as a team keeps them: path relative to the product's folder → text. Data files are not among them. */
export const Bundle = z.object({
  /** Absolute folder on the machine of the sender; file input ports are read relative to it, inside the server's allowed roots. Or `upload:<id>`: where my upload lies. */
  root: z.string().optional(),
  /** Path of the manifest inside `files`. */
  manifest: z.string().default('dataproduct.yaml'),
  files: z.record(z.string(), z.string()),
})
export type Bundle = z.infer<typeof Bundle>

export const Trust = z.object({
  /** `ok` last check passed and fresh · `stale` · `failing` last run failed its checks or crashed · `empty` never published. */
  health: z.enum(['ok', 'stale', 'failing', 'empty']),
  lastPublishedAt: z.string().nullable(),
  checks: z.object({ total: z.number().int(), passed: z.number().int(), warned: z.number().int() }).nullable(),
  /** Age of the newest snapshot in seconds, and what the SLA allows. */
  ageSeconds: z.number().nullable(),
  maxAgeSeconds: z.number().nullable(),
})

export const PortView = z.object({
  name: z.string(),
  kind: z.string(),
  technology: z.string(),
  format: z.string().nullable(),
  provisioned: z.boolean(),
  /** Where to read, when provisioned. */
  url: z.string().nullable(),
  /** Why not, when not provisioned here. */
  reason: z.string().nullable(),
  rateLimit: z.string().nullable(),
})

/** Certification: each level holds what the one below holds. Null: not even bronze. */
export const Tier = z.enum(tiers)
export type Tier = z.infer<typeof Tier>

/** Can I use it now? `open` every reader may · `owner` it is mine · `granted` a grant or the manifest names me · `requested` asked, not decided · `request` no, but one can ask. */
export const AccessState = z.enum(['requested', 'granted', 'denied', 'revoked', 'withdrawn', 'expired'])
export const MyAccess = z.object({
  how: z.enum(['open', 'owner', 'granted', 'requested', 'request']),
  canRead: z.boolean(),
  because: z.string(),
})
export type MyAccess = z.infer<typeof MyAccess>

export const MaskView = z.discriminatedUnion('how', [
  z.object({ column: z.string(), how: z.literal('redact') }),
  z.object({ column: z.string(), how: z.literal('hash') }),
  z.object({ column: z.string(), how: z.literal('truncate'), keep: z.number().int().min(0).max(1000) }),
  z.object({
    column: z.string(),
    how: z.literal('generalise'),
    to: z.enum(['year', 'month', 'day']).optional(),
    step: z.number().positive().optional(),
  }),
  z.object({ column: z.string(), how: z.literal('tokenise') }),
])
export type MaskView = z.infer<typeof MaskView>

/** A right to read, asked for or given. */
export const AccessView = z.object({
  id: z.string(),
  product: z.string(),
  productTitle: z.string(),
  /** None: all ports. */
  ports: z.array(z.string()),
  principal: z.string().nullable(),
  principalName: z.string(),
  purpose: z.string(),
  state: AccessState,
  requestedBy: z.string(),
  requestedAt: z.string(),
  decidedBy: z.string().nullable(),
  decidedAt: z.string().nullable(),
  reason: z.string().nullable(),
  until: z.string().nullable(),
  /** Asked for somebody else: the team or machine that will hold the right. Then `principal` is that one. */
  onBehalf: z.boolean(),
  /** Who has to approve by policy, and who has. None needed: approved automatically. */
  approvals: z.array(
    z.object({
      by: z.enum(['owner', 'steward']),
      approvedBy: z.string().nullable(),
      at: z.string().nullable(),
    }),
  ),
  /** Laid over what the grant reads, beside the masks of the product. */
  masks: z.array(MaskView),
  rowFilter: z.string().nullable(),
  /** The holder may turn tokens of the product back into values. */
  detokenise: z.boolean(),
  /** The request that this one renews. */
  renews: z.string().nullable(),
  /** Everything that happened to it, oldest first. */
  history: z.array(z.object({ at: z.string(), what: z.string(), by: z.string(), reason: z.string().nullable() })),
  /** What the caller may do with it now. */
  may: z.array(z.enum(['approve', 'deny', 'revoke', 'withdraw'])),
  mayRenew: z.boolean(),
})
export type AccessView = z.infer<typeof AccessView>

export const ProductCard = z.object({
  id: z.string(),
  name: z.string(),
  /** For people: `Flights fact`. */
  title: z.string(),
  domain: z.string(),
  owner: z.string(),
  description: z.string(),
  version: z.string(),
  status: z.string(),
  alignment: z.string().nullable(),
  classification: z.string(),
  tags: z.array(z.string()),
  ports: z.array(z.string()),
  rows: z.number().int().nullable(),
  trust: Trust,
  tier: Tier.nullable(),
  /** Products that read it, and people and machines that did in the last 30 days. */
  consumers: z.number().int(),
  /** Reads of all ports in the last 30 days. */
  reads: z.number().int(),
  /** The last runs that checked, at most 24, oldest first. */
  history: z.array(z.object({ at: z.string(), outcome: z.enum(['passed', 'warned', 'failed']) })),
})
export type ProductCard = z.infer<typeof ProductCard>

export const ServiceLevel = z.object({
  name: z.string(),
  written: z.string(),
  target: z.number().nullable(),
  unit: z.enum(['seconds', 'share', 'text']),
  measured: z.number().nullable(),
  met: z.boolean().nullable(),
  enforced: z.boolean(),
  because: z.string(),
})

export const ProductView = ProductCard.extend({
  urn: z.string(),
  address: z.string(),
  documentation: z.record(z.string(), z.string()),
  outputPorts: z.array(PortView),
  inputPorts: z.array(z.object({ name: z.string(), from: z.string(), detail: z.string() })),
  tables: z.array(z.string()),
  sla: z.array(ServiceLevel),
  head: z.string().nullable(),
  schedule: z.object({ cron: z.string().nullable(), onInput: z.boolean(), nextAt: z.string().nullable() }),
  access: MyAccess.extend({
    maskedColumns: z.array(z.string()),
    /** The same columns with how each is hidden from me. */
    masks: z.array(MaskView),
    /** I may turn tokens of the product back into values. */
    mayDetokenise: z.boolean(),
  }),
  bytes: z.number().int().nullable(),
  /** Level by level: does it hold, and what is missing. */
  certification: z.array(
    z.object({ tier: Tier, held: z.boolean(), missing: z.array(z.object({ what: z.string(), fix: z.string() })) }),
  ),
  contacts: z.object({
    team: z.string(),
    productOwner: z.string().nullable(),
    technicalLead: z.string().nullable(),
    dataSteward: z.string().nullable(),
  }),
  /** What the caller may do. */
  may: z.object({ publish: z.boolean(), manage: z.boolean(), decideAccess: z.boolean(), sample: z.boolean() }),
  followed: z.boolean(),
  counts: z.object({
    columns: z.number().int(),
    checks: z.number().int(),
    releases: z.number().int(),
    consumers: z.number().int(),
    runs: z.number().int(),
  }),
})
export type ProductView = z.infer<typeof ProductView>

export const DomainView = z.object({
  name: z.string(),
  team: z.string(),
  description: z.string(),
  alignment: z.string(),
  kind: z.string(),
  parent: z.string().nullable(),
  sourceSystems: z.array(z.string()),
  roles: z.object({
    productOwner: z.string().nullable(),
    technicalLead: z.string().nullable(),
    dataSteward: z.string().nullable(),
  }),
  products: z.array(z.string()),
})
export type DomainView = z.infer<typeof DomainView>

export const ReleaseView = z.object({
  version: z.string(),
  digest: z.string(),
  createdAt: z.string(),
  createdBy: z.string(),
  current: z.boolean(),
})

export const SnapshotCard = z.object({
  id: z.string(),
  sequence: z.number().int(),
  release: z.string(),
  parent: z.string().nullable(),
  mode: z.string(),
  /** Null for who reads some of the rows only. */
  rows: z.number().int().nullable(),
  bytes: z.number().int().nullable(),
  at: z.string(),
  runId: z.string(),
  head: z.boolean(),
})

export const TableSchema = z.object({
  name: z.string(),
  description: z.string(),
  key: z.array(z.string()),
  columns: z.array(Column),
  rows: z.number().int().nullable(),
})

export const FileList = z.object({
  snapshot: z.string(),
  sequence: z.number().int(),
  tables: z.array(
    TableVersion.pick({ name: true, rows: true, bytes: true }).extend({
      files: z.array(DataFile.omit({ stats: true, path: true }).extend({ name: z.string(), url: z.string() })),
    }),
  ),
})

export const SearchHit = ProductCard.extend({
  access: MyAccess,
  /** Where the words were found: field → text with the match between `«` and `»`. */
  matches: z.array(z.object({ field: z.string(), text: z.string() })),
  score: z.number(),
})
export const SearchReply = z.object({
  total: z.number().int(),
  hits: z.array(SearchHit),
  facets: z.record(z.string(), z.array(z.object({ value: z.string(), count: z.number().int() }))),
})
export type SearchReply = z.infer<typeof SearchReply>

export const MeshEvent = z.object({
  seq: z.number().int(),
  at: z.string(),
  type: z.string(),
  /** `domain/product`, a run id, a principal. */
  subject: z.string(),
  actor: z.string(),
  data: z.record(z.string(), z.unknown()),
})
export type MeshEvent = z.infer<typeof MeshEvent>

export const RoleBinding = z.object({ role: z.enum(roles), domain: z.string().optional() })
export const PrincipalView = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  /** In lists: given here. About oneself: all that hold. */
  roles: z.array(RoleBinding),
  /** Roles by a team or by a group of the issuer; about oneself they are among `roles`. */
  inherited: z.array(RoleBinding),
  /** Teams it belongs to, by membership or by a group of the issuer. */
  teams: z.array(z.string()),
  /** Of a machine: the people and teams that own it. */
  owners: z.array(z.string()),
  email: z.string().nullable(),
  disabled: z.boolean(),
  /** The ways it can sign in: `code`, `password`, `oidc`, `client`. */
  signsInBy: z.array(z.string()),
})
export type PrincipalView = z.infer<typeof PrincipalView>
export const KeyView = z.object({
  id: z.string(),
  name: z.string(),
  prefix: z.string(),
  principal: z.string(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable(),
  expiresAt: z.string().nullable(),
  revokedAt: z.string().nullable(),
})

/** RFC 9457. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  hint: z.string(),
  detail: z.string().optional(),
  facts: z.record(z.string(), z.unknown()),
  issues: z.array(z.record(z.string(), z.unknown())),
  requestId: z.string(),
})
export type Problem = z.infer<typeof Problem>

export const Page = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  after: z.string().optional(),
})
