import type { Type } from '../builtins/builtin.ts'

/**
 * What is known about a value before it is there. `any` is what nothing is known about. An object with `keys` has those and, without
 * `rest`, no others; an array with `items` has exactly those.
 */
export type Shape =
  | { is: 'any' }
  | { is: 'null' | 'boolean' | 'number' | 'string' | 'set' }
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
    default:
      return { is: type }
  }
}

export const oneOf = (shapes: readonly Shape[]): Shape => {
  if (shapes.length === 0 || shapes.some((each) => each.is === 'any')) return any
  const flat = shapes.flatMap((each) => (each.is === 'one-of' ? each.shapes : [each]))
  return flat.length === 1 ? (flat[0] as Shape) : { is: 'one-of', shapes: flat }
}

const kinds = (shape: Shape): readonly string[] =>
  shape.is === 'one-of' ? shape.shapes.map((each) => each.is) : [shape.is]

/** Whether one value could be of both. Only kinds are compared, and members of written-out arrays and objects. */
export const mayMeet = (a: Shape, b: Shape): boolean => {
  if (a.is === 'any' || b.is === 'any') return true
  if (a.is === 'one-of') return a.shapes.some((each) => mayMeet(each, b))
  if (b.is === 'one-of') return b.shapes.some((each) => mayMeet(a, each))
  return a.is === b.is
}

/** The shape of a member; undefined where there is certainly none. */
export const memberOf = (shape: Shape, key: string | number | boolean | null | undefined): Shape | undefined => {
  switch (shape.is) {
    case 'any':
    case 'set':
      return any
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
export const shapeText = (shape: Shape): string => {
  switch (shape.is) {
    case 'any':
      return 'any'
    case 'set':
      return 'set[any]'
    case 'array':
      return shape.items ? `array<${shape.items.map(shapeText).join(', ')}>` : `array[${shapeText(shape.of)}]`
    case 'object': {
      const known = [...shape.keys].map(([key, each]) => `${key}: ${shapeText(each)}`).join(', ')
      const rest = shape.rest ? `[any: ${shapeText(shape.rest)}]` : ''
      return `object${known ? `<${known}>` : ''}${rest}`
    }
    case 'one-of':
      return `any<${[...new Set(shape.shapes.map(shapeText))].sort().join(', ')}>`
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
