import type { KeyObject } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { maskOf, quoteIdent, quoteText } from '@datamesh/core'
import type { DuckDBDataChunk, DuckDBValue } from '@duckdb/node-api'
import { servedColumns } from '../mask/index.ts'
import { arrowBytes, arrowCells } from './arrow.ts'
import { encodeCursor } from './cursor.ts'
import type { Lease } from './engine.ts'
import type { Reading } from './reading.ts'
import type { RowFormat, RowsRequest } from './request.ts'
import { bindValues, type Cell, csvHeader, csvRow, jsonRow, literalValues, plainRow, type Values } from './sql.ts'
import { orderSql, whereSql } from './where.ts'

/**
 * Where the rows come from: SQL of the relation, a value of the first order column beyond which nothing needs to be looked at, and whether
 * its rows lie in the order of the reading already. Then nothing is sorted: the engine keeps the order in which it scans.
 */
export type Source = { relation: string; bound: string | null; sorted: boolean }

export type Page = { body: Buffer; next: string | null; rows: number }

/**
 * Expressions over the rows of a reading, in its order. They are worked out after the limit: a row that is sorted away is never written
 * as JSON. Rows that lie in order already need no second level, which saves a tenth of a page.
 */
export const rowsSql = (
  expressions: readonly string[],
  reading: Reading,
  source: Source,
  values: Values,
  limit: number,
): string => {
  const where = whereSql(reading, source.bound, values)
  const own = new Set(reading.table.columns.map((column) => column.name))
  const shown = reading.cells.map((cell) => cell.name).filter((name) => own.has(name))
  const masked = shown.some((name) => maskOf(reading.decision.masks, name) !== undefined)
  if (source.sorted && !masked)
    return `
    select ${expressions.join(', ')}
    from ${source.relation}
    ${where}
    limit ${limit}`
  const needed = [...new Set([...shown, ...reading.order.map((term) => term.column)])]
  const order = source.sorted ? '' : `order by ${orderSql(reading.order)}`
  const rows = `(
      select ${needed.map(quoteIdent).join(', ')}
      from ${source.relation}
      ${where}
      ${order}
      limit ${limit}
    )`
  return `
    select ${expressions.join(', ')}
    from ${masked ? maskedRows(rows, needed, reading) : rows}`
}

/**
 * Masks are laid over the rows of the page alone: nothing above looks under one, for `readingOf` refuses to filter or order by a masked column.
 * A level of their own, because what is written as JSON or CSV names a value several times.
 */
const maskedRows = (rows: string, needed: readonly string[], { table, decision }: Reading): string => {
  const types = new Map(table.columns.map(({ name, type }) => [name, type]))
  const columns = needed.map((name) => ({ name, type: types.get(name) ?? 'BIGINT' }))
  return `(select ${servedColumns(columns, decision).join(', ')} from ${rows})`
}

/** The place of a row in the order, as texts that cast back to the same values. */
const placeOf = (chunk: DuckDBDataChunk, row: number, from: number, terms: number): (string | null)[] =>
  Array.from({ length: terms }, (_, at) => textOf(chunk.getColumnVector(from + at).getItem(row)))

const placesOf = (reading: Reading): string[] => reading.order.map((term) => quoteIdent(term.column))

const textOf = (value: DuckDBValue): string | null => (value === null ? null : String(value))

const cursorFrom = (request: RowsRequest, reading: Reading, after: (string | null)[], secret: KeyObject): string =>
  encodeCursor({ snapshot: request.snapshot.id, table: request.table.name, digest: reading.digest, after }, secret)

const jsonBody = (rows: readonly string[], next: string | null, snapshot: string): Buffer =>
  Buffer.from(`{"data":[${rows.join(',')}],"next":${JSON.stringify(next)},"snapshot":${JSON.stringify(snapshot)}}`)

const lines = (rows: readonly string[], header: string): Buffer =>
  Buffer.from(rows.length === 0 ? header : `${header}${rows.join('\n')}\n`)

