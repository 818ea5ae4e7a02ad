import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { isMeshError, MeshError, type SampleFile } from '@datamesh/core'
import type {
  BuildHandle,
  BuildJob,
  BuildOutcome,
  ProfileJob,
  ProfileOutcome,
  Progress,
  SampleJob,
} from '../build/index.ts'
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
    .then(async (done) => {
      await forget(job, done.staged.report.passed ? 'published' : 'failed')
      return done
    })
    .catch(async (error: unknown) => {
      await localStorage(job.storageRoot).removeSnapshotFiles(job.product.id, job.snapshotId)
      await rm(join(job.limits.tempDir, job.runId), { recursive: true, force: true })
      await forget(job, isMeshError(error) && error.code === 'build-cancelled' ? 'cancelled' : 'failed')
      throw error
    })
    .finally(() => signal?.removeEventListener('abort', cancel))
  return { outcome, cancel, pid: running.pid }
}

/**
 * Of what runs have kept, only what a retry of the last failed one can use stays: one failed run after another must not fill the disk.
 * Published: nothing is of use any more, for the parent has moved.
 */
const forget = async (job: BuildJob, end: 'published' | 'failed' | 'cancelled'): Promise<void> => {
  if (job.keep === undefined) return
  const storage = localStorage(job.storageRoot)
  const runs = (await storage.listKept(job.product.id)).map(({ run }) => run)
  const stay = new Set([job.runId, ...job.keep.reuse])
  for (const run of runs) {
    const old = runs.includes(job.runId) && !stay.has(run)
    if (end === 'published' || (end === 'failed' ? old : run === job.runId))
      await storage.removeKept(job.product.id, run)
  }
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

/**
 * Looks at a sample file in a process of its own: a file that holds the engine up, or takes its memory, ends that process and nothing else.
 * @throws sample-unreadable
 */
export const infer = async (
  file: string,
  { workers = openWorkers(), ...limits }: Omit<SampleJob['limits'], 'tempDir'> & { workers?: Workers },
): Promise<SampleFile> => {
  const name = basename(file)
  const tempDir = await mkdtemp(join(tmpdir(), 'datamesh-sample-'))
  try {
    const job: SampleJob = { file, limits: { ...limits, tempDir } }
    return await workers.run<SampleFile>({ do: 'infer', job, run: `look at ${name}`, product: name, limits }).result
  } catch (error) {
    throw isMeshError(error) ? sampleError(name, limits.timeoutSeconds, error) : error
  } finally {
    await rm(tempDir, { recursive: true, force: true })
  }
}

const sampleError = (file: string, seconds: number, error: MeshError): MeshError => {
  const unreadable = (why: string) => new MeshError('sample-unreadable', { file, why }, { cause: error })
  if (error.code === 'build-timeout')
    return unreadable(`looking at it takes more than ${seconds} s; bring a smaller sample`)
  if (error.code === 'worker-died')
    return unreadable(`the process that looked at it ended (${(error.facts as { why: string }).why})`)
  return error
}
