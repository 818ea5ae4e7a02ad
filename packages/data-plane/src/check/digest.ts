import { createHash } from 'node:crypto'
import type { CheckSpec } from '@datamesh/core'

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, entry]) => entry !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, canonical(entry)]),
  )
}

/** Names the rules that a report proves: equal rules and engine give equal digests. Where a rule stands in its file is no part of it. */
export const ruleSetDigest = (specs: readonly CheckSpec[], engineVersion: string): string => {
  const rules = specs.map(({ at: _, ...rule }) => rule)
  return createHash('sha256')
    .update(JSON.stringify(canonical({ engineVersion, rules })))
    .digest('hex')
}
