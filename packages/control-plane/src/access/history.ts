import type { Mask } from '@datamesh/core'
import type { Kysely } from 'kysely'
import { type Database, json, type Row } from '../store/index.ts'

/** What a right consists of. Dates are ISO texts, as the history keeps them. */
export type Terms = {
  product: string
  ports: readonly string[]
  principal: string | null
  role: string | null
  until: string | null
  masks: readonly Mask[]
  rowFilter: string | null
  detokenise: boolean
}

export type Happening = 'requested' | 'approved' | 'granted' | 'denied' | 'revoked' | 'withdrawn' | 'ending' | 'expired'

export const termsOf = (row: Row<'access_grant'>): Terms => ({
  product: row.product,
  ports: row.ports,
  principal: row.principal,
  role: row.role,
  until: row.until?.toISOString() ?? null,
  masks: row.masks as Mask[],
  rowFilter: row.row_filter,
  detokenise: row.detokenise,
})

/** One more line; the state refuses to change or remove one. */
export const remember = async (
  tx: Kysely<Database>,
  row: Row<'access_grant'>,
  { at, what, by, reason = null }: { at: Date; what: Happening; by: string; reason?: string | null },
): Promise<void> => {
  await tx
    .insertInto('access_history')
    .values({ access: row.id, at, what, by, reason, terms: json(termsOf(row)) })
    .execute()
}

export type HistoryLine = { at: string; what: string; by: string; reason: string | null }

/** Of these rights, oldest first. */
export const historiesOf = async (
  ids: readonly string[],
  db: Kysely<Database>,
): Promise<ReadonlyMap<string, HistoryLine[]>> => {
  const found = new Map<string, HistoryLine[]>()
  if (ids.length === 0) return found
  const rows = await db
    .selectFrom('access_history')
    .select(['access', 'at', 'what', 'by', 'reason'])
    .where('access', 'in', [...ids])
    .orderBy('seq')
    .execute()
  for (const { access, at, ...line } of rows)
    found.set(access, [...(found.get(access) ?? []), { at: at.toISOString(), ...line }])
  return found
}
