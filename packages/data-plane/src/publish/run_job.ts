import { mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CheckResult, mainTable, type Report, type Snapshot } from '@datamesh/core'
import {
  type BuildJob,
  type BuildOutcome,
  compile,
  type Draft,
  type DraftTable,
  openKeeper,
  type Progress,
  type Project,
  stage,
  stepsOf,
} from '../build/index.ts'
import { runChecks } from '../check/index.ts'
import { Compute, watchDisk } from '../compute/index.ts'
import { type InputFile, isFilePort, locateFiles } from '../input/index.ts'
import { localStorage, reseal, type StagedFile, type Storage, seal } from '../storage/index.ts'
import { lineageOf, stagedFor } from './proof.ts'
import { type Digest, isUnchanged, settledTable, snapshotOf } from './settled.ts'

/**
 * One build from start to proof, in this process: models run into staged files, checks measure them, and only files of a build
 * that passed get their final names. Whatever goes wrong, nothing is left behind.
 */
export const runJob = async (job: BuildJob, tell: (entry: Progress) => void): Promise<BuildOutcome> => {
  const storage = await storageAt(job.storageRoot)
  const tempDir = join(job.limits.tempDir, job.runId)
  try {
    const files = await locateAll(job)
    const staging = await storage.openStaging(job.product.id, job.snapshotId)
    await mkdir(tempDir, { recursive: true })
    await using compute = await Compute.open({
      ...job.limits,
      tempDir,
      readFiles: readableFiles(job, files, storage),
      writeFolder: staging,
      keys: job.keys,
      seals: job.seal !== undefined,
    })
    using disk = await watchDisk(compute.connection, {
      product: job.product.id,
      folders: [staging, tempDir],
      spareMb: job.limits.spareDiskMb,
    })
    return await proven(job, { storage, staging, files, compute, tell }).catch((error: unknown) => {
      throw disk.why() ?? error
    })
  } catch (error) {
    await storage.removeSnapshotFiles(job.product.id, job.snapshotId)
    throw error
  } finally {
    await storage.discardStaging(job.product.id, job.snapshotId)
    await rm(tempDir, { recursive: true, force: true })
  }
}

/** The engine compares real paths with what it may open, so a root behind a symbolic link is followed first. */
const storageAt = async (root: string): Promise<Storage> => {
  await mkdir(root, { recursive: true })
  return localStorage(await realpath(root))
}

type Bench = {
  storage: Storage
  staging: string
  files: InputFile[]
  compute: Compute
  tell: (entry: Progress) => void
}

