import type { Reply } from '../../api/index.ts'

export type CheckHistory = Reply<'getQuality'>['checks'][number]

/** What a check measured, as text. */
export const written = (value: number | string): string =>
  typeof value === 'number' ? value.toLocaleString('en', { maximumFractionDigits: 4 }) : value
