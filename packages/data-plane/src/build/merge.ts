import { type Column, MeshError, quoteIdent, type TableVersion } from '@datamesh/core'
import { rowsOf } from '../compute/index.ts'
import { pathList, snapshotSelect } from '../input/index.ts'
import { type DraftFile, draftOf, kept, type TablePlace, type TableSpec } from './draft.ts'
import type { WrittenFile } from './write.ts'

type Merge = {
  spec: TableSpec
  columns: readonly Column[]
  /** The conformed columns of the model, with a condition. */
  select: (where: string) => string
  /** SQL that is true for rows to delete; null when the model marks none. */
  deleted: string | null
  parent: TableVersion
  write: (select: string, n?: number) => Promise<WrittenFile>
  place: TablePlace
}

/**
 * Upserts by key, copy-on-write: only files that hold one of the incoming keys are written again, every other file is kept as it is.
 * @throws merge-keys-repeated when two incoming rows have one key, or one has none
 */
export const mergeRows = async ({
  spec,
  columns,
  select,
  deleted,
  parent,
  write,
  place,
}: Merge): Promise<DraftFile[]> => {
  const { connection } = place
  if (spec.key.length === 0) {
    throw new MeshError('model-failed', {
      model: spec.table,
      why: 'merge needs a key; write transforms.key, or unique_key in the model',
    })
  }
  const batch = quoteIdent(`incoming ${spec.table}`)
  const key = spec.key.map(quoteIdent)
  const names = columns.map(({ name }) => quoteIdent(name)).join(', ')
  const source = select('').replace(/^select /, `select ${deleted ?? 'false'} as "deleted row", `)
  await connection.run(`create temp table ${batch} as ${source}`)
  await refuseRepeatedKeys(spec, batch, key, place)

  const paths = new Map(parent.files.map((file) => [place.storage.absolute(file.path), file]))
  const using = `using (${key.join(', ')})`
  const touched =
    parent.files.length === 0
      ? []
      : (
          await rowsOf(
            connection,
            `select distinct filename from read_parquet(${pathList([...paths.keys()])}, filename = true, union_by_name = true)
semi join ${batch} ${using}`,
          )
        ).map((row) => paths.get(String(row.filename))!)
  const untouched = parent.files.filter((file) => !touched.includes(file))

  const staying =
    touched.length === 0
      ? []
      : [
          `select ${names} from (${snapshotSelect({ columns: [...columns], files: touched }, place.storage)}) anti join ${batch} ${using}`,
        ]
  const coming = `select ${names} from ${batch} where not "deleted row"`
  const written = await write(
    `select * from (${[...staying, coming].join('\nunion all\n')}) order by ${key.join(', ')}`,
  )
  await connection.run(`drop table ${batch}`)
  return [...untouched.map(kept), ...(written.rows > 0 ? [draftOf(written, spec.table, place, 0)] : [])]
}

const refuseRepeatedKeys = async (
  spec: TableSpec,
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
  throw new MeshError('merge-keys-repeated', { table: spec.table, key: spec.key.join(', '), examples })
}
