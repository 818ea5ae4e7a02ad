import { type AccessView, type Actor, type DataProduct, decide, type Grant, grantFor, MeshError } from '@datamesh/core'
import { sql, type Transaction } from 'kysely'
import { type CatalogDeps, noProduct, productEntry } from '../catalog/index.ts'
import { appendEvent, type Database, type GrantState } from '../store/index.ts'
import { type Access, accessChannel } from './access.ts'
import { loadGrants } from './grants.ts'
import { resourceFrom } from './resources.ts'
import { isMine, namesOf, type RightRow, rights, stateOf, transitions, viewOf } from './rights.ts'

export type RequestDeps = { catalog: CatalogDeps; access: Pick<Access, 'decideFor' | 'grantsMoved' | 'sightOf'> }

export type AccessWish = {
  /** Ids of products. */
  products: readonly string[]
  /** Names of output ports; none: all. */
  ports: readonly string[]
  purpose: string
  /** ISO time, or date: to the end of that day, UTC. Null: until it is revoked. */
  until: string | null
}

const most = 1000

/**
 * Asks for the right to read products; all of them or none. What is asked for or given already is answered with what there is: asking twice
 * is asking once. @throws not-found also for what the actor may not find, access-not-needed, request-invalid
 */
export const requestAccess = async (wish: AccessWish, actor: Actor, deps: RequestDeps): Promise<AccessView[]> => {
  const { store, now } = deps.catalog
  const at = now()
  const until = wish.until === null ? null : endOf(wish.until, at)
  const ports = [...new Set(wish.ports)].sort()
  const { visible } = await deps.access.sightOf(actor)
  const grants = await loadGrants(actor, at, store)
  const kept: string[] = []
  const wanted: string[] = []
  for (const id of new Set(wish.products)) {
    if (!visible(id)) throw noProduct(id)
    const { product } = await productEntry(id, deps.catalog)
    refuseUnknownPorts(product, ports)
    const resource = resourceFrom(product)
    const without = decide({ actor, action: 'data:read', resource, now: at }, { grants: [] })
    if (without.allow) throw new MeshError('access-not-needed', { product: id, because: without.because })
    if (product.status === 'draft')
      throw new MeshError('request-invalid', { what: `${id} is a draft: it can be asked for once it is active` })
    const live = liveGrant({ product: id, ports, until }, actor, grants, at)
    if (live) kept.push(live.id)
    else wanted.push(id)
  }
  const asked = await store.db.transaction().execute(async (tx) => {
    const ids: string[] = []
    for (const product of wanted) ids.push(await ask({ product, ports, purpose: wish.purpose, until }, actor, deps, tx))
    return ids
  })
  // what one has asked for is told with the product
  if (asked.length > 0) deps.access.grantsMoved()
  const rows = await rights(store.db)
    .where('access_grant.id', 'in', [...kept, ...asked])
    .orderBy('access_grant.product')
    .execute()
  return viewsFor(rows, actor, deps)
}

/** A grant of this actor that gives all that is asked for. */
const liveGrant = (
  { product, ports, until }: { product: string; ports: readonly string[]; until: Date | null },
  actor: Actor,
  grants: readonly Grant[],
  now: Date,
): Grant | undefined =>
  grants.find(
    (grant) =>
      (grant.ports.length === 0 || (ports.length > 0 && ports.every((port) => grant.ports.includes(port)))) &&
      (grant.until === null || (until !== null && grant.until >= until)) &&
      grantFor({ actor, action: 'data:read', resource: { product }, now }, [grant]) !== undefined,
  )

const refuseUnknownPorts = (product: DataProduct, ports: readonly string[]): void => {
  const known = product.outputPorts.map((port) => port.name)
  const unknown = ports.find((port) => !known.includes(port))
  if (unknown === undefined) return
  throw new MeshError('request-invalid', {
    what: `${product.id} has no output port ${unknown}; it has ${known.join(', ')}`,
  })
}

/** @throws request-invalid for what is no time, or past */
const endOf = (written: string, now: Date): Date => {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(written)
  const at = new Date(written)
  if (Number.isNaN(at.getTime()) || !/^\d{4}-\d{2}-\d{2}/.test(written))
    throw new MeshError('request-invalid', { what: `until: ${written} is no date; write 2026-12-31` })
  const end = isDay ? new Date(at.getTime() + 86_400_000) : at
  if (end <= now) throw new MeshError('request-invalid', { what: `until: ${written} is past` })
  return end
}

