import type { DataProduct, EncryptionDefault, Snapshot } from '@datamesh/core'
import type {
  BuildHandle,
  BuildJob,
  InputVerdict,
  ProfileJob,
  ProfileOutcome,
  Progress,
  Storage,
} from '@datamesh/data-plane'
import type { CatalogDeps } from '../catalog/index.ts'
import type { KeyRing, StoreLog } from '../store/index.ts'

/** The data plane as runs need it: builds and profiles in processes of their own. */
export type Plane = {
  build(job: BuildJob, report: (progress: Progress) => void): BuildHandle
  profile(job: ProfileJob): { outcome: Promise<ProfileOutcome>; cancel(): void }
}

export type RunLimits = {
  /** Builds at the same time in this process. */
  concurrency: number
  /** A worker that has not renewed its lease for so long is taken for dead. */
  leaseSeconds: number
  memoryMb: number
  threads: number
  /** Times a run may lose its worker before it is called failed. */
  crashes: number
}

export const defaultLimits: RunLimits = { concurrency: 1, leaseSeconds: 30, memoryMb: 2048, threads: 2, crashes: 3 }

export type RunDeps = CatalogDeps & {
  /** May the domain of the product read this input, and how? Null: as it is. @throws input-denied */
  inputVerdict(product: DataProduct, port: string, snapshot: Snapshot): Promise<InputVerdict | null>
  /** Keys of encrypted data. Absent: an encrypted product is not built. */
  keys?: Pick<KeyRing, 'forProduct' | 'keysFor'>
  /** What is encrypted beyond what manifests ask for. */
  encryption?: EncryptionDefault
  plane: Plane
  storage: Storage
  /** Unique for this process: whose lease it is. */
  owner: string
  tempDir: string
  inputRoots: readonly string[]
  /** What `env_var` can see. */
  env: Readonly<Record<string, string>>
  limits: RunLimits
  log: StoreLog
}

/** What requesting and reading runs needs: no data plane. */
export type QueueDeps = CatalogDeps
