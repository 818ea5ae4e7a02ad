import type { SearchReply } from '@datamesh/core'
import { cardOf } from '../cards.ts'
import type { CatalogDeps } from '../deps.ts'
import { trustOf } from '../trust.ts'
import { matchesIn } from './highlight.ts'
import type { Document, SearchMemory } from './memory.ts'

export type SearchQuestion = {
  q: string
  limit: number
  offset: number
  domain?: string | undefined
  alignment?: string | undefined
  classification?: string | undefined
  kind?: string | undefined
  tag?: string | undefined
  owner?: string | undefined
  health?: string | undefined
}

type Hit = { document: Document; score: number }

/** What the caller may see. What is hidden is in no count either. */
export type VisibleProduct = (product: string) => boolean

/**
 * Finds products by words, by the beginning of words, by English forms of a word and, when nothing is found, by words with one slip.
 * Every word of the question must be there; a hit in the name weighs most, then tags, owner and domain, then descriptions, then columns.
 */
export const search = async (
  question: SearchQuestion,
  visible: VisibleProduct,
  deps: CatalogDeps,
): Promise<SearchReply> => {
  const { search: memory } = deps.cache
  await memory.refresh(deps.store)
  const now = deps.now()
  const words = terms(question.q)
  const stems = await memory.stems(words, deps.store)
  const near = (scores: Scores | null) => collect(scores, words, question, visible, memory, now)
  let found = near(
    scoresOf(
      words.map((word, i) => [...memory.vocabulary.startingWith(word), stems[i] ?? word]),
      words,
      memory,
    ),
  )
  let marked = words
  if (found.total === 0 && words.length > 0) {
    const slips = words.map((word) => memory.vocabulary.nearly(word))
    found = near(scoresOf(slips, words, memory))
    marked = [...words, ...slips.flat()]
  }
  const cards = await memory.cards(
    found.hits.map((hit) => hit.document.id),
    deps.store,
  )
  return {
    total: found.total,
    facets: found.facets,
    hits: found.hits.flatMap(({ document, score }) => {
      const row = cards.get(document.id)
      return row
        ? [
            {
              ...cardOf(row, now),
              score,
              matches: matchesIn(row.manifest, marked),
              access: { how: 'request', canRead: false, because: '' },
            },
          ]
        : []
    }),
  }
}

/** The words of a question, lower case, at most eight: what is not a letter or digit only separates. */
const terms = (question: string): string[] =>
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

const facetNames = ['domain', 'alignment', 'classification', 'owner', 'tag', 'kind', 'health'] as const
const mostValues = 30

const collect = (
  scores: Scores | null,
  words: readonly string[],
  question: SearchQuestion,
  visible: VisibleProduct,
  memory: SearchMemory,
  now: Date,
) => {
  const counts = facetNames.map(() => new Map<string, number>())
  const count = (facet: number, value: string | null) => {
    if (value !== null) counts[facet]?.set(value, (counts[facet].get(value) ?? 0) + 1)
  }
  const best = new Best(question.offset + question.limit)
  const whole = words.join('-')
  let total = 0
  for (let at = 0; at < memory.documents.length; at++) {
    const score = scores === null ? 1 : (scores[at] as number)
    const document = score > 0 ? memory.documents[at] : null
    if (!document || !fits(document, question) || !visible(document.id)) continue
    const health = healthOf(document, now)
    if (question.health !== undefined && question.health !== health) continue
    total++
    count(0, document.domain)
    count(1, document.alignment)
    count(2, document.classification)
    count(3, document.owner)
    for (const tag of document.tags) count(4, tag)
    for (const kind of document.kinds) count(5, kind)
    count(6, health)
    best.offer({ document, score: document.name === whole ? score + 10 : score })
  }
  const facets: SearchReply['facets'] = Object.fromEntries(
    facetNames.map((name, facet) => [
      name,
      [...(counts[facet] ?? [])]
        .map(([value, n]) => ({ value, count: n }))
        .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
        .slice(0, mostValues),
    ]),
  )
  return { total, facets, hits: best.hits.slice(question.offset) }
}

const fits = (document: Document, { domain, alignment, classification, kind, tag, owner }: SearchQuestion): boolean =>
  (domain === undefined || document.domain === domain) &&
  (alignment === undefined || document.alignment === alignment) &&
  (classification === undefined || document.classification === classification) &&
  (owner === undefined || document.owner === owner) &&
  (tag === undefined || document.tags.includes(tag)) &&
  (kind === undefined || document.kinds.includes(kind))

const healthOf = (document: Document, now: Date): string =>
  trustOf(
    {
      headAt: document.headAt,
      statistics: null,
      maxAgeSeconds: document.maxAgeSeconds,
      lastRun: document.runState === null ? null : { state: document.runState, finishedAt: document.runFinishedAt },
    },
    now,
  ).health

/** The best `room` hits in order: highest score, then id. Most offers are refused by one comparison. */
class Best {
  hits: Hit[] = []
  #room: number
  constructor(room: number) {
    this.#room = room
  }

  offer(hit: Hit): void {
    const { hits } = this
    if (hits.length === this.#room && !isBetter(hit, hits.at(-1) as Hit)) return
    let low = 0
    let high = hits.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (isBetter(hit, hits[middle] as Hit)) high = middle
      else low = middle + 1
    }
    hits.splice(low, 0, hit)
    if (hits.length > this.#room) hits.pop()
  }
}

const isBetter = (a: Hit, b: Hit): boolean =>
  a.score > b.score || (a.score === b.score && a.document.id < b.document.id)
