import { sql } from 'kysely'
import type { Store } from '../../store/index.ts'
import { type CardRow, cardQuery } from '../cards.ts'
import type { CatalogDeps } from '../deps.ts'
import { type CardFigures, figuresOf, firstDay, newest } from '../figures.ts'
import { type NamedColumn, readColumns } from './columns.ts'
import { type Document, documentFrom, type Stored } from './facts.ts'
import { lexemesOf, Vocabulary } from './vocabulary.ts'

type Db = Pick<Store, 'db'>

const pageRows = 1000
const mostCards = 2000
/** What is counted about products is counted again after this long; reads are told to nobody. */
const countedMs = 30_000

/**
 * The search documents of the state (`product.search`, written with every apply and publish in its transaction), as postings in memory.
 * Over 10,000 products Postgres needs 20 to 50 ms for a common word, on the embedded state's only connection; this needs about one and
 * asks nothing. What moves is read again before the next search: a process finds its own writes at once, others within a notification.
 */
export class SearchMemory {
  documents: (Document | null)[] = []
  vocabulary = new Vocabulary()
  #at = new Map<string, number>()
  #dead = 0
  #moves = 0
  #moved: Set<string> | 'everything' = 'everything'
  #loading: Promise<void> | null = null
  #cards = new Map<string, CardRow>()
  #columns = new Map<string, NamedColumn[]>()
  #figures = new Map<string, { figures: CardFigures; until: number }>()
  #reads: { all: ReadonlyMap<string, number>; until: number } | null = null
  #stems = new Map<string, string>()

  get size(): number {
    return this.#at.size
  }

  /** The product changed; without an id: anything may have. */
  moved(id?: string): void {
    this.#moves++
    if (id === undefined || id === '') {
      this.#moved = 'everything'
      this.#cards.clear()
      this.#columns.clear()
      this.#figures.clear()
      return
    }
    this.#cards.delete(id)
    this.#columns.delete(id)
    this.#figures.delete(id)
    this.#addMoved(id)
  }

  #addMoved(id: string): void {
    if (this.#moved !== 'everything') this.#moved.add(id)
  }

