import type { Actor, DataProduct, Mask, ReplyOf, Resource } from '@datamesh/core'
import { type CatalogDeps, productEntry } from '../catalog/index.ts'
import { actorById, principals } from '../identity/index.ts'
import { appendEvent, json } from '../store/index.ts'
import type { Access } from './access.ts'
import type { Terms } from './history.ts'
import { pauses } from './pauses.ts'
import { resourceFrom } from './resources.ts'

export type Drift = ReplyOf<'accessDrift'>
type Difference = Drift['drift'][number]

export type DriftDeps = { catalog: CatalogDeps; access: Pick<Access, 'decideFor' | 'explainFor'> }

const settingKey = 'access.drift'
const mostKept = 1_000

/** The last proof; nothing was proven yet: `at` is null. */
export const lastDrift = async ({ catalog }: DriftDeps): Promise<Drift> => {
  const row = await catalog.store.db
    .selectFrom('setting')
    .select('value')
    .where('key', '=', settingKey)
    .executeTakeFirst()
  return (row?.value as Drift | undefined) ?? { at: null, principals: 0, products: 0, asked: 0, drift: [], ms: 0 }
}

/**
 * Asks the decision that every read asks, for every principal, product and port, and compares it with what was approved, worked out from the
 * append-only history alone. The two share no code but the data: a row that was changed by hand, a rule that was changed by mistake, a cache
 * that is behind show as differences. New ones are events. It takes short turns and sleeps as long after each: reads go on meanwhile.
 */
export const proveAccess = async (deps: DriftDeps): Promise<Drift> => {
  const { store, now } = deps.catalog
  const began = performance.now()
  const at = now()
  const before = new Set((await lastDrift(deps)).drift.map(keyOf))
  const approved = await approvedRights(at, deps.catalog)
  const ids = await store.db
    .selectFrom('product')
    .select('id')
    .where('current_version', 'is not', null)
    .orderBy('id')
    .execute()
  const pause = pauses(1)
  const doors: { product: DataProduct; resource: Resource; port: string }[] = []
  for (const { id } of ids) {
    await pause()
    const entry = await productEntry(id, deps.catalog)
    const ports = entry.product.outputPorts.map(({ name }) => name)
    for (const port of ports.length > 0 ? ports : ['rows'])
      doors.push({ product: entry.product, resource: { ...resourceFrom(entry), port }, port })
  }
  const drift: Difference[] = []
  let asked = 0
  let readers = 0
  // one reader after the other: what is remembered of one is read once, and forgotten with them
  for (const { id: principal, kind } of await principals(store.db)) {
    const actor = kind === 'team' ? null : await actorById(store.db, principal)
    if (actor === null) continue
    readers += 1
    for (const { product, resource, port } of doors) {
      const { id } = product
      asked += 1
      await pause()
      const decision = await deps.access.decideFor(actor, 'data:read', resource)
      const should = shouldRead(actor, product, port, approved)
      const because = difference(decision, should)
      if (because === null || drift.length >= mostKept) continue
      // a policy may take away what was approved
      const { rules } = await deps.access.explainFor(actor, 'data:read', resource)
      if (decision.allow || !rules.some(({ rule, effect }) => rule === 'policy' && effect === 'denies'))
        drift.push({ principal: actor.id, product: id, port, can: decision.allow, approved: should.allow, because })
    }
  }
  const proof: Drift = {
    at: at.toISOString(),
    principals: readers,
    products: ids.length,
    asked,
    drift,
    ms: Math.round(performance.now() - began),
  }
  await store.db.transaction().execute(async (tx) => {
    await tx
      .insertInto('setting')
      .values({ key: settingKey, value: json(proof), updated_at: at })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: json(proof), updated_at: at }))
      .execute()
    for (const each of drift.filter((one) => !before.has(keyOf(one))))
      await appendEvent(tx, { type: 'access.drift', subject: each.product, actor: 'system', at, data: { ...each } })
  })
  return proof
}

