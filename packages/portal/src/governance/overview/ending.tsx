import { ArrowRight } from 'lucide-react'
import { useApi } from '../../api/index.ts'
import { ButtonLink, Card, CardHead, Loaded, readable, SkeletonRows } from '../../ui/index.ts'
import { count } from '../../words/index.ts'
import { ProductLink } from '../parts.tsx'
import { endingFirst, endText } from '../waivers/words.ts'
import { policyParams } from '../words.ts'

/** Excuses that end next: what was put off comes back then. */
export function Ending({ live }: { live: number }) {
  const waivers = useApi('listWaivers', { query: { state: 'live' } })
  return (
    <Card>
      <CardHead title="Waivers ending next">
        {live > 0 && (
          <ButtonLink to="/governance" search={{ tab: 'waivers' }} size="sm" variant="ghost">
            All {count(live)}
            <ArrowRight className="size-3" aria-hidden />
          </ButtonLink>
        )}
      </CardHead>
      <Loaded
        from={waivers}
        skeleton={<SkeletonRows rows={2} className="pt-1" />}
        isEmpty={({ waivers }) => waivers.length === 0}
        empty={<p className="px-4 pb-4 text-ink-3 text-sm">Nothing is excused.</p>}
      >
        {({ waivers }) => (
          <ul className="divide-y divide-line px-4 pb-1.5">
            {endingFirst(waivers)
              .slice(0, 4)
              .map(({ id, product, policy, until }) => {
                const end = endText(until)
                return (
                  <li key={id} className="flex items-start gap-2 py-2">
                    <span className="min-w-0 flex-1">
                      <ProductLink id={product} className="max-w-full font-medium" />
                      <span className="block truncate text-ink-3 text-xs">{readable(policyParams(policy).policy)}</span>
                    </span>
                    <span
                      className={`whitespace-nowrap text-xs ${end.soon ? 'font-medium text-warn-ink' : 'text-ink-3'}`}
                    >
                      {end.text}
                    </span>
                  </li>
                )
              })}
          </ul>
        )}
      </Loaded>
    </Card>
  )
}
