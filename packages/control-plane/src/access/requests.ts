import {
  type AccessView,
  type Actor,
  type Approver,
  approversOf,
  type DataProduct,
  decide,
  type Grant,
  grantFor,
  MeshError,
  type Resource,
  routingOf,
} from '@datamesh/core'
import { sql, type Transaction } from 'kysely'
import { noProduct, productEntry } from '../catalog/index.ts'
import { actorById } from '../identity/index.ts'
import { appendEvent, type Database, json, type Row } from '../store/index.ts'
import { loadGrants } from './grants.ts'
import { remember } from './history.ts'
import { machinesOf, viewsFor } from './lists.ts'
import { resourceFrom } from './resources.ts'
import { endOf, isRenewable, namesOf, type RequestDeps, rights, stateOf, tellGrants } from './rights.ts'
import { expireNow } from './timekeeping.ts'

export type AccessWish = {
  /** Ids of products. */
  products: readonly string[]
  /** Names of output ports; none: all. */
  ports: readonly string[]
  /** Of single products, instead of `ports`. */
  portsOf?: Readonly<Record<string, readonly string[]>> | undefined
  purpose: string
  /** ISO time, or date: to the end of that day, UTC. Null: until it is revoked. */
  until: string | null
  /** A team of the actor, or a machine that the actor owns. */
  onBehalfOf?: string | undefined
  /** The grant that is to go on. */
  renews?: string | undefined
}

type Wanted = {
  product: DataProduct
  resource: Resource
  ports: string[]
  renews: Row<'access_grant'> | null
  approvers: readonly Approver[]
}

/**
 * Asks for the right to read products; all of them or none. What is asked for or given already is answered with what there is: asking twice
 * is asking once. Where policy and manifest ask for nobody's word, the right is given at once.
 * @throws not-found also for what the actor may not find, access-not-needed, request-invalid
 */