const assemble = (
  format: 'json' | 'ndjson' | 'csv',
  rows: readonly string[],
  next: string | null,
  request: RowsRequest,
  cells: readonly Cell[],
): Buffer =>
  format === 'json' ? jsonBody(rows, next, request.snapshot.id) : lines(rows, format === 'csv' ? csvHeader(cells) : '')

/**
 * Up to `ahead` consecutive pages in one question: a row more costs the engine a tenth of what a question costs.
 * Returns null when the source's bound turned out too tight: then ask again without one.
 */
export const textPages = async (
  format: 'json' | 'ndjson' | 'csv',
  request: RowsRequest,
  reading: Reading,
  source: Source,
  ahead: number,
  lease: Lease,
  secret: KeyObject,
): Promise<Page[] | null> => {
  const values = bindValues()
  const wanted = reading.limit * ahead + 1
  const row = format === 'csv' ? csvRow(reading.cells) : jsonRow(reading.cells)
  const sql = rowsSql([row, ...placesOf(reading)], reading, source, values, wanted)
  const statement = await lease.prepare(sql, values.list)
  const result = await statement.run()
  const texts: string[] = []
  const ends: (string | null)[][] = []
  for (let at = 0; at < result.chunkCount; at += 1) {
    const chunk = result.getChunk(at)
    const column = chunk.getColumnVector(0)
    for (let row = 0; row < chunk.rowCount; row += 1) {
      texts.push(column.getItem(row) as string)
      if (texts.length % reading.limit === 0) ends.push(placeOf(chunk, row, 1, reading.order.length))
    }
  }
  if (source.bound !== null && texts.length < wanted) return null
  const pages: Page[] = []
  for (let at = 0; at < ahead; at += 1) {
    const rows = texts.slice(at * reading.limit, (at + 1) * reading.limit)
    if (rows.length === 0 && at > 0) break
    const more = texts.length > (at + 1) * reading.limit
    const next = more ? cursorFrom(request, reading, ends[at]!, secret) : null
    pages.push({ body: assemble(format, rows, next, request, reading.cells), next, rows: rows.length })
  }
  return pages
}

/** Arrow and Parquet: one page, whole. */
export const binaryPage = async (
  format: 'parquet' | 'arrow',
  request: RowsRequest,
  reading: Reading,
  source: Source,
  lease: Lease,
  secret: KeyObject,
  scratchFile: () => string,
): Promise<Page | null> => {
  const wanted = reading.limit + 1
  const cells = format === 'arrow' ? arrowCells(reading.cells) : []
  const values = bindValues()
  const sql = rowsSql([...cells.map((cell) => cell.sql), ...placesOf(reading)], reading, source, values, wanted)
  const statement = await lease.prepare(sql, values.list)
  const result = await statement.run()
  const chunks = Array.from({ length: result.chunkCount }, (_, at) => result.getChunk(at))
  const found = chunks.reduce((sum, chunk) => sum + chunk.rowCount, 0)
  if (source.bound !== null && found < wanted) return null
  let next: string | null = null
  if (found === wanted) {
    let row = reading.limit - 1
    const last = chunks.find((chunk) => {
      if (row < chunk.rowCount) return true
      row -= chunk.rowCount
      return false
    })!
    next = cursorFrom(request, reading, placeOf(last, row, cells.length, reading.order.length), secret)
  }
  const rows = Math.min(found, reading.limit)
  if (format === 'arrow') return { body: await arrowBytes(cells, chunks, rows), next, rows }
  const file = scratchFile()
  try {
    await lease.connection.run(copySql(reading, source, reading.limit, file))
    return { body: await readFile(file), next, rows }
  } finally {
    await rm(file, { force: true })
  }
}

/** COPY takes no parameters, so its values are literals, quoted by the one function for it. */
export const copySql = (reading: Reading, source: Source, limit: number, file: string): string => `
  copy (
    ${rowsSql(plainRow(reading.cells), reading, source, literalValues(), limit)}
  ) to ${quoteText(file)} (format parquet, compression zstd)`

export const isText = (format: RowFormat): format is 'json' | 'ndjson' | 'csv' =>
  format === 'json' || format === 'ndjson' || format === 'csv'
