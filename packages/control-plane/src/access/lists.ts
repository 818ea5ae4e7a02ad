import { type AccessView, type Actor, administers, isOwnerOf, isStewardOf } from '@datamesh/core'
import { sql } from 'kysely'
import type { GrantState } from '../store/index.ts'
import { historiesOf } from './history.ts'
import {
  approvalsOf,
  isMine,
  namesOf,
  placesFor,
  type RequestDeps,
  type RightRow,
  rights,
  type Standing,
  stateOf,
  viewOf,
} from './rights.ts'

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
  const kin = await kinOf(actor, deps.catalog)
  const mine = [...namesOf(actor), ...kin.machines]
  const rows = await rights(deps.catalog.store.db)
    .$if(product !== undefined, (query) => query.where('access_grant.product', '=', product as string))
    .$if(box === 'mine', (query) =>
      query.where((e) =>
        e.or([
          e('access_grant.requested_by', '=', actor.id),
          e('access_grant.principal', '=', sql<string>`any(cast(${mine} as text[]))`),
        ]),
      ),
    )
    .$if(box === 'inbox' && !isEverywhere(actor), (query) =>
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
  const found = rows.filter((row) => visible(row.product) && (wanted === undefined || stateOf(row, now) === wanted))
  if (box === 'mine') return viewsFor(found, actor, deps)
  const mineToDecide: RightRow[] = []
  for (const row of found) {
    const standing = standingTo(row, actor, kin, await mayDecide(row.product, actor, deps))
    // what only another one can still approve is not waiting for this one
    const waits = state === undefined ? placesFor(row, actor, standing).length > 0 : decidesAbout(row, standing)
    if (waits) mineToDecide.push(row)
  }
  return viewsFor(mineToDecide, actor, deps)
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

/** Whoever looks into the inboxes of all domains: administrators, and stewards of the whole mesh. */
const isEverywhere = (actor: Actor): boolean =>
  administers(actor) || actor.roles.some(({ role, domain }) => role === 'data-steward' && domain === undefined)

/** Only narrows what is read from the state; `decide` has the word. */
const domainsOf = (actor: Actor): string[] =>
  actor.roles.flatMap(({ domain }) => (domain === undefined ? [] : [domain]))

/** Machines of the actor, or of a team of theirs. */
export const machinesOf = async (actor: Actor, { store }: RequestDeps['catalog']): Promise<ReadonlySet<string>> => {
  const rows = await store.db
    .selectFrom('machine_owner')
    .select('machine')
    .where('owner', 'in', namesOf(actor))
    .execute()
  return new Set(rows.map(({ machine }) => machine))
}

export type Kin = { machines: ReadonlySet<string>; owners: ReadonlySet<string> }

/** Machines of the actor; and who owns the actor, where that is a machine: a principal, or a team and everybody in it. */
export const kinOf = async (actor: Actor, catalog: RequestDeps['catalog']): Promise<Kin> => {
  const { rows } = await sql<{ owner: string }>`
    select owner from machine_owner where machine = ${actor.id}
    union
    select m.principal
    from machine_owner o
    join team_member m on m.team = o.owner
    where o.machine = ${actor.id}`.execute(catalog.store.db)
  return { machines: await machinesOf(actor, catalog), owners: new Set(rows.map(({ owner }) => owner)) }
}

/** How an actor stands to the rights of one product. */
export const standingTo = (
  row: Pick<RightRow, 'product' | 'principal' | 'requested_by'>,
  actor: Actor,
  { machines, owners }: Kin,
  decides: boolean,
): Standing => {
  const domain = row.product.split('/')[0] ?? ''
  return {
    mine: isMine(row, actor) || (row.principal !== null && machines.has(row.principal)),
    bound: owners.has(row.requested_by) || (row.principal !== null && owners.has(row.principal)),
    own: isOwnerOf(actor, domain),
    administers: administers(actor),
    fills: [...(decides ? (['owner'] as const) : []), ...(isStewardOf(actor, domain) ? (['steward'] as const) : [])],
  }
}

/** May the actor decide about this right as its owner or, where the right asks for one, as a steward? */
export const decidesAbout = (row: RightRow, standing: Standing): boolean =>
  standing.administers ||
  approvalsOf(row).some(({ by }) => standing.fills.includes(by)) ||
  standing.fills.includes('owner')

export const mayDecide = async (product: string, actor: Actor, { access }: RequestDeps): Promise<boolean> =>
  (await access.decideFor(actor, 'access:decide', { product })).allow

export const viewsFor = async (rows: readonly RightRow[], actor: Actor, deps: RequestDeps): Promise<AccessView[]> => {
  const now = deps.catalog.now()
  const { db } = deps.catalog.store
  const [histories, kin] = [
    await historiesOf(
      rows.map(({ id }) => id),
      db,
    ),
    await kinOf(actor, deps.catalog),
  ]
  const views: AccessView[] = []
  for (const row of rows) {
    const standing = standingTo(row, actor, kin, await mayDecide(row.product, actor, deps))
    const fills = decidesAbout(row, standing) ? standing.fills : []
    views.push(viewOf(row, { standing: { ...standing, fills }, history: histories.get(row.id) ?? [], now, actor }))
  }
  return views
}
