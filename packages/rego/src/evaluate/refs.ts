import { allKnown } from '../compile/binds.ts'
import type { Node, Plain, RuleSet } from '../compile/ir.ts'
import { RegoObject, RegoSet, type Value } from '../value.ts'
import { planRelation } from './calls.ts'
import { constantOf } from './constant.ts'
import { type Context, type Get, isShaded, type Slots, type Step, tick } from './context.ts'
import { below, Cursor, documentAt, keysBelow, lookup, member, rootOf } from './data.ts'
import { type Matcher, planMatch } from './match.ts'
import type { Plan } from './plan.ts'
import type { Program } from './program.ts'

/** Goes on with one value of what is iterated. */
export type Sink = (m: Context, s: Slots, value: Value) => boolean
type Place = Value | Cursor
type PlaceSink = (m: Context, s: Slots, at: Place) => boolean
type Start = { get: (m: Context, s: Slots) => Place | undefined; rest: readonly Plain[]; cursors: boolean }

/** Where a ref begins: as much of its path as is constant is walked at once. */
const startOf = (term: Plain & { is: 'ref' | 'doc' }, p: Plan): Start => {
  const head = term.is === 'doc' ? term : term.head
  const parts = term.is === 'doc' ? [] : term.parts
  if (head.is !== 'doc') return { get: p.get(head), rest: parts, cursors: false }
  if (head.root === 'input') {
    const path: string[] = []
    for (const part of parts) {
      if (part.is !== 'scalar' || typeof part.value !== 'string') break
      path.push(part.value)
    }
    const rest = parts.slice(path.length)
    return { get: inputAt(path), rest, cursors: false }
  }
  return dataStart(parts, p.program)
}

const inputAt = (path: readonly string[]): Get => {
  const [first, second] = path
  if (path.length === 0) return (m) => m.input
  if (path.length === 1) return (m) => (m.input instanceof RegoObject ? m.input.get(first as string) : undefined)
  if (path.length === 2) {
    return (m) => {
      const at = m.input instanceof RegoObject ? m.input.get(first as string) : undefined
      return at instanceof RegoObject ? at.get(second as string) : undefined
    }
  }
  return (m) => lookup(m.input, path)
}

const dataStart = (parts: readonly Plain[], program: Program): Start => {
  let node: Node = program.tree.root
  let at = 0
  while (node.keyed === undefined && node.rules === undefined && at < parts.length) {
    const part = parts[at] as Plain
    if (part.is !== 'scalar' || (typeof part.value !== 'string' && typeof part.value !== 'number')) break
    if (typeof part.value === 'number') {
      if (node !== program.tree.root) break
      const { path, rest } = basePath([], parts)
      return { get: (m) => lookup(m.data, path), rest, cursors: false }
    }
    at++
    const next = node.children.get(part.value)
    if (next === undefined) {
      const { path, rest } = basePath(node.path.concat(part.value), parts.slice(at))
      return { get: (m) => lookup(m.data, path), rest, cursors: false }
    }
    node = next
  }
  if (node.rules) return { get: ruleAt(node.rules, program), rest: parts.slice(at), cursors: false }
  if (node.keyed && node.children.size === 0) return keyedStart(node, parts.slice(at), program)
  return { get: cursorAt(node, program), rest: parts.slice(at), cursors: true }
}

/** Keys of base documents are texts; a number in a path to one is taken as its text. Rule: OPA, storage paths */
const basePath = (
  path: (string | number)[],
  parts: readonly Plain[],
): { path: (string | number)[]; rest: readonly Plain[] } => {
  let at = 0
  for (; at < parts.length; at++) {
    const more = parts[at] as Plain
    if (more.is !== 'scalar' || (typeof more.value !== 'string' && typeof more.value !== 'number')) break
    path.push(more.value)
  }
  return { path, rest: parts.slice(at) }
}

const ruleAt = (rules: RuleSet, program: Program): Get => {
  const set = program.set(rules)
  const { path } = rules
  if (rules.kind === 'function') return () => undefined
  return (m) => (m.shadow !== undefined && isShaded(m.shadow, path) ? lookup(m.data, path) : set.value(m))
}

const keyedStart = (node: Node, rest: readonly Plain[], program: Program): Start => {
  const keyed = program.keyed(node.keyed as NonNullable<Node['keyed']>)
  const at = cursorAt(node, program)
  return {
    get: (m, s) => (m.shadow === undefined ? keyed.value(m) : at(m, s)),
    rest,
    cursors: true,
  }
}

