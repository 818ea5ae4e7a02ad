import { type AccessView, type Actor, MeshError } from '@datamesh/core'
import { appendEvent } from '../store/index.ts'
import { mayDecide, viewsFor } from './lists.ts'
import { endOf, isMine, type RequestDeps, rights, stateOf, tellGrants, transitions } from './rights.ts'

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
