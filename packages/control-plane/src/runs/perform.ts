import { type DataProduct, encryptionOf, MeshError, Report, type Snapshot, type StagedSnapshot } from '@datamesh/core'
import { type BuildJob, keysIn, type PublishPlane, publish } from '@datamesh/data-plane'
import {
  commitSnapshot,
  loadSnapshot,
  lostTo,
  noProduct,
  productEntry,
  rootKey,
  saveGuesses,
  saveProfiles,
  uploadRoots,
} from '../catalog/index.ts'
import type { RunDeps } from './deps.ts'
import { endRun, endWithout, meshErrorOf, tryAgain } from './finish.ts'
import { pinInputs } from './inputs.ts'
import { Journal } from './journal.ts'
import type { Claim } from './queue.ts'
import { afterPublish } from './triggers.ts'

/** Hands the caller what can be cancelled once there is a process. */
export type OnHandle = (handle: { cancel(): void }) => void

type Ground = {
  product: DataProduct
  version: string
  files: Record<string, string>
  parent: Snapshot | null
  root: string | null
}

/** One publish from claim to its end: build, prove, reveal. What the build did wrong is said by the run, not thrown. */
export const performPublish = async (claim: Claim, onHandle: OnHandle, deps: RunDeps): Promise<void> => {
  const { run } = claim
  await using journal = await Journal.open(run.id, deps)
  const state = (state: 'started' | 'done' | 'failed', message?: string) =>
    journal.write({ at: deps.now().toISOString(), kind: 'state', state, ...(message ? { message } : {}) })
  state('started', run.attempt > 1 ? `attempt ${run.attempt}` : undefined)
  let ground: Ground | null = null
  try {
    ground = await groundOf(claim, deps)
    const published = await publish(await jobOf(claim, ground, deps), planeOf(claim, ground, journal, onHandle, deps))
    if (published.snapshot === null) await endWithout(claim, { state: 'succeeded', report: published.report }, deps)
    state('done', published.snapshot === null ? `nothing to publish: ${published.because}` : published.snapshot.id)
  } catch (thrown) {
    const error = meshErrorOf(thrown, run.id)
    if (error.code === 'internal') logFailure(claim, thrown, deps)
    if (error.code === 'run-lost') return
    const backoffSeconds = ground?.product.transforms.retry.backoffSeconds ?? 30
    if (await tryAgain(claim, error, backoffSeconds, deps)) {
      state('failed', `${error.message}; it will be tried again`)
      return
    }
    state('failed', error.message)
    const report = error.code === 'quality-failed' || error.code === 'policy-blocked' ? Report.parse(error.cause) : null
    await endWithout(claim, { state: error.code === 'build-cancelled' ? 'cancelled' : 'failed', error, report }, deps)
  }
}

/** The data plane's publish with our process, our log and our commit. The run's end and what it causes are part of the commit. */
const planeOf = (claim: Claim, ground: Ground, journal: Journal, onHandle: OnHandle, deps: RunDeps): PublishPlane => ({
  clock: deps,
  build: (job) => {
    const handle = deps.plane.build(job, (progress) => journal.write(progress))
    onHandle(handle)
    return handle
  },
  commit: async (staged, { expecting, lineage }) => {
    const began = performance.now()
    const step = (facts: { state: 'started' | 'done'; durationMs?: number }) =>
      journal.write({ at: deps.now().toISOString(), kind: 'step', step: 'commit', ...facts })
    step({ state: 'started' })
    await askPolicies(staged, ground, journal, deps)
    const snapshot = await commitSnapshot(
      staged,
      lineage,
      {
        expecting,
        runId: claim.run.id,
        actor: claim.run.requestedBy,
        also: async (tx, revealed) => {
          await endRun(claim, { state: 'succeeded', snapshot: revealed, report: staged.report }, deps, tx)
          await afterPublish(revealed, ground.product, deps, tx)
        },
      },
      deps,
    )
    step({ state: 'done', durationMs: Math.round(performance.now() - began) })
    return snapshot
  },
})

/** After the checks and before anybody sees it. @throws policy-blocked with the report of the checks: consumers keep the last good snapshot */
const askPolicies = async (
  staged: StagedSnapshot,
  { product, files, version }: Ground,
  journal: Journal,
  deps: RunDeps,
): Promise<void> => {
  const asked = await deps.policies?.({ moment: 'publish', product, files, current: version, report: staged.report })
  if (asked === undefined || asked.blocking.length === 0) return
  for (const issue of asked.blocking) journal.say(`${issue.code}: ${issue.message}`)
  throw new MeshError(
    'policy-blocked',
    { product: product.id, policies: [...new Set(asked.blocking.map((issue) => issue.code))] },
    { issues: asked.blocking, cause: staged.report },
  )
}

