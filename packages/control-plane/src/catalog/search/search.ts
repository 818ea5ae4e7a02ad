import type { ProductCard, SearchReply } from '@datamesh/core'
import { type RawBuilder, sql } from 'kysely'
import { cardOf, cardQuery } from '../cards.ts'
import type { CatalogDeps } from '../deps.ts'
import { matchesIn } from './highlight.ts'
import { terms, tsquery } from './query.ts'

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

/** A condition over the row `p` of product: what the caller may see. Null: everything. */
export type VisibleSql = RawBuilder<boolean> | null

/** More matches than this are ordered by where they matched, not by how often: ranking them all costs more than it tells. */
const rankedMost = 500

type Found = {
  total: number
  hits: { id: string; score: number }[] | null
  facets: { facet: string; value: string; count: number }[] | null
}

/** Finds products by words, prefixes and, when nothing else is found, names that are nearly it. Counts tell only what one may see. */
export const search = async (
  question: SearchQuestion,
  visible: VisibleSql,
  deps: CatalogDeps,
): Promise<SearchReply> => {
  const words = terms(question.q)
  let found = await find(
    words.length > 0 ? sql<boolean>`p.search @@ ${tsquery(words)}` : null,
    words,
    question,
    visible,
    deps,
  )
  if (found.total === 0 && words.length > 0) found = await find(nearName(words), words, question, visible, deps)
  const cards = await cardsOf(found.hits ?? [], deps)
  return {
    total: found.total,
    hits: (found.hits ?? []).flatMap(({ id, score }) => {
      const card = cards.get(id)
      return card ? [{ ...card.card, score, matches: matchesIn(card.product, words) }] : []
    }),
    facets: facetsOf(found.facets ?? []),
  }
}

const cardsOf = async (hits: readonly { id: string }[], deps: CatalogDeps) => {
  const cards = new Map<string, { card: ProductCard; product: Parameters<typeof matchesIn>[0] }>()
  if (hits.length === 0) return cards
  const ids = hits.map((hit) => hit.id)
  const now = deps.now()
  for (const row of await cardQuery(deps.store.db).where('product.id', 'in', ids).execute())
    cards.set(row.id, { card: cardOf(row, now), product: row.manifest })
  return cards
}

const find = async (
  match: RawBuilder<boolean> | null,
  words: readonly string[],
  question: SearchQuestion,
  visible: VisibleSql,
  deps: CatalogDeps,
): Promise<Found> => {
  const conditions = [
    ...(match ? [match] : []),
    ...(visible ? [sql<boolean>`(${visible})`] : []),
    ...filters(question, deps.now()),
  ]
  const where = conditions.length > 0 ? sql`where ${sql.join(conditions, sql` and `)}` : sql``
  const { rows } = await sql<Found>`
    with found as materialized (
      select p.id, p.domain, p.alignment, p.classification, p.owner, p.tags, p.port_kinds
      from product p
      ${where}
    ),
    total as (select count(*)::int as n from found)
    select
      (select n from total) as total,
      (select json_agg(h) from (${hits(words, question)}) h) as hits,
      (select json_agg(f) from (${facets}) f) as facets`.execute(deps.store.db)
  return rows[0] as Found
}

/** A hit in the name weighs most; the whole name more than its beginning. */
const hits = (words: readonly string[], { limit, offset }: SearchQuestion): RawBuilder<unknown> => {
  if (words.length === 0) return sql`select id, 0 as score from found order by id limit ${limit} offset ${offset}`
  const query = tsquery(words)
  return sql`
    select f.id, case
        when (select n from total) > ${rankedMost}
          then (case when p.search @@ ${tsquery(words, 'A')} then 1 else 0 end) + (case when p.search @@ ${tsquery(words, 'AB')} then 0.5 else 0 end)
        else ts_rank(p.search, ${query})
          + (case when p.search @@ ${tsquery(words, 'A')} then 1 else 0 end)
      end + (case when p.name = ${words.join('-')} then 2 else 0 end) as score
    from found f
    join product p on p.id = f.id
    order by score desc, f.id
    limit ${limit}
    offset ${offset}`
}

