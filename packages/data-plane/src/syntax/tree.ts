type Node = { readonly [key: string]: unknown }

/** Where something stands in the text: bytes from its start; null when the engine does not say. */
type At = number | null

export type Refused =
  | { is: 'relation'; catalog: string; schema: string; name: string; at: At }
  | { is: 'table function' | 'function' | 'node'; name: string; at: At }
  | { is: 'describe'; at: At }

/** What a SELECT may be made of. `refuse` does not come back. */
export type ReadRules = {
  /** Relations beside those that the text itself defines; names in lower case, empty where not written. */
  mayRead(catalog: string, schema: string, name: string): boolean
  mayCallTable(name: string): boolean
  mayCall(name: string): boolean
  /** Kinds of nodes that are known to be harmless, as `class` or, of nodes without one, `type`. Null: all. */
  nodes: ReadonlySet<string> | null
  refuse(what: Refused): never
}

export type SyntaxTree =
  | { statements: readonly unknown[]; error: null }
  | { statements: readonly never[]; error: { type: string; message: string; at: At } }

/** Reads what the engine's `json_serialize_sql` answers. */
export const treeOf = (json: string): SyntaxTree => {
  const tree = JSON.parse(json) as Node
  if (tree.error !== true) return { statements: tree.statements as unknown[], error: null }
  const at = tree.position === undefined ? null : Number(tree.position)
  return { statements: [], error: { type: String(tree.error_type), message: String(tree.error_message), at } }
}

/** Looks at every node of one statement; calls `rules.refuse` for the first that the rules do not allow. */
export const walkSelect = (statement: unknown, rules: ReadRules): void => walk(statement, { rules, ctes: new Set() })

type Scope = { rules: ReadRules; ctes: ReadonlySet<string> }

const walk = (value: unknown, scope: Scope): void => {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, scope)
    return
  }
  if (value === null || typeof value !== 'object') return
  const node = value as Node
  const inner = scopeOf(node, scope)
  inspect(node, inner)
  for (const [key, child] of Object.entries(node)) {
    if (key === 'cte_map') walkCtes(child, scope)
    else if (key === 'function' && node.type === 'TABLE_FUNCTION') walkCall(child as Node, inner)
    else walk(child, inner)
  }
}

/** The call of a table function was judged as such; what it is given is judged like everything else. */
const walkCall = (call: Node, scope: Scope): void => {
  for (const child of Object.values(call)) walk(child, scope)
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
const walkCtes = (map: unknown, scope: Scope): void => {
  const seen = new Set(scope.ctes)
  for (const { key, value } of ctesOf(map)) {
    walk(value, { ...scope, ctes: seen })
    seen.add(key.toLowerCase())
  }
}

/** The engine writes 2^64 - 1 for "nowhere". */
const placeOf = (node: Node): At =>
  typeof node.query_location === 'number' && node.query_location < 2 ** 31 ? node.query_location : null

const inspect = (node: Node, { rules, ctes }: Scope): void => {
  const at = placeOf(node)
  if (node.type === 'SHOW_REF') rules.refuse({ is: 'describe', at })
  const kind = node.class ?? node.type
  if (rules.nodes !== null && typeof kind === 'string' && !rules.nodes.has(kind))
    rules.refuse({ is: 'node', name: kind, at })
  if (node.type === 'BASE_TABLE') {
    const name = String(node.table_name).toLowerCase()
    const schema = String(node.schema_name).toLowerCase()
    const catalog = String(node.catalog_name).toLowerCase()
    const own = schema === '' && catalog === '' && ctes.has(name)
    if (!own && !rules.mayRead(catalog, schema, name)) rules.refuse({ is: 'relation', catalog, schema, name, at })
    if (rules.nodes !== null && (node.at_clause ?? null) !== null) rules.refuse({ is: 'node', name: 'AT', at })
  }
  if (node.type === 'TABLE_FUNCTION') {
    const name = String((node.function as Node | undefined)?.function_name).toLowerCase()
    if (!rules.mayCallTable(name)) rules.refuse({ is: 'table function', name, at })
  }
  // Also WINDOW, which names the function that it calls.
  if (node.class !== undefined && node.function_name !== undefined) {
    const name = String(node.function_name).toLowerCase()
    if (!rules.mayCall(name)) rules.refuse({ is: 'function', name, at })
  }
}
