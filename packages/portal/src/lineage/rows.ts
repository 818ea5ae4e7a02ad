import { type ColumnGraph, type ColumnId, columnId, type Edge } from './model.ts'
import type { Trace } from './trace.ts'

export type Known = { id: ColumnId; type: string }

/** All columns of a product: as its schema lists them, then whatever lineage knows besides. */
export const allColumns = (
  owner: string,
  graph: ColumnGraph,
  tables: readonly { name: string; columns: readonly { name: string; type: string }[] }[],
): Known[] => {
  const listed = tables.flatMap(({ name, columns }) =>
    columns.map((column) => ({ id: columnId(owner, name, column.name), type: column.type })),
  )
  const ids = new Set(listed.map(({ id }) => id))
  const others = (graph.columns.get(owner) ?? []).filter((id) => !ids.has(id))
  return [...listed, ...others.map((id) => ({ id, type: '' }))]
}

/** Columns that a card shows folded: those on the way, then connected ones, in the order of the schema. */
export const shownColumns = (
  all: readonly Known[],
  edges: readonly Edge[],
  trace: Trace | null,
  { open, traced, most = 8 }: { open: boolean; traced: boolean; most?: number },
): Known[] => {
  if (open) return [...all]
  const onWay = new Set(all.filter(({ id }) => trace?.nodes.has(id)).map(({ id }) => id))
  if (traced && trace) return all.filter(({ id }) => onWay.has(id))
  const connected = new Set(edges.flatMap(({ from, to }) => [from, to]))
  const rest = all.filter(({ id }) => !onWay.has(id))
  const extra = [...rest.filter(({ id }) => connected.has(id)), ...rest.filter(({ id }) => !connected.has(id))]
  const shown = new Set([...onWay, ...extra.slice(0, Math.max(0, most - onWay.size)).map(({ id }) => id)])
  return all.filter(({ id }) => shown.has(id))
}
