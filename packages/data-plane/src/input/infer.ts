import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, extname, join, resolve } from 'node:path'
import { isMeshError, MeshError, personalBecause, quoteIdent, quoteText, type SampleFile } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { Compute, describe, rowsOf } from '../compute/index.ts'
import { csvReader } from './csv.ts'

const formats: Record<string, SampleFile['format']> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.parquet': 'parquet',
}
const fewValues = 12
/** So many rows for each value, before a list of values is more than chance. */
const rowsPerValue = 5
/** Rows whose values are looked at one by one. */
const lookedAt = 1000
/** More is no table that people read, and every one costs memory. */
const mostColumns = 2000
const longestName = 200

/**
 * What a sample file says about its columns, to propose a schema and checks from.
 * @throws sample-unreadable
 */
export const inferFile = async (
  file: string,
  limits: { memoryMb: number; threads: number; tempDir?: string; spillMb?: number } = { memoryMb: 512, threads: 2 },
): Promise<SampleFile> => {
  const path = resolve(file)
  const name = basename(path)
  const format = formats[extname(path).toLowerCase()]
  if (!format) throw unreadable(name, 'a sample is a .csv, .tsv, .json, .ndjson or .parquet file')
  await refuseForeign(path, format)
  const tempDir = await mkdtemp(join(limits.tempDir ?? tmpdir(), 'datamesh-infer-'))
  try {
    await using compute = await Compute.open({ ...limits, tempDir, readFiles: [path], writeFolder: null })
    const { connection } = compute
    const columns = await openSample(connection, format, path)
    const odd = columns.find((column) => column.name.length > longestName)
    if (odd) throw unreadable(name, `a column is called by ${odd.name.length} signs; is its first line a header?`)
    if (columns.length > mostColumns)
      throw unreadable(name, `it has ${columns.length} columns; at most ${mostColumns} are looked at`)
    return { format, ...(await figuresOf(connection, columns)) }
  } catch (error) {
    throw told(error, path)
  } finally {
    await rm(tempDir, { recursive: true, force: true })
  }
}

const unreadable = (file: string, why: string, cause?: unknown): MeshError =>
  new MeshError('sample-unreadable', { file, why }, cause === undefined ? {} : { cause })

/** The engine's words about the file, without the folder that it lies in. */
const told = (error: unknown, path: string): unknown => {
  const name = basename(path)
  if (isMeshError(error)) {
    if (error.code !== 'input-unreadable') return error
    return unreadable(name, (error.facts as { why: string }).why.replaceAll(path, 'it'), error)
  }
  if (!(error instanceof Error)) return error
  const first = error.message.replaceAll(path, name).split('\n')[0] ?? ''
  return unreadable(name, first.replace(/^(\w+ ){1,3}(Error|Exception): /, ''), error)
}

/** Before the engine sees it: nothing at all, something that is no text, something that only calls itself Parquet. */
const refuseForeign = async (path: string, format: SampleFile['format']): Promise<void> => {
  const name = basename(path)
  await using handle = await open(path, 'r').catch((cause: NodeJS.ErrnoException) => {
    throw unreadable(name, cause.code === 'ENOENT' ? 'there is no such file' : cause.message, cause)
  })
  const { size } = await handle.stat()
  if (size === 0) throw unreadable(name, 'it is empty')
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(size, 65_536)), 0, undefined, 0)
  const head = buffer.subarray(0, bytesRead)
  if (format === 'parquet') {
    if (head.subarray(0, 4).toString('latin1') !== 'PAR1') throw unreadable(name, 'it is no Parquet file')
    return
  }
  if (head[0] === 0xff && head[1] === 0xfe) throw unreadable(name, 'it is written in UTF-16; save it as UTF-8')
  if (head[0] === 0xfe && head[1] === 0xff) throw unreadable(name, 'it is written in UTF-16; save it as UTF-8')
  if (head.includes(0)) throw unreadable(name, 'it is no text file')
  if (!isUtf8(head, bytesRead < size)) throw unreadable(name, 'it is not written in UTF-8; save it as UTF-8')
}

