import { useApi } from '../../api/index.ts'
import { Card, cn, Stat } from '../../ui/index.ts'
import { Sparkline } from '../../viz/spark.tsx'
import { compact, duration, percent, plural } from '../../words/index.ts'
import type { View } from '../words.ts'

/** Four figures and how they came there. A history of one run is a base line, not a trend. */
export function Stats({ product }: { product: View }) {
  const params = { domain: product.domain, product: product.name }
  const quality = useApi('getQuality', { params })
  const slo = useApi('getSlo', { params })
  const snapshots = useApi('listSnapshots', { params, query: { limit: 30 } })
  const consumers = useApi('listConsumers', { params })

  const scores = quality.data?.points.map(({ score }) => score) ?? []
  const score = scores.at(-1)
  const { ageSeconds, maxAgeSeconds } = product.trust
  const ages = (slo.data?.levels.find(({ name }) => name === 'freshness')?.points ?? []).flatMap(({ value }) =>
    value === null ? [] : [value],
  )
  const rows = (snapshots.data?.snapshots ?? []).flatMap((each) => each.rows ?? []).reverse()
  const days = consumers.data?.days ?? []
  const reads = consumers.data ? days.reduce((sum, day) => sum + day.reads, 0) : product.reads

  return (
    <Card className="grid grid-cols-4 divide-x divide-line max-md:grid-cols-2 max-md:[&>*:nth-child(2)]:border-r-0 max-md:[&>*:nth-child(n+3)]:border-line max-md:[&>*:nth-child(n+3)]:border-t">
      <Stat
        label="Quality score"
        value={score === undefined ? '–' : percent(score)}
        {...stepOf(scores, (by) => `${by > 0 ? '+' : '−'}${percent(Math.abs(by))}`, 'up')}
      >
        <Trend
          values={scores}
          label={`Quality score of the last ${plural(scores.length, 'run')}`}
          color={
            product.trust.health === 'failing'
              ? 'var(--bad)'
              : score !== undefined && score < 1
                ? 'var(--warn)'
                : 'var(--ok)'
          }
        />
      </Stat>
      <Stat
        label="Freshness"
        value={ageSeconds === null ? '–' : duration(ageSeconds)}
        note={maxAgeSeconds === null ? 'no promise' : `of ${duration(maxAgeSeconds)}`}
        tone={product.trust.health === 'stale' ? 'warn' : 'muted'}
      >
        <Trend values={ages} label="Age of the data over the last 30 days" />
      </Stat>
      <Stat
        label="Rows"
        value={product.rows === null ? '–' : compact(product.rows)}
        {...stepOf(rows, (by) => `${by > 0 ? '+' : '−'}${compact(Math.abs(by))}`, 'none')}
      >
        <Trend values={rows} label={`Rows of the last ${plural(rows.length, 'snapshot')}`} />
      </Stat>
      <Stat label="Reads, 30 days" value={compact(reads)} note={reads === 0 ? 'none yet' : undefined}>
        <Trend values={reads === 0 ? [] : days.map((day) => day.reads)} label="Reads of each of the last 30 days" />
      </Stat>
    </Card>
  )
}

const Trend = ({ values, label, color }: { values: readonly number[]; label: string; color?: string }) => (
  <div className={cn('-mx-1', values.length < 2 && 'opacity-60')}>
    <Sparkline
      values={values}
      label={values.length < 2 ? `${label}: no history yet` : label}
      color={values.length < 2 ? 'var(--line-2)' : (color ?? 'var(--accent)')}
    />
  </div>
)

/** The step from the value before the last, with what it means. */
const stepOf = (values: readonly number[], word: (by: number) => string, good: 'up' | 'none') => {
  const [before, last] = [values.at(-2), values.at(-1)]
  if (before === undefined || last === undefined || before === last) return {}
  const by = last - before
  return { note: word(by), tone: good === 'none' ? ('muted' as const) : by > 0 ? ('ok' as const) : ('bad' as const) }
}
