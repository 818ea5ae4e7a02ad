import type { Certification } from '@datamesh/core'
import { cardQuery, factsOf } from './cards.ts'
import { factsFor } from './certifiable.ts'
import type { CatalogDeps } from './deps.ts'
import { figuresOf } from './figures.ts'
import { serviceLevels } from './trust.ts'

/** Tier by tier what several products hold and lack, with their levels as measured now. */
export const certificationsNow = async (
  ids: readonly string[],
  deps: CatalogDeps,
): Promise<Map<string, Certification>> => {
  const { store, certify } = deps
  if (ids.length === 0 || certify === undefined) return new Map()
  const rows = await cardQuery(store.db).where('product.id', 'in', ids).execute()
  const figures = await figuresOf([...ids], deps)
  const now = deps.now()
  const levels = new Map(
    rows.map((row) => [
      row.manifest.id,
      serviceLevels(row.manifest.sla, factsOf(row), figures.get(row.manifest.id)?.measured ?? {}, now),
    ]),
  )
  const asked = (await factsFor(ids, store.db)).map((facts) => ({
    ...facts,
    levels: levels.get(facts.product.id) ?? [],
  }))
  const found = await certify(asked)
  return new Map(asked.map(({ product }, i) => [product.id, found[i] ?? []]))
}
