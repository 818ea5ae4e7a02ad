import type { DuckDBConnection } from '@duckdb/node-api'
import type { Progress } from './job.ts'

/** Tells how a build goes: each step when it starts and ends, and once a second while it runs. */
export type Steps = {
  run<T>(step: string, work: () => Promise<T>): Promise<T>
  log(message: string): void
}

export const stepsOf = (
  tell: (entry: Progress) => void,
  now: () => Date,
  connection: DuckDBConnection | null,
): Steps => {
  const at = () => now().toISOString()
  return {
    log: (message) => tell({ at: at(), kind: 'log', message }),
    async run(step, work) {
      const started = performance.now()
      const elapsed = () => Math.round(performance.now() - started)
      tell({ at: at(), kind: 'step', step, state: 'started' })
      const ticking = setInterval(() => {
        const done = connection?.progress
        const rows = Number(done?.rows_processed ?? 0)
        const durationMs = elapsed()
        tell({
          at: at(),
          kind: 'progress',
          step,
          rows,
          durationMs,
          message: `${Math.max(0, Math.round(done?.percentage ?? 0))} %, ${Math.round((rows / durationMs) * 1000)} rows/s`,
        })
      }, 1000)
      try {
        const result = await work()
        const made = result as { rows?: unknown; bytes?: unknown } | null | undefined
        tell({
          at: at(),
          kind: 'step',
          step,
          state: 'done',
          durationMs: elapsed(),
          ...(typeof made?.rows === 'number' ? { rows: made.rows } : {}),
          ...(typeof made?.bytes === 'number' ? { bytes: made.bytes } : {}),
        })
        return result
      } catch (error) {
        tell({ at: at(), kind: 'step', step, state: 'failed', durationMs: elapsed() })
        throw error
      } finally {
        clearInterval(ticking)
      }
    },
  }
}
