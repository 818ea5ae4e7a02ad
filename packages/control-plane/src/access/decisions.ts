import {
  type AccessView,
  type Actor,
  type Approver,
  combineMasks,
  FilterMistake,
  isMeshError,
  type Mask,
  MeshError,
  maskFits,
  maskText,
  readFilter,
} from '@datamesh/core'
import type { Transaction } from 'kysely'
import { productEntry } from '../catalog/index.ts'
import { actorById } from '../identity/index.ts'
import { appendEvent, type Database, json, type Row } from '../store/index.ts'
import { remember } from './history.ts'
import { decidesAbout, kinOf, mayDecide, standingTo, viewsFor } from './lists.ts'
import { approversFor } from './requests.ts'
import { resourceFrom } from './resources.ts'
import {
  type Approval,
  approvalsOf,
  endOf,
  placesFor,
  type RequestDeps,
  type RightRow,
  rights,
  type Standing,
  stateOf,
  tellGrants,
  transitions,
} from './rights.ts'

export type AccessDecision = {
  decision: AccessView['may'][number]
  reason?: string | undefined
  /** With an approval: another end than was asked for. */
  until?: string | null | undefined
  /** With an approval: conditions beside those of the product and of other approvals. */
  masks?: AccessView['masks'] | undefined
  rowFilter?: string | undefined
  detokenise?: boolean | undefined
}

/**
 * Approves, denies, revokes or withdraws; works from the next read on, in every replica. A request that needs several words is granted with
 * the last of them; each may narrow what is given, none can widen what another has narrowed.
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
  const kin = await kinOf(actor, deps.catalog)
  const known = await rights(store.db).where('access_grant.id', '=', id).executeTakeFirst()
  const decides = known !== undefined && (await mayDecide(known.product, actor, deps))
  const needed = known === undefined || wish.decision !== 'approve' ? [] : await approversNow(known, deps)
  // who may not decide is told nothing of the product by what is wrong with conditions for it
  if (known !== undefined)
    mustBeAllowed(withPlaces(known, needed), wish, standingTo(known, actor, kin, decides), now(), actor)
  const conditions = known === undefined ? null : await conditionsOf(wish, known.product, deps)
  await store.db.transaction().execute(async (tx) => {
    // two who decide at once come one after the other
    const found = await tx.selectFrom('access_grant').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
    if (known === undefined || found === undefined || conditions === null)
      throw new MeshError('not-found', { what: `request ${id}` })
    const row = withPlaces({ ...known, ...found }, needed)
    const standing = standingTo(row, actor, kin, decides)
    mustBeAllowed(row, wish, standing, now(), actor)
    await decided(row, { ...wish, ...conditions }, standing, actor, deps, tx)
  })
  deps.access.grantsMoved()
  const row = await rights(store.db).where('access_grant.id', '=', id).executeTakeFirstOrThrow()
  return (await viewsFor([row], actor, deps))[0] as AccessView
}

/** Who has to say yes as the product is today: it may be classed higher than when it was asked for. */
const approversNow = async (row: RightRow, deps: RequestDeps): Promise<readonly Approver[]> => {
  const { principal, purpose } = row
  const known = principal === null ? null : await actorById(deps.catalog.store.db, principal)
  const id = principal ?? ''
  const holder: Actor = known ?? { id, name: id, kind: 'person', roles: [{ role: 'consumer' }] }
  const entry = await productEntry(row.product, deps.catalog)
  return approversFor(entry.product, resourceFrom(entry), { purpose }, holder, deps)
}

/** A request that waits takes up whoever is asked for by now; it never needs fewer than when it was asked. */
const withPlaces = (row: RightRow, needed: readonly Approver[]): RightRow => {
  const asked = approvalsOf(row)
  const more = needed.filter((by) => !asked.some((each) => each.by === by))
  return row.state !== 'requested' || more.length === 0
    ? row
    : { ...row, approvals: [...asked, ...more.map((by): Approval => ({ by, approvedBy: null, at: null }))] }
}

