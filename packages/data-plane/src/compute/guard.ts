import { MeshError, quoteText } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { tokenFunction } from '../mask/index.ts'
import { type Refused, treeOf, walkSelect } from '../syntax/index.ts'

/**
 * Table functions that make rows out of their arguments. Everything else a model could call in FROM reads files, settings or
 * other queries by name (`read_csv`, `glob`, `query`, `duckdb_settings` …) and is refused: data comes in through ports only.
 */
const tableFunctions = new Set(['range', 'generate_series', 'unnest', 'repeat', 'repeat_row', 'json_each', 'json_tree'])

/** Scalar functions that tell about the machine or reach outside the row. */
const deniedFunctions = new Set([
  'getenv',
  'current_setting',
  'current_query',
  'getvariable',
  'json_execute_serialized_sql',
  'nextval',
  'currval',
  'write_log',
  'set_config',
  tokenFunction,
])

/**
 * Proves that a text is one SELECT which reads nothing but the given relations. Works on DuckDB's own syntax tree: what the
 * engine will run is what was looked at.
 * `known`: relations it may read, as `name`, `schema.name` (lower case).
 * @throws model-refused naming what is not allowed
 */
export const assertReadsOnly = async (
  connection: DuckDBConnection,
  sql: string,
  known: ReadonlySet<string>,
  where: string,
): Promise<void> => {
  const refuse = (why: string): never => {
    throw new MeshError('model-refused', { model: where, why })
  }
  const rows = await connection.runAndReadAll(`select json_serialize_sql(${quoteText(sql)})::varchar`)
  const { statements, error } = treeOf(String(rows.getRows()[0]?.[0]))
  if (error !== null) {
    if (error.type === 'not implemented') return refuse('a model is one SELECT; this is another kind of statement')
    throw new MeshError('model-failed', { model: where, why: error.message })
  }
  if (statements.length !== 1) refuse(`a model is one SELECT; these are ${statements.length} statements`)
  walkSelect(statements[0], {
    mayRead: (catalog, schema, name) =>
      schema === '' && catalog === ''
        ? known.has(name)
        : (catalog === '' || catalog === 'memory' || catalog === 'temp') && known.has(`${schema}.${name}`),
    mayCallTable: (name) => tableFunctions.has(name),
    mayCall: (name) => !deniedFunctions.has(name),
    nodes: null,
    refuse: (what) => refuse(told(what)),
  })
}

const told = (what: Refused): string => {
  switch (what.is) {
    case 'relation':
      return `it reads ${[what.catalog, what.schema, what.name].filter((part) => part !== '').join('.')}, which is no input port, model or seed; write {{ source('port', 'table') }} or {{ ref('model') }}`
    case 'table function':
      return `it calls the table function ${what.name}; data comes in through input ports`
    case 'describe':
      return 'it describes the catalogue instead of selecting rows'
    default:
      return `it calls ${what.name}, which models may not`
  }
}
