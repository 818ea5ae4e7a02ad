import type { Band } from './bands.ts'
import { type Box, R } from './grid.ts'
import type { Island } from './layout.ts'

export type Label = { domain: string; x: number; y: number; anchor: 'middle' | 'start' | 'end'; crowded: boolean }

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom

/**
 * Where each island's name stands: above it, else below, right or left of it, wherever it covers least.
 * `size`: font size in grid units, so that names stay readable when the map is small. Crowded names wait until one zooms in.
 */
export const placeLabels = (
  islands: readonly Island[],
  bands: readonly Band[],
  textOf: (island: Island) => string,
  size: number,
  /** Islands without hexagons in them can carry their name. */
  inside = false,
  /** Names should not go beyond. */
  bounds: Box | null = null,
): Label[] => {
  const taken: Box[] = []
  const order = [...islands].sort((a, b) => b.cells.length - a.cells.length || (a.domain < b.domain ? -1 : 1))
  return order.map((island): Label => {
    const width = textOf(island).length * size * 0.56 + size
    const { box } = island
    const [middle, centre] = [island.x, (box.top + box.bottom) / 2]
    const gap = size * 0.45
    const choices = [
      { x: middle, y: box.top - gap, anchor: 'middle' as const, dear: 0 },
      { x: middle, y: box.bottom + gap + size * 0.8, anchor: 'middle' as const, dear: 0.6 },
      { x: box.right + gap, y: centre + size * 0.35, anchor: 'start' as const, dear: 1.6 },
      { x: box.left - gap, y: centre + size * 0.35, anchor: 'end' as const, dear: 1.7 },
      ...(inside && box.right - box.left > width * 1.05
        ? [{ x: middle, y: centre + size * 0.35, anchor: 'middle' as const, dear: 0.3 }]
        : []),
    ].map((choice) => {
      const left = choice.x - (choice.anchor === 'middle' ? width / 2 : choice.anchor === 'end' ? width : 0)
      const area = { left, right: left + width, top: choice.y - size, bottom: choice.y + size * 0.3 }
      let cost = choice.dear
      let covers = 0
      if (bounds && (area.left < bounds.left || area.right > bounds.right)) cost += 6
      for (const band of bands)
        for (const point of band.points)
          if (point.x > area.left && point.x < area.right && point.y > area.top - 4 && point.y < area.bottom + 4)
            cost += 0.5
      for (const other of islands)
        if (other !== island && overlap(area, other.box))
          for (const cell of other.cells)
            if (overlap(area, { left: cell.x - R, right: cell.x + R, top: cell.y - R, bottom: cell.y + R })) covers++
      cost += covers * 4
      const crowded = taken.some((other) => overlap(area, other)) || covers > 3
      return { choice, area, crowded, cost: cost + (crowded ? 40 : 0) }
    })
    const best = choices.reduce((least, each) => (each.cost < least.cost ? each : least))
    if (!best.crowded) taken.push(best.area)
    return { domain: island.domain, ...pick(best.choice), crowded: best.crowded }
  })
}
const pick = ({ x, y, anchor }: Pick<Label, 'x' | 'y' | 'anchor'>) => ({ x, y, anchor })