/** `cut`: the last sign may be there by half. */
const isUtf8 = (bytes: Uint8Array, cut: boolean): boolean => {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: cut })
    return true
  } catch {
    return false
  }
}

type Column = { name: string; type: string }

/** Makes the view `sample` with the types that a build will read. */
async function openSample(connection: DuckDBConnection, format: SampleFile['format'], path: string): Promise<Column[]> {
  if (format !== 'csv') {
    const reader = format === 'parquet' ? 'read_parquet' : 'read_json'
    await connection.run(`create view sample as select * from ${reader}(${quoteText(path)})`)
    return describe(connection, 'from sample')
  }
  const port = {
    name: basename(path),
    at: { file: path, line: 1, column: 1 },
    source: {
      from: 'files' as const,
      format: 'csv' as const,
      location: path,
      options: { sample_size: -1 },
      columns: {},
      badRows: 'fail' as const,
      maxBadShare: 0,
    },
  }
  const { columns: guessed } = await csvReader(connection, port, [path], {})
  const asText = Object.fromEntries(guessed.map(({ name }) => [name, 'VARCHAR']))
  const { sql } = await csvReader(connection, port, [path], asText)
  await connection.run(`create view text as ${sql}`)
  // a build reads declared types without guessing a format: 31.12.2024 is a date only for who guesses
  const casts = guessed.map(({ name, type }, i) => {
    const it = quoteIdent(name)
    return `count(${it}) = count(try_cast(${it} as ${type})) as f${i}`
  })
  const [fits] = await rowsOf(connection, `select ${casts.join(', ')} from text`)
  const columns = guessed.map(({ name, type }, i) => ({ name, type: fits?.[`f${i}`] ? type : 'VARCHAR' }))
  const typed = columns.map(({ name, type }) => `cast(${quoteIdent(name)} as ${type}) as ${quoteIdent(name)}`)
  await connection.run(`create view sample as select ${typed.join(', ')} from text`)
  return columns
}

const isNumber = (type: string): boolean => /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL.*)$/.test(type)

async function figuresOf(connection: DuckDBConnection, columns: readonly Column[]) {
  const figures = columns.map(({ name, type }, i) => {
    const it = quoteIdent(name)
    return [
      `count(${it}) as n${i}`,
      `count(distinct ${it}) as d${i}`,
      `${isNumber(type) ? `min(${it}) >= 0` : 'null'} as p${i}`,
    ].join(', ')
  })
  const [all] = await rowsOf(connection, `select count(*) as rows, ${figures.join(', ')} from sample`)
  const of = (key: string) => Number(all?.[key] ?? 0)
  const rows = of('rows')
  const texts = columns.map(({ name }, i) => `left(cast(${quoteIdent(name)} as varchar), 100) as t${i}`)
  const seen = await rowsOf(connection, `select ${texts.join(', ')} from sample limit ${lookedAt}`)
  const inferred: SampleFile['columns'] = []
  for (const [i, { name, type }] of columns.entries()) {
    const [known, distinct] = [of(`n${i}`), of(`d${i}`)]
    const values = seen.flatMap((row) => (row[`t${i}`] === null ? [] : [String(row[`t${i}`])]))
    const piiBecause = personalBecause(name, /^(VARCHAR|BIGINT|HUGEINT)$/.test(type) ? values : [])
    const few =
      type === 'VARCHAR' &&
      piiBecause === null &&
      distinct > 1 &&
      distinct <= fewValues &&
      known >= distinct * rowsPerValue
    inferred.push({
      name,
      type,
      nullable: known < rows || rows === 0,
      unique: rows > 0 && distinct === rows,
      piiBecause,
      positive: isNumber(type) && known > 0 ? all?.[`p${i}`] === true : null,
      values: few ? await valuesOf(connection, name) : null,
      examples: [...new Set(values)].slice(0, 3),
    })
  }
  return { rows, columns: inferred }
}

const valuesOf = async (connection: DuckDBConnection, name: string): Promise<string[]> => {
  const it = quoteIdent(name)
  const rows = await rowsOf(
    connection,
    `select distinct ${it} as value from sample where ${it} is not null order by all`,
  )
  return rows.map((row) => String(row.value))
}
