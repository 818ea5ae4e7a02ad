import { type InputPort, MeshError, quoteText } from '@datamesh/core'

const csv = new Set([
  'delim', 'sep', 'delimiter', 'header', 'quote', 'escape', 'nullstr', 'dateformat', 'timestampformat', 'decimal_separator', 'thousands',
  'skip', 'comment', 'encoding', 'compression', 'null_padding', 'allow_quoted_nulls', 'max_line_size', 'strict_mode', 'sample_size',
  'all_varchar',
]) // biome-ignore format: a table of names
const json = new Set([
  'compression',
  'dateformat',
  'timestampformat',
  'maximum_object_size',
  'maximum_depth',
  'sample_size',
  'format',
  'records',
])
const parquet = new Set(['binary_as_string'])
const allowed = { csv, json, ndjson: json, parquet }

/** Options that make a reader leave rows out without a word; with another `new_line` than the file has it finds no row at all. */
const silent = new Set(['new_line', 'ignore_errors', 'store_rejects', 'rejects_limit', 'rejects_table', 'rejects_scan'])

/** Reader options as `, name = value`. Names come from a fixed list, values are quoted. @throws input-unreadable */
export const readerOptions = (
  port: InputPort & { source: { from: 'files' } },
  without: ReadonlySet<string> = new Set(),
): string => {
  const names = allowed[port.source.format]
  let sql = ''
  for (const [name, value] of Object.entries(port.source.options)) {
    if (silent.has(name)) {
      throw new MeshError('input-unreadable', {
        port: port.name,
        why: `option ${name} would drop rows silently; leave it out, or write bad_rows: quarantine`,
      })
    }
    if (!names.has(name)) {
      throw new MeshError('input-unreadable', {
        port: port.name,
        why: `there is no option ${name} for ${port.source.format}; there are ${[...names].join(', ')}`,
      })
    }
    if (!without.has(name)) sql += `, ${name} = ${typeof value === 'string' ? quoteText(value) : String(value)}`
  }
  return sql
}

export const optionOf = (
  port: InputPort & { source: { from: 'files' } },
  ...names: string[]
): string | number | boolean | undefined => {
  for (const name of names) if (port.source.options[name] !== undefined) return port.source.options[name]
  return undefined
}

/** A list of paths as SQL. */
export const pathList = (paths: readonly string[]): string => `[${paths.map(quoteText).join(', ')}]`

/** Columns as the struct that `columns =` takes. */
export const columnStruct = (columns: readonly { name: string; type: string }[]): string =>
  `{${columns.map(({ name, type }) => `${quoteText(name)}: ${quoteText(type)}`).join(', ')}}`
