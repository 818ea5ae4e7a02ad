import type {
  Certifiable,
  Certification,
  CertificationFacts,
  DataProduct,
  LevelFacts,
  TableVersion,
} from '@datamesh/core'
import { tierOf } from '@datamesh/core'
import { type Kysely, sql } from 'kysely'
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
  const [found] = facts && certify ? await certify([{ ...facts, levels }]).catch(() => []) : []
  return found ?? []
}

/** What was judged, and what it was judged from: it holds as long as that is so. */
type Judging = { id: string; version: string; snapshot: string | null; certifiable: Certifiable | null }

/**
 * The tiers that policies leave to products: lists and search need it of thousands, and only the levels change without an apply or a
 * publish. Asked is once with every level met, and once without each of them.
 */
const judge = async (all: readonly Facts[], certify: NonNullable<Deps['certify']>): Promise<Judging[]> => {
  const judged = all.map((facts) => ({ facts, levels: promised(facts.product) }))
  const asked = judged.flatMap(({ facts, levels }) => [
    { ...facts, levels },
    ...levels.map((missed) => ({
      ...facts,
      levels: levels.map((each) => (each === missed ? { ...each, met: false } : each)),
    })),
  ])
  const answers = (await certify(asked)).map((certification) => tierOf(certification) ?? 'none')
  let at = 0
  return judged.map(({ facts: { product, published }, levels }) => {
    const [met = 'none', ...without] = answers.slice(at, at + levels.length + 1)
    at += levels.length + 1
    return {
      id: product.id,
      version: product.version,
      snapshot: published?.snapshot ?? null,
      certifiable: { met, without: Object.fromEntries(levels.map(({ name }, i) => [name, without[i] ?? 'none'])) },
    }
  })
}

/** Name of the setting that says by which policies products were judged last: `{ by, done }`. */
export const judgedByKey = 'governance.tiers'

const judgedBy = sql<string | null>`(select value ->> 'by' from setting where key = ${judgedByKey})`

/**
 * Judges a product as it is about to be, before the transaction that makes it so: policies may take long, and with the embedded state a
 * transaction keeps everybody else waiting. Null: nobody certifies.
 */
export const judgeAhead = async (
  facts: Facts | undefined,
  { store, certify }: Deps,
): Promise<(Judging & { by: string | null }) | null> => {
  if (facts === undefined || certify === undefined) return null
  const { rows } = await sql<{ by: string | null }>`select ${judgedBy} as by`.execute(store.db)
  const { product, published } = facts
  const unjudged = {
    id: product.id,
    version: product.version,
    snapshot: published?.snapshot ?? null,
    certifiable: null,
  }
  // nobody could be asked: that stops no release, and the look asks again
  const [judged = unjudged] = await judge([facts], certify).catch(() => [])
  return { ...judged, by: rows[0]?.by ?? null }
}

/** Writes it down where it still holds; where something was faster (a release, a snapshot, a policy), the product is judged again soon. */
export const writeJudged = async (judged: Awaited<ReturnType<typeof judgeAhead>>, tx: Db): Promise<void> => {
  if (judged === null) return
  const { id, version, snapshot, by, certifiable } = judged
  await sql`
    update product
    set certifiable = case
      when current_version = ${version}
        and (select snapshot_id from head where product = product.id) is not distinct from cast(${snapshot} as text)
        and ${judgedBy} is not distinct from cast(${by} as text)
      then ${certifiable === null ? sql`cast(null as jsonb)` : json(certifiable)}
      end
    where id = ${id}`.execute(tx)
}

/** The same for many, in one statement. What has moved meanwhile was judged by whoever moved it. */
const writeAll = (judged: readonly Judging[], db: Db) =>
  sql`
  update product
  set certifiable = r.certifiable
  from jsonb_to_recordset(${json(judged)}) as r (id text, version text, snapshot text, certifiable jsonb)
  where product.id = r.id
    and product.current_version = r.version
    and (select snapshot_id from head where product = r.id) is not distinct from r.snapshot`.execute(db)

/** What is enforced counts as met; what nobody here measures stays open. */
const promised = ({ sla }: DataProduct): LevelFacts[] =>
  serviceLevels(sla, nothingYet, {}, new Date(0)).map(({ name, written, enforced, because }) => ({
    ...{ name, written, enforced, because },
    met: enforced ? true : null,
  }))

const nothingYet = { headAt: null, statistics: null, maxAgeSeconds: null, lastRun: null }

/** So many are asked about at once. */
const batch = 100

/** @returns how many were judged. Products that no policy has judged yet; with `all` every product, because the policies have changed. */
export const judgeTheRest = async (
  { store: { db }, certify }: Deps,
  { all = false, stop = () => false }: { all?: boolean; stop?: () => boolean } = {},
): Promise<number> => {
  if (certify === undefined) return 0
  const rows = await db
    .selectFrom('product')
    .select('id')
    .$if(!all, (query) => query.where('certifiable', 'is', null))
    .where('current_version', 'is not', null)
    .orderBy('id')
    .execute()
  const factsFrom = (start: number) =>
    factsFor(
      rows.slice(start, start + batch).map(({ id }) => id),
      db,
    )
  let written = 0
  let next = factsFrom(0)
  for (let start = 0; start < rows.length && !stop(); start += batch) {
    const facts = await next
    next = factsFrom(start + batch)
    // read while these are judged; told when its turn comes
    next.catch(() => {})
    written += Number((await writeAll(await judge(facts, certify), db)).numAffectedRows ?? 0)
  }
  return written
}
