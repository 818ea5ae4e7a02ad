import type { Plain } from '../compile/ir.ts'
import { RegoObject, RegoSet, type Value } from '../value.ts'
import { type Context, deeper, hold, tick } from './context.ts'

/** Every value inside a value with the path to it, itself first. Answers true when `see` had enough. */
export const walkInto = (
  m: Context,
  value: Value,
  path: readonly Value[],
  see: (path: readonly Value[], value: Value) => boolean,
): boolean => {
  tick(m.run)
  hold(m.run, 16 * path.length + 32)
  if (see(path, value)) return true
  if (typeof value !== 'object' || value === null) return false
  deeper(m.run)
  const go = (key: Value, inner: Value): boolean => walkInto(m, inner, [...path, key], see)
  const stop =
    value instanceof RegoObject
      ? value.keys().some((key) => go(key, value.get(key) as Value))
      : value instanceof RegoSet
        ? value.values().some((each) => go(each, each))
        : (value as readonly Value[]).some((each, at) => go(at, each))
  m.run.depth--
  return stop
}

/** A call with many answers: it is gone through like a ref, never asked for its one value. */
export const isRelation = (term: Plain): boolean =>
  term.is === 'call' && 'builtin' in term.target && term.target.builtin === 'walk'
