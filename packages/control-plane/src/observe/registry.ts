/** Prometheus text exposition, as much of it as we need. Rule: prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4 */
type Labels = Readonly<Record<string, string>>

export type Family = {
  name: string
  kind: 'counter' | 'gauge' | 'histogram'
  help: string
  samples: readonly { suffix?: string; labels: Labels; value: number }[]
}

export const exposition = (families: readonly Family[]): string =>
  families
    .filter((family) => family.samples.length > 0)
    .map(
      ({ name, kind, help, samples }) =>
        `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${samples
          .map(({ suffix = '', labels, value }) => `${name}${suffix}${labelText(labels)} ${valueText(value)}\n`)
          .join('')}`,
    )
    .join('')

const labelText = (labels: Labels): string => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')

const valueText = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? '+Inf' : value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value)

export type Counter = { add(labels: Labels, by?: number): void; family(): Family }

export const counter = (name: string, help: string): Counter => {
  const values = new Map<string, { labels: Labels; value: number }>()
  return {
    add(labels, by = 1) {
      const key = JSON.stringify(labels)
      const known = values.get(key)
      if (known) known.value += by
      else values.set(key, { labels, value: by })
    },
    family: () => ({ name, kind: 'counter', help, samples: [...values.values()] }),
  }
}

export type Histogram = { observe(labels: Labels, value: number): void; family(): Family }

/** `bounds` ascending, in the unit of the name. */
export const histogram = (name: string, help: string, bounds: readonly number[]): Histogram => {
  const series = new Map<string, { labels: Labels; buckets: number[]; sum: number; count: number }>()
  return {
    observe(labels, value) {
      const key = JSON.stringify(labels)
      let one = series.get(key)
      if (!one) {
        one = { labels, buckets: bounds.map(() => 0), sum: 0, count: 0 }
        series.set(key, one)
      }
      one.sum += value
      one.count += 1
      const at = bounds.findIndex((bound) => value <= bound)
      if (at >= 0) one.buckets[at] = (one.buckets[at] ?? 0) + 1
    },
    family: () => ({
      name,
      kind: 'histogram',
      help,
      samples: [...series.values()].flatMap(({ labels, buckets, sum, count }) => {
        let below = 0
        return [
          ...buckets.map((n, index) => {
            below += n
            return { suffix: '_bucket', labels: { ...labels, le: String(bounds[index]) }, value: below }
          }),
          { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
          { suffix: '_sum', labels, value: sum },
          { suffix: '_count', labels, value: count },
        ]
      }),
    }),
  }
}

export const gauge = (name: string, help: string, samples: Family['samples']): Family => ({
  name,
  kind: 'gauge',
  help,
  samples,
})