const groundOf = async (claim: Claim, deps: RunDeps): Promise<Ground> => {
  const { db } = deps.store
  const row = await db
    .selectFrom('product')
    .innerJoin('release', (join) =>
      join.onRef('release.product', '=', 'product.id').onRef('release.version', '=', 'product.current_version'),
    )
    .innerJoin('head', 'head.product', 'product.id')
    .select(['release.manifest', 'release.version', 'release.files', 'head.snapshot_id'])
    .where('product.id', '=', claim.run.product)
    .executeTakeFirst()
  if (!row) throw noProduct(claim.run.product)
  const { expecting } = claim.params
  if (expecting !== undefined && expecting !== row.snapshot_id)
    throw await lostTo(claim.run.product, expecting, row.snapshot_id, db)
  const setting = await db
    .selectFrom('setting')
    .select('value')
    .where('key', '=', rootKey(claim.run.product))
    .executeTakeFirst()
  return {
    product: row.manifest as DataProduct,
    version: row.version,
    files: row.files,
    parent: row.snapshot_id === null ? null : await loadSnapshot(row.snapshot_id, db),
    root: (setting?.value as { root?: string } | undefined)?.root ?? null,
  }
}

const jobOf = async (claim: Claim, { product, files, parent, root }: Ground, deps: RunDeps): Promise<BuildJob> => {
  const { transforms } = product
  const pinned = await pinInputs(product, claim.run.id, deps)
  return {
    runId: claim.run.id,
    snapshotId: claim.snapshotId,
    product,
    files,
    productRoot: root,
    inputRoots: [...deps.inputRoots, ...(await uploadRoots(root, deps))],
    ...pinned,
    parent,
    // a full refresh reads nothing of what was published: so it is possible after its keys were destroyed
    ...(await sealingOf(
      product,
      [...Object.values(pinned.inputs), ...(parent && !claim.run.params.fullRefresh ? [parent] : [])],
      deps,
    )),
    storageRoot: deps.storage.root,
    params: claim.run.params,
    // an attempt after the first goes on where the one before it failed
    keep: {
      reuse: [...(claim.run.attempt > 1 ? [claim.run.id] : []), ...(claim.params.reuse ? [claim.params.reuse] : [])],
    },
    env: deps.env,
    now: deps.now().toISOString(),
    limits: {
      memoryMb: Math.min(transforms.memoryMb, deps.limits.memoryMb),
      threads: Math.min(transforms.threads, deps.limits.threads),
      timeoutSeconds: transforms.timeoutSeconds,
      tempDir: deps.tempDir,
    },
  }
}

/** Keys of what a build reads, and the one that it seals with. @throws key-missing */
const sealingOf = async (
  product: DataProduct,
  reads: readonly Snapshot[],
  { keys, encryption: byDefault = 'declared' }: RunDeps,
): Promise<Pick<BuildJob, 'keys' | 'seal'>> => {
  const encryption = encryptionOf(product, byDefault)
  const needed = keysIn(reads.flatMap(({ tables }) => tables.flatMap(({ files }) => files)))
  if (encryption === null && needed.length === 0) return {}
  if (keys === undefined) throw new MeshError('key-missing', { key: product.id, why: 'no keys are configured' })
  const given = await keys.keysFor(needed)
  if (encryption === null) return { keys: given }
  const { id, bytes } = await keys.forProduct(product.id)
  return { keys: given, seal: { encryption, key: id, bytes } }
}

/** The profile of a snapshot, after its publish and behind every other run. */
export const performProfile = async (claim: Claim, onHandle: OnHandle, deps: RunDeps): Promise<void> => {
  try {
    const id = claim.params.snapshot ?? ''
    const snapshot = await loadSnapshot(id, deps.store.db)
    if (!snapshot) throw new MeshError('not-found', { what: `snapshot ${id}` })
    const { memoryMb, threads } = deps.limits
    const { product } = await productEntry(snapshot.product, deps)
    const { keys } = await sealingOf(product, [snapshot], deps)
    const handle = deps.plane.profile({
      snapshot,
      storageRoot: deps.storage.root,
      ...(keys === undefined ? {} : { keys }),
      encryption: encryptionOf(product, deps.encryption ?? 'declared'),
      limits: {
        memoryMb: Math.min(memoryMb, 512),
        threads: Math.min(threads, 1),
        timeoutSeconds: 600,
        tempDir: deps.tempDir,
      },
    })
    onHandle(handle)
    const { profiles, guesses } = await handle.outcome
    await saveProfiles(id, profiles, deps)
    await saveGuesses(snapshot.product, guesses, deps)
    await endWithout(claim, { state: 'succeeded' }, deps)
  } catch (thrown) {
    const error = meshErrorOf(thrown, claim.run.id)
    if (error.code === 'run-lost') return
    const cancelled = error.code === 'build-cancelled'
    if (!cancelled) logFailure(claim, thrown, deps)
    await endWithout(claim, { state: cancelled ? 'cancelled' : 'failed', error }, deps)
  }
}

const logFailure = (claim: Claim, thrown: unknown, deps: RunDeps): void =>
  deps.log({
    level: 'error',
    message: 'run failed',
    facts: {
      runId: claim.run.id,
      productId: claim.run.product,
      error: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    },
  })
