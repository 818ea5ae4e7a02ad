import {
  type DataProduct,
  type HealthFacts,
  inheritedTags,
  type LineageEdge,
  type ProductHealthFacts,
} from '@datamesh/core'
import { sql } from 'kysely'
import type { CatalogDeps } from './deps.ts'
import { firstDay } from './figures.ts'
import { edgeOf } from './lineage_edges.ts'

type ProductRow = {
  id: string
  domain: string
  owner: string
  description: string
  manifest: DataProduct
  created_at: Date
  published_at: Date | null
  columns: number
  rows: number | null
  readers: number
  reads: number
  consumers: string[]
  inputs: string[]
  built_from: string[]
  checks: number | null
  measured_at: Date | null
}

/**
 * What the health of the mesh is computed from, of the products that are visible. Readers are people and machines that neither answer for the
 * product's domain nor administer the platform.
 */
export const healthFacts = async (
  visible: (product: string) => boolean,
  { store, now }: Pick<CatalogDeps, 'store' | 'now'>,
): Promise<Pick<HealthFacts, 'domains' | 'products'>> => {
  const { rows } = await sql<ProductRow>`
    select
      p.id, p.domain, p.owner, p.description, p.created_at, r.manifest,
      s.at as published_at,
      coalesce((select sum(jsonb_array_length(t -> 'columns'))::int from jsonb_array_elements(s.tables) t), 0) as columns,
      s.row_count::float8 as rows,
      used.readers, used.reads,
      down.products as consumers, up.products as inputs, built.products as built_from,
      (s.stats #>> '{checks,total}')::int as checks,
      (select max(m.at) from slo_measurement m where m.product = p.id) as measured_at
    from product p
    join release r on r.product = p.id and r.version = p.current_version
    left join head h on h.product = p.id
    left join snapshot s on s.id = h.snapshot_id
    cross join lateral (
      select
        count(distinct principal) filter (where not exists (
          select from role_binding b
          where b.principal = port_read.principal
            and (b.domain = p.domain or b.role = 'platform-admin')))::int as readers,
        coalesce(sum(reads), 0)::float8 as reads
      from port_read
      where product = p.id and day > ${firstDay(now())}) used
    cross join lateral (
      select coalesce(array_agg(distinct product), '{}') as products
      from lineage_edge
      where from_ref = p.id and level = 'product' and from_kind = 'product') down
    cross join lateral (
      select coalesce(array_agg(distinct from_ref), '{}') as products
      from lineage_edge
      where product = p.id and level = 'product' and from_kind = 'product') up
    cross join lateral (
      select coalesce(array_agg(distinct split_part(from_ref, '#', 1)), '{}') as products
      from lineage_edge
      where product = p.id and level != 'product' and from_kind = 'table') built
    order by p.id`.execute(store.db)
  const shown = rows.filter(({ id }) => visible(id))
  const copies = await copiesIn(shown, { store })
  const domains = await store.db.selectFrom('domain').select(['name', 'owner']).orderBy('name').execute()
  return {
    domains: domains.map(({ name, owner }) => ({ name, team: owner })),
    products: shown.map((row) => factsFrom(row, copies.get(row.id) ?? [], visible, rows)),
  }
}

const factsFrom = (
  row: ProductRow,
  copies: ProductHealthFacts['copies'],
  visible: (product: string) => boolean,
  all: readonly ProductRow[],
): ProductHealthFacts => {
  const { manifest } = row
  const { declared: _, ...promised } = manifest.sla
  return {
    ...{ id: row.id, domain: row.domain, owner: row.owner, description: row.description },
    documented:
      Object.values(manifest.documentation).some((text) => text.trim() !== '') || (manifest.links ?? []).length > 0,
    status: manifest.status,
    alignment: manifest.alignment ?? null,
    createdAt: row.created_at,
    publishedAt: row.published_at,
    ...{ columns: row.columns, rows: row.rows, readers: row.readers, reads: row.reads },
    consumers: row.consumers.filter(visible),
    inputs: row.inputs.filter(visible),
    builtFrom: [...row.built_from, ...saidSources(manifest, all)].filter(visible),
    copies: copies.filter(({ from }) => visible(from)),
    checks: row.checks ?? manifest.checks.length,
    levels: Object.keys(promised).length,
    checkedAt: latest(row.checks ? row.published_at : null, row.measured_at),
  }
}

const latest = (a: Date | null, b: Date | null): Date | null => (a === null || (b !== null && b > a) ? b : a)

/** Products of this mesh that the manifest names as a source in words only. */
const saidSources = ({ lineage }: DataProduct, all: readonly ProductRow[]): string[] =>
  all.flatMap(({ id }) => {
    const names = [id, `datamesh://${id}`, `urn:datamesh:${id.replace('/', ':')}`]
    return lineage.upstream.some((text) =>
      names.some((name) => text === name || text.startsWith(`${name}@`) || text.startsWith(`${name}:`)),
    )
      ? [id]
      : []
  })

/** How many columns of each product are the very columns of a product of another domain. */
const copiesIn = async (
  rows: readonly ProductRow[],
  { store }: Pick<CatalogDeps, 'store'>,
): Promise<Map<string, { from: string; columns: number }[]>> => {
  const suspects = rows.filter(({ domain, built_from }) => built_from.some((from) => !from.startsWith(`${domain}/`)))
  const found = new Map<string, { from: string; columns: number }[]>()
  // a few hundred at a time: the columns of ten thousand products are a million edges
  for (let start = 0; start < suspects.length; start += 200) {
    const ids = suspects.slice(start, start + 200).map(({ id }) => id)
    const edges = await store.db
      .selectFrom('lineage_edge')
      .selectAll()
      .where('product', 'in', ids)
      .where('level', '=', 'column')
      .where('transform', '=', 'direct')
      .execute()
    const byProduct = Map.groupBy(edges, ({ product }) => product)
    for (const [product, own] of byProduct) found.set(product, copiesOf(product, own.map(edgeOf)))
  }
  return found
}

const anyTag = { personal: true, classification: 'internal', kind: null } as const

const copiesOf = (product: string, edges: readonly LineageEdge[]): { from: string; columns: number }[] => {
  const foreign = edges.flatMap(({ from }) =>
    from.kind === 'table' && from.column !== undefined && !from.ref.startsWith(`${product}#`)
      ? [{ ref: from.ref, column: from.column, tag: anyTag }]
      : [],
  )
  const copied = inheritedTags(foreign, edges).filter(
    ({ ref, how }) => how === 'direct' && ref.startsWith(`${product}#`),
  )
  const bySource = Map.groupBy(
    copied.flatMap(({ from, ref, column }) =>
      [...new Set(from.map((each) => each.ref.split('#')[0] as string))].map((source) => ({
        source,
        column: `${ref}.${column}`,
      })),
    ),
    ({ source }) => source,
  )
  return [...bySource].map(([from, columns]) => ({ from, columns: columns.length }))
}
