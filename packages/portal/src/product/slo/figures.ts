import type { Reply } from '../../api/index.ts'
import { duration, percent } from '../../words/index.ts'

export type Level = Reply<'getSlo'>['levels'][number]

/** A measurement in the unit of its level. */
export const writtenIn = (unit: Level['unit'], value: number): string =>
  unit === 'seconds' ? duration(value) : unit === 'share' ? percent(value, 2) : value.toLocaleString('en')

export const saidIn = (unit: Level['unit'], value: number): string =>
  unit === 'share'
    ? `${(value * 100).toFixed(2).replace(/\.?0+$/, '')} percent`
    : writtenIn(unit, value)
        .replaceAll('\u202f', ' ')
        .replace(/\bmin\b/, 'minutes')
        .replace(/\bh\b/, 'hours')
        .replace(/\bs\b/, 'seconds')

/** What a burn rate says about the budget of the window. 1: just used up at its end. */
export const burnMeaning = (
  rate: number | null,
  days: number,
): { words: string; tone: 'ok' | 'warn' | 'bad' | 'muted' } => {
  if (rate === null) return { words: 'not measured', tone: 'muted' }
  if (rate === 0) return { words: 'nothing is spent', tone: 'ok' }
  if (rate <= 1) return { words: 'the budget lasts', tone: 'ok' }
  return { words: `a full budget is gone in ${duration((days * 86_400) / rate)}`, tone: rate >= 6 ? 'bad' : 'warn' }
}

export const isMeasured = (level: Level): boolean => level.points.length > 0 || level.measured !== null
