import { type Lineage, MeshError, type Snapshot, type StagedSnapshot } from '@datamesh/core'
import type { Transaction } from 'kysely'
import { appendEvent, type Database, json } from '../store/index.ts'
import { factsFor, judgeAhead, writeJudged } from './certifiable.ts'
import type { CatalogDeps } from './deps.ts'
import { writeLineage } from './lineage_edges.ts'
import { noProduct, snapshotColumns, snapshotOf, tellMoved } from './rows.ts'
import { refreshDocument } from './search/document.ts'
import { statisticsOf } from './statistics.ts'
import { handTagsOn } from './tags.ts'

export type CommitRequest = {
  /** The head that the build started from; null: never published. */
  expecting: string | null
  runId: string
  actor: string
  /** What belongs to the same moment (the run's end, what it triggers). A throw undoes the whole commit. */
  also?: (tx: Transaction<Database>, snapshot: Snapshot) => Promise<void>
}

/**
 * Reveals a staged snapshot: head, report, statistics, lineage, search document and event in one transaction. Readers see the old
 * snapshot or the new one, never half. The same run committing twice gets its first snapshot back.
 * @throws base-moved when another run was faster, quality-failed for a report that did not pass, not-found
 */
export const commitSnapshot = async (
  staged: StagedSnapshot,
  lineage: Lineage,
  { expecting, runId, actor, also }: CommitRequest,
  deps: CatalogDeps,
): Promise<Snapshot> => {
  refuseFailed(staged)
  const judged = await judgeStaged(staged, lineage, deps)
  const { snapshot, fresh } = await deps.store.db.transaction().execute(async (tx) => {
    const head = await tx
      .selectFrom('head')
      .selectAll()
      .where('product', '=', staged.product)
      .forUpdate()
      .executeTakeFirst()
    if (!head) throw noProduct(staged.product)
    const before = await committedBy(runId, staged.product, tx)
    if (before) return { snapshot: before, fresh: false }
    if (head.snapshot_id !== expecting) throw await lostTo(staged.product, expecting, head.snapshot_id, tx)

    const at = deps.now()
    const revealed: Snapshot = { ...withoutReport(staged), runId, sequence: head.sequence + 1, at: at.toISOString() }
    await insertSnapshot(revealed, staged, lineage, { at, actor }, tx)
    await tx
      .updateTable('head')
      .set({ snapshot_id: revealed.id, sequence: revealed.sequence, updated_at: at })
      .where('product', '=', staged.product)
      .execute()
    await writeLineage(revealed.product, revealed.release, lineage, tx)
    // what is copied from personal columns is personal from the first read on
    await handTagsOn(revealed.product, { at, newId: deps.newId }, tx)
    await refreshDocument(revealed.product, revealed, tx)
    await writeJudged(judged, tx)
    await also?.(tx, revealed)
    await tellMoved(revealed.product, tx)
    await appendEvent(tx, {
      type: 'snapshot.published',
      subject: revealed.product,
      actor,
      at,
      data: {
        snapshot: revealed.id,
        sequence: revealed.sequence,
        release: revealed.release,
        run: runId,
        rows: rowsOf(revealed),
      },
    })
    return { snapshot: revealed, fresh: true }
  })
  if (fresh) deps.cache.drop(snapshot.product)
  return snapshot
}

/** Which tier the product will hold. A retry of a commit is judged for nothing, which happens once in a crash. */
const judgeStaged = async (staged: StagedSnapshot, lineage: Lineage, deps: CatalogDeps) => {
  const [facts] = deps.certify === undefined ? [] : await factsFor([staged.product], deps.store.db)
  if (facts === undefined) return null
  const published = {
    snapshot: staged.id,
    at: deps.now(),
    rows: rowsOf(staged),
    tables: staged.tables,
    checks: statisticsOf(staged, staged.report).checks,
    unknown: lineage.unknown,
  }
  return judgeAhead({ ...facts, published }, deps)
}

const refuseFailed = (staged: StagedSnapshot): void => {
  if (staged.report.passed) return
  const failures = staged.report.checks.filter((check) => check.outcome === 'failed').map((check) => check.name)
  throw new MeshError('quality-failed', { product: staged.product, failures })
}

const withoutReport = ({ report: _, ...rest }: StagedSnapshot): Omit<StagedSnapshot, 'report'> => rest

const rowsOf = (snapshot: Pick<Snapshot, 'tables'>): number =>
  snapshot.tables.reduce((sum, table) => sum + table.rows, 0)
const bytesOf = (snapshot: Snapshot): number => snapshot.tables.reduce((sum, table) => sum + table.bytes, 0)

/** The snapshot a run has committed already, if any. */
const committedBy = async (
  runId: string,
  product: string,
  tx: CatalogDeps['store']['db'],
): Promise<Snapshot | null> => {
  const row = await tx
    .selectFrom('snapshot')
    .select(snapshotColumns)
    .where('product', '=', product)
    .where('run_id', '=', runId)
    .executeTakeFirst()
  return row ? snapshotOf(row) : null
}

/** Another run moved the head: the error names it, so that the loser knows whom to ask. */
export const lostTo = async (
  product: string,
  expecting: string | null,
  head: string | null,
  db: CatalogDeps['store']['db'],
): Promise<MeshError> => {
  const winner = head
    ? await db
        .selectFrom('snapshot')
        .select(['id', 'run_id', 'created_by', 'at'])
        .where('id', '=', head)
        .executeTakeFirst()
    : undefined
  return new MeshError('base-moved', {
    product,
    expected: expecting,
    winner: winner?.id ?? null,
    run: winner?.run_id ?? null,
    by: winner?.created_by ?? null,
    at: winner?.at.toISOString() ?? null,
  })
}

const insertSnapshot = (
  snapshot: Snapshot,
  staged: StagedSnapshot,
  lineage: Lineage,
  { at, actor }: { at: Date; actor: string },
  tx: Transaction<Database>,
) =>
  tx
    .insertInto('snapshot')
    .values({
      id: snapshot.id,
      product: snapshot.product,
      version: snapshot.release,
      sequence: snapshot.sequence,
      parent: snapshot.parent,
      mode: snapshot.mode,
      tables: json(snapshot.tables),
      inputs: json(snapshot.inputs),
      report: json(staged.report),
      rule_set: staged.report.ruleSet,
      lineage: json(lineage),
      stats: json(statisticsOf(snapshot, staged.report)),
      row_count: rowsOf(snapshot),
      size_bytes: bytesOf(snapshot),
      run_id: snapshot.runId,
      created_by: actor,
      at,
    })
    .execute()
