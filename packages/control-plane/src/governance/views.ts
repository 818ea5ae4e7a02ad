import {
  type Actor,
  type Certification,
  globalScope,
  mayGovern,
  type PolicyCard,
  type PolicyView,
  type ReplyOf,
} from '@datamesh/core'
import { sql } from 'kysely'
import { certificationsNow, meshPicture } from '../catalog/index.ts'
import { certifyAll } from './certification.ts'
import type { ManageDeps } from './manage.ts'
import { noPolicy } from './manage.ts'
import type { KnownPolicy } from './policies.ts'
import { complianceOf, countCells, seenPolicies, violationsNow } from './verdicts.ts'
import { endingSoonMs, listWaivers } from './waivers.ts'

type Sight = { hidden: ReadonlySet<string>; visible(product: string): boolean }

const cardOf = (policy: KnownPolicy, counts: { judged: number; hits: number; waived: number }): PolicyCard => ({
  id: policy.id,
  name: policy.name,
  title: policy.title,
  description: policy.description,
  owner: policy.owner,
  domain: policy.domain,
  kind: policy.policyKind,
  when: policy.when,
  severity: policy.severity,
  mode: policy.mode,
  applies: policy.applies,
  starter: policy.row.starter,
  version: policy.row.version,
  updatedAt: policy.row.updated_at.toISOString(),
  updatedBy: policy.row.updated_by,
  ...counts,
})

const countsOf = async (policies: readonly KnownPolicy[], sight: Sight, deps: ManageDeps) => {
  const counts = new Map<string, { judged: number; hits: number; waived: number }>()
  for (const cells of (await countCells(policies, sight, deps)).values())
    for (const cell of cells) {
      const sum = counts.get(cell.policy) ?? { judged: 0, hits: 0, waived: 0 }
      counts.set(cell.policy, {
        judged: sum.judged + cell.judged,
        hits: sum.hits + cell.hit + cell.shadow,
        waived: sum.waived + cell.waived,
      })
    }
  return (id: string) => counts.get(id) ?? { judged: 0, hits: 0, waived: 0 }
}

export const listPolicies = async (
  { domain, mode }: { domain?: string | undefined; mode?: string | undefined },
  actor: Actor,
  sight: Sight,
  deps: ManageDeps,
): Promise<PolicyCard[]> => {
  const policies = (await seenPolicies(actor, deps)).filter(
    (policy) =>
      (domain === undefined || (policy.domain ?? globalScope) === domain) &&
      (mode === undefined || policy.mode === mode),
  )
  const counts = await countsOf(policies, sight, deps)
  return policies.map((policy) => cardOf(policy, counts(policy.id)))
}

/** @throws not-found, also for what is tried out in shadow by others */
export const policyCard = async (id: string, actor: Actor, sight: Sight, deps: ManageDeps): Promise<PolicyCard> => {
  const policy = (await seenPolicies(actor, deps)).find((each) => each.id === id)
  if (policy === undefined) throw noPolicy(id)
  return cardOf(policy, (await countsOf([policy], sight, deps))(id))
}

/** @throws not-found */
export const policyView = async (
  id: string,
  { version }: { version?: number | undefined },
  actor: Actor,
  sight: Sight,
  deps: ManageDeps,
): Promise<PolicyView> => {
  const card = await policyCard(id, actor, sight, deps)
  const policy = (await deps.policies.find(id)) as KnownPolicy
  const { db } = deps.store
  const files = await filesOf(id, version ?? card.version, db)
  const changes = await db
    .selectFrom('policy_change')
    .select(['version', 'at', 'actor', 'what', 'reason', 'digest', 'mode'])
    .where('policy', '=', id)
    .orderBy('version', 'desc')
    .execute()
  const tested =
    policy.tests.length === 0
      ? []
      : await deps.workshop
          .ask({ do: 'check', policy: policy.evaluable, tests: policy.tests, now: deps.now().toISOString() }, 10_000)
          .then(({ tests }) => tests)
          .catch((error: Error) => [{ name: 'tests', passed: false, error: error.message }])
  return {
    ...card,
    files,
    package: policy.package,
    docs: policy.docs,
    tests: tested,
    history: changes.map(({ at, actor: by, ...change }) => ({ ...change, at: at.toISOString(), by })),
    may: { change: mayGovern(actor, policy.domain ?? globalScope) },
  }
}

/** The files of one version. @throws not-found */
const filesOf = async (id: string, version: number, db: ManageDeps['store']['db']): Promise<Record<string, string>> => {
  const row = await db
    .selectFrom('policy_change')
    .select('files')
    .where('policy', '=', id)
    .where('version', '=', version)
    .executeTakeFirst()
  if (!row) throw noPolicy(`${id} version ${version}`)
  return row.files
}

