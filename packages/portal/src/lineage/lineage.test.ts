import { describe, expect, it } from 'vitest'
import { columnImpact, impactText, productImpact } from './impact.ts'
import { type Answer, columnGraph, columnId, findColumn, type Info, productEdges } from './model.ts'
import { near } from './near.ts'
import { grid, place } from './place.ts'
import { trace } from './trace.ts'

type Edge = Answer['edges'][number]
const node = (ref: string, column?: string): Edge['from'] => ({
  kind: ref.includes('#') ? 'table' : ref.startsWith('file:') ? 'file' : ref.includes(':') ? 'model' : 'product',
  ref,
  ...(column === undefined ? {} : { column }),
})
const edge = (from: [string, string], to: [string, string], how: Edge['how']): Edge => ({
  from: node(...from),
  to: node(...to),
  how,
})

const edges: Edge[] = [
  edge(['file:a.csv', 'when'], ['ops/flights:stg', 'at'], 'direct'),
  edge(['ops/flights:stg', 'at'], ['ops/flights:flights', 'day'], 'derived'),
  edge(['ops/flights:flights', 'day'], ['ops/flights#flights', 'day'], 'direct'),
  edge(['ops/flights#flights', 'day'], ['net/daily:daily', 'day'], 'direct'),
  edge(['ops/flights#flights', 'day'], ['net/daily:daily', 'delays'], 'indirect'),
  edge(['ops/flights#flights', 'delay'], ['net/daily:daily', 'delays'], 'derived'),
  edge(['net/daily:daily', 'day'], ['net/daily#daily', 'day'], 'direct'),
  edge(['net/daily:daily', 'delays'], ['net/daily#daily', 'delays'], 'direct'),
  edge(['net/daily#daily', 'delays'], ['care/report:report', 'worst'], 'derived'),
  edge(['care/report:report', 'worst'], ['care/report#report', 'worst'], 'direct'),
]
const infos = (id: string): Info => ({
  id,
  title: id.split('/')[1] ?? id,
  domain: id.split('/')[0] ?? null,
  domainTitle: '',
  health: 'ok',
  owner: `${id.split('/')[0]}-team`,
})
const contacts = () => [{ role: 'product owner', name: 'Rosa' }]

describe('the graph of columns', () => {
  const graph = columnGraph({ edges })
  const how = (from: string, to: string) => graph.edges.find((each) => each.from === from && each.to === to)?.how

  it('takes the models between two tables together; the weakest step of a way says how', () => {
    expect(how('file:a.csv#.when', 'ops/flights#flights.day')).toBe('derived')
    expect(how('ops/flights#flights.day', 'net/daily#daily.day')).toBe('direct')
    expect(how('ops/flights#flights.day', 'net/daily#daily.delays')).toBe('indirect')
    expect(graph.edges.some(({ from, to }) => `${from} ${to}`.includes(':flights') || to.includes(':daily'))).toBe(
      false,
    )
  })

  it('of two ways takes the one nearer to a copy', () => {
    const twice = columnGraph({
      edges: [
        edge(['a/b#t', 'x'], ['c/d:m', 'y'], 'indirect'),
        edge(['a/b#t', 'x'], ['c/d:n', 'y'], 'direct'),
        edge(['c/d:m', 'y'], ['c/d#t', 'y'], 'direct'),
        edge(['c/d:n', 'y'], ['c/d#t', 'y'], 'direct'),
      ],
    })
    expect(twice.edges).toEqual([{ from: 'a/b#t.x', to: 'c/d#t.y', how: 'direct' }])
  })

  it('does not hang on models that refer to each other', () => {
    const loop = [edge(['a/b:m', 'x'], ['a/b:n', 'x'], 'direct'), edge(['a/b:n', 'x'], ['a/b:m', 'x'], 'direct')]
    expect(columnGraph({ edges: loop }).edges).toEqual([])
  })

  it('finds a column by its short name in the product in focus, or by its full name anywhere', () => {
    expect(findColumn('delays', 'net/daily', graph)).toBe('net/daily#daily.delays')
    expect(findColumn('daily.delays', 'net/daily', graph)).toBe('net/daily#daily.delays')
    expect(findColumn('ops/flights#flights.day', 'net/daily', graph)).toBe('ops/flights#flights.day')
    expect(findColumn('nothing', 'net/daily', graph)).toBeNull()
  })

  it('traces a column up and down, not sideways', () => {
    const { up, down, edges: on } = trace('net/daily#daily.delays', graph.edges)
    expect([...up.keys()].sort()).toEqual(['file:a.csv#.when', 'ops/flights#flights.day', 'ops/flights#flights.delay'])
    expect([...down.keys()]).toEqual(['care/report#report.worst'])
    expect([...on].some(({ to }) => to === 'net/daily#daily.day')).toBe(false)
  })
})

