import { sql } from 'kysely'
import { type CatalogDeps, catalogChannel } from '../catalog/index.ts'
import { RelationNames } from './names.ts'

/** The names of all published tables, read again when a product has moved. */
export const openKnown = async ({ store }: Pick<CatalogDeps, 'store'>) => {
  let names: Promise<RelationNames> | null = null
  const stop = await store.listen(catalogChannel, () => {
    names = null
  })
  const load = async (): Promise<RelationNames> => {
    const { rows } = await sql<{ id: string; tables: string[] }>`
      select h.product as id, jsonb_path_query_array(s.tables, '$[*].name') as tables
      from head h
      join snapshot s on s.id = h.snapshot_id`.execute(store.db)
    return new RelationNames(rows)
  }
  return {
    names(): Promise<RelationNames> {
      if (names === null) {
        const loading = load()
        names = loading
        loading.catch(() => {
          if (names === loading) names = null
        })
      }
      return names
    },
    [Symbol.asyncDispose]: () => stop(),
  }
}

export type Known = Awaited<ReturnType<typeof openKnown>>
