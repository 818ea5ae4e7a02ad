import { Link } from '@tanstack/react-router'
import { ShieldOff, Wrench } from 'lucide-react'
import { Button, DomainTile, readable, sentence } from '../../ui/index.ts'
import { ago, partsOf, when } from '../../words/index.ts'
import { OutcomeMark, Place, PolicyLink } from '../parts.tsx'
import type { Group, Violation } from './group.ts'

/** One product: whose it is, and what is wrong with it, each with the line to mend. */
export const ProductViolations = ({
  group,
  mayWaive,
  onWaive,
}: {
  group: Group
  mayWaive: (violation: Violation) => boolean
  onWaive: (violation: Violation) => void
}) => {
  const { domain, product } = partsOf(group.product)
  return (
    <section
      aria-label={readable(product)}
      className="grid grid-cols-[13rem_minmax(0,1fr)] gap-x-4 px-4 py-3 max-lg:grid-cols-1 max-lg:gap-y-2"
    >
      <div className="flex items-start gap-2.5">
        <DomainTile domain={domain} className="size-7 rounded-md" />
        <div className="min-w-0">
          <h3 className="font-medium text-sm">
            <Link
              to="/products/$domain/$product"
              params={{ domain, product }}
              search={{ tab: 'contract' }}
              className="rounded hover:underline"
            >
              {readable(product)}
            </Link>
          </h3>
          <p className="truncate text-ink-3 text-xs">
            {readable(domain)}
            {group.owner !== domain && ` · ${group.owner}`}
          </p>
        </div>
      </div>
      <ul className="flex flex-col divide-y divide-line">
        {group.violations.map((violation) => (
          <li
            key={`${violation.policy} ${violation.path} ${violation.msg}`}
            className="flex flex-wrap items-start gap-x-3 gap-y-1.5 py-2 first:pt-0 last:pb-0"
          >
            <OutcomeMark outcome={violation.effect} className="w-20 pt-0.5" />
            <div className="min-w-0 flex-1 basis-64">
              <p className="font-medium text-sm [overflow-wrap:anywhere]">{sentence(violation.msg)}</p>
              {violation.fix && (
                <p className="mt-0.5 flex items-start gap-1.5 text-ink-2 text-xs">
                  <Wrench className="mt-0.5 size-3 shrink-0 text-ink-3" aria-hidden />
                  <span className="[overflow-wrap:anywhere]">
                    <span className="sr-only">To mend it: </span>
                    {sentence(violation.fix)}
                  </span>
                </p>
              )}
              <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-0.5 text-ink-3 text-xs">
                <PolicyLink id={violation.policy} title={violation.title} className="text-ink-2" />
                <Place at={violation.at} path={violation.path} />
                <time dateTime={violation.since} title={when(violation.since)}>
                  found {ago(violation.since)}
                </time>
              </p>
            </div>
            {mayWaive(violation) && (
              <Button
                size="sm"
                variant="ghost"
                onClick={() => onWaive(violation)}
                aria-label={`Waive ${violation.title} for ${readable(product)}…`}
              >
                <ShieldOff className="size-3.5" aria-hidden />
                Waive…
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
