import { z } from 'zod'
import { Moment, PolicyKind, PolicyMode, PolicyScope, Severity, Verdict, Violation } from '../../policy/index.ts'
import { route } from '../route.ts'
import * as s from '../shapes.ts'
import { api, Ok } from './common.ts'

/** Files of a policy: path → text; `policy.yaml`-like documents of `kind: Policy`, the Rego they name, tests beside it. */
const Files = z.record(z.string(), z.string())
/** `global/<name>` or `<domain>/<name>`. */
const PolicyId = z.object({ scope: z.string(), policy: z.string() })

export const PolicyCard = z.object({
  /** `global/owner-present`, `sales/no-free-text`. */
  id: z.string(),
  name: z.string(),
  title: z.string(),
  description: z.string(),
  owner: z.string(),
  /** Null: global. */
  domain: z.string().nullable(),
  kind: PolicyKind,
  when: z.array(Moment),
  severity: Severity,
  mode: PolicyMode,
  applies: PolicyScope,
  /** Part of the starter set as delivered. */
  starter: z.boolean(),
  version: z.number().int(),
  updatedAt: z.string(),
  updatedBy: z.string(),
  /** Products judged, and how many hit or are waived. */
  judged: z.number().int(),
  hits: z.number().int(),
  waived: z.number().int(),
})
export type PolicyCard = z.infer<typeof PolicyCard>

export const PolicyView = PolicyCard.extend({
  files: Files,
  package: z.string(),
  /** Markdown. */
  docs: z.string(),
  tests: z.array(z.object({ name: z.string(), passed: z.boolean(), error: z.string().nullable() })),
  history: z.array(
    z.object({
      version: z.number().int(),
      at: z.string(),
      by: z.string(),
      what: z.string(),
      reason: z.string().nullable(),
      mode: PolicyMode,
      /** sha256 of its files. */
      digest: z.string(),
    }),
  ),
  may: z.object({ change: z.boolean() }),
})
export type PolicyView = z.infer<typeof PolicyView>

/** A mistake in Rego or in a policy document. */
export const PolicyMistake = z.object({
  file: z.string(),
  line: z.number().int(),
  column: z.number().int(),
  code: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
})
export type PolicyMistake = z.infer<typeof PolicyMistake>

/** What a policy would hit among today's products, before it is switched on. */
export const PolicyImpact = z.object({
  judged: z.number().int(),
  hits: z.array(z.object({ product: z.string(), owner: z.string(), violations: z.array(Violation) })),
  /** Against the policy as it stands: newly hit and no longer hit. */
  newly: z.array(z.string()),
  nolonger: z.array(z.string()),
  ms: z.number(),
})
export type PolicyImpact = z.infer<typeof PolicyImpact>

export const Waiver = z.object({
  id: z.string(),
  policy: z.string(),
  product: z.string(),
  /** Only violations at this path; null: all of the policy. */
  path: z.string().nullable(),
  owner: z.string(),
  reason: z.string(),
  until: z.string(),
  grantedBy: z.string(),
  grantedAt: z.string(),
  endedAt: z.string().nullable(),
  state: z.enum(['live', 'expired', 'ended']),
  /** It excuses something today. */
  used: z.boolean(),
  mayEnd: z.boolean(),
})
export type Waiver = z.infer<typeof Waiver>

/** An anti-pattern of data mesh found in the catalogue. */
export const Ailment = z.object({
  id: z.string(),
  title: z.string(),
  severity: z.enum(['low', 'medium', 'high']),
  /** What it is about: products, domains, teams. */
  subjects: z.array(z.string()),
  /** Figures and names it was computed from, one line each. */
  evidence: z.array(z.string()),
  fix: z.string(),
})
export type Ailment = z.infer<typeof Ailment>

/** A guess about a column, which a steward accepts or rejects. */
export const ClassificationProposal = z.object({
  id: z.string(),
  product: z.string(),
  table: z.string(),
  column: z.string(),
  /** `email`, `phone`, `person-name`, `address`, `national-id`, `card`, `ip`, `iban`, `geolocation`, `free-text`, … */
  kind: z.string(),
  /** The column holds personal data. */
  personal: z.boolean(),
  classification: z.string(),
  /** 0 to 1. */
  confidence: z.number(),
  because: z.array(z.string()),
  /** `name`, `data`, `lineage` (an input's column is classified so). */
  source: z.enum(['name', 'data', 'name-and-data', 'lineage']),
  state: z.enum(['proposed', 'accepted', 'rejected']),
  decidedBy: z.string().nullable(),
  decidedAt: z.string().nullable(),
})
export type ClassificationProposal = z.infer<typeof ClassificationProposal>

