import { describe, expect, it } from 'vitest'
import { walk } from '../viz/arrows.ts'
import { bandsOf } from './bands.ts'
import { around, keyOf, outline } from './grid.ts'
import { placeLabels } from './labels.ts'
import { layoutMesh, type MapProduct } from './layout.ts'

const aligned = ['source-aligned', 'aggregate-aligned', 'consumer-aligned'] as const
const numbers = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296
  return seed / 4_294_967_296
}
const meshOf = (n: number, domainCount = Math.max(1, Math.round(n / 14))) => {
  const next = numbers(7)
  const domains = Array.from({ length: domainCount }, (_, i) => ({
    name: `domain-${i}`,
    alignment: aligned[i % 3] ?? null,
  }))
  const products = Array.from({ length: n }, (_, i): MapProduct => {
    const domain = `domain-${Math.floor(next() * domainCount)}`
    return { id: `${domain}/p${i}`, domain, alignment: aligned[Math.floor(next() * 3)] ?? null }
  })
  const one = () => products[Math.floor(next() * n)]?.id ?? ''
  const flows = Array.from({ length: n }, () => ({ from: one(), to: one() })).filter(({ from, to }) => from !== to)
  return { domains, products, flows }
}
const laid = (mesh: ReturnType<typeof meshOf>, kept = {}) => layoutMesh(mesh.domains, mesh.products, mesh.flows, kept)
const picture = (layout: ReturnType<typeof laid>) =>
  layout.islands.map(({ domain, cells }) => [domain, cells.map(({ product, q, r }) => [product.id, q, r])])

describe('the layout of the map', () => {
  it.each([1, 8, 70, 300, 1_000])(
    'gives each of %i products one cell of its own, a cell away from other islands',
    (n) => {
      const layout = laid(meshOf(n))
      const owner = new Map<string, string>()
      for (const { domain, ground } of layout.islands)
        for (const cell of ground) {
          expect(owner.has(keyOf(cell))).toBe(false)
          owner.set(keyOf(cell), domain)
        }
      expect(layout.at.size).toBe(n)
      for (const { domain, ground } of layout.islands)
        for (const { q, r } of ground)
          for (const step of around)
            expect([undefined, domain]).toContain(owner.get(keyOf({ q: q + step.q, r: r + step.r })))
    },
  )

  it('is the same picture whatever the order of the lists', () => {
    const mesh = meshOf(120)
    const other = {
      domains: mesh.domains.toReversed(),
      products: mesh.products.toReversed(),
      flows: mesh.flows.toReversed(),
    }
    expect(picture(laid(other))).toEqual(picture(laid(mesh)))
  })

  it('moves no other island when a product is added, even when its own island outgrows its place', () => {
    const mesh = meshOf(90)
    let before = laid(mesh)
    for (let i = 0; i < 40; i++) {
      const product = { id: `domain-3/new${i}`, domain: 'domain-3', alignment: 'source-aligned' }
      mesh.products.push(product)
      mesh.flows.push({ from: product.id, to: mesh.products[i]?.id ?? '' })
      const after = laid(mesh, before.places)
      const others = (layout: typeof after) => picture(layout).filter(([domain]) => domain !== 'domain-3')
      expect(others(after)).toEqual(others(before))
      before = after
    }
  })

  it('moves nothing without memory either while the products fit', () => {
    const mesh = meshOf(40, 8)
    const before = laid(mesh).places
    mesh.products.push({ id: 'domain-2/one-more', domain: 'domain-2', alignment: null })
    const roomy = Object.entries(before).filter(([name]) => name !== 'domain-2')
    expect(Object.entries(laid(mesh).places).filter(([name]) => name !== 'domain-2')).toEqual(roomy)
  })

  it('does not trust places that lie over each other', () => {
    const mesh = meshOf(40, 5)
    const same = Object.fromEntries(mesh.domains.map(({ name }) => [name, { q: 0, r: 0, room: 19 }]))
    const cells = laid(mesh, same).islands.flatMap(({ ground }) => ground.map(keyOf))
    expect(new Set(cells).size).toBe(cells.length)
  })

  it('puts source-aligned products left of consumer-aligned ones', () => {
    for (const { cells } of laid(meshOf(200)).islands) {
      const xs = (alignment: string) => cells.filter((cell) => cell.product.alignment === alignment).map(({ x }) => x)
      const [sources, consumers] = [xs('source-aligned'), xs('consumer-aligned')]
      if (sources.length > 0 && consumers.length > 0)
        expect(Math.max(...sources)).toBeLessThanOrEqual(Math.min(...consumers))
    }
  })

  it('keeps a place for a domain without products', () => {
    const layout = layoutMesh([{ name: 'empty', alignment: null }], [], [])
    expect(layout.islandOf.get('empty')?.ground).toHaveLength(1)
  })

  it('lays out 300 products in less than 200 ms and 3,000 at all', () => {
    laid(meshOf(50))
    const mesh = meshOf(300)
    const began = performance.now()
    laid(mesh)
    expect(performance.now() - began).toBeLessThan(200)
    expect(laid(meshOf(3_000)).at.size).toBe(3_000)
    expect(laid(meshOf(3_000, 3)).at.size).toBe(3_000)
  })
})

describe('what is drawn between and beside the islands', () => {
  it('draws one band for each pair of domains that exchange data, widest first', () => {
    const mesh = meshOf(70, 6)
    const layout = laid(mesh)
    const { bands } = bandsOf(layout, mesh.flows)
    const pairs = new Set(
      mesh.flows
        .map(({ from, to }) => [from.split('/')[0], to.split('/')[0]])
        .filter(([a, b]) => a !== b)
        .map((pair) => pair.join('>')),
    )
    expect(new Set(bands.map(({ from, to }) => `${from.domain}>${to.domain}`))).toEqual(pairs)
    expect(bands.map(({ flows }) => flows)).toEqual(bands.map(({ flows }) => flows).toSorted((a, b) => b - a))
  })

  it('writes names that do not lie over each other unless it says that they are crowded', () => {
    const mesh = meshOf(150, 12)
    const layout = laid(mesh)
    const labels = placeLabels(layout.islands, bandsOf(layout, mesh.flows).bands, ({ domain }) => domain, 15)
    expect(labels.filter(({ crowded }) => crowded)).toEqual([])
    expect(labels).toHaveLength(12)
  })

  it('outlines a patch in one closed line, with one more around a hole', () => {
    const ring = around.map((cell) => cell)
    expect(outline([...ring, { q: 0, r: 0 }]).match(/Z/g)).toHaveLength(1)
    expect(outline(ring).match(/Z/g)).toHaveLength(2)
  })

  it('walks to the nearest hexagon in the direction of the arrow', () => {
    const places = [
      { x: 47, y: 0, name: 'right' },
      { x: 23, y: 40, name: 'below' },
      { x: 300, y: 0, name: 'far' },
    ]
    expect(walk({ x: 0, y: 0 }, 'ArrowRight', places)?.name).toBe('right')
    expect(walk({ x: 0, y: 0 }, 'ArrowDown', places)?.name).toBe('below')
    expect(walk({ x: 0, y: 0 }, 'ArrowLeft', places)).toBeNull()
  })
})
