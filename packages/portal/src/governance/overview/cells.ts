import type { Reply } from '../../api/index.ts'

type View = Reply<'governance'>
export type Cell = View['matrix'][number]['cells'][number]
type Policy = View['policies'][number]

/** How loud a cell is. What passes is quiet; what only hints or is tried out is grey. */
export type Tone = 'none' | 'passes' | 'waived' | 'quiet' | 'warns' | 'fails'

export const toneOf = (cell: Cell | undefined, { mode, severity }: Pick<Policy, 'mode' | 'severity'>): Tone => {
  if (cell === undefined || cell.judged === 0) return 'none'
  const loud = cell.hit - cell.hint
  if (loud > 0) {
    const blocks = mode === 'block' && severity === 'block'
    return blocks || shareOf(cell) < 0.6 ? 'fails' : 'warns'
  }
  if (cell.hit + cell.shadow > 0) return 'quiet'
  return cell.waived > 0 ? 'waived' : 'passes'
}

/** Share of products without an open hit, 0 to 1. */
export const shareOf = ({ judged, passed, waived }: Cell): number => (judged === 0 ? 1 : (passed + waived) / judged)

/** Rounded, but never to all or nothing when that is not so. */
export const shareText = (cell: Cell): string => {
  const share = shareOf(cell)
  return String(share <= 0 ? 0 : share >= 1 ? 100 : Math.min(99, Math.max(1, Math.round(share * 100))))
}

/** Policies that are asked about products as they stand, those that most break first; those of changes and of tiers have no cells. */
export const columnsOf = ({ policies, matrix }: Pick<View, 'policies' | 'matrix'>): Policy[] => {
  const open = new Map<string, number>()
  // what breaks weighs more than any number of hints
  for (const { cells } of matrix)
    for (const { policy, judged, hit, hint, shadow } of cells)
      if (judged > 0) open.set(policy, (open.get(policy) ?? 0) + (hit - hint) + (hint + shadow) / 1e9)
  return policies.filter(({ id }) => open.has(id)).toSorted((a, b) => (open.get(b.id) ?? 0) - (open.get(a.id) ?? 0))
}
