import type { Waiver } from '@datamesh/core'
import { duration } from '../../words/index.ts'

const dayMs = 86_400_000

/** `12 days`, `5 h`; soon: within a week. */
export const endText = (until: string, now = Date.now()): { text: string; soon: boolean } => {
  const left = Date.parse(until) - now
  return left <= 0 ? { text: 'over', soon: false } : { text: `in ${duration(left / 1000)}`, soon: left < 7 * dayMs }
}

export const endingFirst = <T extends Pick<Waiver, 'until'>>(waivers: readonly T[]): T[] =>
  waivers.toSorted((a, b) => Date.parse(a.until) - Date.parse(b.until))

/** A day as a form takes it, so many days from now. */
export const dayFromNow = (days: number, now = Date.now()): string =>
  new Date(now + days * dayMs).toISOString().slice(0, 10)

/** A waiver to a day ends at the midnight after it; that day is what people say. */
export const lastDay = (until: string): Date => new Date(Date.parse(until) - 1000)
