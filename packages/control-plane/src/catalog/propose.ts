import {
  type Bundle,
  type DataProduct,
  MeshError,
  type Plan,
  planProduct,
  thisRelease,
  type Written,
  writtenAmong,
} from '@datamesh/core'
import { sql } from 'kysely'
import { consumersOf } from './consumers.ts'
import { bundleDigest, readBundle, refuseMistakes } from './declared.ts'
import type { CatalogDeps } from './deps.ts'

export type Proposal = {
  product: DataProduct
  plan: Plan
  digest: string
  /** Version that is served now; null: never registered. */
  current: string | null
  /** The very same files are registered already. */
  registered: boolean
  written: Written | null
  /** Policies stand in the way; the plan tells where. */
  blocked: boolean
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
  const digest = bundleDigest(bundle)
  const plan = planProduct({
    current,
    proposed: product,
    digest,
    consumers: await consumersOf(product.id, deps),
    installation: thisRelease,
    readers: await portReaders(product.id, deps),
  })
  // Warnings of the manifest are worth seeing in the plan as well.
  plan.issues.unshift(...issues.map((issue) => ({ ...issue })))
  const written = writtenAmong(bundle.files, bundle.manifest)
  const proposal = { product, plan, digest, current: current?.version ?? null, registered: current?.digest === digest }
  return { ...proposal, written, blocked: await askPolicies(bundle, { ...proposal, written }, deps) }
}

/** What policies say becomes part of the plan. What is registered already is told and no more stopped. @returns whether they stop it */
const askPolicies = async (
  bundle: Bundle,
  { product, plan, current, registered, written }: Omit<Proposal, 'blocked'>,
  deps: CatalogDeps,
): Promise<boolean> => {
  if (deps.policies === undefined) return false
  const { verdicts, blocking } = await deps.policies({ moment: 'plan', product, files: bundle.files, written, current })
  plan.verdicts = verdicts
  if (registered || blocking.length === 0) return false
  plan.issues.push(...blocking.map((issue) => ({ ...issue })))
  plan.ok = false
  return true
}

const currentRelease = async (product: string, deps: CatalogDeps) => {
  const row = await deps.store.db
    .selectFrom('release')
    .innerJoin('product', (join) =>
      join.onRef('product.id', '=', 'release.product').onRef('product.current_version', '=', 'release.version'),
    )
    .select(['release.version', 'release.digest', 'release.manifest'])
    .where('release.product', '=', product)
    .executeTakeFirst()
  return row ? { version: row.version, digest: row.digest, product: row.manifest as DataProduct } : null
}

/** Who has read each port in the last 30 days. */
const portReaders = async (product: string, deps: CatalogDeps): Promise<Record<string, number>> => {
  const since = new Date(deps.now().getTime() - 30 * 86_400_000).toISOString().slice(0, 10)
  const { rows } = await sql<{ port: string; n: number }>`
    select port, count(distinct principal)::int as n
    from port_read
    where product = ${product} and day >= cast(${since} as date)
    group by port`.execute(deps.store.db)
  return Object.fromEntries(rows.map((row) => [row.port, row.n]))
}
