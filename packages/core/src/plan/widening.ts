/** Digits that every value of a whole-number type fits in. */
const digits: Readonly<Record<string, number>> = {
  tinyint: 3,
  utinyint: 3,
  smallint: 5,
  usmallint: 5,
  integer: 10,
  uinteger: 10,
  bigint: 19,
  ubigint: 20,
  hugeint: 39,
}

/** Types that hold every value of the type on the left without loss. */
const wider: Readonly<Record<string, readonly string[]>> = {
  tinyint: ['smallint', 'integer', 'bigint', 'hugeint', 'float', 'double'],
  smallint: ['integer', 'bigint', 'hugeint', 'float', 'double'],
  integer: ['bigint', 'hugeint', 'double'],
  bigint: ['hugeint'],
  utinyint: ['usmallint', 'uinteger', 'ubigint', 'smallint', 'integer', 'bigint', 'hugeint', 'float', 'double'],
  usmallint: ['uinteger', 'ubigint', 'integer', 'bigint', 'hugeint', 'float', 'double'],
  uinteger: ['ubigint', 'bigint', 'hugeint', 'double'],
  ubigint: ['hugeint'],
  float: ['double'],
  date: ['timestamp', 'timestamp_s', 'timestamp_ms'],
  timestamp_s: ['timestamp_ms', 'timestamp'],
  timestamp_ms: ['timestamp'],
}

/** Does a reader of `from` still read every value when the column becomes `to`? Both are DuckDB types in lower case. */
export function widens(from: string, to: string): boolean {
  if (from === to) return true
  if (from.endsWith('[]') && to.endsWith('[]')) return widens(from.slice(0, -2), to.slice(0, -2))
  if (wider[from]?.includes(to)) return true
  const after = decimal(to)
  if (!after) return false
  const before = decimal(from) ?? (Object.hasOwn(digits, from) ? { whole: digits[from]!, scale: 0 } : undefined)
  return before !== undefined && after.scale >= before.scale && after.whole >= before.whole
}

function decimal(type: string): { whole: number; scale: number } | undefined {
  const match = /^decimal\((\d+),(\d+)\)$/.exec(type)
  return match ? { whole: Number(match[1]) - Number(match[2]), scale: Number(match[2]) } : undefined
}
