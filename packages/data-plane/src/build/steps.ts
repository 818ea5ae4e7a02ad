import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { DuckDBConnection } from '@duckdb/node-api'
import type { Progress } from './job.ts'

/** Tells how a build goes: what is to come, each step when it starts and ends, and twice a second while it runs. */
export type Steps = {
  run<T>(step: string, work: () => Promise<T>): Promise<T>
  log(message: string): void
}

const tickMs = 500

/** `staging`: the folder whose growth shows the bytes that a step has written so far. */
export const stepsOf = (
  tell: (entry: Progress) => void,
  now: () => Date,
  { connection, staging }: { connection: DuckDBConnection | null; staging: string | null },
): Steps => {
  const at = () => now().toISOString()
  return {
    log: (message) => tell({ at: at(), kind: 'log', message }),
    async run(step, work) {
      const started = performance.now()
      const elapsed = () => Math.round(performance.now() - started)
      tell({ at: at(), kind: 'step', step, state: 'started' })
      const bytesBefore = staging === null ? Promise.resolve(0) : bytesIn(staging)
      let [rows, bytes, over] = [0, 0, false]
      const look = async () => {
        const done = connection?.progress
        // a step is several queries, and each begins at nothing again
        rows = Math.max(rows, Number(done?.rows_processed ?? 0))
        bytes = Math.max(bytes, staging === null ? 0 : (await bytesIn(staging)) - (await bytesBefore))
        const percent = done?.percentage ?? -1
        const known = percent >= 0 && percent <= 100
        if (!over)
          tell({
            ...{ at: at(), kind: 'progress', step, rows, bytes, durationMs: elapsed() },
            ...(known ? { share: percent / 100 } : {}),
            message: `${Math.max(0, Math.round(percent))} %, ${Math.round((rows / elapsed()) * 1000)} rows/s`,
          })
      }
      const ticking = setInterval(() => void look(), tickMs)
      try {
        const result = await work()
        const made = result as { rows?: unknown; bytes?: unknown; takenFrom?: unknown } | null | undefined
        tell({
          at: at(),
          kind: 'step',
          step,
          state: 'done',
          durationMs: elapsed(),
          ...(typeof made?.rows === 'number' ? { rows: made.rows } : {}),
          ...(typeof made?.bytes === 'number' ? { bytes: made.bytes } : {}),
          ...(typeof made?.takenFrom === 'string' ? { message: `taken over from run ${made.takenFrom}` } : {}),
        })
        return result
      } catch (error) {
        tell({ at: at(), kind: 'step', step, state: 'failed', durationMs: elapsed() })
        throw error
      } finally {
        over = true
        clearInterval(ticking)
      }
    },
  }
}

/** What lies in a folder now; files come and go meanwhile. */
const bytesIn = async (folder: string): Promise<number> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
