import { getRouteApi } from '@tanstack/react-router'
import { CircleGauge } from 'lucide-react'
import { type Reply, useApi } from '../../api/index.ts'
import { Card, CardHead, EmptyState, Loaded, Segment, SegmentList, Skeleton, Tabs } from '../../ui/index.ts'
import { isMeasured } from '../slo/figures.ts'
import { LevelCard } from '../slo/level_card.tsx'
import { LevelsTable } from '../slo/levels_table.tsx'
import { Presets } from '../slo/presets.tsx'

const route = getRouteApi('/frame/products/$domain/$product')

/** What is promised, how it stands, and what is left of the error budget. */
export const Slo = ({ product }: { product: Reply<'getProduct'> }) => {
  const { days = 30 } = route.useSearch()
  const navigate = route.useNavigate()
  const slo = useApi(
    'getSlo',
    { params: { domain: product.domain, product: product.name }, query: { days } },
    { refetchInterval: 60_000, placeholderData: (before) => before },
  )
  return (
    <Loaded
      from={slo}
      skeleton={<SloSkeleton />}
      isEmpty={(slo) => slo.levels.length === 0}
      empty={<NoLevels product={product} />}
    >
      {(slo) => (
        <div className="flex flex-col gap-4">
          <Card>
            <CardHead title="Service levels" hint={`the last ${slo.days} days`}>
              <Tabs
                value={String(days)}
                onValueChange={(next: string) =>
                  void navigate({
                    search: (was) => ({ ...was, days: Number(next) }),
                    resetScroll: false,
                    replace: true,
                  })
                }
              >
                <SegmentList aria-label="Window">
                  {['7', '30', '90'].map((each) => (
                    <Segment key={each} value={each}>
                      {each} days
                    </Segment>
                  ))}
                </SegmentList>
              </Tabs>
            </CardHead>
            <LevelsTable levels={slo.levels} />
          </Card>
          {slo.levels.filter(isMeasured).map((level) => (
            <LevelCard key={level.name} level={level} days={slo.days} />
          ))}
          <NotMeasured levels={slo.levels.filter((level) => !isMeasured(level))} />
        </div>
      )}
    </Loaded>
  )
}

const NotMeasured = ({ levels }: { levels: Reply<'getSlo'>['levels'] }) =>
  levels.length > 0 && (
    <Card>
      <CardHead title="Not measured" hint="promised, without a figure behind it" />
      <ul className="divide-y divide-line border-line border-t">
        {levels.map((level) => (
          <li key={level.name} className="flex flex-wrap items-baseline gap-x-3 px-4 py-2.5 text-sm">
            <b className="font-medium capitalize">{level.name}</b>
            <span className="text-ink-2">{level.written}</span>
            <span className="ml-auto text-ink-3 text-xs">{level.because}</span>
          </li>
        ))}
      </ul>
    </Card>
  )

const NoLevels = ({ product }: { product: Reply<'getProduct'> }) => (
  <div className="flex flex-col gap-4">
    <Card>
      <EmptyState icon={<CircleGauge className="size-5" aria-hidden />} title="No service levels promised">
        {product.may.manage
          ? 'Say how fresh, available and complete the data is; it is measured from the next publish on.'
          : `Nothing is promised about freshness or availability. Ask ${product.owner} if you rely on it.`}
      </EmptyState>
    </Card>
    {product.may.manage && <Presets />}
  </div>
)

const SloSkeleton = () => (
  <div className="flex flex-col gap-4">
    <Skeleton className="h-52 rounded-xl" />
    <Skeleton className="h-80 rounded-xl" />
    <Skeleton className="h-80 rounded-xl" />
  </div>
)
