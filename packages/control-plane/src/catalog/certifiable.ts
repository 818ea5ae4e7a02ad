import {
  type Certification,
  type CertificationFacts,
  certify,
  type DataProduct,
  type LevelFacts,
  type TableVersion,
  tierOf,
} from '@datamesh/core'
import type { Kysely } from 'kysely'
import type { Database } from '../store/index.ts'
import { lineageOf } from './rows.ts'
import { SnapshotStatistics } from './statistics.ts'
import { serviceLevels } from './trust.ts'

type Db = Kysely<Database>

/** What certification is judged from, but for the levels: definition, head, report and lineage as they stand. Null: no such product. */
const factsFor = async (product: string, db: Db): Promise<Omit<CertificationFacts, 'levels'> | null> => {
  const row = await db
    .selectFrom('product')
    .innerJoin('release', (join) =>
      join.onRef('release.product', '=', 'product.id').onRef('release.version', '=', 'product.current_version'),
    )
    .leftJoin('head', 'head.product', 'product.id')
    .leftJoin('snapshot', 'snapshot.id', 'head.snapshot_id')
    .select(['release.manifest', 'snapshot.tables', 'snapshot.stats', 'snapshot.lineage'])
    .where('product.id', '=', product)
    .executeTakeFirst()
  if (!row) return null
  return {
    product: row.manifest as DataProduct,
    published: row.tables
      ? {
          tables: row.tables as TableVersion[],
          checks: row.stats ? SnapshotStatistics.parse(row.stats).checks : { total: 0, passed: 0, warned: 0 },
          unknown: lineageOf(row.lineage).unknown,
        }
      : null,
  }
}

/** Tier by tier what holds and what is missing, with the levels as measured now. */
export const certificationOf = async (
  product: string,
  levels: readonly LevelFacts[],
  db: Db,
): Promise<Certification> => {
  const facts = await factsFor(product, db)
  return facts ? certify({ ...facts, levels }) : []
}

/**
 * Writes down the tier that the product holds as long as its levels are met: lists and search need it of thousands, and only the levels
 * change without an apply or a publish.
 */
export const judge = async (product: string, db: Db): Promise<void> => {
  const facts = await factsFor(product, db)
  if (!facts) return
  const { sla } = facts.product as DataProduct
  const levels = serviceLevels(sla, nothingYet, {}, new Date(0)).map((level) => ({
    ...level,
    met: level.enforced ? true : null,
  }))
  await db
    .updateTable('product')
    .set({ certifiable: tierOf(certify({ ...facts, levels })) ?? 'none' })
    .where('id', '=', product)
    .execute()
}

const nothingYet = { headAt: null, statistics: null, maxAgeSeconds: null, lastRun: null }

/** Products that an earlier release of the platform left unjudged. */
export const judgeTheRest = async (db: Db): Promise<void> => {
  const rows = await db
    .selectFrom('product')
    .select('id')
    .where('certifiable', 'is', null)
    .where('current_version', 'is not', null)
    .execute()
  for (const { id } of rows) await judge(id, db)
}
