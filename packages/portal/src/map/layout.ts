import { forceCollide, forceLink, forceSimulation, forceX, forceY, type SimulationNodeDatum } from 'd3-force'
import { type Axial, type Box, boxOf, cellAt, DX, distance, keyOf, type Point, pointOf, R } from './grid.ts'

export type MapDomain = { name: string; alignment: string | null }
export type MapProduct = { id: string; domain: string; alignment: string | null }
export type Flow = { from: string; to: string }

/** Where a domain stands: its middle cell, and how many products it has room for before it needs a wider place. */
export type Place = Axial & { room: number }
export type Kept = Readonly<Record<string, Place>>

export type Cell<P extends MapProduct = MapProduct> = Axial & Point & { product: P }
export type Island<P extends MapProduct = MapProduct> = Point & {
  domain: string
  /** None: a domain without products; it still takes its middle cell. */
  cells: readonly Cell<P>[]
  ground: readonly Axial[]
  box: Box
}
export type MapLayout<P extends MapProduct = MapProduct> = {
  islands: readonly Island<P>[]
  at: ReadonlyMap<string, Cell<P>>
  islandOf: ReadonlyMap<string, Island<P>>
  box: Box
  places: Kept
}

const ranks: Record<string, number> = { 'source-aligned': 0, 'aggregate-aligned': 1, 'consumer-aligned': 2 }
export const rankOf = (alignment: string | null): number => ranks[alignment ?? ''] ?? 1

/** Rooms grow in steps: one more product seldom asks for more ground, so nothing moves. */
const rooms = [4, 7, 12, 19, 27, 37, 48, 61, 80, 102, 130, 165, 210, 270, 350, 460, 600, 800, 1100, 1500, 2000, 3000]
const roomFor = (products: number): number => rooms.find((room) => room >= products) ?? products * 2
/** Free ground between two islands, for bands and names. */
const GAP = 3 * DX

/** Cells around (0,0), nearest first, a little wider than high; always in the same order. */
const spiralOf = (count: number): Axial[] => {
  const reach = Math.ceil(Math.sqrt(count)) + 3
  const cells: (Axial & { far: number })[] = []
  for (let r = -reach; r <= reach; r++)
    for (let q = -2 * reach; q <= 2 * reach; q++) {
      const { x, y } = pointOf({ q, r })
      cells.push({ q, r, far: Math.hypot(x, y * 1.1) })
    }
  return cells.sort((a, b) => a.far - b.far || a.r - b.r || a.q - b.q).slice(0, count)
}
const radiusOf = (spiral: readonly Axial[]): number => {
  const last = spiral.at(-1)
  return last === undefined ? 0 : Math.max(...spiral.map((cell) => distance(pointOf(cell), { x: 0, y: 0 })))
}

/** 0…1, from a name alone. */
const seedOf = (name: string): number => {
  let hash = 2166136261
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 16777619)
  hash ^= hash >>> 15
  return ((Math.imul(hash, 2246822519) ^ (hash >>> 13)) >>> 0) / 4294967296
}

type Ground = SimulationNodeDatum & {
  name: string
  alignment: string | null
  room: number
  radius: number
  kept: Place | null
}

/**
 * Hexagon islands on one shared grid. The same mesh gives the same picture whatever the order of its lists.
 * Domains in `kept` stay where they were while their products fit; one that outgrew its place is the only one that moves.
 */
export const layoutMesh = <P extends MapProduct>(
  domains: readonly MapDomain[],
  products: readonly P[],
  flows: readonly Flow[],
  kept: Kept = {},
): MapLayout<P> => {
  const byDomain = Map.groupBy(products, (product) => product.domain)
  const alignments = new Map<string, string | null>(domains.map(({ name, alignment }) => [name, alignment]))
  for (const name of byDomain.keys()) if (!alignments.has(name)) alignments.set(name, null)
  const radii = new Map<number, number>()
  const radiusFor = (room: number): number => {
    const known = radii.get(room) ?? radiusOf(spiralOf(room))
    radii.set(room, known)
    return known
  }
  const grounds = [...alignments]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, alignment]): Ground => {
      const need = roomFor(byDomain.get(name)?.length ?? 0)
      const place = kept[name]
      const room = Math.max(need, place?.room ?? 0)
      return { name, alignment, room, radius: radiusFor(room), kept: place && place.room >= need ? place : null }
    })
  wish(grounds, flows, new Map(products.map(({ id, domain }) => [id, domain])), kept)
  const places = settle(grounds)

  const islands = [...places].map(([domain, place]): Island<P> => {
    const members = [...(byDomain.get(domain) ?? [])].sort(
      (a, b) => rankOf(a.alignment) - rankOf(b.alignment) || (a.id < b.id ? -1 : 1),
    )
    const ground = spiralOf(Math.max(1, members.length)).map(({ q, r }) => ({ q: q + place.q, r: r + place.r }))
    // from left to right: source-aligned, aggregate-aligned, consumer-aligned
    const spots = ground.map((cell) => ({ ...cell, ...pointOf(cell) })).sort((a, b) => a.x - b.x || a.y - b.y)
    const cells = members.flatMap((product, at) => {
      const spot = spots[at]
      return spot ? [{ ...spot, product }] : []
    })
    const x = spots.reduce((sum, spot) => sum + spot.x, 0) / spots.length
    const y = spots.reduce((sum, spot) => sum + spot.y, 0) / spots.length
    return { domain, cells, ground, x, y, box: boxOf(spots, R + 9) }
  })
  return {
    islands,
    at: new Map(islands.flatMap(({ cells }) => cells.map((cell) => [cell.product.id, cell] as const))),
    islandOf: new Map(islands.map((island) => [island.domain, island])),
    box: boxOf(
      islands.flatMap(({ box }) => [
        { x: box.left, y: box.top },
        { x: box.right, y: box.bottom },
      ]),
      R * 1.4,
    ),
    places: Object.fromEntries(places),
  }
}

