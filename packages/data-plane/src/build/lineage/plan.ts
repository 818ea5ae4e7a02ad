import { both, computed, type Influence, NOTHING, type Relation, sameInfluence, union } from './influence.ts'

/** A node of `json_serialize_plan`: DuckDB's bound, unoptimised plan. An operator's references count its children's columns. */
export type PlanNode = { readonly [key: string]: unknown }

/** Thrown inside; becomes the reason why a model's columns are unknown. */
export class NotFollowed extends Error {}

type Walk = {
  /** Name of a base table's column → key of the source column. */
  source: (schema: string, table: string, column: string) => string
  ctes: Map<number, Relation>
  /** Columns that the enclosing correlated joins hand in, innermost last. */
  handedIn: Relation[]
}

/** Table functions that make rows from constants or from the columns handed in; any other reads what we cannot see. */
const ROW_MAKERS = new Set(['range', 'generate_series', 'unnest', 'repeat', 'repeat_row', 'json_each', 'json_tree'])

const EXPRESSIONS = new Set([
  'BOUND_REF',
  'BOUND_COLUMN_REF',
  'BOUND_CONSTANT',
  'BOUND_FUNCTION',
  'BOUND_CAST',
  'BOUND_COMPARISON',
  'BOUND_CONJUNCTION',
  'BOUND_OPERATOR',
  'BOUND_CASE',
  'BOUND_BETWEEN',
  'BOUND_AGGREGATE',
  'BOUND_WINDOW',
  'BOUND_UNNEST',
  'BOUND_DEFAULT',
  'BOUND_PARAMETER',
  'BOUND_EXPANDED',
  'BOUND_LAMBDA_REF',
])

/** Parts of an expression that repeat it or its types; the arguments themselves stand under `children`. */
const SIDE_DATA = new Set(['return_type', 'arguments', 'original_arguments', 'value', 'function_data', 'type_info'])

const list = (value: unknown): PlanNode[] => (Array.isArray(value) ? (value as PlanNode[]) : [])

const childrenOf = (node: PlanNode): PlanNode[] => list(node.children)

/** Every reference in a part of the plan that is not inside a child operator. */
const references = (value: unknown, found: PlanNode[] = []): PlanNode[] => {
  if (Array.isArray(value)) for (const item of value) references(item, found)
  else if (value !== null && typeof value === 'object') {
    const node = value as PlanNode
    const kind = node.expression_class
    if (typeof kind === 'string' && !EXPRESSIONS.has(kind)) throw new NotFollowed(`expression ${kind} is not known`)
    if (kind === 'BOUND_REF' || kind === 'BOUND_COLUMN_REF') found.push(node)
    for (const [key, part] of Object.entries(node)) if (!SIDE_DATA.has(key)) references(part, found)
  }
  return found
}

/**
 * Below a table function that takes columns, DuckDB leaves references unresolved (BOUND_COLUMN_REF): a table's number and a column's
 * place in it. They are clear only where the input is one table, whose number is then given as `tableIndex`.
 */
const placeIn = (reference: PlanNode, tableIndex: number | undefined): number => {
  if (reference.expression_class === 'BOUND_REF') return Number(reference.index)
  const binding = reference.binding as PlanNode
  if (reference.depth !== 0 || tableIndex === undefined || binding.table_index !== tableIndex) {
    throw new NotFollowed('a reference into several tables below a table function')
  }
  return Number(binding.column_index)
}

const column = (reference: PlanNode, input: readonly Influence[], tableIndex?: number): Influence => {
  const place = placeIn(reference, tableIndex)
  const influence = input[place]
  if (influence === undefined) throw new NotFollowed(`a reference to column ${place} of ${input.length}`)
  return influence
}

const isReference = (expression: PlanNode): boolean =>
  expression.expression_class === 'BOUND_REF' || expression.expression_class === 'BOUND_COLUMN_REF'

const made = (expression: PlanNode, input: readonly Influence[], tableIndex?: number): Influence =>
  isReference(expression)
    ? column(expression, input, tableIndex)
    : computed(both(references(expression).map((reference) => column(reference, input, tableIndex))))

/** Source columns that decide over rows through these parts of an operator. */
const deciding = (parts: unknown, input: readonly Influence[]): Set<string> =>
  union(...references(parts).map((reference) => column(reference, input).keys()))

const projected = (columns: Influence[], map: unknown): Influence[] => {
  const indexes = Array.isArray(map) ? (map as number[]) : []
  return indexes.length === 0 ? columns : indexes.map((index) => columns[index] ?? NOTHING)
}

/** Fails when an operator holds references outside the parts that were read: a newer engine may say more than we understand. */
const nothingElse = (node: PlanNode, ...read: string[]): void => {
  const { children: _, ...own } = node
  for (const key of read) delete (own as Record<string, unknown>)[key]
  if (references(own).length > 0) throw new NotFollowed(`${String(node.type)} has parts that are not known`)
}

