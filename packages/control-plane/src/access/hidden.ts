import type { AccessControl, DataProduct, Resource } from '@datamesh/core'
import { sql } from 'kysely'
import type { Store } from '../store/index.ts'

/**
 * The few facts of every product that finding it depends on, in memory: a search over ten thousand products asks about each of them.
 * Read once, then product by product as they move.
 */
export class ProductFacts {
  readonly #store: Pick<Store, 'db'>
  readonly #known = new Map<string, Resource>()
  readonly #moved = new Set<string>()
  #complete = false
  /** Goes up whenever an answer made from these facts may have changed. */
  generation = 0

  constructor(store: Pick<Store, 'db'>) {
    this.#store = store
  }

  /** The product moved; an empty id: look again at everything. */
  drop(id: string): void {
    this.generation += 1
    if (id === '') this.#complete = false
    else this.#moved.add(id)
  }

  get fresh(): boolean {
    return this.#complete && this.#moved.size === 0
  }

  async all(): Promise<ReadonlyMap<string, Resource>> {
    while (!this.fresh) {
      const everything = !this.#complete
      const moved = [...this.#moved]
      this.#complete = true
      this.#moved.clear()
      try {
        const found = await loadFacts(this.#store, everything ? null : moved)
        if (everything) this.#known.clear()
        for (const id of moved) this.#known.delete(id)
        for (const resource of found) this.#known.set(resource.product as string, resource)
      } catch (error) {
        if (everything) this.#complete = false
        for (const id of moved) this.#moved.add(id)
        throw error
      }
    }
    return this.#known
  }
}

const loadFacts = async ({ db }: Pick<Store, 'db'>, ids: readonly string[] | null): Promise<Resource[]> => {
  const { rows } = await sql<{
    id: string
    domain: string
    owner: string
    status: DataProduct['status']
    access: AccessControl
  }>`
    select p.id, p.domain, p.owner, r.manifest ->> 'status' as status, r.manifest -> 'access' as access
    from product p
    join release r on r.product = p.id and r.version = p.current_version
    where cast(${ids} as text[]) is null or p.id = any(cast(${ids} as text[]))`.execute(db)
  return rows.map((row) => ({
    product: row.id,
    domain: row.domain,
    owner: row.owner,
    status: row.status,
    classification: row.access.classification,
    readers: row.access.readers,
  }))
}
