import { type EvaluateOptions, type Limits, RegoError, type Result, type TraceEvent } from '../policy.ts'
import type { Location } from '../syntax/ast.ts'
import { Spent, withVisits } from '../value.ts'
import { type Context, newContext, type Run, spendOn } from './context.ts'
import { documentOf } from './prepared.ts'
import { randomFrom } from './random.ts'
import { coverageOf, coverer, tracer, type Watch } from './watch.ts'

/** Enough for any policy about documents of some megabytes; a hostile one ends within seconds. */
const usualLimits: Limits = { steps: 20_000_000, bytes: 300_000_000, depth: 1_000 }

export const newRun = (
  options: EvaluateOptions,
  say: (text: string, location: Location | null) => void,
  watch: Watch | undefined,
): Run => {
  const limits = { ...usualLimits, ...options.limits }
  const random = randomFrom(options.seed ?? '')
  const run: Run = {
    steps: 0,
    maxSteps: limits.steps,
    bytes: 0,
    maxBytes: limits.bytes,
    depth: 0,
    maxDepth: limits.depth,
    strict: options.strictBuiltinErrors === true,
    say,
    remembered: new Map(),
    watch,
    call: {
      now: BigInt(options.now?.getTime() ?? 0) * 1_000_000n,
      random,
      env: options.env ?? {},
      memo: new Map(),
      spend: (steps, bytes) => spendOn(run, steps, bytes),
      say: (text) => say(text, null),
    },
  }
  return run
}

export type Asked = (m: Context, answer: (bindings: Record<string, unknown>, expressions: unknown[]) => void) => void

/** One evaluation from options to result; an overflow of the stack is a limit like the others. */
export const evaluateWith = (
  ask: (watched: boolean) => Asked,
  options: EvaluateOptions,
  coverable: () => Map<string, Set<number>>,
): Result => {
  const events: TraceEvent[] = []
  const seen = new Map<string, Set<number>>()
  const watches: Watch[] = [...(options.trace ? [tracer(events)] : []), ...(options.coverage ? [coverer(seen)] : [])]
  const watch: Watch | undefined =
    watches.length === 0
      ? undefined
      : {
          event: (...about) => {
            for (const each of watches) each.event(...about)
          },
        }
  const prints: { text: string; location: Location | null }[] = []
  const run = newRun(
    options,
    (text, location) => {
      spendOn(run, 1, 2 * text.length)
      prints.push({ text, location })
    },
    watch,
  )
  const answers: { bindings: Record<string, unknown>; expressions: unknown[] }[] = []
  try {
    const m = newContext(run, documentOf(options.input), documentOf(options.data ?? {}))
    withVisits(run.maxSteps, () =>
      ask(watch !== undefined)(m, (bindings, expressions) => {
        spendOn(run, 1, 64)
        answers.push({ bindings, expressions })
      }),
    )
  } catch (error) {
    if (error instanceof RangeError) {
      throw new RegoError('eval_limit_error', `evaluation is nested too deeply (${error.message})`)
    }
    if (error instanceof Spent)
      throw new RegoError('eval_limit_error', `values are too large to be compared or written out`)
    throw error
  }
  return {
    answers,
    value: answers.length > 0 && answers[0]?.expressions.length === 1 ? answers[0].expressions[0] : undefined,
    prints,
    ...(options.trace ? { trace: events } : {}),
    ...(options.coverage ? { coverage: coverageOf(coverable(), seen) } : {}),
    steps: Math.ceil(run.steps),
  }
}
