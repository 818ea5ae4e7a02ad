import type { RunEntry } from '@datamesh/core'

export type StepState = 'waiting' | 'running' | 'done' | 'failed' | 'stopped' | 'never'
export type RunStep = {
  name: string
  state: StepState
  /** ms */
  from: number | null
  to: number | null
  rows: number | null
  bytes: number | null
  rowsPerSecond: number | null
  /** How much of it is done, 0 to 1, where that is known. */
  share: number | null
  note: string | null
}
export type FallenCheck = {
  id: string
  name: string
  outcome: 'passed' | 'warned' | 'failed' | 'not-run'
  message: string
  durationMs: number
}
export type RunProgress = { steps: RunStep[]; checks: FallenCheck[]; last: string | null }

const waiting = (name: string): RunStep => ({
  ...{ name, state: 'waiting', from: null, to: null, rows: null, bytes: null },
  ...{ rowsPerSecond: null, share: null, note: null },
})

/** How a run stands, from its log. A further attempt begins anew. `over`: what has not begun by now never will. */
export const progressOf = (entries: readonly RunEntry[], over: boolean): RunProgress => {
  let steps = new Map<string, RunStep>()
  let checks = new Map<string, FallenCheck>()
  let last: string | null = null
  for (const entry of entries) {
    if (entry.kind === 'state') {
      if (entry.state === 'started') {
        steps = new Map()
        checks = new Map()
      }
      for (const name of entry.steps ?? []) if (!steps.has(name)) steps.set(name, waiting(name))
      if (entry.state && entry.message) last = entry.message
    } else if (entry.kind === 'check') checks.set(entry.step ?? entry.name ?? '', fallen(entry))
    else if (entry.step !== undefined)
      steps.set(entry.step, advanced(steps.get(entry.step) ?? waiting(entry.step), entry))
  }
  const refused = [...checks.values()].some((check) => check.outcome === 'failed')
  const end = Date.parse(entries[entries.length - 1]?.at ?? '')
  const ended = (step: RunStep): RunStep => {
    if (step.name === 'check' && step.state === 'done' && refused) return { ...step, state: 'failed' }
    if (!over) return step
    // a run that was ended from outside leaves its step open
    return step.state === 'waiting'
      ? { ...step, state: 'never' }
      : step.state === 'running'
        ? { ...step, state: 'stopped', to: end, rows: null, bytes: null, rowsPerSecond: null }
        : step
  }
  return { steps: [...steps.values()].map(ended), checks: [...checks.values()], last }
}

const fallen = (entry: RunEntry): FallenCheck => ({
  id: entry.step ?? '',
  name: entry.name ?? entry.step ?? '',
  outcome: entry.outcome ?? (entry.state === 'done' ? 'passed' : 'failed'),
  message: entry.message ?? '',
  durationMs: entry.durationMs ?? 0,
})

/** Shorter than this, rows per second say nothing. */
const shortestMs = 200

const advanced = (step: RunStep, entry: RunEntry): RunStep => {
  const at = Date.parse(entry.at)
  if (entry.kind === 'step' && entry.state === 'started') return { ...waiting(step.name), state: 'running', from: at }
  const rows = entry.rows ?? step.rows
  const facts = {
    rows,
    bytes: entry.bytes ?? step.bytes,
    rowsPerSecond:
      rows !== null && rows > 0 && entry.durationMs !== undefined && entry.durationMs >= shortestMs
        ? (rows / entry.durationMs) * 1000
        : step.rowsPerSecond,
  }
  if (entry.kind === 'progress') return { ...step, ...facts, share: entry.share ?? step.share }
  if (entry.state === undefined) return step
  return {
    ...step,
    // what was read until the last look is no result
    ...(entry.rows === undefined ? { rows: null, bytes: null, rowsPerSecond: null } : facts),
    state: entry.state === 'done' ? 'done' : 'failed',
    share: null,
    from: step.from ?? at - (entry.durationMs ?? 0),
    to: at,
    note: entry.message ?? null,
  }
}

/** `model flights_fact` → what it is and its name. */
export const stepWords = (name: string): { what: string; title: string } => {
  if (name.startsWith('model ')) return { what: 'Model', title: name.slice(6) }
  const known: Record<string, string> = {
    input: 'Read inputs',
    check: 'Run checks',
    commit: 'Publish snapshot',
    profile: 'Profile columns',
  }
  return { what: '', title: known[name] ?? name }
}
