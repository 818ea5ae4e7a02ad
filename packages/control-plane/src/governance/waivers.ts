import {
  type Actor,
  globalScope,
  isLive,
  isWithin,
  MeshError,
  mayGovern,
  maySeePolicy,
  parsePath,
  parseWholePath,
  pathText,
  type StoredHit,
  type Waiver,
} from '@datamesh/core'
import { sql } from 'kysely'
import { appendEvent, type Row } from '../store/index.ts'
import type { GovernanceDeps } from './deps.ts'
import { denied, noPolicy } from './manage.ts'
import { tellPolicies } from './policies.ts'

/** An excuse is for mending in time, not for good. */
const longestDays = 366
/** Told so long before it ends. */
export const endingSoonMs = 7 * 86_400_000

export type WaiverRequest = {
  policy: string
  product: string
  path: string | null
  owner: string
  reason: string
  until: string
}

/** Excuses a product from a policy until a day. From a global one: governance only. @throws not-found, denied, request-invalid */
export const grantWaiver = async (
  asked: WaiverRequest,
  actor: Actor,
  visible: (product: string) => boolean,
  deps: GovernanceDeps,
): Promise<Waiver> => {
  const policy = await deps.policies.find(asked.policy)
  if (policy === undefined || !maySeePolicy(actor, policy)) throw noPolicy(asked.policy)
  const { db } = deps.store
  const product = await db
    .selectFrom('product')
    .select(['id', 'domain'])
    .where('id', '=', asked.product)
    .executeTakeFirst()
  if (product === undefined || !visible(product.id))
    throw new MeshError('not-found', { what: `product ${asked.product}` })
  if (!mayGovern(actor, policy.domain ?? globalScope)) throw deniedWaiver(policy.domain)
  if (policy.domain !== null && policy.domain !== product.domain)
    throw new MeshError('request-invalid', { what: `${policy.id} is not about products of ${product.domain}` })
  const now = deps.now()
  const until = endOf(asked.until, now)
  const id = deps.newId('waiver')
  const path = placeIn(asked.path)
  await db.transaction().execute(async (tx) => {
    await tx
      .insertInto('waiver')
      .values({
        id,
        policy: policy.id,
        product: product.id,
        path,
        owner: asked.owner,
        reason: asked.reason,
        until,
        granted_by: actor.id,
        granted_at: now,
      })
      .execute()
    await tellPolicies(tx, policy.id)
    await appendEvent(tx, {
      type: 'waiver.granted',
      subject: product.id,
      actor: actor.id,
      at: now,
      data: {
        waiver: id,
        policy: policy.id,
        path,
        owner: asked.owner,
        reason: asked.reason,
        until: until.toISOString(),
      },
    })
  })
  return waiverById(id, actor, visible, deps)
}

/** A path that is half understood would excuse more than was meant. Null: the whole product. @throws request-invalid */
const placeIn = (written: string | null): string | null => {
  if (written === null || written.trim() === '') return null
  const path = parseWholePath(written.trim())
  if (path === null)
    throw new MeshError('request-invalid', { what: `path: ${written} is no place; write spec.quality_checks[0]` })
  return pathText(path)
}

/** A day counts to its end, a moment without a zone is meant in UTC. @throws request-invalid */
const endOf = (written: string, now: Date): Date => {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(written)
  const at = new Date(day ? `${written}T00:00:00Z` : /(?:Z|[+-]\d{2}:?\d{2})$/i.test(written) ? written : `${written}Z`)
  // a date that is on no calendar would become one of the next month
  const date = new Date(`${written.slice(0, 10)}T00:00:00Z`)
  const real = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(written.slice(0, 10))
  if (!/^\d{4}-\d{2}-\d{2}/.test(written) || !real || Number.isNaN(at.getTime()))
    throw new MeshError('request-invalid', { what: `until: ${written} is no date; write 2026-12-31` })
  const end = day ? new Date(at.getTime() + 86_400_000) : at
  if (end <= now) throw new MeshError('request-invalid', { what: `until: ${written} is past` })
  if (end.getTime() - now.getTime() > longestDays * 86_400_000)
    throw new MeshError('request-invalid', { what: `until: ${written} is more than a year away; excuses end` })
  return end
}

/** Ends a waiver now. @throws not-found, denied */
export const endWaiver = async (
  id: string,
  actor: Actor,
  visible: (product: string) => boolean,
  deps: GovernanceDeps,
): Promise<Waiver> => {
  const before = await waiverById(id, actor, visible, deps)
  const policy = await policyRow(before.policy, deps)
  if (!mayGovern(actor, policy?.domain ?? globalScope)) throw deniedWaiver(policy?.domain ?? null)
  const now = deps.now()
  await deps.store.db.transaction().execute(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('waiver')
      .set({ ended_at: now, ended_by: actor.id })
      .where('id', '=', id)
      .where('ended_at', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return
    await tellPolicies(tx, before.policy)
    await appendEvent(tx, {
      type: 'waiver.ended',
      subject: before.product,
      actor: actor.id,
      at: now,
      data: { waiver: id, policy: before.policy },
    })
  })
  return waiverById(id, actor, visible, deps)
}

