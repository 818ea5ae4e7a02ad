import { type Lineage, type LineageEdge, type LineageNode, quoteIdent, quoteText } from '@datamesh/core'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { Relation } from './influence.ts'
import { follow, NotFollowed, type PlanNode } from './plan.ts'

type ColumnType = { name: string; type: string }

/**
 * Something a model reads that is no model: a table of an input port, a seed, or its own rows so far (`{{ this }}`: give it the node
 * of the model; no edge is drawn from a node to itself). `relation` is its name in the models' SQL: `name` or `schema.name`, quoted or not.
 */
export type LineageSource = { relation: string; node: LineageNode; columns: readonly ColumnType[] }

/** A model as the engine runs it (templates filled in). `columns`, where known after a build, let later models be followed even when this one cannot be. */
export type LineageModel = {
  name: string
  relation: string
  sql: string
  /** Relations that `ref` and `source` gave it. */
  reads: readonly string[]
  columns?: readonly ColumnType[]
}

export type LineageInput = {
  /** `<domain>/<name>` */
  product: string
  sources: readonly LineageSource[]
  /** In the order they are built. */
  models: readonly LineageModel[]
  /** Tables of the product → the model they are. */
  exposed: Readonly<Record<string, string>>
  /** Statements that the models need, e.g. `create macro`. */
  setup?: readonly string[]
}

type Place = { node: LineageNode; columns: readonly string[] }

const parts = (relation: string): string[] =>
  [...relation.matchAll(/"((?:[^"]|"")*)"|([^."\s]+)/g)].map((match) => match[1]?.replaceAll('""', '"') ?? match[2]!)

const address = (relation: string): { schema: string; table: string } => {
  const [table = relation, schema = 'main'] = parts(relation).reverse()
  return { schema, table }
}

const placeKey = (schema: string, table: string): string => JSON.stringify([schema.toLowerCase(), table.toLowerCase()])

const keyOfRelation = (relation: string): string => {
  const { schema, table } = address(relation)
  return placeKey(schema, table)
}

const createEmpty = async (
  connection: DuckDBConnection,
  relation: string,
  columns: readonly ColumnType[],
): Promise<void> => {
  const { schema, table } = address(relation)
  await connection.run(`create schema if not exists ${quoteIdent(schema)}`)
  const listed = columns.map(({ name, type }) => `${quoteIdent(name)} ${type}`).join(', ')
  await connection.run(`create table ${quoteIdent(schema)}.${quoteIdent(table)} (${listed})`)
}

/** Creates the model as an empty table for those that read it, and tells its columns as the engine names them. */
const createModel = async (connection: DuckDBConnection, { relation, sql }: LineageModel): Promise<string[]> => {
  const { schema, table } = address(relation)
  const name = `${quoteIdent(schema)}.${quoteIdent(table)}`
  await connection.run(`create schema if not exists ${quoteIdent(schema)}`)
  await connection.run(`create table ${name} as (${sql}\n) with no data`)
  const described = await connection.runAndReadAll(`describe ${name}`)
  return described.getRowObjectsJson().map((row) => String(row.column_name))
}

const planOf = async (connection: DuckDBConnection, sql: string): Promise<PlanNode> => {
  const answer = await connection.runAndReadAll(`select json_serialize_plan(${quoteText(sql)})::varchar`)
  const found = JSON.parse(String(answer.getRows()[0]?.[0])) as {
    error: boolean
    error_message?: string
    plans?: PlanNode[]
  }
  const [plan, second] = found.plans ?? []
  if (found.error || plan === undefined) throw new NotFollowed(found.error_message ?? 'the engine gives no plan')
  if (second !== undefined) throw new NotFollowed('it is more than one statement')
  return plan
}

const columnEdges = (
  relation: Relation,
  names: readonly string[],
  to: LineageNode,
  places: ReadonlyMap<string, Place>,
): LineageEdge[] => {
  if (relation.columns.length !== names.length)
    throw new NotFollowed(`${relation.columns.length} columns were followed, ${names.length} come out`)
  const from = (source: string): LineageNode => {
    const [schema, table, column] = JSON.parse(source) as [string, string, string]
    return { ...places.get(placeKey(schema, table))!.node, column }
  }
  return names.flatMap((column, i) => {
    const influence = relation.columns[i]!
    const target = { ...to, column }
    return [
      ...[...influence].map(([source, how]) => ({ from: from(source), to: target, how })),
      ...[...relation.rows]
        .filter((source) => !influence.has(source))
        .map((source) => ({ from: from(source), to: target, how: 'indirect' as const })),
    ]
  })
}

/** Edges into the tables that consumers see: copies of their models, column by column where the columns are known. */
const exposedEdges = (input: LineageInput, columns: ReadonlyMap<string, readonly string[]>): LineageEdge[] =>
  Object.entries(input.exposed).flatMap(([table, model]) => {
    const from: LineageNode = { kind: 'model', ref: `${input.product}:${model}` }
    const to: LineageNode = { kind: 'table', ref: `${input.product}#${table}` }
    const listed = columns.get(model) ?? []
    return [
      { from, to, how: 'direct' as const },
      ...listed.map((column) => ({ from: { ...from, column }, to: { ...to, column }, how: 'direct' as const })),
    ]
  })

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!

/**
 * Lineage of a product's build: source → model → table, and column by column from DuckDB's own bound plan over empty tables, so
 * no data is read. `direct` copied, `derived` computed with, `indirect` decides which rows there are. Model-level edges always
 * stand (`derived`, without columns); a model whose columns cannot be followed is in `unknown` with the reason.
 */
export const columnLineage = async (input: LineageInput): Promise<Lineage> => {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  try {
    await connection.run('set enable_external_access = false')
    return await traced(connection, input)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

const traced = async (connection: DuckDBConnection, input: LineageInput): Promise<Lineage> => {
  const edges: LineageEdge[] = []
  const unknown: Lineage['unknown'] = []
  const places = new Map<string, Place>()
  const known = new Map<string, readonly string[]>()
  for (const { relation, node, columns } of input.sources) {
    await createEmpty(connection, relation, columns)
    places.set(keyOfRelation(relation), { node, columns: columns.map((column) => column.name) })
  }
  for (const statement of input.setup ?? []) await connection.run(statement)

  const source = (schema: string, table: string, column: string): string => {
    if (!places.has(placeKey(schema, table))) throw new NotFollowed(`it reads ${table}, which no port or model gives`)
    return JSON.stringify([schema, table, column])
  }
  for (const model of input.models) {
    const to: LineageNode = { kind: 'model', ref: `${input.product}:${model.name}` }
    for (const read of new Set(model.reads)) {
      const from = places.get(keyOfRelation(read))
      if (from !== undefined) edges.push({ from: from.node, to, how: 'derived' })
    }
    let columns: readonly string[] = model.columns?.map((column) => column.name) ?? []
    try {
      const plan = await planOf(connection, model.sql)
      columns = await createModel(connection, model)
      edges.push(...columnEdges(follow(plan, source), columns, to, places))
    } catch (error) {
      unknown.push({ model: model.name, reason: reason(error) })
      if (model.columns !== undefined)
        await createEmpty(connection, model.relation, model.columns).catch(() => undefined)
    }
    places.set(keyOfRelation(model.relation), { node: to, columns })
    known.set(model.name, columns)
  }
  const forward = edges.filter((edge) => edge.from.ref !== edge.to.ref)
  return { edges: [...forward, ...exposedEdges(input, known)], unknown }
}