describe('what breaks if something goes', () => {
  it('counts joins and filters, says how, and whom to tell', () => {
    const graph = columnGraph({ edges })
    const impact = columnImpact(columnId('ops/flights', 'flights', 'day'), graph.edges, infos, contacts)
    expect(
      impact.hits.map(({ info, steps, columns }) => [info.id, steps, columns.map(({ name, how }) => `${name} ${how}`)]),
    ).toEqual([
      ['net/daily', 1, ['day direct', 'delays indirect']],
      ['care/report', 2, ['worst indirect']],
    ])
    expect(impactText(impact)).toContain('- daily (net/daily), reads it itself; owner net-team; health ok')
    expect(impactText(impact)).toContain('product owner Rosa')
  })

  it('of a product is all that stands downstream', () => {
    const impact = productImpact('ops/flights', productEdges({ edges }), infos, contacts)
    expect(impact.hits.map(({ info }) => info.id)).toEqual(['net/daily', 'care/report'])
    expect(impactText({ what: 'x', hits: [] })).toContain('nothing that the mesh knows of')
  })
})

describe('what is drawn of a large neighbourhood', () => {
  const star = Array.from({ length: 40 }, (_, i) => ({
    from: 'mid/hub',
    to: `d${i % 3}/p${String(i).padStart(2, '0')}`,
    how: 'port' as const,
  }))
  const domainOf = (id: string) => id.split('/')[0] ?? ''

  it('keeps the rest together by domain until it is opened', () => {
    const first = near('mid/hub', star, domainOf, { depth: 2 })
    expect(first.nodes.size).toBe(8)
    expect(first.stubs.reduce((sum, { hidden }) => sum + hidden.length, 0)).toBe(33)
    expect(first.stubs).toHaveLength(3)
    const [stub] = first.stubs
    const then = near('mid/hub', star, domainOf, { depth: 2, opened: new Set([stub?.id ?? '']) })
    expect(then.nodes.size).toBe(8 + (stub?.hidden.length ?? 0))
    expect(then.stubs).toHaveLength(2)
  })

  it('never draws more than the limit by itself', () => {
    const wide = star.flatMap(({ to }) =>
      Array.from({ length: 40 }, (_, i) => ({ from: to, to: `${to}-${i}`, how: 'port' as const })),
    )
    expect(
      near('mid/hub', [...star, ...wide], domainOf, { depth: 6, perNode: 30, most: 150 }).nodes.size,
    ).toBeLessThanOrEqual(151)
  })

  it('places a tangle of many lines, or leaves it to rows and columns', () => {
    const boxes = Array.from({ length: 150 }, (_, i) => ({ id: `n${i}`, width: 216, height: 60 }))
    const lines = Array.from({ length: 160 }, (_, i) => ({ from: `n${(i * 7) % 150}`, to: `n${(i * 31 + 5) % 150}` }))
    expect(Object.keys(place(boxes, lines).at)).toHaveLength(150)
    const spots = new Set(Object.values(grid(boxes).at).map(({ x, y }) => `${x} ${y}`))
    expect(spots.size).toBe(150)
  })

  it('places every box left of what it feeds, and 150 of them quickly', () => {
    const boxes = Array.from({ length: 150 }, (_, i) => ({ id: `n${i}`, width: 200, height: 50 }))
    const lines = boxes.slice(1).map(({ id }, i) => ({ from: `n${Math.floor(i / 2)}`, to: id }))
    const began = performance.now()
    const { at, bounds } = place(boxes, lines)
    expect(performance.now() - began).toBeLessThan(2_000)
    for (const { from, to } of lines) expect(at[from]?.x ?? 0).toBeLessThan(at[to]?.x ?? 0)
    expect(bounds.width).toBeGreaterThan(1_000)
  })
})
