import { allowText, type Run, spend } from './run.ts'
import { floatText } from './text.ts'
import { isDict, isList, isMissing, Trouble, typeName, type Value } from './values.ts'

export type JsonStyle = { readonly sortKeys: boolean; readonly indent?: number | undefined }

const quoted = (text: string): string =>
  `"${text.replace(/[^ !#-[\]-~]/g, (char) => {
    const short: Record<string, string> = {
      '"': '\\"',
      '\\': '\\\\',
      '\n': '\\n',
      '\r': '\\r',
      '\t': '\\t',
      '\b': '\\b',
      '\f': '\\f',
    }
    if (char === '\x7f') return char
    return short[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  })}"`

/** JSON as Python's `json.dumps` writes it: `, ` and `: `, ASCII only. */
export function jsonText(value: Value, run: Run, style: JsonStyle, level = 0): string {
  spend(run, 1)
  if (level > 100) throw new Trouble('the value is nested too deeply for JSON')
  if (value === null) return 'null'
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number')
    return Number.isFinite(value)
      ? floatText(value)
      : Number.isNaN(value)
        ? 'NaN'
        : value > 0
          ? 'Infinity'
          : '-Infinity'
  if (typeof value === 'string') {
    allowText(run, value.length)
    return quoted(value)
  }
  if (isMissing(value)) throw new Trouble(value.why)
  if (isDict(value)) {
    const entries = value.entries().map(([key, item]): [string, Value] => [keyText(key), item])
    if (style.sortKeys) entries.sort(([a], [b]) => (a < b ? -1 : 1))
    return enclosed(
      run,
      '{',
      '}',
      entries.map(([key, item]) => `${quoted(key)}: ${jsonText(item, run, style, level + 1)}`),
      style,
      level,
    )
  }
  if (isList(value))
    return enclosed(
      run,
      '[',
      ']',
      value.map((item) => jsonText(item, run, style, level + 1)),
      style,
      level,
    )
  if (value.kind === 'thing' && value.items)
    return enclosed(
      run,
      '[',
      ']',
      value.items().map((item) => jsonText(item, run, style, level + 1)),
      style,
      level,
    )
  throw new Trouble(`Object of type ${typeName(value)} is not JSON serializable`)
}

function keyText(key: Value): string {
  if (typeof key === 'string') return key
  if (key === null) return 'null'
  if (typeof key === 'number') return floatText(key)
  if (typeof key === 'bigint' || typeof key === 'boolean') return String(key)
  throw new Trouble(`keys must be str, int, float, bool or None, not ${typeName(key)}`)
}

function enclosed(run: Run, open: string, close: string, parts: string[], style: JsonStyle, level: number): string {
  if (parts.length === 0) return open + close
  let size = 2
  for (const part of parts) size += part.length + 2
  allowText(run, size)
  if (style.indent === undefined) return open + parts.join(', ') + close
  const [inner, outer] = [' '.repeat(style.indent * (level + 1)), ' '.repeat(style.indent * level)]
  return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${outer}${close}`
}
