import type { DuckDBDataChunk, DuckDBVector } from '@duckdb/node-api'
import type { DataType, Field, RecordBatch, Schema } from 'apache-arrow'
import { kindOf } from './column_type.ts'
import type { Cell } from './sql.ts'

type Arrow = typeof import('apache-arrow')

/** How a DuckDB type travels: the SQL it is read as, its Arrow type, and whether its values are fixed bytes that need no conversion. */
type Mapping = { cast: string | null; type: (arrow: Arrow) => DataType; fixed: 'copy' | 'bits' | null }

const fixed = (type: (arrow: Arrow) => DataType, cast: string | null = null): Mapping => ({ cast, type, fixed: 'copy' })

const mappings: Readonly<Record<string, Mapping>> = {
  TINYINT: fixed((a) => new a.Int8()),
  SMALLINT: fixed((a) => new a.Int16()),
  INTEGER: fixed((a) => new a.Int32()),
  BIGINT: fixed((a) => new a.Int64()),
  UTINYINT: fixed((a) => new a.Uint8()),
  USMALLINT: fixed((a) => new a.Uint16()),
  UINTEGER: fixed((a) => new a.Uint32()),
  UBIGINT: fixed((a) => new a.Uint64()),
  FLOAT: fixed((a) => new a.Float32()),
  DOUBLE: fixed((a) => new a.Float64()),
  DATE: fixed((a) => new a.DateDay()),
  TIMESTAMP: fixed((a) => new a.TimestampMicrosecond()),
  TIMESTAMP_S: fixed((a) => new a.TimestampMicrosecond(), 'TIMESTAMP'),
  TIMESTAMP_MS: fixed((a) => new a.TimestampMicrosecond(), 'TIMESTAMP'),
  TIMESTAMP_NS: fixed((a) => new a.TimestampNanosecond()),
  'TIMESTAMP WITH TIME ZONE': fixed((a) => new a.TimestampMicrosecond('UTC')),
  BOOLEAN: { cast: null, type: (a) => new a.Bool(), fixed: 'bits' },
}

/** What Arrow in JavaScript has no plain type for (HUGEINT, UUID, TIME, INTERVAL, nested …) travels as text, nested as JSON. */
const asText: Mapping = { cast: 'VARCHAR', type: (a) => new a.Utf8(), fixed: null }

const mappingOf = (type: string): Mapping => {
  const found = mappings[type]
  if (found) return found
  const decimal = /^DECIMAL\((\d+),\s*(\d+)\)$/.exec(type)
  // Read as the widest decimal: its 128 bits are Arrow's.
  if (decimal) return fixed((a) => new a.Decimal(Number(decimal[2]), 38, 128), `DECIMAL(38,${decimal[2]})`)
  return asText
}

/** The cells as they have to be selected for Arrow. */
export const arrowCells = (cells: readonly Cell[]): Cell[] =>
  cells.map((cell) => {
    if (kindOf(cell.type) === 'nested') return { ...cell, sql: `to_json(${cell.sql})::varchar` }
    if (cell.type === 'BLOB') return { ...cell, sql: `base64(${cell.sql})` }
    const { cast } = mappingOf(cell.type)
    return cast === null ? cell : { ...cell, sql: `${cell.sql}::${cast}` }
  })

/** What the classes of vectors keep for themselves: the engine's own bytes and its bitmap of valid rows. */
type Inside = {
  items?: ArrayBufferView
  dataView?: DataView
  validity: { data: BigUint64Array | null; offset: number }
}

const columnData = (arrow: Arrow, vector: DuckDBVector, cell: Cell, rows: number) => {
  const mapping = mappingOf(cell.type)
  const type = mapping.type(arrow)
  const valid = new Uint8Array((rows + 7) >> 3)
  let nullCount = 0
  for (let row = 0; row < rows; row += 1)
    if (vector.getItem(row) === null) nullCount += 1
    else valid[row >> 3]! |= 1 << (row & 7)
  const nullBitmap = nullCount === 0 ? null : valid
  if (mapping.fixed === 'copy') {
    const inside = vector as unknown as Inside
    const from = (inside.items ?? inside.dataView)!
    const width = from.byteLength / vector.itemCount
    const bytes = new Uint8Array(from.buffer, from.byteOffset, width * rows).slice()
    // Under a NULL lies whatever was in that memory before, a value of another reader perhaps.
    if (nullCount > 0)
      for (let row = 0; row < rows; row += 1)
        if ((valid[row >> 3]! & (1 << (row & 7))) === 0) bytes.fill(0, row * width, (row + 1) * width)
    const Values = type.ArrayType as new (buffer: ArrayBuffer) => Uint8Array
    return arrow.makeData({ type, length: rows, nullCount, nullBitmap, data: new Values(bytes.buffer) } as never)
  }
  if (mapping.fixed === 'bits') {
    const data = new Uint8Array((rows + 7) >> 3)
    for (let row = 0; row < rows; row += 1) if (vector.getItem(row) === true) data[row >> 3]! |= 1 << (row & 7)
    return arrow.makeData({ type, length: rows, nullCount, nullBitmap, data } as never)
  }
  const parts: Buffer[] = []
  const valueOffsets = new Int32Array(rows + 1)
  let offset = 0
  for (let row = 0; row < rows; row += 1) {
    const value = vector.getItem(row)
    if (value !== null) {
      const bytes = Buffer.from(String(value))
      parts.push(bytes)
      offset += bytes.length
    }
    valueOffsets[row + 1] = offset
  }
  return arrow.makeData({
    type,
    length: rows,
    nullCount,
    nullBitmap,
    valueOffsets,
    data: new Uint8Array(Buffer.concat(parts)),
  } as never)
}

export const arrowSchema = (arrow: Arrow, cells: readonly Cell[]): Schema =>
  new arrow.Schema(cells.map((cell): Field => new arrow.Field(cell.name, mappingOf(cell.type).type(arrow), true)))

/** The first `rows` rows of a chunk as a record batch; the chunk's first columns are the cells. */
export const arrowBatch = (
  arrow: Arrow,
  schema: Schema,
  cells: readonly Cell[],
  chunk: DuckDBDataChunk,
  rows: number,
): RecordBatch => {
  const children = cells.map((cell, at) => columnData(arrow, chunk.getColumnVector(at), cell, rows))
  return new arrow.RecordBatch(
    schema,
    arrow.makeData({ type: new arrow.Struct(schema.fields), length: rows, nullCount: 0, children } as never) as never,
  )
}

/** Loaded with the first reader who wants Arrow: 10 MB that most servers never need. */
export const loadArrow = (): Promise<Arrow> => import('apache-arrow')

/** A whole answer as an Arrow IPC stream. */
export const arrowBytes = async (
  cells: readonly Cell[],
  chunks: readonly DuckDBDataChunk[],
  rows: number,
): Promise<Buffer> => {
  const arrow = await loadArrow()
  const schema = arrowSchema(arrow, cells)
  const batches: RecordBatch[] = []
  let left = rows
  for (const chunk of chunks) {
    const take = Math.min(left, chunk.rowCount)
    if (take > 0) batches.push(arrowBatch(arrow, schema, cells, chunk, take))
    left -= take
  }
  return Buffer.from(arrow.tableToIPC(new arrow.Table(schema, batches), 'stream'))
}
