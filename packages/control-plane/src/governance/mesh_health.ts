import { ailmentsOf, type HealthFacts, type ReplyOf } from '@datamesh/core'
import { sql } from 'kysely'
import { type CatalogDeps, openHealthFacts } from '../catalog/index.ts'

/** The anti-patterns among the products that are visible. Opened once: what is the same for all who ask is looked up once for them. */
export const openMeshHealth = (
  deps: Pick<CatalogDeps, 'store' | 'now'>,
): ((visible: (product: string) => boolean) => Promise<ReplyOf<'meshHealth'>>) => {
  const factsFor = openHealthFacts(deps)
  return async (visible) => {
    const now = deps.now()
    const facts = await factsFor(visible)
    const waivers = (await waiversOf(deps)).filter(({ product }) => visible(product))
    return { at: now.toISOString(), looked: facts.products.length, ...ailmentsOf({ now, ...facts, waivers }) }
  }
}

/** Those that were not ended, and how often the same exception was given. Needed: the policy hits, waived or not. */
const waiversOf = async ({ store }: Pick<CatalogDeps, 'store'>): Promise<HealthFacts['waivers']> => {
  const { rows } = await sql<HealthFacts['waivers'][number]>`
    select
      w.id, w.policy, w.product, w.owner, w.granted_at as "grantedAt", w.until,
      exists (
        select from policy_finding f
        where f.policy = w.policy and f.product = w.product and jsonb_array_length(f.hits) > 0) as needed,
      (select count(*)::int from waiver o where o.policy = w.policy and o.product = w.product) as times
    from waiver w
    where w.ended_at is null
      and not exists (
        select from waiver later
        where later.policy = w.policy and later.product = w.product and later.until > w.until and later.ended_at is null)
    order by w.id`.execute(store.db)
  return rows
}