const proven = async (job: BuildJob, bench: Bench): Promise<BuildOutcome> => {
  const { storage, files, compute, tell } = bench
  const { connection } = compute
  const steps = stepsOf(tell, () => new Date(), { connection, staging: bench.staging })
  // Digests and disk need no engine: they are done while later models and the checks run.
  const settling = new Map<string, Promise<Digest>>()
  const project = compile(job, steps.log)
  const { sealing } = compute
  const key = job.seal === undefined ? null : Buffer.from(job.seal.bytes, 'base64')
  const settle = (staged: string, under: string | undefined): Promise<Digest> =>
    under === undefined || sealing === null || key === null
      ? storage.settle(staged)
      : reseal(staged, sealedPath(staged), { from: sealing.key, to: key })
  const keeper = await openKeeper(job, { ...bench, connection, seeds: project.seeds })
  const onTable = (table: DraftTable, key: string | null) => {
    for (const { path, staged, stagedKey } of table.files) {
      if (staged === null) continue
      const settled = settle(staged, stagedKey)
      settled.catch(() => {})
      settling.set(path, settled)
    }
    if (key !== null)
      keeper.keep(key, table, async (path) => {
        const settled = await settling.get(path)
        if (settled === undefined) throw new Error(path)
        return settled.sha256
      })
  }
  // what is being kept is linked from the staging folder, which goes with the build
  await using _ = { [Symbol.asyncDispose]: () => keeper.settled() }
  const place = {
    ...bench,
    connection,
    steps,
    memoryMb: job.limits.memoryMb,
    onTable,
    keeper,
    sealing: sealing === null || job.seal === undefined ? null : { staging: sealing.id, key: job.seal.key },
  }
  tell({ at: new Date().toISOString(), kind: 'state', message: 'planned', steps: plannedSteps(job, project) })
  const draft = await stage(job, project, place)

  const onResult = (check: CheckResult) => tell(checkEntry(check))
  const [report, digests, lineage] = await Promise.all([
    steps.run('check', () => runChecks(connection, stagedFor(job, draft), { onResult })),
    Promise.all([...settling].map(async ([path, digest]) => [path, await digest] as const)),
    lineageOf(job, draft),
  ])
  const proof: Report = { ...report, quarantined: draft.inputs.quarantined }
  const tables = draft.tables.map((table) => settledTable(table, new Map(digests), job.parent))
  const staged = snapshotOf(job, { ...draft, tables }, proof)
  const unchanged = isUnchanged(staged, job.parent) ? 'no new, changed or deleted rows' : undefined
  if (proof.passed && !job.params.dryRun && unchanged === undefined) {
    const aside = quarantineFiles(job, draft, storage)
    if (key !== null) for (const { staged, path } of aside) await sealInPlace(staged, key, path)
    await storage.reveal([...newFiles(tables), ...aside])
  }
  return { staged, lineage, inputFiles: files, ...(unchanged === undefined ? {} : { unchanged }) }
}

/** As `stage` and what follows it will tell them. */
const plannedSteps = ({ product, params }: BuildJob, { models }: Project): string[] => {
  const built = models.filter((model) => model.materialized !== 'ephemeral').map((model) => model.name)
  const all = built.length > 0 ? built : [mainTable(product)]
  return ['input', ...all.map((name) => `model ${name}`), 'check', ...(params.dryRun ? [] : ['commit'])]
}

const checkEntry = (check: CheckResult): Progress => ({
  at: new Date().toISOString(),
  kind: 'check',
  step: check.id,
  name: check.name,
  state: check.outcome === 'passed' ? 'done' : 'failed',
  outcome: check.outcome,
  durationMs: check.durationMs,
  message: check.message,
})

const sealedPath = (staged: string): string => `${staged}.sealed`

/** Rejected rows are no Parquet: the file is sealed whole. */
const sealInPlace = async (file: string, key: Buffer, about: string): Promise<void> => {
  await writeFile(file, seal(key, await readFile(file), about))
}

const newFiles = (tables: readonly DraftTable[]): StagedFile[] =>
  tables.flatMap((table) =>
    table.files.flatMap(({ path, staged, stagedKey }) =>
      staged === null
        ? []
        : [{ table: table.name, staged: stagedKey === undefined ? staged : sealedPath(staged), path }],
    ),
  )

const quarantineFiles = (job: BuildJob, draft: Draft, storage: Storage): StagedFile[] =>
  draft.inputs.quarantineFiles.map(({ port, staged }) => ({
    table: port,
    staged,
    path: storage.quarantinePath(job.product.id, job.snapshotId, port),
  }))

const locateAll = async (job: BuildJob): Promise<InputFile[]> => {
  const files: InputFile[] = []
  for (const port of job.product.inputPorts) if (isFilePort(port)) files.push(...(await locateFiles(port, job)))
  return files
}

const readableFiles = (job: BuildJob, files: readonly InputFile[], storage: Storage): string[] => {
  const snapshots: Snapshot[] = [...Object.values(job.inputs), ...(job.parent ? [job.parent] : [])]
  const published = snapshots.flatMap(({ tables }) =>
    tables.flatMap((table) => table.files.map((file) => storage.absolute(file.path))),
  )
  return [...new Set([...files.map((file) => file.path), ...published])]
}
