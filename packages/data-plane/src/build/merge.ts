import { type Column, type DataFile, MeshError, quoteIdent } from '@datamesh/core'
import { rowsOf } from '../compute/index.ts'
import { snapshotSelect } from '../input/index.ts'
import { readParquet } from '../storage/index.ts'
import { type DraftFile, draftsOf, kept, type TablePlace } from './draft.ts'
import type { WrittenFile } from './write.ts'

/** Merged tables lie in files of about this size, in key order: a batch then touches few of them. */
const fileBytes = 32 * 1024 * 1024

type Merge = {
  table: string
  key: readonly string[]
  columns: readonly Column[]
  /** The conformed columns of the model. */
  select: string
  /** SQL that is true for rows to delete; null when the model marks none. */
  deleted: string | null
  /** Files of the parent; none for the first rows. */
  files: readonly DataFile[]
  /** Columns that those files may hold. */
  continued: readonly Column[]
  write: (select: string, splitBytes: number | null) => Promise<WrittenFile[]>
  place: TablePlace
}

/**
 * Upserts by key, copy-on-write: only files that hold one of the incoming keys are written again, every other file is kept as it is.
 * @throws merge-keys-repeated when two incoming rows have one key, or one has none
 */
export const mergeRows = async ({
  table,
  key: keyColumns,
  columns,
  select,
  deleted,
  files,
  continued,
  write,
  place,
}: Merge): Promise<DraftFile[]> => {
  const { connection } = place
  if (keyColumns.length === 0) {
    throw new MeshError('model-failed', {
      model: table,
      why: 'merge needs a key; write transforms.key, or unique_key in the model',
    })
  }
  const batch = quoteIdent(`incoming ${table}`)
  const key = keyColumns.map(quoteIdent)
  const names = columns.map(({ name }) => quoteIdent(name)).join(', ')
  const source = select.replace(/^select /, `select ${deleted ?? 'false'} as "deleted row", `)
  await connection.run(`create temp table ${batch} as ${source}`)
  await refuseRepeatedKeys(table, batch, key, place)

  const paths = new Map(files.map((file) => [place.storage.absolute(file.path), file]))
  const using = `using (${key.join(', ')})`
  const touched =
    files.length === 0
      ? []
      : (
          await rowsOf(
            connection,
            `select distinct filename from ${readParquet(
              files.map((file) => ({ ...file, path: place.storage.absolute(file.path) })),
              true,
              ', filename = true',
            )}
semi join ${batch} ${using}`,
          )
        ).map((row) => paths.get(String(row.filename))!)
  // encryption was switched on: what was published in clear is written anew
  if (place.sealing !== null)
    for (const file of files) if (file.key === undefined && !touched.includes(file)) touched.push(file)
  const untouched = files.filter((file) => !touched.includes(file))

  const left =
    touched.length === 0
      ? []
      : [
          `select ${staying(columns, continued)} from (${snapshotSelect({ columns: [...continued], files: touched }, place.storage)}) anti join ${batch} ${using}`,
        ]
  const coming = `select ${names} from ${batch} where not "deleted row"`
  const rows = [...left, coming].join('\nunion all\n')
  const written = await write(`select * from (${rows}) order by ${key.join(', ')}`, fileBytes)
  await connection.run(`drop table ${batch}`)
  return [...untouched.map(kept), ...draftsOf(written, table, place)]
}

/** Columns of rows that stay: cast where the type has grown, NULL where the column is new. */
export const staying = (columns: readonly Column[], continued: readonly Column[]): string => {
  const before = new Set(continued.map(({ name }) => name.toLowerCase()))
  return columns
    .map(({ name, type }) => {
      const value = before.has(name.toLowerCase()) ? quoteIdent(name) : 'null'
      return `${value}::${type} as ${quoteIdent(name)}`
    })
    .join(', ')
}

const refuseRepeatedKeys = async (
  table: string,
  batch: string,
  key: readonly string[],
  place: TablePlace,
): Promise<void> => {
  const repeated = await rowsOf(
    place.connection,
    `select ${key.join(', ')}, count(*) as "times"
from ${batch}
group by ${key.join(', ')}
having count(*) > 1 or ${key.map((name) => `${name} is null`).join(' or ')}
order by all limit 10`,
  )
  if (repeated.length === 0) return
  const examples = repeated.map(({ times, ...values }) => {
    const named = Object.entries(values)
      .map(([name, value]) => `${name} = ${String(value)}`)
      .join(', ')
    return `${named} (${String(times)} rows)`
  })
  throw new MeshError('merge-keys-repeated', { table: table, key: key.join(', ').replaceAll('"', ''), examples })
}
