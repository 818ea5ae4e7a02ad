import { resolve, sep } from 'node:path'
import { MeshError, quoteIdent, quoteText, type TableVersion } from '@datamesh/core'
import { filterSql, isOpen, type Served, servedColumns } from '../mask/index.ts'
import { runsOf, underKey } from '../storage/index.ts'
import { filesFor, isUneven } from './key_range.ts'
import { position, type Reading } from './reading.ts'

/** Absolute path of a published file; a path that leaves the storage is refused, whoever wrote it. */
export const pathIn = (storageRoot: string, path: string): string => {
  const absolute = resolve(storageRoot, path)
  if (!absolute.startsWith(resolve(storageRoot) + sep)) throw new MeshError('file-not-found', { file: path })
  return absolute
}

export type PlacedFile = { path: string; firstRow: number; key?: string | undefined }

/** A table of a snapshot as SQL: every column, and the row's place. `files` are the ones to open. */
export const parquetTable = (table: TableVersion, files: readonly PlacedFile[]): string => {
  if (files.length === 0) {
    const nothing = table.columns.map((column) => `null::${column.type} as ${quoteIdent(column.name)}`)
    return `(select ${[...nothing, `0::bigint as ${position}`].join(', ')} where false)`
  }
  const columns = table.columns.map((column) => quoteIdent(column.name)).join(', ')
  const uneven = isUneven(table)
  const runs = runsOf(files).flatMap((run) => (uneven && run[0]?.key !== undefined ? run.map((file) => [file]) : [run]))
  if (runs.length > 1)
    // one call has one key, and no union by name under a key; one after the other they keep their order: storage/parquet.ts
    return `(select ${columns}, ${position} from (${runs.map((run) => `select * from ${runSql(run, uneven, '*')}`).join(' union all by name ')}))`
  return runSql(files, uneven, columns)
}

const runSql = (files: readonly PlacedFile[], uneven: boolean, columns: string): string => {
  const first = files.map((file) => file.firstRow)
  const place =
    first.length === 1
      ? `(${first[0]} + file_row_number)::bigint`
      : `(list_extract([${first.join(', ')}]::bigint[], file_index::bigint + 1) + file_row_number)::bigint`
  const list = files.map((file) => quoteText(file.path)).join(', ')
  const byName = uneven && files.length > 1 ? ', union_by_name = true' : ''
  return `(select ${columns}, ${place} as ${position} from read_parquet([${list}]${byName}${underKey(files[0]?.key)}))`
}

export const placedIn = (
  storageRoot: string,
  files: readonly { file: { path: string; key?: string | undefined }; firstRow: number }[],
): PlacedFile[] =>
  files.map(({ file, firstRow }) => ({ path: pathIn(storageRoot, file.path), firstRow, key: file.key }))

/** Rows behind a filter, before anything that a request says: it cannot look at one that the filter hides. */
export const filteredRows = (relation: string, decision: Served): string =>
  decision.rowFilter === null ? relation : `(select * from ${relation} where ${filterSql(decision.rowFilter)})`

/** Rows as one reader may see them, masks and all. */
export const servedRows = (relation: string, table: TableVersion, decision: Served): string =>
  isOpen(decision, table.columns)
    ? relation
    : `(select ${servedColumns(table.columns, decision).join(', ')} from ${filteredRows(relation, decision)})`

export const parquetSource = (reading: Reading, bound: string | null, storageRoot: string): string =>
  filteredRows(parquetTable(reading.table, placedIn(storageRoot, filesFor(reading, bound))), reading.decision)
