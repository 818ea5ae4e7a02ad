import type { DataFile, DataProduct, Mode, Snapshot, TableVersion } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { snapshotSelect } from '../input/index.ts'
import type { Storage } from '../storage/index.ts'
import type { WrittenFile } from './write.ts'

/** A file of a staged table: kept from the parent, or new (then `staged` says where it lies until it is revealed, `stagedKey` under which key). */
export type DraftFile = Omit<DataFile, 'sha256'> & { sha256: string | null; staged: string | null; stagedKey?: string }
/** A table before its proof. */
export type DraftTable = Omit<TableVersion, 'files'> & { files: DraftFile[]; mode: Mode }

export type TableSpec = {
  /** Name of the published table. */
  table: string
  /** SELECT over relations of the connection. */
  sql: string
  mode: Mode
  /** Columns that find a row; needed for merge. */
  key: readonly string[]
  /** Columns to write in order of; empty: as the SELECT gives them. Sorting costs as much as writing. */
  order: readonly string[]
}

export type TablePlace = {
  connection: DuckDBConnection
  storage: Storage
  staging: string
  product: DataProduct
  snapshotId: string
  parent: Snapshot | null
  /** Encrypts the table: the key that staged files are written with, and the one that they are sealed with. */
  sealing: { staging: string; key: string } | null
  warn: (message: string) => void
}

export const kept = (file: DataFile): DraftFile => ({ ...file, staged: null })

export const draftsOf = (written: readonly WrittenFile[], table: string, place: TablePlace): DraftFile[] =>
  written.map(({ staged, rows, bytes, stats }, n) => ({
    path: place.storage.dataPath(place.product.id, table, place.snapshotId, n),
    rows,
    bytes,
    stats,
    sha256: null,
    staged,
    ...(place.sealing === null ? {} : { key: place.sealing.key, stagedKey: place.sealing.staging }),
  }))

/** A staged file is not sealed yet. */
export const asItLies = ({ stagedKey, key, ...file }: DraftFile): DataFile => {
  const under = file.staged === null ? key : stagedKey
  return { ...file, sha256: '', ...(under === undefined ? {} : { key: under }) }
}

/** The rows of a draft as SQL, wherever its files lie now. */
export const draftSelect = (table: DraftTable, storage: Storage): string =>
  snapshotSelect(
    { columns: table.columns, files: table.files.map(asItLies) },
    {
      ...storage,
      absolute: (path) => table.files.find((file) => file.path === path)?.staged ?? storage.absolute(path),
    },
  )
