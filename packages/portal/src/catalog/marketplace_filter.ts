import type { marketplaceSearch } from '../shell/search.ts'
import { alignmentWord, portWord, readable } from '../words/index.ts'

/** What stands in the address of the marketplace. */
export type Wish = ReturnType<typeof marketplaceSearch>

/** A filter with several values; `named` ones are always offered in this order, others as many come. */
export const facets = [
  { key: 'tier', title: 'Tier', named: ['gold', 'silver', 'bronze', 'none'] },
  {
    key: 'alignment',
    title: 'Alignment',
    named: ['source-aligned', 'aggregate-aligned', 'consumer-aligned'],
  },
  { key: 'domain', title: 'Domain', named: [] },
  { key: 'health', title: 'Health', named: ['ok', 'stale', 'failing', 'empty'] },
  { key: 'access', title: 'Access', named: ['readable', 'requested', 'request'] },
  { key: 'kind', title: 'Port', named: [] },
  { key: 'classification', title: 'Classification', named: ['public', 'internal', 'confidential', 'restricted'] },
  { key: 'tag', title: 'Tag', named: [] },
  { key: 'owner', title: 'Team', named: [] },
] as const satisfies readonly { key: keyof Wish; title: string; named: readonly string[] }[]
export type FacetKey = (typeof facets)[number]['key']

const words: Partial<Record<FacetKey, Readonly<Record<string, string>>>> = {
  tier: { none: 'Not certified' },
  health: { ok: 'Healthy', stale: 'Stale', failing: 'Failing', empty: 'Not published' },
  access: { readable: 'You have access', requested: 'Requested', request: 'On request' },
}
const own: Partial<Record<FacetKey, (value: string) => string>> = {
  alignment: alignmentWord,
  kind: portWord,
  tag: (value) => value,
}
export const valueWord = (key: FacetKey, value: string): string => words[key]?.[value] ?? (own[key] ?? readable)(value)

export const chosen = (wish: Wish, key: FacetKey): readonly string[] => wish[key]?.split(',').filter(Boolean) ?? []

/** The wish without or with one value more. What narrows starts at the first page again. */
export const toggled = (wish: Wish, key: FacetKey, value: string): Wish => {
  const now = chosen(wish, key)
  const next = now.includes(value) ? now.filter((each) => each !== value) : [...now, value]
  const { page: _, [key]: __, ...rest } = wish
  return next.length === 0 ? rest : { ...rest, [key]: next.join(',') }
}
export const without = (wish: Wish, key: FacetKey): Wish => {
  const { page: _, [key]: __, ...rest } = wish
  return rest
}
/** Only what does not narrow is kept. */
export const cleared = ({ view, sort }: Wish): Wish => ({ ...(view && { view }), ...(sort && { sort }) })

export const activeFilters = (wish: Wish): { key: FacetKey; title: string; value: string }[] =>
  facets.flatMap(({ key, title }) => chosen(wish, key).map((value) => ({ key, title, value })))

export const pageSize = 24
/** Words are matched best first; without words what others use comes first. */
export const sortOf = ({
  q,
  sort,
}: {
  q?: string | undefined
  sort?: Wish['sort'] | undefined
}): NonNullable<Wish['sort']> =>
  sort === undefined || (sort === 'relevance' && !q) ? (q ? 'relevance' : 'used') : sort

/** What the search route is asked. */
export const asked = (wish: Wish) => {
  const { view: _, page = 1, ...rest } = wish
  return { ...rest, sort: sortOf(wish), limit: pageSize, offset: (page - 1) * pageSize }
}

/** Values to offer with their counts: named ones first, chosen ones always, even with nothing left. */
export const offered = (
  key: FacetKey,
  counts: readonly { value: string; count: number }[],
  picked: readonly string[],
): { value: string; count: number }[] => {
  const named: readonly string[] = facets.find((each) => each.key === key)?.named ?? []
  const countOf = (value: string) => counts.find((each) => each.value === value)?.count ?? 0
  const known = new Set([...named, ...counts.map(({ value }) => value), ...picked])
  return [...known]
    .map((value) => ({ value, count: countOf(value) }))
    .filter(({ value, count }) => count > 0 || picked.includes(value))
}

/** `two «words» here` → parts, every second one is a hit. */
export const marked = (text: string): { text: string; hit: boolean }[] =>
  text
    .split(/[«»]/)
    .map((part, at) => ({ text: part, hit: at % 2 === 1 }))
    .filter((part) => part.text !== '')
