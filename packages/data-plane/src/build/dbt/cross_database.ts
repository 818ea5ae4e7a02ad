import { bind, iterate, type Kwargs, type Run, str, Trouble, type Value } from '../jinja/index.ts'
import { translateType } from './relation.ts'

/** One `dbt.*` macro: its parameters (`?` may be left out) and the DuckDB SQL it stands for. */
type Macro = { readonly parameters: readonly string[]; readonly sql: (...texts: string[]) => string }

const macro = (parameters: string, sql: (...texts: string[]) => string): Macro => ({
  parameters: parameters === '' ? [] : parameters.split(' '),
  sql,
})

/** Whole `part`s that begin between two moments, as dbt counts them: by boundaries passed, not by time elapsed. */
function datediff(first: string, second: string, part: string): string {
  const parts = (name: string): string =>
    `date_part('${name}', (${second})::timestamp) - date_part('${name}', (${first})::timestamp)`
  const within = (outer: string, factor: number, name: string): string =>
    `(${datediff(first, second, outer)} * ${factor} + ${parts(name)})`
  switch (part.toLowerCase()) {
    case 'year':
      return `(${parts('year')})`
    case 'quarter':
      return within('year', 4, 'quarter')
    case 'month':
      return within('year', 12, 'month')
    case 'day':
      return `((${second})::date - (${first})::date)`
    // dbt's weeks begin on Sunday, DuckDB's on Monday; 7 January of the year 1 is a Sunday.
    case 'week':
      return `(((${second})::date - date '0001-01-07') // 7 - ((${first})::date - date '0001-01-07') // 7)`
    case 'hour':
    case 'minute':
    case 'second':
    case 'millisecond':
    case 'microsecond':
      return `date_diff('${part.toLowerCase()}', (${first})::timestamp, (${second})::timestamp)`
    default:
      throw new Trouble(
        `datediff knows no part '${part}'`,
        'use year, quarter, month, week, day, hour, minute or second',
      )
  }
}

const dateadd = (part: string, count: string, from: string): string =>
  part.toLowerCase() === 'quarter'
    ? `${from} + ((interval '3 month') * (${count}))`
    : `${from} + ((interval '1 ${part}') * (${count}))`

function splitPart(text: string, delimiter: string, part: string): string {
  if (/^-\d+$/.test(part.trim())) return `coalesce(string_split(${text}, ${delimiter})[${part.trim()}], '')`
  return `coalesce(string_split(${text}, ${delimiter})[ ${part} ], '')`
}

function listagg(measure: string, delimiter = "','", order = '', limit = ''): string {
  const by = order && order !== 'None' ? ` ${order}` : ''
  if (limit && limit !== 'None')
    return `list_aggr((array_agg(${measure}${by}))[1:${limit}], 'string_agg', ${delimiter})`
  return `string_agg(${measure}, ${delimiter}${by})`
}

const lastDay = (date: string, part: string): string =>
  part === 'quarter'
    ? `cast(date_trunc('quarter', ${date}) + interval '3 month' - interval '1 day' as date)`
    : `cast(date_trunc('${part}', ${date}) + interval '1 ${part}' - interval '1 day' as date)`

const dateSpine = (part: string, start: string, end: string): string =>
  // Rule: dbt. From the start inclusive to the end exclusive; the end may be any expression, so the engine counts.
  `select cast(spine.moment as timestamp) as date_${part}\nfrom (select unnest(range(cast(${start} as timestamp), cast(${end} as timestamp), interval ${part === 'quarter' ? "'3 month'" : `'1 ${part}'`})) as moment) as spine`

