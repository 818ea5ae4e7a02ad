import {
  type Actor,
  type BodyOf,
  type ClassificationProposal,
  type ColumnGuess,
  columnKinds,
  MeshError,
} from '@datamesh/core'
import { appendEvent, json, type Row } from '../store/index.ts'
import { onceKey } from './column_tags.ts'
import type { CatalogDeps } from './deps.ts'
import { tellMoved } from './rows.ts'
import { handTagsOn } from './tags.ts'

type Guessed = { table: string; column: string; guess: ColumnGuess }
type Proposal = ClassificationProposal

/** Writes down what the newest profile guesses. What a steward decided and what lineage knows stays; older guesses that nothing points to any more go. */
export const saveGuesses = async (product: string, guesses: readonly Guessed[], deps: CatalogDeps): Promise<void> => {
  const at = deps.now()
  await deps.store.db.transaction().execute(async (tx) => {
    await tx
      .deleteFrom('column_tag')
      .where('product', '=', product)
      .where('state', '=', 'proposed')
      .where('source', '!=', 'lineage')
      .execute()
    for (const { table, column, guess } of guesses) {
      const { kind, personal, classification, confidence, because, source } = guess
      await tx
        .insertInto('column_tag')
        .values({
          id: deps.newId('tag'),
          ...{
            product,
            table_name: table,
            column_name: column,
            kind,
            personal,
            classification,
            confidence,
            source,
            at,
          },
          because: json(because),
          state: 'proposed',
        })
        .onConflict((conflict) => conflict.expression(onceKey).doNothing())
        .execute()
    }
  })
}

/** The surest first. */
export const listProposals = async (
  { product, state }: { product?: string | undefined; state?: Proposal['state'] | undefined },
  deps: CatalogDeps,
): Promise<Proposal[]> => {
  const rows = await deps.store.db
    .selectFrom('column_tag')
    .selectAll()
    .$if(product !== undefined, (query) => query.where('product', '=', product as string))
    .$if(state !== undefined, (query) => query.where('state', '=', state as Proposal['state']))
    .orderBy('confidence', 'desc')
    .orderBy('product')
    .orderBy('table_name')
    .orderBy('column_name')
    .limit(5000)
    .execute()
  return rows.map(proposalOf)
}

/** Null: there is none. */
export const findProposal = async (id: string, { store }: Pick<CatalogDeps, 'store'>): Promise<Proposal | null> => {
  const row = await store.db.selectFrom('column_tag').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? proposalOf(row) : null
}

/**
 * What a steward says of a guess; may be said again. Counts from the next read on, here and in every copy of the column.
 * @throws not-found, request-invalid
 */
export const decideProposal = async (
  id: string,
  { decision, classification, kind }: BodyOf<'decideProposal'>,
  actor: Pick<Actor, 'id'>,
  deps: CatalogDeps,
): Promise<Proposal> => {
  const at = deps.now()
  if (classification !== undefined && !isLevel(classification))
    throw new MeshError('request-invalid', { what: `classification is one of ${levels.join(', ')}` })
  if (kind !== undefined && !(columnKinds as readonly string[]).includes(kind))
    throw new MeshError('request-invalid', { what: `kind is one of ${columnKinds.join(', ')}` })
  const decided = await deps.store.db.transaction().execute(async (tx) => {
    const row = await tx
      .updateTable('column_tag')
      .set({
        state: decision === 'accept' ? 'accepted' : 'rejected',
        decided_by: actor.id,
        decided_at: at,
        ...(classification === undefined ? {} : { classification }),
        ...(kind === undefined ? {} : { kind }),
      })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst()
    if (!row) throw new MeshError('not-found', { what: `proposal ${id}` })
    await handTagsOn(row.product, { at, newId: deps.newId }, tx)
    await tellMoved(row.product, tx)
    await appendEvent(tx, {
      type: `classification.${row.state}`,
      subject: row.product,
      actor: actor.id,
      at,
      data: {
        ...{ table: row.table_name, column: row.column_name, kind: row.kind },
        ...{ personal: row.personal, classification: row.classification },
      },
    })
    return row
  })
  deps.cache.drop(decided.product)
  return proposalOf(decided)
}

const levels = ['public', 'internal', 'confidential', 'restricted'] as const
const isLevel = (text: string): text is (typeof levels)[number] => (levels as readonly string[]).includes(text)

const proposalOf = (row: Row<'column_tag'>): Proposal => ({
  id: row.id,
  product: row.product,
  table: row.table_name,
  column: row.column_name,
  kind: row.kind ?? '',
  personal: row.personal,
  classification: row.classification,
  confidence: row.confidence,
  because: row.because,
  source: row.source,
  state: row.state,
  decidedBy: row.decided_by,
  decidedAt: row.decided_at?.toISOString() ?? null,
})
