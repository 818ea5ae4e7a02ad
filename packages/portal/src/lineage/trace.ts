import type { Edge } from './model.ts'

export type Direction = 'up' | 'down'

/** Everything in one direction from a start, with how many steps away it is. */
export const reach = (start: string, edges: readonly Edge[], direction: Direction): Map<string, number> => {
  const next = new Map<string, string[]>()
  for (const { from, to } of edges) {
    const [near, far] = direction === 'up' ? [to, from] : [from, to]
    next.set(near, [...(next.get(near) ?? []), far])
  }
  const steps = new Map([[start, 0]])
  let front = [start]
  for (let step = 1; front.length > 0; step++) {
    const found: string[] = []
    for (const each of front)
      for (const far of next.get(each) ?? [])
        if (!steps.has(far)) {
          steps.set(far, step)
          found.push(far)
        }
    front = found
  }
  steps.delete(start)
  return steps
}

export type Trace = {
  start: string
  up: ReadonlyMap<string, number>
  down: ReadonlyMap<string, number>
  nodes: ReadonlySet<string>
  edges: ReadonlySet<Edge>
}

/** The whole way of one column, up to where it comes from and down to what is made of it. */
export const trace = (start: string, edges: readonly Edge[]): Trace => {
  const [up, down] = [reach(start, edges, 'up'), reach(start, edges, 'down')]
  const on = (side: ReadonlyMap<string, number>, id: string) => id === start || side.has(id)
  return {
    start,
    up,
    down,
    nodes: new Set([start, ...up.keys(), ...down.keys()]),
    edges: new Set(edges.filter(({ from, to }) => (on(up, from) && on(up, to)) || (on(down, from) && on(down, to)))),
  }
}