  /** Reads what has moved since the last time. */
  async refresh(store: Db): Promise<void> {
    // also while somebody else reads: until then this is neither as it was nor as it will be
    while (this.#loading !== null || this.#moved === 'everything' || this.#moved.size > 0) {
      this.#loading ??= this.#load(store).finally(() => {
        this.#loading = null
      })
      await this.#loading
    }
  }

  async #load(store: Db): Promise<void> {
    const moved = this.#moved
    this.#moved = new Set()
    try {
      if (moved === 'everything') await this.#loadAll(store)
      else await this.#loadSome([...moved], store)
    } catch (error) {
      // What was not read has still moved.
      if (moved === 'everything') this.#moved = moved
      else for (const id of moved) this.#addMoved(id)
      throw error
    }
    if (this.#dead > 1000 && this.#dead > this.#at.size / 4) this.#moved = 'everything'
  }

  async #loadAll(store: Db): Promise<void> {
    this.documents = []
    this.vocabulary = new Vocabulary()
    this.#at.clear()
    this.#dead = 0
    let after = ''
    for (;;) {
      const rows = await read(store, after, null)
      for (const row of rows) this.#add(row)
      if (rows.length < pageRows) return
      after = rows.at(-1)?.id ?? ''
    }
  }

  async #loadSome(ids: string[], store: Db): Promise<void> {
    for (let start = 0; start < ids.length; start += pageRows) {
      const some = ids.slice(start, start + pageRows)
      const rows = await read(store, '', some)
      for (const id of some) this.#remove(id)
      for (const row of rows) this.#add(row)
    }
  }

  #remove(id: string): void {
    const at = this.#at.get(id)
    if (at === undefined) return
    this.documents[at] = null
    this.#at.delete(id)
    this.#dead++
  }

  #add(stored: Stored): void {
    const at = this.documents.push(documentFrom(stored)) - 1
    this.#at.set(stored.id, at)
    for (const { lexeme, weight, count, inColumn } of lexemesOf(stored.search ?? ''))
      this.vocabulary.add(lexeme, at, weight * (1 + Math.log(count) / 4), inColumn)
  }

  /** The English stem of each word as the state's dictionary makes it; asked once per word. */
  async stems(words: readonly string[], { db }: Db): Promise<string[]> {
    const unknown = words.filter((word) => !this.#stems.has(word))
    if (unknown.length > 0) {
      const { rows } = await sql<{ word: string; stem: string | null }>`
        select word, (ts_lexize('english_stem', word))[1] as stem
        from unnest(cast(${unknown} as text[])) word`.execute(db)
      if (this.#stems.size > 20_000) this.#stems.clear()
      for (const { word, stem } of rows) this.#stems.set(word, stem ?? word)
    }
    return words.map((word) => this.#stems.get(word) ?? word)
  }

  async cards(ids: readonly string[], { db }: Db): Promise<Map<string, CardRow>> {
    const missing = ids.filter((id) => !this.#cards.has(id))
    const found = new Map(ids.flatMap((id) => (this.#cards.has(id) ? [[id, this.#cards.get(id) as CardRow]] : [])))
    if (missing.length === 0) return found
    const moves = this.#moves
    for (const row of await cardQuery(db).where('product.id', 'in', missing).execute()) {
      found.set(row.id, row)
      // What moved while we read is read again next time.
      if (moves === this.#moves) this.#cards.set(row.id, row)
    }
    forgetOldest(this.#cards)
    return found
  }

  /** Columns of each product: as published, otherwise as declared. */
  async columns(ids: readonly string[], { db }: Db): Promise<Map<string, NamedColumn[]>> {
    const found = new Map(ids.map((id) => [id, this.#columns.get(id)]))
    const missing = ids.filter((id) => found.get(id) === undefined)
    const moves = this.#moves
    for (const { product, columns } of missing.length === 0 ? [] : await readColumns(missing, db)) {
      found.set(product, columns)
      if (moves === this.#moves) this.#columns.set(product, columns)
    }
    forgetOldest(this.#columns)
    return new Map([...found].map(([id, columns]) => [id, columns ?? []]))
  }

  /** What is counted about the products of a page; at most half a minute old. */
  async figures(ids: readonly string[], deps: Pick<CatalogDeps, 'store' | 'now'>): Promise<Map<string, CardFigures>> {
    const now = deps.now().getTime()
    const found = new Map<string, CardFigures>()
    for (const id of ids) {
      const known = this.#figures.get(id)
      if (known && now < known.until) found.set(id, known.figures)
    }
    const missing = ids.filter((id) => !found.has(id))
    const moves = this.#moves
    for (const [id, figures] of await figuresOf(missing, deps)) {
      found.set(id, figures)
      if (moves === this.#moves) this.#figures.set(id, { figures, until: now + countedMs })
    }
    forgetOldest(this.#figures)
    return found
  }

  /** Reads of each product in the last 30 days, for the order of all that is found; at most half a minute old. */
  async reads({ store, now }: Pick<CatalogDeps, 'store' | 'now'>): Promise<ReadonlyMap<string, number>> {
    const at = now()
    if (this.#reads && at.getTime() < this.#reads.until) return this.#reads.all
    const { rows } = await sql<{ product: string; reads: number }>`
      select product, sum(reads)::float8 as reads
      from port_read
      where day > ${firstDay(at)}
      group by product`.execute(store.db)
    const all = new Map(rows.map(({ product, reads }) => [product, reads]))
    this.#reads = { all, until: at.getTime() + countedMs }
    return all
  }
}

const forgetOldest = (kept: Map<string, unknown>): void => {
  for (const id of kept.keys()) {
    if (kept.size <= mostCards) return
    kept.delete(id)
  }
}

const read = async ({ db }: Db, after: string, ids: readonly string[] | null): Promise<Stored[]> => {
  const { rows } = await sql<Stored>`
    select
      p.id, p.name, p.domain, p.classification, p.owner, p.tags, p.lifecycle,
      m.title, m.status, m.sla,
      s.row_count as rows,
      coalesce(p.alignment, d.definition ->> 'alignment') as alignment,
      p.port_kinds as kinds,
      cast(p.search as text) as search,
      p.certifiable,
      s.at as "headAt",
      s.stats,
      ${newest('availability')} as availability,
      ${newest('latency')} as latency,
      l.state as "runState",
      l.finished_at as "runFinishedAt"
    from product p
    join release r on r.product = p.id and r.version = p.current_version
    -- opened once: a manifest is long and lies compressed
    cross join lateral jsonb_to_record(r.manifest) as m (title text, status text, sla jsonb)
    join domain d on d.name = p.domain
    left join head h on h.product = p.id
    left join snapshot s on s.id = h.snapshot_id
    left join lateral (
      select state, finished_at
      from run
      where run.product = p.id and run.kind = 'publish' and run.state in ('succeeded', 'failed')
        and run.params #>> '{asked,dryRun}' = 'false'
      order by created_at desc
      limit 1) l on true
    where ${ids === null ? sql`p.id > ${after}` : sql`p.id = any(cast(${ids} as text[]))`}
    order by p.id
    limit ${pageRows}`.execute(db)
  return rows
}
