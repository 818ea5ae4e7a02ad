import { type InputPort, MeshError } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { rowsOf, withoutValues } from '../compute/index.ts'
import { firstOtherEnding } from './ends.ts'
import { jsonReader, judged } from './json.ts'
import { type InputFile, isFilePort } from './locate.ts'

/**
 * Turns what DuckDB says about an input file into `input-unreadable` with file, line and reason; null when the error is about
 * something else. The line itself is not repeated: rows do not belong into errors.
 */
export const explainInputError = async (
  error: unknown,
  context: {
    connection: DuckDBConnection
    ports: readonly InputPort[]
    files: readonly InputFile[]
    /** Values of rows are not told. */
    personal: boolean
  },
): Promise<MeshError | null> => {
  if (!(error instanceof Error)) return null
  const text = error.message
  // The longest: one path may be the beginning of another.
  const [about] = context.files.filter((file) => text.includes(file.path)).sort((a, b) => b.path.length - a.path.length)
  if (about === undefined) return null
  const port = context.ports.find((candidate) => candidate.name === about.port)
  if (port === undefined || !isFilePort(port)) return null

  const csv =
    /CSV Error on Line: (\d+)\n(?:Original Line: [\s\S]*?\n)?((?:Error|Expected|Value|Invalid|Maximum|Unterminated|The)[^\n]*)/.exec(
      text,
    )
  if (csv)
    return at(port.name, about.path, Number(csv[1]), withEncoding(context.personal ? withoutValues(csv[2]!) : csv[2]!))
  const ending = port.source.format === 'csv' ? await firstOtherEnding(about.path).catch(() => null) : null
  if (ending) return at(port.name, about.path, ending.line, ending.why)
  if (port.source.format === 'json' || port.source.format === 'ndjson') {
    const bad = await firstBadLine(context.connection, port, context.files).catch(() => null)
    if (bad) return at(port.name, bad.file, bad.line, bad.error)
  }
  return new MeshError('input-unreadable', { port: port.name, why: firstLine(text) }, { cause: error })
}

const at = (port: string, file: string, line: number, why: string): MeshError =>
  new MeshError(
    'input-unreadable',
    { port, why: `${file}:${line} ${why}` },
    { issues: [{ code: 'bad-row', message: why, severity: 'error', at: { file, line, column: 1 } }] },
  )

/** The message of DuckDB names a wrong line for NDJSON (1.5.5), so the file is looked through once more. */
const firstBadLine = async (
  connection: DuckDBConnection,
  port: InputPort & { source: { from: 'files' } },
  files: readonly InputFile[],
): Promise<{ file: string; line: number; error: string } | null> => {
  const paths = files.filter((file) => file.port === port.name).map((file) => file.path)
  const reader = await jsonReader(connection, port, paths, port.source.columns)
  const [row] = await rowsOf(
    connection,
    `select file, line, error from (${judged(reader)}) where error is not null limit 1`,
  )
  return row === undefined ? null : { file: String(row.file), line: Number(row.line), error: String(row.error) }
}

/** A file in another encoding is not broken; it only has to be said. */
const withEncoding = (why: string): string =>
  /not utf-8/.test(why) ? `${why} If it is Latin-1, write the option encoding: latin-1.` : why

const firstLine = (text: string): string => text.split('\n')[0]!.trim()
