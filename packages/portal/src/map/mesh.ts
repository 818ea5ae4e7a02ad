import type { Reply } from '../api/index.ts'

export type Mesh = Reply<'getMesh'>
export type MeshProduct = Mesh['products'][number]
export type MeshDomain = Mesh['domains'][number]

/** The mesh with its neighbours at hand. */
export type MeshIndex = {
  mesh: Mesh
  product: ReadonlyMap<string, MeshProduct>
  domain: ReadonlyMap<string, MeshDomain>
  productsOf: ReadonlyMap<string, readonly MeshProduct[]>
  reads: ReadonlyMap<string, readonly string[]>
  feeds: ReadonlyMap<string, readonly string[]>
}

export const indexMesh = (mesh: Mesh): MeshIndex => {
  const product = new Map(mesh.products.map((each) => [each.id, each]))
  const seen = mesh.flows.filter(({ from, to }) => product.has(from) && product.has(to) && from !== to)
  const neighbours = (key: 'from' | 'to', value: 'from' | 'to') => {
    const lists = new Map<string, string[]>()
    for (const flow of seen) lists.set(flow[key], [...(lists.get(flow[key]) ?? []), flow[value]])
    for (const [id, list] of lists) lists.set(id, [...new Set(list)].sort())
    return lists
  }
  const domain = new Map(mesh.domains.map((each) => [each.name, each]))
  for (const { domain: name } of mesh.products)
    if (!domain.has(name))
      domain.set(name, { name, title: name, team: '', description: '', alignment: '', parent: null })
  return {
    mesh,
    product,
    domain,
    productsOf: Map.groupBy(mesh.products, (each) => each.domain),
    reads: neighbours('to', 'from'),
    feeds: neighbours('from', 'to'),
  }
}

export type DomainLink = { domain: string; flows: number }

/** Domains that a domain takes data from and gives data to, most flows first. */
export const domainLinks = (index: MeshIndex, domain: string): { reads: DomainLink[]; feeds: DomainLink[] } => {
  const [reads, feeds] = [new Map<string, number>(), new Map<string, number>()]
  const add = (to: Map<string, number>, id: string) => {
    const other = index.product.get(id)?.domain
    if (other !== undefined && other !== domain) to.set(other, (to.get(other) ?? 0) + 1)
  }
  for (const { id } of index.productsOf.get(domain) ?? []) {
    for (const each of index.reads.get(id) ?? []) add(reads, each)
    for (const each of index.feeds.get(id) ?? []) add(feeds, each)
  }
  const sorted = (links: Map<string, number>): DomainLink[] =>
    [...links]
      .map(([name, flows]) => ({ domain: name, flows }))
      .sort((a, b) => b.flows - a.flows || (a.domain < b.domain ? -1 : 1))
  return { reads: sorted(reads), feeds: sorted(feeds) }
}

/** Products whose title, name, domain or owner holds all the words; names that begin with them first. Null: nothing is asked. */
export const findProducts = (index: MeshIndex, words: string): MeshProduct[] | null => {
  const asked = words.toLowerCase().split(/\s+/).filter(Boolean)
  const [first] = asked
  if (first === undefined) return null
  return index.mesh.products
    .filter((each) => {
      const text = `${each.title} ${each.id} ${each.owner} ${index.domain.get(each.domain)?.title ?? ''}`.toLowerCase()
      return asked.every((word) => text.includes(word))
    })
    .sort(
      (a, b) =>
        Number(b.title.toLowerCase().startsWith(first)) - Number(a.title.toLowerCase().startsWith(first)) ||
        (a.title < b.title ? -1 : 1),
    )
}

/** `3 failing, 1 stale`; empty when all is well. */
export const troubles = (products: readonly MeshProduct[]): { failing: number; stale: number; empty: number } => ({
  failing: products.filter(({ health }) => health === 'failing').length,
  stale: products.filter(({ health }) => health === 'stale').length,
  empty: products.filter(({ health }) => health === 'empty').length,
})
