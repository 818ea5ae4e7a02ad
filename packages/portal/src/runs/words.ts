import type { Run, RunState, Trigger } from '@datamesh/core'
import { readable } from '../ui/index.ts'
import { duration, partsOf } from '../words/index.ts'

export const triggers: Readonly<Record<Trigger['by'], string>> = {
  person: 'By hand',
  schedule: 'Schedule',
  input: 'New input',
  backfill: 'Backfill',
  retry: 'Retry',
  start: 'Start of the mesh',
}
export const states: Readonly<Record<RunState, string>> = {
  queued: 'Queued',
  running: 'Running',
  succeeded: 'Succeeded',
  failed: 'Failed',
  cancelled: 'Cancelled',
}
export const isActive = ({ state }: Pick<Run, 'state'>): boolean => state === 'queued' || state === 'running'

/** `flight-operations/flights-fact` → its parts and how it is called. */
export const productOf = (id: string) => {
  const parts = partsOf(id)
  return { ...parts, title: readable(parts.product) }
}

/** Seconds from start to end, or until now; null while it waits. */
export const secondsOf = ({ startedAt, finishedAt }: Run, now: number): number | null =>
  startedAt === null
    ? null
    : Math.max(0, (finishedAt === null ? now : Date.parse(finishedAt)) - Date.parse(startedAt)) / 1000

export const took = (run: Run, now: number): string => {
  const seconds = secondsOf(run, now)
  return seconds === null ? 'waiting' : duration(seconds)
}

/** What came of it, in few words. */
export const resultOf = (run: Run): string => {
  if (run.error) return run.error.title
  if (run.state === 'succeeded')
    return run.snapshot ? 'published' : run.params.dryRun ? 'checked only' : 'nothing new to publish'
  return ''
}
