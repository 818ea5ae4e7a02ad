import { bold, dim } from './output.ts'

/** Text for people: tables, counts, sizes, times. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences have no width
const styles = /\u001b\[[0-9;]*m/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are kept apart from text
const styleParts = /(\u001b\[[0-9;]*m)/
// biome-ignore lint/suspicious/noControlCharactersInRegex: data must not move the cursor or ring the bell of whoever reads it
const controls = /\u001b(?!\[[0-9;]*m)|[\u0000-\u001a\u001c-\u001f\u007f-\u009f]/g
const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]|\p{Emoji_Presentation}/u
const bare = /\p{Mark}|\u200b|\u200d|\ufe0f/u

const signWidth = (sign: string): number => (bare.test(sign) ? 0 : wide.test(sign) ? 2 : 1)

/** Columns that a text takes on a terminal. */
export const width = (text: string): number =>
  [...text.replaceAll(styles, '')].reduce((sum, sign) => sum + signWidth(sign), 0)

/** The text, cut with … where it takes more than `room` columns; styles are closed. */
export function fit(text: string, room: number): string {
  if (width(text) <= room) return text
  let taken = 0
  let cut = ''
  let styled = false
  for (const part of text.split(styleParts)) {
    if (part.startsWith('\u001b[')) {
      cut += part
      styled = true
      continue
    }
    for (const sign of part) {
      if (taken + signWidth(sign) > room - 1) return `${cut}…${styled ? '\u001b[0m' : ''}`
      cut += sign
      taken += signWidth(sign)
    }
  }
  return cut
}

const pad = (text: string, to: number, right: boolean): string => {
  const gap = ' '.repeat(Math.max(0, to - width(text)))
  return right ? gap + text : text + gap
}

export type TableOptions = {
  columns?: readonly string[]
  /** Cells are cut at this many columns of the terminal. */
  widest?: number
  /** Columns of the terminal; what does not fit is named below the table. */
  room?: number
}

const narrowest = 12
const terminal = (): number => (process.stdout.isTTY ? process.stdout.columns || 100 : Number.POSITIVE_INFINITY)

/** A table for people: numbers to the right, long cells cut, columns that do not fit on the terminal named instead of wrapped. */
export function table(rows: readonly Record<string, unknown>[], options: TableOptions = {}): string {
  if (rows.length === 0) return dim('(no rows)')
  const { widest = 48, room = terminal() } = options
  const names = options.columns ?? Object.keys(rows[0] ?? {})
  const cells = rows.map((row) => names.map((name) => fit(cell(row[name]), widest)))
  const right = names.map((name) => rows.every((row) => isFigure(row[name])))
  const longest = names.map((_, i) => Math.max(...cells.map((line) => width(line[i] ?? ''))))
  const wanted = names.map((name, i) => Math.max(width(name), longest[i] ?? 0))
  // half a number would be another number; a name of a column is still known by its beginning
  const least = wanted.map((want, i) => Math.min(want, Math.max(right[i] ? (longest[i] ?? 0) : 0, narrowest)))
  const { widths, shown } = squeeze(wanted, least, room)
  const line = (values: readonly string[]) =>
    values
      .slice(0, shown)
      .map((value, i) => pad(fit(value, widths[i] ?? 0), widths[i] ?? 0, right[i] ?? false))
      .join('  ')
      .trimEnd()
  const left = names.slice(shown)
  return [
    bold(line(names)),
    ...cells.map(line),
    ...(left.length === 0 ? [] : [dim(fit(`… and ${plural(left.length, 'more column')}: ${left.join(', ')}`, room))]),
  ].join('\n')
}

/** Takes from the widest columns first; when even narrow ones do not fit, the last ones are left out. */
function squeeze(wanted: readonly number[], least: readonly number[], room: number) {
  const total = (of: readonly number[]) => of.reduce((sum, each) => sum + each + 2, -2)
  let shown = wanted.length
  while (shown > 1 && total(least.slice(0, shown)) > room) shown -= 1
  const widths = wanted.slice(0, shown)
  for (let over = total(widths) - room; over > 0; over--) {
    const spare = widths.map((each, i) => (each > (least[i] ?? 0) ? each : 0))
    const most = Math.max(...spare)
    if (most === 0) break
    widths[spare.lastIndexOf(most)] = most - 1
  }
  return { widths, shown }
}

const isFigure = (value: unknown): boolean =>
  value === null || typeof value === 'number' || (typeof value === 'string' && /^-?\d[\d,]*(\.\d+)?$/.test(value))

function cell(value: unknown): string {
  if (value === null || value === undefined) return dim('–')
  return plain(typeof value === 'object' ? JSON.stringify(value) : String(value))
}

/** One line without anything that steers a terminal, apart from colour. */
export const plain = (text: string): string => harmless(text.replaceAll(/\s+/g, ' '))

/** The same with its spaces: for lines of files, where a column means something. */
export const harmless = (text: string): string => text.replaceAll('\t', ' ').replaceAll(controls, '�')

export const count = (n: number): string => n.toLocaleString('en-US')
export const plural = (n: number, word: string): string => `${count(n)} ${word}${n === 1 ? '' : 's'}`

export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const step = n < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(n) / 3))
  return `${(n / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`
}

export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  const seconds = milliseconds / 1000
  if (seconds < 90) return `${seconds.toFixed(1)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`
}

export const ago = (iso: string | null, now: Date): string => {
  if (!iso) return 'never'
  const passed = Math.max(0, now.getTime() - Date.parse(iso))
  return passed < 1000 ? 'just now' : `${duration(Math.floor(passed / 1000) * 1000).replace('.0 s', ' s')} ago`
}

/** `3,000,000 rows, 12.4 MB, 1.9 s, 1,580,000 rows/s`; the rate only where it took more than a second. */
export function figures(entry: {
  rows?: number | undefined
  bytes?: number | undefined
  durationMs?: number | undefined
}): string {
  const { rows, bytes: size, durationMs } = entry
  return [
    rows === undefined ? '' : plural(rows, 'row'),
    size ? bytes(size) : '',
    durationMs === undefined ? '' : duration(durationMs),
    rows && durationMs && durationMs > 1000
      ? `${count(Number((rows / (durationMs / 1000)).toPrecision(3)))} rows/s`
      : '',
  ]
    .filter(Boolean)
    .join(', ')
}
