import type { RunEntry } from '@datamesh/core'
import { dim, good, type Output } from './output.ts'
import { duration, figures, fit, plain } from './text.ts'

export type Progress = { entry(entry: RunEntry): void; end(): void }

const clear = '\r\u001b[2K'
const marks = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

/** A line on stderr that rewrites itself; never wider than the terminal, because a wrapped line cannot be taken back. */
function openLine(text: () => string): { draw(): void; close(): void } {
  let turn = 0
  const draw = () => {
    const room = (process.stderr.columns || 100) - 1
    process.stderr.write(`${clear}${fit(`  ${marks[turn % marks.length]} ${text()}`, room)}`)
  }
  const timer = setInterval(() => {
    turn += 1
    draw()
  }, 120)
  draw()
  return {
    draw,
    close() {
      clearInterval(timer)
      process.stderr.write(clear)
    },
  }
}

/**
 * A run while it goes on. On a terminal one line that says what is going on, and lines that stay for steps that took longer than
 * a second; elsewhere one line for each finished step.
 */
export function openProgress(output: Output, name: string, clock: () => number = Date.now): Progress {
  if (output.json) return { entry: () => undefined, end: () => undefined }
  const since = clock()
  let now = 'waits for its turn'
  let checks = 0
  const line = output.live
    ? openLine(() => `${name}  ${now}  ${dim(duration(Math.max(0, clock() - since)))}`)
    : { draw: () => undefined, close: () => undefined }
  return {
    entry(entry) {
      const facts = figures(entry)
      const step = entry.step ?? entry.message ?? entry.kind
      if (entry.kind === 'check') now = `checks  ${++checks} done`
      else if (entry.kind === 'state') now = entry.message ?? (entry.state === 'started' ? 'starts' : now)
      else now = `${step}${facts ? `  ${dim(facts)}` : ''}`
      const finished = entry.kind === 'step' && entry.state === 'done'
      if (finished && (!output.live || (entry.durationMs ?? 0) > 1000)) {
        if (output.live) process.stderr.write(clear)
        output.note(`  ${name}  ${step}${facts ? `  ${dim(facts)}` : ''}`)
      }
      // that it will be tried again explains why nothing seems to happen now
      const remark = entry.kind === 'log' || (entry.kind === 'state' && entry.message?.endsWith('tried again'))
      if (remark && entry.message) {
        if (output.live) process.stderr.write(clear)
        output.note(`  ${name}  ${plain(entry.message)}`)
      }
      line.draw()
    },
    end: () => line.close(),
  }
}

/** One line that stands and moves while something of unknown length goes on. */
export async function during<T>(output: Output, what: string, work: Promise<T>): Promise<T> {
  if (!output.live || output.json) return work
  const since = Date.now()
  const line = openLine(() => `${what} ${dim(duration(Date.now() - since))}`)
  try {
    const done = await work
    line.close()
    output.note(`  ${good('✓')} ${what} ${dim(duration(Date.now() - since))}`)
    return done
  } catch (error) {
    line.close()
    throw error
  }
}
