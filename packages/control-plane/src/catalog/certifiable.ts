import type {
  Certifiable,
  Certification,
  CertificationFacts,
  DataProduct,
  LevelFacts,
  TableVersion,
} from '@datamesh/core'
import { tierOf } from '@datamesh/core'
import type { Kysely } from 'kysely'
import { type Database, json } from '../store/index.ts'
import type { CatalogDeps } from './deps.ts'
import { lineageOf } from './rows.ts'
import { SnapshotStatistics } from './statistics.ts'
import { serviceLevels } from './trust.ts'

type Db = Kysely<Database>
type Facts = Omit<CertificationFacts, 'levels'>
type Deps = Pick<CatalogDeps, 'store' | 'certify'>

/** What certification is judged from, but for the levels: definition, head, report and lineage as they stand. */
export const factsFor = async (products: readonly string[], db: Db): Promise<Facts[]> => {
  if (products.length === 0) return []
  const rows = await db
    .selectFrom('product')
    .innerJoin('release', (join) =>
      join.onRef('release.product', '=', 'product.id').onRef('release.version', '=', 'product.current_version'),
    )
    .leftJoin('head', 'head.product', 'product.id')
    .leftJoin('snapshot', 'snapshot.id', 'head.snapshot_id')
    .select(['release.manifest', 'release.written'])
    .select([
      'snapshot.id',
      'snapshot.at',
      'snapshot.row_count',
      'snapshot.tables',
      'snapshot.stats',
      'snapshot.lineage',
    ])
    .where('product.id', 'in', products)
    .execute()
  return rows.map((row) => ({
    product: row.manifest as DataProduct,
    written: (row.written as { value: unknown } | null)?.value ?? null,
    published:
      row.id === null
        ? null
        : {
            snapshot: row.id,
            at: row.at as Date,
            rows: row.row_count ?? 0,
            tables: row.tables as TableVersion[],
            checks: row.stats ? SnapshotStatistics.parse(row.stats).checks : { total: 0, passed: 0, warned: 0 },
            unknown: lineageOf(row.lineage).unknown,
          },
  }))
}

/** Tier by tier what holds and what is missing, with the levels as measured now. */
export const certificationOf = async (
  product: string,
  levels: readonly LevelFacts[],
  { store, certify }: Deps,
): Promise<Certification> => {
  const [facts] = await factsFor([product], store.db)
  const [found] = facts && certify ? await certify([{ ...facts, levels }]) : []
  return found ?? []
}

/**
 * Writes down the tiers that policies leave to products: lists and search need it of thousands, and only the levels change without an
 * apply or a publish. Asked is once with every level met, and once without each of them.
 */
export const judge = async (products: readonly string[], { certify }: Pick<Deps, 'certify'>, db: Db): Promise<void> => {
  if (certify === undefined) return
  const judged = (await factsFor(products, db)).map((facts) => ({ facts, levels: promised(facts.product) }))
  const asked = judged.flatMap(({ facts, levels }) => [
    { ...facts, levels },
    ...levels.map((missed) => ({
      ...facts,
      levels: levels.map((each) => (each === missed ? { ...each, met: false } : each)),
    })),
  ])
  const answers = (await certify(asked)).map((certification) => tierOf(certification) ?? 'none')
  let at = 0
  for (const { facts, levels } of judged) {
    const [met = 'none', ...without] = answers.slice(at, at + levels.length + 1)
    at += levels.length + 1
    const certifiable: Certifiable = {
      met,
      without: Object.fromEntries(levels.map(({ name }, i) => [name, without[i] ?? 'none'])),
    }
    await db
      .updateTable('product')
      .set({ certifiable: json(certifiable) })
      .where('id', '=', facts.product.id)
      .execute()
  }
}

/** What is enforced counts as met; what nobody here measures stays open. */
const promised = ({ sla }: DataProduct): LevelFacts[] =>
  serviceLevels(sla, nothingYet, {}, new Date(0)).map(({ name, written, enforced, because }) => ({
    ...{ name, written, enforced, because },
    met: enforced ? true : null,
  }))

const nothingYet = { headAt: null, statistics: null, maxAgeSeconds: null, lastRun: null }

/** So many are asked about at once. */
const batch = 200

/** @returns how many were asked about. Products that no policy has judged yet; with `all` every product, because the policies have changed. */
export const judgeTheRest = async (deps: Deps, { all = false } = {}): Promise<number> => {
  const rows = await deps.store.db
    .selectFrom('product')
    .select('id')
    .$if(!all, (query) => query.where('certifiable', 'is', null))
    .where('current_version', 'is not', null)
    .orderBy('id')
    .execute()
  for (let start = 0; start < rows.length; start += batch)
    await judge(
      rows.slice(start, start + batch).map(({ id }) => id),
      deps,
      deps.store.db,
    )
  return rows.length
}
