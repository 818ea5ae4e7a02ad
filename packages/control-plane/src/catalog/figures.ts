import type { ProductCard } from '@datamesh/core'
import { sql } from 'kysely'
import type { CatalogDeps } from './deps.ts'
import type { Measured } from './trust.ts'

/** What a card tells beside the product itself: who uses it, how its checks went, what was measured. */
export type CardFigures = {
  /** Reads of all ports in the last 30 days, and by how many people and machines. */
  reads: number
  people: number
  /** Products that read it. */
  readers: string[]
  history: ProductCard['history']
  measured: Measured
}

export const usedDays = 30
const historyRuns = 24

type FigureRow = Omit<CardFigures, 'history' | 'measured'> & {
  id: string
  history: { at: string; outcome: 'passed' | 'warned' | 'failed' }[] | null
} & Measurements

/** As `newest` gives them. */
export type Measurements = Record<'availability' | 'latency', { value: number | null; because: string | null } | null>

/** The figures of many products in one statement. */
export const figuresOf = async (
  ids: readonly string[],
  { store, now }: Pick<CatalogDeps, 'store' | 'now'>,
): Promise<Map<string, CardFigures>> => {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<FigureRow>`
    select p.id, used.reads, used.people, down.readers, checked.history,
      ${newest('availability')} as availability,
      ${newest('latency')} as latency
    from unnest(cast(${ids} as text[])) as p (id)
    cross join lateral (
      select coalesce(sum(reads), 0)::float8 as reads, count(distinct principal)::int as people
      from port_read
      where product = p.id and day > ${firstDay(now())}) used
    cross join lateral (
      select coalesce(array_agg(distinct product), '{}') as readers
      from lineage_edge
      where from_ref = p.id and level = 'product' and from_kind = 'product') down
    cross join lateral (
      select jsonb_agg(jsonb_build_object('at', at, 'outcome', outcome) order by created_at) as history
      from (
        select coalesce(finished_at, created_at) as at, created_at, outcome
        from run
        where run.product = p.id and outcome is not null and run.kind = 'publish'
          and run.params #>> '{asked,dryRun}' = 'false'
        order by created_at desc
        limit ${historyRuns}) last) checked`.execute(store.db)
  return new Map(rows.map(({ id, ...row }) => [id, figuresFrom(row)]))
}

/** The newest stored measurement of a level that needs a window, of the product `p`. */
export const newest = (level: 'availability' | 'latency') => sql`(
  select jsonb_build_object('value', value, 'because', detail ->> 'because')
  from slo_measurement
  where product = p.id and slo = ${level}
  order by at desc
  limit 1)`

/** The day before the first one that counts. */
export const firstDay = (now: Date): string =>
  new Date(now.getTime() - usedDays * 86_400_000).toISOString().slice(0, 10)

const figuresFrom = ({
  reads,
  people,
  readers,
  history,
  availability,
  latency,
}: Omit<FigureRow, 'id'>): CardFigures => ({
  reads,
  people,
  readers,
  history: (history ?? []).map(({ at, outcome }) => ({ at: new Date(at).toISOString(), outcome })),
  measured: measuredFrom({ availability, latency }),
})

export const measuredFrom = ({ availability, latency }: Measurements): Measured => ({
  ...(availability ? { availability: { value: availability.value, detail: availability.because ?? '' } } : {}),
  ...(latency ? { latency: { value: latency.value, detail: latency.because ?? '' } } : {}),
})
