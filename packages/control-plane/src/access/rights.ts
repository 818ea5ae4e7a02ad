import { type AccessView, type Actor, type Approver, MeshError } from '@datamesh/core'
import { type Kysely, sql } from 'kysely'
import { type CatalogDeps, titleOf } from '../catalog/index.ts'
import type { Database, GrantState, Row } from '../store/index.ts'
import { type Access, accessChannel } from './access.ts'

export type RequestDeps = {
  catalog: CatalogDeps
  access: Pick<Access, 'decideFor' | 'grantsMoved' | 'sightOf' | 'routingsFor'>
}

/** A right as the state keeps it, with the words to show it. */
export type RightRow = Row<'access_grant'> & {
  principal_name: string | null
  product_name: string
  product_title: string | null
  product_owner: string
}

export const rights = (db: Kysely<Database>) =>
  db
    .selectFrom('access_grant')
    .innerJoin('product', 'product.id', 'access_grant.product')
    .leftJoin('release', (join) =>
      join.onRef('release.product', '=', 'product.id').onRef('release.version', '=', 'product.current_version'),
    )
    .leftJoin('principal', 'principal.id', 'access_grant.principal')
    .selectAll('access_grant')
    .select(['principal.name as principal_name', 'product.name as product_name', 'product.owner as product_owner'])
    .select(sql<string | null>`release.manifest ->> 'title'`.as('product_title'))

type Decision = AccessView['may'][number]
export type Approval = AccessView['approvals'][number]

/** What a request waits for. One from before there were approvals waits for the owner. */
export const approvalsOf = ({ approvals, state }: Pick<RightRow, 'approvals' | 'state'>): Approval[] =>
  approvals.length === 0 && state === 'requested'
    ? [{ by: 'owner', approvedBy: null, at: null }]
    : (approvals as Approval[])

/**
 * How somebody stands to a right. `mine`: asked by them, or for them, a team or a machine of theirs. `bound`: asked by, or for, whoever owns the
 * machine that they are.
 */
export type Standing = { mine: boolean; bound: boolean; own: boolean; fills: readonly Approver[]; administers: boolean }

/**
 * Which places of the request this one can fill. Four eyes are four: who has said yes does so once; only an administrator stands in for
 * whoever is missing. Nobody approves their own request but the owner of the product, and no machine that of its owner.
 */
export const placesFor = (
  row: RightRow,
  actor: Actor,
  { mine, bound, own, fills, administers }: Standing,
): Approver[] => {
  if (bound || (mine && !own)) return []
  const waiting = approvalsOf(row).filter(({ approvedBy }) => approvedBy === null)
  const can = waiting.map(({ by }) => by).filter((by) => administers || fills.includes(by))
  if (administers) return can
  return approvalsOf(row).some(({ approvedBy }) => approvedBy === actor.id) ? [] : can.slice(0, 1)
}

/** What is left of a right now: one whose time is over is expired, whether or not it was ever given. */
export const stateOf = ({ state, until }: Pick<RightRow, 'state' | 'until'>, now: Date): GrantState =>
  (state === 'granted' || state === 'requested') && until !== null && until <= now ? 'expired' : state

/** From where each decision leads where; everything else is refused. */
export const transitions: Readonly<Record<Decision, { from: GrantState; to: GrantState; by: 'decider' | 'asker' }>> = {
  approve: { from: 'requested', to: 'granted', by: 'decider' },
  deny: { from: 'requested', to: 'denied', by: 'decider' },
  revoke: { from: 'granted', to: 'revoked', by: 'decider' },
  withdraw: { from: 'requested', to: 'withdrawn', by: 'asker' },
}

const renewableDays = 30

export type Seen = { standing: Standing; history: AccessView['history']; now: Date; actor: Actor }

export const viewOf = (row: RightRow, { standing, history, now, actor }: Seen): AccessView => {
  const state = stateOf(row, now)
  const decides = standing.administers || standing.fills.length > 0
  const may = (decision: Decision): boolean => {
    if (transitions[decision].from !== state) return false
    if (decision === 'withdraw') return standing.mine
    if (decision === 'approve') return placesFor(row, actor, standing).length > 0
    return decides
  }
  return {
    id: row.id,
    product: row.product,
    productTitle: row.product_title ?? titleOf(row.product_name),
    ports: row.ports,
    principal: row.principal,
    principalName:
      row.principal_name ?? (row.role === null ? (row.principal ?? '') : `everybody with role ${row.role}`),
    purpose: row.purpose,
    state,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at.toISOString(),
    decidedBy: row.decided_by,
    decidedAt: row.decided_at?.toISOString() ?? null,
    reason: row.reason,
    until: row.until?.toISOString() ?? null,
    onBehalf: row.principal !== null && row.principal !== row.requested_by,
    approvals: approvalsOf(row),
    masks: row.masks as AccessView['masks'],
    rowFilter: row.row_filter,
    detokenise: row.detokenise,
    renews: row.renews,
    history,
    mayRenew: standing.mine && isRenewable(row, state, now),
    may: (Object.keys(transitions) as Decision[]).filter(may),
  }
}

/** What ends can be renewed while it lives and for some days after. */
export const isRenewable = ({ until }: Pick<RightRow, 'until'>, state: GrantState, now: Date): boolean =>
  until !== null &&
  (state === 'granted' || (state === 'expired' && until.getTime() > now.getTime() - renewableDays * 86_400_000))

export const namesOf = (actor: Actor): string[] => [actor.id, ...(actor.teams ?? [])]

/** For the actor or a team of the actor, or asked by the actor. */
export const isMine = (row: Pick<RightRow, 'principal' | 'requested_by'>, actor: Actor): boolean =>
  row.requested_by === actor.id || (row.principal !== null && namesOf(actor).includes(row.principal))

/** The last that is written with four digits for the year. */
const lastMoment = Date.parse('9999-12-31T23:59:59.999Z')

/**
 * A day, to its end in UTC, or a time with its zone: without one it would be another moment on every server. Rule: RFC 3339
 * @throws request-invalid for what is no time, or past
 */
export const endOf = (written: string, now: Date): Date => {
  const found = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.exec(written)
  const day = new Date(`${found?.[1]}T00:00:00Z`)
  const at = new Date(written)
  // 30 February is a day of March to the language
  const isReal = !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === found?.[1]
  if (!isReal || Number.isNaN(at.getTime()) || at.getTime() > lastMoment)
    throw new MeshError('request-invalid', {
      what: `until: ${written} is no date; write 2026-12-31, or a time with its zone like 2026-12-31T18:00:00Z`,
    })
  const end = found?.[2] === undefined ? new Date(Math.min(at.getTime() + 86_400_000, lastMoment)) : at
  if (end <= now) throw new MeshError('request-invalid', { what: `until: ${written} is past` })
  return end
}

/** Tells every process that rights have moved, once the transaction is committed. */
export const tellGrants = (tx: Kysely<Database>) => sql`select pg_notify(${accessChannel}, '')`.execute(tx)
