import type { AccessView, Actor } from '@datamesh/core'
import { sql } from 'kysely'
import type { GrantState } from '../store/index.ts'
import { isMine, namesOf, type RequestDeps, type RightRow, rights, stateOf, viewOf } from './rights.ts'

const most = 1000

export type AccessBox = { box: 'mine' | 'inbox'; state?: GrantState | undefined; product?: string | undefined }

/**
 * `mine`: for the actor, for a team of the actor, or asked by the actor, newest first. `inbox`: what the actor decides about, those that
 * wait the longest first; with a state, those in that state.
 */
export const listAccess = async (
  { box, state, product }: AccessBox,
  actor: Actor,
  deps: RequestDeps,
): Promise<AccessView[]> => {
  const now = deps.catalog.now()
  const wanted = state ?? (box === 'inbox' ? 'requested' : undefined)
  const rows = await rights(deps.catalog.store.db)
    .$if(product !== undefined, (query) => query.where('access_grant.product', '=', product as string))
    .$if(box === 'mine', (query) =>
      query.where((e) =>
        e.or([
          e('access_grant.requested_by', '=', actor.id),
          e('access_grant.principal', '=', sql<string>`any(cast(${namesOf(actor)} as text[]))`),
        ]),
      ),
    )
    .$if(box === 'inbox' && !isAdmin(actor), (query) =>
      query.where('product.domain', '=', sql<string>`any(cast(${domainsOf(actor)} as text[]))`),
    )
    .$if(wanted !== undefined, (query) =>
      query.where(
        'access_grant.state',
        'in',
        wanted === 'expired' ? ['expired', 'granted', 'requested'] : [wanted as GrantState],
      ),
    )
    .orderBy('access_grant.requested_at', box === 'inbox' ? 'asc' : 'desc')
    .orderBy('access_grant.id')
    .limit(most)
    .execute()
  const { visible } = await deps.access.sightOf(actor)
  const views = await viewsFor(
    rows.filter((row) => visible(row.product) && (wanted === undefined || stateOf(row, now) === wanted)),
    actor,
    deps,
  )
  return box === 'mine' ? views : decidable(views, actor, deps)
}

/** Every grant and request about one product, newest first, for who may decide; for others their own. */
export const accessTo = async (product: string, actor: Actor, deps: RequestDeps): Promise<AccessView[]> => {
  const decides = await mayDecide(product, actor, deps)
  const rows = await rights(deps.catalog.store.db)
    .where('access_grant.product', '=', product)
    .$if(!decides, (query) =>
      query.where((e) =>
        e.or([
          e('access_grant.requested_by', '=', actor.id),
          e('access_grant.principal', '=', sql<string>`any(cast(${namesOf(actor)} as text[]))`),
        ]),
      ),
    )
    .orderBy('access_grant.requested_at', 'desc')
    .orderBy('access_grant.id')
    .limit(most)
    .execute()
  return viewsFor(rows, actor, deps)
}

const isAdmin = (actor: Actor): boolean =>
  actor.kind === 'system' || actor.roles.some(({ role, domain }) => role === 'platform-admin' && domain === undefined)

/** Only narrows what is read from the state; `decide` has the word. */
const domainsOf = (actor: Actor): string[] =>
  actor.roles.flatMap(({ domain }) => (domain === undefined ? [] : [domain]))

export const mayDecide = async (product: string, actor: Actor, { access }: RequestDeps): Promise<boolean> =>
  (await access.decideFor(actor, 'access:decide', { product })).allow

const decidable = async (views: AccessView[], actor: Actor, deps: RequestDeps): Promise<AccessView[]> => {
  const found: AccessView[] = []
  for (const view of views) if (await mayDecide(view.product, actor, deps)) found.push(view)
  return found
}

export const viewsFor = async (rows: readonly RightRow[], actor: Actor, deps: RequestDeps): Promise<AccessView[]> => {
  const now = deps.catalog.now()
  const views: AccessView[] = []
  for (const row of rows) {
    views.push(viewOf(row, { mine: isMine(row, actor), mayDecide: await mayDecide(row.product, actor, deps), now }))
  }
  return views
}
