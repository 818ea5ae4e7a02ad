/** The hexagons' grid: pointy tops, axial coordinates, one unit is one pixel at zoom 1. */
export const R = 27
export const DX = Math.sqrt(3) * R
export const DY = 1.5 * R

export type Point = { x: number; y: number }
export type Axial = { q: number; r: number }
export type Box = { left: number; top: number; right: number; bottom: number }

export const pointOf = ({ q, r }: Axial): Point => ({ x: DX * (q + r / 2), y: DY * r })
export const keyOf = ({ q, r }: Axial): string => `${q},${r}`
export const around: readonly Axial[] = [
  { q: 1, r: 0 },
  { q: 0, r: 1 },
  { q: -1, r: 1 },
  { q: -1, r: 0 },
  { q: 0, r: -1 },
  { q: 1, r: -1 },
]

/** The cell that a point lies in, near enough. */
export const cellAt = ({ x, y }: Point): Axial => {
  const r = Math.round(y / DY)
  return { q: Math.round(x / DX - r / 2), r }
}

export const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y)
const fixed = (n: number): string => n.toFixed(1)
export const written = ({ x, y }: Point): string => `${fixed(x)} ${fixed(y)}`

/** Corner `i` of a hexagon, clockwise from the upper right. */
const corner = ({ x, y }: Point, radius: number, i: number): Point => {
  const angle = (Math.PI / 180) * (60 * i - 30)
  return { x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle) }
}
export const hexPath = (radius: number, centre: Point = { x: 0, y: 0 }): string =>
  `M${Array.from({ length: 6 }, (_, i) => written(corner(centre, radius, i))).join('L')}Z`

/** Outline of a patch of cells, holes and all: the sides that no neighbour shares, joined end to end. */
export const outline = (cells: readonly Axial[]): string => {
  const own = new Set(cells.map(keyOf))
  // corners lie on a grid of their own: whole numbers are the same corner from whichever cell one comes
  const name = ({ x, y }: Point): string => `${Math.round(x / (DX / 2))},${Math.round(y / (R / 2))}`
  const next = new Map<string, Point>()
  for (const cell of cells)
    for (const [side, step] of around.entries()) {
      if (own.has(keyOf({ q: cell.q + step.q, r: cell.r + step.r }))) continue
      const centre = pointOf(cell)
      next.set(name(corner(centre, R, side)), corner(centre, R, (side + 1) % 6))
    }
  let path = ''
  for (const start of [...next.keys()]) {
    const loop: string[] = []
    for (let to = next.get(start), at = start; to !== undefined; to = next.get(at)) {
      next.delete(at)
      loop.push(written(to))
      at = name(to)
    }
    if (loop.length > 0) path += `M${loop.join('L')}Z`
  }
  return path
}

export const boxOf = (points: readonly Point[], margin = 0): Box => {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity }
  for (const { x, y } of points) {
    box.left = Math.min(box.left, x - margin)
    box.right = Math.max(box.right, x + margin)
    box.top = Math.min(box.top, y - margin)
    box.bottom = Math.max(box.bottom, y + margin)
  }
  return points.length === 0 ? { left: -margin, top: -margin, right: margin, bottom: margin } : box
}
export const inside = ({ x, y }: Point, box: Box): boolean =>
  x >= box.left && x <= box.right && y >= box.top && y <= box.bottom
export const grown = (box: Box, by: number): Box => ({
  left: box.left - by,
  top: box.top - by,
  right: box.right + by,
  bottom: box.bottom + by,
})