const scan = (node: PlanNode, walk: Walk): Relation => {
  const names = list(node.names) as unknown as string[]
  const indexes = list(node.column_indexes).map((entry) => Number(entry.index))
  const data = node.function_data as PlanNode | undefined
  const [child] = childrenOf(node)
  if (typeof data?.table === 'string' && node.name === 'seq_scan') {
    const { schema, table } = data as { schema: string; table: string }
    const columns = indexes.map((index): Influence => {
      const name = names[index]
      return name === undefined ? NOTHING : new Map([[walk.source(schema, table, name), 'direct'] as const])
    })
    nothingElse(node)
    return { columns: projected(columns, node.projection_ids), rows: new Set() }
  }
  if (!ROW_MAKERS.has(String(node.name)))
    throw new NotFollowed(`table function ${String(node.name)} reads what no port shows`)
  nothingElse(node)
  if (child === undefined) {
    return {
      columns: projected(
        indexes.map(() => NOTHING),
        node.projection_ids,
      ),
      rows: new Set(),
    }
  }
  const input = operator(child, walk)
  const all = computed(both(input.columns))
  const passed = list(node.projected_input).map((index) => input.columns[Number(index)] ?? NOTHING)
  const columns = [...indexes.map(() => all), ...passed]
  return { columns: projected(columns, node.projection_ids), rows: union(input.rows, all.keys()) }
}

const aggregate = (node: PlanNode, walk: Walk): Relation => {
  const input = operator(childrenOf(node)[0]!, walk)
  nothingElse(node, 'groups', 'expressions')
  const groups = list(node.groups)
  return {
    columns: [
      ...groups.map((group) => made(group, input.columns)),
      ...list(node.expressions).map((expression) => computed(made(expression, input.columns))),
      ...list(node.grouping_functions).map(() => NOTHING),
    ],
    rows: union(input.rows, deciding(groups, input.columns)),
  }
}

const join = (node: PlanNode, walk: Walk): Relation => {
  const [leftNode, rightNode] = childrenOf(node) as [PlanNode, PlanNode]
  nothingElse(node, 'conditions', 'condition', 'duplicate_eliminated_columns')
  const handed = list(node.duplicate_eliminated_columns)
  if (handed.length > 0 && node.delim_flipped === true) throw new NotFollowed('a flipped correlated join')
  const left = operator(leftNode, walk)
  if (handed.length > 0) {
    walk.handedIn.push({ columns: handed.map((expression) => made(expression, left.columns)), rows: left.rows })
  }
  const right = operator(rightNode, walk)
  if (handed.length > 0) walk.handedIn.pop()

  const conditions = list(node.conditions)
  const matching = union(
    ...conditions.map((condition) =>
      union(
        deciding(condition.left, left.columns),
        deciding(condition.right, right.columns),
        condition.left === undefined ? deciding(condition, [...left.columns, ...right.columns]) : [],
      ),
    ),
    deciding(node.condition, [...left.columns, ...right.columns]),
  )
  const rows = union(left.rows, right.rows, matching)
  const lefts = projected(left.columns, node.left_projection_map)
  const rights = projected(right.columns, node.right_projection_map)
  switch (node.join_type) {
    case 'MARK': {
      const mark = new Map([...union(matching, right.rows)].map((source) => [source, 'derived'] as const))
      return { columns: [...lefts, mark], rows: union(left.rows, right.rows) }
    }
    case 'SEMI':
    case 'ANTI':
      return { columns: lefts, rows }
    case 'RIGHT_SEMI':
    case 'RIGHT_ANTI':
      return { columns: rights, rows }
    case undefined:
    case 'INNER':
    case 'LEFT':
    case 'RIGHT':
    case 'OUTER':
    case 'FULL':
    case 'SINGLE':
      return { columns: [...lefts, ...rights], rows }
    default:
      throw new NotFollowed(`join ${String(node.join_type)} is not known`)
  }
}

const setOperation = (node: PlanNode, walk: Walk): Relation => {
  nothingElse(node)
  const inputs = childrenOf(node).map((child) => operator(child, walk))
  const rows = union(...inputs.map((input) => input.rows))
  const width = inputs[0]!.columns.length
  if (inputs.some((input) => input.columns.length !== width))
    throw new NotFollowed(`${String(node.type)} of unequal widths`)
  if (node.type === 'LOGICAL_UNION') {
    return { columns: inputs[0]!.columns.map((_, i) => both(inputs.map((input) => input.columns[i]!))), rows }
  }
  // INTERSECT and EXCEPT put out rows of the left side, chosen by every column of both.
  const choosing = inputs.flatMap((input) => input.columns.flatMap((influence) => [...influence.keys()]))
  return { columns: inputs[0]!.columns, rows: union(rows, choosing) }
}

/** Goes round until nothing new flows: a value may move one column further in every round. */
const recursive = (node: PlanNode, walk: Walk): Relation => {
  nothingElse(node)
  const [start, step] = childrenOf(node) as [PlanNode, PlanNode]
  let all = operator(start, walk)
  for (;;) {
    walk.ctes.set(Number(node.table_index), all)
    const next = operator(step, walk)
    const columns = all.columns.map((influence, i) => both([influence, next.columns[i] ?? NOTHING]))
    // UNION (not ALL) drops rows that were seen: every column decides over rows.
    const seen = node.union_all === true ? [] : columns.flatMap((influence) => [...influence.keys()])
    const rows = union(all.rows, next.rows, seen)
    const stable =
      rows.size === all.rows.size && columns.every((influence, i) => sameInfluence(influence, all.columns[i]!))
    all = { columns, rows }
    if (stable) return all
  }
}

