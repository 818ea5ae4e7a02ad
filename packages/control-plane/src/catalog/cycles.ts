import { type DataProduct, MeshError } from '@datamesh/core'
import type { Kysely } from 'kysely'
import type { Database } from '../store/index.ts'

/** A product may not read itself, through however many others. @throws product-cycle */
export const refuseCycle = async (product: DataProduct, tx: Kysely<Database>): Promise<void> => {
  const rows = await tx
    .selectFrom('lineage_edge')
    .select(['from_ref', 'product'])
    .where('level', '=', 'product')
    .where('from_kind', '=', 'product')
    .where('product', '!=', product.id)
    .execute()
  const inputs = new Map<string, string[]>()
  for (const row of rows) inputs.set(row.product, [...(inputs.get(row.product) ?? []), row.from_ref])
  inputs.set(product.id, productsReadBy(product))
  const circle = circleFrom(product.id, inputs)
  if (circle) throw new MeshError('product-cycle', { product: product.id, circle: circle.join(' reads ') })
}

/** Ids of products that a definition reads. */
export const productsReadBy = ({ inputPorts }: Pick<DataProduct, 'inputPorts'>): string[] =>
  inputPorts.flatMap(({ source }) => (source.from === 'product' ? [source.product] : []))

/** The way from a product back to itself, or null. */
const circleFrom = (start: string, inputs: ReadonlyMap<string, readonly string[]>): string[] | null => {
  const seen = new Set<string>()
  const visit = (at: string, way: string[]): string[] | null => {
    for (const next of inputs.get(at) ?? []) {
      if (next === start) return [...way, next]
      if (seen.has(next)) continue
      seen.add(next)
      const found = visit(next, [...way, next])
      if (found) return found
    }
    return null
  }
  return visit(start, [start])
}
