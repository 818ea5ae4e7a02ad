import { type RegoObject, RegoSet, type Value, visit } from '../value.ts'
import { numberText } from './decimal.ts'

const short: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
}
const plain = /^[ !#-[\]-~]*$/
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u
const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0')

/** Between `quote`s with everything unprintable escaped. Rule: Go, strconv.Quote (`ascii`: QuoteToASCII). */
export const quoted = (text: string, quote: '"' | "'" = '"', ascii = false): string => {
  if (quote === '"' && plain.test(text)) return `"${text}"`
  let made = quote as string
  for (const rune of text) {
    const code = rune.codePointAt(0) as number
    if (rune === quote) made += `\\${quote}`
    else if (short[rune] !== undefined) made += short[rune]
    else if (code < 0x20 || code === 0x7f) made += `\\x${hex(code, 2)}`
    else if (code >= 0xdc80 && code <= 0xdcff) made += `\\x${hex(code - 0xdc00, 2)}`
    else if (code < 0x7f || (!ascii && printable.test(rune))) made += rune
    else made += code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`
  }
  return made + quote
}

/** As Rego writes it: what `sprintf("%v")`, `print` and template strings show of composites. Keys and members in Rego's order. */
export const termText = (value: Value): string => {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'string':
      return quoted(value)
    case 'boolean':
      return String(value)
    case 'number':
    case 'bigint':
      return numberText(value)
    default:
      visit(Array.isArray(value) ? 4 + value.length : 4)
      if (Array.isArray(value)) return `[${value.map(termText).join(', ')}]`
      if (value instanceof RegoSet) return value.size === 0 ? 'set()' : `{${value.values().map(termText).join(', ')}}`
      return `{${[...(value as RegoObject).entries()].map(([key, each]) => `${termText(key)}: ${termText(each)}`).join(', ')}}`
  }
}
