import { quoteIdent } from '@datamesh/core'
import {
  bind,
  type Context,
  call,
  Dict,
  type Func,
  fromData,
  func,
  isDict,
  iterate,
  jsonText,
  type Kwargs,
  Returned,
  type Run,
  str,
  suggestion,
  type Thing,
  Trouble,
  thing,
  toData,
  truth,
  tuple,
  type Value,
} from '../jinja/index.ts'
import { datetimeModule, moment } from './calendar.ts'
import { crossDatabase, crossDatabaseNames } from './cross_database.ts'
import { type Tools, utility, utilityNames } from './dbt_utils.ts'
import { type Macros, macroFinder } from './macros.ts'
import { patternsModule } from './patterns.ts'
import type { Data, ReadYaml } from './project.ts'
import {
  type Answer,
  api,
  type Column,
  columnThing,
  type Relation,
  relationThing,
  sqlOf,
  tableThing,
} from './relation.ts'

/** What `target` tells: where the product is built to. */
export type Target = {
  readonly name: string
  readonly schema: string
  readonly database?: string
  readonly profile?: string
  readonly threads?: number
}

/** What stays the same for every model of one build. Nothing is read from the machine: the caller gives what a model may see. */
export type Settings = {
  readonly now: Date
  readonly invocationId: string
  /** Given on the command line; they win over the project's. */
  readonly vars?: Data
  /** The environment variables that models may read. */
  readonly env?: Readonly<Record<string, string>>
  readonly fullRefresh?: boolean
  /** The columns of relations that exist already, by their SQL text. */
  readonly catalog?: ReadonlyMap<string, readonly Column[]>
  /** Answers a query at once, or undefined where the caller cannot. */
  readonly query?: (sql: string) => Answer | undefined
  readonly log?: (line: string, place: { readonly model: string; readonly warning: boolean }) => void
  readonly yaml?: ReadYaml
}

/** What one node lets its template do. */
export type Node = {
  readonly name: string
  readonly execute: boolean
  readonly self: Relation
  readonly incremental: boolean
  readonly model: Data
  readonly ref: (name: string, packageName: string | undefined, version: string | undefined) => Relation
  readonly source: (source: string, table: string) => Relation
  readonly setConfig: (config: Data) => void
  readonly config: () => Data
  readonly graph: () => Value
}
export type Shared = {
  readonly projectName: string
  readonly vars: Data
  readonly target: Target
  readonly settings: Settings
  readonly macros: Macros
  readonly docs: ReadonlyMap<string, string>
}

/** What a question to the data is while a template is only read for its refs: nothing, at every depth. */
const unanswered: Thing = {
  kind: 'thing',
  type: 'result',
  attr: () => unanswered,
  names: () => [],
  text: () => '',
  call: () => unanswered,
  items: () => [],
}

const text = (value: Value | undefined, what: string): string => {
  if (typeof value === 'string') return value
  throw new Trouble(`${what} must be a text`)
}

