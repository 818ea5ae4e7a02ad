import { z } from 'zod'

/** The measured result of one check on one staged snapshot. */
export const CheckResult = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string(),
  table: z.string(),
  columns: z.array(z.string()),
  severity: z.enum(['error', 'warn']),
  outcome: z.enum(['passed', 'failed', 'warned', 'not-run']),
  /** How the answer was found: writer's statistics (no scan), a query, or implied by another check. */
  by: z.enum(['statistics', 'query', 'implied']),
  failingRows: z.number().int().nullable(),
  totalRows: z.number().int(),
  /** Share (0..1) that had to pass. */
  threshold: z.number(),
  /** The measured figure where a check is about one (row count, age in seconds, duplicate share). */
  value: z.union([z.number(), z.string()]).nullable(),
  /** One sentence: what was found. */
  message: z.string(),
  /** Up to 10 failing rows, PII masked; only when the check failed. */
  samples: z.array(z.record(z.string(), z.unknown())),
  /** Where the rule stands in the user's file, `file:line:column`. */
  at: z.string().optional(),
  durationMs: z.number(),
})
export type CheckResult = z.infer<typeof CheckResult>

/** Rows that a file port could not read and put aside. */
export const Quarantined = z.object({
  port: z.string(),
  rows: z.number().int(),
  /** First few: file, line, what was wrong. */
  examples: z.array(z.object({ file: z.string(), line: z.number().int(), error: z.string() })),
})
export type Quarantined = z.infer<typeof Quarantined>

/** The proof that is kept with a snapshot, pinned to the digest of the rules that produced it. */
export const Report = z.object({
  ruleSet: z.string(),
  passed: z.boolean(),
  checks: z.array(CheckResult),
  quarantined: z.array(Quarantined),
  durationMs: z.number(),
})
export type Report = z.infer<typeof Report>

/** Statistics of one column, computed after publish. Quantiles of numbers and dates as text. `sampled` when not all rows were read. */
export const ColumnProfile = z.object({
  name: z.string(),
  type: z.string(),
  rows: z.number().int(),
  nulls: z.number().int(),
  distinct: z.number().int().nullable(),
  min: z.string().nullable(),
  max: z.string().nullable(),
  mean: z.number().nullable(),
  quantiles: z.record(z.string(), z.string()).nullable(),
  top: z.array(z.object({ value: z.string(), count: z.number().int() })),
  sampled: z.boolean(),
})
export type ColumnProfile = z.infer<typeof ColumnProfile>

export const TableProfile = z.object({
  table: z.string(),
  columns: z.array(ColumnProfile),
  /** Up to 20 rows, PII masked. */
  sample: z.array(z.record(z.string(), z.unknown())),
})
export type TableProfile = z.infer<typeof TableProfile>

export {
  type Certifiable,
  type Certification,
  type CertificationFacts,
  certificationFrom,
  type Judged,
  type LevelFacts,
  type Missing,
  type TierName,
  tierNow,
  tierOf,
  tiers,
} from './certification.ts'
