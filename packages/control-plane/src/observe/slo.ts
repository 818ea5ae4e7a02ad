import {
  type Breach,
  breaches,
  budgetOf,
  burnDown,
  burnRate,
  type Measurement,
  mayQuoteRows,
  type ReplyOf,
  reduced,
  spansOf,
} from '@datamesh/core'
import { sql } from 'kysely'
import { type CatalogDeps, getSla } from '../catalog/index.ts'
import { measurementHoldsMs } from './levels.ts'

type Level = ReplyOf<'getSlo'>['levels'][number]
/** `because`: what was measured, told where the level was not met. */
type Measured = Measurement & { because: string | null }
type EndedRun = { at: number; failed: boolean; title: string }

const minute = 60_000
const mostPoints = 400
const burnDownPoints = 100
/** Of the time in which a level has to be met, where the manifest says none. Rule: docs of getSlo in core/api. */
const usualObjective = 0.99

/** Service levels over the last `days` days: how much of the time they were met, what is left of the error budget, and every breach. @throws not-found */
export const sloHistory = async (
  id: string,
  { days }: { days: number },
  deps: CatalogDeps,
): Promise<ReplyOf<'getSlo'>> => {
  const to = deps.now().getTime()
  const window = { from: to - days * 24 * 60 * minute, to }
  const [levels, measured, runs] = await Promise.all([
    getSla(id, deps),
    measurementsOf(id, window.from - measurementHoldsMs, deps),
    endedRuns(id, window.from, deps),
  ])
  return { days, levels: levels.map((level) => levelOver(level, measured.get(level.name) ?? [], runs, window)) }
}

const levelOver = (
  level: ReplyOf<'getSla'>['levels'][number],
  measured: readonly Measured[],
  runs: readonly EndedRun[],
  window: { from: number; to: number },
): Level => {
  const objective = level.name === 'availability' ? (level.target ?? usualObjective) : usualObjective
  const spans = spansOf(measured, window, measurementHoldsMs)
  const { attained, left } = budgetOf(spans, window, objective)
  const rate = (minutes: number) => burnRate(spans, window.to, minutes * minute, objective)
  const within = measured.filter((each) => each.at >= window.from)
  return {
    ...level,
    objective,
    attained,
    budgetLeft: left,
    burnRates: { hour: rate(60), sixHours: rate(6 * 60), threeDays: rate(3 * 24 * 60) },
    points: reduced(within, mostPoints).map(({ at, value, met }) => ({ at: iso(at), value, met })),
    burnDown: burnDown(spans, window, objective, burnDownPoints).map((point) => ({
      at: iso(point.at),
      left: point.left,
    })),
    breaches: breaches(spans, window, level.unit === 'seconds' ? 'higher' : 'lower').map((breach) => ({
      from: iso(breach.from),
      to: breach.to === null ? null : iso(breach.to),
      worst: breach.worst,
      cause: causeOf(level.name, breach, measured, runs),
    })),
  }
}

/** The other levels measure the data itself: a breach of them is its own explanation. */
const causeOf = (level: string, breach: Breach, measured: readonly Measured[], runs: readonly EndedRun[]) => {
  if (level === 'freshness') return failureBehind(breach, runs)
  return level === 'availability' ? toldIn(breach, measured) : null
}

const iso = (at: number): string => new Date(at).toISOString()

/** Data gets old when no publish succeeds: the last failure within the breach, else the one that stood when it began. */
const failureBehind = ({ from, to }: Breach, runs: readonly EndedRun[]): string | null => {
  const before = runs.filter((run) => run.at <= (to ?? Number.POSITIVE_INFINITY))
  const within = before.findLast((run) => run.failed && run.at >= from)
  const standing = before.findLast((run) => run.at < from)
  return (within ?? (standing?.failed ? standing : undefined))?.title ?? null
}

/** What the worst measurement of the breach said about itself. */
const toldIn = ({ from, to, worst }: Breach, measured: readonly Measured[]): string | null =>
  measured.findLast((each) => !each.met && each.value === worst && each.at >= from && each.at <= (to ?? each.at))
    ?.because ?? null

const measurementsOf = async (id: string, from: number, deps: CatalogDeps): Promise<Map<string, Measured[]>> => {
  const { rows } = await sql<{ slo: string; at: Date; value: number | null; met: boolean; because: string | null }>`
    select slo, at, value, met, case when met then null else detail ->> 'because' end as because
    from slo_measurement
    where product = ${id} and at >= ${new Date(from)}
    order by slo, at`.execute(deps.store.db)
  const levels = new Map<string, Measured[]>()
  for (const { slo, at, ...rest } of rows) {
    const known = levels.get(slo)
    if (known) known.push({ ...rest, at: at.getTime() })
    else levels.set(slo, [{ ...rest, at: at.getTime() }])
  }
  return levels
}

/** Publishes that ended since `from`, and the last one before it, in order of time. */
const endedRuns = async (id: string, from: number, deps: CatalogDeps): Promise<EndedRun[]> => {
  const quoting = [...mayQuoteRows]
  const { rows } = await sql<{ at: Date; failed: boolean; title: string | null }>`
    with ended as (
      select finished_at as at, state = 'failed' as failed,
        case when error ->> 'code' = any(cast(${quoting} as text[])) then null else error ->> 'title' end as title
      from run
      where product = ${id}
        and kind = 'publish'
        and state in ('succeeded', 'failed')
        and finished_at is not null
        and params #>> '{asked,dryRun}' = 'false'
    )
    select at, failed, title
    from ended
    where at >= coalesce((select max(at) from ended where at < ${new Date(from)}), ${new Date(from)})
    order by at`.execute(deps.store.db)
  return rows.map(({ at, failed, title }) => ({ at: at.getTime(), failed, title: title ?? 'a run failed' }))
}