export function nodeContext(node: Node, shared: Shared): Context {
  const context: Context = {
    get: (name) => {
      const own = macro('', name) ?? (Object.hasOwn(members, name) ? members[name] : undefined)
      if (own !== undefined) return own
      return name === shared.projectName || shared.macros.has(name) ? namespaceOf(name) : builtIn(name)
    },
    names: () => [...(shared.macros.get('')?.keys() ?? []), ...Object.keys(members), ...crossDatabaseNames],
  }
  const macro = macroFinder(shared.macros, () => context)
  const tools: Tools = {
    execute: node.execute,
    columnsOf: (relation, run) => columnsOf(relation, run, node, shared),
    variable: (name, fallback) => variable(shared, name) ?? fallback,
    query: (sql) => shared.settings.query?.(sql)?.rows,
  }
  const builtIn = (name: string): Func | undefined =>
    crossDatabaseNames.includes(name)
      ? dispatched(name, (args, kwargs, run) => crossDatabase(name, args, kwargs, run) ?? null)
      : undefined
  /** Rule: dbt. A macro `duckdb__x` or `default__x` of the project stands in for the `x` that dbt brings. */
  const dispatched = (name: string, otherwise: Func['call']): Func => {
    const replaced = overridden(name)
    return replaced ?? func(name, otherwise)
  }
  const overridden = (name: string, owner = ''): Func | undefined => {
    for (const prefix of ['duckdb__', 'default__']) {
      const found = macro(owner, prefix + name)
      if (found) return found
    }
    return undefined
  }
  const namespaceOf = (owner: string): Thing => ({
    kind: 'thing',
    type: `package ${owner}`,
    names: () => [
      ...(shared.macros.get(owner)?.keys() ?? []),
      ...(owner === 'dbt' ? crossDatabaseNames : owner === 'dbt_utils' ? utilityNames : []),
    ],
    attr: (name) => {
      if (owner === shared.projectName) return macro('', name)
      if (owner === 'dbt')
        return builtIn(name) ?? macro('dbt', name) ?? (Object.hasOwn(members, name) ? members[name] : undefined)
      if (owner !== 'dbt_utils') return macro(owner, name)
      if (utilityNames.includes(name) || crossDatabaseNames.includes(name))
        return dispatched(name, (args, kwargs, run) => utility(name, args, kwargs, run, tools) ?? null)
      return macro(owner, name)
    },
  })
  const dispatch: Func = func('dispatch', (args, kwargs) => {
    const [given, namespace] = bind('dispatch', ['macro_name', 'macro_namespace?', 'packages?'], args, kwargs)
    const name = text(given, 'the name of the macro')
    const owner = typeof namespace === 'string' ? namespace : ''
    const found = overridden(name) ?? (owner ? overridden(name, owner) : undefined)
    if (found) return found
    const brought = owner === 'dbt_utils' ? namespaceOf(owner).attr(name) : builtIn(name)
    if (brought !== undefined) return brought
    throw new Trouble(`there is no macro duckdb__${name} or default__${name} to dispatch to`)
  })
  const members: Readonly<Record<string, Value>> = {
    ...nodeMembers(node),
    ...queries(node, shared),
    ...settingsMembers(node, shared),
    ...dataFunctions(shared),
    adapter: adapterThing(node, shared, dispatch),
    dbt: namespaceOf('dbt'),
    dbt_utils: namespaceOf('dbt_utils'),
    return: func('return', ([value = null]) => {
      throw new Returned(value)
    }),
    exceptions: exceptions(node, shared),
    api,
    modules: thing('modules', { datetime: datetimeModule(shared.settings.now), re: patternsModule }),
  }
  return context
}

function nodeMembers(node: Node): Record<string, Value> {
  const ref = func('ref', (args, kwargs) => {
    const version = kwargs.get('version') ?? kwargs.get('v')
    for (const name of kwargs.keys()) if (name !== 'version' && name !== 'v') throw new Trouble(`ref takes no ${name}`)
    if (args.length < 1 || args.length > 2) throw new Trouble('ref takes the name of a model, or a package and a name')
    const [first, second] = args.map((arg) => text(arg, 'the name of a model'))
    const name = (second ?? first) as string
    return relationThing(
      node.ref(name, second === undefined ? undefined : first, version === undefined ? undefined : String(version)),
    )
  })
  const source = func('source', (args, kwargs) => {
    const [from, table] = bind('source', ['source_name', 'table_name'], args, kwargs)
    return relationThing(node.source(text(from, 'the name of a source'), text(table, 'the name of a table')))
  })
  const config = configThing(node)
  return {
    ref,
    source,
    config,
    builtins: thing('builtins', { ref, source, config }),
    this: relationThing(node.self),
    model: fromData(node.model),
    execute: node.execute,
    is_incremental: func('is_incremental', () => node.incremental),
    should_full_refresh: func('should_full_refresh', () => false),
    graph: {
      kind: 'thing',
      type: 'graph',
      names: () => ['nodes', 'sources'],
      attr: (name) => {
        const graph = node.graph()
        return isDict(graph) ? graph.get(name) : undefined
      },
    },
    store_result: func('store_result', () => ''),
    selected_resources: [],
    database: node.self.database ?? null,
    schema: node.self.schema ?? null,
  }
}

