import { quoteIdent, quoteText } from '@datamesh/core'
import { castType, isWide, kindOf, narrowNested } from './column_type.ts'

/** Collects the values of one statement: bound as `$n`, or as literals for the statements that take no parameter (COPY). */
export type Values = { readonly list: string[]; of(text: string, type: string): string }

export const bindValues = (): Values => {
  const list: string[] = []
  return {
    list,
    of: (text, type) => {
      list.push(text)
      return `$${list.length}::${castType(type)}`
    },
  }
}

/** The engine ends its text at a NUL, so one within a value is written as `chr(0)`. */
const literal = (text: string): string => `(${text.split('\0').map(quoteText).join(' || chr(0) || ')})`

export const literalValues = (): Values => ({ list: [], of: (text, type) => `${literal(text)}::${castType(type)}` })

export type Cell = { name: string; type: string; sql: string }

/** ISO 8601 instead of DuckDB's blank; the session's zone is UTC, so a zone is always `+00`. */
const isoText = (cell: Cell): string =>
  kindOf(cell.type) === 'timestamptz'
    ? `replace(replace(${cell.sql}::varchar, ' ', 'T'), '+00', 'Z')`
    : `replace(${cell.sql}::varchar, ' ', 'T')`

/** What goes into JSON. Wide numbers are strings, times are ISO 8601, bytes are base64, and what JSON has no number for (NaN, infinity) is a string. */
const jsonValue = (cell: Cell): string => {
  switch (kindOf(cell.type)) {
    case 'integer':
    case 'decimal':
      return isWide(cell.type) ? `${cell.sql}::varchar` : cell.sql
    case 'float': {
      // A FLOAT of 0.1 is 0.1, as in CSV, and not the double nearest to it.
      const number = cell.type === 'FLOAT' ? `${cell.sql}::varchar::double` : cell.sql
      return `case when isfinite(${cell.sql}) then to_json(${number}) else to_json(${cell.sql}::varchar) end`
    }
    case 'timestamp':
    case 'timestamptz':
      return isoText(cell)
    case 'nested': {
      const value = `${cell.sql}::${narrowNested(cell.type, false)}`
      if (!/\b(DOUBLE|FLOAT)\b/.test(cell.type)) return value
      // `json_valid` accepts NaN and Infinity, which no JSON reader does.
      return `case when regexp_matches(to_json(${value})::varchar, '[:,\\[]-?(NaN|Infinity)') then to_json(${cell.sql}::${narrowNested(cell.type, true)}) else to_json(${value}) end`
    }
    default:
      return cell.type === 'BLOB' ? `base64(${cell.sql})` : cell.sql
  }
}

/** One row as JSON text. A struct literal, not `to_json(alias)`: a column could have the name of the alias. */
export const jsonRow = (cells: readonly Cell[]): string =>
  `to_json({${cells.map((cell) => `${quoteText(cell.name)}: ${jsonValue(cell)}`).join(', ')}})::varchar`

const csvField = (cell: Cell): string => {
  const kind = kindOf(cell.type)
  if (kind === 'integer' || kind === 'decimal' || kind === 'float' || kind === 'boolean' || kind === 'date')
    return `coalesce(${cell.sql}::varchar, '')`
  if (kind === 'timestamp' || kind === 'timestamptz') return `coalesce(${isoText(cell)}, '')`
  const text =
    cell.type === 'BLOB'
      ? `base64(${cell.sql})`
      : kind === 'nested'
        ? `to_json(${jsonValue(cell)})::varchar`
        : `${cell.sql}::varchar`
  return `case when ${text} is null then '' when ${text} = '' or regexp_matches(${text}, '[",\\n\\r]') then '"' || replace(${text}, '"', '""') || '"' else ${text} end`
}

/** One row as a line of CSV (RFC 4180). NULL is an empty field, an empty text is `""`. */
export const csvRow = (cells: readonly Cell[]): string => cells.map(csvField).join(` || ',' || `)

export const csvHeader = (cells: readonly Cell[]): string =>
  `${cells.map(({ name }) => (/[",\n\r]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(',')}\n`

export const plainRow = (cells: readonly Cell[]): string[] =>
  cells.map((cell) => `${cell.sql} as ${quoteIdent(cell.name)}`)
