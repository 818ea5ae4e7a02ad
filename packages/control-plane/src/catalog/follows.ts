import type { CatalogDeps } from './deps.ts'

type Deps = Pick<CatalogDeps, 'store' | 'now'>

/** Following twice is following once. */
export const followProduct = async (product: string, principal: string, { store, now }: Deps): Promise<void> => {
  await store.db
    .insertInto('follow')
    .values({ principal, product, since: now() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

export const unfollowProduct = async (product: string, principal: string, { store }: Deps): Promise<void> => {
  await store.db.deleteFrom('follow').where('principal', '=', principal).where('product', '=', product).execute()
}

/** Ids of products, also of those that the principal may not see any more. */
export const followedBy = async (principal: string, { store }: Pick<Deps, 'store'>): Promise<Set<string>> => {
  const rows = await store.db.selectFrom('follow').select('product').where('principal', '=', principal).execute()
  return new Set(rows.map(({ product }) => product))
}

/** Ids of all products of these domains. */
export const productsOf = async (domains: readonly string[], { store }: Pick<Deps, 'store'>): Promise<string[]> => {
  if (domains.length === 0) return []
  const rows = await store.db.selectFrom('product').select('id').where('domain', 'in', domains).execute()
  return rows.map(({ id }) => id)
}
