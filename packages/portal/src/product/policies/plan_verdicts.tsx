import type { Verdict } from '@datamesh/core'
import { CircleCheck, OctagonX } from 'lucide-react'
import { OutcomeMark, PolicyLink } from '../../governance/parts.tsx'
import { cn } from '../../ui/index.ts'
import { Violations } from './violations.tsx'
import { isLoud, summaryOf, worstFirst } from './words.ts'

/** What policies say of a release that is not registered yet. */
export const PlanVerdicts = ({ verdicts }: { verdicts: readonly Verdict[] | undefined }) => {
  if (verdicts === undefined || verdicts.length === 0) return null
  const told = worstFirst(verdicts).filter(({ outcome }) => outcome !== 'pass')
  const stopped = verdicts.some(({ outcome }) => outcome === 'block')
  return (
    <section aria-label="Policies" className="text-sm">
      <h3
        role={stopped ? 'alert' : undefined}
        className={cn('mb-1.5 flex items-center gap-2 font-semibold', stopped && 'text-bad-ink')}
      >
        {stopped ? (
          <OctagonX className="size-4" aria-hidden />
        ) : (
          !verdicts.some(isLoud) && <CircleCheck className="size-4 text-ok-ink" aria-hidden />
        )}
        {stopped ? `Refused: ${summaryOf(verdicts).replace(/^A/, 'a')}` : summaryOf(verdicts)}
      </h3>
      {told.length > 0 && (
        <ul className="divide-y divide-line rounded-lg border border-line">
          {told.map((verdict) => (
            <li
              key={verdict.policy}
              className="grid grid-cols-[6.5rem_minmax(0,1fr)] gap-x-3 px-3 py-2 max-sm:grid-cols-1"
            >
              <OutcomeMark outcome={verdict.outcome} className="h-6" />
              <div className="min-w-0">
                <PolicyLink id={verdict.policy} className="inline-flex min-h-6 items-center font-medium" />
                {verdict.error && <p className="text-bad-ink text-xs">{verdict.error}</p>}
                <Violations of={verdict.violations} />
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
