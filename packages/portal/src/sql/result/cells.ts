export type CellKind = 'number' | 'time' | 'date' | 'boolean' | 'nested' | 'text'

/** What a column holds, by the engine's name of its type. */
export const kindOf = (type: string): CellKind => {
  const word = type.toUpperCase()
  if (word.endsWith(']') || /^(STRUCT|MAP|UNION|JSON)/.test(word)) return 'nested'
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL|NUMERIC|FLOAT|DOUBLE|REAL)/.test(word)) return 'number'
  if (word.startsWith('TIMESTAMP')) return 'time'
  if (word === 'DATE') return 'date'
  return word === 'BOOLEAN' ? 'boolean' : 'text'
}

/** As it stands in a cell: one line. Noise beyond ten digits of a float is left out; `wholeText` has all of it. */
export const cellText = (value: unknown, kind: CellKind): string => {
  if (value === null || value === undefined) return 'null'
  if (kind === 'time') return String(value).replace('T', ' ')
  if (kind === 'number' && typeof value === 'number' && !Number.isInteger(value))
    return String(Number(value.toPrecision(10)))
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}

/** Everything that is in a cell; JSON is laid out in lines. */
export const wholeText = (value: unknown): string => {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'object') return JSON.stringify(value, null, 2)
  const text = String(value)
  if (!/^\s*[[{]/.test(text)) return text
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

/** For the clipboard: spreadsheets take tabs and lines; null is empty. */
export const copyText = (value: unknown): string => {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return /[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const signPx = 7.4
const digitPx = 8.2
/** Px that show the name, its type and what stands in most of the first rows; figures are never cut. */
export const widthFor = (name: string, type: string, values: readonly unknown[]): number => {
  const kind = kindOf(type)
  const lengths = values
    .slice(0, 100)
    .map((value) => cellText(value, kind).length)
    .sort((a, b) => a - b)
  const figures = kind === 'number'
  const usual = lengths[figures ? lengths.length - 1 : Math.floor(lengths.length * 0.95)] ?? 4
  const head = name.length * 6.9 + Math.min(16, type.length) * 6.6 + 12
  return Math.round(Math.max(72, Math.min(360, Math.max(head, usual * (figures ? digitPx : signPx)) + 24)))
}
