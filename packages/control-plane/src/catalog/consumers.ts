import { type Consumer, type ReplyOf, tablesOf } from '@datamesh/core'
import { sql } from 'kysely'
import { titleOf } from './cards.ts'
import type { CatalogDeps } from './deps.ts'
import { firstDay, usedDays } from './figures.ts'
import { readersOf } from './lineage.ts'
import { productEntry } from './snapshots.ts'

/** Products that read this one, with the columns they use where their whole lineage could be followed. */
export const consumersOf = async (product: string, deps: CatalogDeps): Promise<Consumer[]> => {
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

type Consumers = Omit<ReplyOf<'listConsumers'>, 'access'>

/** Who uses a product: products that read it, and reads of its ports over the last 30 days. `named`: whether the caller may know who reads. @throws not-found */
export const consumersView = async (
  id: string,
  { visible, named }: { visible(product: string): boolean; named: boolean },
  deps: CatalogDeps,
): Promise<Consumers> => {
  const [products, readers, days] = await Promise.all([
    readingProducts(id, visible, deps),
    portReaders(id, named, deps),
    readDays(id, deps),
  ])
  return { products, readers, days }
}

const readingProducts = async (
  id: string,
  visible: (product: string) => boolean,
  deps: CatalogDeps,
): Promise<Consumers['products']> => {
  const { product, head } = await productEntry(id, deps)
  const one = (head?.tables.length ?? tablesOf(product).length) === 1
  const readers = (await readersOf(id, deps.store.db)).filter(visible)
  if (readers.length === 0) return []
  const { rows } = await sql<{ id: string; name: string; domain: string; title: string | null; columns: string[] }>`
    select p.id, p.name, p.domain, r.manifest ->> 'title' as title, used.columns
    from product p
    join release r on r.product = p.id and r.version = p.current_version
    cross join lateral (
      select coalesce(array_agg(distinct ${one ? sql`e.from_column` : sql`split_part(e.from_ref, '#', 2) || '.' || e.from_column`}), '{}') as columns
      from lineage_edge e
      where e.product = p.id
        and e.level = 'column'
        and e.from_column is not null
        and split_part(e.from_ref, '#', 1) = ${id}) used
    where p.id = any(cast(${readers} as text[]))
    order by p.id`.execute(deps.store.db)
  return rows.map(({ id, name, domain, title, columns }) => ({ id, title: title ?? titleOf(name), domain, columns }))
}

/** Most reads first. Not named: one line for each port. */
const portReaders = async (id: string, named: boolean, deps: CatalogDeps): Promise<Consumers['readers']> => {
  const { rows } = await sql<Consumers['readers'][number]>`
    select
      used.principal,
      coalesce(p.name, used.principal) as name,
      used.port,
      sum(used.reads)::float8 as reads,
      sum(used.row_count)::float8 as rows,
      max(used.day)::text as "lastDay"
    from (
      select ${named ? sql`principal` : sql`cast(null as text)`} as principal, port, reads, row_count, day
      from port_read
      where product = ${id} and day > ${firstDay(deps.now())}) used
    left join principal p on p.id = used.principal
    group by used.principal, p.name, used.port
    order by reads desc, used.port, used.principal`.execute(deps.store.db)
  return rows
}

/** Every day of the window, also those without a read. */
const readDays = async (id: string, deps: CatalogDeps): Promise<Consumers['days']> => {
  const { rows } = await sql<Consumers['days'][number]>`
    select day::text as day, sum(reads)::float8 as reads, sum(row_count)::float8 as rows
    from port_read
    where product = ${id} and day > ${firstDay(deps.now())}
    group by day`.execute(deps.store.db)
  const read = new Map(rows.map((row) => [row.day, row]))
  const today = deps.now().getTime()
  return Array.from({ length: usedDays }, (_, i) => {
    const day = new Date(today - (usedDays - 1 - i) * 86_400_000).toISOString().slice(0, 10)
    return read.get(day) ?? { day, reads: 0, rows: 0 }
  })
}
