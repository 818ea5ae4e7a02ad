import { type Actor, type BodyOf, MeshError, type ReplyOf } from '@datamesh/core'
import { sql } from 'kysely'
import type { CatalogDeps } from '../catalog/index.ts'

type SavedQuery = ReplyOf<'saveQuery'>
type Row = Omit<SavedQuery, 'mine' | 'updatedAt'> & { updated_at: Date }

const columns = sql<Row>`q.id, q.name, q.sql, q.shared, q.owner, coalesce(p.name, q.owner) as "ownerName", q.updated_at`

const viewOf = ({ updated_at, ...row }: Row, actor: Actor): SavedQuery => ({
  ...row,
  mine: row.owner === actor.id,
  updatedAt: updated_at.toISOString(),
})

/** Mine first, then those that others share; of a shared one nothing but its text is shared. */
export const listSaved = async (actor: Actor, { store }: CatalogDeps): Promise<SavedQuery[]> => {
  const { rows } = await sql<Row>`
    select ${columns}
    from saved_query q
    left join principal p on p.id = q.owner
    where q.owner = ${actor.id} or q.shared
    order by q.owner = ${actor.id} desc, q.updated_at desc, q.id
    limit 500`.execute(store.db)
  return rows.map((row) => viewOf(row, actor))
}

/** @throws not-found for an id that is not one of mine */
export const saveQuery = async (
  id: string,
  { name, sql: text, shared }: BodyOf<'saveQuery'>,
  actor: Actor,
  deps: CatalogDeps,
): Promise<SavedQuery> => {
  const { db } = deps.store
  const saved = { name, sql: text, shared, updated_at: deps.now() }
  const kept = id === 'new' ? deps.newId('saved') : id
  if (id === 'new')
    await db
      .insertInto('saved_query')
      .values({ id: kept, owner: actor.id, ...saved })
      .execute()
  else {
    const changed = await db
      .updateTable('saved_query')
      .set(saved)
      .where('id', '=', id)
      .where('owner', '=', actor.id)
      .executeTakeFirst()
    if (changed.numUpdatedRows === 0n) throw noSaved(id)
  }
  const { rows } = await sql<Row>`
    select ${columns} from saved_query q left join principal p on p.id = q.owner where q.id = ${kept}`.execute(db)
  return viewOf(rows[0] as Row, actor)
}

/** @throws not-found for an id that is not one of mine */
export const deleteSaved = async (id: string, actor: Actor, { store }: CatalogDeps): Promise<void> => {
  const gone = await store.db
    .deleteFrom('saved_query')
    .where('id', '=', id)
    .where('owner', '=', actor.id)
    .executeTakeFirst()
  if (gone.numDeletedRows === 0n) throw noSaved(id)
}

const noSaved = (id: string) => new MeshError('not-found', { what: `saved query ${id} of yours` })