const oldestShown = 20
/** Of so many products below gold is asked what they lack: each of them is judged anew. */
const mostBelow = 200

/** The page of governance in one answer. */
export const governanceView = async (
  domain: string | undefined,
  actor: Actor,
  sight: Sight,
  deps: ManageDeps,
): Promise<ReplyOf<'governance'>> => {
  const policies = (await seenPolicies(actor, deps)).filter(
    (policy) => policy.mode !== 'off' && (domain === undefined || policy.domain === null || policy.domain === domain),
  )
  const cells = await countCells(policies, sight, deps, domain)
  const compliance = await complianceOf(policies, sight, deps, domain)
  const waivers = (await listWaivers({ state: 'live' }, actor, sight.visible, deps)).filter(
    ({ product }) => domain === undefined || product.startsWith(`${domain}/`),
  )
  const soon = deps.now().getTime() + endingSoonMs
  const tiers = await tiersOf(sight.hidden, deps, domain)
  return {
    numbers: {
      products: tiers.products,
      compliant: compliance.judged === 0 ? null : (compliance.judged - compliance.wrong) / compliance.judged,
      violations: compliance.violations,
      blocking: compliance.blocking,
      waiversLive: waivers.length,
      waiversEndingSoon: waivers.filter(({ until }) => Date.parse(until) <= soon).length,
    },
    policies: policies.map(({ id, title, mode, severity }) => ({ id, title, mode, severity })),
    matrix: [...cells].sort(([a], [b]) => (a < b ? -1 : 1)).map(([of, row]) => ({ domain: of, cells: row })),
    certification: tiers.certification,
    oldest: await violationsNow({ domain, limit: oldestShown, inForce: true }, actor, sight, deps),
    nextTier: nextTierOf(await certificationsBelow(tiers.below.slice(0, mostBelow), deps)),
  }
}

type Tiers = ReplyOf<'governance'>['certification']

const tiersOf = async (
  hidden: ReadonlySet<string>,
  deps: ManageDeps,
  domain: string | undefined,
): Promise<{ products: number; certification: Tiers; below: string[] }> => {
  const { policies: _policies, ...catalog } = deps
  const { body } = await meshPicture(hidden, catalog)
  const { products } = JSON.parse(body.toString()) as ReplyOf<'getMesh'>
  const byDomain = new Map<string, Tiers[number]>()
  const below: string[] = []
  let count = 0
  for (const each of products) {
    if (domain !== undefined && each.domain !== domain) continue
    count += 1
    const row = byDomain.get(each.domain) ?? { domain: each.domain, gold: 0, silver: 0, bronze: 0, none: 0 }
    row[each.tier ?? 'none'] += 1
    if (each.tier !== 'gold') below.push(each.id)
    byDomain.set(each.domain, row)
  }
  return {
    products: count,
    below,
    certification: [...byDomain.values()].sort((a, b) => (a.domain < b.domain ? -1 : 1)),
  }
}

const certificationsBelow = (products: readonly string[], deps: ManageDeps): Promise<Map<string, Certification>> => {
  const { policies: _policies, ...catalog } = deps
  return certificationsNow(products, { ...catalog, certify: (facts) => certifyAll(facts, deps) })
}

/** What stands between products and their next tier, what most of them lack first. Told apart by how it is mended: sentences name columns. */
const nextTierOf = (certifications: ReadonlyMap<string, Certification>): ReplyOf<'governance'>['nextTier'] => {
  const lacking = new Map<string, { whats: Set<string>; fix: string; products: string[] }>()
  for (const [product, certification] of certifications)
    for (const { what, fix } of certification.find(({ held }) => !held)?.missing ?? []) {
      const general = fix.replaceAll(product, '<product>')
      const known = lacking.get(general) ?? { whats: new Set(), fix: general, products: [] }
      lacking.set(general, known)
      known.whats.add(what)
      if (known.products.at(-1) !== product) known.products.push(product)
    }
  return [...lacking.values()]
    .sort((a, b) => b.products.length - a.products.length)
    .slice(0, 30)
    .map(({ whats: [first = '', ...others], fix, products }) =>
      others.length === 0 ? { what: first, fix, products } : { what: fix, fix: `For instance: ${first}`, products },
    )
}

/** Products of which policies found something, whatever it was. */
export const findingProducts = async (policy: string, { store }: ManageDeps): Promise<string[]> => {
  const { rows } = await sql<{ product: string }>`select product from policy_finding where policy = ${policy}`.execute(
    store.db,
  )
  return rows.map((row) => row.product)
}