function configThing(node: Node): Thing {
  const value = (name: Value | undefined): Value | undefined => {
    const key = text(name, 'the name of a setting')
    const data = node.config()
    return Object.hasOwn(data, key) ? fromData(data[key]) : undefined
  }
  return thing(
    'config',
    {
      get: func('get', (args, kwargs) => {
        const [name, fallback = null] = bind('get', ['name', 'default?', 'validator?'], args, kwargs)
        return value(name) ?? fallback
      }),
      require: func('require', (args, kwargs) => {
        const [name] = bind('require', ['name', 'validator?'], args, kwargs)
        const found = value(name)
        if (found === undefined)
          throw new Trouble(`the model needs the setting ${String(name)}`, `add config(${String(name)}=…)`)
        return found
      }),
      set: func('set', ([name, given = null]) => {
        node.setConfig({ [text(name, 'the name of a setting')]: toData(given) })
        return ''
      }),
      persist_relation_docs: func('persist_relation_docs', () => false),
      persist_column_docs: func('persist_column_docs', () => false),
    },
    {
      call: (args, kwargs) => {
        const [first] = args
        const given = first !== undefined && isDict(first) ? (toData(first) as Data) : {}
        node.setConfig({ ...given, ...Object.fromEntries([...kwargs].map(([name, one]) => [name, toData(one)])) })
        return ''
      },
    },
  )
}

const variable = (shared: Shared, name: string): Value | undefined => {
  const given = shared.settings.vars ?? {}
  if (Object.hasOwn(given, name)) return fromData(given[name])
  const scoped = shared.vars[shared.projectName]
  if (typeof scoped === 'object' && scoped !== null && Object.hasOwn(scoped, name))
    return fromData((scoped as Data)[name])
  return Object.hasOwn(shared.vars, name) ? fromData(shared.vars[name]) : undefined
}

/** `doc('name')`: a text from a docs block. */
export const docFunction = (docs: ReadonlyMap<string, string>): Func =>
  func('doc', (args) => {
    const name = text(args.at(-1), 'the name of a text')
    const found = docs.get(name)
    if (found === undefined) throw new Trouble(`there is no docs block '${name}'${suggestion(name, docs.keys())}`)
    return found
  })

function settingsMembers(node: Node, shared: Shared): Record<string, Value> {
  const { settings, target } = shared
  const log = (line: Value | undefined, run: Run, warning: boolean): string => {
    settings.log?.(str(line ?? '', run), { model: node.name, warning })
    return ''
  }
  return {
    var: thing(
      'var',
      { has_var: func('has_var', ([name]) => variable(shared, text(name, 'the name of a var')) !== undefined) },
      {
        call: (args, kwargs) => {
          const [given, fallback] = bind('var', ['name', 'default?'], args, kwargs)
          const name = text(given, 'the name of a var')
          const value = variable(shared, name) ?? fallback
          if (value !== undefined) return value
          const known = [...Object.keys(shared.vars), ...Object.keys(settings.vars ?? {})]
          throw new Trouble(
            `the var '${name}' has no value${suggestion(name, known)}`,
            `add it to vars, or write var('${name}', default)`,
          )
        },
      },
    ),
    env_var: func('env_var', (args, kwargs) => {
      const [given, fallback] = bind('env_var', ['var', 'default?'], args, kwargs)
      const name = text(given, 'the name of an environment variable')
      if (name.startsWith('DBT_ENV_SECRET')) throw new Trouble(`the secret ${name} may not stand in SQL`)
      const value = settings.env && Object.hasOwn(settings.env, name) ? settings.env[name] : fallback
      if (value === undefined)
        throw new Trouble(
          `models may not read the environment variable ${name}, or it is not set`,
          `write env_var('${name}', default), or allow it in the manifest`,
        )
      return value
    }),
    target: fromData({
      type: 'duckdb',
      profile_name: target.profile ?? target.name,
      target_name: target.name,
      threads: 1,
      ...target,
      dbname: target.database,
    }),
    log: func('log', (args, _kwargs, run) => log(args[0], run, false)),
    print: func('print', (args, _kwargs, run) => log(args[0], run, false)),
    run_started_at: moment(settings.now),
    invocation_id: settings.invocationId,
    project_name: shared.projectName,
    dbt_version: '1.10.0',
    flags: fromData({ FULL_REFRESH: settings.fullRefresh ?? false, WHICH: 'build', STORE_FAILURES: false }),
    doc: docFunction(shared.docs),
  }
}

