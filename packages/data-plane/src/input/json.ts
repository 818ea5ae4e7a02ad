import { type InputPort, MeshError, quoteText } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { describe } from '../compute/index.ts'
import { rawLines } from './csv.ts'
import { isCutList } from './ends.ts'
import { misfitOf } from './misfit.ts'
import { columnStruct, pathList, readerOptions } from './options.ts'

type FilePort = InputPort & { source: { from: 'files' } }
type Columns = { name: string; type: string }[]

export type JsonReader = { sql: string; columns: Columns; raw: string }

/**
 * `sql` reads typed rows; `raw` reads (file, line, text) and is used to find, count or put aside the rows that `sql` cannot read:
 * DuckDB's `ignore_errors` would turn them into rows of nulls. For a JSON array `line` counts records.
 */
export const jsonReader = async (
  connection: DuckDBConnection,
  port: FilePort,
  paths: readonly string[],
  wanted: Readonly<Record<string, string>>,
): Promise<JsonReader> => {
  const lines = port.source.format === 'ndjson'
  for (const path of lines ? [] : paths) {
    if (await isCutList(path))
      throw new MeshError('input-unreadable', {
        port: port.name,
        why: `${path} is cut off: its list does not end with ]`,
      })
  }
  const format = lines ? 'newline_delimited' : String(port.source.options.format ?? 'auto')
  const options = `format = ${quoteText(format)}${readerOptions(port, new Set(['format']))}`
  const declared = Object.keys(wanted).length > 0
  const columns = declared
    ? Object.entries(wanted).map(([name, type]) => ({ name, type }))
    : await describe(
        connection,
        `select * from read_json(${pathList(paths)}, ${options}, union_by_name = true, ignore_errors = ${lines})`,
      )
  const [only] = columns
  // What DuckDB answers when there is no record to look at.
  const nothing = !declared && columns.length === 1 && only?.name === 'json' && only.type === 'JSON'
  if (columns.length === 0 || nothing)
    throw new MeshError('input-unreadable', {
      port: port.name,
      why: 'no column was found; write spec.input_ports[].columns',
    })
  return {
    columns,
    sql: `select * from read_json(${pathList(paths)}, ${options}, columns = ${columnStruct(columns)})`,
    raw: paths
      .map((path) =>
        lines
          ? `select ${quoteText(path)} as file, row_number() over () as line, line as text from ${rawLines(port, path)}`
          : `select ${quoteText(path)} as file, row_number() over () as line, json::varchar as text from read_json_objects(${pathList([path])})`,
      )
      .join('\nunion all\n'),
  }
}

/** (file, line, text, error, doc): one row per line of text; `error` is null where the line is a good row. */
export const judged = (reader: JsonReader): string => {
  const structure = quoteText(JSON.stringify(Object.fromEntries(reader.columns.map(({ name, type }) => [name, type]))))
  const misfit = reader.columns
    .map(({ name, type }) => {
      const value = `json_extract(text, ${quoteText(`$.${JSON.stringify(name)}`)})`
      return `when ${misfitOf(value, type)} then ${quoteText(`${name} is not ${/^[aeiou]/i.test(type) ? 'an' : 'a'} ${type}`)}`
    })
    .join('\n    ')
  return `select *,
  case when text is null then null when doc is null then 'this is not a JSON object'
    ${misfit}
  end as error
from (
  select *, case when json_valid(text) and json_type(text) = 'OBJECT' then json_transform(text, ${structure}) end as doc
  from (${reader.raw})
  where trim(coalesce(text, '')) <> ''
)`
}
