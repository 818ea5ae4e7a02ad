import { type BodyOf, type DerivedInput, derivedFiles, MeshError, type ReplyOf } from '@datamesh/core'
import type { CatalogDeps } from './deps.ts'
import { placeFor } from './place.ts'
import { getSchema } from './products.ts'
import { noProduct } from './rows.ts'

/**
 * The files of a product over other products that one may find. Registers nothing.
 * @throws not-found, request-invalid, already-there, domain-unknown
 */
export const proposeDerived = async (
  wish: BodyOf<'proposeDerived'>,
  visible: (product: string) => boolean,
  deps: CatalogDeps,
): Promise<ReplyOf<'proposeDerived'>> => {
  const home = await placeFor(wish, deps)
  const inputs: DerivedInput[] = []
  for (const product of new Set(wish.inputs)) {
    if (!visible(product)) throw noProduct(product)
    const [table] = await getSchema(product, deps)
    if (!table || table.columns.length === 0)
      throw new MeshError('request-invalid', { what: `${product} has no columns yet; publish it first` })
    inputs.push({
      product,
      table: table.name,
      columns: table.columns.map((column) => ({ ...column, key: table.key.includes(column.name) })),
    })
  }
  const files = derivedFiles({ ...wish, owner: home.owner, inputs: inputs as [DerivedInput, ...DerivedInput[]] })
  return { bundle: { manifest: 'dataproduct.yaml', files } }
}
