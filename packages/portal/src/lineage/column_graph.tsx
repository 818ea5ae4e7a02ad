import { useQueries } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import { query } from '../api/index.ts'
import { Skeleton } from '../ui/index.ts'
import { partsOf } from '../words/index.ts'
import { type StubNode, stubSize } from './cards.tsx'
import { type ColumnNode, columnSizes, columnTypes, heightOf } from './column_card.tsx'
import { Flow, type LineEdge } from './flow.tsx'
import { type ColumnGraph, type Edge, type Infos, isSource, ownerOfColumn, tableOfColumn } from './model.ts'
import type { Near } from './near.ts'
import { stubText } from './product_graph.tsx'
import { allColumns, type Known, shownColumns } from './rows.ts'
import type { Trace } from './trace.ts'
import { usePlaced } from './use_placed.ts'

/** Types come from the schemas of what is drawn; a product that is not published has none. */
export const useColumns = (owners: readonly string[], graph: ColumnGraph): ReadonlyMap<string, readonly Known[]> => {
  const products = owners.filter((id) => !isSource(id))
  const tables = useQueries({
    queries: products.map((id) => {
      const { domain, product } = partsOf(id)
      return { ...query('getSchema', { params: { domain, product } }), staleTime: 60_000, retry: false }
    }),
    combine: (replies) => replies.map(({ data }) => data?.tables),
  })
  return useMemo(
    () =>
      new Map(
        owners.map((id) => [id, allColumns(id, graph, (isSource(id) ? [] : tables[products.indexOf(id)]) ?? [])]),
      ),
    [owners, products, tables, graph],
  )
}

/** Room for the words on the lines. */
const wideGap = { ranks: 150, boxes: 24 }

/** Columns of products, joined by where their values come from. */
export const ColumnsGraph = ({
  focus,
  around,
  columns,
  edges: all,
  trace,
  traced,
  opened,
  infos,
  fitOn,
  scrolls,
  children,
}: {
  focus: string
  around: Near
  columns: ReadonlyMap<string, readonly Known[]>
  edges: readonly Edge[]
  trace: Trace | null
  traced: boolean
  opened: ReadonlySet<string>
  infos: Infos
  fitOn: string
  scrolls: boolean
  children?: ReactNode
}) => {
  const cards = useMemo(
    () =>
      [...around.nodes.keys()].flatMap((id) => {
        const known = columns.get(id) ?? []
        const open = opened.has(id)
        const rows = shownColumns(known, all, trace, { open, traced })
        const folded = open ? shownColumns(known, all, trace, { open: false, traced }).length : rows.length
        if (traced && trace && rows.length === 0) return []
        const more = known.length - folded
        return [{ id, rows, more, open, width: columnSizes.width, height: heightOf(rows.length, more) }]
      }),
    [around, columns, all, trace, traced, opened],
  )
  const stubs = useMemo(() => (traced && trace ? [] : around.stubs), [around, traced, trace])
  const boxes = useMemo(
    () => [
      ...cards.map(({ id, width, height }) => ({ id, width, height })),
      ...stubs.map(({ id }) => ({ id, ...stubSize })),
    ],
    [cards, stubs],
  )
  const lines = useMemo(
    () => [
      ...around.edges,
      ...stubs.map(
        ({ id, at, direction }): Edge =>
          direction === 'up' ? { from: id, to: at, how: 'port' } : { from: at, to: id, how: 'port' },
      ),
    ],
    [around, stubs],
  )
  const placed = usePlaced(boxes, lines, wideGap)
  const { nodes, edges } = useMemo(() => {
    const at = placed?.at ?? {}
    const shown = new Set(cards.flatMap(({ rows }) => rows.map(({ id }) => id)))
    const drawn = all.filter(({ from, to }) => shown.has(from) && shown.has(to))
    const leaving = new Map<string, number>()
    const coming = new Map<string, number>()
    for (const { from, to } of trace?.edges ?? drawn) {
      leaving.set(from, (leaving.get(from) ?? 0) + 1)
      coming.set(to, (coming.get(to) ?? 0) + 1)
    }
    return {
      nodes: [
        ...cards.flatMap(({ id, rows, more, open, width, height }): ColumnNode[] => {
          const position = at[id]
          const tables = new Set(rows.map((row) => tableOfColumn(row.id))).size > 1
          return position
            ? [{ id, type: 'columns', position, width, height, data: { id, rows, more, open, tables } }]
            : []
        }),
        ...stubs.flatMap(({ id, hidden }): StubNode[] => {
          const position = at[id]
          const text = stubText(hidden.length, infos(hidden[0] ?? '').domainTitle)
          return position ? [{ id, type: 'more', position, ...stubSize, data: { id, text } }] : []
        }),
      ],
      edges: [
        ...drawn.map(
          ({ from, to, how }): LineEdge => ({
            id: `${from}\n${to}`,
            type: 'column',
            source: ownerOfColumn(from),
            sourceHandle: from,
            target: ownerOfColumn(to),
            targetHandle: to,
            data: {
              way: placed?.ways[`${ownerOfColumn(from)}\n${ownerOfColumn(to)}`],
              tone: 'plain',
              says: how,
              nearSource: (coming.get(to) ?? 0) > (leaving.get(from) ?? 0),
            },
          }),
        ),
        ...stubs.map(
          ({ id, at: owner, direction }): LineEdge => ({
            id: `stub ${id}`,
            type: 'line',
            source: direction === 'up' ? id : owner,
            target: direction === 'up' ? owner : id,
            data: { tone: 'plain', quiet: true },
          }),
        ),
      ],
    }
  }, [cards, stubs, placed, all, trace, infos])
  if (!placed) return <Skeleton className="absolute inset-6 h-auto" />
  return (
    <Flow
      label="Lineage of columns"
      nodes={nodes}
      edges={edges}
      nodeTypes={columnTypes}
      placed={placed}
      fitOn={fitOn}
      centre={focus}
      first={trace ? [trace.start, ...trace.up.keys(), ...trace.down.keys()].map(ownerOfColumn) : []}
      readable={0.8}
      scrolls={scrolls}
    >
      {children}
    </Flow>
  )
}
