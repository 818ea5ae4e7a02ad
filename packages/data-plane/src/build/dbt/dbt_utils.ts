import { quoteIdent } from '@datamesh/core'
import { bind, isDict, iterate, type Kwargs, type Run, str, Trouble, truth, type Value } from '../jinja/index.ts'
import { crossDatabase } from './cross_database.ts'
import { type Column, relationText } from './relation.ts'

/** What the macros of dbt-utils need of the project around them. */
export type Tools = {
  readonly execute: boolean
  readonly columnsOf: (relation: Value, run: Run) => readonly Column[]
  readonly variable: (name: string, fallback: Value) => Value
  readonly query: (sql: string) => readonly (readonly Value[])[] | undefined
}
type Utility = (args: readonly Value[], kwargs: Kwargs, run: Run, tools: Tools) => Value

const textsOf = (value: Value | undefined, run: Run): string[] =>
  value === undefined || value === null ? [] : iterate(value, run).map((one) => str(one, run))
const isTrue = (value: Value | undefined, run: Run, fallback: boolean): boolean =>
  value === undefined ? fallback : truth(value, run)

/** The columns of a relation without the ones in `except`. */
function columnsBut(
  relation: Value,
  except: Value | undefined,
  caseSensitive: boolean,
  run: Run,
  tools: Tools,
): Column[] {
  const fold = (name: string): string => (caseSensitive ? name : name.toLowerCase())
  const out = new Set(textsOf(except, run).map(fold))
  return tools.columnsOf(relation, run).filter(({ name }) => !out.has(fold(name)))
}

const star: Utility = (args, kwargs, run, tools) => {
  const [from, alias, except, caseSensitive, aliases, quoted] = bind(
    'star',
    [
      'from',
      'relation_alias?',
      'except?',
      'case_sensitive_except?',
      'aliases?',
      'quote_identifiers?',
      'prefix?',
      'suffix?',
    ],
    args,
    kwargs,
  )
  const [prefix, suffix] = [kwargs.get('prefix') ?? args[6] ?? '', kwargs.get('suffix') ?? args[7] ?? '']
  if (!tools.execute) return '*'
  const before = alias !== undefined && truth(alias, run) ? `${str(alias, run)}.` : ''
  const quote = isTrue(quoted, run, true) ? quoteIdent : (name: string) => name
  const columns = columnsBut(from as Value, except, isTrue(caseSensitive, run, true), run, tools)
  if (columns.length === 0) return '*'
  return columns
    .map(({ name }) => {
      const renamed = aliases !== undefined && isDict(aliases) ? aliases.get(name) : undefined
      if (renamed !== undefined) return `${before}${quote(name)} as ${quote(str(renamed, run))}`
      const isAffixed = prefix !== '' || suffix !== ''
      return `${before}${quote(name)}${isAffixed ? ` as ${quote(`${str(prefix, run)}${name}${str(suffix, run)}`)}` : ''}`
    })
    .join(',\n  ')
}

const surrogateKey: Utility = (args, kwargs, run, tools) => {
  const [list] = bind('generate_surrogate_key', ['field_list'], args, kwargs)
  if (typeof list === 'string')
    throw new Trouble('generate_surrogate_key needs a list of fields', "write: generate_surrogate_key(['a', 'b'])")
  const asEmpty = truth(tools.variable('surrogate_key_treat_nulls_as_empty_strings', false), run)
  const nothing = asEmpty ? '' : '_dbt_utils_surrogate_key_null_'
  const fields = textsOf(list, run).map((field) => `coalesce(cast(${field} as TEXT), '${nothing}')`)
  if (fields.length === 0) throw new Trouble('generate_surrogate_key needs at least one field')
  return `md5(cast(${fields.join(" || '-' || ")} as TEXT))`
}

const pivot: Utility = (args, kwargs, run) => {
  const names = [
    'column',
    'values',
    'alias?',
    'agg?',
    'cmp?',
    'prefix?',
    'suffix?',
    'then_value?',
    'else_value?',
    'quote_identifiers?',
    'distinct?',
  ]
  const [
    column,
    values,
    alias,
    agg = 'sum',
    cmp = '=',
    prefix = '',
    suffix = '',
    then = 1n,
    otherwise = 0n,
    quoted,
    distinct,
  ] = bind('pivot', names, args, kwargs)
  const say = (value: Value | undefined): string => str(value ?? '', run)
  const items = textsOf(values, run)
  if (items.length === 0) return 'null as pivot_failure'
  return items
    .map((value) => {
      const name = `${say(prefix)}${value}${say(suffix)}`
      const test = `case when ${say(column)} ${say(cmp)} '${value.replaceAll("'", "''")}' then ${say(then)} else ${say(otherwise)} end`
      const as = isTrue(alias, run, true)
        ? ` as ${isTrue(quoted, run, true) ? quoteIdent(name) : name.replace(/\W+/g, '_')}`
        : ''
      return `${say(agg)}(${isTrue(distinct, run, false) ? 'distinct ' : ''}${test})${as}`
    })
    .join(',\n  ')
}