const handedIn = (node: PlanNode, walk: Walk): Relation => {
  const given = walk.handedIn.at(-1)
  if (given === undefined || given.columns.length !== list(node.chunk_types).length) {
    throw new NotFollowed('a correlated subquery whose outer columns are not clear')
  }
  return { ...given, tableIndex: Number(node.table_index) }
}

const cte = (node: PlanNode, walk: Walk): Relation => {
  const found = walk.ctes.get(Number(node.cte_index))
  if (found === undefined) throw new NotFollowed('a common table expression that is not there')
  return found
}

/** Operators that let rows through or order them by their own references; columns stay. */
const passing = (node: PlanNode, walk: Walk): Relation => {
  const input = operator(childrenOf(node)[0]!, walk)
  const { children: _, ...own } = node
  const columns = projected(input.columns, node.projection_map ?? node.projections)
  return { columns, rows: union(input.rows, deciding(own, input.columns)) }
}

const adding = (node: PlanNode, walk: Walk): Relation => {
  const input = operator(childrenOf(node)[0]!, walk)
  nothingElse(node, 'expressions')
  const expressions = list(node.expressions)
  const added = expressions.map((expression) => computed(made(expression, input.columns)))
  // Unnesting makes as many rows as the list is long.
  const rows = node.type === 'LOGICAL_UNNEST' ? union(input.rows, deciding(expressions, input.columns)) : input.rows
  return { columns: [...input.columns, ...added], rows }
}

const values = (node: PlanNode, walk: Walk): Relation => {
  const [child] = childrenOf(node)
  const input = child === undefined ? { columns: [], rows: new Set<string>() } : operator(child, walk)
  nothingElse(node, 'expressions')
  const lines = (node.expressions ?? []) as PlanNode[][]
  const width = list(node.expr_types).length
  const columns = Array.from({ length: width }, (_, i) => both(lines.map((line) => made(line[i]!, input.columns))))
  return { columns, rows: input.rows }
}

const operator = (node: PlanNode, walk: Walk): Relation => {
  switch (node.type) {
    case 'LOGICAL_GET':
      return scan(node, walk)
    case 'LOGICAL_PROJECTION': {
      const input = operator(childrenOf(node)[0]!, walk)
      nothingElse(node, 'expressions')
      return {
        columns: list(node.expressions).map((expression) => made(expression, input.columns, input.tableIndex)),
        rows: input.rows,
        tableIndex: Number(node.table_index),
      }
    }
    case 'LOGICAL_AGGREGATE_AND_GROUP_BY':
      return aggregate(node, walk)
    case 'LOGICAL_WINDOW':
    case 'LOGICAL_UNNEST':
      return adding(node, walk)
    case 'LOGICAL_FILTER':
    case 'LOGICAL_ORDER_BY':
    case 'LOGICAL_TOP_N':
    case 'LOGICAL_LIMIT':
    case 'LOGICAL_DISTINCT':
    case 'LOGICAL_SAMPLE':
      return passing(node, walk)
    case 'LOGICAL_CROSS_PRODUCT':
    case 'LOGICAL_POSITIONAL_JOIN':
    case 'LOGICAL_COMPARISON_JOIN':
    case 'LOGICAL_ANY_JOIN':
    case 'LOGICAL_ASOF_JOIN':
    case 'LOGICAL_DELIM_JOIN':
      return join(node, walk)
    case 'LOGICAL_UNION':
    case 'LOGICAL_EXCEPT':
    case 'LOGICAL_INTERSECT':
      return setOperation(node, walk)
    case 'LOGICAL_MATERIALIZED_CTE': {
      const [definition, user] = childrenOf(node) as [PlanNode, PlanNode]
      walk.ctes.set(Number(node.table_index), operator(definition, walk))
      return operator(user, walk)
    }
    case 'LOGICAL_RECURSIVE_CTE':
      return recursive(node, walk)
    case 'LOGICAL_CTE_REF':
      return cte(node, walk)
    case 'LOGICAL_DELIM_GET':
      return handedIn(node, walk)
    case 'LOGICAL_EXPRESSION_GET':
      return values(node, walk)
    case 'LOGICAL_DUMMY_SCAN':
      return { columns: [NOTHING], rows: new Set() }
    case 'LOGICAL_EMPTY_RESULT':
      return { columns: list(node.return_types).map(() => NOTHING), rows: new Set() }
    default:
      throw new NotFollowed(`operator ${String(node.type)} is not known`)
  }
}

/**
 * Follows every output column of a plan to the columns of base tables.
 * @throws NotFollowed where the plan says something this does not know; never guesses.
 */
export const follow = (plan: PlanNode, source: Walk['source']): Relation =>
  operator(plan, { source, ctes: new Map(), handedIn: [] })
