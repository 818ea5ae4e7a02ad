import type { Reply } from '../api/index.ts'

export type Mesh = Reply<'getMesh'>
export type Answer = Reply<'getLineage'>
export type How = Answer['edges'][number]['how']
type Node = Answer['nodes'][number]

/** A product, or a source outside of the mesh: `file:…`, `external:…`. */
export type Info = {
  id: string
  title: string
  domain: string | null
  domainTitle: string
  health: Mesh['products'][number]['health'] | null
  owner: string | null
}

export type Infos = (id: string) => Info

/** What is known about whatever stands in lineage; what the mesh does not tell is named by itself. */
export const infosOf = (mesh: Mesh): Infos => {
  const titles = new Map(mesh.domains.map(({ name, title }) => [name, title]))
  const known = new Map(
    mesh.products.map((product): [string, Info] => [
      product.id,
      {
        id: product.id,
        title: product.title,
        domain: product.domain,
        domainTitle: titles.get(product.domain) ?? product.domain,
        health: product.health,
        owner: product.owner,
      },
    ]),
  )
  return (id) => known.get(id) ?? outside(id)
}
const outside = (id: string): Info => {
  const source = /^(file|external):(.*)$/.exec(id)
  const [domain, name] = id.split('/')
  if (source || !name)
    return {
      id,
      title: source?.[1] === 'file' ? (source[2]?.split('/').slice(-2).join('/') ?? id) : (source?.[2] ?? id),
      domain: null,
      domainTitle: source?.[1] === 'file' ? 'File' : 'Source outside the mesh',
      health: null,
      owner: null,
    }
  return { id, title: name, domain: domain ?? null, domainTitle: domain ?? '', health: null, owner: null }
}
export const isSource = (id: string): boolean => /^(file|external):/.test(id)

/** The product that a table, model or product belongs to; a source is itself. */
export const ownerOf = (ref: string): string => (isSource(ref) ? ref : (/^[^#:]+/.exec(ref)?.[0] ?? ref))

export type Edge = { from: string; to: string; how: How }

/** Edges between products and sources. */
export const productEdges = ({ edges }: Pick<Answer, 'edges'>): Edge[] => {
  const seen = new Map<string, Edge>()
  for (const { from, to, how } of edges) {
    const edge = { from: ownerOf(from.ref), to: ownerOf(to.ref), how }
    if (edge.from !== edge.to) seen.set(`${edge.from}\n${edge.to}`, edge)
  }
  return [...seen.values()]
}

/** A column by its full name: `domain/product#table.column`, `file:landing/*.csv#.column`. */
export type ColumnId = string
export const columnId = (owner: string, table: string, column: string): ColumnId => `${owner}#${table}.${column}`
export const ownerOfColumn = (id: ColumnId): string => id.slice(0, id.lastIndexOf('#'))
export const tableOfColumn = (id: ColumnId): string => {
  const rest = id.slice(id.lastIndexOf('#') + 1)
  return rest.slice(0, rest.indexOf('.'))
}
export const nameOfColumn = (id: ColumnId): string => {
  const rest = id.slice(id.lastIndexOf('#') + 1)
  return rest.slice(rest.indexOf('.') + 1)
}

export type ColumnGraph = { edges: readonly Edge[]; columns: ReadonlyMap<string, readonly ColumnId[]> }

/** Nearer to a copy comes first. */
const strength: readonly How[] = ['direct', 'port', 'derived', 'declared', 'indirect']
const weaker = (a: How, b: How): How => (strength.indexOf(a) >= strength.indexOf(b) ? a : b)
const stronger = (a: How, b: How): How => (strength.indexOf(a) <= strength.indexOf(b) ? a : b)

/**
 * Columns of tables and sources, with the models between them taken together: a way through a filter is indirect however
 * it goes on, and of two ways the one nearer to a copy counts.
 */
export const columnGraph = ({ edges }: Pick<Answer, 'edges'>): ColumnGraph => {
  const into = new Map<string, { from: Node; how: How }[]>()
  const nodes = new Map<string, Node>()
  for (const { from, to, how } of edges) {
    if (from.column === undefined || to.column === undefined) continue
    nodes.set(keyOf(from), from).set(keyOf(to), to)
    into.set(keyOf(to), [...(into.get(keyOf(to)) ?? []), { from, how }])
  }
  const known = new Map<string, Map<string, How>>()
  const origins = (key: string): Map<string, How> => {
    const before = known.get(key)
    if (before) return before
    const found = new Map<string, How>()
    known.set(key, found)
    for (const { from, how } of into.get(key) ?? []) {
      const ends = from.kind === 'model' ? origins(keyOf(from)) : new Map<string, How>([[keyOf(from), 'direct']])
      for (const [end, before] of ends) {
        const all = weaker(before, how)
        found.set(end, stronger(found.get(end) ?? all, all))
      }
    }
    return found
  }
  const joined: Edge[] = []
  const columns = new Map<string, Set<ColumnId>>()
  const name = (node: Node): ColumnId => {
    const owner = ownerOf(node.ref)
    const table = isSource(node.ref) ? '' : (node.ref.split('#')[1] ?? '')
    const id = columnId(owner, table, node.column ?? '')
    columns.set(owner, (columns.get(owner) ?? new Set()).add(id))
    return id
  }
  for (const [key, node] of nodes) {
    if (node.kind === 'model') continue
    const to = name(node)
    for (const [end, how] of origins(key)) {
      const from = nodes.get(end)
      if (from && end !== key) joined.push({ from: name(from), to, how })
    }
  }
  return { edges: joined, columns: new Map([...columns].map(([owner, ids]) => [owner, [...ids]])) }
}
const keyOf = (node: Node): string => `${node.ref}\n${node.column ?? ''}`

/** What the address says: a full name, or a column of the product in focus, with or without its table. */
export const findColumn = (asked: string, focus: string, graph: ColumnGraph): ColumnId | null => {
  if (asked.includes('#')) return asked
  return graph.columns.get(focus)?.find((id) => nameOfColumn(id) === asked || id === `${focus}#${asked}`) ?? null
}
