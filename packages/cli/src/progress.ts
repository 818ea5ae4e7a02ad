import type { RunEntry } from '@datamesh/core'
import { bytes, count, dim, duration, good, type Output } from './output.ts'

export type Progress = { entry(entry: RunEntry): void; end(): void }

/** One line for a run that rewrites itself on a terminal; elsewhere one line for each finished step. */
export function openProgress(output: Output, product: string, clock: () => number = Date.now): Progress {
  const since = clock()
  let line = ''
  const paintLine = (text: string) => {
    line = text
    process.stderr.write(`\r\u001b[2K${text.slice(0, (process.stderr.columns ?? 100) - 1)}`)
  }
  return {
    entry(entry) {
      if (output.json) return
      const facts = [
        entry.rows === undefined ? '' : `${count(entry.rows)} rows`,
        entry.bytes ? bytes(entry.bytes) : '',
        entry.durationMs === undefined ? '' : duration(entry.durationMs),
      ]
        .filter(Boolean)
        .join(', ')
      const what = entry.message ?? entry.step ?? entry.kind
      if (output.live)
        paintLine(
          `  ${dim(duration(clock() - since).padStart(7))}  ${product}  ${entry.step ?? ''} ${entry.step ? '' : what} ${dim(facts)}`,
        )
      else if (entry.kind === 'step' && entry.state === 'done')
        output.note(`  ${product}  ${entry.step ?? what}${facts ? `  ${facts}` : ''}`)
    },
    end() {
      if (output.live && line) process.stderr.write('\r\u001b[2K')
    },
  }
}

/** One line that stands and moves while something of unknown length goes on. */
export async function during<T>(output: Output, what: string, work: Promise<T>): Promise<T> {
  if (!output.live || output.json) return work
  const marks = ['⠋', '⠙', '⠸', '⠴', '⠦', '⠇']
  let turn = 0
  const since = Date.now()
  const timer = setInterval(
    () =>
      process.stderr.write(`\r\u001b[2K  ${marks[turn++ % marks.length]} ${what} ${dim(duration(Date.now() - since))}`),
    120,
  )
  try {
    return await work
  } finally {
    clearInterval(timer)
    process.stderr.write(`\r\u001b[2K`)
    process.stderr.write(`  ${good('✓')} ${what} ${dim(duration(Date.now() - since))}\n`)
  }
}
