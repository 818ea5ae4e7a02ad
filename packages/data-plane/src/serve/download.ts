import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { DuckDBDataChunk } from '@duckdb/node-api'
import type { RecordBatch } from 'apache-arrow'
import { arrowBatch, arrowCells, arrowSchema, loadArrow } from './arrow.ts'
import type { Lease } from './engine.ts'
import { copySql, rowsSql, type Source } from './page.ts'
import type { Reading } from './reading.ts'
import type { RowFormat } from './request.ts'
import { bindValues, csvHeader, csvRow, jsonRow } from './sql.ts'

/** Fewer, larger writes: a chunk of the engine is 2,048 rows, which may be 20 KB or 2 MB. */
const writeBytes = 64 * 1024

/** The end of an Arrow stream: continuation mark and a length of zero. */
const arrowEnd = 8

/** The engine's chunks one by one: the next one is computed when the reader has taken the last. */
async function* chunksOf(sql: string, values: readonly string[], lease: Lease): AsyncGenerator<DuckDBDataChunk> {
  const statement = await lease.prepare(sql, values)
  const result = await lease.turn(() => statement.stream())
  for (;;) {
    const chunk = await lease.turn(() => result.fetchChunk())
    if (chunk === null || chunk.rowCount === 0) return
    yield chunk
  }
}

async function* textOf(
  format: 'ndjson' | 'csv',
  reading: Reading,
  source: Source,
  lease: Lease,
): AsyncGenerator<Buffer> {
  const values = bindValues()
  const row = format === 'csv' ? csvRow(reading.cells) : jsonRow(reading.cells)
  let pending = format === 'csv' ? csvHeader(reading.cells) : ''
  for await (const chunk of chunksOf(rowsSql([row], reading, source, values, reading.limit), values.list, lease)) {
    pending += `${chunk.getColumnValues(0).join('\n')}\n`
    if (pending.length >= writeBytes) {
      yield Buffer.from(pending)
      pending = ''
    }
  }
  if (pending !== '') yield Buffer.from(pending)
}

/**
 * The library's writer takes all batches before it gives bytes, so each batch is written as a stream of its own and its frame
 * (schema in front, end mark behind) is cut off: the same bytes, and no more than one batch in memory.
 */
async function* arrowOf(reading: Reading, source: Source, lease: Lease): AsyncGenerator<Uint8Array> {
  const arrow = await loadArrow()
  const cells = arrowCells(reading.cells)
  const schema = arrowSchema(arrow, cells)
  const stream = (batches: RecordBatch[]) => arrow.tableToIPC(new arrow.Table(schema, batches), 'stream')
  const values = bindValues()
  const select = cells.map((cell) => cell.sql)
  const sql = rowsSql(select, reading, source, values, reading.limit)
  const frame = stream([])
  const head = frame.subarray(0, frame.length - arrowEnd)
  yield head
  for await (const chunk of chunksOf(sql, values.list, lease))
    yield stream([arrowBatch(arrow, schema, cells, chunk, chunk.rowCount)]).subarray(head.length, -arrowEnd)
  yield frame.subarray(-arrowEnd)
}

/** A reader who takes nothing for this long is given up: he holds a connection and keeps a snapshot from being collected. */
const stalledSeconds = 120

async function* watched(
  bytes: AsyncIterable<Uint8Array>,
  given: { at: number | null },
  on: { stalled(): void; done(): void },
): AsyncGenerator<Uint8Array> {
  for await (const part of bytes) {
    const timer = setTimeout(on.stalled, stalledSeconds * 1000)
    given.at = performance.now()
    try {
      yield part
    } finally {
      given.at = null
      clearTimeout(timer)
    }
  }
  // The rest lies in buffers: its reader, however slow, needs no engine.
  on.done()
}

/** `stalledMs`: how long the reader has not taken what lies ready; 0 while it is the engine's turn. */
export type Download = { body: Readable; stalledMs(): number }

/** Starts a download. `done` is called once, when the last byte was taken, the reader left, or it failed. */
export const openDownload = async (
  format: Exclude<RowFormat, 'json'>,
  reading: Reading,
  source: Source,
  lease: Lease,
  scratchFile: () => string,
  done: () => void,
): Promise<Download> => {
  let stream: Readable
  const given: { at: number | null } = { at: null }
  if (format === 'parquet') {
    const file = scratchFile()
    try {
      await lease.turn(() => lease.connection.run(copySql(reading, source, reading.limit, file)))
    } catch (error) {
      await rm(file, { force: true })
      throw error
    }
    stream = createReadStream(file, { highWaterMark: writeBytes })
    stream.once('close', () => void rm(file, { force: true }))
    // The copy is whole: neither the engine nor the snapshot is needed any more.
    done()
  } else {
    const bytes = format === 'arrow' ? arrowOf(reading, source, lease) : textOf(format, reading, source, lease)
    const giveUp = () => stream.destroy(new Error(`the reader took nothing for ${stalledSeconds} s`))
    stream = Readable.from(watched(bytes, given, { stalled: giveUp, done }), {
      objectMode: false,
      highWaterMark: writeBytes,
    })
  }
  stream.once('close', done)
  return { body: stream, stalledMs: () => (given.at === null ? 0 : performance.now() - given.at) }
}
