import { type Certifiable, type ServiceLevels, type TierName, tierNow } from '@datamesh/core'
import { titleOf } from '../cards.ts'
import { type Measurements, measuredFrom } from '../figures.ts'
import { SnapshotStatistics } from '../statistics.ts'
import { freshAtOf, serviceLevels, type Trust, trustOf } from '../trust.ts'

/** A product as search filters, counts and orders it. */
export type Document = {
  id: string
  name: string
  domain: string
  alignment: string | null
  classification: string | null
  owner: string
  tags: readonly string[]
  kinds: readonly string[]
  title: string
  status: string
  rows: number | null
  /** Milliseconds; 0: never published. */
  publishedAt: number
  /** Milliseconds; from then on the data is older than promised. */
  freshUntil: number
  /** As long as it is fresh. */
  health: Trust['health']
  tier: TierName | null
  tierWhenStale: TierName | null
}

/** The same as the state keeps it. */
export type Stored = Pick<
  Document,
  'id' | 'name' | 'domain' | 'alignment' | 'classification' | 'owner' | 'tags' | 'kinds' | 'rows' | 'status'
> &
  Measurements & {
    search: string | null
    title: string | null
    lifecycle: string
    certifiable: Certifiable | null
    sla: ServiceLevels
    headAt: Date | null
    stats: unknown
    runState: string | null
    runFinishedAt: Date | null
  }

/** What depends on the hour is reduced to one moment, so that a search over all products only compares numbers. */
export const documentFrom = (stored: Stored): Document => {
  const { id, name, domain, alignment, classification, owner, tags, kinds, sla, headAt } = stored
  const maxAgeSeconds = sla.freshness?.maxAgeSeconds ?? null
  const facts = {
    headAt,
    statistics: stored.stats ? SnapshotStatistics.parse(stored.stats) : null,
    maxAgeSeconds,
    lastRun: stored.runState === null ? null : { state: stored.runState, finishedAt: stored.runFinishedAt },
  }
  const whileFresh = freshAtOf(facts) ?? new Date(0)
  const levels = serviceLevels(sla, facts, measuredFrom(stored), whileFresh)
  return {
    id,
    name,
    domain,
    alignment,
    classification,
    owner,
    tags,
    kinds,
    title: stored.title ?? titleOf(name),
    status: stored.lifecycle === 'active' ? stored.status : stored.lifecycle,
    rows: stored.rows,
    publishedAt: headAt?.getTime() ?? 0,
    freshUntil:
      headAt === null || maxAgeSeconds === null
        ? Number.POSITIVE_INFINITY
        : whileFresh.getTime() + maxAgeSeconds * 1000,
    health: trustOf(facts, whileFresh).health,
    tier: tierNow(levels, stored.certifiable),
    tierWhenStale: tierNow(
      levels.map((level) => (level.name === 'freshness' ? { ...level, met: false } : level)),
      stored.certifiable,
    ),
  }
}

export const healthOf = (document: Document, now: number): Trust['health'] =>
  document.health === 'ok' && now > document.freshUntil ? 'stale' : document.health

export const tierOf = (document: Document, now: number): TierName | 'none' =>
  (now > document.freshUntil ? document.tierWhenStale : document.tier) ?? 'none'
