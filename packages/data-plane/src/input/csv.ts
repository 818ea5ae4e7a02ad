import { type InputPort, MeshError, quoteIdent, quoteText } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { describe, rowsOf } from '../compute/index.ts'
import { columnStruct, optionOf, pathList, readerOptions } from './options.ts'

type FilePort = InputPort & { source: { from: 'files' } }
type Columns = { name: string; type: string }[]

/** How a port's files are read: `sql` is a SELECT, `rejecting` the same one that puts bad rows aside into table `rejects`. */
export type Reader = { sql: string; columns: Columns; rejecting: (names: { errors: string; scans: string }) => string }

/**
 * A reader with everything decided beforehand. DuckDB's own detection is not trusted with the dialect (one ragged line turns a
 * file into a single column) nor with the order of declared columns (it would map them by position), so the delimiter is taken
 * from the first line and every file's header is matched by name.
 */
export const csvReader = async (
  connection: DuckDBConnection,
  port: FilePort,
  paths: readonly string[],
  wanted: Readonly<Record<string, string>>,
): Promise<Reader> => {
  const delimiter = String(optionOf(port, 'delim', 'delimiter', 'sep') ?? (await guessDelimiter(connection, paths[0]!)))
  const header = optionOf(port, 'header') !== false
  const dialect =
    `delim = ${quoteText(delimiter)}, header = ${header}, quote = ${quoteText(String(optionOf(port, 'quote') ?? '"'))}` +
    `, escape = ${quoteText(String(optionOf(port, 'escape') ?? '"'))}` +
    readerOptions(
      port,
      new Set(['delim', 'delimiter', 'sep', 'header', 'quote', 'escape', 'sample_size', 'all_varchar']),
    )

  const groups = new Map<string, { names: string[]; paths: string[] }>()
  for (const path of paths) {
    const names = header ? await headerOf(connection, path, dialect) : Object.keys(wanted)
    const id = JSON.stringify(names)
    const group = groups.get(id) ?? { names, paths: [] }
    group.paths.push(path)
    groups.set(id, group)
  }
  const declared = Object.keys(wanted).length > 0
  if (!header && !declared) {
    throw new MeshError('input-unreadable', {
      port: port.name,
      why: 'a file without a header needs spec.input_ports[].columns',
    })
  }
  const types = declared ? wanted : await detectTypes(connection, port, groups.values(), dialect)
  for (const { names, paths: files } of groups.values()) {
    const missing = Object.keys(wanted).filter((name) => !names.includes(name))
    if (missing.length > 0) {
      throw new MeshError('input-unreadable', {
        port: port.name,
        why: `${files[0]} has no column ${missing.join(', ')}; it has ${names.join(', ')}`,
      })
    }
  }
  const all = [...new Set([...groups.values()].flatMap((group) => group.names))]
  const columns = all.map((name) => ({ name, type: types[name] ?? 'VARCHAR' }))
  const read = (extra: string) =>
    [...groups.values()]
      .map(({ names, paths: files }) => {
        const typed = columnStruct(names.map((name) => ({ name, type: types[name] ?? 'VARCHAR' })))
        return `select * from read_csv(${pathList(files)}, auto_detect = false, columns = ${typed}, ${dialect}${extra})`
      })
      .join('\nunion all by name\n')
  return {
    sql: `select ${all.map(quoteIdent).join(', ')} from (${read('')})`,
    columns,
    rejecting: ({ errors, scans }) =>
      `select ${all.map(quoteIdent).join(', ')} from (${read(`, store_rejects = true, rejects_table = ${quoteText(errors)}, rejects_scan = ${quoteText(scans)}`)})`,
  }
}

/** The delimiter that stands most often in the first line, outside quotes. */
const guessDelimiter = async (connection: DuckDBConnection, path: string): Promise<string> => {
  const [row] = await rowsOf(connection, `select line from ${rawLines(path)} limit 1`)
  const bare = String(row?.line ?? '').replaceAll(/"[^"]*"/g, '')
  const count = (sign: string) => bare.split(sign).length - 1
  return [',', ';', '\t', '|'].reduce((best, sign) => (count(sign) > count(best) ? sign : best), ',')
}

/** A file as one text per line, compressed or not. No line can hold the delimiter that is given here. */
export const rawLines = (path: string): string =>
  `read_csv(${pathList([path])}, columns = {'line': 'VARCHAR'}, delim = chr(1), quote = '', escape = '', header = false, auto_detect = false, nullstr = chr(2), max_line_size = 16777216)`

const headerOf = async (connection: DuckDBConnection, path: string, dialect: string): Promise<string[]> =>
  (
    await describe(
      connection,
      `select * from read_csv(${pathList([path])}, all_varchar = true, sample_size = 1, store_rejects = true, ${dialect})`,
    )
  ).map((column) => column.name)

/** Types from a sample of 20,480 lines; a value further down that does not fit is a bad row. */
const detectTypes = async (
  connection: DuckDBConnection,
  port: FilePort,
  groups: Iterable<{ paths: readonly string[] }>,
  dialect: string,
): Promise<Record<string, string>> => {
  const asText = optionOf(port, 'all_varchar') === true ? ', all_varchar = true' : ''
  const size = optionOf(port, 'sample_size')
  const sample = size === undefined ? '' : `, sample_size = ${Number(size)}`
  const types: Record<string, string> = {}
  for (const { paths } of groups) {
    const columns = await describe(
      connection,
      `select * from read_csv(${pathList(paths)}, store_rejects = true, ${dialect}${asText}${sample})`,
    )
    for (const { name, type } of columns) types[name] ??= type
  }
  return types
}
