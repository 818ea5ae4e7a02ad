import { Graph, layout } from '@dagrejs/dagre'

export type Box = { id: string; width: number; height: number }
export type Line = { from: string; to: string }
type Point = { x: number; y: number }
export type Placed = {
  at: Readonly<Record<string, Point>>
  /** Where a line that passes other boxes goes between them, by `from\nto`; the rest goes straight. */
  ways: Readonly<Record<string, readonly Point[]>>
  bounds: { x: number; y: number; width: number; height: number }
}

export type Gap = { ranks: number; boxes: number }

/** In rows and columns as they come: for what dagre cannot lay out. */
export const grid = (boxes: readonly Box[]): Placed => {
  const across = Math.ceil(Math.sqrt(boxes.length / 2))
  const [width, height] = [Math.max(...boxes.map((box) => box.width)), Math.max(...boxes.map((box) => box.height))]
  const at = Object.fromEntries(
    boxes.map(({ id }, i) => [id, { x: (i % across) * (width + 80), y: Math.floor(i / across) * (height + 40) }]),
  )
  const rows = Math.ceil(boxes.length / across)
  return { at, ways: {}, bounds: { x: 0, y: 0, width: across * (width + 80), height: rows * (height + 40) } }
}

/** From left to right. `tight-tree`: the default ranker of dagre takes minutes above a thousand boxes. */
export const place = (boxes: readonly Box[], lines: readonly Line[], gap: Gap = { ranks: 110, boxes: 24 }): Placed => {
  if (boxes.length === 0) return { at: {}, ways: {}, bounds: { x: 0, y: 0, width: 1, height: 1 } }
  const graph = new Graph()
  graph.setGraph({ rankdir: 'LR', ranker: 'tight-tree', acyclicer: 'greedy', ranksep: gap.ranks, nodesep: gap.boxes })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height })
  for (const { from, to } of lines) if (graph.hasNode(from) && graph.hasNode(to) && from !== to) graph.setEdge(from, to)
  layout(graph)
  const at: Record<string, Point> = {}
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const { id, width, height } of boxes) {
    const { x, y } = graph.node(id) as { x: number; y: number }
    at[id] = { x: x - width / 2, y: y - height / 2 }
    left = Math.min(left, x - width / 2)
    right = Math.max(right, x + width / 2)
    top = Math.min(top, y - height / 2)
    bottom = Math.max(bottom, y + height / 2)
  }
  const ways: Record<string, readonly Point[]> = {}
  for (const { v, w } of graph.edges()) {
    const points = (graph.edge({ v, w }) as { points?: Point[] }).points ?? []
    // first and last lie on the boxes, one more in the gap: only what is beyond leads around something
    if (points.length > 3) ways[`${v}\n${w}`] = points.slice(1, -1)
  }
  return { at, ways, bounds: { x: left, y: top, width: right - left, height: bottom - top } }
}
