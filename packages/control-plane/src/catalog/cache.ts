import type { DataProduct, Snapshot } from '@datamesh/core'
import type { Store } from '../store/index.ts'
import type { Tags } from './column_tags.ts'
import { MeshMemory } from './mesh.ts'
import { SearchMemory } from './search/memory.ts'

/** A product as readers need it on the hot path: definition of the current release and the head. */
export type ProductEntry = {
  product: DataProduct
  release: string
  createdAt: Date
  head: Snapshot | null
  /** What stewards and lineage say about its columns. */
  tags: Tags
}

/** Notified with a product's id when its release or head has moved, within the transaction that moved it. */
export const catalogChannel = 'mesh_catalog'

const mostSnapshots = 256

/**
 * Products and snapshots in memory, so that a page of rows asks the state nothing. Products are dropped when they move: in this process
 * by `drop` right after the commit, in others by NOTIFY. Snapshots never change; they are only pushed out by newer ones.
 */
export class CatalogCache {
  readonly search = new SearchMemory()
  readonly mesh = new MeshMemory()
  hits = 0
  misses = 0
  #products = new Map<string, ProductEntry>()
  #snapshots = new Map<string, Snapshot>()
  /** Counts drops: what was read before a drop must not be kept after it. */
  #moves = 0

  /** The cached product, or what `load` finds. Absent products are not remembered: they may be registered at any moment. */
  async product(id: string, load: () => Promise<ProductEntry | null>): Promise<ProductEntry | null> {
    const known = this.#products.get(id)
    if (known) {
      this.hits++
      return known
    }
    this.misses++
    const moves = this.#moves
    const found = await load()
    if (found && moves === this.#moves) this.#products.set(id, found)
    return found
  }

  async snapshot(id: string, load: () => Promise<Snapshot | null>): Promise<Snapshot | null> {
    const known = this.#snapshots.get(id)
    if (known) {
      this.#snapshots.delete(id)
      this.#snapshots.set(id, known)
      return known
    }
    const found = await load()
    if (found) {
      this.#snapshots.set(id, found)
      if (this.#snapshots.size > mostSnapshots) this.#snapshots.delete(this.#snapshots.keys().next().value as string)
    }
    return found
  }

  /** The product moved; without an id: look again at everything. */
  drop(id?: string): void {
    this.#moves++
    this.search.moved(id)
    this.mesh.moved()
    if (id === undefined || id === '') this.#products.clear()
    else this.#products.delete(id)
    // one that expired elsewhere must not be found here any more
    for (const [key, snapshot] of this.#snapshots) if (snapshot.product === id) this.#snapshots.delete(key)
  }

  forgetSnapshot(id: string): void {
    this.#snapshots.delete(id)
  }

  /** Hears what other processes commit. */
  listen(store: Pick<Store, 'listen'>): Promise<() => Promise<void>> {
    return store.listen(catalogChannel, (id) => this.drop(id))
  }
}
