import { styleText } from 'node:util'

/** How an answer is shown: for people (colour only on a terminal) or as JSON for programs. */
export type Output = {
  json: boolean
  /** True on a terminal: colour, and lines that rewrite themselves. */
  live: boolean
  write(text: string): void
  /** Progress and remarks go to stderr, so that stdout stays clean for pipes. */
  note(text: string): void
}

export const openOutput = (json: boolean): Output => ({
  json,
  live: process.stderr.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
  write: (text) => void process.stdout.write(`${text}\n`),
  note: (text) => void process.stderr.write(`${text}\n`),
})

type Style = Parameters<typeof styleText>[0]
const colour = process.stdout.isTTY === true && !process.env.NO_COLOR
export const paint = (style: Style, text: string): string =>
  colour ? styleText(style, text, { validateStream: false }) : text
export const bold = (text: string): string => paint('bold', text)
export const dim = (text: string): string => paint('dim', text)
export const good = (text: string): string => paint('green', text)
export const bad = (text: string): string => paint('red', text)
export const warn = (text: string): string => paint('yellow', text)

/** Prints `value` as JSON for programs, else the text that `human` makes of it. */
export function show<T>(output: Output, value: T, human: (value: T) => string): void {
  output.write(output.json ? JSON.stringify(value) : human(value))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences have no width
const width = (text: string): number => text.replaceAll(/\u001b\[[0-9;]*m/g, '').length
const pad = (text: string, to: number, right: boolean): string => {
  const gap = ' '.repeat(Math.max(0, to - width(text)))
  return right ? gap + text : text + gap
}

/** A table for people: numbers to the right, long cells cut at `widest` characters. */
export function table(rows: readonly Record<string, unknown>[], columns?: readonly string[], widest = 48): string {
  if (rows.length === 0) return dim('(no rows)')
  const names = columns ?? Object.keys(rows[0] ?? {})
  const cells = rows.map((row) => names.map((name) => cell(row[name], widest)))
  const numeric = names.map((name) =>
    rows.every((row) => row[name] === null || ['number', 'bigint'].includes(typeof row[name])),
  )
  const widths = names.map((name, i) => Math.max(name.length, ...cells.map((line) => width(line[i] ?? ''))))
  const line = (values: readonly string[]) =>
    values
      .map((value, i) => pad(value, widths[i] ?? 0, numeric[i] ?? false))
      .join('  ')
      .trimEnd()
  return [bold(line(names)), ...cells.map(line)].join('\n')
}

function cell(value: unknown, widest: number): string {
  if (value === null || value === undefined) return dim('–')
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  const flat = text.replaceAll(/\s+/g, ' ')
  return width(flat) > widest ? `${flat.slice(0, widest - 1)}…` : flat
}

export const count = (n: number): string => n.toLocaleString('en-US')
export const plural = (n: number, word: string): string => `${count(n)} ${word}${n === 1 ? '' : 's'}`

export function bytes(n: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const step = n === 0 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(n) / 3))
  return `${(n / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`
}

export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  const seconds = milliseconds / 1000
  if (seconds < 90) return `${seconds.toFixed(1)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`
}

export const ago = (iso: string | null, now: Date): string =>
  iso ? `${duration(Math.max(0, now.getTime() - Date.parse(iso)))} ago` : 'never'
