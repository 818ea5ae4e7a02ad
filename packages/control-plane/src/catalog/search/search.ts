import { type SearchReply, type Standing, tiers } from '@datamesh/core'
import { cardOf } from '../cards.ts'
import type { CatalogDeps } from '../deps.ts'
import { type Document, healthOf, tierOf } from './facts.ts'
import { matchesIn } from './highlight.ts'
import type { SearchMemory } from './memory.ts'

/** What can be filtered and is counted. Several values separated by commas mean any of them. */
export const facetNames = [
  'domain',
  'alignment',
  'classification',
  'owner',
  'tag',
  'kind',
  'health',
  'tier',
  'access',
] as const
type Facet = (typeof facetNames)[number]

export type SearchQuestion = {
  q: string
  limit: number
  offset: number
  sort?: 'relevance' | 'name' | 'used' | 'published' | 'tier' | undefined
} & { [F in Facet]?: string | undefined }

type Hit = { document: Document; score: number }

/** Who searches. What is hidden is in no count either. */
export type Searcher = { visible(product: string): boolean; standingOf(product: string): Standing }

/**
 * Finds products by words, by the beginning of words, by English forms of a word and, when nothing is found, by words with one slip.
 * Every word of the question must be there; a hit in the name weighs most, then tags, owner and domain, then descriptions, then columns.
 * The counts of a facet leave its own filter out: what one would get by choosing another value.
 */
export const search = async (question: SearchQuestion, searcher: Searcher, deps: CatalogDeps): Promise<SearchReply> => {
  const { search: memory } = deps.cache
  await memory.refresh(deps.store)
  const now = deps.now()
  const words = terms(question.q)
  const stems = await memory.stems(words, deps.store)
  const order = orderOf(question, question.sort === 'used' ? await memory.reads(deps) : new Map(), now.getTime())
  const near = (scores: Scores | null) => collect(scores, words, question, searcher, order, memory, now.getTime())
  let found = near(
    scoresOf(
      words.map((word, i) => [...memory.vocabulary.startingWith(word), stems[i] ?? word]),
      words,
      memory,
    ),
  )
  let marked = words
  // a filter that leaves nothing is no slip of the finger
  if (found.matched === 0 && words.length > 0) {
    const slips = words.map((word) => memory.vocabulary.nearly(word))
    found = near(scoresOf(slips, words, memory))
    marked = [...words, ...slips.flat()]
  }
  const ids = found.hits.map((hit) => hit.document.id)
  const [cards, figures] = [await memory.cards(ids, deps.store), await memory.figures(ids, deps)]
  return {
    total: found.total,
    facets: found.facets,
    hits: found.hits.flatMap(({ document, score }) => {
      const row = cards.get(document.id)
      const counted = figures.get(document.id)
      if (!row || !counted) return []
      const card = cardOf(row, counted, (id) => searcher.visible(id), now)
      const matches = matchesIn(row.manifest, marked)
      return [{ ...card, score, matches, access: searcher.standingOf(document.id) }]
    }),
  }
}

/** The words of a question, lower case, at most eight: what is not a letter or digit only separates. */
export const terms = (question: string): string[] =>
  [...new Set(question.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])].slice(0, 8)

/** Score by position of the document; 0: does not match. */
type Scores = Float32Array

/** Null when nothing was asked. `lexemes` of a word: all that stand for it; the best in a document counts. */
const scoresOf = (
  lexemes: readonly (readonly string[])[],
  words: readonly string[],
  memory: SearchMemory,
): Scores | null => {
  let all: Scores | null = null
  for (const [i, forWord] of lexemes.entries()) {
    const scores = new Float32Array(memory.documents.length)
    for (const lexeme of new Set(forWord)) {
      const posting = memory.vocabulary.postings.get(lexeme)
      if (!posting) continue
      const rarity = Math.log(1 + memory.size / posting.documents.length)
      const fit = (lexeme === words[i] ? 1 : 0.7) * (0.2 + rarity)
      for (let at = 0; at < posting.documents.length; at++) {
        const document = posting.documents[at] as number
        const score = (posting.weights[at] as number) * fit
        if (score > (scores[document] as number)) scores[document] = score
      }
    }
    if (all === null) all = scores
    else
      for (let at = 0; at < all.length; at++)
        all[at] = all[at] === 0 || scores[at] === 0 ? 0 : (all[at] as number) + (scores[at] as number)
  }
  return all
}

const mostValues = 30

/** The one value, or the values, that a product counts under. */
const countedUnder: Readonly<
  Record<Facet, (document: Document, searcher: Searcher, now: number) => string | readonly string[] | null>