const ask = async (
  wish: { product: string; ports: string[]; purpose: string; until: Date | null },
  actor: Actor,
  { catalog }: RequestDeps,
  tx: Transaction<Database>,
): Promise<string> => {
  const at = catalog.now()
  // a request that ran out while it waited makes room for a new one
  await tx
    .updateTable('access_grant')
    .set({ state: 'expired' })
    .where('product', '=', wish.product)
    .where('principal', '=', actor.id)
    .where('state', '=', 'requested')
    .where('until', '<=', at)
    .execute()
  const made = await tx
    .insertInto('access_grant')
    .values({
      id: catalog.newId('acc'),
      ...wish,
      principal: actor.id,
      state: 'requested',
      requested_by: actor.id,
      requested_at: at,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!made) {
    const { id } = await tx
      .selectFrom('access_grant')
      .select('id')
      .where('product', '=', wish.product)
      .where('principal', '=', actor.id)
      .where('ports', '=', sql<string[]>`cast(${wish.ports} as text[])`)
      .where('state', '=', 'requested')
      .executeTakeFirstOrThrow()
    return id
  }
  await tellGrants(tx)
  await appendEvent(tx, {
    type: 'access.requested',
    subject: wish.product,
    actor: actor.id,
    at,
    data: {
      request: made.id,
      principal: actor.id,
      ports: wish.ports,
      purpose: wish.purpose,
      until: wish.until?.toISOString() ?? null,
    },
  })
  return made.id
}

const tellGrants = (tx: Transaction<Database>) => sql`select pg_notify(${accessChannel}, '')`.execute(tx)

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

const mayDecide = async (product: string, actor: Actor, { access }: RequestDeps): Promise<boolean> =>
  (await access.decideFor(actor, 'access:decide', { product })).allow

const decidable = async (views: AccessView[], actor: Actor, deps: RequestDeps): Promise<AccessView[]> => {
  const found: AccessView[] = []
  for (const view of views) if (await mayDecide(view.product, actor, deps)) found.push(view)
  return found
}

const viewsFor = async (rows: readonly RightRow[], actor: Actor, deps: RequestDeps): Promise<AccessView[]> => {
  const now = deps.catalog.now()
  const views: AccessView[] = []
  for (const row of rows) {
    views.push(viewOf(row, { mine: isMine(row, actor), mayDecide: await mayDecide(row.product, actor, deps), now }))
  }
  return views
}

export type AccessDecision = {
  decision: AccessView['may'][number]
  reason?: string | undefined
  /** With an approval: another end than was asked for. */
  until?: string | null | undefined
}

/**
 * Approves, denies, revokes or withdraws; works from the next read on, in every replica.
 * @throws not-found also for what is neither one's own nor one's to decide, denied, access-decided when it is not in the state for it,
 * request-invalid
 */
export const decideAccess = async (
  id: string,
  wish: AccessDecision,
  actor: Actor,
  deps: RequestDeps,
): Promise<AccessView> => {
  const { store, now } = deps.catalog
  const { decision } = wish
  const at = now()
  const { from, to, by } = transitions[decision]
  await store.db.transaction().execute(async (tx) => {
    // two who decide at once come one after the other
    const row = await tx.selectFrom('access_grant').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
    const decider = row !== undefined && (await mayDecide(row.product, actor, deps))
    const mine = row !== undefined && isMine(row, actor)
    if (row === undefined || !(decider || mine)) throw new MeshError('not-found', { what: `request ${id}` })
    if (by === 'decider' && !decider) {
      throw new MeshError('denied', { action: 'access:decide', because: 'the owner of the product decides' })
    }
    if (by === 'asker' && !mine) {
      throw new MeshError('denied', { action: 'access:request', because: 'only who has asked can withdraw' })
    }
    const state = stateOf(row, at)
    if (state !== from) throw new MeshError('access-decided', { request: id, state, decision })
    if (decision === 'deny' && !wish.reason?.trim()) {
      throw new MeshError('request-invalid', { what: 'reason: say why, so that the other one can mend it' })
    }
    const until = decision !== 'approve' || wish.until === undefined ? row.until : endOrNever(wish.until, at)
    const reason = wish.reason?.trim() || null
    await tx
      .updateTable('access_grant')
      .set({ state: to, decided_by: actor.id, decided_at: at, reason, until })
      .where('id', '=', id)
      .execute()
    await tellGrants(tx)
    await appendEvent(tx, {
      type: `access.${to}`,
      subject: row.product,
      actor: actor.id,
      at,
      data: {
        request: id,
        principal: row.principal,
        requestedBy: row.requested_by,
        ports: row.ports,
        purpose: row.purpose,
        until: until?.toISOString() ?? null,
        reason,
      },
    })
  })
  deps.access.grantsMoved()
  const row = await rights(store.db).where('access_grant.id', '=', id).executeTakeFirstOrThrow()
  return (await viewsFor([row], actor, deps))[0] as AccessView
}

const endOrNever = (until: string | null, now: Date): Date | null => (until === null ? null : endOf(until, now))
