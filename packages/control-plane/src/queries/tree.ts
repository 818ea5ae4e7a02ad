import { type Actor, maskOf, type ReplyOf } from '@datamesh/core'
import type { QueryDeps } from './deps.ts'
import { type RelationNames, relationText } from './names.ts'
import { decideTable, publishedEntry } from './reading.ts'

type Tree = ReplyOf<'sqlCatalog'>
type TreeProduct = Tree['domains'][number]['products'][number]

/** Everything that a query of the actor could name, and what it would be refused. */
export const treeFor = async (actor: Actor, names: RelationNames, deps: QueryDeps): Promise<Tree> => {
  const sight = await deps.access.sightOf(actor)
  const ids = [...new Set([...names.all()].map(({ product }) => product))].filter((id) => sight.visible(id)).sort()
  const domains = new Map<string, TreeProduct[]>()
  for (const id of ids) {
    const product = await productOf(actor, id, names, deps)
    if (product === null) continue
    const domain = id.split('/')[0] as string
    domains.set(domain, [...(domains.get(domain) ?? []), product])
  }
  return {
    domains: [...domains].map(([name, products]) => ({ name, schema: name.replaceAll('-', '_'), products })),
  }
}

const productOf = async (
  actor: Actor,
  id: string,
  names: RelationNames,
  deps: QueryDeps,
): Promise<TreeProduct | null> => {
  const entry = await publishedEntry(id, deps)
  if (entry === null) return null
  const tables: TreeProduct['tables'] = []
  let readable = false
  let because = ''
  for (const table of entry.head.tables) {
    const relation = names.of(id, table.name)
    if (relation === undefined) continue
    const decision = await decideTable(actor, entry, table, deps)
    readable ||= decision.allow
    because ||= decision.because
    tables.push({
      table: table.name,
      relation: relationText(relation),
      columns: table.columns.map(({ name, type, description }) => ({
        name,
        type,
        description,
        masked: maskOf(decision.masks, name) !== undefined,
      })),
    })
  }
  return { id, title: entry.product.title ?? entry.product.name, readable, because, tables }
}
