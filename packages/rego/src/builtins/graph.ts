import { RegoObject, RegoSet, type Value } from '../value.ts'
import { type Builtins, type Call, object, wrong } from './builtin.ts'

/** Neighbours stand in an array or a set; anything else has none. */
const neighbours = (value: Value): readonly Value[] =>
  Array.isArray(value) ? value : value instanceof RegoSet ? value.values() : []

const starts = (value: Value): readonly Value[] => {
  if (Array.isArray(value)) return value
  if (value instanceof RegoSet) return value.values()
  throw wrong(2, '{array, set}', value)
}

const reachable = (graph: RegoObject, from: readonly Value[], call: Call): Value => {
  const reached = new RegoSet()
  const waiting = [...from]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    call.spend(1, 16)
    const edges = reached.has(node) ? undefined : graph.get(node)
    if (edges === undefined) continue
    reached.add(node)
    for (const next of neighbours(edges)) waiting.push(next)
  }
  return reached
}

/** Every way to an end, to a node that is no key of the graph, or to where a cycle closes. Their number may be exponential: each step pays. */
const paths = (graph: RegoObject, from: readonly Value[], call: Call): Value => {
  const found = new RegoSet()
  const add = (path: readonly Value[]): void => {
    call.spend(1 + path.length, path.length * 16)
    found.add([...path])
  }
  const path: Value[] = []
  const within = new RegoSetStack()
  // by an own stack, as a chain of a hundred thousand nodes is no reason to fail
  type Frame = { next: readonly Value[]; at: number; node: Value }
  const frames: Frame[] = []
  const enter = (node: Value, first: boolean): void => {
    call.spend(1)
    const edges = graph.get(node)
    if (edges === undefined) {
      if (!first) add(path)
      return
    }
    path.push(node)
    const next = neighbours(edges)
    if (next.length === 0) {
      add(path)
      path.pop()
      return
    }
    within.push(node)
    frames.push({ next, at: 0, node })
  }
  for (const node of from) {
    enter(node, true)
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      if (frame.at === frame.next.length) {
        frames.pop()
        within.pop(frame.node)
        path.pop()
        continue
      }
      const neighbour = frame.next[frame.at++] as Value
      if (within.has(neighbour)) add(path)
      else enter(neighbour, false)
    }
  }
  return found
}

/** A set from which can be taken away what was put in last. */
class RegoSetStack {
  readonly #counts = new RegoObject()
  push(value: Value): void {
    this.#counts.put(value, true)
  }
  pop(value: Value): void {
    this.#counts.put(value, false)
  }
  has(value: Value): boolean {
    return this.#counts.get(value) === true
  }
}

/** All pairs of path and value within a value, itself first. The evaluator walks lazily; this is the whole of it. */
const walked = (value: Value, call: Call): Value => {
  const found: Value[] = []
  const visit = (at: Value, path: readonly Value[]): void => {
    call.spend(1, 64 + path.length * 8)
    found.push([path, at])
    if (Array.isArray(at)) for (const [index, each] of at.entries()) visit(each, [...path, index])
    else if (at instanceof RegoSet) for (const each of at.values()) visit(each, [...path, each])
    else if (at instanceof RegoObject) for (const [key, each] of at.entries()) visit(each, [...path, key])
  }
  visit(value, [])
  return found
}

export const graphs: Builtins = {
  'graph.reachable': {
    args: ['object', ['array', 'set']],
    result: 'set',
    eval: (args, call) => reachable(object(args, 1), starts(args[1] as Value), call),
  },
  'graph.reachable_paths': {
    args: ['object', ['array', 'set']],
    result: 'set',
    eval: (args, call) => paths(object(args, 1), starts(args[1] as Value), call),
  },
  /** A relation: every member of the answer is one result. */
  walk: { args: ['any'], result: 'array', eval: ([value], call) => walked(value as Value, call) },
}