const table: Readonly<Record<string, Macro>> = {
  type_string: macro('', () => translateType('string')),
  type_timestamp: macro('', () => translateType('timestamp')),
  type_float: macro('', () => translateType('float')),
  type_numeric: macro('', () => 'numeric(28,6)'),
  type_bigint: macro('', () => 'bigint'),
  type_int: macro('', () => translateType('integer')),
  type_boolean: macro('', () => translateType('boolean')),
  current_timestamp: macro('', () => 'now()'),
  current_timestamp_backcompat: macro('', () => 'now()'),
  current_timestamp_in_utc_backcompat: macro('', () => "now() at time zone 'utc'"),
  date: macro('year month day', (year = '', month = '', day = '') => `make_date(${year}, ${month}, ${day})`),
  date_trunc: macro('datepart date', (part = '', date = '') => `date_trunc('${part}', ${date})`),
  dateadd: macro('datepart interval from_date_or_timestamp', (part = '', count = '', from = '') =>
    dateadd(part, count, from),
  ),
  datediff: macro('first_date second_date datepart', (first = '', second = '', part = '') =>
    datediff(first, second, part),
  ),
  last_day: macro('date datepart', (date = '', part = '') => lastDay(date, part)),
  date_spine: macro('datepart start_date end_date', (part = '', start = '', end = '') => dateSpine(part, start, end)),
  generate_series: macro(
    'upper_bound',
    (upper = '') => `select generate_series as generated_number from generate_series(1, ${upper})`,
  ),
  safe_cast: macro('field type', (field = '', type = '') => `try_cast(${field} as ${type})`),
  cast: macro('field type', (field = '', type = '') => `cast(${field} as ${type})`),
  cast_bool_to_text: macro('expression', (expression = '') => `cast(${expression} as varchar)`),
  hash: macro('field', (field = '') => `md5(cast(${field} as ${translateType('string')}))`),
  any_value: macro('expression', (expression = '') => `arbitrary(${expression})`),
  bool_or: macro('expression', (expression = '') => `bool_or(${expression})`),
  except: macro('', () => 'except'),
  intersect: macro('', () => 'intersect'),
  escape_single_quotes: macro('expression', (expression = '') => expression.replaceAll("'", "''")),
  string_literal: macro('value', (value = '') => `'${value}'`),
  length: macro('expression', (expression = '') => `length(${expression})`),
  position: macro('substring_text string_text', (part = '', text = '') => `position(${part} in ${text})`),
  replace: macro('field old_chars new_chars', (field = '', from = '', to = '') => `replace(${field}, ${from}, ${to})`),
  right: macro('string_text length_expression', (text = '', length = '') => `right(${text}, ${length})`),
  split_part: macro('string_text delimiter_text part_number', (text = '', by = '', part = '') =>
    splitPart(text, by, part),
  ),
  listagg: macro('measure delimiter_text? order_by_clause? limit_num?', (...texts) => listagg(...(texts as [string]))),
  array_append: macro('array new_element', (array = '', element = '') => `list_append(${array}, ${element})`),
  array_concat: macro('array_1 array_2', (first = '', second = '') => `list_concat(${first}, ${second})`),
  date_part: macro('datepart date', (part = '', date = '') => `date_part('${part}', ${date})`),
}

export const crossDatabaseNames: readonly string[] = [...Object.keys(table), 'concat', 'array_construct', 'equals']

/** The SQL of `dbt.<name>(…)`, or undefined when dbt has no such macro. */
export function crossDatabase(name: string, args: readonly Value[], kwargs: Kwargs, run: Run): Value | undefined {
  if (name === 'concat') {
    const [fields] = bind('concat', ['fields'], args, kwargs)
    return iterate(fields as Value, run)
      .map((field) => str(field, run))
      .join(' || ')
  }
  if (name === 'array_construct') {
    const [inputs = []] = bind('array_construct', ['inputs?', 'data_type?'], args, kwargs)
    return `[${iterate(inputs, run)
      .map((one) => str(one, run))
      .join(', ')}]`
  }
  if (name === 'equals') {
    const [a, b] = bind('equals', ['expr1', 'expr2'], args, kwargs)
    return `(${str(a as Value, run)} is not distinct from ${str(b as Value, run)})`
  }
  const found = Object.hasOwn(table, name) ? table[name] : undefined
  if (!found) return undefined
  const bound = bind(name, found.parameters, args, kwargs)
  return found.sql(...(bound.map((value) => (value === undefined ? undefined : str(value, run))) as string[]))
}
