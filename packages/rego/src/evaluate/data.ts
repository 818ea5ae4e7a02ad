import type { Node } from '../compile/ir.ts'
import { RegoError } from '../policy.ts'
import { equal, RegoObject, RegoSet, type Value, visit } from '../value.ts'
import type { Context, Shadow } from './context.ts'
import type { Program } from './program.ts'

/** The member of a composite under a key; the element itself for a set. */
export const member = (value: Value, key: Value): Value | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  if (value instanceof RegoObject) return value.get(key)
  if (value instanceof RegoSet) return value.has(key) ? key : undefined
  return typeof key === 'number' ? (value as readonly Value[])[key] : undefined
}

export const lookup = (value: Value | undefined, path: readonly (string | number)[]): Value | undefined => {
  let at = value
  for (let depth = 0; depth < path.length && at !== undefined; depth++) {
    const key = path[depth] as string | number
    if (at instanceof RegoObject) at = at.get(key) ?? (typeof key === 'number' ? at.get(String(key)) : undefined)
    else at = typeof key === 'number' && Array.isArray(at) ? at[key] : undefined
  }
  return at
}

/**
 * A place under `data` where rules stand beside or below: `base` is the plain document there, `above` are values that rules with variables
 * in their heads gave to this place.
 */
export class Cursor {
  readonly node: Node
  readonly base: Value | undefined
  readonly above: readonly Value[]
  readonly shadow: Shadow | undefined
  constructor(node: Node, base: Value | undefined, above: readonly Value[], shadow: Shadow | undefined) {
    this.node = node
    this.base = base
    this.above = above
    this.shadow = shadow
  }
}

export const rootOf = (m: Context, root: Node): Cursor => new Cursor(root, m.data, [], m.shadow)

export const below = (m: Context, program: Program, at: Value | Cursor, key: Value): Value | Cursor | undefined => {
  if (!(at instanceof Cursor)) return member(at, key)
  const shadow = typeof key === 'string' ? at.shadow?.children.get(key) : undefined
  const base = at.base === undefined ? undefined : member(at.base, key)
  if (shadow?.full) return base
  const node = typeof key === 'string' ? at.node.children.get(key) : undefined
  const above = aboveFor(m, program, at, key)
  if (node === undefined) {
    if (above.length === 0) return base
    return overlay(base, above.reduce(mergeRules))
  }
  if (node.rules) {
    const value = node.rules.kind === 'function' ? undefined : program.set(node.rules).value(m)
    const all = value === undefined ? above : [...above, value]
    return all.length === 0 ? undefined : all.reduce(mergeRules)
  }
  return new Cursor(node, base, above, shadow)
}

const aboveFor = (m: Context, program: Program, at: Cursor, key: Value): Value[] => {
  const found: Value[] = []
  for (const value of at.above) {
    const inner = member(value, key)
    if (inner !== undefined) found.push(inner)
  }
  if (at.node.keyed) {
    const inner = program.keyed(at.node.keyed).value(m).get(key)
    if (inner !== undefined) found.push(inner)
  }
  return found
}

export const keysBelow = (m: Context, program: Program, at: Cursor): readonly Value[] => {
  const keys = RegoSet.of(keysOf(at.base))
  for (const [key, node] of at.node.children) if (node.rules?.kind !== 'function') keys.add(key)
  for (const value of at.above) for (const key of keysOf(value)) keys.add(key)
  if (at.node.keyed) for (const key of program.keyed(at.node.keyed).value(m).keys()) keys.add(key)
  return keys.values()
}

const keysOf = (value: Value | undefined): readonly Value[] => {
  if (value instanceof RegoObject) return value.keys()
  if (value instanceof RegoSet) return value.values()
  return Array.isArray(value) ? value.map((_, at) => at) : []
}

/** The whole document at a place: what rules say, and plain data beside it. Functions are not part of it. */
export const documentAt = (m: Context, program: Program, at: Cursor): Value | undefined => {
  if (at.above.length === 0 && m.documents.has(at.node)) return m.documents.get(at.node)
  const made = overlay(at.base, virtualAt(m, program, at))
  if (at.above.length === 0) m.documents.set(at.node, made)
  return made
}

const virtualAt = (m: Context, program: Program, at: Cursor): Value => {
  const made = new RegoObject()
  for (const key of at.node.children.keys()) {
    const shadow = at.shadow?.children.get(key)
    if (shadow?.full) continue
    const node = at.node.children.get(key) as Node
    if (node.rules) {
      const value = node.rules.kind === 'function' ? undefined : program.set(node.rules).value(m)
      if (value !== undefined) made.put(key, value)
    } else made.put(key, virtualAt(m, program, new Cursor(node, undefined, [], shadow)))
  }
  const keyed = at.node.keyed ? [program.keyed(at.node.keyed).value(m)] : []
  return [...at.above, ...keyed].reduce(mergeRules, made)
}

/** Plain data and what rules say: members of both are united, plain data wins. Rule: OPA, evalTree.extent */
const overlay = (base: Value | undefined, virtual: Value): Value => {
  if (base === undefined) return virtual
  if (!(base instanceof RegoObject) || !(virtual instanceof RegoObject)) return base
  visit(base.size + virtual.size)
  const made = RegoObject.of(base.entries())
  for (const [key, value] of virtual.entries()) {
    const other = base.get(key)
    made.put(key, other === undefined ? value : overlay(other, value))
  }
  return made
}

/** Two rules may speak about one place where they agree or add to each other. */
const mergeRules = (a: Value, b: Value): Value => {
  if (a instanceof RegoObject && b instanceof RegoObject) {
    if (a.size === 0) return b
    visit(a.size + b.size)
    const made = RegoObject.of(a.entries())
    for (const [key, value] of b.entries()) {
      const other = a.get(key)
      made.put(key, other === undefined ? value : mergeRules(other, value))
    }
    return made
  }
  if (equal(a, b)) return a
  throw new RegoError('eval_conflict_error', 'object keys must be unique')
}
