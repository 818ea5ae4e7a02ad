import { type Actor, type Grant, type Mask, noRows, type RowFilter, readFilter } from '@datamesh/core'
import { sql } from 'kysely'
import type { Store } from '../store/index.ts'

/** Grants that could count for the actor: to the actor, to a team or to a role of theirs. `decide` judges ends, ports and purposes. */
export const loadGrants = async (actor: Actor, now: Date, { db }: Pick<Store, 'db'>): Promise<Grant[]> => {
  const names = [actor.id, ...(actor.teams ?? [])]
  const roles = actor.roles.map(({ role }) => role)
  const rows = await db
    .selectFrom('access_grant')
    .select(['id', 'product', 'ports', 'principal', 'role', 'purpose', 'until', 'masks', 'row_filter', 'detokenise'])
    .where('state', '=', 'granted')
    .where((e) => e.or([e('until', 'is', null), e('until', '>', now)]))
    .where((e) =>
      e.or([
        e('principal', '=', sql<string>`any(cast(${names} as text[]))`),
        e('role', '=', sql<string>`any(cast(${roles} as text[]))`),
      ]),
    )
    .execute()
  return rows.map(({ row_filter, masks, ...row }) => ({
    ...row,
    masks: masks as Mask[],
    rowFilter: filterOf(row_filter),
  }))
}

/** One that cannot be read any more shows nothing: it was written to hide something. */
export const filterOf = (written: string | null): RowFilter | null => {
  if (written === null) return null
  try {
    return readFilter(written)
  } catch {
    return noRows
  }
}

/** Products that the actor, or somebody for one of the actor's teams, has asked for and that nobody has decided about. */
export const loadWaiting = async (actor: Actor, now: Date, { db }: Pick<Store, 'db'>): Promise<ReadonlySet<string>> => {
  const names = [actor.id, ...(actor.teams ?? [])]
  const rows = await db
    .selectFrom('access_grant')
    .select('product')
    .where('state', '=', 'requested')
    .where((e) => e.or([e('until', 'is', null), e('until', '>', now)]))
    .where('principal', '=', sql<string>`any(cast(${names} as text[]))`)
    .execute()
  return new Set(rows.map((row) => row.product))
}
