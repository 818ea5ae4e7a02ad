import { distance, type Point, R, written } from './grid.ts'
import type { Flow, Island, MapLayout } from './layout.ts'

export type Band = { from: Island; to: Island; flows: number; path: string; points: readonly Point[] }

const bent = (a: Point, b: Point, bend: number, steps: number): Point[] => {
  const c = { x: (a.x + b.x) / 2 - (b.y - a.y) * bend, y: (a.y + b.y) / 2 + (b.x - a.x) * bend }
  return Array.from({ length: steps + 1 }, (_, i) => {
    const t = i / steps
    const [u, v, w] = [(1 - t) ** 2, 2 * t * (1 - t), t * t]
    return { x: u * a.x + v * c.x + w * b.x, y: u * a.y + v * c.y + w * b.y }
  })
}
/** The part of a curve that is clear of the hexagons at both ends. */
const cut = (points: readonly Point[], from: readonly Point[], to: readonly Point[], gap: number): Point[] => {
  const clear = (point: Point, cells: readonly Point[]) => cells.every((cell) => distance(point, cell) > gap)
  let first = 0
  let last = points.length - 1
  while (first < last - 4 && !clear(points[first] as Point, from)) first++
  while (last > first + 4 && !clear(points[last] as Point, to)) last--
  return points.slice(first, last + 1)
}

/** Thin where data leaves, wide with a tip where it arrives: the direction is seen without colour. */
export const taper = (points: readonly Point[], width: number): string => {
  const end = points.length - 1
  const tipAt = points[end] as Point
  let tip = 1
  while (tip < end - 2 && distance(tipAt, points[end - tip] as Point) < 9 + width * 0.6) tip++
  const left: string[] = []
  const right: string[] = []
  const across = (from: Point, to: Point): Point => {
    const length = distance(from, to) || 1
    return { x: -(to.y - from.y) / length, y: (to.x - from.x) / length }
  }
  for (let i = 0; i <= end - tip; i++) {
    const point = points[i] as Point
    const side = across(points[Math.max(0, i - 1)] as Point, points[Math.min(end, i + 1)] as Point)
    const half = (width * (0.35 + 0.65 * (i / end))) / 2
    left.push(written({ x: point.x + side.x * half, y: point.y + side.y * half }))
    right.unshift(written({ x: point.x - side.x * half, y: point.y - side.y * half }))
  }
  const base = points[end - tip] as Point
  const side = across(base, tipAt)
  const half = width * 0.5 + 3.2
  const wing = (sign: 1 | -1) => written({ x: base.x + side.x * half * sign, y: base.y + side.y * half * sign })
  return `M${left.join('L')}L${wing(1)}L${written(tipAt)}L${wing(-1)}L${right.join('L')}Z`
}

const spots = ({ cells, x, y }: Island): readonly Point[] => (cells.length > 0 ? cells : [{ x, y }])
const bends = [0.13, -0.13, 0.24, -0.24, 0.36, -0.36]

/** Flows between domains, widest first, bent around islands that stand in the way. */
export const bandsOf = (layout: MapLayout, flows: readonly Flow[], most = 160): { bands: Band[]; left: number } => {
  const counts = new Map<string, number>()
  for (const { from, to } of flows) {
    const [a, b] = [layout.at.get(from)?.product.domain, layout.at.get(to)?.product.domain]
    if (a === undefined || b === undefined || a === b) continue
    counts.set(`${a}\n${b}`, (counts.get(`${a}\n${b}`) ?? 0) + 1)
  }
  const pairs = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  const bands = pairs.slice(0, most).flatMap(([pair, count]): Band[] => {
    const [a = '', b = ''] = pair.split('\n')
    const [from, to] = [layout.islandOf.get(a), layout.islandOf.get(b)]
    if (!from || !to) return []
    const both = counts.has(`${b}\n${a}`)
    let best: { points: Point[]; hits: number } | undefined
    for (const bend of both ? bends.filter((each) => each > 0) : bends) {
      const points = cut(bent(from, to, bend, 48), spots(from), spots(to), R + 13)
      const hits = hitsOf(points, layout.islands, from, to) + Math.abs(bend) * 0.5
      if (!best || hits < best.hits) best = { points, hits }
      if (hits < 1) break
    }
    if (!best) return []
    return [{ from, to, flows: count, points: best.points, path: taper(best.points, 2.4 + Math.min(12, count) * 1.7) }]
  })
  return { bands, left: Math.max(0, pairs.length - most) }
}
const hitsOf = (points: readonly Point[], islands: readonly Island[], from: Island, to: Island): number => {
  let hits = 0
  for (const island of islands) {
    if (island === from || island === to) continue
    const { box } = island
    for (const point of points)
      if (point.x > box.left && point.x < box.right && point.y > box.top && point.y < box.bottom) hits++
  }
  return hits
}

/** A thread between two products. */
export const thread = (from: Point, to: Point): string =>
  `M${cut(bent(from, to, 0.12, 40), [from], [to], R - 1)
    .map(written)
    .join('L')}`
