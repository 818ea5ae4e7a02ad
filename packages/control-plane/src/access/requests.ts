import { type AccessView, type Actor, type DataProduct, decide, type Grant, grantFor, MeshError } from '@datamesh/core'
import { sql, type Transaction } from 'kysely'
import { noProduct, productEntry } from '../catalog/index.ts'
import { appendEvent, type Database } from '../store/index.ts'
import { loadGrants } from './grants.ts'
import { viewsFor } from './lists.ts'
import { resourceFrom } from './resources.ts'
import { endOf, type RequestDeps, rights, tellGrants } from './rights.ts'

export type AccessWish = {
  /** Ids of products. */
  products: readonly string[]
  /** Names of output ports; none: all. */
  ports: readonly string[]
  purpose: string
  /** ISO time, or date: to the end of that day, UTC. Null: until it is revoked. */
  until: string | null
}

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
    const entry = await productEntry(id, deps.catalog)
    const { product } = entry
    refuseUnknownPorts(product, ports)
    const resource = resourceFrom(entry)
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

const ask = async (
  wish: { product: string; ports: string[]; purpose: string; until: Date | null },
  actor: Actor,
  { catalog }: Pick<RequestDeps, 'catalog'>,
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
    const waiting = await tx
      .selectFrom('access_grant')
      .select('id')
      .where('product', '=', wish.product)
      .where('principal', '=', actor.id)
      .where('ports', '=', sql<string[]>`cast(${wish.ports} as text[])`)
      .where('state', '=', 'requested')
      .executeTakeFirst()
    // decided about at this very moment: what is asked for now is a request of its own
    return waiting === undefined ? ask(wish, actor, { catalog }, tx) : waiting.id
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
