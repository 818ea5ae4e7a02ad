import {
  appliesTo,
  type Certification,
  type CertificationFacts,
  certificationFrom,
  factsOfManifest,
  type Missing,
  policyInput,
  scopedOf,
  type TierName,
  tiers,
} from '@datamesh/core'
import { everyProduct, judgedByKey, judgeTheRest, tellMoved } from '../catalog/index.ts'
import { json } from '../store/index.ts'
import type { GovernanceDeps } from './deps.ts'
import type { RawFinding } from './evaluate/judge.ts'
import type { KnownPolicy } from './policies.ts'

/**
 * What certification policies say of products: the hits of those that certify a tier are what is missing to it. Policies of the mesh, and those
 * that a product's own domain adds. One that is off or in shadow does not count; one that cannot be evaluated costs its tier.
 */
export const certifyAll = async (
  asked: readonly CertificationFacts[],
  { policies, engine, now }: Pick<GovernanceDeps, 'policies' | 'engine' | 'now'>,
): Promise<Certification[]> => {
  if (asked.length === 0) return []
  const counting = await countingOf(policies)
  const at = now()
  const about = asked.map((facts) => ({
    facts,
    which: counting.flatMap((policy, i) => (isAbout(policy, facts) ? [i] : [])),
  }))
  const found = await engine.judge(
    {
      policies: counting.map(({ evaluable }) => evaluable),
      about: about.map(({ facts, which }) => ({ input: JSON.stringify(inputOf(facts, at)), policies: which })),
    },
    at,
  )
  return about.map(({ which }, i) => {
    const missing = Object.fromEntries(tiers.map((tier) => [tier, [] as Missing[]])) as Record<TierName, Missing[]>
    for (const [place, index] of which.entries()) {
      const policy = counting[index] as KnownPolicy
      missing[policy.certifies as TierName].push(...missingFrom(found[i]?.[place] ?? null, policy))
    }
    // without a policy nobody has said what a tier needs: then nobody holds it
    for (const tier of tiers)
      if (!counting.some(({ certifies }) => certifies === tier))
        missing[tier].push({
          what: `No policy says what ${tier} needs.`,
          fix: 'Governance switches one on: datamesh policy list',
        })
    return certificationFrom(missing)
  })
}

/**
 * Judges every product again when the policies of certification are others than those it was last done by; else only products that nobody
 * has judged. With several servers each finds the same. What is published meanwhile is judged by the new ones, or again.
 */
export const judgeTiers = async (
  certify: (facts: readonly CertificationFacts[]) => Promise<Certification[]>,
  { policies, store, now }: Pick<GovernanceDeps, 'policies' | 'store' | 'now'>,
  stop: () => boolean = () => false,
): Promise<void> => {
  const by = (await countingOf(policies)).map(({ id, row }) => `${id} ${row.digest}`).join('\n')
  const { db } = store
  const last = await db.selectFrom('setting').select('value').where('key', '=', judgedByKey).executeTakeFirst()
  const { by: lastBy, done } = (last?.value ?? {}) as { by?: string; done?: boolean }
  const moved = lastBy !== by || done !== true
  if (moved) await write(false)
  const judged = await judgeTheRest({ store, certify }, { all: moved, stop })
  if (judged > 0) await tellMoved(everyProduct, db)
  if (moved && !stop()) await write(true)

  async function write(finished: boolean) {
    const row = { value: json({ by, done: finished }), updated_at: now() }
    await db
      .insertInto('setting')
      .values({ key: judgedByKey, ...row })
      .onConflict((conflict) => conflict.column('key').doUpdateSet(row))
      .execute()
  }
}

/** Those that are switched on. */
const countingOf = async (policies: Pick<GovernanceDeps['policies'], 'all'>): Promise<KnownPolicy[]> =>
  (await policies.all()).filter(({ certifies, mode }) => certifies && (mode === 'warn' || mode === 'block'))

const isAbout = (policy: KnownPolicy, { product }: CertificationFacts): boolean =>
  (policy.domain === null || policy.domain === product.domain) && appliesTo(policy, scopedOf(product, null))

const inputOf = ({ product, written, published, levels }: CertificationFacts, now: Date): unknown =>
  policyInput(written, { ...factsOfManifest(product, now), moment: 'schedule', published, levels })

const missingFrom = (finding: RawFinding | null, policy: KnownPolicy): Missing[] => {
  if (finding === null) return []
  if (finding.error !== null)
    return [
      {
        what: `${policy.title} could not be judged: ${finding.error}`,
        fix: `Its owner ${policy.owner} mends the policy ${policy.id}.`,
      },
    ]
  return finding.hits.map(({ msg, fix }) => ({ what: msg, fix: fix ?? `Ask ${policy.owner}.` }))
}
