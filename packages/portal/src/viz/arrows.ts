type Point = { x: number; y: number }

const arrows: Record<string, Point> = {
  ArrowRight: { x: 1, y: 0 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowDown: { x: 0, y: 1 },
  ArrowUp: { x: 0, y: -1 },
}
export const isArrow = (key: string): boolean => key in arrows

/** The nearest place in the direction of an arrow key; going sideways counts double. */
export const walk = <T extends Point>(from: Point, key: string, places: Iterable<T>): T | null => {
  const way = arrows[key]
  if (!way) return null
  let best: { place: T; far: number } | null = null
  for (const place of places) {
    const [dx, dy] = [place.x - from.x, place.y - from.y]
    const along = dx * way.x + dy * way.y
    if (along <= 4) continue
    const far = along + (Math.abs(dx * way.y) + Math.abs(dy * way.x)) * 2
    if (!best || far < best.far) best = { place, far }
  }
  return best?.place ?? null
}
