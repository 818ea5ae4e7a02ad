import { type Column, type DataProduct, type Field, MeshError, quoteIdent, type TableVersion } from '@datamesh/core'
import { describe, rowsOf } from '../compute/index.ts'
import { snapshotSelect } from '../input/index.ts'
import { readParquet } from '../storage/index.ts'
import { type Conformed, conform } from './conform.ts'
import { type DraftFile, type DraftTable, draftsOf, kept, type TablePlace, type TableSpec } from './draft.ts'
import { mergeRows, staying } from './merge.ts'
import { type WrittenFile, writeParquet } from './write.ts'

/** Builds one table into staged files, continuing the parent's where the mode says so. */
export const buildTable = async (spec: TableSpec, place: TablePlace): Promise<DraftTable> => {
  const { connection, product } = place
  const fields = product.schema.tables[spec.table]?.fields ?? []
  const parent = place.parent?.tables.find((table) => table.name === spec.table) ?? null
  const mode = parent === null ? 'full' : spec.mode
  const built = await describe(connection, spec.sql)
  const marks = spec.mode === 'merge' ? deleteMarks(built.map(({ name }) => name)) : { columns: [], deleted: null }
  const conformed = await conform(
    connection,
    built.filter(({ name }) => !marks.columns.includes(name)),
    {
      table: spec.table,
      fields,
      continued: mode === 'full' ? [] : parent!.columns,
      buried: () => buriedNames(mode === 'full' ? null : parent, place),
      isEmpty: async () => (await rowsOf(connection, `select 1 from (${spec.sql}\n) limit 1`)).length === 0,
      warn: place.warn,
    },
  )
  const before = parent?.columns ?? []
  const lastBefore = Math.max(0, parent?.lastColumnId ?? 0, ...before.map((column) => column.id))
  const columns = columnsOf(conformed, before, lastBefore, product)
  const key = keyOf(spec, fields, columns)
  // Some file must hold a column before readers can ask for it, even if the batch that brings it has no row.
  const grown = columns.some(({ id }) => id > lastBefore)
  const order = spec.order.length > 0 ? ` order by ${spec.order.map(quoteIdent).join(', ')}` : ''
  const selected = `select ${conformed.map(({ sql }) => sql).join(', ')} from (${spec.sql}\n)`
  const write = (select: string, splitBytes: number | null): Promise<WrittenFile[]> =>
    writeParquet(
      connection,
      select,
      `${place.staging}/${spec.table}-new`,
      columns,
      splitBytes,
      mode !== 'full' && grown,
      place.sealing?.staging,
    )

  let files: DraftFile[]
  if (spec.mode === 'merge') {
    const published = mode === 'merge' ? parent!.files : []
    files = await mergeRows({
      table: spec.table,
      key,
      columns,
      select: selected,
      deleted: marks.deleted,
      files: published,
      continued: before,
      write,
      place,
    })
  } else {
    const before = mode === 'append' ? parent!.files : []
    const [stay, plain] = dividedBy(before, (file) => place.sealing === null || file.key !== undefined)
    // encryption was switched on: what was published in clear is written anew with the batch
    const old = plain.length === 0 ? '' : `${keptRows(parent!, plain, columns, place)}\nunion all by name\n`
    const fresh = draftsOf(
      await write(old === '' ? `${selected}${order}` : `${old}(${selected}${order})`, null),
      spec.table,
      place,
    )
    files = [...stay.map(kept), ...fresh]
  }
  return {
    name: spec.table,
    columns,
    lastColumnId: Math.max(lastBefore, ...columns.map((column) => column.id)),
    key,
    files,
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    mode,
  }
}

const dividedBy = <T>(all: readonly T[], test: (one: T) => boolean): [T[], T[]] => [
  all.filter(test),
  all.filter((one) => !test(one)),
]

/** Rows of published files with the columns that the table has now. */
const keptRows = (
  parent: TableVersion,
  files: TableVersion['files'],
  columns: readonly Column[],
  { storage }: TablePlace,
): string =>
  `select ${staying(columns, parent.columns)} from (${snapshotSelect({ columns: parent.columns, files }, storage)})`

/** Columns that files of the continued table still hold although the table dropped them: a new column of that name would show their values. */
const buriedNames = async (parent: TableVersion | null, { connection, storage }: TablePlace): Promise<string[]> => {
  if (parent === null || parent.files.length === 0) return []
  const files = parent.files.map((file) => ({ ...file, path: storage.absolute(file.path) }))
  const inFiles = await describe(connection, `select * from ${readParquet(files, true)}`)
  const shown = new Set(parent.columns.map(({ name }) => name.toLowerCase()))
  return inFiles.map(({ name }) => name.toLowerCase()).filter((name) => !shown.has(name))
}

/** The key as the table spells its columns. @throws model-failed when one of them is not built */
const keyOf = (spec: TableSpec, fields: readonly Field[], columns: readonly Column[]): string[] => {
  const written = spec.key.length > 0 ? spec.key : fields.filter((field) => field.key).map((field) => field.name)
  return written.map((name) => {
    const column = columns.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase())
    if (column) return column.name
    throw new MeshError('model-failed', {
      model: spec.table,
      why: `its key ${name} is no column of it; it has ${columns.map((one) => one.name).join(', ')}`,
    })
  })
}

/** `_deleted` (boolean) or `__op` ('d') in the rows to merge says which rows go; neither is published. */
const deleteMarks = (names: readonly string[]): { columns: string[]; deleted: string | null } => {
  const columns = names.filter((name) => /^(_deleted|__op)$/i.test(name))
  const tests = columns.map((name) =>
    name.toLowerCase() === '__op'
      ? `lower(${quoteIdent(name)}) in ('d', 'delete')`
      : `cast(${quoteIdent(name)} as boolean)`,
  )
  return { columns, deleted: tests.length > 0 ? tests.map((test) => `coalesce(${test}, false)`).join(' or ') : null }
}

/** A column keeps the id that its name had in the parent; a new name gets the next one, never one that was used. */
const columnsOf = (
  conformed: readonly Conformed[],
  before: readonly Column[],
  lastBefore: number,
  product: DataProduct,
): Column[] => {
  const known = new Map(before.map((column) => [column.name.toLowerCase(), column.id]))
  let last = lastBefore
  const pii = new Set(product.access.piiColumns.map((name) => name.toLowerCase()))
  return conformed.map(({ name, type, field }) => ({
    id: known.get(name.toLowerCase()) ?? ++last,
    name,
    type,
    nullable: field?.nullable ?? true,
    description: field?.description ?? '',
    pii: (field?.pii ?? false) || pii.has(name.toLowerCase()),
    ...(field?.classification === undefined ? {} : { classification: field.classification }),
  }))
}