/** Where each domain would like to stand: sources left, consumers right, near those that it exchanges data with. */
const wish = (grounds: Ground[], flows: readonly Flow[], domainOf: ReadonlyMap<string, string>, kept: Kept): void => {
  const area = grounds.reduce((sum, { radius }) => sum + Math.PI * (radius + GAP / 2) ** 2, 0) / 0.6
  const height = Math.sqrt(area / 1.75)
  const width = height * 1.75
  const column = ({ alignment, name }: Ground): number =>
    (rankOf(alignment) / 2 - 0.5) * width * 0.72 + (seedOf(`${name}x`) - 0.5) * width * 0.22
  const row = ({ name }: Ground): number => (seedOf(name) - 0.5) * height * 0.9
  for (const ground of grounds) {
    const was = kept[ground.name]
    const start = was ? pointOf(was) : { x: column(ground), y: row(ground) }
    Object.assign(ground, start)
    if (ground.kept) Object.assign(ground, { fx: start.x, fy: start.y })
  }
  const pairs = new Set<string>()
  for (const { from, to } of flows) {
    const [a, b] = [domainOf.get(from), domainOf.get(to)]
    if (a !== undefined && b !== undefined && a !== b) pairs.add(a < b ? `${a}\n${b}` : `${b}\n${a}`)
  }
  const links = [...pairs].sort().map((pair) => {
    const [source = '', target = ''] = pair.split('\n')
    return { source, target }
  })
  forceSimulation(grounds)
    .force('x', forceX<Ground>(column).strength(0.3))
    .force('y', forceY<Ground>(0).strength(0.12))
    .force('collide', forceCollide<Ground>(({ radius }) => radius + GAP / 2).iterations(5))
    .force(
      'link',
      forceLink<Ground, { source: string; target: string }>(links)
        .id(({ name }) => name)
        .distance(GAP)
        .strength(0.02),
    )
    .stop()
    .tick(grounds.length > 80 ? 140 : 260)
}

/** Onto the grid, never nearer than the gap: first those that stay, then the large, then by name. */
const settle = (grounds: readonly Ground[]): Map<string, Place> => {
  const settled: { at: Point; radius: number }[] = []
  const places = new Map<string, Place>()
  const fits = (at: Point, radius: number): boolean =>
    settled.every((other) => distance(at, other.at) >= radius + other.radius + GAP * 0.72)
  const put = ({ name, room, radius }: Ground, cell: Axial): void => {
    settled.push({ at: pointOf(cell), radius })
    places.set(name, { q: cell.q, r: cell.r, room })
  }
  // what was kept by an older version, or by hand, may not fit together: then the later one moves
  const moving = grounds.filter((ground) => {
    const stays = ground.kept !== null && fits(pointOf(ground.kept), ground.radius)
    if (stays && ground.kept) put(ground, ground.kept)
    return !stays
  })
  moving.sort((a, b) => b.room - a.room || (a.name < b.name ? -1 : 1))
  for (const ground of moving) {
    const wished = cellAt({ x: ground.x ?? 0, y: ground.y ?? 0 })
    put(
      ground,
      nearestFree(wished, (cell) => fits(pointOf(cell), ground.radius)),
    )
  }
  return new Map([...places].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Ring by ring outwards; the plane has no end, so there is always one. */
const nearestFree = (from: Axial, free: (cell: Axial) => boolean): Axial => {
  if (free(from)) return from
  for (let ring = 1; ; ring++) {
    const found = ringAround(from, ring)
      .filter(free)
      .map((cell) => ({ cell, far: distance(pointOf(cell), pointOf(from)) }))
      .sort((a, b) => a.far - b.far || (keyOf(a.cell) < keyOf(b.cell) ? -1 : 1))[0]
    if (found) return found.cell
  }
}
const ringAround = ({ q, r }: Axial, ring: number): Axial[] => {
  const cells: Axial[] = []
  for (let dq = -ring; dq <= ring; dq++)
    for (let dr = Math.max(-ring, -dq - ring); dr <= Math.min(ring, -dq + ring); dr++)
      if (Math.max(Math.abs(dq), Math.abs(dr), Math.abs(dq + dr)) === ring) cells.push({ q: q + dq, r: r + dr })
  return cells
}
