import type { Consumer } from '@datamesh/core'
import { sql } from 'kysely'
import type { CatalogDeps } from './deps.ts'
import { readersOf } from './lineage.ts'

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
