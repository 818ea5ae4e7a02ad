/** What serving needs to know about a DuckDB type, from its text. */
export type TypeKind =
  | 'integer'
  | 'decimal'
  | 'float'
  | 'boolean'
  | 'text'
  | 'date'
  | 'timestamp'
  | 'timestamptz'
  | 'nested'
  | 'other'

const integers: Readonly<Record<string, readonly [bigint, bigint]>> = {
  TINYINT: [-(2n ** 7n), 2n ** 7n - 1n],
  SMALLINT: [-(2n ** 15n), 2n ** 15n - 1n],
  INTEGER: [-(2n ** 31n), 2n ** 31n - 1n],
  BIGINT: [-(2n ** 63n), 2n ** 63n - 1n],
  HUGEINT: [-(2n ** 127n), 2n ** 127n - 1n],
  UTINYINT: [0n, 2n ** 8n - 1n],
  USMALLINT: [0n, 2n ** 16n - 1n],
  UINTEGER: [0n, 2n ** 32n - 1n],
  UBIGINT: [0n, 2n ** 64n - 1n],
  UHUGEINT: [0n, 2n ** 128n - 1n],
}
/** Integers whose values a JSON reader in JavaScript may round. */
const wide = new Set(['BIGINT', 'HUGEINT', 'UBIGINT', 'UHUGEINT'])

export const kindOf = (type: string): TypeKind => {
  if (type.endsWith(']') || /^(STRUCT|MAP|UNION)\(/.test(type)) return 'nested'
  if (type in integers) return 'integer'
  if (type.startsWith('DECIMAL')) return 'decimal'
  if (type === 'DOUBLE' || type === 'FLOAT') return 'float'
  if (type === 'BOOLEAN') return 'boolean'
  if (type === 'VARCHAR' || type === 'JSON' || type.startsWith('ENUM')) return 'text'
  if (type === 'DATE') return 'date'
  if (type === 'TIMESTAMP WITH TIME ZONE' || type === 'TIMESTAMPTZ') return 'timestamptz'
  if (/^TIMESTAMP(_S|_MS|_NS)?$/.test(type)) return 'timestamp'
  return 'other'
}

/** The type a bound text is cast to. Parquet knows no ENUM: it comes back as text. */
export const castType = (type: string): string => (type.startsWith('ENUM') ? 'VARCHAR' : type)

const decimalWidth = (type: string): number => Number(/\((\d+)/.exec(type)?.[1] ?? 18)

/** True when a value of the type may not survive a reader that makes every JSON number a double: then it is written as a JSON string. */
export const isWide = (type: string): boolean =>
  wide.has(type) || (type.startsWith('DECIMAL') && decimalWidth(type) > 15)

/** A nested type with its wide numbers (and, if asked, its floats) as text; names in quotes are left alone. */
export const narrowNested = (type: string, floats: boolean): string =>
  type.replace(
    /"(?:[^"]|"")*"|\bU?(?:BIG|HUGE)INT\b|\bDECIMAL\((\d+),\s*\d+\)|\b(?:DOUBLE|FLOAT)\b/g,
    (found, width) => {
      if (found.startsWith('"')) return found
      if (found === 'DOUBLE' || found === 'FLOAT') return floats ? 'VARCHAR' : found
      return width !== undefined && Number(width) <= 15 ? found : 'VARCHAR'
    },
  )

/** `null` when the text is a value of the type, else an example of one. Types that only the engine can judge pass here. */
export const exampleUnlessValid = (type: string, text: string): string | null => {
  switch (kindOf(type)) {
    case 'integer': {
      const [min, max] = integers[type]!
      return /^[+-]?\d{1,40}$/.test(text) &&
        BigInt(text.replace('+', '')) >= min &&
        BigInt(text.replace('+', '')) <= max
        ? null
        : '42'
    }
    case 'decimal':
      return /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text) && text.length < 60 ? null : '12.50'
    case 'float':
      return /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i.test(text) || /^([+-]?inf(inity)?|nan)$/i.test(text)
        ? null
        : '0.25'
    case 'boolean':
      return /^(true|false)$/i.test(text) ? null : 'true'
    case 'date':
      return /^\d{4}-\d\d-\d\d$/.test(text) && instantOf(text) !== null ? null : '2001-07-31'
    case 'timestamp':
    case 'timestamptz':
      return instantOf(text) !== null ? null : '2001-07-31T18:30:00Z'
    default:
      return null
  }
}

/** Nanoseconds since 1970 of a date or time as DuckDB prints it or as ISO 8601 writes it; null for what is neither. Without a zone: UTC. */
const instantOf = (text: string): bigint | null => {
  const found =
    /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:(Z)|([+-])(\d\d)(?::?(\d\d))?)?)?$/.exec(
      text,
    )
  if (!found) return null
  const [
    ,
    year,
    month,
    day,
    hour = '0',
    minute = '0',
    second = '0',
    fraction = '',
    ,
    sign,
    zoneHour = '0',
    zoneMinute = '0',
  ] = found
  if (Number(month) < 1 || Number(month) > 12 || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    return null
  const at = new Date(0)
  at.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  if (at.getUTCDate() !== Number(day) || at.getUTCMonth() !== Number(month) - 1) return null
  at.setUTCHours(Number(hour), Number(minute), Number(second))
  const zone = (sign === '-' ? -1 : 1) * (Number(zoneHour) * 60 + Number(zoneMinute)) * 60_000
  return BigInt(at.getTime() - zone) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

export type Comparable = bigint | number | string

/**
 * A value's text as something `<` orders the way DuckDB orders the column; null when that is not certain, and then nothing may be left out for it.
 * Text is compared by its UTF-8 bytes, therefore as latin1.
 */
export const comparable = (type: string, text: string): Comparable | null => {
  switch (kindOf(type)) {
    case 'integer':
      return /^-?\d+$/.test(text) ? BigInt(text) : null
    case 'float': {
      const number = Number(text)
      return Number.isFinite(number) && text !== '' ? number : null
    }
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return instantOf(text)
    case 'text':
      return Buffer.from(text).toString('latin1')
    default:
      return null
  }
}
