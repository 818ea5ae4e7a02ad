import { createHash } from 'node:crypto'
import type { Domain, ReplyOf } from '@datamesh/core'
import { sql } from 'kysely'
import { titleOf } from './cards.ts'
import type { CatalogDeps } from './deps.ts'
import { type Document, healthOf, tierOf } from './search/facts.ts'

type View = ReplyOf<'getMesh'>
type Flow = View['flows'][number]
type Drawn = { etag: string; body: Buffer; moves: number; until: number }

/** Health ages without anybody saying so. */
const drawnMs = 10_000

/** What `getMesh` keeps between two calls: the flows, and the picture for each set of products that somebody may not see. */
export class MeshMemory {
  #moves = 0
  #flows: { all: Flow[]; moves: number } | null = null
  #drawn = new WeakMap<ReadonlySet<string>, Drawn>()
  /** Nothing is hidden from most people: they share one picture. */
  readonly #everything: ReadonlySet<string> = new Set()

  moved(): void {
    this.#moves++
  }

  async flows(db: CatalogDeps['store']['db']): Promise<Flow[]> {
    if (this.#flows?.moves === this.#moves) return this.#flows.all
    const moves = this.#moves
    const { rows } = await sql<Flow>`
      select distinct from_ref as "from", to_ref as "to"
      from lineage_edge
      where level = 'product' and from_kind = 'product' and to_kind = 'product'
      order by 1, 2`.execute(db)
    this.#flows = { all: rows, moves }
    return rows
  }

  async picture(hidden: ReadonlySet<string>, now: number, draw: () => Promise<View>): Promise<Drawn> {
    const key = hidden.size === 0 ? this.#everything : hidden
    const known = this.#drawn.get(key)
    if (known && known.moves === this.#moves && now < known.until) return known
    const moves = this.#moves
    const body = Buffer.from(JSON.stringify(await draw()))
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
    const drawn = { etag, body, moves, until: now + drawnMs }
    this.#drawn.set(key, drawn)
    return drawn
  }
}

/** The whole mesh as JSON, but for the `hidden` products and what flows from and to them: at most two statements, whatever its size. */
export const meshPicture = async (
  hidden: ReadonlySet<string>,
  deps: CatalogDeps,
): Promise<{ etag: string; body: Buffer }> => {
  const now = deps.now().getTime()
  return deps.cache.mesh.picture(hidden, now, async () => {
    const { search, mesh } = deps.cache
    await search.refresh(deps.store)
    const seen = search.documents.filter((document) => document !== null && !hidden.has(document.id)) as Document[]
    const ids = new Set(seen.map(({ id }) => id))
    const flows = (await mesh.flows(deps.store.db)).filter(({ from, to }) => ids.has(from) && ids.has(to))
    const domains = await deps.store.db.selectFrom('domain').select(['parent', 'definition']).orderBy('name').execute()
    return {
      domains: domains.map(({ parent, definition }) => domainOf(definition as Domain, parent)),
      products: seen.map((document) => productOf(document, now)).sort((a, b) => (a.id < b.id ? -1 : 1)),
      flows,
    }
  })
}

const domainOf = (
  { name, title, team, description, alignment }: Domain,
  parent: string | null,
): View['domains'][number] => ({
  name,
  title: title ?? titleOf(name),
  team,
  description,
  alignment,
  parent,
})

const productOf = (document: Document, now: number): View['products'][number] => {
  const { id, name, title, domain, owner, alignment, classification, status, kinds, rows } = document
  const tier = tierOf(document, now)
  return {
    id,
    name,
    title,
    domain,
    owner,
    alignment,
    classification: classification ?? 'restricted',
    tier: tier === 'none' ? null : tier,
    status,
    ports: [...kinds],
    rows,
    health: healthOf(document, now),
  }
}
