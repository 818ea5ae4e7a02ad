import { styleText } from 'node:util'

/** How an answer is shown: for people (colour only on a terminal) or as JSON for programs. */
export type Output = {
  json: boolean
  /** True on a terminal: lines that rewrite themselves. */
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
const { NO_COLOR, FORCE_COLOR, TERM } = process.env
const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0'
const colour = forced || (process.stdout.isTTY === true && !NO_COLOR && TERM !== 'dumb')
export const paint = (style: Style, text: string): string =>
  colour && text !== '' ? styleText(style, text, { validateStream: false }) : text
export const bold = (text: string): string => paint('bold', text)
export const dim = (text: string): string => paint('dim', text)
export const good = (text: string): string => paint('green', text)
export const bad = (text: string): string => paint('red', text)
export const warn = (text: string): string => paint('yellow', text)

/** Prints `value` as JSON for programs, else the text that `human` makes of it. */
export function show<T>(output: Output, value: T, human: (value: T) => string): void {
  output.write(output.json ? JSON.stringify(value) : human(value))
}
