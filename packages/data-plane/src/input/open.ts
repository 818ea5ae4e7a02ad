import {
  type DataProduct,
  type InputPort,
  MeshError,
  type PinnedInput,
  type Quarantined,
  quoteIdent,
  quoteText,
  type Snapshot,
  type TableVersion,
} from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { describe, rowsOf, withoutValues } from '../compute/index.ts'
import { filterSql, isOpen, offerTokens, type Served, servedColumns, servedType } from '../mask/index.ts'
import { readParquet, type Storage } from '../storage/index.ts'
import { csvReader } from './csv.ts'
import { jsonReader, judged } from './json.ts'
import { type InputFile, isFilePort } from './locate.ts'
import { pathList, readerOptions } from './options.ts'

/** A relation that models can read: SQL name, columns, and where its rows come from. */
type InputRelation = {
  port: string
  table: string
  relation: string
  columns: { name: string; type: string }[]
  from: { kind: 'files'; location: string } | { kind: 'product'; product: string; table: string; snapshot: string }
}

export type Inputs = {
  relations: InputRelation[]
  files: InputFile[]
  pinned: PinnedInput[]
  quarantined: Quarantined[]
  /** Rejected rows as written, one CSV per port, in the staging folder. */
  quarantineFiles: { port: string; staged: string }[]
}

export type InputPlace = {
  connection: DuckDBConnection
  storage: Storage
  /** Absolute folder for side files. */
  staging: string
  files: readonly InputFile[]
  /** Snapshots read, by port. */
  pinned: Readonly<Record<string, Snapshot>>
  /** What lies over them, by port; absent: nothing. */
  verdicts?: Readonly<Record<string, Served>>
  /** How many models read a port: what is parsed more than once is kept. */
  readers: (port: string) => number
  /** Types for the columns of a port that declares none (a pass-through product promises them). */
  promised: (port: string) => Readonly<Record<string, string>>
  /** Values of rows are told to nobody but who may read the rejected lines. */
  personal: boolean
}

type FilePort = InputPort & { source: { from: 'files' } }

/** Makes every input port a relation `"<port>"."<table>"`. A file port has one table, named like the port. */
export const openInputs = async (product: DataProduct, place: InputPlace): Promise<Inputs> => {
  const inputs: Inputs = { relations: [], files: [...place.files], pinned: [], quarantined: [], quarantineFiles: [] }
  const keys = new Map(
    Object.values(place.verdicts ?? {}).flatMap(({ keys: each }) => (each ? [[each.id, each.bare()] as const] : [])),
  )
  if (keys.size > 0) await offerTokens(place.connection, (id) => keys.get(id))
  for (const port of product.inputPorts) {
    if (port.source.from === 'declared') continue
    await place.connection.run(`create schema if not exists ${quoteIdent(port.name)}`)
    if (isFilePort(port)) await openFiles(port, place, inputs)
    else await openProduct(port, place, inputs)
  }
  return inputs
}

const openProduct = async (port: InputPort, place: InputPlace, inputs: Inputs): Promise<void> => {
  if (port.source.from !== 'product') return
  const snapshot = place.pinned[port.name]
  if (snapshot === undefined) {
    throw new MeshError('input-unreadable', {
      port: port.name,
      why: `${port.source.product} has published nothing yet`,
    })
  }
  inputs.pinned.push({ port: port.name, product: snapshot.product, snapshot: snapshot.id, sequence: snapshot.sequence })
  const only = port.source.table
  const verdict = place.verdicts?.[port.name] ?? { masks: [], rowFilter: null }
  for (const table of snapshot.tables) {
    if (only !== undefined && table.name !== only) continue
    const relation = `${quoteIdent(port.name)}.${quoteIdent(table.name)}`
    const open = isOpen(verdict, table.columns)
    // what is masked is worked out once: a model sees neither the expression, which has a key in it, nor what lies under it
    await place.connection.run(
      open
        ? `create view ${relation} as ${snapshotSelect(table, place.storage)}`
        : `create table ${relation} as ${servedSelect(table, verdict, place.storage)}`,
    )
    inputs.relations.push({
      port: port.name,
      table: table.name,
      relation,
      columns: table.columns.map((column) => ({ name: column.name, type: servedType(column, verdict) })),
      from: { kind: 'product', product: snapshot.product, table: table.name, snapshot: snapshot.id },
    })
  }
}

const servedSelect = (table: TableVersion, verdict: Served, storage: Storage): string => {
  const where = verdict.rowFilter === null ? '' : ` where ${filterSql(verdict.rowFilter)}`
  return `select ${servedColumns(table.columns, verdict).join(', ')} from (${snapshotSelect(table, storage)})${where}`
}

/** The rows of a table version, in its declared column order, whatever order and types older files have. */
export const snapshotSelect = (table: Pick<TableVersion, 'columns' | 'files'>, storage: Storage): string => {
  const typed = table.columns.map(({ name, type }) => `${quoteIdent(name)}::${type} as ${quoteIdent(name)}`)
  if (table.files.length === 0) {
    return `select ${table.columns.map(({ name, type }) => `null::${type} as ${quoteIdent(name)}`).join(', ')} where false`
  }
  const files = table.files.map(({ path, key }) => ({ path: storage.absolute(path), key }))
  return `select ${typed.join(', ')} from ${readParquet(files, true)}`
}

