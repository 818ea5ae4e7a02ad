import { memoryUsage } from 'node:process'
import { sql } from 'kysely'
import type { CatalogDeps } from '../catalog/index.ts'
import type { Store } from '../store/index.ts'
import { exposition, type Family, gauge } from './registry.ts'

export type MetricsDeps = Pick<CatalogDeps, 'cache' | 'now'> & { store: Pick<Store, 'db' | 'health'>; startedAt: Date }

/** Everything that is measured, as Prometheus reads it; what the state knows is asked at the moment of the scrape. */
export const metricsText = async (counted: readonly Family[], deps: MetricsDeps): Promise<string> => {
  const { db } = deps.store
  const now = deps.now()
  const [health, runs, heads, durations] = await Promise.all([
    deps.store.health(),
    sql<{ state: string; n: number }>`
      select state, count(*)::int as n
      from run
      where kind = 'publish'
      group by state
      order by state`.execute(db),
    sql<{ product: string; seconds: number; rows: number; bytes: number; sequence: number }>`
      select
        h.product,
        extract(epoch from (cast(${now} as timestamptz) - s.at))::float8 as seconds,
        s.row_count as rows,
        s.size_bytes as bytes,
        h.sequence
      from head h
      join snapshot s on s.id = h.snapshot_id
      order by h.product`.execute(db),
    sql<{ product: string; seconds: number; n: number }>`
      select product, sum(extract(epoch from (finished_at - started_at)))::float8 as seconds, count(*)::int as n
      from run
      where kind = 'publish' and state = 'succeeded'
      group by product
      order by product`.execute(db),
  ])
  const byProduct = <T extends { product: string }>(rows: readonly T[], value: (row: T) => number) =>
    rows.map((row) => ({ labels: { product: row.product }, value: Number(value(row)) }))
  return exposition([
    ...counted,
    gauge(
      'datamesh_runs',
      'Publish runs by state.',
      runs.rows.map((row) => ({ labels: { state: row.state }, value: row.n })),
    ),
    {
      name: 'datamesh_publish_duration_seconds',
      kind: 'histogram',
      help: 'Time from start to commit of publishes that succeeded.',
      samples: durations.rows.flatMap(({ product, seconds, n }) => [
        { suffix: '_bucket', labels: { product, le: '+Inf' }, value: n },
        { suffix: '_sum', labels: { product }, value: seconds },
        { suffix: '_count', labels: { product }, value: n },
      ]),
    },
    gauge(
      'datamesh_snapshot_age_seconds',
      'Age of the head.',
      byProduct(heads.rows, (row) => row.seconds),
    ),
    gauge(
      'datamesh_snapshot_rows',
      'Rows of the head.',
      byProduct(heads.rows, (row) => row.rows),
    ),
    gauge(
      'datamesh_snapshot_bytes',
      'Bytes of the head.',
      byProduct(heads.rows, (row) => row.bytes),
    ),
    gauge(
      'datamesh_snapshot_sequence',
      'Number of the head.',
      byProduct(heads.rows, (row) => row.sequence),
    ),
    {
      name: 'datamesh_catalog_cache_total',
      kind: 'counter',
      help: 'Products asked of the cache.',
      samples: [
        { labels: { result: 'hit' }, value: deps.cache.hits },
        { labels: { result: 'miss' }, value: deps.cache.misses },
      ],
    },
    gauge('datamesh_state_up', 'The state answers.', [{ labels: { kind: health.kind }, value: health.ok ? 1 : 0 }]),
    gauge(
      'datamesh_state_latency_seconds',
      'Round trip of a trivial statement.',
      health.latencyMs === null ? [] : [{ labels: {}, value: health.latencyMs / 1000 }],
    ),
    gauge('datamesh_state_restarts', 'Times the embedded state was opened again.', [
      { labels: {}, value: health.restarts },
    ]),
    gauge('process_resident_memory_bytes', 'Memory of this process.', [{ labels: {}, value: memoryUsage().rss }]),
    gauge('process_start_time_seconds', 'When this process began.', [
      { labels: {}, value: deps.startedAt.getTime() / 1000 },
    ]),
  ])
}
