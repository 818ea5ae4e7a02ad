import { type Bundle, type DataProduct, MeshError, type Plan } from '@datamesh/core'
import { planOf, readBundle, refuseMistakes } from './declared.ts'
import type { CatalogDeps } from './deps.ts'
import { digestOf } from './digest.ts'
import { readersOf } from './lineage.ts'

export type Release = { version: string; digest: string; product: DataProduct; files: Record<string, string> }

export type Proposal = {
  product: DataProduct
  plan: Plan
  current: Release | null
  /** The very same files are registered already as this version. */
  registered: boolean
}

/** Reads a bundle and compares it with what is registered. @throws manifest-invalid, domain-unknown */
export const propose = async (bundle: Bundle, deps: CatalogDeps): Promise<Proposal> => {
  const { products, issues } = readBundle(bundle)
  refuseMistakes(bundle.manifest, issues)
  const [product] = products
  if (!product || products.length > 1)
    throw new MeshError('request-invalid', {
      what: `a bundle holds one data product, this one holds ${products.length}`,
    })
  const { db } = deps.store
  const domain = await db.selectFrom('domain').select('name').where('name', '=', product.domain).executeTakeFirst()
  if (!domain) throw new MeshError('domain-unknown', { domain: product.domain, product: product.id })
  const current = await currentRelease(product.id, deps)
  const digest = digestOf(bundle)
  const sameVersion = await db
    .selectFrom('release')
    .select('digest')
    .where('product', '=', product.id)
    .where('version', '=', product.version)
    .executeTakeFirst()
  const plan = planOf({
    product,
    files: bundle.files,
    current,
    registered: await registeredProducts(product, deps),
    readers: await readersOf(product.id, db),
    issues,
  })
  if (sameVersion && sameVersion.digest !== digest) taken(plan, product)
  return { product, plan, current, registered: current?.version === product.version && current.digest === digest }
}

/** A release is never changed: other files need another version. */
const taken = (plan: Plan, product: DataProduct): void => {
  plan.ok = false
  if (plan.issues.some((issue) => issue.severity === 'error')) return
  plan.issues.push({
    code: 'release-taken',
    severity: 'error',
    message: `version ${product.version} of ${product.id} is registered with other files`,
    path: 'metadata.version',
    fix: `version: ${plan.needs.atLeast === product.version ? 'a higher one' : plan.needs.atLeast}`,
  })
}

const currentRelease = async (product: string, deps: CatalogDeps): Promise<Release | null> => {
  const row = await deps.store.db
    .selectFrom('release')
    .innerJoin('product', (join) =>
      join.onRef('product.id', '=', 'release.product').onRef('product.current_version', '=', 'release.version'),
    )
    .select(['release.version', 'release.digest', 'release.manifest', 'release.files'])
    .where('release.product', '=', product)
    .executeTakeFirst()
  if (!row) return null
  return { version: row.version, digest: row.digest, product: row.manifest as DataProduct, files: row.files }
}

/** The products that this one reads, as they are now. */
const registeredProducts = async (product: DataProduct, deps: CatalogDeps): Promise<DataProduct[]> => {
  const ids = product.inputPorts.flatMap(({ source }) => (source.from === 'product' ? [source.product] : []))
  if (ids.length === 0) return []
  const rows = await deps.store.db
    .selectFrom('release')
    .innerJoin('product', (join) =>
      join.onRef('product.id', '=', 'release.product').onRef('product.current_version', '=', 'release.version'),
    )
    .select('release.manifest')
    .where('product.id', 'in', ids)
    .execute()
  return rows.map((row) => row.manifest as DataProduct)
}
