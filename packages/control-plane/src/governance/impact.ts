import { type PolicyImpact, type Verdict, verdictOf } from '@datamesh/core'
import { sql } from 'kysely'
import type { GovernanceDeps } from './deps.ts'
import { knownProducts, placesOf } from './facts.ts'
import { judgeAll, stored } from './judging.ts'
import type { KnownPolicy } from './policies.ts'
import { liveExcuses } from './waived.ts'

const atOnce = 100
const mostHits = 500

/**
 * Which of today's products these policies would hit as they are written, as if they were in force. A policy in shadow or off is
 * shown at its full severity: that is what one asks before switching it on. Products that the asker may not find are not judged.
 */
export const impactOf = async (
  policies: readonly KnownPolicy[],
  visible: (product: string) => boolean,
  deps: Pick<GovernanceDeps, 'store' | 'now' | 'engine'>,
  { deadlineMs = 60_000, seen = () => true }: { deadlineMs?: number; seen?: (policy: string) => boolean } = {},
): Promise<PolicyImpact> => {
  const began = performance.now()
  const { db } = deps.store
  const inForce = policies.map((each) => ({
    ...each,
    mode: each.mode === 'warn' ? ('warn' as const) : ('block' as const),
  }))
  const { rows } = await sql<{ id: string; owner: string }>`
    select id, owner from product where current_version is not null order by id`.execute(db)
  const today = rows.filter(({ id }) => visible(id))
  const ownerOf = new Map(today.map(({ id, owner }) => [id, owner]))
  const before = await hitNow(policies.map(({ id }) => id).filter(seen), db)
  const excuses = await liveExcuses({ now: deps.now() }, db)
  const hits: PolicyImpact['hits'] = []
  const hitIds = new Set<string>()
  // also what waivers excuse: a product that is excused has not become better
  const brokenIds = new Set<string>()
  let judgedCount = 0
  for (let at = 0; at < today.length && performance.now() - began < deadlineMs; at += atOnce) {
    const ids = today.slice(at, at + atOnce).map(({ id }) => id)
    const known = await knownProducts(ids, 'schedule', deps)
    const about = ids.flatMap((id) => {
      const one = known.get(id)
      return one === undefined ? [] : [{ id, known: one }]
    })
    const judged = await judgeAll(about, inForce, deps)
    const wrong = about.filter((_, i) =>
      judged[i]?.some(({ finding }) => finding.error !== null || finding.hits.length > 0),
    )
    for (const { id } of wrong) brokenIds.add(id)
    const places = await placesOf(
      wrong.map(({ id }) => id),
      db,
    )
    for (const [i, { id }] of about.entries()) {
      const mine = judged[i] ?? []
      if (mine.length > 0) judgedCount += 1
      const verdicts = mine.map((each) =>
        verdictOf(each.policy, id, stored(each, places.get(id)?.placeOf ?? (() => null)), excuses, deps.now()),
      )
      const violations = verdicts.flatMap(openIn)
      if (violations.length === 0) continue
      hitIds.add(id)
      if (hits.length < mostHits) hits.push({ product: id, owner: ownerOf.get(id) ?? '', violations })
    }
  }
  return {
    judged: judgedCount,
    hits,
    newly: [...hitIds].filter((id) => !before.has(id)).sort(),
    nolonger: [...before].filter((id) => ownerOf.has(id) && !brokenIds.has(id)).sort(),
    ms: Math.round(performance.now() - began),
  }
}

const openIn = (verdict: Verdict): Verdict['violations'] =>
  verdict.error === null
    ? verdict.violations.filter(({ waiver }) => waiver === null)
    : [
        {
          policy: verdict.policy,
          effect: 'block',
          msg: `it could not be evaluated: ${verdict.error}`,
          path: '',
          fix: null,
          at: null,
          waiver: null,
        },
      ]

/** Products that one of them hits as it stands. */
const hitNow = async (ids: readonly string[], db: GovernanceDeps['store']['db']): Promise<Set<string>> => {
  const { rows } = await sql<{ product: string }>`
    select distinct product
    from policy_finding
    where policy = any(cast(${ids} as text[])) and (error is not null or jsonb_array_length(hits) > 0)`.execute(db)
  return new Set(rows.map((row) => row.product))
}