const mustBeAllowed = (
  row: RightRow,
  { decision, reason }: AccessDecision,
  standing: Standing,
  now: Date,
  actor: Actor,
): void => {
  const { from, by } = transitions[decision]
  const decider = decidesAbout(row, standing)
  if (!(decider || standing.mine)) throw new MeshError('not-found', { what: `request ${row.id}` })
  const refuse = (action: string, because: string): never => {
    throw new MeshError('denied', { action, because })
  }
  if (by === 'decider' && !decider) refuse('access:decide', 'the owner of the product decides')
  if (by === 'asker' && !standing.mine) refuse('access:request', 'only who has asked can withdraw')
  const state = stateOf(row, now)
  if (state !== from) throw new MeshError('access-decided', { request: row.id, state, decision })
  if (decision === 'deny' && !reason?.trim())
    throw new MeshError('request-invalid', { what: 'reason: say why, so that the other one can mend it' })
  if (decision === 'approve' && placesFor(row, actor, standing).length === 0) {
    const open = approvalsOf(row).filter(({ approvedBy }) => approvedBy === null)
    refuse(
      'access:decide',
      standing.bound || (standing.mine && !standing.own)
        ? 'nobody approves their own request'
        : `it waits for ${open.map(({ by: who }) => `the ${who}`).join(' and ')} of ${row.product}, who is somebody else`,
    )
  }
}

/**
 * Whether `decideAccess` would take these conditions, for whoever may decide; changes nothing.
 * @throws not-found also for what is not one's to decide
 */
export const tryConditions = async (
  id: string,
  { masks, rowFilter }: Pick<AccessDecision, 'masks' | 'rowFilter'>,
  actor: Actor,
  deps: RequestDeps,
): Promise<{ mistake: string | null; rowFilter: string | null }> => {
  const row = await rights(deps.catalog.store.db).where('access_grant.id', '=', id).executeTakeFirst()
  const kin = await kinOf(actor, deps.catalog)
  const decides = row !== undefined && (await mayDecide(row.product, actor, deps))
  if (row === undefined || !decidesAbout(row, standingTo(row, actor, kin, decides)))
    throw new MeshError('not-found', { what: `request ${id}` })
  try {
    const taken = await conditionsOf({ decision: 'approve', masks, rowFilter }, row.product, deps)
    return { mistake: null, rowFilter: taken.rowFilter === null ? null : readFilter(taken.rowFilter).sql }
  } catch (error) {
    if (isMeshError(error) && error.code === 'request-invalid')
      return { mistake: 'what' in error.facts ? error.facts.what : error.message, rowFilter: null }
    throw error
  }
}

type Decided = Omit<AccessDecision, 'masks' | 'rowFilter'> & Conditions
type Conditions = { masks: Mask[]; rowFilter: string | null }

/** @throws request-invalid for a column that there is not, a mask that does not fit it, a filter that cannot be read */
const conditionsOf = async (wish: AccessDecision, product: string, { catalog }: RequestDeps): Promise<Conditions> => {
  const masks = (wish.masks ?? []).map(maskIn)
  const filter = wish.rowFilter?.trim() || null
  if (wish.decision !== 'approve' || (masks.length === 0 && filter === null)) return { masks: [], rowFilter: null }
  const { product: manifest, head } = await productEntry(product, catalog)
  const types = new Map<string, string | undefined>()
  for (const { fields } of Object.values(manifest.schema.tables))
    for (const field of fields) types.set(field.name.toLowerCase(), field.sqlType)
  for (const table of head?.tables ?? [])
    for (const column of table.columns) types.set(column.name.toLowerCase(), column.type)
  const mustExist = (column: string) => {
    if (types.size > 0 && !types.has(column.toLowerCase()))
      throw new MeshError('request-invalid', {
        what: `${product} has no column ${column}; it has ${[...types.keys()].join(', ')}`,
      })
  }
  for (const mask of masks) {
    mustExist(mask.column)
    const type = types.get(mask.column.toLowerCase())
    if (type !== undefined && !maskFits(mask, type.toUpperCase()))
      throw new MeshError('request-invalid', {
        what: `${maskText(mask)} does not fit column ${mask.column} of type ${type}`,
      })
  }
  if (filter !== null) for (const column of readOrRefuse(filter)) mustExist(column)
  return { masks, rowFilter: filter }
}

