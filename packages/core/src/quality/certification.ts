import type { Lineage } from '../lineage/index.ts'
import type { DataProduct } from '../manifest/model.ts'

/** From the lowest to the highest; each holds what the ones below hold. What a tier needs is said by certification policies. */
export const tiers = ['bronze', 'silver', 'gold'] as const
export type TierName = (typeof tiers)[number]

/** A promised level and what was measured of it; null: not measured. */
export type LevelFacts = { name: string; written: string; met: boolean | null; enforced: boolean; because: string }

/** What certification is judged from; whoever asks loads it. Policies get it under `_facts`. */
export type CertificationFacts = {
  /** As the current release says it, and as its team wrote it. */
  product: DataProduct
  written: unknown
  /** The head; null: never published. */
  published: {
    snapshot: string
    at: Date
    rows: number
    tables: readonly {
      name: string
      columns: readonly { name: string; type: string; description: string }[]
    }[]
    checks: { total: number; passed: number; warned: number }
    /** Models whose columns could not be followed. */
    unknown: Lineage['unknown']
  } | null
  levels: readonly LevelFacts[]
}

/** One thing that a tier needs and the product has not: a sentence, and what to write where. */
export type Missing = { what: string; fix: string }
export type Certification = { tier: TierName; held: boolean; missing: Missing[] }[]

/** Level by level what holds and what is missing. A tier is held only when those below it are. */
export const certificationFrom = (missing: Readonly<Record<TierName, readonly Missing[]>>): Certification => {
  let held = true
  return tiers.map((tier) => {
    held = held && missing[tier].length === 0
    return { tier, held, missing: [...missing[tier]] }
  })
}

/** The highest tier that is held; null: not even bronze. */
export const tierOf = (certification: Certification): TierName | null =>
  certification.findLast((each) => each.held)?.tier ?? null

/** A tier, or that there is none, as it is written down. */
export type Judged = TierName | 'none'

/** What was judged when the product last moved: the tier with every level met, and what is left of it without each of them. */
export type Certifiable = { met: Judged; without: Readonly<Record<string, Judged>> }

/**
 * The tier now: lists and search need it of thousands, and only the levels change while nothing moves. The lowest that one of the levels
 * that are not met leaves. Null: none, or not judged yet.
 */
export const tierNow = (
  levels: readonly Pick<LevelFacts, 'name' | 'met'>[],
  certifiable: Certifiable | null,
): TierName | null => {
  if (certifiable === null) return null
  const left = levels
    .filter(({ met }) => met !== true)
    .map(({ name }) => certifiable.without[name] ?? 'none')
    .reduce(lower, certifiable.met)
  return left === 'none' ? null : left
}

const heights: readonly Judged[] = ['none', ...tiers]
const lower = (a: Judged, b: Judged): Judged => (heights.indexOf(a) <= heights.indexOf(b) ? a : b)