const facets = sql`
  (select 'domain' as facet, domain as value, count(*)::int as count from found group by domain order by count desc, value limit 30)
  union all
  (select 'alignment', alignment, count(*)::int as count from found where alignment is not null group by alignment order by count desc)
  union all
  (select 'classification', classification, count(*)::int as count from found where classification is not null group by classification order by count desc)
  union all
  (select 'owner', owner, count(*)::int as count from found group by owner order by count desc, owner limit 30)
  union all
  (select 'tag', t, count(*)::int as count from found cross join unnest(tags) t group by t order by count desc, t limit 30)
  union all
  (select 'kind', k, count(*)::int as count from found cross join unnest(port_kinds) k group by k order by count desc)`

const facetsOf = (rows: NonNullable<Found['facets']>): SearchReply['facets'] => {
  const grouped: SearchReply['facets'] = { domain: [], alignment: [], classification: [], owner: [], tag: [], kind: [] }
  for (const { facet, value, count } of rows) grouped[facet]?.push({ value, count })
  return grouped
}

const filters = (question: SearchQuestion, now: Date): RawBuilder<boolean>[] => {
  const { domain, alignment, classification, kind, tag, owner, health } = question
  return [
    ...(domain === undefined ? [] : [sql<boolean>`p.domain = ${domain}`]),
    ...(alignment === undefined ? [] : [sql<boolean>`p.alignment = ${alignment}`]),
    ...(classification === undefined ? [] : [sql<boolean>`p.classification = ${classification}`]),
    ...(owner === undefined ? [] : [sql<boolean>`p.owner = ${owner}`]),
    ...(tag === undefined ? [] : [sql<boolean>`p.tags @> array[cast(${tag} as text)]`]),
    ...(kind === undefined ? [] : [sql<boolean>`p.port_kinds @> array[cast(${kind} as text)]`]),
    ...(health === undefined ? [] : [sql<boolean>`${healthSql(now)} = ${health}`]),
  ]
}

/** The same rule as `trustOf` (trust.ts), where the state can filter by it. */
const healthSql = (now: Date): RawBuilder<string> => sql`(
  select case
      when l.state = 'failed' and (s.at is null or l.finished_at >= s.at) then 'failing'
      when s.at is null then 'empty'
      when s.at + make_interval(secs => (r.manifest #>> '{sla,freshness,maxAgeSeconds}')::float8) < cast(${now.toISOString()} as timestamptz) then 'stale'
      else 'ok'
    end
  from release r
  left join head h on h.product = p.id
  left join snapshot s on s.id = h.snapshot_id
  left join lateral (
    select state, finished_at from run
    where run.product = p.id and kind = 'publish' and state in ('succeeded', 'failed')
    order by created_at desc limit 1
  ) l on true
  where r.product = p.id and r.version = p.current_version)`

/** Names that are nearly it: with one letter missing, added, changed or two swapped, every other letter in place. Plain SQL, no extension. */
const nearName = (words: readonly string[]): RawBuilder<boolean> => {
  const patterns = words.filter((word) => word.length >= 3).flatMap(nearPatterns)
  if (patterns.length === 0) return sql<boolean>`false`
  return sql<boolean>`p.name like any (array[${sql.join(patterns)}]::text[])`
}

const nearPatterns = (word: string): string[] => {
  const plain = word.replaceAll(/[\\%_]/g, '\\$&')
  if (plain !== word || word.length > 24) return [`%${plain}%`]
  const at = [...word].map((_, index) => index)
  return [
    `%${word}%`,
    ...at.map((i) => `%${word.slice(0, i)}${word.slice(i + 1)}%`),
    ...at.map((i) => `%${word.slice(0, i)}_${word.slice(i)}%`),
    ...at.map((i) => `%${word.slice(0, i)}_${word.slice(i + 1)}%`),
    ...at.slice(1).map((i) => `%${word.slice(0, i - 1)}${word[i]}${word[i - 1]}${word.slice(i + 1)}%`),
  ].filter((pattern) => pattern.length >= 5)
}
