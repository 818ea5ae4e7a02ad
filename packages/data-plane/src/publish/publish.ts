import { isMeshError, type Lineage, MeshError, type Report, type Snapshot, type StagedSnapshot } from '@datamesh/core'
import type { BuildHandle, BuildJob } from '../build/index.ts'
import { localStorage } from '../storage/index.ts'

export type PublishPlane = {
  build: (job: BuildJob) => BuildHandle
  /**
   * Makes the snapshot the head of its product in one transaction with report and lineage, if the head is still `expecting`.
   * @throws base-moved naming the winner
   */
  commit: (staged: StagedSnapshot, how: { expecting: string | null; lineage: Lineage; at: Date }) => Promise<Snapshot>
  clock: { now(): Date }
}

/** `snapshot` is null when nothing was to be published: a dry run, or nothing changed. */
export type Published = { snapshot: Snapshot | null; report: Report; lineage: Lineage; because: string }

/**
 * Builds, proves, then reveals: readers see the old snapshot or the new one, never half.
 * @throws quality-failed with every failing check (its `cause` is the whole report), base-moved, and whatever a build throws
 */
export const publish = async (job: BuildJob, plane: PublishPlane): Promise<Published> => {
  const { staged, lineage, unchanged } = await plane.build(job).outcome
  const { report } = staged
  if (!report.passed) throw qualityFailed(job.product.id, report)
  if (job.params.dryRun) return { snapshot: null, report, lineage, because: 'dry run' }
  if (unchanged !== undefined) return { snapshot: null, report, lineage, because: unchanged }
  try {
    const snapshot = await plane.commit(staged, { expecting: job.parent?.id ?? null, lineage, at: plane.clock.now() })
    return { snapshot, report, lineage, because: 'published' }
  } catch (error) {
    // Only a lost race is certain not to have committed; files of anything else are left to garbage collection, which asks the state.
    if (isMeshError(error) && error.code === 'base-moved') {
      await localStorage(job.storageRoot).removeSnapshotFiles(job.product.id, job.snapshotId)
    }
    throw error
  }
}

const qualityFailed = (product: string, report: Report): MeshError => {
  const failing = report.checks.filter((check) => check.severity === 'error' && check.outcome !== 'passed')
  return new MeshError(
    'quality-failed',
    { product, failures: failing.map((check) => check.name) },
    {
      cause: report,
      issues: failing.map((check) => ({
        code: check.id,
        message: `${check.name}: ${check.message}`,
        severity: 'error' as const,
        ...positionOf(check.at),
      })),
    },
  )
}

const positionOf = (place: string | undefined) => {
  const parts = /^(.*):(\d+):(\d+)$/.exec(place ?? '')
  return parts ? { at: { file: parts[1]!, line: Number(parts[2]), column: Number(parts[3]) } } : {}
}
