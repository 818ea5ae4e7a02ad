import {
  type Bundle,
  type Consumer,
  type DataProduct,
  MeshError,
  type Plan,
  planProduct,
  thisRelease,
} from '@datamesh/core'
import { sql } from 'kysely'
import { bundleDigest, readBundle, refuseMistakes } from './declared.ts'
import type { CatalogDeps } from './deps.ts'
import { readersOf } from './lineage.ts'

export type Proposal = {
  product: DataProduct
  plan: Plan
  digest: string
  /** Version that is served now; null: never registered. */
  current: string | null
  /** The very same files are registered already. */
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
  return { product, plan, digest, current: current?.version ?? null, registered: current?.digest === digest }
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

/** Products that read this one, with the columns they use where their whole lineage could be followed. */
const consumersOf = async (product: string, deps: CatalogDeps): Promise<Consumer[]> => {
  const readers = await readersOf(product, deps.store.db)
  if (readers.length === 0) return []
  const { rows } = await sql<{ product: string; tables: string; columns: string[]; known: boolean }>`
    select
      e.product,
      e.from_ref as tables,
      array_agg(distinct e.from_column) as columns,
      coalesce(bool_and(jsonb_array_length(s.lineage -> 'unknown') = 0), false) as known
    from lineage_edge e
    left join head h on h.product = e.product
    left join snapshot s on s.id = h.snapshot_id
    where e.level = 'column'
      and e.product = any(cast(${readers} as text[]))
      and split_part(e.from_ref, '#', 1) = ${product}
      and e.from_column is not null
    group by e.product, e.from_ref`.execute(deps.store.db)
  return readers.map((reader) => {
    const mine = rows.filter((row) => row.product === reader)
    if (mine.length === 0 || !mine.every((row) => row.known)) return { product: reader }
    return {
      product: reader,
      reads: mine.map((row) => ({ table: row.tables.split('#')[1] ?? '', columns: row.columns })),
    }
  })
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