const keyOf = ({ principal, product, port, can, because }: Difference): string =>
  JSON.stringify([principal, product, port, can, because])

/** What the history says that rights are now, by product. */
type Approved = ReadonlyMap<string, readonly Terms[]>

const approvedRights = async (at: Date, { store }: CatalogDeps): Promise<Approved> => {
  const rows = await store.db.selectFrom('access_history').select(['access', 'what', 'terms']).orderBy('seq').execute()
  const live = new Map<string, Terms>()
  for (const { access, what, terms } of rows) {
    if (what === 'granted') live.set(access, terms as Terms)
    else if (what === 'revoked' || what === 'expired' || what === 'denied' || what === 'withdrawn') live.delete(access)
  }
  const byProduct = new Map<string, Terms[]>()
  for (const terms of live.values())
    if (terms.until === null || Date.parse(terms.until) > at.getTime())
      byProduct.set(terms.product, [...(byProduct.get(terms.product) ?? []), terms])
  return byProduct
}

type Should = { allow: boolean; because: string; granted: Terms[] }

/** The rules of docs/guide/access.md#reading-data once more, written without looking at `decide`. */
const shouldRead = (actor: Actor, product: DataProduct, port: string, approved: Approved): Should => {
  const holds = (role: string, domain?: string) =>
    actor.roles.some((binding) => binding.role === role && (binding.domain ?? null) === (domain ?? null))
  const open = (because: string): Should => ({ allow: true, because, granted: [] })
  if (holds('platform-admin')) return open('it administers the platform')
  if (holds('domain-owner', product.domain)) return open('it owns the domain')
  const counts = actor.roles.filter(({ role, domain }) =>
    role === 'domain-owner'
      ? domain !== undefined
      : role === 'consumer' || role === 'data-steward' || domain === undefined,
  )
  if (counts.length === 0) return { allow: false, because: 'it holds no role', granted: [] }
  if (product.status === 'draft') return { allow: false, because: 'the product is a draft', granted: [] }
  const { classification, readers } = product.access
  if (classification === 'public' || (classification === 'internal' && readers.length === 0))
    return open('the product is open')
  const names = [actor.id, ...(actor.teams ?? []), ...counts.map(({ role }) => role), 'everyone']
  if (readers.some((reader) => names.includes(reader))) return open('the manifest names it')
  const granted = (approved.get(product.id) ?? []).filter(
    ({ principal, role, ports }) =>
      (ports.length === 0 || ports.includes(port)) &&
      (principal === actor.id ||
        (principal !== null && (actor.teams ?? []).includes(principal)) ||
        (role !== null &&
          counts.some((each) => each.role === role && (each.domain ?? product.domain) === product.domain))),
  )
  if (granted.length > 0) return { allow: true, because: 'it was approved', granted }
  return { allow: false, because: 'nobody has approved it', granted }
}

/** Policies may take away what was approved; nothing may give more. Null: it is as it should be. */
const difference = (
  decision: { allow: boolean; because: string; masks: readonly Mask[]; rowFilter: string | null },
  should: Should,
): string | null => {
  if (decision.allow && !should.allow) return `it reads (${decision.because}), but ${should.because}`
  if (!decision.allow && should.allow && should.granted.length > 0)
    return `it was approved, but it does not read: ${decision.because}`
  if (!decision.allow || should.granted.length === 0) return null
  const unfiltered = decision.rowFilter === null && should.granted.every(({ rowFilter }) => rowFilter !== null)
  if (unfiltered) return 'it reads every row, but was approved for some'
  const masked = new Set(decision.masks.map(({ column }) => column.toLowerCase()))
  const open = should.granted.every(({ masks }) => masks.some(({ column }) => !masked.has(column.toLowerCase())))
  return open ? 'it reads columns as they are that were approved masked' : null
}
