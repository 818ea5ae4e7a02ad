import type { Type } from '../builtins/builtin.ts'

/**
 * What is known about a value before it is there. `any` is what nothing is known about. An object with `keys` has those and, without
 * `rest`, no others; an array with `items` has exactly those.
 */
export type Shape =
  | { is: 'any' }
  | { is: 'null' | 'boolean' | 'number' | 'string' }
  | { is: 'set'; of: Shape }
  | { is: 'array'; items?: readonly Shape[]; of: Shape }
  | { is: 'object'; keys: ReadonlyMap<string, Shape>; rest?: Shape }
  | { is: 'one-of'; shapes: readonly Shape[] }

export const any: Shape = { is: 'any' }
export const openObject: Shape = { is: 'object', keys: new Map(), rest: any }

export const ofType = (type: Type | readonly Type[]): Shape => {
  if (typeof type !== 'string') return oneOf(type.map(ofType))
  switch (type) {
    case 'array':
      return { is: 'array', of: any }
    case 'object':
      return openObject
    case 'set':
      return { is: 'set', of: any }
    default:
      return { is: type }
  }
}

export const oneOf = (shapes: readonly Shape[]): Shape => {
  if (shapes.length === 0 || shapes.some((each) => each.is === 'any')) return any
  const flat = [...new Set(shapes.flatMap((each) => (each.is === 'one-of' ? each.shapes : [each])))]
  if (flat.length > mostShapes) return any
  return flat.length === 1 ? (flat[0] as Shape) : { is: 'one-of', shapes: flat }
}

const kinds = (shape: Shape): readonly string[] =>
  shape.is === 'one-of' ? shape.shapes.map((each) => each.is) : [shape.is]

/** Shapes share their parts, so that a few lines make one that is astronomically large when it is gone through. */
const deepestLook = 4
const mostShapes = 32

/** Whether one value could be of both, as far as a few levels tell. Rule: OPA, unifies */
export const mayMeet = (a: Shape, b: Shape, depth = 0): boolean => {
  if (a === b || a.is === 'any' || b.is === 'any' || depth > deepestLook) return true
  if (a.is === 'one-of') return a.shapes.some((each) => mayMeet(each, b, depth + 1))
  if (b.is === 'one-of') return b.shapes.some((each) => mayMeet(a, each, depth + 1))
  if (a.is === 'set' && b.is === 'set') return mayMeet(a.of, b.of, depth + 1)
  if (a.is === 'array' && b.is === 'array') {
    if (!a.items && !b.items) return mayMeet(a.of, b.of, depth + 1)
    const count = Math.max(a.items?.length ?? 0, b.items?.length ?? 0)
    return Array.from({ length: count }, (_, at) => at).every((at) => meetAt(a, b, at, depth))
  }
  if (a.is === 'object' && b.is === 'object') {
    if (a.rest && b.rest && !mayMeet(a.rest, b.rest, depth + 1)) return false
    return [...new Set([...a.keys.keys(), ...b.keys.keys()])].every((key) => meetAt(a, b, key, depth))
  }
  return a.is === b.is
}
const meetAt = (a: Shape, b: Shape, key: string | number, depth: number): boolean => {
  const [left, right] = [memberOf(a, key), memberOf(b, key)]
  return left !== undefined && right !== undefined && mayMeet(left, right, depth + 1)
}

export const ofScalar = (value: string | number | bigint | boolean | null): Shape =>
  value === null ? { is: 'null' } : ofType(typeof value === 'bigint' ? 'number' : (typeof value as 'string'))

/** The shape of a member; undefined where there is certainly none. */
export const memberOf = (shape: Shape, key: string | number | boolean | null | undefined): Shape | undefined => {
  switch (shape.is) {
    case 'any':
      return any
    case 'set':
      return key === undefined || mayMeet(ofScalar(key), shape.of) ? shape.of : undefined
    case 'array':
      if (key === undefined) return oneOf(shape.items ?? [shape.of])
      if (typeof key !== 'number') return undefined
      return shape.items ? shape.items[key] : shape.of
    case 'object':
      if (key === undefined) return shape.rest ?? oneOf([...shape.keys.values()])
      return (typeof key === 'string' ? shape.keys.get(key) : undefined) ?? shape.rest
    case 'one-of': {
      const found = shape.shapes.map((each) => memberOf(each, key)).filter((each) => each !== undefined)
      return found.length === 0 ? undefined : oneOf(found)
    }
    default:
      return undefined
  }
}

/** As OPA's messages name types. */
export const shapeText = (shape: Shape, depth = 0): string => {
  if (depth > deepestLook) return 'any'
  const text = (each: Shape): string => shapeText(each, depth + 1)
  switch (shape.is) {
    case 'any':
      return 'any'
    case 'set':
      return `set[${text(shape.of)}]`
    case 'array':
      return shape.items ? `array<${shape.items.map(text).join(', ')}>` : `array[${text(shape.of)}]`
    case 'object': {
      const known = [...shape.keys].map(([key, each]) => `${key}: ${text(each)}`).join(', ')
      const rest = shape.rest ? `[any: ${text(shape.rest)}]` : ''
      return `object${known ? `<${known}>` : ''}${rest}`
    }
    case 'one-of':
      return `any<${[...new Set(shape.shapes.map(text))].sort().join(', ')}>`
    default:
      return shape.is
  }
}

export const isKind = (shape: Shape, kind: string): boolean => kinds(shape).includes(kind)

type Schema = { readonly [key: string]: unknown }
const isSchema = (value: unknown): value is Schema =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

/** Deeper schemas, and those that contain themselves, say nothing from there on. */
const deepest = 32

/**
 * What a JSON Schema says, as far as references need it. An object with `properties` has no others unless `additionalProperties` allows
 * them expressly: so that a misspelt reference is found. Rule: OPA, schema annotations
 */
export const fromSchema = (schema: unknown, root: unknown = schema, depth = 0): Shape => {
  if (!isSchema(schema) || depth > deepest) return any
  if (typeof schema.$ref === 'string') return fromSchema(pointed(root, schema.$ref), root, depth + 1)
  for (const each of ['anyOf', 'oneOf'] as const) {
    const list = schema[each]
    if (Array.isArray(list)) return oneOf(list.map((one) => fromSchema(one, root, depth + 1)))
  }
  if (schema.allOf !== undefined) return any
  const type = schema.type ?? (schema.properties ? 'object' : schema.items ? 'array' : undefined)
  if (Array.isArray(type)) return oneOf(type.map((one) => fromSchema({ ...schema, type: one }, root, depth + 1)))
  switch (type) {
    case 'object': {
      if (!isSchema(schema.properties)) return openObject
      const keys = new Map(
        Object.entries(schema.properties).map(([key, each]) => [key, fromSchema(each, root, depth + 1)]),
      )
      const more = schema.additionalProperties
      if (more === true) return { is: 'object', keys, rest: any }
      return isSchema(more) ? { is: 'object', keys, rest: fromSchema(more, root, depth + 1) } : { is: 'object', keys }
    }
    case 'array':
      return { is: 'array', of: fromSchema(schema.items, root, depth + 1) }
    case 'integer':
    case 'number':
      return { is: 'number' }
    case 'string':
    case 'boolean':
    case 'null':
      return ofType(type as 'string')
    default:
      return any
  }
}

const pointed = (root: unknown, ref: string): unknown => {
  if (!ref.startsWith('#')) return undefined
  let at = root
  for (const part of ref.slice(1).split('/').filter(Boolean)) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')
    at = isSchema(at) && Object.hasOwn(at, key) ? at[key] : undefined
  }
  return at
}
