import { z } from 'zod'

/** When a policy is asked. `read` policies stand in package `datamesh.access` and answer with masks, row filters and refusals. */
export const moments = ['validate', 'plan', 'publish', 'schedule', 'read'] as const
export const Moment = z.enum(moments)
export type Moment = z.infer<typeof Moment>

/** What a hit does at most. */
export const severities = ['inform', 'warn', 'block'] as const
export const Severity = z.enum(severities)
export type Severity = z.infer<typeof Severity>

/** Staged roll-out: `off` is not evaluated, `shadow` is evaluated and shown to governance only, `warn` never stops anything, `block` stops where severity says so. */
export const modes = ['off', 'shadow', 'warn', 'block'] as const
export const PolicyMode = z.enum(modes)
export type PolicyMode = z.infer<typeof PolicyMode>

/** `active`: over the manifest and facts · `change`: previous against current release · `passive`: results pushed by other tools · `metric`: a number with bands · `certification`: what a tier needs. */
export const PolicyKind = z.enum(['active', 'change', 'passive', 'metric', 'certification'])
export type PolicyKind = z.infer<typeof PolicyKind>

/** One thing a policy found wrong, pointed into the user's file. */
export const Violation = z.object({
  policy: z.string(),
  /** What it comes to now: severity, limited by the mode. `shadow` is told to governance only. */
  effect: z.enum(['inform', 'warn', 'block', 'shadow']),
  msg: z.string(),
  /** Into the manifest as written: `spec.schema.fields[2].encryption`. Empty: the whole. */
  path: z.string(),
  fix: z.string().nullable(),
  /** Of what `path` names, or of the nearest that stands there. Lines and columns from 1. */
  at: z.object({ file: z.string(), line: z.number().int(), column: z.number().int() }).nullable(),
  /** The waiver that excuses it. */
  waiver: z.string().nullable(),
})
export type Violation = z.infer<typeof Violation>

/** The answer of one policy about one product. `error`: it could not be evaluated; that is told, and blocks where the policy blocks. */
export const Verdict = z.object({
  policy: z.string(),
  product: z.string(),
  outcome: z.enum(['pass', 'inform', 'warn', 'block', 'waived', 'shadow', 'error']),
  violations: z.array(Violation),
  /** Of a metric policy. */
  value: z.number().nullable(),
  error: z.string().nullable(),
})
export type Verdict = z.infer<typeof Verdict>

/** Products it is about; absent parts do not narrow. */
export const PolicyScope = z.object({
  domains: z.array(z.string()).optional(),
  products: z.array(z.string()).optional(),
  alignments: z.array(z.string()).optional(),
  classifications: z.array(z.string()).optional(),
  tags: z.array(z.string()).optional(),
  statuses: z.array(z.string()).optional(),
})
export type PolicyScope = z.infer<typeof PolicyScope>
