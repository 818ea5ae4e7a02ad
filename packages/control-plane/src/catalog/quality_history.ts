import type { CheckResult, ReplyOf, Report } from '@datamesh/core'
import { sql } from 'kysely'
import { checksOf } from './checks.ts'
import type { CatalogDeps } from './deps.ts'
import { releaseEntry } from './releases.ts'
import { reportOf } from './rows.ts'

/**
 * The history of a product's checks, oldest first: one point for each of the last `runs` publishes that checked, also of those that
 * published nothing. Failing rows are there as they were found; who shows them redacts them. @throws not-found
 */
export const qualityHistory = async (
  id: string,
  { runs }: { runs: number },
  deps: CatalogDeps,
): Promise<ReplyOf<'getQuality'>> => {
  const { product } = await releaseEntry(id, undefined, deps)
  const places = await checkedRuns(id, { limit: runs }, deps)
  const [measured, newest] = await Promise.all([outcomesOf(places, deps), newestReport(places, deps)])
  const last = new Map(newest?.checks.map((result) => [result.id, result]))
  return {
    points: measured.filter(({ checks }) => checks.length > 0).map(pointOf),
    checks: checksOf(product, newest).map((check) => ({
      ...check,
      last: last.get(check.id) ?? null,
      history: measured.flatMap(({ at, run, snapshot, checks }) =>
        checks
          .filter((each) => each.id === check.id)
          .map(({ outcome, failingRows, totalRows, value }) => ({
            ...{ at, run, snapshot, outcome, failingRows, totalRows, value },
          })),
      ),
    })),
    quarantined: newest?.quarantined ?? [],
  }
}

/** The proof of the newest publish that checked a product, or one release of it; null: none did yet. */
export const latestReport = async (id: string, release: string, deps: CatalogDeps): Promise<Report | null> =>
  newestReport(await checkedRuns(id, { limit: 1, release }, deps), deps)

/** Where a report is kept: with its run, or with its snapshot once the run is forgotten. */
type Place = { run: string; at: Date; of: 'run' | 'snapshot'; id: string }

/** Newest first. Dry runs say nothing about what is served. Reports are not opened here: they are large. */
const checkedRuns = async (
  product: string,
  { limit, release }: { limit: number; release?: string },
  deps: CatalogDeps,
): Promise<Place[]> => {
  const version = release ?? null
  const { rows } = await sql<Place>`
    select run, at, of, id
    from (
      select r.id as run, coalesce(r.finished_at, r.created_at) as at, 'run' as of, r.id
      from run r
      where r.product = ${product}
        and r.kind = 'publish'
        and r.outcome is not null
        and r.params #>> '{asked,dryRun}' = 'false'
        and (cast(${version} as text) is null or r.params ->> 'release' = ${version})
      union all
      select coalesce(s.run_id, s.id), s.at, 'snapshot', s.id
      from snapshot s
      where s.product = ${product}
        and not exists (select from run r where r.id = s.run_id)
        and (cast(${version} as text) is null or s.version = ${version})
    ) checked
    order by at desc, run desc
    limit ${limit}`.execute(deps.store.db)
  return rows
}

type Outcome = Pick<CheckResult, 'id' | 'severity' | 'outcome' | 'failingRows' | 'totalRows' | 'value'>
type Measured = { at: string; run: string; snapshot: string | null; checks: Outcome[] }

/** What each run found, without rows and texts, oldest first. The state picks the few figures, so that whole reports never travel. */
const outcomesOf = async (places: readonly Place[], deps: CatalogDeps): Promise<Measured[]> => {
  const idsOf = (of: Place['of']) => places.filter((place) => place.of === of).map((place) => place.id)
  const figures = sql`
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', c -> 'id', 'severity', c -> 'severity', 'outcome', c -> 'outcome',
      'failingRows', c -> 'failingRows', 'totalRows', c -> 'totalRows', 'value', c -> 'value'
    )), '[]')`
  const { rows } = await sql<{ id: string; snapshot: string | null; checks: Outcome[] }>`
    select r.id, r.result ->> 'snapshot' as snapshot, (${figures} from jsonb_array_elements(r.result #> '{report,checks}') c) as checks
    from run r
    where r.id = any(cast(${idsOf('run')} as text[])) and jsonb_typeof(r.result -> 'report') = 'object'
    union all
    select s.id, s.id, (${figures} from jsonb_array_elements(s.report -> 'checks') c)
    from snapshot s
    where s.id = any(cast(${idsOf('snapshot')} as text[]))`.execute(deps.store.db)
  const found = new Map(rows.map((row) => [row.id, row]))
  return places
    .flatMap(({ id, run, at }) => {
      const row = found.get(id)
      return row ? [{ at: at.toISOString(), run, snapshot: row.snapshot, checks: row.checks }] : []
    })
    .reverse()
}

const newestReport = async (places: readonly Place[], deps: CatalogDeps): Promise<Report | null> => {
  const [place] = places
  if (!place) return null
  const { db } = deps.store
  const { rows } = await (place.of === 'run'
    ? sql<{ report: unknown }>`select result -> 'report' as report from run where id = ${place.id}`
    : sql<{ report: unknown }>`select report from snapshot where id = ${place.id}`
  ).execute(db)
  return rows[0]?.report ? reportOf(rows[0].report) : null
}

const pointOf = ({ at, run, snapshot, checks }: Measured): ReplyOf<'getQuality'>['points'][number] => {
  const passed = checks.filter((check) => check.outcome === 'passed').length
  // what was not run stops a publish like what failed, where it is not only a warning
  const failed = checks.filter(
    (check) => check.outcome === 'failed' || (check.outcome === 'not-run' && check.severity === 'error'),
  ).length
  const warned = checks.length - passed - failed
  const score = (passed + warned / 2) / checks.length
  return { at, run, score, passed, warned, failed, published: snapshot !== null }
}
