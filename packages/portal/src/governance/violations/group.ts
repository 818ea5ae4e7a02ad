import type { Reply } from '../../api/index.ts'

export type Violation = Reply<'listViolations'>['violations'][number]
export const effects = ['block', 'warn', 'inform', 'shadow'] as const

export type Group = { product: string; owner: string; violations: Violation[] }

/** Product by product: those that are stopped first, then those with the oldest trouble. Within one the worst first. */
export const byProduct = (violations: readonly Violation[]): Group[] =>
  [...Map.groupBy(violations, ({ product }) => product)]
    .map(([product, mine]) => ({
      product,
      owner: mine[0]?.owner ?? '',
      violations: mine.toSorted((a, b) => rank(a) - rank(b) || Date.parse(a.since) - Date.parse(b.since)),
    }))
    .sort((a, b) => worst(a) - worst(b) || oldest(a) - oldest(b) || (a.product < b.product ? -1 : 1))

const rank = ({ effect }: Pick<Violation, 'effect'>): number => effects.indexOf(effect)
const worst = ({ violations }: Group): number => Math.min(...violations.map(rank))
const oldest = ({ violations }: Group): number => Math.min(...violations.map(({ since }) => Date.parse(since)))
