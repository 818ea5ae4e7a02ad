import type { Actor, ReplyOf } from '@datamesh/core'
import { sql } from 'kysely'
import type { CatalogDeps } from '../catalog/index.ts'
import { json, type Row } from '../store/index.ts'
import type { SeenTable } from './results.ts'

export type QueryView = ReplyOf<'getQuery'>

type Detail = Pick<QueryView, 'columns' | 'truncated' | 'reads' | 'masked' | 'error' | 'durationMs'> & {
  looked?: readonly SeenTable[]
}

/** `looked`: at what one that failed may have looked, and what its error may quote; null: nobody knows any more. */
export type KeptQuery = { view: QueryView; looked: readonly SeenTable[] | null }

const keptOf = (row: Row<'query'>): KeptQuery => ({
  view: viewOf(row),
  looked: (row.detail as Detail | null)?.looked ?? null,
})

/** Of one person; older ones are forgotten. */
const mostKept = 200

const viewOf = (row: Row<'query'>): QueryView => {
  const detail = row.detail as Detail | null
  return {
    id: row.id,
    sql: row.sql,
    state: row.state,
    startedAt: row.started_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
    durationMs: detail?.durationMs ?? null,
    columns: detail?.columns ?? [],
    rows: row.row_count,
    truncated: detail?.truncated ?? false,
    reads: detail?.reads ?? [],
    masked: detail?.masked ?? [],
    error: detail?.error ?? null,
    kept: false,
  }
}

type HistoryDeps = Pick<CatalogDeps, 'store'>

export const noteStarted = async (view: QueryView, actor: Actor, { store }: HistoryDeps): Promise<void> => {
  await store.db
    .insertInto('query')
    .values({
      id: view.id,
      principal: actor.id,
      sql: view.sql,
      state: 'running',
      started_at: new Date(view.startedAt),
      finished_at: null,
      detail: json(null),
    })
    .execute()
}

export const noteFinished = async (
  view: QueryView,
  principal: string,
  { store }: HistoryDeps,
  looked: readonly SeenTable[] = [],
): Promise<void> => {
  const { columns, truncated, reads, masked, error, durationMs } = view
  await store.db
    .updateTable('query')
    .set({
      state: view.state,
      finished_at: view.finishedAt === null ? null : new Date(view.finishedAt),
      row_count: view.rows,
      detail: json({ columns, truncated, reads, masked, error, durationMs, looked } satisfies Detail),
    })
    .where('id', '=', view.id)
    .execute()
  await sql`
    delete from query
    where principal = ${principal}
      and started_at < (
        select started_at from query where principal = ${principal} order by started_at desc offset ${mostKept} limit 1
      )`.execute(store.db)
}

/** Queries of a server that is gone did not end by themselves. */
export const noteLost = async (before: Date, at: Date, { store }: HistoryDeps): Promise<void> => {
  await store.db
    .updateTable('query')
    .set({ state: 'cancelled', finished_at: at })
    .where('state', '=', 'running')
    .where('started_at', '<', before)
    .execute()
}

export const loadQuery = async (id: string, actor: Actor, { store }: HistoryDeps): Promise<KeptQuery | null> => {
  const row = await store.db
    .selectFrom('query')
    .selectAll()
    .where('id', '=', id)
    .where('principal', '=', actor.id)
    .executeTakeFirst()
  return row === undefined ? null : keptOf(row)
}

export const loadQueries = async (actor: Actor, limit: number, { store }: HistoryDeps): Promise<KeptQuery[]> => {
  const rows = await store.db
    .selectFrom('query')
    .selectAll()
    .where('principal', '=', actor.id)
    .orderBy('started_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(keptOf)
}
