import { MeshError, type Run, type RunState, type Trigger } from '@datamesh/core'
import { sql } from 'kysely'
import type { QueueDeps } from './deps.ts'
import { noRun, runOf } from './rows.ts'

/** @throws not-found */
export const getRun = async (id: string, deps: QueueDeps): Promise<Run> => {
  const row = await deps.store.db.selectFrom('run').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw noRun(id)
  return runOf(row)
}

export type RunFilter = {
  limit: number
  /** Id of the last run of the page before. */
  after?: string | undefined
  product?: string | undefined
  domain?: string | undefined
  state?: RunState | undefined
  trigger?: Trigger['by'] | undefined
  /** ISO times; asked for at or after, and before. */
  since?: string | undefined
  until?: string | undefined
}

/** Publishes, newest first. @throws request-invalid for a time that is none */
export const listRuns = async (
  { limit, after, product, domain, state, trigger, ...times }: RunFilter,
  visible: (product: string) => boolean | Promise<boolean>,
  deps: QueueDeps,
): Promise<{ runs: Run[]; next: string | null }> => {
  const runs: Run[] = []
  const [since, until] = [momentOf('since', times.since), momentOf('until', times.until)]
  let from = after
  for (;;) {
    const rows = await deps.store.db
      .selectFrom('run')
      .selectAll()
      .where('kind', '=', 'publish')
      .$if(product !== undefined, (query) => query.where('product', '=', product as string))
      .$if(domain !== undefined, (query) => query.where('domain', '=', domain as string))
      .$if(trigger !== undefined, (query) => query.where(sql`trigger ->> 'by'`, '=', trigger))
      .$if(since !== undefined, (query) => query.where('created_at', '>=', since as Date))
      .$if(until !== undefined, (query) => query.where('created_at', '<', until as Date))
      .$if(state !== undefined, (query) => query.where('state', '=', state as RunState))
      .$if(from !== undefined, (query) => query.where('id', '<', from as string))
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute()
    for (const row of rows.slice(0, limit)) {
      if (!(await visible(row.product))) continue
      runs.push(runOf(row))
      if (runs.length === limit) return { runs, next: row.id }
    }
    if (rows.length <= limit) return { runs, next: null }
    from = rows[limit - 1]?.id
  }
}

const momentOf = (name: string, text: string | undefined): Date | undefined => {
  if (text === undefined) return undefined
  const at = new Date(text)
  // a year of six digits is a Date, but no timestamp of Postgres
  if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(at.getTime())) return at
  throw new MeshError('request-invalid', { what: `${name}=${text} is no time; write it as 2026-01-31T08:00:00Z` })
}