const openFiles = async (port: FilePort, place: InputPlace, inputs: Inputs): Promise<void> => {
  const { connection } = place
  const paths = place.files.filter((file) => file.port === port.name).map((file) => file.path)
  const relation = `${quoteIdent(port.name)}.${quoteIdent(port.name)}`
  const wanted = Object.keys(port.source.columns).length > 0 ? port.source.columns : place.promised(port.name)
  const keep = place.readers(port.name) > 1
  const create = (sql: string, materialise: boolean) =>
    connection.run(`create ${materialise ? 'table' : 'view'} ${relation} as ${sql}`)

  let columns: { name: string; type: string }[]
  if (port.source.format === 'parquet') {
    const read = `select * from read_parquet(${pathList(paths)}${paths.length > 1 ? ', union_by_name = true' : ''}${readerOptions(port)})`
    columns = await describe(connection, read)
    const missing = Object.keys(wanted).filter((name) => !columns.some((column) => column.name === name))
    if (missing.length > 0)
      throw new MeshError('input-unreadable', {
        port: port.name,
        why: `${port.source.location} has no column ${missing.join(', ')}`,
      })
    columns = columns.map(({ name, type }) => ({ name, type: wanted[name] ?? type }))
    await create(
      `select ${columns.map(({ name, type }) => `${quoteIdent(name)}::${type} as ${quoteIdent(name)}`).join(', ')} from (${read})`,
      false,
    )
  } else if (port.source.format === 'csv') {
    const reader = await csvReader(connection, port, paths, wanted)
    columns = reader.columns
    if (port.source.badRows === 'quarantine') {
      const nth = inputs.relations.length
      const names = { errors: `datamesh_rejects_${nth}`, scans: `datamesh_scans_${nth}` }
      await create(reader.rejecting(names), true)
      await putAside(port, place, inputs, relation, csvRejects(names))
    } else await create(reader.sql, keep)
  } else {
    const reader = await jsonReader(connection, port, paths, wanted)
    columns = reader.columns
    if (port.source.badRows === 'quarantine') {
      const lines = quoteIdent(`datamesh_lines_${inputs.relations.length}`)
      await connection.run(`create temp table ${lines} as ${judged(reader)}`)
      await create(
        `select ${columns.map(({ name }) => `doc.${quoteIdent(name)} as ${quoteIdent(name)}`).join(', ')} from ${lines} where error is null`,
        true,
      )
      await putAside(
        port,
        place,
        inputs,
        relation,
        `select file, line, text, error from ${lines} where error is not null`,
      )
      await connection.run(`drop table ${lines}`)
    } else await create(reader.sql, keep)
  }
  inputs.relations.push({
    port: port.name,
    table: port.name,
    relation,
    columns,
    from: { kind: 'files', location: port.source.location },
  })
}

/** One row per rejected line, with the first thing that was wrong. */
const csvRejects = (names: { errors: string; scans: string }): string =>
  `select s.file_path as file, e.line, any_value(e.csv_line) as text, arg_min(e.error_message, e.column_idx) as error
from ${quoteIdent(names.errors)} e join ${quoteIdent(names.scans)} s using (scan_id, file_id)
group by s.file_path, e.line`

/** Counts rejected rows, keeps them and the first ten reasons. @throws input-unreadable when they are too many */
const putAside = async (
  port: FilePort,
  place: InputPlace,
  inputs: Inputs,
  relation: string,
  rejects: string,
): Promise<void> => {
  const { connection } = place
  const [counted] = await rowsOf(
    connection,
    `select (select count(*) from (${rejects})) as bad, (select count(*) from ${relation}) as good`,
  )
  const bad = Number(counted?.bad)
  const total = bad + Number(counted?.good)
  if (bad === 0) return
  const examples = (
    await rowsOf(connection, `select file, line, error from (${rejects}) order by file, line limit 10`)
  ).map((row) => ({
    file: String(row.file),
    line: Number(row.line),
    error: place.personal ? withoutValues(String(row.error)) : String(row.error),
  }))
  if (bad / total > port.source.maxBadShare) {
    throw new MeshError(
      'input-unreadable',
      {
        port: port.name,
        why: `${bad} of ${total} rows are bad, more than the share of ${port.source.maxBadShare} that it allows`,
      },
      {
        issues: examples.map(({ file, line, error }) => ({
          code: 'bad-row',
          message: error,
          severity: 'error',
          at: { file, line, column: 1 },
        })),
      },
    )
  }
  const staged = `${place.staging}/quarantine-${port.name}.csv`
  await connection.run(
    `copy (select file, line, error, text from (${rejects}) order by file, line) to ${quoteText(staged)} (format csv, header)`,
  )
  inputs.quarantined.push({ port: port.name, rows: bad, examples })
  inputs.quarantineFiles.push({ port: port.name, staged })
}
