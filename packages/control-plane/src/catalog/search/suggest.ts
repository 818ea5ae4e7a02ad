import type { Domain, ReplyOf } from '@datamesh/core'
import type { CatalogDeps } from '../deps.ts'
import type { SearchMemory } from './memory.ts'
import { type Searcher, search, terms } from './search.ts'

type Suggested = ReplyOf<'suggest'>
/** Somebody who can be found by name. */
export type PersonFound = Suggested['people'][number]

/** So many products are looked into for columns: the first of those that have one that begins like this. */
const mostProducts = 60

/**
 * What somebody who is typing may mean: at most `limit` of each kind. `known`: people whom the caller may find besides those whom the mesh
 * itself names. Nothing typed yet: the products that are read most.
 */
export const suggest = async (
  { q, limit }: { q: string; limit: number },
  searcher: Searcher,
  known: readonly PersonFound[],
  deps: CatalogDeps,
): Promise<Suggested> => {
  const words = terms(q)
  const sort = words.length === 0 ? ('used' as const) : ('relevance' as const)
  const { hits } = await search({ q, limit, offset: 0, sort }, searcher, deps)
  const products = hits.map(({ id, title, domain, tier, description }) => ({ id, title, domain, tier, description }))
  if (words.length === 0) return { products, columns: [], people: [] }
  const { search: memory } = deps.cache
  const columns = await columnsLike(words, limit, searcher, memory, deps)
  const people = await peopleLike(words, searcher, known, memory, deps)
  return { products, columns, people: people.slice(0, limit) }
}

const columnsLike = async (
  words: readonly string[],
  limit: number,
  searcher: Searcher,
  memory: SearchMemory,
  deps: CatalogDeps,
): Promise<Suggested['columns']> => {
  const products = [...withColumnsLike(words, memory)]
    .flatMap((at) => memory.documents[at] ?? [])
    .filter(({ id }) => searcher.visible(id))
    .map(({ id }) => id)
    .sort()
    .slice(0, mostProducts)
  const found: { rank: number; column: Suggested['columns'][number] }[] = []
  const whole = words.join('_')
  for (const [product, columns] of await memory.columns(products, deps.store)) {
    for (const [table, column, type] of columns) {
      const parts = partsOf(column)
      const around = [...parts, ...partsOf(table)]
      // "flights delay" means a column of flights, but at least one word is about the column itself
      if (!words.every((word) => begins(word, around)) || !words.some((word) => begins(word, parts))) continue
      const name = column.toLowerCase()
      const rank = name === whole ? 0 : name.startsWith(whole) ? 1 : words.every((word) => begins(word, parts)) ? 2 : 3
      found.push({ rank, column: { product, table, column, type } })
    }
  }
  return found
    .sort(
      (a, b) =>
        a.rank - b.rank || compare(a.column.column, b.column.column) || compare(a.column.product, b.column.product),
    )
    .slice(0, limit)
    .map((each) => each.column)
}

/** Documents in which a column begins with one of the words, and in which every word stands somewhere. */
const withColumnsLike = (words: readonly string[], { vocabulary }: SearchMemory): Set<number> => {
  let everywhere: Set<number> | null = null
  const inColumn = new Set<number>()
  for (const word of words) {
    const here = new Set<number>()
    for (const lexeme of vocabulary.startingWith(word)) {
      const posting = vocabulary.postings.get(lexeme)
      for (const at of posting?.documents ?? []) here.add(at)
      for (const at of posting?.columns ?? []) inColumn.add(at)
    }
    everywhere = everywhere === null ? here : both(everywhere, here)
  }
  return both(inColumn, everywhere ?? new Set())
}

const both = (a: ReadonlySet<number>, b: ReadonlySet<number>): Set<number> => new Set([...a].filter((at) => b.has(at)))

const peopleLike = async (
  words: readonly string[],
  { visible }: Searcher,
  known: readonly PersonFound[],
  memory: SearchMemory,
  { store }: CatalogDeps,
): Promise<PersonFound[]> => {
  const domains = await store.db.selectFrom('domain').select('definition').orderBy('name').execute()
  const owners = memory.documents.flatMap((document) =>
    document !== null && visible(document.id) ? [{ team: document.owner, domain: document.domain }] : [],
  )
  const named = [
    ...domains.flatMap(({ definition }) => namedBy(definition as Domain)),
    ...owners.map(({ team, domain }) => ({ id: team, name: team, role: 'team', domain })),
    ...known,
  ].filter(({ name, id }) => words.every((word) => begins(word, [...partsOf(name), ...partsOf(id)])))
  const byId = Map.groupBy(named, ({ id }) => id)
  return [...byId.values()]
    .map((same) => {
      const [first] = same as [PersonFound]
      const inDomains = new Set(same.map(({ domain }) => domain))
      return {
        id: first.id,
        name: first.name,
        role: [...new Set(same.map(({ role }) => role))].join(', '),
        domain: inDomains.size === 1 ? first.domain : null,
      }
    })
    .sort((a, b) => compare(a.name, b.name))
}

const namedBy = ({ name, team, roles }: Domain): PersonFound[] => {
  const people = [
    [roles.productOwner, 'product owner'],
    [roles.technicalLead, 'technical lead'],
    [roles.dataSteward, 'data steward'],
  ] as const
  return [
    ...people.flatMap(([person, role]) =>
      person === undefined ? [] : [{ id: person, name: person, role: `${role} of ${name}`, domain: name }],
    ),
    { id: team, name: team, role: 'team', domain: name },
  ]
}

const begins = (word: string, parts: readonly string[]): boolean => parts.some((part) => part.startsWith(word))

/** `delayMinutes` and `delay_minutes`: the words, and all of it without what separates them. */
const partsOf = (name: string): string[] => {
  const split =
    name
      .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  return [split.join(''), ...split]
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
