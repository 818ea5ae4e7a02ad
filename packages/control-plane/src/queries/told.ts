import { MeshError, nearest, type ReplyOf } from '@datamesh/core'
import type { QueryFault } from '@datamesh/data-plane'
import { type RelationNames, relationText } from './names.ts'

export type QueryError = NonNullable<ReplyOf<'getQuery'>['error']>

/** Line and column, counting from 1, of a byte of the text. */
export const placeIn = (sql: string, at: number | null): { line: number | null; column: number | null } => {
  if (at === null) return { line: null, column: null }
  const lines = Buffer.from(sql).subarray(0, at).toString().split('\n')
  return { line: lines.length, column: (lines.at(-1) as string).length + 1 }
}

type Seen = {
  denied: ReadonlyMap<string, { product: string; because: string }>
  names: RelationNames
  visible(product: string): boolean
}

/** What went wrong as the reader is told it. A product that the reader may not see is not there, in the very same words. */
export const queryError = (sql: string, fault: QueryFault, { denied, names, visible }: Seen): QueryError => {
  const place = placeIn(sql, fault.at)
  const made = (error: MeshError, product: string | null = null): QueryError => ({
    code: error.code,
    title: error.message,
    hint: error.hint,
    ...place,
    product,
  })
  if (fault.is === 'refused') return made(new MeshError('query-refused', { why: fault.why }))
  if (fault.is === 'limit') return made(new MeshError('query-limit', { why: fault.why }))
  if (fault.relation === undefined) return made(new MeshError('query-failed', { why: fault.why }))
  const { catalog, schema, name } = fault.relation
  const no = catalog === '' ? denied.get(`${schema}.${name}`) : undefined
  if (no !== undefined) return made(new MeshError('denied', { action: 'data:read', because: no.because }), no.product)
  const like = likely(schema, name, names, visible)
  const what = `table ${[catalog, schema, name].filter((part) => part !== '').join('.')}`
  return made(new MeshError('not-found', { what, ...(like === undefined ? {} : { like }) }))
}

const likely = (schema: string, name: string, names: RelationNames, visible: Seen['visible']): string | undefined => {
  const relations = [...names.all()].filter(({ product }) => visible(product))
  const same = relations.find((relation) => relation.name === name)
  if (same !== undefined) return relationText(same)
  return nearest(`${schema}.${name}`, relations.map(relationText))
}
