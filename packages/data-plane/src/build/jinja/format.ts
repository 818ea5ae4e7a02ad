import { allowText, type Run } from './run.ts'
import { charsOf, floatText, repr, str } from './text.ts'
import { isDict, isList, isMissing, isTuple, present, Trouble, typeName, type Value } from './values.ts'

const asWhole = (value: Value): bigint | undefined => {
  if (typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1n : 0n
  return typeof value === 'number' && Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined
}
const asFloat = (value: Value): number | undefined =>
  typeof value === 'number'
    ? value
    : typeof value === 'bigint' || typeof value === 'boolean'
      ? Number(value)
      : undefined

/** Rounds half to even on the exact decimal value of the double, as C's printf does. */
export function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return floatText(value)
  if (digits <= 100 && Math.abs(value) < 1e21) {
    const text = value.toFixed(digits)
    // toFixed picks the larger neighbour on an exact tie; such ties have few binary digits.
    const scaled = Math.abs(value) * 10 ** digits
    if (scaled < 2 ** 52 && scaled - Math.floor(scaled) === 0.5 && scaled / 10 ** digits === Math.abs(value)) {
      const exact = (Math.abs(value) * 2 ** 20) % 1 === 0
      if (exact && Math.floor(scaled) % 2 === 0)
        return `${value < 0 ? '-' : ''}${(Math.floor(scaled) / 10 ** digits).toFixed(digits)}`
    }
    return text
  }
  return `${BigInt(Math.trunc(value))}${digits > 0 ? `.${'0'.repeat(digits)}` : ''}`
}
const exponential = (value: number, digits: number): string =>
  value.toExponential(Math.min(digits, 100)).replace(/e([+-])(\d)$/, 'e$10$2')
function general(value: number, precision: number, keepZeros: boolean): string {
  if (!Number.isFinite(value)) return floatText(value)
  const digits = Math.min(Math.max(precision, 1), 100)
  const exponent = value === 0 ? 0 : Number(value.toExponential(digits - 1).split('e')[1])
  const isLong = exponent < -4 || exponent >= digits
  const text = isLong ? exponential(value, digits - 1) : fixed(value, digits - 1 - exponent)
  if (keepZeros || !text.includes('.')) return text
  return text.replace(/\.?0+(e|$)/, '$1')
}
const grouped = (digits: string, mark: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, mark)

export function pad(run: Run, text: string, width: number, align: '<' | '>' | '^', fill = ' '): string {
  const missing = width - charsOf(text).length
  if (missing <= 0) return text
  allowText(run, width)
  if (align === '<') return text + fill.repeat(missing)
  if (align === '>') return fill.repeat(missing) + text
  const left = Math.floor(missing / 2)
  return fill.repeat(left) + text + fill.repeat(missing - left)
}
const zeroPad = (run: Run, sign: string, digits: string, width: number): string =>
  sign + pad(run, digits, width - sign.length, '>', '0')

