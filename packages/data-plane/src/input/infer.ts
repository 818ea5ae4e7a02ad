import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import { MeshError, quoteIdent, quoteText } from '@datamesh/core'
import { Compute, describe, rowsOf } from '../compute/index.ts'

export type InferredFile = {
  format: 'csv' | 'json' | 'ndjson' | 'parquet'
  rows: number
  columns: { name: string; type: string; nullable: boolean; unique: boolean; pii: boolean }[]
}

const readers = { csv: 'read_csv', json: 'read_json', ndjson: 'read_json', parquet: 'read_parquet' } as const
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
  /(^|_)(e?mail|phone|mobile|first_?name|last_?name|surname|full_?name|birth|dob|ssn|passport|iban|address|street|ip)(_|$)/i

/**
 * Columns of a sample file, to propose a schema from: type, whether a value is ever missing, whether values are unique, whether
 * the name hints at personal data.
 * @throws file-not-found, input-unreadable
 */
export const inferFile = async (file: string): Promise<InferredFile> => {
  const path = resolve(file)
  const format = formats[extname(path).toLowerCase()]
  if (!format)
    throw new MeshError('request-invalid', {
      what: `${file}: a sample is a .csv, .tsv, .json, .ndjson or .parquet file`,
    })
  const tempDir = await mkdtemp(join(tmpdir(), 'datamesh-infer-'))
  const compute = await Compute.open({ memoryMb: 512, threads: 2, tempDir, readFiles: [path], writeFolder: null })
  try {
    await compute.connection.run(`create view sample as select * from ${readers[format]}(${quoteText(path)})`)
    const columns = await describe(compute.connection, 'from sample')
    const figures = columns.map(
      ({ name }, i) => `count(${quoteIdent(name)}) as n${i}, count(distinct ${quoteIdent(name)}) as d${i}`,
    )
    const [counts] = await rowsOf(compute.connection, `select count(*) as rows, ${figures.join(', ')} from sample`)
    const of = (key: string) => Number(counts?.[key] ?? 0)
    const rows = of('rows')
    return {
      format,
      rows,
      columns: columns.map(({ name, type }, i) => ({
        name,
        type,
        nullable: of(`n${i}`) < rows,
        unique: rows > 0 && of(`d${i}`) === rows,
        pii: personal.test(name.replaceAll(/\W+/g, '_')),
      })),
    }
  } finally {
    await compute[Symbol.asyncDispose]()
    await rm(tempDir, { recursive: true, force: true })
  }
}
