import { MeshError } from '@datamesh/core'

/** Names in an order in which everything comes after what it needs; ties by name. @throws model-cycle with the circle */
export function buildOrder(needs: ReadonlyMap<string, readonly string[]>): string[] {
  const order: string[] = []
  const state = new Map<string, 'open' | 'done'>()
  for (const root of [...needs.keys()].sort()) {
    const stack: { name: string; left: string[] }[] = []
    const enter = (name: string): void => {
      state.set(name, 'open')
      stack.push({ name, left: [...(needs.get(name) ?? [])].sort().reverse() })
    }
    if (!state.has(root)) enter(root)
    while (stack.length > 0) {
      const top = stack.at(-1) as { name: string; left: string[] }
      const next = top.left.pop()
      if (next === undefined) {
        state.set(top.name, 'done')
        order.push(top.name)
        stack.pop()
      } else if (state.get(next) === 'open') {
        const names = stack.map(({ name }) => name)
        throw new MeshError('model-cycle', { path: [...names.slice(names.indexOf(next)), next] })
      } else if (!state.has(next) && needs.has(next)) enter(next)
    }
  }
  return order
}