const unpivot: Utility = (args, kwargs, run, tools) => {
  const names = ['relation', 'cast_to?', 'exclude?', 'remove?', 'field_name?', 'value_name?', 'quote_identifiers?']
  const [relation, castTo = 'varchar', exclude, remove, fieldName = 'field_name', valueName = 'value'] = bind(
    'unpivot',
    names,
    args,
    kwargs,
  )
  if (!tools.execute) return ''
  const kept = textsOf(exclude, run)
  const gone = new Set([...kept, ...textsOf(remove, run)].map((name) => name.toLowerCase()))
  const from = relationText(relation, 'unpivot')
  return tools
    .columnsOf(relation as Value, run)
    .filter(({ name }) => !gone.has(name.toLowerCase()))
    .map(({ name }) => {
      const head = kept.map((one) => `${quoteIdent(one)}, `).join('')
      return `select ${head}cast('${name.replaceAll("'", "''")}' as TEXT) as ${str(fieldName, run)}, cast(${quoteIdent(name)} as ${str(castTo, run)}) as ${str(valueName, run)} from ${from}`
    })
    .join('\nunion all\n')
}

const unionRelations: Utility = (args, kwargs, run, tools) => {
  const names = ['relations', 'column_override?', 'include?', 'exclude?', 'source_column_name?', 'where?']
  const [relations, override, include, exclude, sourceName = '_dbt_source_relation', where] = bind(
    'union_relations',
    names,
    args,
    kwargs,
  )
  if (!tools.execute) return ''
  const [only, out] = [
    new Set(textsOf(include, run).map((name) => name.toLowerCase())),
    new Set(textsOf(exclude, run).map((name) => name.toLowerCase())),
  ]
  const list = iterate(relations as Value, run).map((relation) => ({
    text: relationText(relation, 'union_relations'),
    columns: tools
      .columnsOf(relation, run)
      .filter(({ name }) => (only.size === 0 || only.has(name.toLowerCase())) && !out.has(name.toLowerCase())),
  }))
  const all = new Map<string, Column>()
  for (const { columns } of list)
    for (const column of columns) if (!all.has(column.name.toLowerCase())) all.set(column.name.toLowerCase(), column)
  return list
    .map(({ text, columns }) => {
      const own = new Set(columns.map(({ name }) => name.toLowerCase()))
      const picked = [...all.values()].map(({ name, type }) => {
        const wanted = override !== undefined && isDict(override) ? override.get(name) : undefined
        return `cast(${own.has(name.toLowerCase()) ? quoteIdent(name) : 'null'} as ${wanted === undefined ? type : str(wanted, run)}) as ${quoteIdent(name)}`
      })
      const head =
        sourceName === null ? [] : [`cast('${text.replaceAll("'", "''")}' as TEXT) as ${str(sourceName, run)}`]
      return `(select ${[...head, ...picked].join(', ')} from ${text}${where !== undefined && where !== null ? ` where ${str(where, run)}` : ''})`
    })
    .join('\nunion all\n')
}

const columnValues: Utility = (args, kwargs, run, tools) => {
  const names = ['table', 'column', 'order_by?', 'max_records?', 'default?', 'where?']
  const [table, column, order = 'count(*) desc', max, fallback = [], where] = bind(
    'get_column_values',
    names,
    args,
    kwargs,
  )
  if (!tools.execute) return fallback
  const say = (value: Value | undefined): string => str(value ?? null, run)
  const limit = max === undefined || max === null ? '' : ` limit ${say(max)}`
  const filter = where === undefined || where === null ? '' : ` where ${say(where)}`
  const rows = tools.query(
    `select ${say(column)} as value from ${relationText(table, 'get_column_values')}${filter} group by ${say(column)} order by ${say(order)}${limit}`,
  )
  if (rows) return rows.map((row) => row[0] ?? null)
  throw new Trouble(
    'get_column_values asks the data, which is not known while the SQL is written',
    'list the values in the model or in a var',
  )
}

