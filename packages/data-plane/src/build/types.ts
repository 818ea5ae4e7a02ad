import type { DuckDBConnection } from '@duckdb/node-api'
import { describe } from '../compute/index.ts'

const range: Record<string, [bits: number, signed: boolean]> = {
  TINYINT: [8, true], SMALLINT: [16, true], INTEGER: [32, true], BIGINT: [64, true], HUGEINT: [128, true],
  UTINYINT: [8, false], USMALLINT: [16, false], UINTEGER: [32, false], UBIGINT: [64, false], UHUGEINT: [128, false],
} // biome-ignore format: a table

/** Types that a reader of Parquet, Delta and Iceberg would lose or misread, and the wider one that carries the same values. */
const carriers: Record<string, string> = {
  UTINYINT: 'SMALLINT', USMALLINT: 'INTEGER', UINTEGER: 'BIGINT', UBIGINT: 'DECIMAL(20,0)', TINYINT: 'SMALLINT', UUID: 'VARCHAR',
  TIMESTAMP_S: 'TIMESTAMP', TIMESTAMP_MS: 'TIMESTAMP', HUGEINT: 'BIGINT', '"NULL"': 'INTEGER',
} // biome-ignore format: a table

/** Types without a carrier, and what to write instead. */
const refused: [RegExp, string][] = [
  [/^INTERVAL$/, 'write seconds: epoch(x)'],
  [/^TIME( WITH TIME ZONE)?$|^TIME_NS$/, 'write text: cast(x as varchar), or a timestamp'],
  [/^TIMESTAMP_NS$/, 'write cast(x as timestamp), which keeps microseconds'],
  [/^UHUGEINT$|^BIGNUM$|^VARINT$/, 'write cast(x as decimal(38, 0)) or text'],
  [/^BIT$/, 'write text: cast(x as varchar)'],
  [/^UNION\(/, 'write one column per member'],
  [/^(VARIANT|GEOMETRY.*)$/, 'write json or text'],
]

/** Decides the type that is written for a built type without a declared one; a string starting with `!` is a refusal. */
export const carrierOf = (type: string): string => {
  if (/^ENUM\(/.test(type)) return 'VARCHAR'
  if (/\[\d+\]$/.test(type)) return carrierOf(type.replace(/\[\d+\]$/, '[]'))
  if (type.endsWith('[]')) {
    const inner = carrierOf(type.slice(0, -2))
    return inner.startsWith('!') ? inner : `${inner}[]`
  }
  const no = refused.find(([pattern]) => pattern.test(type))
  if (no) return `!${no[1]}`
  if (
    /^(STRUCT|MAP)\(/.test(type) &&
    /\b(HUGEINT|UHUGEINT|INTERVAL|TIME|TIMESTAMP_NS|UNION|BIT)\b(?! WITH)/.test(type.replaceAll(/"[^"]*"/g, ''))
  ) {
    return '!cast its fields to types that Parquet carries'
  }
  return carriers[type] ?? type
}

const decimal = (type: string): [precision: number, scale: number] | null => {
  const parts = /^DECIMAL\((\d+),(\d+)\)$/.exec(type)
  return parts ? [Number(parts[1]), Number(parts[2])] : null
}

/**
 * True when a cast keeps every value or fails: DuckDB's casts between integers are checked, so narrowing is allowed; rounding,
 * cutting a timestamp or reading a number out of text is not.
 */
export const castKeepsValues = (from: string, to: string): boolean => {
  if (from === to) return true
  const [a, b] = [range[from], range[to]]
  if (a && b) return true
  const [p, q] = [decimal(from), decimal(to)]
  if (p && q) return q[1] >= p[1]
  if (a && q) return true
  if (p && b) return p[1] === 0
  if (to === 'DOUBLE') return from === 'FLOAT' || (a !== undefined && a[0] <= 32)
  if (to === 'FLOAT') return a !== undefined && a[0] <= 16
  if (to.startsWith('TIMESTAMP'))
    return from === 'DATE' || (from.startsWith('TIMESTAMP') && (from !== 'TIMESTAMP_NS' || to === 'TIMESTAMP_NS'))
  if (to === 'VARCHAR') return from === 'UUID' || from === 'JSON' || from.startsWith('ENUM(')
  if (to === 'JSON') return from === 'VARCHAR' || /^(STRUCT|MAP)\(/.test(from) || from.endsWith(']')
  if (to.endsWith('[]') && from.endsWith(']')) return castKeepsValues(from.replace(/\[\d*\]$/, ''), to.slice(0, -2))
  return to.startsWith('STRUCT(') && from.startsWith('STRUCT(')
}

/** A type as DuckDB spells it; null when it knows none. */
export const canonicalType = async (connection: DuckDBConnection, type: string): Promise<string | null> => {
  if (!/^[\w ,()[\]"]+$/.test(type)) return null
  const [column] = await describe(connection, `select null::${type} as c`).catch(() => [])
  return column?.type ?? null
}
