import type { ProductCard, ServiceLevel, ServiceLevels } from '@datamesh/core'
import type { z } from 'zod'
import type { SnapshotStatistics } from './statistics.ts'

export type Trust = ProductCard['trust']
export type ServiceLevelView = z.infer<typeof ServiceLevel>

/** What trust is judged from. */
export type TrustFacts = {
  headAt: Date | null
  statistics: SnapshotStatistics | null
  maxAgeSeconds: number | null
  /** The newest finished publish run that was no dry run. */
  lastRun: { state: string; finishedAt: Date | null } | null
}

export const trustOf = (facts: TrustFacts, now: Date): Trust => {
  const freshAt = freshAtOf(facts)
  const ageSeconds = freshAt === null ? null : Math.max(0, (now.getTime() - freshAt.getTime()) / 1000)
  return {
    health: healthOf(facts, ageSeconds),
    lastPublishedAt: facts.headAt?.toISOString() ?? null,
    checks: facts.statistics?.checks ?? null,
    ageSeconds,
    maxAgeSeconds: facts.maxAgeSeconds,
  }
}

/** When the data was last found to be current: published, or built again without a difference. */
export const freshAtOf = ({ headAt, lastRun }: TrustFacts): Date | null =>
  headAt !== null && lastRun?.state === 'succeeded' && lastRun.finishedAt !== null && lastRun.finishedAt > headAt
    ? lastRun.finishedAt
    : headAt

const healthOf = ({ headAt, lastRun, maxAgeSeconds }: TrustFacts, ageSeconds: number | null): Trust['health'] => {
  const failedSince = lastRun?.state === 'failed' && (headAt === null || (lastRun.finishedAt ?? headAt) >= headAt)
  if (failedSince) return 'failing'
  if (headAt === null) return 'empty'
  return maxAgeSeconds !== null && (ageSeconds ?? 0) > maxAgeSeconds ? 'stale' : 'ok'
}

/** Measured elsewhere (observe) and stored: the newest figure of each level. */
export type Measured = Partial<Record<'availability' | 'latency', { value: number | null; detail: string }>>

/** Every promised level with what was measured, and which of them nobody measures. */
export const serviceLevels = (
  sla: ServiceLevels,
  facts: TrustFacts,
  measured: Measured,
  now: Date,
): ServiceLevelView[] => {
  const { ageSeconds } = trustOf(facts, now)
  const levels: ServiceLevelView[] = []
  if (sla.freshness)
    levels.push(
      atMost(
        'freshness',
        sla.freshness.written,
        sla.freshness.maxAgeSeconds,
        ageSeconds,
        'time since the data was last built and proved',
      ),
    )
  if (sla.latency)
    levels.push(
      atMost(
        'latency',
        sla.latency.written,
        sla.latency.maxSeconds,
        measured.latency?.value ?? null,
        measured.latency?.detail ?? 'no request has been answered yet',
      ),
    )
  if (sla.availability)
    levels.push(
      atLeast(
        'availability',
        sla.availability,
        measured.availability?.value ?? null,
        measured.availability?.detail ?? 'measured from the first minute after the first publish',
      ),
    )
  if (sla.completeness)
    levels.push(
      atLeast(
        'completeness',
        sla.completeness,
        facts.statistics?.completeness ?? null,
        'filled cells of required columns',
      ),
    )
  if (sla.accuracy)
    levels.push(atLeast('accuracy', sla.accuracy, facts.statistics?.accuracy ?? null, 'rows that passed the checks'))
  for (const [name, written] of Object.entries(sla.declared))
    levels.push({
      name,
      written,
      target: null,
      unit: 'text',
      measured: null,
      met: null,
      enforced: false,
      because: 'declared; nothing here measures it',
    })
  return levels
}

const atMost = (
  name: string,
  written: string,
  target: number,
  measured: number | null,
  because: string,
): ServiceLevelView => ({
  name,
  written,
  target,
  unit: 'seconds',
  measured,
  met: measured === null ? null : measured <= target,
  enforced: true,
  because,
})

const atLeast = (
  name: string,
  { share, written }: { share: number; written: string },
  measured: number | null,
  because: string,
): ServiceLevelView => ({
  name,
  written,
  target: share,
  unit: 'share',
  measured,
  met: measured === null ? null : measured >= share,
  enforced: true,
  because,
})
