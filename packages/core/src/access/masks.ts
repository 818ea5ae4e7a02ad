import type { Mask } from './model.ts'

/**
 * How masks are written in manifests, on the command line and in policies: `redact`, `hash`, `tokenise`, `truncate 4`,
 * `generalise month`, `generalise 100`. Null for anything else.
 */
export const maskFrom = (column: string, written: string): Mask | null => {
  const [how = '', what, ...more] = written.trim().toLowerCase().split(/\s+/)
  if (more.length > 0) return null
  if (what === undefined) return how === 'redact' || how === 'hash' || how === 'tokenise' ? { column, how } : null
  if (how === 'truncate') {
    const keep = Number(what)
    return /^\d{1,4}$/.test(what) && keep <= 1000 ? { column, how, keep } : null
  }
  if (how !== 'generalise') return null
  if (what === 'year' || what === 'month' || what === 'day') return { column, how, to: what }
  const step = Number(what)
  return /^\d{1,15}(\.\d{1,9})?$/.test(what) && step > 0 ? { column, how, step } : null
}

/** The other direction of `maskFrom`. */
export const maskText = (mask: Mask): string => {
  if (mask.how === 'truncate') return `truncate ${mask.keep}`
  if (mask.how === 'generalise') return `generalise ${'to' in mask ? mask.to : plainNumber(mask.step)}`
  return mask.how
}

/** Without an exponent: 0.000001, not 1e-6. */
const plainNumber = (value: number): string =>
  String(value).includes('e') ? value.toFixed(9).replace(/\.?0+$/, '') : String(value)

export const maskExamples = 'redact, hash, tokenise, truncate 4, generalise month, generalise 100'

const periods = ['day', 'month', 'year'] as const

/**
 * The mask that shows no more than either. The order, from what shows most to what shows least:
 *
 *   nothing < tokenise < hash < redact        nothing < truncate < redact        nothing < generalise < redact
 *
 * Fewer characters are stricter than more, a year than a day, a step than one that divides it. Two that cannot be compared — a hash tells
 * which values are equal, a prefix does not; a step of 10 and one of 15 together tell more than each — are redacted.
 */
export const stricterMask = (a: Mask, b: Mask): Mask => {
  const redacted: Mask = { column: a.column, how: 'redact' }
  if (a.how === 'hash' && (b.how === 'hash' || b.how === 'tokenise')) return a
  if (a.how === 'tokenise' && (b.how === 'hash' || b.how === 'tokenise')) return { ...b, column: a.column }
  if (a.how === 'truncate' && b.how === 'truncate') return a.keep <= b.keep ? a : { ...b, column: a.column }
  if (a.how === 'generalise' && b.how === 'generalise') {
    if ('to' in a && 'to' in b) return periods.indexOf(a.to) >= periods.indexOf(b.to) ? a : { ...b, column: a.column }
    if ('step' in a && 'step' in b) {
      if (isMultiple(a.step, b.step)) return a
      if (isMultiple(b.step, a.step)) return { ...b, column: a.column }
    }
  }
  return redacted
}

/** In billionths, the finest that a step can be written in: a quotient of fractions is not to be trusted. */
const isMultiple = (large: number, small: number): boolean => {
  const [a, b] = [Math.round(large * 1e9), Math.round(small * 1e9)]
  return b > 0 && Number.isSafeInteger(a) && a % b === 0
}

/** One mask per column, the stricter where several sources name it. Names of columns are compared without case. */
export const combineMasks = (...sources: readonly (readonly Mask[])[]): Mask[] => {
  const byColumn = new Map<string, Mask>()
  for (const mask of sources.flat()) {
    const key = mask.column.toLowerCase()
    const known = byColumn.get(key)
    byColumn.set(key, known === undefined ? mask : stricterMask(known, mask))
  }
  return [...byColumn.values()]
}

/** Which mask hides this column? Nobody who looks compares the case of names. */
export const maskOf = (masks: readonly Mask[], column: string): Mask | undefined => {
  const name = column.toLowerCase()
  return masks.find((mask) => mask.column.toLowerCase() === name)
}

export const needsKey = (masks: readonly Mask[]): boolean =>
  masks.some(({ how }) => how === 'hash' || how === 'tokenise')

/** Can this mask be laid over values of a DuckDB type? Where it cannot, the value is redacted. */
export const maskFits = (mask: Mask, type: string): boolean => {
  if (mask.how === 'truncate') return /^(VARCHAR|JSON|ENUM\b.*)$/i.test(type)
  if (mask.how !== 'generalise') return true
  if ('to' in mask) return /^(DATE|TIMESTAMP(_S|_MS|_NS)?|TIMESTAMPTZ|TIMESTAMP WITH TIME ZONE)$/i.test(type)
  return /^(U?(TINY|SMALL|BIG)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\))$/i.test(type)
}
