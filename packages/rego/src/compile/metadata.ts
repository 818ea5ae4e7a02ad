import type { Annotation, Location, Module } from '../syntax/ast.ts'
import { fromJson, RegoObject, type Scalar, type Value } from '../value.ts'
import type { Plain } from './ir.ts'
import { rulePath } from './tree.ts'

type Found = { path: readonly string[]; annotation?: Annotation }

/** `rego.metadata.rule()` and `.chain()` are known when the policy is compiled. */
export const metadataTerm = (
  which: 'rule' | 'chain',
  module: Module,
  rule: number,
  modules: readonly Module[],
  location: Location,
): Plain => {
  const chain = chainOf(module, rule, modules)
  if (which === 'rule') return written(bodyOf(chain[0]?.annotation) ?? new RegoObject(), location)
  return written(
    chain.map(({ path, annotation }) => {
      const link = RegoObject.of([['path', path]])
      const body = bodyOf(annotation)
      if (body) link.put('annotations', body)
      return link
    }),
    location,
  )
}

const bodyOf = (annotation: Annotation | undefined): Value | undefined =>
  annotation && fromJson({ ...annotation.body, scope: annotation.scope })

/** From the rule outwards; the rule itself always stands first. Rule: OPA, AnnotationSet.Chain */
const chainOf = (module: Module, index: number, modules: readonly Module[]): Found[] => {
  const rule = module.rules[index]
  const path = rule ? rulePath(module, rule).path : []
  const own = module.annotations.filter((each) => each.rule === index && each.scope === 'rule').reverse()
  const name = path.join('\0')
  const found: Found[] = own.length > 0 ? own.map((annotation) => ({ path, annotation })) : [{ path }]
  const document = modules.flatMap((each) =>
    each.annotations.filter((one) => {
      const other = one.rule === undefined ? undefined : each.rules[one.rule]
      return one.scope === 'document' && other && rulePath(each, other).path.join('\0') === name
    }),
  )[0]
  if (document) found.push({ path, annotation: document })
  const home = module.package.slice(1)
  const at = (scope: Annotation['scope'], of: readonly string[]): Annotation | undefined =>
    modules
      .filter((each) => each.package.slice(1).join('\0') === of.join('\0'))
      .flatMap((each) => each.annotations.filter((one) => one.scope === scope))[0]
  const around = at('package', home)
  if (around) found.push({ path: home, annotation: around })
  for (let depth = home.length; depth > 0; depth--) {
    const outer = home.slice(0, depth)
    const annotation = at('subpackages', outer)
    if (annotation) found.push({ path: outer, annotation })
  }
  return found
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
