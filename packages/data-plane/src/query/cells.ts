import {
  type DuckDBDataChunk,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
  JsonDuckDBValueConverter,
} from '@duckdb/node-api'

type Encode = (value: DuckDBValue) => string

const integer: Encode = (value) => String(value)
/** Beyond 2^53 a reader in JavaScript would round it: then it is a text. */
const wide: Encode = (value) => {
  const number = value as bigint
  return number >= -(2n ** 53n) && number <= 2n ** 53n ? String(number) : `"${number}"`
}
const float: Encode = (value) =>
  Object.is(value, -0) ? '-0' : Number.isFinite(value) ? JSON.stringify(value) : `"${String(value)}"`
/** A FLOAT of 0.1 is 0.1, not the double nearest to it. */
const single: Encode = (value) => {
  if (!Number.isFinite(value)) return `"${String(value)}"`
  const number = value as number
  for (let digits = 6; digits < 9; digits += 1) {
    const short = Number(number.toPrecision(digits))
    if (Math.fround(short) === number) return JSON.stringify(short)
  }
  return JSON.stringify(number)
}
const text: Encode = (value) => JSON.stringify(String(value))
/** The engine's largest and smallest dates mean that there is no end; its binding makes days of them. */
const date: Encode = (value) => {
  const { days } = value as unknown as { days: number }
  return Math.abs(days) === 2 ** 31 - 1 ? `"${days < 0 ? '-' : ''}infinity"` : text(value)
}
/** ISO 8601 instead of the engine's blank; the process's zone is UTC. */
const instant: Encode = (value) =>
  JSON.stringify(
    String(value)
      .replace(/^([\d-]+) (?=\d)/, '$1T')
      .replace(/\+00(:00)?$/, 'Z'),
  )
const bytes: Encode = (value) =>
  JSON.stringify(Buffer.from((value as unknown as { bytes: Uint8Array }).bytes).toString('base64'))

const plain: Partial<Record<DuckDBTypeId, Encode>> = {
  [DuckDBTypeId.BOOLEAN]: integer,
  [DuckDBTypeId.TINYINT]: integer,
  [DuckDBTypeId.SMALLINT]: integer,
  [DuckDBTypeId.INTEGER]: integer,
  [DuckDBTypeId.UTINYINT]: integer,
  [DuckDBTypeId.USMALLINT]: integer,
  [DuckDBTypeId.UINTEGER]: integer,
  [DuckDBTypeId.BIGINT]: wide,
  [DuckDBTypeId.UBIGINT]: wide,
  [DuckDBTypeId.HUGEINT]: wide,
  [DuckDBTypeId.UHUGEINT]: wide,
  [DuckDBTypeId.FLOAT]: single,
  [DuckDBTypeId.DOUBLE]: float,
  [DuckDBTypeId.TIMESTAMP]: instant,
  [DuckDBTypeId.TIMESTAMP_S]: instant,
  [DuckDBTypeId.TIMESTAMP_MS]: instant,
  [DuckDBTypeId.TIMESTAMP_NS]: instant,
  [DuckDBTypeId.TIMESTAMP_TZ]: instant,
  [DuckDBTypeId.BLOB]: bytes,
  [DuckDBTypeId.DATE]: date,
}

const nested = new Set([
  DuckDBTypeId.LIST,
  DuckDBTypeId.STRUCT,
  DuckDBTypeId.MAP,
  DuckDBTypeId.ARRAY,
  DuckDBTypeId.UNION,
])

const isNoKey = (name: string): boolean => name === '' || name === '__proto__'

/** Fields without a name, `row(1, 2)`, are called by their place: as keys of one object the last would stand for all. */
const withNames = (type: DuckDBType): void => {
  const { entryNames, entryIndexes, entryTypes, memberTypes, valueType, keyType } = type as unknown as {
    entryNames?: string[]
    entryIndexes: Record<string, number>
    [inner: string]: unknown
  }
  if (entryNames?.some(isNoKey))
    for (const at of entryNames.keys()) {
      if (isNoKey(entryNames[at] as string)) entryNames[at] = String(at + 1)
      entryIndexes[entryNames[at] as string] = at
    }
  for (const inner of [entryTypes, memberTypes, valueType, keyType].flat())
    if (inner !== undefined) withNames(inner as DuckDBType)
}

const encoderOf = (type: DuckDBType): Encode => {
  if (type.typeId === DuckDBTypeId.DECIMAL) {
    const { width } = type as unknown as { width: number }
    return width <= 15 ? integer : text
  }
  if (nested.has(type.typeId))
    return (value) => JSON.stringify(JsonDuckDBValueConverter(value, type, JsonDuckDBValueConverter))
  return plain[type.typeId] ?? text
}

/** One value, or one row, is more than may be told. */
export class TooLarge extends Error {}

/**
 * Makes JSON values of columns, with commas between; null when that is more than `mostBytes`: try fewer rows.
 * @throws TooLarge for one value that is larger than `cellBytes`
 */
export const columnEncoder = (types: readonly DuckDBType[], cellBytes: number) => {
  const encoders = types.map(encoderOf)
  const hasFields = types.map((type) => nested.has(type.typeId))
  for (const type of types) withNames(type)
  return (chunk: DuckDBDataChunk, from: number, to: number, mostBytes: number): Buffer[] | null => {
    let length = 0
    const columns: Buffer[] = []
    for (const [at, encode] of encoders.entries()) {
      const vector = chunk.getColumnVector(at)
      if (hasFields[at]) withNames(vector.type)
      let out = ''
      for (let row = from; row < to; row += 1) {
        const value = vector.getItem(row) as DuckDBValue
        const cell = value === null ? 'null' : encode(value)
        if (cell.length > cellBytes)
          throw new TooLarge(`one value is larger than ${Math.floor(cellBytes / 1024)} KB; select a part of it`)
        out += row === from ? cell : `,${cell}`
        length += cell.length + 1
        if (length > mostBytes) return null
      }
      columns.push(Buffer.from(out))
    }
    return columns
  }
}
