import {
  type DataFile,
  type Encryption,
  isEncrypted,
  isSecretColumn,
  type Report,
  type Snapshot,
  type StagedSnapshot,
} from '@datamesh/core'
import { type BuildJob, type Draft, type DraftFile, type DraftTable, kept } from '../build/index.ts'

export type Digest = { sha256: string; content?: string }

/**
 * A table with the digest of every file. A rebuilt file with the very bytes of a published one is that one: building the same
 * data again takes no space, and shows as no change.
 */
export const settledTable = (
  table: DraftTable,
  digests: ReadonlyMap<string, Digest>,
  parent: Snapshot | null,
): DraftTable => {
  const still = new Set(table.files.filter((file) => file.staged === null).map((file) => file.path))
  const before = parent?.tables.find(({ name }) => name === table.name)?.files ?? []
  // An appended batch may rightly equal an earlier one.
  const published = table.mode === 'append' ? [] : before.filter((file) => !still.has(file.path))
  const files = table.files.map((file): DraftFile => {
    if (file.staged === null) return file
    const { sha256 = null, content } = digests.get(file.path) ?? {}
    const at = published.findIndex(
      (other) =>
        other.key === file.key &&
        other.bytes === file.bytes &&
        (content === undefined ? other.sha256 === sha256 : other.content === content),
    )
    return at < 0
      ? { ...file, sha256, ...(content === undefined ? {} : { content }) }
      : kept(published.splice(at, 1)[0]!)
  })
  return { ...table, files }
}

/** True when a commit would only repeat the parent: same release, inputs, columns and files. */
export const isUnchanged = (staged: StagedSnapshot, parent: Snapshot | null): boolean => {
  if (parent === null) return false
  const essence = ({ release, inputs, tables }: Pick<Snapshot, 'release' | 'inputs' | 'tables'>) =>
    JSON.stringify([
      release,
      inputs.map(({ port, snapshot }) => [port, snapshot]).sort(),
      tables.map(({ name, columns, key, files }) => [
        name,
        columns.map(({ id, name: column, type, nullable, description, pii, classification }) => [
          id,
          column,
          type,
          nullable,
          description,
          pii,
          classification ?? null,
        ]),
        key,
        files.map((file) => file.path),
      ]),
    ])
  return essence(staged) === essence(parent)
}

/** The draft as it is committed. */
/** Smallest and largest are values: of a secret column they stay in the files. */
const withoutSecrets = (stats: DataFile['stats'], encryption: Encryption | null): DataFile['stats'] =>
  Object.fromEntries(
    Object.entries(stats).map(([column, each]) => [
      column,
      isSecretColumn(encryption, column) ? { nulls: each.nulls } : each,
    ]),
  )

export const snapshotOf = (
  job: BuildJob,
  draft: Draft,
  report: Report,
  encryption: Encryption | null = job.seal?.encryption ?? null,
): StagedSnapshot => ({
  id: job.snapshotId,
  product: job.product.id,
  release: job.product.version,
  parent: job.parent?.id ?? null,
  mode: draft.mode,
  tables: draft.tables.map(({ name, columns, lastColumnId, key, files, rows, bytes }) => ({
    name,
    columns,
    lastColumnId,
    key,
    files: files.map(({ path, rows: count, bytes: size, sha256, key: under, content, stats }) => ({
      path,
      rows: count,
      bytes: size,
      sha256: sha256 ?? '',
      ...(under === undefined ? {} : { key: under }),
      ...(content === undefined ? {} : { content }),
      stats: isEncrypted(encryption, name) ? withoutSecrets(stats, encryption) : stats,
    })),
    rows,
    bytes,
  })),
  inputs: draft.inputs.pinned,
  runId: job.runId,
  report,
})
