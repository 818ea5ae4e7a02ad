import { z } from 'zod'
import { Verdict } from '../policy/model.ts'

/** One thing that apply does. `plan` prints the list and `apply` executes the very same list. */
export const Step = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('register'),
    product: z.string(),
    from: z.string().nullable(),
    to: z.string(),
    because: z.string(),
  }),
  z.object({ do: z.literal('provision'), product: z.string(), port: z.string(), kind: z.string(), serves: z.string() }),
  /** The port is kept and shown, but this installation cannot serve it. */
  z.object({
    do: z.literal('declare'),
    product: z.string(),
    port: z.string(),
    technology: z.string(),
    reason: z.string(),
  }),
  z.object({ do: z.literal('retire'), product: z.string(), port: z.string(), readers: z.number().int() }),
  z.object({ do: z.literal('schedule'), product: z.string(), cron: z.string().nullable(), onInput: z.boolean() }),
])
export type Step = z.infer<typeof Step>

/** A difference between two releases. `breaking` is in the direction of readers of the new data (BACKWARD unless the schema says otherwise). */
export const Change = z.object({
  what: z.string(),
  path: z.string(),
  verdict: z.enum(['breaking', 'compatible', 'informative']),
  because: z.string(),
})
export type Change = z.infer<typeof Change>

export const IssueReply = z.object({
  code: z.string(),
  message: z.string(),
  severity: z.enum(['error', 'warning']),
  at: z.object({ file: z.string(), line: z.number().int(), column: z.number().int() }).optional(),
  path: z.string().optional(),
  fix: z.string().optional(),
})

/** What would change. Empty `steps` and `changes`: nothing to do. */
export const Plan = z.object({
  product: z.string(),
  current: z.string().nullable(),
  proposed: z.string(),
  /** The semver step that the changes need, and the lowest version that satisfies it. */
  needs: z.object({ step: z.enum(['none', 'patch', 'minor', 'major']), atLeast: z.string() }),
  changes: z.array(Change),
  /** Products that read this one and are touched by a breaking change. */
  affected: z.array(z.object({ product: z.string(), because: z.string() })),
  steps: z.array(Step),
  issues: z.array(IssueReply),
  /** What policies say of it; absent where none were asked. */
  verdicts: z.array(Verdict).optional(),
  /** False: apply refuses (issues with severity error). */
  ok: z.boolean(),
})
export type Plan = z.infer<typeof Plan>
