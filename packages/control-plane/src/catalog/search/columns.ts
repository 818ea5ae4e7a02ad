import { sql } from 'kysely'
import type { Store } from '../../store/index.ts'

/** Table, column, type. */
export type NamedColumn = readonly [table: string, column: string, type: string]

/** Columns of products as published, otherwise as declared; names only, whatever stands beside them in the state. */
export const readColumns = async (
  ids: readonly string[],
  db: Store['db'],
): Promise<{ product: string; columns: NamedColumn[] }[]> => {
  const { rows } = await sql<{ product: string; columns: NamedColumn[] }>`
    select p.id as product, coalesce(published.columns, declared.columns, '[]') as columns
    from product p
    join release r on r.product = p.id and r.version = p.current_version
    left join head h on h.product = p.id
    left join snapshot s on s.id = h.snapshot_id
    cross join lateral (
      select jsonb_agg(jsonb_build_array(t.value ->> 'name', c.value ->> 'name', c.value ->> 'type')) as columns
      from jsonb_array_elements(s.tables) t, jsonb_array_elements(t.value -> 'columns') c) published
    cross join lateral (
      select jsonb_agg(jsonb_build_array(t.key, c.value ->> 'name', c.value ->> 'type')) as columns
      from jsonb_each(r.manifest #> '{schema,tables}') t, jsonb_array_elements(t.value -> 'fields') c) declared
    where p.id = any(cast(${ids} as text[]))`.execute(db)
  return rows
}
