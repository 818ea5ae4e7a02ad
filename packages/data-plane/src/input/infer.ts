import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, extname, join, resolve } from 'node:path'
import { MeshError, quoteIdent, quoteText } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { Compute, describe, rowsOf } from '../compute/index.ts'
import { csvReader } from './csv.ts'

export type InferredColumn = {
  name: string
  /** As the engine spells it; for CSV a type that a reader without any detection takes, else VARCHAR. */
  type: string
  nullable: boolean
  unique: boolean
  pii: boolean
  /** No value is below zero; null for what is no number. */
  positive: boolean | null
  /** All values, where they are few and often repeated; else null. */
  values: readonly string[] | null
}
export type InferredFile = {
  format: 'csv' | 'json' | 'ndjson' | 'parquet'
  rows: number
  columns: InferredColumn[]
}

const formats: Record<string, InferredFile['format']> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.json': 'json',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.parquet': 'parquet',
}
/** Names that usually hold personal data: a proposal for the team to look at, not a verdict. */
const personal =
  /(^|_)(e?mail|phone|mobile|first_?name|last_?name|surname|full_?name|birth|birthday|dob|ssn|passport|iban|address|street|ip)(_|$)/i
const email = String.raw`^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$`
const fewValues = 12
/** So many rows for each value, before a list of values is more than chance. */
const rowsPerValue = 5

/**
 * What a sample file says about its columns, to propose a schema and checks from.
 * @throws request-invalid (no such format), input-unreadable
 */
export const inferFile = async (file: string): Promise<InferredFile> => {
  const path = resolve(file)
  const format = formats[extname(path).toLowerCase()]
  if (!format)
    throw new MeshError('request-invalid', {
      what: `${file}: a sample is a .csv, .tsv, .json, .ndjson or .parquet file`,
    })
  const tempDir = await mkdtemp(join(tmpdir(), 'datamesh-infer-'))
  try {
    await using compute = await Compute.open({
      memoryMb: 512,
      threads: 2,
      tempDir,
      readFiles: [path],
      writeFolder: null,
    })
    const { connection } = compute
    const columns = await openSample(connection, format, path).catch((cause: Error) => {
      throw new MeshError('input-unreadable', { port: file, why: cause.message.split('\n')[0] ?? '' }, { cause })
    })
    return { format, ...(await figuresOf(connection, columns)) }
  } finally {
    await rm(tempDir, { recursive: true, force: true })
  }
}

type Column = { name: string; type: string }

/** Makes the view `sample` with the types that a build will read. */
async function openSample(
  connection: DuckDBConnection,
  format: InferredFile['format'],
  path: string,
): Promise<Column[]> {
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
      `${type === 'VARCHAR' ? `count_if(regexp_matches(${it}, ${quoteText(email)}))` : '0'} as e${i}`,
    ].join(', ')
  })
  const [all] = await rowsOf(connection, `select count(*) as rows, ${figures.join(', ')} from sample`)
  const of = (key: string) => Number(all?.[key] ?? 0)
  const rows = of('rows')
  const inferred: InferredColumn[] = []
  for (const [i, { name, type }] of columns.entries()) {
    const [known, distinct] = [of(`n${i}`), of(`d${i}`)]
    const pii = personal.test(name.replaceAll(/\W+/g, '_')) || (known > 0 && of(`e${i}`) / known > 0.5)
    const few = type === 'VARCHAR' && !pii && distinct > 1 && distinct <= fewValues && known >= distinct * rowsPerValue
    inferred.push({
      name,
      type,
      nullable: known < rows || rows === 0,
      unique: rows > 0 && distinct === rows,
      pii,
      positive: isNumber(type) && known > 0 ? all?.[`p${i}`] === true : null,
      values: few ? await valuesOf(connection, name) : null,
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
