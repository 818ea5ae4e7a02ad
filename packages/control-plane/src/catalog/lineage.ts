import { type LineageEdge, type LineageNode, MeshError } from '@datamesh/core'
import { sql } from 'kysely'
import type { LineageLevel, Row } from '../store/index.ts'
import type { CatalogDeps } from './deps.ts'
import { edgeOf } from './lineage_edges.ts'
import { lineageOf } from './rows.ts'
import { productEntry } from './snapshots.ts'

export type LineageQuestion = { depth: number; level: LineageLevel; column?: string | undefined }
export type LineageAnswer = {
  nodes: LineageNode[]
  edges: LineageEdge[]
  unknown: { model: string; reason: string }[]
}

/** True for the products that the caller may see. What is hidden ends the walk: neighbours behind it are not told either. */
export type Visible = (product: string) => boolean | Promise<boolean>

type Direction = 'up' | 'down'
type Point = { ref: string; column: string | null }

const keyOf = ({ ref, column }: Point): string => (column === null ? ref : `${ref}\u0000${column}`)

/** Where the data of a product comes from and goes to, `depth` steps in both directions. @throws not-found */
export const lineageGraph = async (
  product: string,
  question: LineageQuestion,
  visible: Visible,
  deps: CatalogDeps,
): Promise<LineageAnswer> => {
  const entry = await productEntry(product, deps)
  const start = await startOf(product, question, deps)
  const { column } = question
  const known = entry.head?.tables.some((table) => table.columns.some((each) => each.name === column)) ?? true
  if (column !== undefined && start.length === 0 && !known)
    throw new MeshError('not-found', { what: `column ${column} of ${product}` })
  const edges = new Map<string, LineageEdge>()
  for (const direction of ['up', 'down'] as const)
    for (const edge of await walk(start, direction, question, visible, deps))
      edges.set(JSON.stringify([edge.from, edge.to, edge.how]), edge)
  const nodes = new Map<string, LineageNode>()
  if (question.level === 'product') nodes.set(product, { kind: 'product', ref: product })
  for (const { from, to } of edges.values())
    for (const node of [from, to]) nodes.set(keyOf({ ref: node.ref, column: node.column ?? null }), node)
  const head = entry.head
  const stored =
    head && question.level !== 'product'
      ? await deps.store.db.selectFrom('snapshot').select('lineage').where('id', '=', head.id).executeTakeFirst()
      : undefined
  return { nodes: [...nodes.values()], edges: [...edges.values()], unknown: lineageOf(stored?.lineage).unknown }
}

const startOf = async (product: string, { level, column }: LineageQuestion, deps: CatalogDeps): Promise<Point[]> => {
  if (level === 'product') return [{ ref: product, column: null }]
  const { rows } = await sql<{ ref: string; name: string | null }>`
    select distinct to_ref as ref, to_column as name
    from lineage_edge
    where product = ${product}
      and level = ${level}
      and (cast(${column ?? null} as text) is null or to_column = ${column ?? null})
    union
    select distinct from_ref, from_column
    from lineage_edge
    where level = ${level}
      and from_ref like ${`${likeText(product)}#%`}
      and (cast(${column ?? null} as text) is null or from_column = ${column ?? null})`.execute(deps.store.db)
  return rows.map((row) => ({ ref: row.ref, column: row.name }))
}

const likeText = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&')

const walk = async (
  start: readonly Point[],
  direction: Direction,
  { depth, level }: LineageQuestion,
  visible: Visible,
  deps: CatalogDeps,
): Promise<LineageEdge[]> => {
  const found: LineageEdge[] = []
  const seen = new Set(start.map(keyOf))
  let front = [...start]
  for (let step = 0; step < depth && front.length > 0; step++) {
    const wanted = new Set(front.map(keyOf))
    const next: Point[] = []
    for (const row of await edgesAt([...new Set(front.map((point) => point.ref))], direction, level, deps)) {
      const near = direction === 'up' ? pointTo(row) : pointFrom(row)
      const far = direction === 'up' ? pointFrom(row) : pointTo(row)
      if (!wanted.has(keyOf(near)) || !(await mayTell(far.ref, visible))) continue
      found.push(edgeOf(row))
      if (seen.has(keyOf(far))) continue
      seen.add(keyOf(far))
      next.push(far)
    }
    front = next
  }
  return found
}

const pointFrom = (row: Row<'lineage_edge'>): Point => ({ ref: row.from_ref, column: row.from_column })
const pointTo = (row: Row<'lineage_edge'>): Point => ({ ref: row.to_ref, column: row.to_column })

/** Files and external sources carry no product: they are told with the edge of the visible product they feed. */
const mayTell = async (ref: string, visible: Visible): Promise<boolean> => {
  const product = /^(?!file:|external:)([^/#:]+\/[^/#:]+)/.exec(ref)?.[1]
  return product === undefined || (await visible(product))
}

const edgesAt = async (
  refs: readonly string[],
  direction: Direction,
  level: LineageLevel,
  deps: CatalogDeps,
): Promise<Row<'lineage_edge'>[]> =>
  deps.store.db
    .selectFrom('lineage_edge')
    .selectAll()
    .where('level', '=', level)
    .where(direction === 'up' ? 'to_ref' : 'from_ref', 'in', refs)
    .orderBy('id')
    .limit(5000)
    .execute()

/** Products that read this one through an input port, directly. */
export const readersOf = async (product: string, db: CatalogDeps['store']['db']): Promise<string[]> => {
  const rows = await db
    .selectFrom('lineage_edge')
    .select('product')
    .distinct()
    .where('level', '=', 'product')
    .where('from_ref', '=', product)
    .where('from_kind', '=', 'product')
    .execute()
  return rows.map((row) => row.product)
}
