import { resolve, sep } from 'node:path'
import { MeshError, quoteIdent, quoteText, type TableVersion } from '@datamesh/core'
import { filesFor, lacks } from './key_range.ts'
import { position, type Reading } from './reading.ts'

/** Absolute path of a published file; a path that leaves the storage is refused, whoever wrote it. */
export const pathIn = (storageRoot: string, path: string): string => {
  const absolute = resolve(storageRoot, path)
  if (!absolute.startsWith(resolve(storageRoot) + sep)) throw new MeshError('file-not-found', { file: path })
  return absolute
}

/** A table of a snapshot as SQL: every column, and the row's place. `files` are the ones to open. */
export const parquetTable = (
  table: TableVersion,
  files: readonly { path: string; firstRow: number; lacking: readonly string[] }[],
): string => {
  if (files.length === 0)
    return `(select ${[...table.columns.map((c) => `null::${c.type} as ${quoteIdent(c.name)}`), `0::bigint as ${position}`].join(', ')} where false)`
  const nowhere = table.columns.filter((column) => files.every((file) => file.lacking.includes(column.name)))
  const uneven = files.some((file) => file.lacking.length > nowhere.length)
  const columns = table.columns.map((column) =>
    nowhere.includes(column) ? `null::${column.type} as ${quoteIdent(column.name)}` : quoteIdent(column.name),
  )
  const first = files.map((file) => file.firstRow)
  const place =
    first.length === 1
      ? `(${first[0]} + file_row_number)::bigint`
      : `(list_extract([${first.join(', ')}]::bigint[], file_index::bigint + 1) + file_row_number)::bigint`
  const list = files.map((file) => quoteText(file.path)).join(', ')
  return `(select ${columns.join(', ')}, ${place} as ${position} from read_parquet([${list}]${uneven ? ', union_by_name = true' : ''}))`
}

export const parquetSource = (reading: Reading, bound: string | null, storageRoot: string): string =>
  parquetTable(
    reading.table,
    filesFor(reading, bound).map(({ file, firstRow }) => ({
      path: pathIn(storageRoot, file.path),
      firstRow,
      lacking: reading.table.columns.map((column) => column.name).filter((name) => lacks(file, name)),
    })),
  )
