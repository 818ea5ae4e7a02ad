import { type Actor, MeshError, type ReplyOf } from '@datamesh/core'
import { noProduct, productEntry } from '../catalog/index.ts'
import { actorById } from '../identity/index.ts'
import type { Access } from './access.ts'
import { machinesOf, mayDecide } from './lists.ts'
import { exactly, resourceFrom } from './resources.ts'
import { isMine, namesOf, type RequestDeps, rights, stateOf } from './rights.ts'

export type ExplainQuestion = {
  product: string
  /** Absent: the actor. */
  principal?: string | undefined
  port?: string | undefined
  table?: string | undefined
  purpose?: string | undefined
}

export type ExplainDeps = {
  catalog: RequestDeps['catalog']
  access: RequestDeps['access'] & Pick<Access, 'explainFor'>
}

/**
 * Why somebody can or cannot read a product: the decision itself, with its rules. About others it is told to those who decide about the
 * product, and to who owns the machine or is in the team. @throws not-found, denied, request-invalid
 */
export const explainAccess = async (
  { product: id, principal = '', port, table, purpose }: ExplainQuestion,
  actor: Actor,
  deps: ExplainDeps,
): Promise<ReplyOf<'explainAccess'>> => {
  const { visible } = await deps.access.sightOf(actor)
  if (!visible(id)) throw noProduct(id)
  const entry = await productEntry(id, deps.catalog)
  const reader = await readerOf(principal === '' ? actor.id : principal, id, actor, deps)
  if (port !== undefined && !entry.product.outputPorts.some(({ name }) => name === port))
    throw new MeshError('request-invalid', { what: `${id} has no output port ${port}` })
  const version = table === undefined ? undefined : entry.head?.tables.find(({ name }) => name === table)
  if (table !== undefined && version === undefined)
    throw new MeshError('not-found', { what: `table ${table} of ${id}` })
  const whole = resourceFrom(entry, table)
  const exact = version === undefined ? whole : exactly(whole, version)
  const resource = port === undefined ? exact : { ...exact, port }
  const said = await deps.access.explainFor(reader, 'data:read', resource, purpose)
  return {
    principal: reader.id,
    product: id,
    allow: said.allow,
    because: said.because,
    rules: [...said.rules],
    masks: [...said.masks],
    rowFilter: said.rowFilter,
    until: said.until?.toISOString() ?? null,
    next: said.allow
      ? null
      : await nextFor(
          reader,
          id,
          said.rules.some(({ rule, effect }) => rule === 'policy' && effect === 'denies'),
          deps,
        ),
  }
}

/** @throws not-found for whoever is not there, denied for others than one may know about */
const readerOf = async (id: string, product: string, actor: Actor, deps: ExplainDeps): Promise<Actor> => {
  if (id === actor.id) return actor
  const mine = actor.teams?.includes(id) === true || (await machinesOf(actor, deps.catalog)).has(id)
  if (!mine && !(await mayDecide(product, actor, deps)))
    throw new MeshError('denied', {
      action: 'access:explain',
      because: `about ${id} it is told to who decides about ${product}`,
    })
  const { db } = deps.catalog.store
  const known = await actorById(db, id)
  if (known !== null) return known
  const team = await db
    .selectFrom('principal')
    .select(['id', 'name'])
    .where('id', '=', id)
    .where('kind', '=', 'team')
    .where('disabled_at', 'is', null)
    .executeTakeFirst()
  if (team === undefined) throw new MeshError('not-found', { what: `principal ${id}` })
  // a team reads by its members, who are readers like others
  return { ...team, kind: 'person', roles: [{ role: 'consumer' }] }
}

/** What would make a no a yes. */
const nextFor = async (
  reader: Actor,
  product: string,
  byPolicy: boolean,
  { catalog }: ExplainDeps,
): Promise<string | null> => {
  if (byPolicy) return 'a policy says no: ask its owner, or governance, to change it'
  const rows = await rights(catalog.store.db)
    .where('access_grant.product', '=', product)
    .where('state', '=', 'requested')
    .execute()
  const waiting = rows.find(
    (row) =>
      isMine(row, reader) &&
      namesOf(reader).includes(row.principal ?? '') &&
      stateOf(row, catalog.now()) === 'requested',
  )
  if (waiting) return `request ${waiting.id} waits for ${waiting.product_owner}`
  return `datamesh access request ${product} --purpose <text>`
}
