import { type Certifiable, type DataProduct, type ProductCard, tierNow } from '@datamesh/core'
import { type ExpressionBuilder, sql } from 'kysely'
import type { Database } from '../store/index.ts'
import type { CatalogDeps } from './deps.ts'
import { type CardFigures, figuresOf } from './figures.ts'
import { SnapshotStatistics } from './statistics.ts'
import { serviceLevels, type TrustFacts, trustOf } from './trust.ts'

/** A product in a list: one statement for all of them, whatever the number of snapshots. */
export type CardRow = {
  id: string
  manifest: DataProduct
  /** The product's own word, else that of its domain. */
  alignment: string | null
  port_kinds: string[]
  lifecycle: string
  certifiable: Certifiable | null
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
      'product.certifiable',
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

export const factsOf = (
  row: Omit<CardRow, 'id' | 'port_kinds' | 'lifecycle' | 'alignment' | 'certifiable'>,
): TrustFacts => ({
  headAt: row.snapshot_at,
  statistics: row.stats ? SnapshotStatistics.parse(row.stats) : null,
  maxAgeSeconds: row.manifest.sla.freshness?.maxAgeSeconds ?? null,
  lastRun: row.run_state === null ? null : { state: row.run_state, finishedAt: row.run_finished_at },
})

/** True for the products that the caller may see: what is hidden is not counted among the consumers either. */
type Visible = (product: string) => boolean

export const cardOf = (row: CardRow, figures: CardFigures, visible: Visible, now: Date): ProductCard => {
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
    tier: tierNow(serviceLevels(manifest.sla, factsOf(row), figures.measured, now), row.certifiable),
    consumers: figures.readers.filter(visible).length + figures.people,
    reads: figures.reads,
    history: figures.history,
  }
}

/** Two statements for any number of products: the rows, and what is counted about them. */
const cardsOf = async (
  rows: readonly CardRow[],
  visible: Visible,
  deps: Pick<CatalogDeps, 'store' | 'now'>,
): Promise<ProductCard[]> => {
  const figures = await figuresOf(
    rows.map((row) => row.id),
    deps,
  )
  const now = deps.now()
  return rows.flatMap((row) => {
    const counted = figures.get(row.id)
    return counted ? [cardOf(row, counted, visible, now)] : []
  })
}

/** `flights-fact` → `Flights fact` */
export const titleOf = (name: string): string => {
  const words = name.replaceAll(/[-_]+/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Cards of products one may see, by id; `after` is the last id of the page before. */
export const listProducts = async (
  { limit, after, domain }: { limit: number; after?: string | undefined; domain?: string | undefined },
  visible: Visible,
  deps: CatalogDeps,
): Promise<{ products: ProductCard[]; next: string | null }> => {
  const page: CardRow[] = []
  let from = after
  for (let more = true; more && page.length < limit; ) {
    const rows = await cardQuery(deps.store.db)
      .$if(domain !== undefined, (query) => query.where('product.domain', '=', domain as string))
      .$if(from !== undefined, (query) => query.where('product.id', '>', from as string))
      .orderBy('product.id')
      .limit(limit + 1)
      .execute()
    more = rows.length > limit
    page.push(...rows.slice(0, limit).filter((row) => visible(row.id)))
    from = rows[limit - 1]?.id
    if (page.length >= limit) {
      page.length = limit
      return { products: await cardsOf(page, visible, deps), next: page.at(-1)?.id ?? null }
    }
  }
  return { products: await cardsOf(page, visible, deps), next: null }
}
