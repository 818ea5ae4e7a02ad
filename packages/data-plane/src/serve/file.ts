import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { MeshError, type Snapshot, type TableVersion } from '@datamesh/core'
import { pathIn } from './source.ts'

/** Bytes `start` to `end`, both counted and both included, as HTTP ranges do. */
export type ByteRange = { start: number; end: number }

export type ServedFile = {
  path: string
  bytes: number
  sha256: string
  /** Strong: a published file never changes. */
  etag: string
  contentType: string
  stream(range?: ByteRange): Readable
}

/** The name under which a file of a snapshot is listed and fetched. */
const fileName = (path: string): string => basename(path)

/** @throws not-found */
export const openFile = (
  snapshot: Pick<Snapshot, 'id'>,
  table: TableVersion,
  name: string,
  storageRoot: string,
  hold: (snapshotId: string) => () => void,
): ServedFile => {
  const file = table.files.find((candidate) => fileName(candidate.path) === name)
  if (!file) throw new MeshError('not-found', { what: `file ${name} of table ${table.name}` })
  const path = pathIn(storageRoot, file.path)
  return {
    path,
    bytes: file.bytes,
    sha256: file.sha256,
    etag: `"${file.sha256.slice(0, 32)}"`,
    contentType: 'application/vnd.apache.parquet',
    stream(range) {
      const release = hold(snapshot.id)
      const stream = createReadStream(path, { highWaterMark: 256 * 1024, ...(range ?? {}) })
      stream.once('close', release)
      return stream
    },
  }
}
