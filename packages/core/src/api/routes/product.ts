import { z } from 'zod'
import { Change, Plan } from '../../plan/model.ts'
import { CheckResult, Quarantined } from '../../quality/index.ts'
import { route } from '../route.ts'
import * as s from '../shapes.ts'
import { Ok, product } from './common.ts'

/** One rule of the contract in words, with where it stands and what the last run found. */
export const ContractCheck = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  table: z.string(),
  columns: z.array(z.string()),
  severity: z.enum(['error', 'warn']),
  /** Share (0..1) of rows that has to pass. */
  threshold: z.number(),
  /** What it asks, in one sentence. */
  asks: z.string(),
  /** Where it is written. */
  at: z.object({ file: z.string(), line: z.number().int(), column: z.number().int() }).nullable(),
  outcome: CheckResult.shape.outcome.nullable(),
})

/** What readers are promised by a release, and on what terms. */
export const ContractView = z.object({
  version: z.string(),
  /** The manifest as the team wrote it. */
  file: z.string(),
  text: z.string(),
  terms: z.array(z.object({ name: z.string(), value: z.string() })),
  levels: z.array(s.ServiceLevel),
  checks: z.array(ContractCheck),
  tables: z.array(s.TableSchema),
  limits: z.array(z.object({ port: z.string(), limit: z.string() })),
  /** Clauses that nothing here enforces, and why. */
  notEnforced: z.array(z.object({ clause: z.string(), because: z.string() })),
})

export const CheckHistory = ContractCheck.extend({
  /** The newest result, failing rows masked for the reader. */
  last: CheckResult.nullable(),
  /** Oldest first. */
  history: z.array(
    z.object({
      at: z.string(),
      run: z.string(),
      /** Null: this run published nothing. */
      snapshot: z.string().nullable(),
      outcome: CheckResult.shape.outcome,
      failingRows: z.number().int().nullable(),
      totalRows: z.number().int(),
      value: z.union([z.number(), z.string()]).nullable(),
    }),
  ),
})

export const QualityView = z.object({
  /** One point a run that checked, oldest first. `score`: share (0..1) of checks that passed, a warned one counts half. */
  points: z.array(
    z.object({
      at: z.string(),
      run: z.string(),
      score: z.number(),
      passed: z.number().int(),
      warned: z.number().int(),
      failed: z.number().int(),
      published: z.boolean(),
    }),
  ),
  checks: z.array(CheckHistory),
  /** Of the newest run that checked. */
  quarantined: z.array(Quarantined),
})

export const SloView = z.object({
  days: z.number().int(),
  levels: z.array(
    s.ServiceLevel.extend({
      /** Share (0..1) of the window in which the level has to be met; 0.99 when the manifest says none. */
      objective: z.number(),
      /** Share (0..1) of the measured time in which it was met; null: not measured yet. */
      attained: z.number().nullable(),
      /** Share of the error budget that is left; below 0: overspent. */
      budgetLeft: z.number().nullable(),
      /** How fast the budget goes, 1 = just used up at the end of the window. */
      burnRates: z.object({
        hour: z.number().nullable(),
        sixHours: z.number().nullable(),
        threeDays: z.number().nullable(),
      }),
      points: z.array(z.object({ at: z.string(), value: z.number().nullable(), met: z.boolean() })),
      /** Share of the budget left over time, oldest first. */
      burnDown: z.array(z.object({ at: z.string(), left: z.number() })),
      breaches: z.array(
        z.object({
          from: z.string(),
          to: z.string().nullable(),
          worst: z.number().nullable(),
          cause: z.string().nullable(),
        }),
      ),
    }),
  ),
})

export const Comparison = z.object({
  from: z.string(),
  to: z.string(),
  changes: z.array(Change),
  needs: Plan.shape.needs,
  /** Who is touched by a breaking change, with the columns that they read. */
  affected: z.array(z.object({ product: z.string(), because: z.string() })),
  /** Files that differ; null: not there in that release. */
  files: z.array(z.object({ path: z.string(), before: z.string().nullable(), after: z.string().nullable() })),
})

export const ConsumersView = z.object({
  /** Products that read this one. */
  products: z.array(z.object({ id: z.string(), title: z.string(), domain: z.string(), columns: z.array(z.string()) })),
  /** Who read the ports in the last 30 days. Named for those who may manage the product; others get the figures only. */
  readers: z.array(
    z.object({
      principal: z.string().nullable(),
      name: z.string().nullable(),
      port: z.string(),
      reads: z.number().int(),
      rows: z.number().int(),
      /** `YYYY-MM-DD` */
      lastDay: z.string(),
    }),
  ),
  /** Reads of each of the last 30 days, oldest first. */
  days: z.array(z.object({ day: z.string(), reads: z.number().int(), rows: z.number().int() })),
  /** Grants and requests, for those who may decide; else one's own. */
  access: z.array(s.AccessView),
})

export const productRoutes = {
  getContract: route({
    name: 'getContract',
    method: 'get',
    path: `${product}/contract`,
    action: 'product:read',
    tag: 'catalog',
    summary: 'What a release promises: terms, levels, rules, and what of it is enforced',
    params: s.ProductParams,
    query: z.object({ version: z.string().optional() }),
    reply: ContractView,
    throws: ['not-found'],
  }),
  getQuality: route({
    name: 'getQuality',
    method: 'get',
    path: `${product}/quality`,
    action: 'product:read',
    tag: 'catalog',
    summary: 'History of every check, with masked failing rows of the newest run',
    params: s.ProductParams,
    query: z.object({ runs: z.coerce.number().int().min(1).max(200).default(60) }),
    reply: QualityView,
    throws: ['not-found'],
  }),
  getSlo: route({
    name: 'getSlo',
    method: 'get',
    path: `${product}/slo`,
    action: 'product:read',
    tag: 'catalog',
    summary: 'Service levels over time: objective, error budget, burn, breaches',
    params: s.ProductParams,
    query: z.object({ days: z.coerce.number().int().min(1).max(90).default(30) }),
    reply: SloView,
    throws: ['not-found'],
  }),
  compareReleases: route({
    name: 'compareReleases',
    method: 'get',
    path: `${product}/compare`,
    action: 'product:read',
    tag: 'catalog',
    summary: 'Two releases side by side: what changed, whether it breaks readers, and whom',
    params: s.ProductParams,
    query: z.object({ from: z.string(), to: z.string() }),
    reply: Comparison,
    throws: ['not-found'],
  }),
  listConsumers: route({
    name: 'listConsumers',
    method: 'get',
    path: `${product}/consumers`,
    action: 'product:read',
    tag: 'catalog',
    summary: 'Who reads a product, how much, and by which right',
    params: s.ProductParams,
    reply: ConsumersView,
    throws: ['not-found'],
  }),
  followProduct: route({
    name: 'followProduct',
    method: 'put',
    path: `${product}/follow`,
    action: 'product:read',
    tag: 'catalog',
    summary: 'Hear about this product on my home page',
    params: s.ProductParams,
    reply: Ok,
    throws: ['not-found'],
  }),
  unfollowProduct: route({
    name: 'unfollowProduct',
    method: 'delete',
    path: `${product}/follow`,
    action: 'product:read',
    tag: 'catalog',
    summary: 'Hear no more about this product',
    params: s.ProductParams,
    reply: Ok,
    throws: ['not-found'],
  }),
}