const exceptions = (node: Node, shared: Shared): Thing => {
  const stop = func('raise_compiler_error', ([message = ''], _kwargs, run) => {
    throw new Trouble(str(message, run))
  })
  const names = [
    'raise_compiler_error',
    'raise_not_implemented',
    'raise_database_error',
    'raise_dependency_error',
    'missing_config',
    'missing_relation',
    'relation_wrong_type',
  ]
  return thing('exceptions', {
    ...Object.fromEntries(names.map((name) => [name, stop])),
    warn: func('warn', ([message = ''], _kwargs, run) => {
      shared.settings.log?.(str(message, run), { model: node.name, warning: true })
      return ''
    }),
  })
}

function columnsOf(relation: Value, run: Run, node: Node, shared: Shared): readonly Column[] {
  if (!node.execute) return []
  const name = str(relation, run)
  const found = shared.settings.catalog?.get(name)
  if (found) return found
  throw new Trouble(`the columns of ${name} are not known yet`, 'build it first, or list the columns in the model')
}

function adapterThing(node: Node, shared: Shared, dispatch: Func): Thing {
  const { catalog } = shared.settings
  const columns = (relation: Value, run: Run): Value => columnsOf(relation, run, node, shared).map(columnThing)
  return thing('adapter', {
    dispatch,
    type: func('type', () => 'duckdb'),
    quote: func('quote', ([name]) => quoteIdent(text(name, 'the name'))),
    quote_as_configured: func('quote_as_configured', ([name]) => quoteIdent(text(name, 'the name'))),
    check_schema_exists: func('check_schema_exists', () => true),
    get_columns_in_relation: func('get_columns_in_relation', (args, kwargs, run) =>
      columns(bind('get_columns_in_relation', ['relation'], args, kwargs)[0] as Value, run),
    ),
    get_missing_columns: func('get_missing_columns', (args, kwargs, run) => {
      const [from, to] = bind('get_missing_columns', ['from_relation', 'to_relation'], args, kwargs)
      const known = new Set(columnsOf(to as Value, run, node, shared).map(({ name }) => name))
      return columnsOf(from as Value, run, node, shared)
        .filter(({ name }) => !known.has(name))
        .map(columnThing)
    }),
    get_relation: func('get_relation', (args, kwargs) => {
      const [database, schema, identifier] = bind('get_relation', ['database', 'schema', 'identifier'], args, kwargs)
      if (!node.execute) return null
      const part = (value: Value | undefined): string | undefined => (typeof value === 'string' ? value : undefined)
      const relation: Relation = {
        ...(part(database) === undefined ? {} : { database: part(database) as string }),
        ...(part(schema) === undefined ? {} : { schema: part(schema) as string }),
        identifier: text(identifier, 'the identifier'),
      }
      return catalog?.has(sqlOf(relation)) ? relationThing(relation) : null
    }),
  })
}

