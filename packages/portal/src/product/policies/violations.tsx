import type { Violation } from '@datamesh/core'
import { Wrench } from 'lucide-react'
import type { ReactNode } from 'react'
import { Place } from '../../governance/parts.tsx'
import { cn, sentence } from '../../ui/index.ts'

/** What a policy found, how to mend it, and where. */
export const Violations = ({
  of,
  beside,
}: {
  of: readonly Violation[]
  beside?: (violation: Violation) => ReactNode
}) => (
  <ul className="flex flex-col gap-2">
    {of.map((violation) => (
      <li key={`${violation.path} ${violation.msg}`} className="flex flex-wrap items-start gap-x-3 gap-y-1">
        <div className="min-w-0 flex-1 basis-64">
          <p className={cn('text-sm [overflow-wrap:anywhere]', violation.waiver && 'text-ink-3')}>
            {sentence(violation.msg)}
            {violation.waiver && <span className="text-xs"> (waived)</span>}
          </p>
          {violation.fix && (
            <p className="mt-0.5 flex items-start gap-1.5 text-ink-2 text-xs">
              <Wrench className="mt-0.5 size-3 shrink-0 text-ink-3" aria-hidden />
              <span className="[overflow-wrap:anywhere]">
                <span className="sr-only">To mend it: </span>
                {sentence(violation.fix)}
              </span>
            </p>
          )}
          <Place at={violation.at} path={violation.path} />
        </div>
        {beside?.(violation)}
      </li>
    ))}
  </ul>
)
