import { useMemo } from 'react'
import { Skeleton } from '../ui/index.ts'
import { plural } from '../words/index.ts'
import { type CardNode, cardSize, cardTypes } from './cards.tsx'
import { Flow, type LineEdge } from './flow.tsx'
import type { Mesh } from './model.ts'
import { usePlaced } from './use_placed.ts'

export type DomainFlow = { from: string; to: string; flows: number }

/** Flows between domains, most first. */
export const domainFlows = (mesh: Mesh): DomainFlow[] => {
  const domainOf = new Map(mesh.products.map(({ id, domain }) => [id, domain]))
  const counts = new Map<string, DomainFlow>()
  for (const flow of mesh.flows) {
    const [from, to] = [domainOf.get(flow.from), domainOf.get(flow.to)]
    if (from === undefined || to === undefined || from === to) continue
    const key = `${from}\n${to}`
    counts.set(key, { from, to, flows: (counts.get(key)?.flows ?? 0) + 1 })
  }
  return [...counts.values()].sort((a, b) => b.flows - a.flows || (`${a.from} ${a.to}` < `${b.from} ${b.to}` ? -1 : 1))
}
/** As many domains as can be looked at, those with the most flows; and as many flows as can be told apart. */
const mostDomains = 150
const fewFlows = 30

/** Few flows: all. Many: of each domain the widest in and the widest out, or those of the one in focus. */
export const drawnFlows = (flows: readonly DomainFlow[], focus: string | null): DomainFlow[] => {
  if (flows.length <= fewFlows) return [...flows]
  const [leaving, coming] = [new Set<string>(), new Set<string>()]
  return flows.filter(({ from, to }) => {
    const widest = !leaving.has(from) || !coming.has(to)
    leaving.add(from)
    coming.add(to)
    return (focus === null && widest) || from === focus || to === focus
  })
}

export const DomainGraph = ({
  mesh,
  focus,
  fitOn,
  scrolls,
}: {
  mesh: Mesh
  /** A domain's name. */
  focus: string | null
  fitOn: string
  scrolls: boolean
}) => {
  const all = useMemo(() => domainFlows(mesh), [mesh])
  const flows = useMemo(() => drawnFlows(all, null), [all])
  const drawn = useMemo(() => drawnFlows(all, focus), [all, focus])
  const { boxes, counts } = useMemo(() => {
    const counts = new Map<string, number>(mesh.domains.map(({ name }) => [name, 0]))
    for (const { domain } of mesh.products) counts.set(domain, (counts.get(domain) ?? 0) + 1)
    const busy = new Map<string, number>()
    for (const { from, to, flows: n } of flows) for (const name of [from, to]) busy.set(name, (busy.get(name) ?? 0) + n)
    const names = [...counts.keys()].sort((a, b) => (busy.get(b) ?? 0) - (busy.get(a) ?? 0) || (a < b ? -1 : 1))
    return { boxes: names.slice(0, mostDomains).map((id) => ({ id, ...cardSize })), counts }
  }, [mesh, flows])
  const placed = usePlaced(boxes, flows)
  const { nodes, edges } = useMemo(() => {
    const at = placed?.at ?? {}
    return {
      nodes: boxes.flatMap(({ id, width, height }): CardNode[] => {
        const position = at[id]
        return position
          ? [{ id, type: 'card', position, width, height, data: { id, note: plural(counts.get(id) ?? 0, 'product') } }]
          : []
      }),
      edges: drawn
        .filter(({ from, to }) => at[from] && at[to])
        .map(
          ({ from, to, flows: n }): LineEdge => ({
            id: `${from}\n${to}`,
            type: 'line',
            source: from,
            target: to,
            data: {
              way: placed?.ways[`${from}\n${to}`],
              tone: to === focus ? 'in' : from === focus ? 'out' : 'plain',
              ...(boxes.length < 40 || to === focus || from === focus ? { says: String(n) } : {}),
            },
          }),
        ),
    }
  }, [boxes, drawn, placed, focus, counts])
  if (!placed) return <Skeleton className="absolute inset-6 h-auto" />
  return (
    <Flow
      label="Lineage of domains"
      nodes={nodes}
      edges={edges}
      nodeTypes={cardTypes}
      placed={placed}
      fitOn={fitOn}
      centre={focus}
      scrolls={scrolls}
    >
      {all.length > drawn.length && (
        <p className="absolute top-4 left-4 z-10 rounded-full border border-line bg-surface px-3 py-1 text-ink-3 text-xs">
          {drawn.length} of {all.length} flows are drawn,{' '}
          {focus === null ? 'the widest of each domain; choose one to see its own' : 'those of the chosen domain'}.
        </p>
      )}
    </Flow>
  )
}