export const governanceRoutes = {
  listPolicies: route({
    name: 'listPolicies',
    method: 'get',
    path: `${api}/policies`,
    action: 'policy:read',
    tag: 'governance',
    summary: 'Policies of the mesh and of domains, with what they hit',
    query: z.object({ domain: z.string().optional(), mode: PolicyMode.optional() }),
    reply: z.object({ policies: z.array(PolicyCard) }),
    throws: [],
  }),
  getPolicy: route({
    name: 'getPolicy',
    method: 'get',
    path: `${api}/policies/:scope/:policy`,
    action: 'policy:read',
    tag: 'governance',
    summary: 'A policy: its Rego, docs, tests and history',
    params: PolicyId,
    /** The files as they were in that version. */
    query: z.object({ version: z.coerce.number().int().min(1).optional() }),
    reply: PolicyView,
    throws: ['not-found'],
  }),
  applyPolicies: route({
    name: 'applyPolicies',
    method: 'put',
    path: `${api}/policies`,
    action: 'policy:manage',
    tag: 'governance',
    summary: 'Register new and changed policies; a failing test or a mistake changes nothing',
    body: z.object({
      files: Files,
      /** What would change and hit, without doing it. */
      dryRun: z.boolean().default(false),
      reason: z.string().max(2000).optional(),
    }),
    reply: z.object({
      policies: z.array(
        z.object({
          id: z.string(),
          change: z.enum(['added', 'changed', 'unchanged']),
          impact: PolicyImpact.nullable(),
        }),
      ),
    }),
    throws: ['policy-invalid', 'denied'],
  }),
  switchPolicy: route({
    name: 'switchPolicy',
    method: 'put',
    path: `${api}/policies/:scope/:policy/mode`,
    action: 'policy:manage',
    tag: 'governance',
    summary: 'Roll a policy out: off, shadow, warn, block',
    params: PolicyId,
    body: z.object({ mode: PolicyMode, reason: z.string().min(3).max(2000) }),
    reply: PolicyCard,
    throws: ['not-found', 'denied'],
  }),
  removePolicy: route({
    name: 'removePolicy',
    method: 'delete',
    path: `${api}/policies/:scope/:policy`,
    action: 'policy:manage',
    tag: 'governance',
    summary: 'Remove a policy; its history stays',
    params: PolicyId,
    query: z.object({ reason: z.string().min(3).max(2000) }),
    reply: Ok,
    throws: ['not-found', 'denied'],
  }),
  reportResults: route({
    name: 'reportResults',
    method: 'post',
    path: `${api}/policies/:scope/:policy/results`,
    action: 'policy:report',
    tag: 'governance',
    summary: 'Results of a passive policy, pushed by the tool that found them',
    params: PolicyId,
    body: z.object({
      results: z
        .array(
          z.object({
            product: z.string(),
            passed: z.boolean(),
            value: z.number().optional(),
            msg: z.string().max(2000).default(''),
            path: z.string().default(''),
            fix: z.string().max(2000).optional(),
          }),
        )
        .max(1000),
    }),
    reply: Ok,
    throws: ['not-found', 'denied', 'request-invalid'],
  }),
  evaluatePolicy: route({
    name: 'evaluatePolicy',
    method: 'post',
    path: `${api}/policy-evaluations`,
    action: 'policy:read',
    tag: 'governance',
    summary: 'The playground: evaluate Rego over a product or over JSON, with trace, tests and coverage',
    body: z.object({
      files: Files,
      version: z.enum(['v0', 'v1']).default('v1'),
      /** Path of a rule or a query; absent: every rule of the package that answers (deny, warn, violation). */
      query: z.string().max(2000).optional(),
      /** Take the input that this product's policies get. */
      product: z.string().optional(),
      input: z.unknown().optional(),
      data: z.unknown().optional(),
      trace: z.boolean().default(false),
      tests: z.boolean().default(false),
    }),
    reply: z.object({
      mistakes: z.array(PolicyMistake),
      value: z.unknown(),
      violations: z.array(Violation),
      prints: z.array(z.string()),
      trace: z.array(z.string()),
      tests: z.array(z.object({ name: z.string(), passed: z.boolean(), error: z.string().nullable() })),
      /** Per file: lines that were evaluated and lines that were not. */
      coverage: z.record(z.string(), z.object({ covered: z.array(z.number()), notCovered: z.array(z.number()) })),
      input: z.unknown(),
      ms: z.number(),
      steps: z.number().int(),
    }),
    throws: ['not-found', 'request-invalid'],
  }),
  policyImpact: route({
    name: 'policyImpact',
    method: 'post',
    path: `${api}/policy-impact`,
    action: 'policy:read',
    tag: 'governance',
    summary: "Which of today's products a new or changed policy would hit",
    body: z.object({ files: Files.optional(), policy: z.string().optional(), mode: PolicyMode.optional() }),
    reply: PolicyImpact,
    throws: ['policy-invalid', 'not-found'],
  }),
  governance: route({
    name: 'governance',
    method: 'get',
    path: `${api}/governance`,
    action: 'policy:read',
    tag: 'governance',
    summary: 'Domains against policies, certification, oldest violations, waivers, in one answer',
    query: z.object({ domain: z.string().optional() }),
    reply: z.object({
      numbers: z.object({
        products: z.number().int(),
        /** Share of products without a warning or block. */
        compliant: z.number().nullable(),
        violations: z.number().int(),
        blocking: z.number().int(),
        waiversLive: z.number().int(),
        waiversEndingSoon: z.number().int(),
      }),
      policies: z.array(z.object({ id: z.string(), title: z.string(), mode: PolicyMode, severity: Severity })),
      matrix: z.array(
        z.object({
          domain: z.string(),
          cells: z.array(
            z.object({
              policy: z.string(),
              judged: z.number().int(),
              passed: z.number().int(),
              /** Of these, `hint` break nothing: they are told as hints only. */
              hit: z.number().int(),
              hint: z.number().int(),
              waived: z.number().int(),
              shadow: z.number().int(),
            }),
          ),
        }),
      ),
      certification: z.array(
        z.object({
          domain: z.string(),
          gold: z.number().int(),
          silver: z.number().int(),
          bronze: z.number().int(),
          none: z.number().int(),
        }),
      ),
      oldest: z.array(
        Violation.extend({ product: z.string(), owner: z.string(), since: z.string(), title: z.string() }),
      ),
      /** What most products need for their next tier. */
      nextTier: z.array(z.object({ what: z.string(), fix: z.string(), products: z.array(z.string()) })),
    }),
    throws: [],
  }),
  listViolations: route({
    name: 'listViolations',
    method: 'get',
    path: `${api}/violations`,
    action: 'policy:read',
    tag: 'governance',
    summary: 'What policies found wrong, of products one may find',
    query: z.object({ policy: z.string().optional(), domain: z.string().optional(), product: z.string().optional() }),
    reply: z.object({
      violations: z.array(
        Violation.extend({ product: z.string(), owner: z.string(), since: z.string(), title: z.string() }),
      ),
    }),
    throws: [],
  }),
  getVerdicts: route({
    name: 'getVerdicts',
    method: 'get',
    path: `${api}/products/:domain/:product/policies`,
    action: 'product:read',
    tag: 'governance',
    summary: 'What every policy says of a product now',
    params: s.ProductParams,
    reply: z.object({
      verdicts: z.array(Verdict.extend({ title: z.string(), docs: z.string(), mode: PolicyMode })),
      at: z.string().nullable(),
    }),
    throws: ['not-found'],
  }),
  listWaivers: route({
    name: 'listWaivers',
    method: 'get',
    path: `${api}/waivers`,
    action: 'policy:read',
    tag: 'governance',
    summary: 'Dated exceptions from policies',
    query: z.object({
      policy: z.string().optional(),
      product: z.string().optional(),
      state: z.enum(['live', 'expired', 'ended']).optional(),
    }),
    reply: z.object({ waivers: z.array(Waiver) }),
    throws: [],
  }),
  grantWaiver: route({
    name: 'grantWaiver',
    method: 'post',
    path: `${api}/waivers`,
    action: 'policy:read',
    tag: 'governance',
    status: 201,
    summary: 'Excuse a product from a policy until a day; governance for global policies, the domain for its own',
    body: z.object({
      policy: z.string(),
      product: z.string(),
      path: z.string().nullable().default(null),
      owner: z.string().min(1),
      reason: z.string().min(10).max(2000),
      until: z.string(),
    }),
    reply: Waiver,
    throws: ['not-found', 'denied', 'request-invalid'],
  }),
  endWaiver: route({
    name: 'endWaiver',
    method: 'delete',
    path: `${api}/waivers/:id`,
    action: 'policy:read',
    tag: 'governance',
    summary: 'End a waiver now',
    params: z.object({ id: z.string() }),
    reply: Waiver,
    throws: ['not-found', 'denied'],
  }),
  meshHealth: route({
    name: 'meshHealth',
    method: 'get',
    path: `${api}/mesh-health`,
    action: 'policy:read',
    tag: 'governance',
    summary: 'Anti-patterns of data mesh, with evidence and a fix',
    reply: z.object({
      at: z.string(),
      looked: z.number().int(),
      ailments: z.array(Ailment),
      sound: z.array(z.string()),
    }),
    throws: [],
  }),
  listProposals: route({
    name: 'listProposals',
    method: 'get',
    path: `${api}/classification`,
    action: 'identity:self',
    tag: 'governance',
    summary: 'Guesses about columns that a steward accepts or rejects; of products whose samples one may see',
    query: z.object({ product: z.string().optional(), state: z.enum(['proposed', 'accepted', 'rejected']).optional() }),
    reply: z.object({ proposals: z.array(ClassificationProposal) }),
    throws: ['not-found'],
  }),
  decideProposal: route({
    name: 'decideProposal',
    method: 'post',
    path: `${api}/classification/:id/decision`,
    action: 'identity:self',
    tag: 'governance',
    summary: 'Accept or reject a guess; an accepted one counts from the next read on',
    params: z.object({ id: z.string() }),
    body: z.object({
      decision: z.enum(['accept', 'reject']),
      classification: z.string().optional(),
      kind: z.string().optional(),
    }),
    reply: ClassificationProposal,
    throws: ['not-found', 'denied', 'request-invalid'],
  }),
}
