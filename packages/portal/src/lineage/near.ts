import type { Edge } from './model.ts'
import type { Direction } from './trace.ts'

/** Neighbours that are not drawn: `12 more in Finance`. */
export type Stub = { id: string; at: string; direction: Direction; domain: string; hidden: readonly string[] }
export type Near = {
  nodes: ReadonlyMap<string, number>
  stubs: readonly Stub[]
  edges: readonly Edge[]
}

/**
 * What is drawn around a focus, `depth` steps each way: at most `perNode` neighbours of each, at most `most` in all.
 * The rest stands together by domain until somebody opens it.
 */
export const near = (
  focus: string,
  edges: readonly Edge[],
  domainOf: (id: string) => string,
  {
    depth,
    most = 150,
    perNode = 7,
    opened = new Set<string>(),
  }: { depth: number; most?: number; perNode?: number; opened?: ReadonlySet<string> },
): Near => {
  const nodes = new Map([[focus, 0]])
  const stubs: Stub[] = []
  for (const direction of ['up', 'down'] as const) {
    const next = new Map<string, string[]>()
    for (const { from, to } of edges) {
      const [here, far] = direction === 'up' ? [to, from] : [from, to]
      next.set(here, [...(next.get(here) ?? []), far])
    }
    let front = [focus]
    for (let step = 1; step <= depth && front.length > 0; step++) {
      const found: string[] = []
      for (const at of front) {
        const fresh = [...new Set(next.get(at) ?? [])].filter((id) => !nodes.has(id)).sort()
        // a stub for one would take the place of that one
        const room = Math.max(0, Math.min(fresh.length <= perNode + 1 ? fresh.length : perNode, most - nodes.size))
        const rest = Map.groupBy(fresh.slice(room), domainOf)
        const shown = fresh.slice(0, room)
        for (const [domain, hidden] of rest) {
          const id = `${direction}:${at}:${domain}`
          if (opened.has(id) && nodes.size + shown.length + hidden.length <= most * 2) shown.push(...hidden)
          else stubs.push({ id, at, direction, domain, hidden })
        }
        for (const id of shown) {
          nodes.set(id, direction === 'up' ? -step : step)
          found.push(id)
        }
      }
      front = found
    }
  }
  const drawn = stubs.flatMap((stub) => {
    const hidden = stub.hidden.filter((id) => !nodes.has(id))
    return hidden.length > 0 ? [{ ...stub, hidden }] : []
  })
  return { nodes, stubs: drawn, edges: edges.filter(({ from, to }) => nodes.has(from) && nodes.has(to)) }
}
