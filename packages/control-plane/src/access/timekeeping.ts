import { type Kysely, sql, type Transaction } from 'kysely'
import { appendEvent, type Database, type Row, type Store } from '../store/index.ts'
import { remember } from './history.ts'
import { tellGrants } from './rights.ts'

/** A reminder comes this long before the end; of short rights, when a quarter of their time is left. */
const reminderDays = 7

const told = (row: Row<'access_grant'>) => ({
  request: row.id,
  principal: row.principal,
  requestedBy: row.requested_by,
  ports: row.ports,
  purpose: row.purpose,
  until: row.until?.toISOString() ?? null,
})

/**
 * Ends rights and requests whose time is over. Nobody reads by them since that moment (`decide` looks at the time itself); this says so, once:
 * of two processes that find the same one, the second finds it ended.
 */
export const expireNow = async (
  tx: Transaction<Database>,
  at: Date,
  only?: { product: string; principal: string },
): Promise<number> => {
  const ended = await tx
    .updateTable('access_grant')
    .set({ state: 'expired' })
    .where('state', 'in', ['granted', 'requested'])
    .where('until', '<=', at)
    .$if(only !== undefined, (query) =>
      query.where('product', '=', only?.product ?? '').where('principal', '=', only?.principal ?? ''),
    )
    .returningAll()
    .execute()
  for (const row of ended) {
    await remember(tx, row, { at, what: 'expired', by: 'system' })
    await appendEvent(tx, { type: 'access.expired', subject: row.product, actor: 'system', at, data: told(row) })
  }
  if (ended.length > 0) await tellGrants(tx)
  return ended.length
}

/** Reminds of rights that end soon, each once, unless somebody has asked to renew it. */
const remindNow = async (tx: Transaction<Database>, at: Date): Promise<number> => {
  const { rows } = await sql<Row<'access_grant'>>`
    update access_grant g
    set reminded_at = ${at}
    where g.state = 'granted'
      and g.until > ${at}
      and g.reminded_at is null
      and g.until - least(
        interval '1 day' * ${reminderDays},
        (g.until - coalesce(g.decided_at, g.requested_at)) / 4) <= ${at}
      and not exists (select from access_grant n where n.renews = g.id and n.state in ('requested', 'granted'))
    returning g.*`.execute(tx)
  for (const row of rows) {
    await remember(tx, row, { at, what: 'ending', by: 'system' })
    await appendEvent(tx, { type: 'access.ending', subject: row.product, actor: 'system', at, data: told(row) })
  }
  return rows.length
}

/** One look at the clock. @returns how many have ended, and how many were reminded of */
export const keepTime = ({ db }: { db: Kysely<Database> }, at: Date): Promise<{ expired: number; reminded: number }> =>
  db.transaction().execute(async (tx) => ({ expired: await expireNow(tx, at), reminded: await remindNow(tx, at) }))

/** Looks at the clock again and again until it is closed. */
export const openTimekeeping = (deps: {
  store: Pick<Store, 'db'>
  now: () => Date
  everyMs?: number
  /** What else is due at times: the proof that what is read is what was approved. */
  also?: () => Promise<unknown>
  failed: (error: unknown) => void
}): AsyncDisposable => {
  let going: Promise<unknown> = Promise.resolve()
  const look = () => {
    going = going
      .then(() => keepTime(deps.store, deps.now()))
      .then(() => deps.also?.())
      .catch(deps.failed)
  }
  const first = setTimeout(look, 1_000)
  const timer = setInterval(look, deps.everyMs ?? 30_000)
  timer.unref()
  first.unref()
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(first)
      clearInterval(timer)
      await going
    },
  }
}
