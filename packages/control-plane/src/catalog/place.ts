import { MeshError } from '@datamesh/core'
import type { CatalogDeps } from './deps.ts'

const slug = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

/** The domain that a new product would belong to, when its name is one and still free. @throws request-invalid, domain-unknown, already-there */
export const placeFor = async (
  { domain, name }: { domain: string; name: string },
  { store: { db } }: Pick<CatalogDeps, 'store'>,
) => {
  if (!slug.test(name) || name.length > 60)
    throw new MeshError('request-invalid', {
      what: `"${name}" is no name of a product; write lower case words joined by -, as order-items`,
    })
  const home = await db.selectFrom('domain').selectAll().where('name', '=', domain).executeTakeFirst()
  if (!home) throw new MeshError('domain-unknown', { domain, product: `${domain}/${name}` })
  const taken = await db.selectFrom('product').select('id').where('id', '=', `${domain}/${name}`).executeTakeFirst()
  if (taken) throw new MeshError('already-there', { what: `product ${taken.id}` })
  return home
}
