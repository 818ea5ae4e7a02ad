import type { PolicyImpact } from '@datamesh/core'
import { CircleCheck } from 'lucide-react'
import { useState } from 'react'
import { Badge, Button, cn, sentence } from '../ui/index.ts'
import { count, duration, plural } from '../words/index.ts'
import { OutcomeMark, Place, ProductLink, ShareBar } from './parts.tsx'

const first = 8

/** Which of today's products a policy hits, the new ones first: the answer before the switch. */
export function Impact({ impact, compared = false }: { impact: PolicyImpact; compared?: boolean }) {
  const [all, setAll] = useState(false)
  const { judged, hits, newly, nolonger, ms } = impact
  const fresh = new Set(newly)
  const sorted = compared ? hits.toSorted((a, b) => Number(fresh.has(b.product)) - Number(fresh.has(a.product))) : hits
  return (
    <div className="flex flex-col gap-2.5">
      <div>
        <p className="flex flex-wrap items-baseline gap-x-2 text-sm">
          <b className="font-semibold">
            {hits.length === 0
              ? judged === 0
                ? 'It is about none of today’s products'
                : `All ${plural(judged, 'product')} pass`
              : `${count(hits.length)} of ${plural(judged, 'product')} ${hits.length === 1 ? 'does' : 'do'} not pass`}
          </b>
          <span className="text-ink-3 text-xs">looked at in {duration(ms / 1000)}</span>
        </p>
        <ShareBar
          className="mt-2 h-1.5"
          label={`${count(judged - hits.length)} pass, ${count(hits.length)} do not`}
          parts={[
            { name: 'pass', n: judged - hits.length, colour: 'bg-ok' },
            { name: 'do not', n: hits.length, colour: 'bg-bad' },
          ]}
        />
        {compared && (newly.length > 0 || nolonger.length > 0) && (
          <p className="mt-2 text-ink-2 text-xs">
            Against today: {count(newly.length)} newly hit, {count(nolonger.length)} no longer.
          </p>
        )}
      </div>
      {hits.length > 0 && (
        <ul className="divide-y divide-line">
          {sorted.slice(0, all ? 500 : first).map(({ product, owner, violations }) => (
            <li key={product} className="py-2">
              <p className="flex min-h-6 flex-wrap items-center gap-x-2 text-sm">
                <OutcomeMark outcome={worst(violations)} quiet />
                <ProductLink id={product} className="font-medium" />
                {compared && fresh.has(product) && <Badge tone="warn">new</Badge>}
                <span className="ml-auto text-ink-3 text-xs">{owner}</span>
              </p>
              <ul className="mt-0.5 flex flex-col gap-0.5 pl-6 text-ink-2 text-xs">
                {violations.slice(0, 3).map(({ msg, path, at }) => (
                  <li key={`${path} ${msg}`} className="flex flex-wrap gap-x-2 [overflow-wrap:anywhere]">
                    {sentence(msg)}
                    <Place at={at} path={path} />
                  </li>
                ))}
                {violations.length > 3 && <li className="text-ink-3">and {violations.length - 3} more</li>}
              </ul>
            </li>
          ))}
        </ul>
      )}
      {hits.length > first && !all && (
        <Button size="sm" variant="ghost" onClick={() => setAll(true)}>
          Show all {count(hits.length)}
        </Button>
      )}
      {compared && nolonger.length > 0 && (
        <div>
          <p className="mb-1 font-medium text-xs">No longer hit</p>
          <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
            {nolonger.slice(0, 30).map((id) => (
              <li key={id} className={cn('inline-flex items-center gap-1.5')}>
                <CircleCheck className="size-3.5 text-ok-ink" aria-hidden />
                <ProductLink id={id} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}

const ranks = ['block', 'warn', 'inform', 'shadow'] as const
const worst = (violations: PolicyImpact['hits'][number]['violations']) =>
  ranks.find((rank) => violations.some(({ effect }) => effect === rank)) ?? 'inform'
