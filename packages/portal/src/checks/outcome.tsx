import type { CheckResult } from '@datamesh/core'
import { CircleCheck, CircleDashed, CircleX, TriangleAlert } from 'lucide-react'
import { cn } from '../ui/index.ts'

export type CheckOutcome = CheckResult['outcome']

const looks = {
  passed: { icon: CircleCheck, word: 'Passed', text: 'text-ok-ink' },
  warned: { icon: TriangleAlert, word: 'Warned', text: 'text-warn-ink' },
  failed: { icon: CircleX, word: 'Failed', text: 'text-bad-ink' },
  'not-run': { icon: CircleDashed, word: 'Not run', text: 'text-ink-3' },
} as const

/** How a check ended: a picture and its word; `quiet` keeps the word for those who listen. */
export const OutcomeMark = ({ outcome, quiet }: { outcome: CheckOutcome | null; quiet?: boolean }) => {
  const { icon: Icon, word, text } = looks[outcome ?? 'not-run']
  return (
    <span className={cn('inline-flex items-center gap-1.5 whitespace-nowrap align-middle text-xs', text)} title={word}>
      <Icon className="size-4 shrink-0" aria-hidden />
      <span className={quiet ? 'sr-only' : undefined}>{word}</span>
    </span>
  )
}

const order: Record<CheckOutcome, number> = { failed: 0, 'not-run': 1, warned: 2, passed: 3 }
/** What needs somebody first. */
export const worstFirst = <T extends { outcome: CheckOutcome | null }>(checks: readonly T[]): T[] =>
  checks.toSorted((a, b) => order[a.outcome ?? 'passed'] - order[b.outcome ?? 'passed'])