export const requestAccess = async (wish: AccessWish, actor: Actor, deps: RequestDeps): Promise<AccessView[]> => {
  const { store, now } = deps.catalog
  const at = now()
  const until = wish.until === null ? null : endOf(wish.until, at)
  const { visible } = await deps.access.sightOf(actor)
  const holder = await holderOf(wish.onBehalfOf, actor, deps)
  const before = wish.renews === undefined ? null : await renewed(wish.renews, wish, holder, actor, deps)
  const grants = await loadGrants(holder, at, store)
  const kept: string[] = []
  const wanted: Wanted[] = []
  const products = [...new Set(wish.products)]
  const stray = Object.keys(wish.portsOf ?? {}).find((id) => !products.includes(id))
  if (stray !== undefined)
    throw new MeshError('request-invalid', { what: `portsOf names ${stray}, which is not in the cart` })
  for (const id of products) {
    if (!visible(id)) throw noProduct(id)
    const entry = await productEntry(id, deps.catalog)
    const { product } = entry
    const named = wish.portsOf?.[id] ?? (wish.ports.length === 0 && before ? before.ports : wish.ports)
    const ports = [...new Set(named)].sort()
    refuseUnknownPorts(product, ports)
    const resource = resourceFrom(entry)
    const without = decide({ actor: holder, action: 'data:read', resource, now: at }, { grants: [] })
    if (without.allow) throw new MeshError('access-not-needed', { product: id, because: without.because })
    if (product.status === 'draft')
      throw new MeshError('request-invalid', { what: `${id} is a draft: it can be asked for once it is active` })
    const live = before ? undefined : liveGrant({ product: id, ports, until }, holder, grants, at)
    if (live) kept.push(live.id)
    else
      wanted.push({
        product,
        resource,
        ports,
        renews: before,
        approvers: await approversFor(product, resource, wish, holder, deps),
      })
  }
  const asked = await store.db.transaction().execute(async (tx) => {
    const ids: string[] = []
    for (const each of wanted) ids.push(await ask({ ...each, purpose: wish.purpose, until }, holder, actor, deps, tx))
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

/** Who is to hold the right. @throws not-found for whoever is neither a team nor a machine of the actor */
export const holderOf = async (id: string | undefined, actor: Actor, deps: RequestDeps): Promise<Actor> => {
  if (id === undefined || id === actor.id) return actor
  // a team reads by its members, who are readers like others
  if (actor.teams?.includes(id)) return { id, name: id, kind: 'person', roles: [{ role: 'consumer' }] }
  const machine = (await machinesOf(actor, deps.catalog)).has(id) ? await actorById(deps.catalog.store.db, id) : null
  if (machine === null) throw new MeshError('not-found', { what: `team or machine ${id} of yours` })
  return machine
}

/** The grant that is to go on. @throws not-found, request-invalid */
const renewed = async (
  id: string,
  wish: AccessWish,
  holder: Actor,
  actor: Actor,
  { catalog }: RequestDeps,
): Promise<Row<'access_grant'>> => {
  const row = await catalog.store.db.selectFrom('access_grant').selectAll().where('id', '=', id).executeTakeFirst()
  const known =
    row !== undefined &&
    (row.principal === holder.id || (row.principal !== null && namesOf(actor).includes(row.principal)))
  if (!known) throw new MeshError('not-found', { what: `grant ${id} of yours` })
  if (row.principal !== holder.id)
    throw new MeshError('request-invalid', {
      what: `grant ${id} is held by ${row.principal}: ask on behalf of ${row.principal}`,
    })
  if (wish.products.length !== 1 || wish.products[0] !== row.product)
    throw new MeshError('request-invalid', { what: `grant ${id} is for ${row.product}: ask for that product alone` })
  const now = catalog.now()
  if (!isRenewable(row, stateOf(row, now), now))
    throw new MeshError('request-invalid', {
      what: `grant ${id} is ${stateOf(row, now)} and has no end that could be moved: ask anew`,
    })
  return row
}

export const approversFor = async (
  product: DataProduct,
  resource: Resource,
  wish: Pick<AccessWish, 'purpose'>,
  holder: Actor,
  { access }: Pick<RequestDeps, 'access'>,
): Promise<readonly Approver[]> =>
  approversOf[
    routingOf({
      classification: product.access.classification,
      manifest: product.access.approval,
      policies: await access.routingsFor(holder, resource, wish.purpose),
    })
  ]

/** A grant of this holder that gives all that is asked for. */
const liveGrant = (
  { product, ports, until }: { product: string; ports: readonly string[]; until: Date | null },
  holder: Actor,
  grants: readonly Grant[],
  now: Date,
): Grant | undefined =>
  grants.find(
    (grant) =>
      (grant.ports.length === 0 || (ports.length > 0 && ports.every((port) => grant.ports.includes(port)))) &&
      (grant.until === null || (until !== null && grant.until >= until)) &&
      grantFor({ actor: holder, action: 'data:read', resource: { product }, now }, [grant]) !== undefined,
  )

const refuseUnknownPorts = (product: DataProduct, ports: readonly string[]): void => {
  const known = product.outputPorts.map((port) => port.name)
  const unknown = ports.find((port) => !known.includes(port))
  if (unknown === undefined) return
  throw new MeshError('request-invalid', {
    what: `${product.id} has no output port ${unknown}; it has ${known.join(', ')}`,
  })
}

const ask = async (
  wish: Wanted & { purpose: string; until: Date | null },
  holder: Actor,
  actor: Actor,
  deps: RequestDeps,
  tx: Transaction<Database>,
): Promise<string> => {
  const { catalog } = deps
  const at = catalog.now()
  const product = wish.product.id
  // a request that ran out while it waited makes room for a new one
  await expireNow(tx, at, { product, principal: holder.id })
  const automatic = wish.approvers.length === 0
  const made = await tx
    .insertInto('access_grant')
    .values({
      id: catalog.newId('acc'),
      product,
      ports: wish.ports,
      purpose: wish.purpose,
      until: wish.until,
      principal: holder.id,
      state: automatic ? 'granted' : 'requested',
      requested_by: actor.id,
      requested_at: at,
      approvals: json(wish.approvers.map((by) => ({ by, approvedBy: null, at: null }))),
      // what goes on goes on under the same conditions
      masks: json(wish.renews?.masks ?? []),
      row_filter: wish.renews?.row_filter ?? null,
      detokenise: wish.renews?.detokenise ?? false,
      renews: wish.renews?.id ?? null,
      ...(automatic ? { decided_by: 'system', decided_at: at, reason: 'granted at once, as its policy says' } : {}),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!made) {
    const waiting = await tx
      .selectFrom('access_grant')
      .select('id')
      .where('product', '=', product)
      .where('principal', '=', holder.id)
      .where('ports', '=', sql<string[]>`cast(${wish.ports} as text[])`)
      .where('state', '=', 'requested')
      .executeTakeFirst()
    // decided about at this very moment: what is asked for now is a request of its own
    return waiting === undefined ? ask(wish, holder, actor, deps, tx) : waiting.id
  }
  await tellGrants(tx)
  const data = {
    request: made.id,
    principal: holder.id,
    requestedBy: actor.id,
    ports: wish.ports,
    purpose: wish.purpose,
    until: wish.until?.toISOString() ?? null,
    ...(wish.renews ? { renews: wish.renews.id } : {}),
  }
  await remember(tx, made, { at, what: 'requested', by: actor.id })
  await appendEvent(tx, { type: 'access.requested', subject: product, actor: actor.id, at, data })
  if (automatic) {
    await remember(tx, made, { at, what: 'granted', by: 'system', reason: made.reason })
    await appendEvent(tx, {
      type: 'access.granted',
      subject: product,
      actor: 'system',
      at,
      data: { ...data, reason: made.reason },
    })
  }
  return made.id
}
