import { type InputPort, MeshError, quoteIdent, quoteText } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { describe, rowsOf } from '../compute/index.ts'
import { columnStruct, optionOf, pathList, readerOptions } from './options.ts'

type FilePort = InputPort & { source: { from: 'files' } }
type Columns = { name: string; type: string }[]

/** Files with the same header in the same line. */
type Group = { names: string[]; skip: number; paths: string[] }

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
  const first = await headLine(connection, port, paths[0]!)
  const delimiter = String(optionOf(port, 'delim', 'delimiter', 'sep') ?? guessDelimiter(first.text))
  const quote = String(optionOf(port, 'quote') ?? '"')
  const header = optionOf(port, 'header') !== false
  const dialect =
    `delim = ${quoteText(delimiter)}, header = ${header}, quote = ${quoteText(quote)}` +
    `, escape = ${quoteText(String(optionOf(port, 'escape') ?? quote))}` +
    readerOptions(
      port,
      new Set(['delim', 'delimiter', 'sep', 'header', 'quote', 'escape', 'skip', 'sample_size', 'all_varchar']),
    )

  const groups = new Map<string, Group>()
  for (const path of paths) {
    const head = await headLine(connection, port, path)
    const names = header ? headerNames(head.text, delimiter, quote) : Object.keys(wanted)
    const id = JSON.stringify([names, head.skip])
    const group = groups.get(id) ?? { names, skip: head.skip, paths: [] }
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
      .map(({ names, skip, paths: files }) => {
        const typed = columnStruct(names.map((name) => ({ name, type: types[name] ?? 'VARCHAR' })))
        return `select * from read_csv(${pathList(files)}, auto_detect = false, columns = ${typed}, ${dialect}, skip = ${skip}${extra})`
      })
      .join('\nunion all by name\n')
  return {
    sql: `select ${all.map(quoteIdent).join(', ')} from (${read('')})`,
    columns,
    rejecting: ({ errors, scans }) =>
      `select ${all.map(quoteIdent).join(', ')} from (${read(`, store_rejects = true, rejects_table = ${quoteText(errors)}, rejects_scan = ${quoteText(scans)}`)})`,
  }
}

/** The delimiter that stands most often in a line, outside quotes. */
const guessDelimiter = (line: string): string => {
  const bare = line.replaceAll(/"[^"]*"/g, '')
  const count = (sign: string) => bare.split(sign).length - 1
  return [',', ';', '\t', '|'].reduce((best, sign) => (count(sign) > count(best) ? sign : best), ',')
}

const mostLinesBeforeHeader = 100

/**
 * The line that holds the header, or the first row, and how many lines stand before it that are to be skipped: the engine takes an
 * empty line for a header. Compressed files and a byte order mark included.
 */
const headLine = async (
  connection: DuckDBConnection,
  port: FilePort,
  path: string,
): Promise<{ text: string; skip: number }> => {
  const skip = Math.max(0, Math.trunc(Number(optionOf(port, 'skip') ?? 0)))
  const comment = optionOf(port, 'comment')
  const rows = await rowsOf(
    connection,
    `select line from ${rawLines(port, path)} limit ${skip + mostLinesBeforeHeader}`,
  )
  const lines = rows.map((row) => String(row.line ?? '').replace(/^\uFEFF/, ''))
  const isComment = (text: string) => comment !== undefined && comment !== '' && text.startsWith(String(comment))
  const at = lines.findIndex((text, i) => i >= skip && text.trim() !== '' && !isComment(text))
  if (at < 0) throw new MeshError('input-unreadable', { port: port.name, why: `${path} is empty: it has no header` })
  return { text: lines[at]!, skip: lines.slice(skip, at).every((text) => text.trim() === '') ? at : skip }
}

/** Names of a header line; a name that comes again or is empty gets a number, as DuckDB does. */
const headerNames = (line: string, delimiter: string, quote: string): string[] => {
  const names: string[] = []
  let name = ''
  let quoted = false
  for (let i = 0; i <= line.length; i++) {
    if (i < line.length && quote !== '' && line[i] === quote) {
      if (quoted && line[i + 1] === quote) {
        name += quote
        i++
      } else quoted = !quoted
    } else if (i === line.length || (!quoted && line.startsWith(delimiter, i))) {
      names.push(name.trim())
      name = ''
      i += delimiter.length - 1
    } else name += line[i]
  }
  const seen = new Map<string, number>()
  return names.map((written, i) => {
    const base = written === '' ? `column${i}` : written
    const times = seen.get(base.toLowerCase()) ?? 0
    seen.set(base.toLowerCase(), times + 1)
    return times === 0 ? base : `${base}_${times}`
  })
}

/** A file as one text per line, compressed or not; an empty line is NULL. No line can hold the delimiter that is given here. */
export const rawLines = (port: FilePort, path: string): string => {
  const [encoding, compression] = [optionOf(port, 'encoding'), optionOf(port, 'compression')]
  const given = [
    ...(encoding === undefined ? [] : [`, encoding = ${quoteText(String(encoding))}`]),
    ...(compression === undefined ? [] : [`, compression = ${quoteText(String(compression))}`]),
  ].join('')
  return `read_csv(${pathList([path])}, columns = {'line': 'VARCHAR'}, delim = chr(1), quote = '', escape = '', header = false, auto_detect = false, max_line_size = 16777216${given})`
}

/** Types from a sample of 20,480 lines; a value further down that does not fit is a bad row. */
const detectTypes = async (
  connection: DuckDBConnection,
  port: FilePort,
  groups: Iterable<Group>,
  dialect: string,
): Promise<Record<string, string>> => {
  const asText = optionOf(port, 'all_varchar') === true ? ', all_varchar = true' : ''
  const size = optionOf(port, 'sample_size')
  const sample = size === undefined ? '' : `, sample_size = ${Number(size)}`
  const types: Record<string, string> = {}
  for (const { names, skip, paths } of groups) {
    // A file that cannot be sampled is read as text: reading then names the line that is wrong.
    const columns = await describe(
      connection,
      `select * from read_csv(${pathList(paths)}, store_rejects = true, ${dialect}, skip = ${skip}${asText}${sample})`,
    ).catch(() => [])
    for (const [i, name] of names.entries())
      types[name] ??= columns.length === names.length ? columns[i]!.type : 'VARCHAR'
  }
  return types
}
