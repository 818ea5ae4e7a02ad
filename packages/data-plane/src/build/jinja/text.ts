import { allowText, type Run, spend } from './run.ts'
import { isList, isTuple, Trouble, type Value } from './values.ts'

const hasSurrogate = /[\ud800-\udfff]/
/** Characters as Python counts them. */
export const charsOf = (text: string): readonly string[] | string => (hasSurrogate.test(text) ? [...text] : text)
export const lengthOf = (text: string): number => charsOf(text).length

const breaks = String.fromCharCode(0x0a, 0x0b, 0x0c, 0x0d, 0x1c, 0x1d, 0x1e, 0x85, 0x2028, 0x2029)
/** Every end of a line that Python's `splitlines` knows. */
export const lineEnd = new RegExp(`\r\n|[${breaks}]`, 'g')
const moreSpace = String.fromCharCode(0x1c, 0x1d, 0x1e, 0x1f, 0x85)
/** White space as Python's `str.isspace` knows it. */
export const isSpace = (char: string): boolean => (char.trim() === '' && char !== '\ufeff') || moreSpace.includes(char)

/** Python's `repr(float)`: shortest digits, exponent from 1e16 up and below 1e-4. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const [mantissa = '', power = '0'] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent < -4 || exponent >= 16) {
    const digits = String(Math.abs(exponent)).padStart(2, '0')
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`
  }
  if (exponent < 0) {
    const sign = mantissa.startsWith('-') ? '-' : ''
    return `${sign}0.${'0'.repeat(-exponent - 1)}${mantissa.replace(/[-.]/g, '')}`
  }
  const plain = BigInt(Math.trunc(value)) === 0n ? String(value) : value.toString()
  const text = plain.includes('e') ? BigInt(value).toString() : plain
  return text.includes('.') ? text : `${text}.0`
}

const namedEscapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }
function escapeChar(char: string): string {
  const named = namedEscapes[char]
  if (named) return named
  const code = char.codePointAt(0) ?? 0
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\U${code.toString(16).padStart(8, '0')}`
}
function reprText(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  const body = text.replace(/[\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, escapeChar)
  return quote + (quote === "'" ? body.replaceAll("'", "\\'") : body) + quote
}

/** How Python's `str()` shows a value. @throws Trouble for what is not defined */
export function str(value: Value, run: Run): string {
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null && !isList(value)) {
    if (value.kind === 'undefined') {
      if (value.lenient) return ''
      throw new Trouble(value.why)
    }
    if (value.kind === 'thing' && value.text) return value.text()
  }
  return repr(value, run)
}

export function repr(value: Value, run: Run): string {
  const text = reprInside(value, run, [])
  allowText(run, text.length)
  return text
}

const boundOf = (bits: number): number => Math.floor(bits / 3)

function reprInside(value: Value, run: Run, open: readonly unknown[]): string {
  spend(run, 1)
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'bigint') {
    const text = value.toString()
    spend(run, boundOf(text.length))
    return text
  }
  if (typeof value === 'number') return floatText(value)
  if (typeof value === 'string') {
    allowText(run, value.length)
    return reprText(value)
  }
  if (isList(value)) {
    if (open.includes(value)) return '[...]'
    const inside = joined(value, run, [...deeper(open), value])
    return isTuple(value) ? `(${inside}${value.length === 1 ? ',' : ''})` : `[${inside}]`
  }
  switch (value.kind) {
    case 'dict': {
      if (open.includes(value)) return '{...}'
      const now = [...deeper(open), value]
      return `{${guardedJoin(run, value.entries(), ([key, item]) => `${reprInside(key, run, now)}: ${reprInside(item, run, now)}`)}}`
    }
    case 'view':
      return value.text(run)
    case 'namespace': {
      const inside = guardedJoin(
        run,
        [...value.values],
        ([name, item]) => `${reprText(name)}: ${reprInside(item, run, [...deeper(open), value])}`,
      )
      return `<Namespace {${inside}}>`
    }
    case 'function':
      return `<function ${value.name}>`
    case 'thing':
      return value.text ? value.text() : `<${value.type}>`
    case 'undefined':
      return value.lenient ? 'Undefined' : 'Undefined'
  }
}
function deeper(open: readonly unknown[]): readonly unknown[] {
  if (open.length > 100) throw new Trouble('the value is nested too deeply to be printed')
  return open
}
const joined = (items: readonly Value[], run: Run, open: readonly unknown[]): string =>
  guardedJoin(run, items, (item) => reprInside(item, run, open))

/** Joins while counting, so that a list of lists of lists cannot explode before it is measured. */
function guardedJoin<T>(run: Run, items: readonly T[], show: (item: T) => string): string {
  const parts: string[] = []
  let size = 0
  for (const item of items) {
    const part = show(item)
    size += part.length + 2
    allowText(run, size > run.limits.characters ? size : part.length)
    parts.push(part)
  }
  return parts.join(', ')
}
