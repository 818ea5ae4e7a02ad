import { Scale } from 'lucide-react'
import { DriftCard } from '../../access/drift/drift_card.tsx'
import { useApi } from '../../api/index.ts'
import { ButtonLink, Card, EmptyState, Loaded, Skeleton } from '../../ui/index.ts'
import { Certification } from './certification.tsx'
import { Ending } from './ending.tsx'
import { Matrix } from './matrix.tsx'
import { NextTier } from './next_tier.tsx'
import { Numbers } from './numbers.tsx'
import { Oldest } from './oldest.tsx'

/** The mesh at a glance: what to look at first is what is loud. */
export function Overview() {
  const overview = useApi('governance', { query: {} })
  return (
    <Loaded
      from={overview}
      skeleton={<OverviewSkeleton />}
      isEmpty={({ numbers, policies }) => numbers.products === 0 && policies.length === 0}
      empty={
        <Card>
          <EmptyState
            icon={<Scale className="size-5" aria-hidden />}
            title="No rules and no products yet"
            action={
              <ButtonLink to="/policies" variant="primary">
                Policies
              </ButtonLink>
            }
          >
            Once there are products, the starter set of policies is asked about each of them.
          </EmptyState>
        </Card>
      }
    >
      {(it) => (
        <div className="flex flex-col gap-3.5">
          <Numbers of={it} />
          <Matrix of={it} />
          <div className="grid grid-cols-3 items-start gap-3.5 max-xl:grid-cols-2 max-md:grid-cols-1">
            <Certification of={it.certification} />
            <Oldest of={it.oldest} total={it.numbers.violations} />
            <div className="flex min-w-0 flex-col gap-3.5">
              <Ending live={it.numbers.waiversLive} />
              <DriftCard />
            </div>
          </div>
          <NextTier of={it.nextTier} />
        </div>
      )}
    </Loaded>
  )
}

const OverviewSkeleton = () => (
  <div className="flex flex-col gap-3.5">
    <div className="grid grid-cols-4 gap-3.5 max-lg:grid-cols-2">
      {['a', 'b', 'c', 'd'].map((key) => (
        <Skeleton key={key} className="h-27 rounded-xl" />
      ))}
    </div>
    <Skeleton className="h-80 rounded-xl" />
    <div className="grid grid-cols-3 gap-3.5 max-xl:grid-cols-2 max-md:grid-cols-1">
      <Skeleton className="h-56 rounded-xl" />
      <Skeleton className="h-56 rounded-xl" />
      <Skeleton className="h-56 rounded-xl" />
    </div>
  </div>
)
