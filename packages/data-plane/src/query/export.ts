import { createReadStream } from 'node:fs'
import { mkdir, open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { quoteIdent, quoteText } from '@datamesh/core'
import { Compute } from '../compute/index.ts'
import type { QueryColumn } from './model.ts'
import type { QueryResult } from './result.ts'

export type ExportFormat = 'csv' | 'json' | 'parquet'

/** The kept rows as a file. Parquet is made by an engine of ours from what was kept; the query does not run again. */
export const exportResult = async (
  result: QueryResult,
  format: ExportFormat,
  newName: () => string,
): Promise<Readable> => {
  if (format === 'csv') return Readable.from(csvOf(result))
  if (format === 'json') return Readable.from(linesOf(result, distinct(result.columns.map(({ name }) => name))))
  return parquetOf(result, join(dirname(result.path), newName()))
}

/** Names as a file can have them: the second `a` is `a_1`. */
export const distinct = (names: readonly string[]): string[] => {
  const taken = new Set<string>()
  return names.map((name) => {
    let free = name
    for (let n = 1; taken.has(free.toLowerCase()); n += 1) free = `${name}_${n}`
    taken.add(free.toLowerCase())
    return free
  })
}

/** RFC 4180. NULL is an empty field, an empty text is `""`, as in the product's own CSV. */
const field = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text === '' || /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

async function* csvOf(result: QueryResult): AsyncGenerator<string> {
  yield `${distinct(result.columns.map(({ name }) => name))
    .map(field)
    .join(',')}\n`
  for await (const { rows, columns } of result.chunks()) {
    let out = ''
    for (let row = 0; row < rows; row += 1) out += `${columns.map((column) => field(column[row])).join(',')}\n`
    yield out
  }
}

async function* linesOf(result: QueryResult, names: readonly string[]): AsyncGenerator<string> {
  const keys = names.map((name) => `${JSON.stringify(name)}:`)
  for await (const { rows, columns } of result.chunks()) {
    let out = ''
    for (let row = 0; row < rows; row += 1)
      out += `{${columns.map((column, at) => `${keys[at]}${JSON.stringify(column[row] ?? null)}`).join(',')}}\n`
    yield out
  }
}

/** A value as it was, from its JSON. What Parquet has no type for stays a text. */
const valueSql = (name: string, type: string): string => {
  if (/^STRUCT\(|\]$/.test(type) && !/MAP\(|"" /.test(type)) return `cast(${name} as ${type})`
  const text = `(${name} ->> '$')`
  if (type === 'BLOB') return `from_base64(${text})`
  return /^(BOOLEAN|U?(TINY|SMALL|BIG)?INT|U?INTEGER|DECIMAL\(.*\)|FLOAT|DOUBLE|DATE|TIMESTAMP.*)$/.test(type)
    ? `cast(${text} as ${type})`
    : text
}

const parquetOf = async (result: QueryResult, base: string): Promise<Readable> => {
  const lines = `${base}.ndjson`
  const file = `${base}.parquet`
  const scratch = `${base}.tmp`
  const gone = () => Promise.all([lines, file, scratch].map((path) => rm(path, { force: true, recursive: true })))
  try {
    // another server that shares the folder may have tidied it at its start
    await mkdir(dirname(base), { recursive: true, mode: 0o700 })
    const keys = result.columns.map((_, at) => `c${at}`)
    await using handle = await open(lines, 'wx', 0o600)
    let longest = 0
    for await (const part of linesOf(result, keys)) {
      longest = Math.max(longest, Buffer.byteLength(part))
      await handle.write(part)
    }
    // The reader takes twice as much at once as the longest row may have; lines come some hundreds at a time.
    const mostOfRow = Math.max(longest, 1024 * 1024)
    const names = distinct(result.columns.map(({ name }) => name))
    const cells = result.columns.map(
      ({ type }: QueryColumn, at) => `${valueSql(keys[at] as string, type)} as ${quoteIdent(names[at] as string)}`,
    )
    await using compute = await Compute.open({
      memoryMb: 256 + Math.ceil((8 * mostOfRow) / 1_048_576),
      threads: 1,
      tempDir: scratch,
      readFiles: [lines],
      writeFolder: dirname(base),
    })
    await compute.connection.run(
      `copy (
        select ${cells.join(', ')}
        from read_json(${quoteText(lines)}, format = 'newline_delimited', columns = {${keys.map((key) => `${key}: 'JSON'`).join(', ')}}, maximum_object_size = ${mostOfRow})
      ) to ${quoteText(file)} (format parquet, compression zstd)`,
    )
    const stream = createReadStream(file, { highWaterMark: 256 * 1024 })
    stream.once('close', () => void gone())
    return stream
  } catch (error) {
    await gone()
    throw error
  }
}
