import { z } from 'zod'

export const RunState = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled'])
export type RunState = z.infer<typeof RunState>

/** Why a run exists. */
export const Trigger = z.object({
  by: z.enum(['person', 'schedule', 'input', 'backfill', 'retry', 'start']),
  /** For `input`: the snapshot that was published. */
  snapshot: z.string().optional(),
  /** For `retry`: the run that it repeats. */
  run: z.string().optional(),
})
export type Trigger = z.infer<typeof Trigger>

/** What a publish was asked to do. `vars` overrides manifest vars (a backfill's window). */
export const RunParams = z.object({
  fullRefresh: z.boolean().default(false),
  vars: z.record(z.string(), z.unknown()).default({}),
  /** Only build and check; commit nothing. */
  dryRun: z.boolean().default(false),
})
export type RunParams = z.infer<typeof RunParams>

/**
 * One line of a run's live log. `kind` says which optional facts are there.
 * `state` with message `planned` comes first and names the `steps` to come; `check`: `step` is the id of the check, `name` what it asks.
 */
export const RunEntry = z.object({
  seq: z.number().int(),
  at: z.iso.datetime(),
  kind: z.enum(['state', 'step', 'progress', 'check', 'log']),
  /** step: `input`, `model <name>`, `check`, `commit`, `profile`. */
  step: z.string().optional(),
  state: z.enum(['started', 'done', 'failed']).optional(),
  name: z.string().optional(),
  /** Of a check. */
  outcome: z.enum(['passed', 'warned', 'failed', 'not-run']).optional(),
  rows: z.number().int().optional(),
  bytes: z.number().int().optional(),
  durationMs: z.number().optional(),
  /** How much of the running query is done, 0 to 1, as the engine estimates it. */
  share: z.number().min(0).max(1).optional(),
  /** All steps of the build, in order. */
  steps: z.array(z.string()).optional(),
  message: z.string().optional(),
})
export type RunEntry = z.infer<typeof RunEntry>

export const Run = z.object({
  id: z.string(),
  product: z.string(),
  release: z.string(),
  state: RunState,
  trigger: Trigger,
  params: RunParams,
  requestedBy: z.string(),
  attempt: z.number().int(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
  /** Snapshot that was committed. */
  snapshot: z.string().nullable(),
  /** problem+json body of what went wrong. */
  error: z
    .object({ code: z.string(), title: z.string(), hint: z.string(), facts: z.record(z.string(), z.unknown()) })
    .nullable(),
})
export type Run = z.infer<typeof Run>
