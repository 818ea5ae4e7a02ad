import {
  type Classification,
  type ColumnRef,
  type ColumnTag,
  columnKey,
  type DataProduct,
  type InheritedTag,
  inheritedTags,
  mainTable,
} from '@datamesh/core'
import type { Kysely, Transaction } from 'kysely'
import { type Database, json } from '../store/index.ts'
import { onceKey } from './column_tags.ts'
import { readersOf } from './lineage.ts'
import { edgeOf } from './lineage_edges.ts'
import { tellMoved } from './rows.ts'

type Db = Kysely<Database>
type Settled = ColumnRef & { tag: ColumnTag }

/**
 * Hands tags on along the columns that the newest build has read: into `product`, and from there into what reads it, as far as something
 * changes. Plain copies are tagged at once, in the transaction of the publish or the decision; computed columns become proposals.
 */
export const handTagsOn = async (
  product: string,
  { at, newId }: { at: Date; newId(kind: string): string },
  tx: Transaction<Database>,
): Promise<void> => {
  const waiting = new Set([product])
  const visits = new Map<string, number>()
  for (const next of waiting) {
    // at the end of the queue again when another way leads here: what it hands on may have changed by then
    waiting.delete(next)
    const times = (visits.get(next) ?? 0) + 1
    visits.set(next, times)
    const changed = await inheritInto(next, { at, newId }, tx)
    if (!changed && (next !== product || times > 1)) continue
    // products that read each other in a circle are refused; this only ends a walk over a damaged state
    if (times > mostVisits) continue
    for (const reader of await readersOf(next, tx)) waiting.add(reader)
  }
}

const mostVisits = 50

/** @returns whether a tag that counts has come or gone */
const inheritInto = async (
  product: string,
  { at, newId }: { at: Date; newId(kind: string): string },
  tx: Transaction<Database>,
): Promise<boolean> => {
  const edges = (
    await tx
      .selectFrom('lineage_edge')
      .selectAll()
      .where('product', '=', product)
      .where('level', '=', 'column')
      .execute()
  ).map(edgeOf)
  const sources = new Set(edges.map(({ from }) => productOf(from.ref)).filter((id) => id !== null && id !== product))
  const settled = (await Promise.all([...sources].map((id) => settledTags(id as string, true, tx)))).flat()
  const inherited = inheritedTags([...settled, ...(await settledTags(product, false, tx))], edges).filter(({ ref }) =>
    ref.startsWith(`${product}#`),
  )
  return await keepInherited(product, inherited, { at, newId }, tx)
}

/** What is settled about columns: declared, or said by a steward; with `inherited` also what came along lineage. */
const settledTags = async (product: string, inherited: boolean, tx: Db): Promise<Settled[]> => {
  const declared = await declaredTags(product, tx)
  const rows = await tx
    .selectFrom('column_tag')
    .selectAll()
    .where('product', '=', product)
    .where('state', '!=', 'proposed')
    .$if(!inherited, (query) => query.where('decided_by', 'is not', null))
    .execute()
  const said = rows.map(
    (row): Settled => ({
      ref: `${product}#${row.table_name}`,
      column: row.column_name,
      tag:
        row.state === 'accepted'
          ? { personal: row.personal, classification: row.classification, kind: row.kind }
          : { personal: false, classification: 'public', kind: null },
    }),
  )
  const known = new Set(declared.map(columnKey))
  return [...declared, ...said.filter((each) => !known.has(columnKey(each)))]
}

const declaredTags = async (product: string, db: Db): Promise<Settled[]> => {
  const row = await db
    .selectFrom('product')
    .innerJoin('release', (join) =>
      join.onRef('release.product', '=', 'product.id').onRef('release.version', '=', 'product.current_version'),
    )
    .select('release.manifest')
    .where('product.id', '=', product)
    .executeTakeFirst()
  if (!row) return []
  const manifest = row.manifest as DataProduct
  const level = manifest.access.classification
  const tables = Object.entries(manifest.schema.tables)
  const fields = tables.flatMap(([table, { fields }]) =>
    fields
      .filter((field) => field.pii || field.classification !== undefined)
      .map((field) => settledColumn(product, table, field.name, field.pii, field.classification ?? level)),
  )
  const listed = manifest.access.piiColumns.flatMap((column) => {
    const holding = tables.filter(([, { fields }]) => fields.some(({ name }) => same(name, column)))
    const names = holding.length > 0 ? holding.map(([table]) => table) : [mainTable(manifest)]
    return names.map((table) => settledColumn(product, table, column, true, level))
  })
  return [...listed, ...fields]
}

const settledColumn = (
  product: string,
  table: string,
  column: string,
  personal: boolean,
  classification: Classification,
): Settled => ({ ref: `${product}#${table}`, column, tag: { personal, classification, kind: null } })

/** Rows that a steward has decided about stay as they are. */
const keepInherited = async (
  product: string,
  inherited: readonly InheritedTag[],
  { at, newId }: { at: Date; newId(kind: string): string },
  tx: Transaction<Database>,
): Promise<boolean> => {
  const before = await tx
    .selectFrom('column_tag')
    .selectAll()
    .where('product', '=', product)
    .where((e) => e.or([e('decided_by', 'is not', null), e('source', '=', 'lineage'), e('state', '=', 'proposed')]))
    .execute()
  const decided = new Set(
    before
      .filter((row) => row.decided_by !== null)
      .map((row) => columnKey({ ref: `${product}#${row.table_name}`, column: row.column_name })),
  )
  const mine = before.filter((row) => row.decided_by === null && row.source === 'lineage')
  const wanted = inherited.filter((each) => !decided.has(columnKey(each)))
  const gone = mine.filter((row) => !wanted.some((each) => columnKey(each) === columnKey(refOf(product, row))))
  if (gone.length > 0)
    await tx
      .deleteFrom('column_tag')
      .where(
        'id',
        'in',
        gone.map(({ id }) => id),
      )
      .execute()
  let changed = gone.some(({ state }) => state === 'accepted')
  for (const { ref, column, tag, how, from } of wanted) {
    const state = how === 'direct' ? ('accepted' as const) : ('proposed' as const)
    const old = mine.find((row) => columnKey(refOf(product, row)) === columnKey({ ref, column }))
    if (old && old.state === state && old.personal === tag.personal && old.classification === tag.classification)
      continue
    changed ||= state === 'accepted' || old?.state === 'accepted'
    const values = {
      ...tag,
      state,
      confidence: how === 'direct' ? 1 : 0.6,
      because: json(
        from.map((each) => `${how === 'direct' ? 'a copy of' : 'computed from'} ${each.ref}.${each.column}`),
      ),
      source: 'lineage' as const,
      at,
    }
    // a guess by name or data that nobody has decided about gives way to what is known
    await tx
      .insertInto('column_tag')
      .values({ id: newId('tag'), product, table_name: ref.slice(product.length + 1), column_name: column, ...values })
      .onConflict((conflict) =>
        conflict.expression(onceKey).doUpdateSet(values).where('column_tag.decided_by', 'is', null),
      )
      .execute()
  }
  if (changed) await tellMoved(product, tx)
  return changed
}

const refOf = (product: string, row: { table_name: string; column_name: string }): ColumnRef => ({
  ref: `${product}#${row.table_name}`,
  column: row.column_name,
})
const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()
const productOf = (ref: string): string | null => /^(?!file:|external:)([^/#:]+\/[^/#:]+)/.exec(ref)?.[1] ?? null
