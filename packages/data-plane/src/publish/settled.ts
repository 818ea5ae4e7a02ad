import type { Report, Snapshot, StagedSnapshot } from '@datamesh/core'
import { type BuildJob, type Draft, type DraftFile, type DraftTable, kept } from '../build/index.ts'

/**
 * A table with the digest of every file. A rebuilt file with the very bytes of a published one is that one: building the same
 * data again takes no space, and shows as no change.
 */
export const settledTable = (
  table: DraftTable,
  digests: ReadonlyMap<string, string>,
  parent: Snapshot | null,
): DraftTable => {
  const still = new Set(table.files.filter((file) => file.staged === null).map((file) => file.path))
  const before = parent?.tables.find(({ name }) => name === table.name)?.files ?? []
  // An appended batch may rightly equal an earlier one.
  const published = table.mode === 'append' ? [] : before.filter((file) => !still.has(file.path))
  const files = table.files.map((file): DraftFile => {
    if (file.staged === null) return file
    const sha256 = digests.get(file.path) ?? null
    const at = published.findIndex((other) => other.sha256 === sha256 && other.bytes === file.bytes)
    return at < 0 ? { ...file, sha256 } : kept(published.splice(at, 1)[0]!)
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
export const snapshotOf = (job: BuildJob, draft: Draft, report: Report): StagedSnapshot => ({
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
    files: files.map(({ path, rows: count, bytes: size, sha256, stats }) => ({
      path,
      rows: count,
      bytes: size,
      sha256: sha256 ?? '',
      stats,
    })),
    rows,
    bytes,
  })),
  inputs: draft.inputs.pinned,
  runId: job.runId,
  report,
})
