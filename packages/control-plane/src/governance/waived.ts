import type { Excuse } from '@datamesh/core'
import { type Kysely, sql } from 'kysely'
import type { Database, Row } from '../store/index.ts'

export const excuseOf = (row: Row<'waiver'>): Excuse => ({
  id: row.id,
  policy: row.policy,
  product: row.product,
  path: row.path,
  until: row.until,
  endedAt: row.ended_at,
})

/** Waivers that excuse something now. Asked each time: an ended one stops at once. */
export const liveExcuses = async (
  { products, now }: { products?: readonly string[]; now: Date },
  db: Kysely<Database>,
): Promise<Excuse[]> => {
  const rows = await db
    .selectFrom('waiver')
    .selectAll()
    .where('ended_at', 'is', null)
    .where('until', '>', now)
    .$if(products !== undefined, (query) => query.where('product', '=', sql<string>`any(cast(${products} as text[]))`))
    .orderBy('id')
    .execute()
  return rows.map(excuseOf)
}