const deduplicate: Utility = (args, kwargs, run) => {
  const [relation, partition, order] = bind('deduplicate', ['relation', 'partition_by', 'order_by'], args, kwargs)
  const say = (value: Value | undefined): string => str(value ?? null, run)
  return `select * from ${relationText(relation, 'deduplicate')} as tt qualify row_number() over (partition by ${say(partition)} order by ${say(order)}) = 1`
}

const groupBy: Utility = (args, kwargs, run) => {
  const [n] = bind('group_by', ['n'], args, kwargs)
  const count = Number(n)
  if (!(count >= 1 && count <= 10_000))
    throw new Trouble(`group_by needs a number of columns, not ${str(n as Value, run)}`)
  return `group by ${Array.from({ length: count }, (_, index) => index + 1).join(',')}`
}

const reduce =
  (name: string, join: (parts: string[]) => string): Utility =>
  (args, kwargs, run) => {
    if (kwargs.size > 0) throw new Trouble(`${name} takes no named arguments`)
    const list =
      args.length === 1 && typeof args[0] !== 'string' ? textsOf(args[0], run) : args.map((one) => str(one, run))
    return join(list)
  }

const utilities: Readonly<Record<string, Utility>> = {
  star,
  generate_surrogate_key: surrogateKey,
  surrogate_key: surrogateKey,
  pivot,
  unpivot,
  union_relations: unionRelations,
  get_column_values: columnValues,
  deduplicate,
  group_by: groupBy,
  get_filtered_columns_in_relation: (args, kwargs, run, tools) => {
    const [from, except] = bind('get_filtered_columns_in_relation', ['from', 'except?'], args, kwargs)
    return tools.execute ? columnsBut(from as Value, except, false, run, tools).map(({ name }) => name) : []
  },
  get_single_value: (args, kwargs, run, tools) => {
    const [sql, fallback = null] = bind('get_single_value', ['sql_statement', 'default?'], args, kwargs)
    if (!tools.execute) return fallback
    const rows = tools.query(str(sql as Value, run))
    if (!rows) throw new Trouble('get_single_value asks the data, which is not known while the SQL is written')
    return rows[0]?.[0] ?? fallback
  },
  safe_add: reduce('safe_add', (parts) => parts.map((part) => `coalesce(${part}, 0)`).join(' + ')),
  safe_subtract: reduce('safe_subtract', (parts) => parts.map((part) => `coalesce(${part}, 0)`).join(' - ')),
  safe_divide: reduce('safe_divide', ([a = 'null', b = 'null']) => `(${a}) / nullif((${b}), 0)`),
  nullcheck: reduce('nullcheck', (parts) => parts.map((part) => `nullif(${part}, '') as ${part}`).join(',\n')),
  width_bucket: reduce(
    'width_bucket',
    ([x = '', low = '', high = '', count = '']) =>
      `least(greatest(cast(floor((${x} - ${low}) * ${count} / (${high} - ${low})) as integer) + 1, 0), ${count} + 1)`,
  ),
  haversine_distance: (args, kwargs, run) => {
    const [a, b, c, d, unit = 'mi'] = bind(
      'haversine_distance',
      ['lat1', 'lon1', 'lat2', 'lon2', 'unit?'],
      args,
      kwargs,
    ).map((one) => (one === undefined ? undefined : str(one, run)))
    return `2 * 3961 * asin(sqrt(pow(sin(radians(${c} - ${a}) / 2), 2) + cos(radians(${a})) * cos(radians(${c})) * pow(sin(radians(${d} - ${b}) / 2), 2)))${unit === 'km' ? ' * 1.60934' : ''}`
  },
  slugify: (args, kwargs, run) => {
    const [text] = bind('slugify', ['string'], args, kwargs)
    return str(text ?? '', run)
      .toLowerCase()
      .replace(/[ -]+/g, '_')
      .replace(/[^a-z0-9_]+/g, '')
      .replace(/^[0-9]/, '_$&')
  },
  pretty_time: () => '',
  pretty_log_format: ([text = ''], _kwargs, run) => str(text, run),
  log_info: () => '',
}
export const utilityNames: readonly string[] = Object.keys(utilities)

/** `dbt_utils.<name>(…)`; the older releases of the package also held what is `dbt.<name>` today. */
export function utility(
  name: string,
  args: readonly Value[],
  kwargs: Kwargs,
  run: Run,
  tools: Tools,
): Value | undefined {
  const found = Object.hasOwn(utilities, name) ? utilities[name] : undefined
  return found ? found(args, kwargs, run, tools) : crossDatabase(name, args, kwargs, run)
}
