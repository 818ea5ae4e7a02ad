const plain: Readonly<Record<string, string>> = {
  string: 'varchar',
  varchar: 'varchar',
  char: 'varchar',
  character: 'varchar',
  text: 'varchar',
  str: 'varchar',
  nvarchar: 'varchar',
  clob: 'varchar',
  bpchar: 'varchar',
  'character varying': 'varchar',
  enum: 'varchar',
  uri: 'varchar',
  url: 'varchar',
  email: 'varchar',
  tinyint: 'tinyint',
  int8: 'tinyint',
  byte: 'tinyint',
  smallint: 'smallint',
  int16: 'smallint',
  short: 'smallint',
  int2: 'smallint',
  int: 'integer',
  integer: 'integer',
  int32: 'integer',
  int4: 'integer',
  serial: 'integer',
  bigint: 'bigint',
  int64: 'bigint',
  long: 'bigint',
  bigserial: 'bigint',
  hugeint: 'hugeint',
  int128: 'hugeint',
  utinyint: 'utinyint',
  uint8: 'utinyint',
  usmallint: 'usmallint',
  uint16: 'usmallint',
  uinteger: 'uinteger',
  uint32: 'uinteger',
  uint: 'uinteger',
  ubigint: 'ubigint',
  uint64: 'ubigint',
  float: 'float',
  float4: 'float',
  real: 'float',
  float32: 'float',
  double: 'double',
  float8: 'double',
  float64: 'double',
  'double precision': 'double',
  number: 'double',
  decimal: 'decimal(18,3)',
  numeric: 'decimal(18,3)',
  dec: 'decimal(18,3)',
  bignumeric: 'decimal(38,9)',
  money: 'decimal(18,2)',
  boolean: 'boolean',
  bool: 'boolean',
  logical: 'boolean',
  date: 'date',
  time: 'time',
  timetz: 'time with time zone',
  datetime: 'timestamp',
  timestamp: 'timestamp',
  timestamp_ntz: 'timestamp',
  'timestamp without time zone': 'timestamp',
  timestamptz: 'timestamp with time zone',
  timestamp_tz: 'timestamp with time zone',
  timestamp_ltz: 'timestamp with time zone',
  'timestamp with time zone': 'timestamp with time zone',
  'time with time zone': 'time with time zone',
  timestamp_s: 'timestamp_s',
  timestamp_ms: 'timestamp_ms',
  timestamp_ns: 'timestamp_ns',
  interval: 'interval',
  duration: 'interval',
  uuid: 'uuid',
  guid: 'uuid',
  json: 'json',
  jsonb: 'json',
  variant: 'json',
  object: 'json',
  super: 'json',
  binary: 'blob',
  varbinary: 'blob',
  bytes: 'blob',
  bytea: 'blob',
  blob: 'blob',
} // one word per spelling people use

/** Every spelling of a plain type, for "did you mean". */
export const typeNames: readonly string[] = Object.keys(plain)

/**
 * A column type as people write it (`string`, `decimal(10,2)`, `array<int>`, `struct<a: int, b: string>`, `map<string, int>`, `int[]`)
 * as a DuckDB type in lower case; undefined when nobody knows it.
 */
export function toDuckDbType(written: string): string | undefined {
  if (written.length > 2000) return undefined
  const reader = { text: written.trim(), at: 0 }
  const type = readType(reader, 0)
  return type !== undefined && reader.at >= reader.text.length ? type : undefined
}

type Reader = { text: string; at: number }

const eat = (r: Reader, pattern: RegExp): string | undefined => {
  const sticky = new RegExp(pattern.source, 'iy')
  sticky.lastIndex = r.at
  const match = sticky.exec(r.text)
  if (!match) return undefined
  r.at = sticky.lastIndex
  return match[1] ?? match[0]
}

function readType(r: Reader, depth: number): string | undefined {
  if (depth > 16) return undefined
  let type = readBase(r, depth)
  while (type !== undefined && eat(r, /\s*\[\s*\d*\s*\]/) !== undefined) type = `${type}[]`
  eat(r, /\s+not\s+null/)
  eat(r, /\s*/)
  return type
}

function readBase(r: Reader, depth: number): string | undefined {
  eat(r, /\s*/)
  if (eat(r, /(?:array|list)\s*[<(]/) !== undefined) {
    const inner = readType(r, depth + 1)
    return inner !== undefined && eat(r, /\s*[>)]/) !== undefined ? `${inner}[]` : undefined
  }
  if (eat(r, /map\s*[<(]/) !== undefined) {
    const key = readType(r, depth + 1)
    if (key === undefined || eat(r, /\s*,/) === undefined) return undefined
    const value = readType(r, depth + 1)
    return value !== undefined && eat(r, /\s*[>)]/) !== undefined ? `map(${key}, ${value})` : undefined
  }
  if (eat(r, /(?:struct|row|record)\s*[<(]/) !== undefined) return readStruct(r, depth)
  if (eat(r, /enum\s*[<(][^<>()]*[>)]/) !== undefined) return 'varchar'
  const word = eat(
    r,
    /(?:timestamp|time) with(?:out)? time zone|character varying|double precision|[a-z_][a-z0-9_]*/,
  )?.toLowerCase()
  if (word === undefined || !Object.hasOwn(plain, word)) return undefined
  const arguments_ = eat(r, /\s*\(\s*(\d{1,4}(?:\s*,\s*\d{1,4})?)\s*\)/)
  const base = plain[word]!
  if (arguments_ === undefined) return base
  const [precision, scale = 0] = arguments_.split(',').map(Number) as [number, number?]
  if (!base.startsWith('decimal')) return base
  return precision >= 1 && precision <= 38 && scale <= precision ? `decimal(${precision},${scale})` : undefined
}

function readStruct(r: Reader, depth: number): string | undefined {
  const fields: string[] = []
  do {
    eat(r, /\s*/)
    const name = eat(r, /"((?:[^"]|"")+)"|[a-z_][a-z0-9_]*/)
    if (name === undefined) return undefined
    eat(r, /\s*:?/)
    const type = readType(r, depth + 1)
    if (type === undefined) return undefined
    fields.push(`"${name}" ${type}`)
  } while (eat(r, /\s*,/) !== undefined)
  return eat(r, /\s*[>)]/) !== undefined ? `struct(${fields.join(', ')})` : undefined
}