/** `run_query`, `statement`, `load_result`: only what the caller can answer at once. */
function queries(node: Node, shared: Shared): Record<string, Value> {
  const results = new Map<string, Value>()
  const ask = (sql: string, what: string): Value => {
    if (!node.execute) return unanswered
    const answer = shared.settings.query?.(sql)
    if (answer) return tableThing(answer)
    throw new Trouble(
      `${what} asks the data, which is not known while the SQL is written`,
      'say it in the SQL of the model, or use a var',
    )
  }
  return {
    run_query: func('run_query', ([sql = ''], _kwargs, run) => ask(str(sql, run), 'run_query')),
    statement: func('statement', (args, kwargs: Kwargs, run) => {
      const caller = kwargs.get('caller')
      const sql = caller === undefined ? '' : str(call(caller, [], new Map(), run), run)
      const name = typeof args[0] === 'string' ? args[0] : 'main'
      const table = ask(sql, 'statement')
      const rows = table === unanswered ? [] : iterate(table, run).map((row) => tuple(iterate(row, run)))
      results.set(name, table === unanswered ? unanswered : thing('result', { table, data: rows, response: 'OK' }))
      return ''
    }),
    load_result: func(
      'load_result',
      ([name]) => results.get(text(name, 'the name of the result')) ?? (node.execute ? null : unanswered),
    ),
  }
}

function dataFunctions({ settings }: Shared): Record<string, Value> {
  const attempt = (read: () => unknown, fallback: Value | undefined): Value => {
    try {
      return fromData(read())
    } catch (error) {
      if (error instanceof Trouble) throw error
      return fallback ?? null
    }
  }
  const zip = func('zip', (args, _kwargs, run) => {
    const lists = args.map((one) => iterate(one, run))
    const size = Math.min(...lists.map((list) => list.length), args.length === 0 ? 0 : Number.POSITIVE_INFINITY)
    return Array.from({ length: size }, (_, index) => tuple(lists.map((list) => list[index] as Value)))
  })
  const unique = func('set', ([items = []], _kwargs, run) =>
    new Dict(iterate(items, run).map((one) => [one, true])).keys(),
  )
  return {
    fromjson: func('fromjson', ([source, fallback]) => attempt(() => JSON.parse(text(source, 'the JSON')), fallback)),
    tojson: func('tojson', (args, kwargs, run) => {
      const [value = null, , sort] = bind('tojson', ['value', 'default?', 'sort_keys?'], args, kwargs)
      return jsonText(value, run, { sortKeys: sort !== undefined && truth(sort, run) })
    }),
    fromyaml: func('fromyaml', ([source, fallback]) => {
      const { yaml } = settings
      if (!yaml) throw new Trouble('fromyaml is not available here', 'use fromjson')
      return attempt(() => yaml(text(source, 'the YAML'), 'fromyaml'), fallback)
    }),
    toyaml: func('toyaml', ([value = null], _kwargs, run) => yamlText(value, run, '')),
    set: unique,
    set_strict: unique,
    zip,
    zip_strict: zip,
  }
}

function yamlText(value: Value, run: Run, indent: string): string {
  const isNested = (one: Value): boolean => (isDict(one) && one.size > 0) || (Array.isArray(one) && one.length > 0)
  const entry = (head: string, one: Value): string =>
    isNested(one)
      ? `${indent}${head}\n${yamlText(one, run, `${indent}  `)}`
      : `${indent}${head} ${jsonText(one, run, { sortKeys: false })}\n`
  if (indent.length > 100) throw new Trouble('the value is nested too deeply for YAML')
  if (isDict(value))
    return value
      .entries()
      .map(([key, one]) => entry(`${str(key, run)}:`, one))
      .join('')
  if (Array.isArray(value)) return value.map((one) => entry('-', one)).join('')
  return `${jsonText(value, run, { sortKeys: false })}\n`
}
