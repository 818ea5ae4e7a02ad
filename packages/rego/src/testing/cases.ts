import type { TraceEvent } from '../policy.ts'
import type { Rule, Term } from '../syntax/index.ts'
import { jsonText } from '../value.ts'

/** One row of a parameterised test. `path`: its keys, from the outside in. */
export type TestCase = { path: readonly string[]; passed: boolean }

/**
 * The rows of a test as `test_x[note] if { some note, row in rows; … }`: those in its value that are true passed; those whose key was bound
 * in the evaluation, and which are not there, failed. Rule: opa test
 */
export const caseResults = (
  value: unknown,
  trace: readonly TraceEvent[],
  rule: Rule,
  tail: readonly Term[],
): TestCase[] => {
  const found = new Map<string, TestCase>()
  const add = (path: readonly string[], passed: boolean): void => {
    const key = JSON.stringify(path)
    if (!found.has(key)) found.set(key, { path, passed })
  }
  flatten(value, [], tail.length, add)
  for (const { op, location, locals } of trace) {
    if (op === 'redo' || location === null || location.file !== rule.location.file) continue
    if (location.offset < rule.location.offset || location.end > rule.location.end) continue
    const path = tail.map((term) => keyOf(term, locals))
    if (path.every((part) => part !== undefined)) add(path, false)
  }
  return [...found.values()]
}

const flatten = (
  value: unknown,
  path: readonly string[],
  depth: number,
  add: (path: readonly string[], passed: boolean) => void,
): void => {
  if (path.length === depth) add(path, value === true)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) flatten(each, [...path, key], depth, add)
  }
}

const keyOf = (term: Term, locals: Readonly<Record<string, unknown>>): string | undefined => {
  const value = read(term, locals)
  return value === undefined ? undefined : typeof value === 'string' ? value : jsonText(value)
}

const read = (term: Term, locals: Readonly<Record<string, unknown>>): unknown => {
  if (term.is === 'scalar') return term.value
  if (term.is === 'var') return Object.hasOwn(locals, term.name) ? locals[term.name] : undefined
  if (term.is !== 'ref') return undefined
  let value = read(term.head, locals)
  for (const part of term.parts) {
    const key = read(part, locals)
    if (typeof value !== 'object' || value === null || (typeof key !== 'string' && typeof key !== 'number'))
      return undefined
    if (!Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}