const directive = /%(?:\(([^)]*)\))?([-#0 +]*)(\*|\d+)?(?:\.(\*|\d+))?[hlL]?([diouxXeEfFgGcrsa%])/gy

/** Python's `text % values`. */
export function percentFormat(text: string, values: Value, run: Run): string {
  const positional = isTuple(values) ? values : [values]
  let taken = 0
  let usedNames = false
  const take = (): Value => {
    if (taken >= positional.length) throw new Trouble('not enough arguments for format string')
    return positional[taken++] as Value
  }
  let out = ''
  let at = 0
  for (;;) {
    const start = text.indexOf('%', at)
    if (start < 0) break
    out += text.slice(at, start)
    directive.lastIndex = start
    const found = directive.exec(text)
    if (!found) {
      if (start + 1 >= text.length) throw new Trouble('incomplete format')
      throw new Trouble(`unsupported format character in ${JSON.stringify(text.slice(start, start + 12))}`)
    }
    const [whole, name, flags = '', width, precision, type = 's'] = found
    at = start + whole.length
    if (type === '%') {
      out += '%'
      continue
    }
    const star = (part: string | undefined): number | undefined => {
      if (part !== '*') return part === undefined ? undefined : Number(part)
      const given = take()
      if (typeof given !== 'bigint') throw new Trouble('* wants int')
      return Number(given)
    }
    const columns = star(width) ?? 0
    allowText(run, columns)
    const digits = star(precision)
    allowText(run, digits ?? 0)
    let value: Value
    if (name !== undefined) {
      if (!isDict(values)) throw new Trouble('format requires a mapping')
      const found = values.get(name)
      if (found === undefined) throw new Trouble(`the format names ${JSON.stringify(name)}, which is not there`)
      value = found
      usedNames = true
    } else value = take()
    out += percentOne(run, value, { flags, columns, digits, type })
    allowText(run, out.length)
  }
  if (!usedNames && taken < positional.length && !isDict(values) && !(isList(values) && !isTuple(values)))
    throw new Trouble('not all arguments converted during string formatting')
  return out + text.slice(at)
}

function percentOne(
  run: Run,
  value: Value,
  spec: { flags: string; columns: number; digits: number | undefined; type: string },
): string {
  present(value)
  const { flags, digits, type } = spec
  const finish = (sign: string, body: string): string => {
    if (flags.includes('-')) return pad(run, sign + body, spec.columns, '<')
    if (flags.includes('0') && /\d/.test(body)) return zeroPad(run, sign, body, spec.columns)
    return pad(run, sign + body, spec.columns, '>')
  }
  const signOf = (isNegative: boolean): string =>
    isNegative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
  if ('sra'.includes(type)) {
    const shown = type === 's' ? str(value, run) : repr(value, run)
    const cut = digits === undefined ? shown : [...shown].slice(0, digits).join('')
    return pad(run, cut, spec.columns, flags.includes('-') ? '<' : '>')
  }
  if (type === 'c') return pad(run, str(value, run), spec.columns, flags.includes('-') ? '<' : '>')
  if ('diouxX'.includes(type)) {
    const whole = 'diu'.includes(type) || typeof value !== 'number' ? asWhole(value) : undefined
    if (whole === undefined)
      throw new Trouble(
        `%${type} format: ${'diu'.includes(type) ? 'a real number' : 'an integer'} is required, not ${typeName(value)}`,
      )
    const base = type === 'o' ? 8 : type === 'x' || type === 'X' ? 16 : 10
    let body = (whole < 0n ? -whole : whole).toString(base)
    if (type === 'X') body = body.toUpperCase()
    if (digits !== undefined) body = body.padStart(digits, '0')
    const prefix = flags.includes('#') ? (type === 'o' ? '0o' : base === 16 ? `0${type}` : '') : ''
    return finish(signOf(whole < 0n) + prefix, body)
  }
  const number = asFloat(value)
  if (number === undefined) throw new Trouble(`must be real number, not ${typeName(value)}`)
  const body = floatBody(Math.abs(number), type, digits ?? 6, flags.includes('#'))
  return finish(signOf(number < 0 || Object.is(number, -0)), body)
}

function floatBody(number: number, type: string, digits: number, keepZeros: boolean): string {
  const lower = type.toLowerCase()
  const text = !Number.isFinite(number)
    ? floatText(number)
    : lower === 'f'
      ? fixed(number, digits)
      : lower === 'e'
        ? exponential(number, digits)
        : general(number, digits, keepZeros)
  return type === lower ? text : text.toUpperCase()
}

const specPattern = /^(?:([\s\S])?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([bcdeEfFgGnosxX%])?$/u

/** Python's format specification, as in `'{:>8.2f}'`. */
function formatSpec(value: Value, spec: string, run: Run): string {
  if (spec === '') return str(value, run)
  present(value)
  const found = specPattern.exec(spec)
  if (!found) throw new Trouble(`invalid format specifier ${JSON.stringify(spec)}`)
  const [, fill, align, sign = '-', alternate, zero, width, mark, precision, type] = found
  const columns = Number(width ?? 0)
  allowText(run, Math.max(columns, Number(precision ?? 0)))
  const isText = typeof value === 'string'
  if (!isText && asFloat(value) === undefined)
    throw new Trouble(`unsupported format string passed to ${typeName(value)}.__format__`)
  if (isText) {
    if (type !== undefined && type !== 's') throw new Trouble(`unknown format code '${type}' for object of type 'str'`)
    const cut = precision === undefined ? value : [...value].slice(0, Number(precision)).join('')
    if (align === '=') throw new Trouble("'=' alignment not allowed in string format specifier")
    return pad(run, cut, columns, (align ?? '<') as '<' | '>' | '^', fill ?? (zero ? '0' : ' '))
  }
  const number = asFloat(value) ?? 0
  const isNegative = number < 0 || Object.is(number, -0)
  let body = numberBody(value, type, precision, alternate !== undefined)
  if (mark) {
    const [head = '', ...tail] = body.split(/(?=[.e])/)
    body = grouped(head, mark) + tail.join('')
  }
  const shownSign = isNegative ? '-' : sign === '-' ? '' : sign
  if (align === '=' || (zero && !align))
    return shownSign + pad(run, body, columns - shownSign.length, '>', fill ?? (zero ? '0' : ' '))
  return pad(run, shownSign + body, columns, (align ?? '>') as '<' | '>' | '^', fill ?? (zero ? '0' : ' '))
}

function numberBody(value: Value, type: string | undefined, precision: string | undefined, keep: boolean): string {
  const isWhole = typeof value !== 'number'
  const number = Math.abs(asFloat(value) ?? 0)
  if (isWhole && (type === undefined || 'bcdnoxX'.includes(type))) {
    const whole = asWhole(value) ?? 0n
    const size = whole < 0n ? -whole : whole
    if (typeof value === 'boolean' && type === undefined) return size.toString()
    if (precision !== undefined) throw new Trouble('Precision not allowed in integer format specifier')
    if (type === 'c') return String.fromCodePoint(Number(size))
    const base = type === 'b' ? 2 : type === 'o' ? 8 : type === 'x' || type === 'X' ? 16 : 10
    const body = size.toString(base)
    return (keep && base !== 10 ? `0${type}` : '') + (type === 'X' ? body.toUpperCase() : body)
  }
  if (type === '%') return `${fixed(number * 100, Number(precision ?? 6))}%`
  if (type === undefined) {
    if (precision === undefined) return floatText(number)
    const short = general(number, Number(precision), false)
    return /[.e]/.test(short) || !Number.isFinite(number) ? short : `${short}.0`
  }
  if (!'eEfFgGn'.includes(type))
    throw new Trouble(`unknown format code '${type}' for object of type '${typeName(value)}'`)
  return floatBody(number, type === 'n' ? 'g' : type, Number(precision ?? 6), keep)
}

/** Python's `text.format(…)`; `read` looks up the attributes and items that a field names. */
export function braceFormat(
  text: string,
  args: readonly Value[],
  kwargs: ReadonlyMap<string, Value>,
  run: Run,
  read: { attribute: (of: Value, name: string) => Value; item: (of: Value, key: Value) => Value },
): string {
  let automatic = 0
  const field = (source: string): string => {
    const found = /^([^!:[.]*)((?:\.[^.[!:]+|\[[^\]]+\])*)(?:!([rsa]))?(?::([\s\S]*))?$/.exec(source)
    if (!found) throw new Trouble(`invalid format field ${JSON.stringify(source)}`)
    const [, name = '', path = '', conversion, spec = ''] = found
    const index = name === '' ? automatic++ : /^\d+$/.test(name) ? Number(name) : undefined
    let value = index === undefined ? kwargs.get(name) : args[index]
    if (value === undefined) throw new Trouble(`the format names ${name === '' ? index : name}, which is not given`)
    for (const step of path.match(/\.[^.[]+|\[[^\]]+\]/g) ?? []) {
      const key = step.startsWith('.') ? step.slice(1) : step.slice(1, -1)
      value = step.startsWith('.')
        ? read.attribute(value, key)
        : read.item(value, /^\d+$/.test(key) ? BigInt(key) : key)
    }
    if (isMissing(value)) present(value)
    if (conversion) value = conversion === 's' ? str(value, run) : repr(value, run)
    return formatSpec(value, spec.includes('{') ? fill(spec) : spec, run)
  }
  const fill = (source: string): string => {
    let out = ''
    for (let at = 0; at < source.length; ) {
      const char = source[at]
      if ((char === '{' || char === '}') && source[at + 1] === char) {
        out += char
        at += 2
      } else if (char === '{') {
        let depth = 1
        let end = at + 1
        while (end < source.length && depth > 0) {
          if (source[end] === '{') depth++
          else if (source[end] === '}') depth--
          end++
        }
        if (depth > 0) throw new Trouble("expected '}' before end of string")
        if (source.slice(at + 1, end - 1).split('{').length > 3) throw new Trouble('Max string recursion exceeded')
        out += field(source.slice(at + 1, end - 1))
        allowText(run, out.length)
        at = end
      } else if (char === '}') throw new Trouble("Single '}' encountered in format string")
      else {
        const stop = source.slice(at).search(/[{}]/)
        const until = stop < 0 ? source.length : at + stop
        out += source.slice(at, until)
        at = until
      }
    }
    return out
  }
  return fill(text)
}
