import type { DataProduct, Lineage, LineageEdge, LineageNode } from '@datamesh/core'
import type { Kysely } from 'kysely'
import type { Database, LineageLevel, NewRow, Row } from '../store/index.ts'

/** Replaces what is known about the insides of a product by what its newest build has shown. Ports' edges belong to the release. */
export const writeLineage = async (
  product: string,
  version: string,
  lineage: Lineage,
  tx: Kysely<Database>,
): Promise<void> => {
  await tx.deleteFrom('lineage_edge').where('product', '=', product).where('level', '!=', 'product').execute()
  const rows = lineage.edges.map((edge) => rowOf(edge, product, version)).filter((row) => row.level !== 'product')
  await insert(rows, tx)
}

/** Product-level lineage of a release: its input ports and what its manifest says about sources. */
export const writePortLineage = async (product: DataProduct, tx: Kysely<Database>): Promise<void> => {
  await tx.deleteFrom('lineage_edge').where('product', '=', product.id).where('level', '=', 'product').execute()
  await insert(
    portEdges(product).map((edge) => ({ ...rowOf(edge, product.id, product.version), level: 'product' as const })),
    tx,
  )
}

const portEdges = (product: DataProduct): LineageEdge[] => {
  const to: LineageNode = { kind: 'product', ref: product.id }
  const fromPorts = product.inputPorts.map(({ source }): LineageEdge => {
    if (source.from === 'product') return { from: { kind: 'product', ref: source.product }, to, how: 'port' }
    if (source.from === 'files') return { from: { kind: 'file', ref: `file:${source.location}` }, to, how: 'port' }
    const text = source.location ? `${source.technology} ${source.location}` : source.technology
    return { from: { kind: 'external', ref: `external:${text}` }, to, how: 'declared' }
  })
  const said = product.lineage.upstream.map(
    (text): LineageEdge => ({ from: { kind: 'external', ref: `external:${text}` }, to, how: 'declared' }),
  )
  const seen = new Set<string>()
  return [...fromPorts, ...said].filter((edge) => !seen.has(edge.from.ref) && seen.add(edge.from.ref))
}

const levelOf = (edge: LineageEdge): LineageLevel => {
  if (edge.from.column !== undefined || edge.to.column !== undefined) return 'column'
  return edge.to.kind === 'product' ? 'product' : 'model'
}

const rowOf = (edge: LineageEdge, product: string, version: string): NewRow<'lineage_edge'> => ({
  product,
  version,
  level: levelOf(edge),
  from_kind: edge.from.kind,
  from_ref: edge.from.ref,
  from_column: edge.from.column ?? null,
  to_kind: edge.to.kind,
  to_ref: edge.to.ref,
  to_column: edge.to.column ?? null,
  transform: edge.how,
})

export const edgeOf = (row: Row<'lineage_edge'>): LineageEdge => ({
  from: nodeOf(row.from_kind, row.from_ref, row.from_column),
  to: nodeOf(row.to_kind, row.to_ref, row.to_column),
  how: row.transform as LineageEdge['how'],
})

const nodeOf = (kind: string, ref: string, column: string | null): LineageNode => ({
  kind: kind as LineageNode['kind'],
  ref,
  ...(column === null ? {} : { column }),
})

const insert = async (rows: NewRow<'lineage_edge'>[], tx: Kysely<Database>): Promise<void> => {
  // Postgres takes 65,535 parameters at once; a row has ten.
  for (let start = 0; start < rows.length; start += 1000)
    await tx
      .insertInto('lineage_edge')
      .values(rows.slice(start, start + 1000))
      .execute()
}
