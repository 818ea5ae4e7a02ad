import type {
  ColumnGuess,
  DataProduct,
  Encryption,
  Lineage,
  Mask,
  RunEntry,
  RunParams,
  Snapshot,
  StagedSnapshot,
  TableProfile,
} from '@datamesh/core'
import type { BareKeys } from '../mask/index.ts'
import type { DataKeys } from '../storage/index.ts'

/** A decision about an input as it travels to the process of a build. */
export type InputVerdict = { masks: readonly Mask[]; rowFilter: string | null; keys: BareKeys | null }

/** One build as data: everything a worker process needs; it talks to nobody else. Paths are absolute unless said otherwise. */
export type BuildJob = {
  runId: string
  /** Id of the snapshot to stage; its files carry it in their names, so that a lost build is found and collected. */
  snapshotId: string
  product: DataProduct
  /** The release's text files (models, macros, seeds, tests, schemas), path relative to the product's folder → text. */
  files: Readonly<Record<string, string>>
  /** Where file input ports are read relative to; null for a release that came without a folder. */
  productRoot: string | null
  /** Folders that file inputs may lie in. A location outside is refused. */
  inputRoots: readonly string[]
  /** Product input ports, pinned: port name → the snapshot that is read. */
  inputs: Readonly<Record<string, Snapshot>>
  /** What lies over those of them that the product's domain may not read whole. */
  verdicts?: Readonly<Record<string, InputVerdict>>
  parent: Snapshot | null
  /** Root of the published files (`DataFile.path` is relative to it). */
  storageRoot: string
  params: RunParams
  /** Finished tables are kept until the run has published; those of the runs in `reuse`, the first before the others, are taken over. */
  keep?: { reuse: readonly string[] } | undefined
  /** The only environment variables that `env_var` can see. */
  env: Readonly<Record<string, string>>
  /** Keys of the files that it reads: inputs, parent. */
  keys?: DataKeys
  /** What of it is encrypted, and the key for that. */
  seal?: { encryption: Encryption; key: string; bytes: string }
  now: string
  /** `spareDiskMb`: free space that the build leaves on its disks; when not said, a twentieth of them, at most 2 GB. */
  limits: { memoryMb: number; threads: number; timeoutSeconds: number; tempDir: string; spareDiskMb?: number }
}

/** What a build hands back. A report that did not pass is an answer, not an exception: then nothing may be committed and the files are removed. */
export type BuildOutcome = {
  staged: StagedSnapshot
  lineage: Lineage
  /** Why there is nothing to commit: the build ended with the very files of its parent. */
  unchanged?: string
  /** Files that input ports were read from, for the question whether a source has changed. */
  inputFiles: readonly { port: string; path: string; bytes: number; modifiedAt: string }[]
}

/** `RunEntry` without its number: the receiver counts. */
export type Progress = Omit<RunEntry, 'seq'>

export type BuildHandle = {
  /** Rejects with MeshError: `model-failed`, `input-unreadable`, `build-cancelled`, `build-timeout`, `worker-died` … */
  outcome: Promise<BuildOutcome>
  /** SIGKILL; staged files are removed. */
  cancel(): void
}

/** A sample file to look at, for the proposal of a product. `file` is absolute; what spills goes to `tempDir`, at most `spillMb`. */
export type SampleJob = {
  file: string
  limits: { memoryMb: number; threads: number; timeoutSeconds: number; spillMb: number; tempDir: string }
}

export type ProfileJob = {
  snapshot: Snapshot
  storageRoot: string
  keys?: DataKeys
  /** What of it is encrypted: no value of those columns is told. */
  encryption?: Encryption | null
  limits: BuildJob['limits']
}
/** What the tables look like, and what their columns may be about. */
export type ProfileOutcome = {
  profiles: TableProfile[]
  guesses: { table: string; column: string; guess: ColumnGuess }[]
}
