import type { Local } from '../compile/ir.ts'
import type { Coverage, TraceEvent } from '../policy.ts'
import type { Location } from '../syntax/ast.ts'
import { toJson, type Value } from '../value.ts'
import type { Slots } from './context.ts'

/** Sees an evaluation from outside. Plans carry calls to it only when they were made for watching. */
export type Watch = {
  event: (
    op: TraceEvent['op'],
    depth: number,
    text: string,
    location: Location,
    names: readonly Local[],
    s: Slots,
  ) => void
}

/** More than anybody reads; a hostile policy must not fill memory with its trace. */
const maxEvents = 100_000

export const tracer = (events: TraceEvent[]): Watch => ({
  event: (op, depth, text, location, names, s) => {
    if (events.length >= maxEvents) return
    const locals: Record<string, unknown> = {}
    for (const name of names) {
      const value = s[name.slot]
      if (!name.hidden && value !== undefined) locals[name.name] = toJson(value as Value)
    }
    events.push({ op, depth, text, location, locals })
  },
})

export const coverer = (seen: Map<string, Set<number>>): Watch => ({
  event: (op, _depth, _text, { file, row }) => {
    if (op !== 'eval' && op !== 'exit') return
    const rows = seen.get(file)
    if (rows) rows.add(row)
    else seen.set(file, new Set([row]))
  },
})

export const coverageOf = (
  all: ReadonlyMap<string, ReadonlySet<number>>,
  seen: ReadonlyMap<string, ReadonlySet<number>>,
): Coverage => {
  const made: Record<string, { covered: number[]; notCovered: number[] }> = {}
  for (const [file, rows] of all) {
    const sorted = [...rows].sort((a, b) => a - b)
    const was = seen.get(file)
    made[file] = { covered: sorted.filter((row) => was?.has(row)), notCovered: sorted.filter((row) => !was?.has(row)) }
  }
  return made
}