const deniedWaiver = (domain: string | null): MeshError =>
  domain === null
    ? new MeshError('denied', { action: 'waiver:grant', because: 'only governance excuses from global policies' })
    : denied(domain)

const policyRow = (id: string, { store }: GovernanceDeps) =>
  store.db.selectFrom('policy').select(['id', 'domain']).where('id', '=', id).executeTakeFirst()

const waiverById = async (
  id: string,
  actor: Actor,
  visible: (product: string) => boolean,
  deps: GovernanceDeps,
): Promise<Waiver> => {
  const [found] = await listWaivers({ id }, actor, visible, deps)
  if (found === undefined) throw new MeshError('not-found', { what: `waiver ${id}` })
  return found
}

type Question = {
  id?: string
  policy?: string | undefined
  product?: string | undefined
  state?: Waiver['state'] | undefined
}

/** Newest first; of products that one may find and policies that one may see. */
export const listWaivers = async (
  { id, policy, product, state }: Question,
  actor: Actor,
  visible: (product: string) => boolean,
  deps: GovernanceDeps,
): Promise<Waiver[]> => {
  const policies = new Map((await deps.policies.all()).map((each) => [each.id, each]))
  const { rows } = await sql<Row<'waiver'> & { hits: StoredHit[] | null; domain: string | null }>`
    select w.*, f.hits, p.domain
    from waiver w
    join policy p on p.id = w.policy
    left join policy_finding f on f.policy = w.policy and f.product = w.product
    where (cast(${id ?? null} as text) is null or w.id = ${id ?? null})
      and (cast(${policy ?? null} as text) is null or w.policy = ${policy ?? null})
      and (cast(${product ?? null} as text) is null or w.product = ${product ?? null})
    order by w.granted_at desc, w.id desc
    limit 5000`.execute(deps.store.db)
  const now = deps.now()
  return rows
    .filter((row) => {
      const known = policies.get(row.policy)
      return visible(row.product) && (known === undefined || maySeePolicy(actor, known))
    })
    .map((row): Waiver => {
      const live = isLive({ until: row.until, endedAt: row.ended_at }, now)
      const above = row.path === null ? [] : parsePath(row.path)
      return {
        id: row.id,
        policy: row.policy,
        product: row.product,
        path: row.path,
        owner: row.owner,
        reason: row.reason,
        until: row.until.toISOString(),
        grantedBy: row.granted_by,
        grantedAt: row.granted_at.toISOString(),
        endedAt: row.ended_at?.toISOString() ?? null,
        state: row.ended_at !== null ? 'ended' : live ? 'live' : 'expired',
        used: live && (row.hits ?? []).some((hit) => isWithin(parsePath(hit.path), above)),
        mayEnd: live && mayGovern(actor, row.domain ?? globalScope),
      }
    })
    .filter((each) => state === undefined || each.state === state)
}

/** Says once that a waiver ends soon, and once that it ended. @returns products whose verdicts have changed by that */
export const tellWaivers = async (deps: GovernanceDeps): Promise<Set<string>> => {
  const now = deps.now()
  const soon = new Date(now.getTime() + endingSoonMs)
  const rows = await deps.store.db
    .selectFrom('waiver')
    .selectAll()
    .where('ended_at', 'is', null)
    .where('until', '<=', soon)
    .where('told_expired', '=', false)
    .orderBy('until')
    .limit(500)
    .execute()
  const expired = new Set<string>()
  for (const row of rows) {
    const over = row.until <= now
    if (!over && row.told_ending) continue
    await deps.store.db.transaction().execute(async (tx) => {
      const { numUpdatedRows } = await tx
        .updateTable('waiver')
        .set(over ? { told_expired: true } : { told_ending: true })
        .where('id', '=', row.id)
        .where(over ? 'told_expired' : 'told_ending', '=', false)
        .executeTakeFirst()
      if (numUpdatedRows === 0n) return
      await appendEvent(tx, {
        type: over ? 'waiver.expired' : 'waiver.expiring',
        subject: row.product,
        actor: 'system',
        at: now,
        data: { waiver: row.id, policy: row.policy, owner: row.owner, until: row.until.toISOString() },
      })
    })
    if (over) expired.add(row.product)
  }
  return expired
}