> = {
  domain: (document) => document.domain,
  alignment: (document) => document.alignment,
  classification: (document) => document.classification,
  owner: (document) => document.owner,
  tag: (document) => document.tags,
  kind: (document) => document.kinds,
  health: (document, _searcher, now) => healthOf(document, now),
  tier: (document, _searcher, now) => tierOf(document, now),
  access: (document, searcher) => {
    const { canRead, how } = searcher.standingOf(document.id)
    return canRead ? 'readable' : how
  },
}
const valuesOf = facetNames.map((name) => countedUnder[name])

const collect = (
  scores: Scores | null,
  words: readonly string[],
  question: SearchQuestion,
  searcher: Searcher,
  order: Order,
  memory: SearchMemory,
  now: number,
) => {
  const filters = facetNames.map((name) => filterOf(question[name]))
  const counts = facetNames.map(() => new Map<string, number>())
  const count = (facet: number, value: string | readonly string[] | null) => {
    const counted = counts[facet] as Map<string, number>
    if (typeof value === 'string') counted.set(value, (counted.get(value) ?? 0) + 1)
    else if (value !== null) for (const each of value) counted.set(each, (counted.get(each) ?? 0) + 1)
  }
  const best = new Best(question.offset + question.limit, order)
  const whole = words.join('-')
  const values: (string | readonly string[] | null)[] = []
  let total = 0
  let matched = 0
  for (let at = 0; at < memory.documents.length; at++) {
    const score = scores === null ? 1 : (scores[at] as number)
    const document = score > 0 ? memory.documents[at] : null
    if (!document || !searcher.visible(document.id)) continue
    matched++
    let failed = 0
    let failedAt = -1
    for (let facet = 0; facet < valuesOf.length && failed < 2; facet++) {
      const value = valuesOf[facet]!(document, searcher, now)
      values[facet] = value
      if (fits(value, filters[facet] as ReadonlySet<string> | null)) continue
      failed++
      failedAt = facet
    }
    if (failed > 1) continue
    if (failed === 1) {
      count(failedAt, values[failedAt] as string | readonly string[] | null)
      continue
    }
    total++
    for (let facet = 0; facet < valuesOf.length; facet++)
      count(facet, values[facet] as string | readonly string[] | null)
    best.offer({ document, score: document.name === whole ? score + 10 : score })
  }
  const facets: SearchReply['facets'] = Object.fromEntries(
    facetNames.map((name, facet) => [name, countsOf(counts[facet] as Map<string, number>, filters[facet] ?? null)]),
  )
  return { total, matched, facets, hits: best.hits.slice(question.offset) }
}

/** `a,b`: a or b. Nothing: no filter. */
const filterOf = (written: string | undefined): ReadonlySet<string> | null => {
  const values = written
    ?.split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '')
  return values === undefined || values.length === 0 ? null : new Set(values)
}

const fits = (value: string | readonly string[] | null, filter: ReadonlySet<string> | null): boolean => {
  if (filter === null) return true
  if (value === null) return false
  return typeof value === 'string' ? filter.has(value) : value.some((each) => filter.has(each))
}

/** The most frequent values; those that are chosen are always among them, so that they can be taken back. */
const countsOf = (counts: Map<string, number>, chosen: ReadonlySet<string> | null) => {
  const all = [...counts]
    .map(([value, n]) => ({ value, count: n }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
  const shown = all.slice(0, mostValues)
  for (const value of chosen ?? [])
    if (!shown.some((each) => each.value === value)) shown.push({ value, count: counts.get(value) ?? 0 })
  return shown
}

/** Smaller comes first; what is equal is ordered by how well it fits, then by id. */
type Order = (a: Document, b: Document) => number

const orderOf = ({ sort }: SearchQuestion, reads: ReadonlyMap<string, number>, now: number): Order => {
  const ranks: readonly string[] = tiers
  const rank = (document: Document) => ranks.indexOf(tierOf(document, now))
  switch (sort) {
    case 'name':
      return (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
    case 'used':
      return (a, b) => (reads.get(b.id) ?? 0) - (reads.get(a.id) ?? 0)
    case 'published':
      return (a, b) => b.publishedAt - a.publishedAt
    case 'tier':
      return (a, b) => rank(b) - rank(a)
    default:
      return () => 0
  }
}

/** The best `room` hits in order. Most offers are refused by one comparison. */
class Best {
  hits: Hit[] = []
  #room: number
  #order: Order
  constructor(room: number, order: Order) {
    this.#room = room
    this.#order = order
  }

  offer(hit: Hit): void {
    const { hits } = this
    if (hits.length === this.#room && !this.#isBetter(hit, hits.at(-1) as Hit)) return
    let low = 0
    let high = hits.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#isBetter(hit, hits[middle] as Hit)) high = middle
      else low = middle + 1
    }
    hits.splice(low, 0, hit)
    if (hits.length > this.#room) hits.pop()
  }

  #isBetter(a: Hit, b: Hit): boolean {
    const order = this.#order(a.document, b.document)
    return order < 0 || (order === 0 && (a.score > b.score || (a.score === b.score && a.document.id < b.document.id)))
  }
}