const readOrRefuse = (filter: string): readonly string[] => {
  try {
    return readFilter(filter).columns
  } catch (error) {
    if (error instanceof FilterMistake) throw new MeshError('request-invalid', { what: error.message })
    throw error
  }
}

const maskIn = (mask: AccessView['masks'][number]): Mask => {
  if (mask.how !== 'generalise') return mask
  const { column, how, to, step } = mask
  if (to !== undefined && step === undefined) return { column, how, to }
  if (step !== undefined && to === undefined) return { column, how, step }
  throw new MeshError('request-invalid', { what: `generalise ${column}: either to year, month or day, or to a step` })
}

const decided = async (
  row: RightRow,
  wish: Decided,
  standing: Standing,
  actor: Actor,
  { catalog }: RequestDeps,
  tx: Transaction<Database>,
): Promise<void> => {
  const at = catalog.now()
  const { decision } = wish
  const reason = wish.reason?.trim() || null
  const places = decision === 'approve' ? placesFor(row, actor, standing) : []
  const approvals = approvalsOf(row).map(
    (each): Approval =>
      each.approvedBy === null && places.includes(each.by)
        ? { ...each, approvedBy: actor.id, at: at.toISOString() }
        : each,
  )
  const waits = decision === 'approve' && approvals.some(({ approvedBy }) => approvedBy === null)
  const to = waits ? 'requested' : transitions[decision].to
  const saved: Row<'access_grant'> = await tx
    .updateTable('access_grant')
    .set({
      state: to,
      reason,
      ...(waits ? {} : { decided_by: actor.id, decided_at: at }),
      ...(decision === 'approve' ? { ...narrowed(row, wish, at), approvals: json(approvals) } : {}),
    })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  const what = waits ? 'approved' : (to as 'granted' | 'denied' | 'revoked' | 'withdrawn')
  await tellGrants(tx)
  await remember(tx, saved, { at, what, by: actor.id, reason })
  await appendEvent(tx, {
    type: `access.${what}`,
    subject: row.product,
    actor: actor.id,
    at,
    data: {
      request: row.id,
      principal: row.principal,
      requestedBy: row.requested_by,
      ports: row.ports,
      purpose: row.purpose,
      until: saved.until?.toISOString() ?? null,
      reason,
      ...(places.length > 0 ? { as: places } : {}),
    },
  })
}

/** What an approval gives: the first may move the end anywhere, later ones only bring it nearer; conditions add up. */
const narrowed = (row: RightRow, wish: Decided, now: Date) => {
  const later = approvalsOf(row).some(({ approvedBy }) => approvedBy !== null)
  const wished = wish.until === undefined ? row.until : wish.until === null ? null : endOf(wish.until, now)
  const until = later ? earlier(row.until, wished) : wished
  const filters = [row.row_filter, wish.rowFilter].filter((each) => each !== null)
  return {
    until,
    masks: json(combineMasks(row.masks as Mask[], wish.masks)),
    row_filter: filters.length > 1 ? filters.map((each) => `(${each})`).join(' and ') : (filters[0] ?? null),
    // several who decide: all of them have to say so
    detokenise: later ? row.detokenise && wish.detokenise === true : (wish.detokenise ?? row.detokenise),
  }
}

const earlier = (a: Date | null, b: Date | null): Date | null =>
  a === null ? b : b === null ? a : new Date(Math.min(a.getTime(), b.getTime()))
