import type { DataProduct, ProductCard } from '@datamesh/core'
import { type ExpressionBuilder, sql } from 'kysely'
import type { Database } from '../store/index.ts'
import type { CatalogDeps } from './deps.ts'
import { SnapshotStatistics } from './statistics.ts'
import { type TrustFacts, trustOf } from './trust.ts'

/** A product in a list: one statement for all of them, whatever the number of snapshots. */
export type CardRow = {
  id: string
  manifest: DataProduct
  /** The product's own word, else that of its domain. */
  alignment: string | null
  port_kinds: string[]
  lifecycle: string
  snapshot_at: Date | null
  stats: unknown
  row_count: number | null
  run_state: string | null
  run_finished_at: Date | null
}

export const cardQuery = (db: CatalogDeps['store']['db']) =>
  db
    .selectFrom('product')
    .innerJoin('release', (join) =>
      join.onRef('release.product', '=', 'product.id').onRef('release.version', '=', 'product.current_version'),
    )
    .innerJoin('domain', 'domain.name', 'product.domain')
    .leftJoin('head', 'head.product', 'product.id')
    .leftJoin('snapshot', 'snapshot.id', 'head.snapshot_id')
    .leftJoinLateral(lastRun, (join) => join.onTrue())
    .select([
      'product.id',
      'product.port_kinds',
      'product.lifecycle',
      'snapshot.at as snapshot_at',
      'snapshot.stats',
      'snapshot.row_count',
      'last_run.state as run_state',
      'last_run.finished_at as run_finished_at',
    ])
    .select(sql<DataProduct>`release.manifest`.as('manifest'))
    .select(sql<string | null>`coalesce(product.alignment, domain.definition ->> 'alignment')`.as('alignment'))

/** The newest finished publish of each product; a dry run says nothing about what is served. */
const lastRun = (build: ExpressionBuilder<Database, 'product'>) =>
  build
    .selectFrom('run')
    .select(['run.state', 'run.finished_at'])
    .whereRef('run.product', '=', 'product.id')
    .where('run.kind', '=', 'publish')
    .where('run.state', 'in', ['succeeded', 'failed'])
    .where(sql<boolean>`run.params #>> '{asked,dryRun}' = 'false'`)
    .orderBy('run.created_at', 'desc')
    .limit(1)
    .as('last_run')

export const factsOf = (row: Omit<CardRow, 'id' | 'port_kinds' | 'lifecycle' | 'alignment'>): TrustFacts => ({
  headAt: row.snapshot_at,
  statistics: row.stats ? SnapshotStatistics.parse(row.stats) : null,
  maxAgeSeconds: row.manifest.sla.freshness?.maxAgeSeconds ?? null,
  lastRun: row.run_state === null ? null : { state: row.run_state, finishedAt: row.run_finished_at },
})

export const cardOf = (row: CardRow, now: Date): ProductCard => {
  const { manifest } = row
  return {
    id: manifest.id,
    name: manifest.name,
    title: manifest.title ?? titleOf(manifest.name),
    domain: manifest.domain,
    owner: manifest.owner,
    description: manifest.description,
    version: manifest.version,
    status: row.lifecycle === 'active' ? manifest.status : row.lifecycle,
    alignment: row.alignment,
    classification: manifest.access.classification,
    tags: manifest.tags,
    ports: row.port_kinds,
    rows: row.row_count,
    trust: trustOf(factsOf(row), now),
    tier: null,
    consumers: 0,
    reads: 0,
    history: [],
  }
}

/** `flights-fact` → `Flights fact` */
const titleOf = (name: string): string => {
  const words = name.replaceAll(/[-_]+/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Cards of products one may see, by id; `after` is the last id of the page before. */
export const listProducts = async (
  { limit, after, domain }: { limit: number; after?: string | undefined; domain?: string | undefined },
  visible: (product: string) => boolean | Promise<boolean>,
  deps: CatalogDeps,
): Promise<{ products: ProductCard[]; next: string | null }> => {
  const products: ProductCard[] = []
  let from = after
  for (;;) {
    const rows = await cardQuery(deps.store.db)
      .$if(domain !== undefined, (query) => query.where('product.domain', '=', domain as string))
      .$if(from !== undefined, (query) => query.where('product.id', '>', from as string))
      .orderBy('product.id')
      .limit(limit + 1)
      .execute()
    for (const row of rows.slice(0, limit)) {
      if (!(await visible(row.id))) continue
      products.push(cardOf(row, deps.now()))
      if (products.length === limit) return { products, next: row.id }
    }
    if (rows.length <= limit) return { products, next: null }
    from = rows[limit - 1]?.id
  }
}
