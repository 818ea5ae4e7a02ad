/** What was seen of a product on one day (UTC): minutes with and without its data at hand, requests with and without an answer. */
export type Day = { up: number; down: number; served: number; failed: number }
export type Availability = Record<string, Day>

/** The window of the service level, in days. */
const windowDays = 30

const emptyDay: Day = { up: 0, down: 0, served: 0, failed: 0 }

const dayOf = (at: Date): string => at.toISOString().slice(0, 10)

/** One more measurement; days outside the window fall out. */
export const withMeasurement = (known: Availability, more: Partial<Day>, now: Date): Availability => {
  const today = dayOf(now)
  const before = known[today] ?? emptyDay
  const oldest = dayOf(new Date(now.getTime() - windowDays * 86_400_000))
  const kept = Object.fromEntries(Object.entries(known).filter(([day]) => day > oldest))
  return {
    ...kept,
    [today]: {
      up: before.up + (more.up ?? 0),
      down: before.down + (more.down ?? 0),
      served: before.served + (more.served ?? 0),
      failed: before.failed + (more.failed ?? 0),
    },
  }
}

/** Share of minutes with the data at hand, times share of requests answered. Null before the first measurement. */
export const availabilityOf = (known: Availability): { share: number | null; because: string } => {
  const sum = Object.values(known).reduce(
    (total, day) => ({
      up: total.up + day.up,
      down: total.down + day.down,
      served: total.served + day.served,
      failed: total.failed + day.failed,
    }),
    emptyDay,
  )
  const minutes = sum.up + sum.down
  if (minutes === 0) return { share: null, because: 'not measured yet' }
  const requests = sum.served + sum.failed
  const share = (sum.up / minutes) * (requests === 0 ? 1 : sum.served / requests)
  const days = Object.keys(known).length
  return {
    share,
    because: `${sum.up} of ${minutes} minutes with the data at hand and ${sum.served} of ${requests} requests answered, over ${days} day${days === 1 ? '' : 's'}`,
  }
}

/** Minutes in which nobody looked, because the platform was off: the data was not to be had then. */
export const minutesMissed = (lastLookAt: Date | null, now: Date): number =>
  lastLookAt === null ? 0 : Math.max(0, Math.floor((now.getTime() - lastLookAt.getTime()) / 60_000) - 1)

/** The q-th part of unordered values, 0..1; null of none. */
export const quantile = (values: readonly number[], q: number): number | null => {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(q * sorted.length) - 1)] ?? null
}
