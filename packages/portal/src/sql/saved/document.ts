import type { Reply } from '../../api/index.ts'
import { type Catalog, firstLookAt } from '../tree/catalog.ts'

export type Saved = Reply<'listSavedQueries'>['saved'][number]

/** What is in the editor: where it came from, and what it was before anybody wrote in it. */
export type Document = {
  /** Its draft is kept under this. */
  key: string
  name: string
  base: string
  saved: Saved | null
  /** The address names a saved query that is not there. */
  missing: boolean
}

/** From the address; undefined while what it names is on its way. */
export const documentOf = (
  { q, product }: { q?: string; product?: string },
  saved: readonly Saved[] | undefined,
  catalog: Catalog | undefined,
): Document | undefined => {
  const fresh: Document = { key: 'new', name: 'New query', base: '', saved: null, missing: false }
  if (q !== undefined) {
    if (!saved) return undefined
    const found = saved.find(({ id }) => id === q)
    return found
      ? { key: q, name: found.name, base: found.sql, saved: found, missing: false }
      : { ...fresh, missing: true }
  }
  if (product === undefined) return fresh
  if (!catalog) return undefined
  const sql = firstLookAt(catalog, product)
  return sql === null
    ? fresh
    : { key: `product:${product}`, name: product.split('/')[1] ?? product, base: sql, saved: null, missing: false }
}
