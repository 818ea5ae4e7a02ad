import { MeshError, quoteText } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'

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
])

type Node = { readonly [key: string]: unknown }
type Scope = { known: ReadonlySet<string>; ctes: ReadonlySet<string> }

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
  const tree = await syntaxTree(connection, sql)
  if (tree.error !== undefined) {
    if (tree.error.type === 'not implemented') return refuse('a model is one SELECT; this is another kind of statement')
    throw new MeshError('model-failed', { model: where, why: tree.error.message })
  }
  if (tree.statements.length !== 1) refuse(`a model is one SELECT; these are ${tree.statements.length} statements`)
  walk(tree.statements[0], { known, ctes: new Set() }, refuse)
}

type Tree = { statements: Node[]; error?: { type: string; message: string } }

const syntaxTree = async (connection: DuckDBConnection, sql: string): Promise<Tree> => {
  const rows = await connection.runAndReadAll(`select json_serialize_sql(${quoteText(sql)})::varchar`)
  const tree = JSON.parse(String(rows.getRows()[0]?.[0])) as Node
  if (tree.error === true) {
    return { statements: [], error: { type: String(tree.error_type), message: String(tree.error_message) } }
  }
  return { statements: tree.statements as Node[] }
}

const walk = (value: unknown, scope: Scope, refuse: (why: string) => never): void => {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, scope, refuse)
    return
  }
  if (value === null || typeof value !== 'object') return
  const node = value as Node
  const inner = scopeOf(node, scope)
  inspect(node, inner, refuse)
  for (const [key, child] of Object.entries(node)) {
    if (key === 'cte_map') walkCtes(child, scope, refuse)
    else walk(child, inner, refuse)
  }
}

const ctesOf = (map: unknown): { key: string; value: Node }[] =>
  (map as { map?: { key: string; value: Node }[] } | null)?.map ?? []

const scopeOf = (node: Node, scope: Scope): Scope => {
  const names = ctesOf(node.cte_map).map((cte) => cte.key.toLowerCase())
  // A recursive CTE knows its own name.
  if (typeof node.cte_name === 'string') names.push(node.cte_name.toLowerCase())
  if (typeof node.ctename === 'string') names.push(node.ctename.toLowerCase())
  return names.length === 0 ? scope : { ...scope, ctes: new Set([...scope.ctes, ...names]) }
}

/** A CTE sees those before it (and, if recursive, itself). */
const walkCtes = (map: unknown, scope: Scope, refuse: (why: string) => never): void => {
  const seen = new Set(scope.ctes)
  for (const { key, value } of ctesOf(map)) {
    walk(value, { ...scope, ctes: seen }, refuse)
    seen.add(key.toLowerCase())
  }
}

const inspect = (node: Node, scope: Scope, refuse: (why: string) => never): void => {
  if (node.type === 'BASE_TABLE') {
    const name = String(node.table_name).toLowerCase()
    const schema = String(node.schema_name).toLowerCase()
    const catalog = String(node.catalog_name).toLowerCase()
    const inScope =
      schema === '' && catalog === ''
        ? scope.ctes.has(name) || scope.known.has(name)
        : (catalog === '' || catalog === 'memory' || catalog === 'temp') && scope.known.has(`${schema}.${name}`)
    if (!inScope) {
      refuse(
        `it reads ${[catalog, schema, name].filter((part) => part !== '').join('.')}, which is no input port, model or seed; write {{ source('port', 'table') }} or {{ ref('model') }}`,
      )
    }
  }
  if (node.type === 'TABLE_FUNCTION') {
    const called = String((node.function as Node | undefined)?.function_name).toLowerCase()
    if (!tableFunctions.has(called)) refuse(`it calls the table function ${called}; data comes in through input ports`)
  }
  if (node.type === 'SHOW_REF') refuse('it describes the catalogue instead of selecting rows')
  if (node.class === 'FUNCTION' && deniedFunctions.has(String(node.function_name).toLowerCase())) {
    refuse(`it calls ${String(node.function_name)}, which models may not`)
  }
}
