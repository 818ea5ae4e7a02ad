import { quoteIdent } from '@datamesh/core'
import { bind, Dict, type Func, func, isThing, type Thing, Trouble, thing, tuple, type Value } from '../jinja/index.ts'

/** Where a table stands. `sql` replaces the quoted name where the table is an expression, e.g. `read_parquet([…])`. */
export type Relation = {
  readonly database?: string
  readonly schema?: string
  readonly identifier: string
  readonly type?: 'table' | 'view' | 'cte' | 'external'
  readonly sql?: string
}
export type Column = { readonly name: string; readonly type: string }

export const sqlOf = (relation: Relation): string =>
  relation.sql ??
  [relation.database, relation.schema, relation.identifier]
    .filter((part) => part !== undefined && part !== '')
    .map((part) => quoteIdent(part as string))
    .join('.')

const truthOf = (value: Value): Func => func('is', () => value)

/** A relation as templates see it: it prints as SQL and tells its parts. */
export function relationThing(relation: Relation): Thing {
  const text = sqlOf(relation)
  const part = (value: string | undefined): Value => value ?? null
  const again =
    (change: (parts: Relation, kwargs: ReadonlyMap<string, Value>) => Relation) =>
    (_args: readonly Value[], kwargs: ReadonlyMap<string, Value>): Value =>
      relationThing(change(relation, kwargs))
  return thing(
    'Relation',
    {
      database: part(relation.database),
      schema: part(relation.schema),
      identifier: relation.identifier,
      name: relation.identifier,
      table: relation.identifier,
      alias: relation.identifier,
      type: relation.type ?? 'table',
      is_table: (relation.type ?? 'table') === 'table',
      is_view: relation.type === 'view',
      is_cte: relation.type === 'cte',
      metadata: new Dict([['type', 'DuckDBRelation']]),
      render: func('render', () => text),
      include: func(
        'include',
        again(({ sql: _, ...parts }, kwargs) => ({
          ...(kwargs.get('database') === false || parts.database === undefined ? {} : { database: parts.database }),
          ...(kwargs.get('schema') === false || parts.schema === undefined ? {} : { schema: parts.schema }),
          identifier: kwargs.get('identifier') === false ? '' : parts.identifier,
        })),
      ),
      quote: func(
        'quote',
        again((parts) => parts),
      ),
      without_identifier: func(
        'without_identifier',
        again(({ sql: _, ...parts }) => ({ ...parts, identifier: '' })),
      ),
    },
    { text: () => text, identity: text },
  )
}

/** @throws Trouble when `value` is no relation */
export function relationText(value: Value | undefined, what: string): string {
  if (value !== undefined && isThing(value) && value.type === 'Relation' && value.text) return value.text()
  if (typeof value === 'string') return value
  throw new Trouble(`${what} needs a relation`, 'pass ref(…) or source(…)')
}

/** The types that dbt's words mean in DuckDB. */
const translated: Readonly<Record<string, string>> = {
  STRING: 'TEXT',
  TIMESTAMP: 'TIMESTAMP',
  FLOAT: 'FLOAT',
  INTEGER: 'INT',
  BOOLEAN: 'BOOLEAN',
}
export const translateType = (type: string): string => translated[type.toUpperCase()] ?? type

const isText = (type: string): boolean => /^(text|varchar|char|bpchar|string|character varying)/i.test(type)
const isWhole = (type: string): boolean => /^u?(tiny|small|big|huge)?int(eger|\d)?\b|^(long|short)/i.test(type)
const isFloat = (type: string): boolean => /^(float|double|real)/i.test(type)
const isDecimal = (type: string): boolean => /^(decimal|numeric)/i.test(type)

export function columnThing({ name, type }: Column): Thing {
  return thing(
    'Column',
    {
      name,
      column: name,
      quoted: quoteIdent(name),
      dtype: type,
      data_type: type,
      is_string: truthOf(isText(type)),
      is_integer: truthOf(isWhole(type)),
      is_float: truthOf(isFloat(type)),
      is_numeric: truthOf(isDecimal(type)),
      is_number: truthOf(isWhole(type) || isFloat(type) || isDecimal(type)),
      string_size: func('string_size', () => 256n),
    },
    { text: () => `<Column ${name} (${type})>`, identity: `${name}:${type}` },
  )
}

/** Rows of a query that the caller answered, with the members of the table that dbt gives. */
export type Answer = { readonly columns: readonly string[]; readonly rows: readonly (readonly Value[])[] }
export function tableThing({ columns, rows }: Answer): Thing {
  const rowThings = rows.map((row) => {
    const named = new Dict(columns.map((name, index) => [name, row[index] ?? null]))
    const members = Object.fromEntries(columns.map((name, index) => [name, row[index] ?? null]))
    return thing(
      'Row',
      {
        ...members,
        values: func('values', () => tuple(row)),
        keys: func('keys', () => tuple(columns)),
        dict: func('dict', () => named),
        get: func('get', (args) => named.get(args[0] ?? null) ?? args[1] ?? null),
      },
      { items: () => row },
    )
  })
  const columnThings = columns.map((name, index) => {
    const values = rows.map((row) => row[index] ?? null)
    return thing(
      'Column',
      {
        name,
        values: func('values', () => tuple(values)),
        values_distinct: func('values_distinct', () => [...new Set(values)]),
      },
      { items: () => values },
    )
  })
  const columnsByName = thing(
    'Columns',
    Object.fromEntries(columns.map((name, index) => [name, columnThings[index] as Value])),
    {
      items: () => columnThings,
    },
  )
  return thing(
    'Table',
    {
      rows: rowThings,
      columns: columnsByName,
      column_names: tuple(columns),
      print_table: func('print_table', () => ''),
    },
    { items: () => rowThings },
  )
}

/** `api.Relation.create(…)` and `api.Column.…`. */
export const api: Thing = thing('api', {
  Relation: thing('Relation', {
    create: func('create', (args, kwargs) => {
      const [database, schema, identifier, type] = bind(
        'create',
        ['database?', 'schema?', 'identifier?', 'type?'],
        args,
        kwargs,
      )
      const text = (value: Value | undefined): string | undefined => (typeof value === 'string' ? value : undefined)
      return relationThing({
        ...(text(database) === undefined ? {} : { database: text(database) as string }),
        ...(text(schema) === undefined ? {} : { schema: text(schema) as string }),
        identifier: text(identifier) ?? '',
        ...(text(type) === 'view' ? { type: 'view' as const } : {}),
      })
    }),
  }),
  Column: thing('Column', {
    translate_type: func('translate_type', ([type]) => translateType(String(type))),
    string_type: func('string_type', ([size]) => `character varying(${String(size)})`),
    numeric_type: func(
      'numeric_type',
      ([type, precision, scale]) => `${String(type)}(${String(precision)},${String(scale)})`,
    ),
    create: func('create', ([name, type]) => columnThing({ name: String(name), type: String(type) })),
  }),
})