const cursorAt =
  (node: Node, program: Program): Start['get'] =>
  (m) => {
    let at: Place | undefined = rootOf(m, program.tree.root)
    for (const part of node.path) {
      if (at === undefined) return undefined
      at = below(m, program, at, part)
    }
    return at
  }

/** A ref all of whose variables have values. */
export const planRef = (term: Plain & { is: 'ref' | 'doc' }, p: Plan): Get => {
  const { get, rest, cursors } = startOf(term, p)
  const { program } = p
  const keys = rest.map((part) => p.get(part))
  if (cursors) {
    return (m, s) => {
      let at = get(m, s)
      for (let depth = 0; depth < keys.length && at !== undefined; depth++) {
        const key = (keys[depth] as Get)(m, s)
        if (key === undefined) return undefined
        at = below(m, program, at, key)
      }
      return at instanceof Cursor ? documentAt(m, program, at) : at
    }
  }
  const start = get as Get
  if (keys.length === 0) return start
  const constants = rest.map(constantOf)
  if (keys.length === 1) {
    const [key] = keys as [Get]
    const [constant] = constants
    if (constant !== undefined) {
      return (m, s) => {
        const at = start(m, s)
        return at === undefined ? undefined : member(at, constant)
      }
    }
    return (m, s) => {
      const at = start(m, s)
      if (at === undefined) return undefined
      const name = key(m, s)
      return name === undefined ? undefined : member(at, name)
    }
  }
  return (m, s) => {
    let at = start(m, s)
    for (let depth = 0; depth < keys.length && at !== undefined; depth++) {
      const key = (keys[depth] as Get)(m, s)
      if (key === undefined) return undefined
      at = member(at, key)
    }
    return at
  }
}

type Way = { key: Get } | { match: Matcher; slot?: number }

/** A ref or relation with variables that get their values by going through it. */
export const iterate = (term: Plain, p: Plan, then: () => Sink): Step => {
  if (term.is === 'call') return planRelation(term, p, then)
  if (term.is !== 'ref') throw new Error(`cannot iterate over ${term.is}`)
  const { get, rest, cursors } = startOf(term, p)
  const { program } = p
  const ways: Way[] = rest.map((part) => {
    if (allKnown(part, p.bound)) return { key: p.get(part) }
    if (part.is === 'local') {
      p.bound.add(part.slot)
      return { match: () => true, slot: part.slot }
    }
    return { match: planMatch(part, p) }
  })
  const last = then()
  let sink: PlaceSink = cursors
    ? (m, s, at) => {
        const value = at instanceof Cursor ? documentAt(m, program, at) : at
        return value !== undefined && last(m, s, value)
      }
    : (last as PlaceSink)
  for (let at = ways.length - 1; at >= 0; at--) sink = oneWay(ways[at] as Way, sink, cursors, program)
  return (m, s) => {
    const at = get(m, s)
    return at !== undefined && sink(m, s, at)
  }
}

const oneWay = (way: Way, next: PlaceSink, cursors: boolean, program: Program): PlaceSink => {
  if ('key' in way) {
    const { key } = way
    return (m, s, at) => {
      const name = key(m, s)
      if (name === undefined) return false
      const inner = cursors ? below(m, program, at, name) : member(at as Value, name)
      return inner !== undefined && next(m, s, inner)
    }
  }
  const { match, slot } = way
  return (m, s, at) => {
    if (at instanceof Cursor) {
      for (const key of keysBelow(m, program, at)) {
        tick(m.run)
        const inner = below(m, program, at, key)
        if (inner === undefined) continue
        if (slot !== undefined) s[slot] = key
        if (match(m, s, key) && next(m, s, inner)) return true
      }
      return false
    }
    if (typeof at !== 'object' || at === null) return false
    if (at instanceof RegoObject) {
      for (const key of at.keys()) {
        tick(m.run)
        if (slot !== undefined) s[slot] = key
        if (match(m, s, key) && next(m, s, at.get(key) as Value)) return true
      }
      return false
    }
    if (at instanceof RegoSet) {
      for (const value of at.values()) {
        tick(m.run)
        if (slot !== undefined) s[slot] = value
        if (match(m, s, value) && next(m, s, value)) return true
      }
      return false
    }
    const list = at as readonly Value[]
    for (let index = 0; index < list.length; index++) {
      tick(m.run)
      if (slot !== undefined) s[slot] = index
      if (match(m, s, index) && next(m, s, list[index] as Value)) return true
    }
    return false
  }
}
