import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildHandle, BuildJob, BuildOutcome, ProfileJob, ProfileOutcome, Progress } from '../build/index.ts'
import { Workers } from '../compute/index.ts'
import { localStorage } from '../storage/index.ts'

/** Processes for builds and profiles. One per platform; `spare` keeps one started ahead for a minute after each use. */
export const openWorkers = (options: { spare?: boolean; idleSeconds?: number } = {}): Workers =>
  new Workers({
    entry: new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url),
    spare: options.spare ?? false,
    ...(options.idleSeconds === undefined ? {} : { idleSeconds: options.idleSeconds }),
  })

export type BuildOptions = { workers?: Workers; onProgress?: (entry: Progress) => void; signal?: AbortSignal }

/** Starts a build in a process of its own. When it does not come to a good end, nothing of it is left on disk. */
export const build = (
  job: BuildJob,
  { workers = openWorkers(), onProgress, signal }: BuildOptions = {},
): BuildHandle & { pid: number | undefined } => {
  const running = workers.run<BuildOutcome>({
    do: 'build',
    job,
    run: job.runId,
    product: job.product.id,
    limits: job.limits,
    onEntry: (entry) => onProgress?.(entry as Progress),
  })
  const cancel = () => running.cancel()
  if (signal?.aborted) cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  const outcome = running.result
    .catch(async (error: unknown) => {
      await localStorage(job.storageRoot).removeSnapshotFiles(job.product.id, job.snapshotId)
      await rm(join(job.limits.tempDir, job.runId), { recursive: true, force: true })
      throw error
    })
    .finally(() => signal?.removeEventListener('abort', cancel))
  return { outcome, cancel, pid: running.pid }
}

export type ProfileHandle = { outcome: Promise<ProfileOutcome>; cancel(): void }

/** Profiles a published snapshot in a process of its own. */
export const profile = (job: ProfileJob, { workers = openWorkers() }: { workers?: Workers } = {}): ProfileHandle => {
  const running = workers.run<ProfileOutcome>({
    do: 'profile',
    job,
    run: `profile of ${job.snapshot.id}`,
    product: job.snapshot.product,
    limits: job.limits,
  })
  return { outcome: running.result, cancel: () => running.cancel() }
}
