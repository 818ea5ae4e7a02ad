/** What a line is made of: a moment and a figure; null where nothing was measured, which breaks the line. */
export type Reading = { at: number; value: number | null }

/**
 * At most `most` readings that look the same as all of them: of every slice of time the first, lowest, highest and last,
 * so that no spike is lost. Order of time stays; the first and last reading always stay.
 */
export const reduceReadings = <T extends Reading>(readings: readonly T[], most = 400): readonly T[] => {
  if (readings.length <= most) return readings
  const slices = Math.max(1, Math.floor((most - 2) / 4))
  const inner = readings.slice(1, -1)
  const kept = new Set<T>([readings[0] as T, readings[readings.length - 1] as T])
  for (let slice = 0; slice < slices; slice++) {
    const part = inner.slice(
      Math.floor((slice * inner.length) / slices),
      Math.floor(((slice + 1) * inner.length) / slices),
    )
    const measured = part.filter((each) => each.value !== null)
    for (const each of [
      part[0],
      part[part.length - 1],
      least(measured, (each) => each.value ?? 0),
      least(measured, (each) => -(each.value ?? 0)),
    ])
      if (each) kept.add(each)
  }
  return readings.filter((each) => kept.has(each))
}

const least = <T>(all: readonly T[], by: (each: T) => number): T | undefined =>
  all.reduce<T | undefined>((best, each) => (best === undefined || by(each) < by(best) ? each : best), undefined)

/** Index of the reading nearest to a moment. */
export const nearest = (readings: readonly Reading[], at: number): number => {
  let low = 0
  let high = readings.length - 1
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((readings[middle]?.at ?? 0) <= at) low = middle
    else high = middle
  }
  const [left, right] = [readings[low], readings[high]]
  return left && right && at - left.at > right.at - at ? high : low
}

export type Limits = { least?: number | undefined; most?: number | undefined }

/** Lowest and highest value of the axis: everything drawn with some air, never beyond what can be (a share above 1). */
export const rangeOf = (values: readonly number[], { least: low, most: high }: Limits = {}): [number, number] => {
  if (values.length === 0) return [low ?? 0, high ?? 1]
  const [bottom, top] = [Math.min(...values), Math.max(...values)]
  const air = (top - bottom || Math.abs(top) || 1) * 0.12
  const range: [number, number] = [bottom - air, top + air]
  if (low !== undefined && range[0] < low) range[0] = low
  if (high !== undefined && range[1] > high) range[1] = high
  return range[0] < range[1] ? range : [range[0] - air, range[1]]
}

export type Objective = { value: number; bad: 'below' | 'above' }
export const misses = (value: number | null, objective: Objective | undefined): boolean =>
  value !== null &&
  objective !== undefined &&
  (objective.bad === 'below' ? value < objective.value : value > objective.value)

/** How a moment is written on an axis of this length. */
export const tickWords = (spanMs: number): ((at: Date) => string) => {
  const format = new Intl.DateTimeFormat(
    'en-GB',
    spanMs <= 10 * 60_000
      ? { hour: '2-digit', minute: '2-digit', second: '2-digit' }
      : spanMs <= 36 * 3_600_000
        ? { hour: '2-digit', minute: '2-digit' }
        : { day: 'numeric', month: 'short' },
  )
  return (at) => format.format(at)
}

/** How a moment is written where it stands alone: the day, and the time where days are few. */
export const momentWords = (spanMs: number): ((at: number) => string) => {
  const format = new Intl.DateTimeFormat(
    'en-GB',
    spanMs <= 10 * 60_000
      ? { hour: '2-digit', minute: '2-digit', second: '2-digit' }
      : spanMs <= 14 * 86_400_000
        ? { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }
        : { day: 'numeric', month: 'short' },
  )
  return (at) => format.format(new Date(at))
}

export type Bin = { from: number; to: number; count: number }
/** Values in equal steps; one bin when all are the same. */
export const binsOf = (values: readonly number[], wanted = 12): Bin[] => {
  if (values.length === 0) return []
  const [low, high] = [Math.min(...values), Math.max(...values)]
  if (low === high) return [{ from: low, to: high, count: values.length }]
  const width = (high - low) / wanted
  const bins = Array.from({ length: wanted }, (_, i) => ({
    from: low + i * width,
    to: low + (i + 1) * width,
    count: 0,
  }))
  for (const value of values) {
    const bin = bins[Math.min(wanted - 1, Math.floor(((value - low) / (high - low)) * wanted))]
    if (bin) bin.count += 1
  }
  return bins
}

const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400]

/** Places on an axis of seconds that people count in: quarters of an hour, hours, days. */
export const secondsTicks = (low: number, high: number, wanted = 4): number[] => {
  const rough = (high - low) / wanted
  if (rough < 1) return []
  const step = timeSteps.find((each) => each >= rough) ?? Math.ceil(rough / 86_400) * 86_400
  const first = Math.ceil(low / step)
  return Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, i) => (first + i) * step)
}
