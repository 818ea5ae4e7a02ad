import { type HealthFacts, inheritedTags, type LineageEdge, type ProductHealthFacts } from '@datamesh/core'
import { sql } from 'kysely'
import type { CatalogDeps } from './deps.ts'
import { firstDay } from './figures.ts'
import { edgeOf } from './lineage_edges.ts'

type ProductRow = {
  id: string
  domain: string
  owner: string
  description: string
  documentation: Record<string, string>
  links: number
  upstream: string[]
  status: string
  alignment: string | null
  rules: number
  sla: Record<string, unknown>
  snapshot: string | null
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

type Facts = Pick<HealthFacts, 'domains' | 'products'>
type Copies = ProductHealthFacts['copies']
type Deps = Pick<CatalogDeps, 'store' | 'now'>

/**
 * What the health of the mesh is computed from, of the products that are visible. Looked up once for all who ask: again when anything was
 * told or read since, and after a minute. Readers are people and machines that neither answer for the product's domain nor administer the platform.
 */
export const openHealthFacts = (deps: Deps): ((visible: (product: string) => boolean) => Promise<Facts>) => {
  /** Columns of the newest snapshot; they never change. */
  let copies: ReadonlyMap<string, { snapshot: string; found: Copies }> = new Map()
  let known: { at: string; facts: Promise<Facts> } | null = null
  const load = async (): Promise<Facts> => {
    const loaded = await loadFacts(copies, deps)
    copies = loaded.copies
    return loaded.facts
  }
  return async (visible) => {
    const at = await momentOf(deps)
    if (known?.at !== at) known = { at, facts: load() }
    const mine = known
    const facts = await mine.facts.catch((error) => {
      if (known === mine) known = null
      throw error
    })
    return { domains: facts.domains, products: facts.products.flatMap((each) => seenBy(each, visible)) }
  }
}

const seenBy = (facts: ProductHealthFacts, visible: (product: string) => boolean): ProductHealthFacts[] =>
  visible(facts.id)
    ? [
        {
          ...facts,
          consumers: facts.consumers.filter(visible),
          inputs: facts.inputs.filter(visible),
          builtFrom: facts.builtFrom.filter(visible),
          copies: facts.copies.filter(({ from }) => visible(from)),
        },
      ]
    : []

/** The newest event, the reads of these days, and the minute: what was loaded then holds until one of them moves. */
const momentOf = async ({ store, now }: Deps): Promise<string> => {
  const at = now().getTime()
  const yesterday = new Date(at - 86_400_000).toISOString().slice(0, 10)
  const { rows } = await sql<{ moment: string }>`
    select concat_ws('|',
      (select max(seq) from event),
      (select sum(reads) from port_read where day >= ${yesterday}),
      (select count(*) from role_binding)) as moment`.execute(store.db)
  return `${rows[0]?.moment}|${Math.floor(at / 60_000)}`
}

const loadFacts = async (
  before: ReadonlyMap<string, { snapshot: string; found: Copies }>,
  { store, now }: Deps,
): Promise<{ facts: Facts; copies: ReadonlyMap<string, { snapshot: string; found: Copies }> }> => {
  const { rows } = await sql<ProductRow>`
    select
      p.id, p.domain, p.owner, p.description, p.created_at,
      r.manifest -> 'documentation' as documentation,
      coalesce(jsonb_array_length(r.manifest -> 'links'), 0) as links,
      r.manifest #> '{lineage,upstream}' as upstream,
      r.manifest ->> 'status' as status,
      coalesce(p.alignment, d.definition ->> 'alignment') as alignment,
      jsonb_array_length(r.manifest -> 'checks') as rules,
      r.manifest -> 'sla' as sla,
      s.id as snapshot,
      s.at as published_at,
      coalesce((select sum(jsonb_array_length(t -> 'columns'))::int from jsonb_array_elements(s.tables) t), 0) as columns,
      s.row_count::float8 as rows,
      coalesce(used.readers, 0) as readers, coalesce(used.reads, 0) as reads,
      coalesce(down.products, '{}') as consumers, coalesce(up.products, '{}') as inputs,
      coalesce(built.products, '{}') as built_from,
      (s.stats #>> '{checks,total}')::int as checks,
      (select max(m.at) from slo_measurement m where m.product = p.id) as measured_at
    from product p
    join release r on r.product = p.id and r.version = p.current_version
    join domain d on d.name = p.domain
    left join head h on h.product = p.id
    left join snapshot s on s.id = h.snapshot_id
    left join (
      select
        port_read.product,
        count(distinct principal) filter (where not exists (
          select from role_binding b
          where b.principal = port_read.principal
            and (b.domain = split_part(port_read.product, '/', 1) or b.role = 'platform-admin')))::int as readers,
        sum(reads)::float8 as reads
      from port_read
      where day > ${firstDay(now())}
      group by 1) used on used.product = p.id
    left join (
      select from_ref, array_agg(distinct product) as products
      from lineage_edge
      where level = 'product' and from_kind = 'product'
      group by 1) down on down.from_ref = p.id
    left join (
      select product, array_agg(distinct from_ref) as products
      from lineage_edge
      where level = 'product' and from_kind = 'product'
      group by 1) up on up.product = p.id
    left join (
      select product, array_agg(distinct split_part(from_ref, '#', 1)) as products
      from lineage_edge
      where level != 'product' and from_kind = 'table'
      group by 1) built on built.product = p.id
    order by p.id`.execute(store.db)
  const fresh = rows.filter(({ id, snapshot }) => snapshot === null || before.get(id)?.snapshot !== snapshot)
  const found = await copiesIn(fresh, { store })
  const copies = new Map(
    rows.flatMap(({ id, snapshot }) => {
      if (snapshot === null) return []
      const old = before.get(id)
      return [[id, old?.snapshot === snapshot ? old : { snapshot, found: found.get(id) ?? [] }] as const]
    }),
  )
  const domains = await store.db.selectFrom('domain').select(['name', 'owner']).orderBy('name').execute()
  const ids = new Set(rows.map(({ id }) => id))
  return {
    copies,
    facts: {
      domains: domains.map(({ name, owner }) => ({ name, team: owner })),
      products: rows.map((row) => factsFrom(row, copies.get(row.id)?.found ?? [], ids)),
    },
  }
}

const factsFrom = (row: ProductRow, copies: Copies, ids: ReadonlySet<string>): ProductHealthFacts => {
  const { declared: _, ...promised } = row.sla
  return {
    ...{ id: row.id, domain: row.domain, owner: row.owner, description: row.description },
    documented: Object.values(row.documentation ?? {}).some((text) => text.trim() !== '') || row.links > 0,
    status: row.status,
    alignment: row.alignment,
    createdAt: row.created_at,
    publishedAt: row.published_at,
    ...{ columns: row.columns, rows: row.rows, readers: row.readers, reads: row.reads },
    consumers: row.consumers,
    inputs: row.inputs,
    builtFrom: [...row.built_from, ...(row.upstream ?? []).flatMap((text) => saidSource(text, ids))],
    copies,
    checks: row.checks ?? row.rules,
    levels: Object.keys(promised).length,
    checkedAt: latest(row.checks ? row.published_at : null, row.measured_at),
  }
}

const latest = (a: Date | null, b: Date | null): Date | null => (a === null || (b !== null && b > a) ? b : a)

/** A product of this mesh that the manifest names as a source in words only: `sales/orders`, with a version or a table behind it. */
const saidSource = (text: string, ids: ReadonlySet<string>): string[] => {
  const bare = text.replace(/^(datamesh:\/\/|urn:datamesh:)/, '')
  const named = text.startsWith('urn:') ? bare.replace(':', '/') : bare
  const id = named.split(/[@:]/)[0] as string
  return ids.has(id) ? [id] : []
}

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
