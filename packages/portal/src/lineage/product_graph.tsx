import { type ReactNode, useMemo } from 'react'
import { Skeleton } from '../ui/index.ts'
import { type CardNode, cardSize, cardTypes, type StubNode, stubSize } from './cards.tsx'
import { Flow, type LineEdge } from './flow.tsx'
import { type Edge, type Infos, isSource } from './model.ts'
import type { Near } from './near.ts'
import { usePlaced } from './use_placed.ts'

/** Products around a focus, with the sources outside of the mesh. Amber comes in, blue goes out. */
export const ProductGraph = ({
  focus,
  around,
  infos,
  fitOn,
  scrolls,
  children,
}: {
  focus: string
  around: Near
  infos: Infos
  fitOn: string
  scrolls: boolean
  children?: ReactNode
}) => {
  const { boxes, lines } = useMemo(
    () => ({
      boxes: [
        ...[...around.nodes.keys()].map((id) => ({ id, ...cardSize })),
        ...around.stubs.map(({ id }) => ({ id, ...stubSize })),
      ],
      lines: [
        ...around.edges,
        ...around.stubs.map(
          ({ id, at, direction }): Edge =>
            direction === 'up' ? { from: id, to: at, how: 'port' } : { from: at, to: id, how: 'port' },
        ),
      ],
    }),
    [around],
  )
  const placed = usePlaced(boxes, lines)
  const { nodes, edges } = useMemo(() => {
    const at = placed?.at ?? {}
    const tone = (from: string, to: string) => {
      const [a, b] = [around.nodes.get(from) ?? 0, around.nodes.get(to) ?? 0]
      return a <= 0 && b <= 0 ? 'in' : a >= 0 && b >= 0 ? 'out' : 'plain'
    }
    return {
      nodes: boxes.flatMap(({ id, width, height }): (CardNode | StubNode)[] => {
        const position = at[id]
        if (!position) return []
        const stub = around.stubs.find((each) => each.id === id)
        const info = infos(id)
        return [
          stub
            ? {
                id,
                type: 'more',
                position,
                width,
                height,
                data: { id, text: stubText(stub.hidden.length, infos(stub.hidden[0] ?? '').domainTitle) },
              }
            : { id, type: 'card', position, width, height, data: { id, note: info.domainTitle } },
        ]
      }),
      edges: lines.map(({ from, to, how }): LineEdge => {
        const stub = around.stubs.find(({ id }) => id === from || id === to)
        return {
          id: `${from}\n${to}`,
          type: 'line',
          source: from,
          target: to,
          data: {
            way: placed?.ways[`${from}\n${to}`],
            tone: stub ? (stub.direction === 'up' ? 'in' : 'out') : tone(from, to),
            quiet: stub !== undefined || how === 'declared' || isSource(from),
          },
        }
      }),
    }
  }, [boxes, lines, placed, around, infos])
  if (!placed) return <Skeleton className="absolute inset-6 h-auto" />
  return (
    <Flow
      label="Lineage of products"
      nodes={nodes}
      edges={edges}
      nodeTypes={cardTypes}
      placed={placed}
      fitOn={fitOn}
      centre={focus}
      scrolls={scrolls}
    >
      {children}
    </Flow>
  )
}
export const stubText = (hidden: number, domain: string): string => `+${hidden} more in ${domain}`
