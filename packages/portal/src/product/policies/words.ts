import type { Reply } from '../../api/index.ts'

export type Verdict = Reply<'getVerdicts'>['verdicts'][number]
type Outcome = Verdict['outcome']

const order: readonly Outcome[] = ['block', 'error', 'warn', 'inform', 'shadow', 'waived', 'pass']

/** What needs somebody first. */
export const worstFirst = <T extends { outcome: Outcome }>(verdicts: readonly T[]): T[] =>
  verdicts.toSorted((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome))

/** Something that its owner would mend; what is only tried out, waived or hinted at does not count. */
export const isLoud = ({ outcome }: { outcome: Outcome }): boolean =>
  outcome === 'block' || outcome === 'error' || outcome === 'warn'

/** `All 12 policies are kept`, `2 of 12 policies are not kept, 1 waived`. */
export const summaryOf = (verdicts: readonly { outcome: Outcome }[]): string => {
  const n = verdicts.length
  if (n === 0) return 'No policy is about it'
  const loud = verdicts.filter(isLoud).length
  const waived = verdicts.filter(({ outcome }) => outcome === 'waived').length
  const excused = waived === 0 ? '' : `, ${waived} waived`
  if (loud > 0)
    return `${loud} of ${n} ${n === 1 ? 'policy' : 'policies'} ${loud === 1 ? 'is' : 'are'} not kept${excused}`
  return n === 1 ? `The one policy is kept${excused}` : `All ${n} policies are kept${excused}`
}
