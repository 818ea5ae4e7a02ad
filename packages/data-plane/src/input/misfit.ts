import { quoteText } from '@datamesh/core'

/** Parts of `a INTEGER, "b c" STRUCT(d DATE, e TIME)` at its own commas. */
const parts = (text: string): string[] => {
  const found: string[] = []
  let [depth, start, quoted] = [0, 0, false]
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]
    if (sign === '"') quoted = !quoted
    else if (quoted) continue
    else if (sign === '(') depth++
    else if (sign === ')') depth--
    else if (sign === ',' && depth === 0) {
      found.push(text.slice(start, i))
      start = i + 1
    }
  }
  return [...found, text.slice(start)].map((part) => part.trim())
}

/**
 * SQL condition: the JSON value (an expression) is there and does not fit the type, at any depth. The engine's own readers either
 * stop at such a value or make it NULL; a fraction it would round to an integer, and a truth it would count as 1.
 */
export const misfitOf = (value: string, type: string): string => {
  const present = `${value} is not null and json_type(${value}) <> 'NULL'`
  if (type.endsWith('[]')) {
    const item = misfitOf('item', type.slice(0, -2))
    return `(${present} and (json_type(${value}) <> 'ARRAY' or len(list_filter(json_extract(${value}, '$[*]'), lambda item: ${item})) > 0))`
  }
  const struct = /^struct\s*\((.*)\)$/is.exec(type)
  if (struct) {
    const fields = parts(struct[1]!).map((part) => {
      const [, quoted, bare, inner] = /^(?:"((?:[^"]|"")*)"|(\w+))\s+(.*)$/s.exec(part) ?? []
      const name = quoted?.replaceAll('""', '"') ?? bare
      return name === undefined || inner === undefined
        ? 'false'
        : misfitOf(`json_extract(${value}, ${quoteText(`$.${JSON.stringify(name)}`)})`, inner)
    })
    return `(${present} and (json_type(${value}) <> 'OBJECT' or ${fields.join(' or ')}))`
  }
  const cast = /^(json|varchar|text|string)$/i.test(type) ? '' : ` or try_cast(${value} as ${type}) is null`
  const whole = /^u?(tiny|small|big|huge)?int(eger)?$|^int[1248]$|^long$|^short$/i.test(type)
    ? ` or json_type(${value}) = 'BOOLEAN' or (json_type(${value}) = 'DOUBLE' and try_cast(${value} as double) <> floor(try_cast(${value} as double)))`
    : ''
  return cast + whole === '' ? 'false' : `(${present} and (false${cast}${whole}))`
}
