import { getRouteApi } from '@tanstack/react-router'
import { CircleCheck, X } from 'lucide-react'
import { lazy, Suspense, useMemo, useState } from 'react'
import { useApi } from '../../api/index.ts'
import { useMe } from '../../shell/me.ts'
import { Button, Card, CardHead, EmptyState, Loaded, readable, Select, SkeletonRows } from '../../ui/index.ts'
import { count, partsOf, plural } from '../../words/index.ts'
import { mayGovern, policyParams } from '../words.ts'
import { byProduct, type Violation } from './group.ts'
import { ProductViolations } from './product_violations.tsx'

const WaiveDialog = lazy(() => import('./waive_dialog.tsx'))
const page = getRouteApi('/frame/governance')
const first = 40

/** Everything that is wrong and not excused, product by product. */
export function Violations() {
  const { domain, policy, product } = page.useSearch()
  const violations = useApi('listViolations', {
    query: { ...(domain && { domain }), ...(policy && { policy }), ...(product && { product }) },
  })
  return (
    <div className="flex flex-col gap-3.5">
      <Filters />
      <Loaded
        from={violations}
        skeleton={
          <Card>
            <SkeletonRows rows={9} />
          </Card>
        }
        isEmpty={({ violations }) => violations.length === 0}
        empty={<Nothing narrowed={domain !== undefined || policy !== undefined || product !== undefined} />}
      >
        {({ violations }) => <List violations={violations} />}
      </Loaded>
    </div>
  )
}

function List({ violations }: { violations: readonly Violation[] }) {
  const me = useMe()
  const [shown, setShown] = useState(first)
  const [waiving, setWaiving] = useState<Violation | null>(null)
  const groups = useMemo(() => byProduct(violations), [violations])
  const of = (effect: Violation['effect']) => violations.filter((each) => each.effect === effect).length
  const shadow = of('shadow')
  const counts = [
    of('block') > 0 && `${count(of('block'))} blocking`,
    of('warn') > 0 && plural(of('warn'), 'warning'),
    of('inform') > 0 && plural(of('inform'), 'hint'),
    shadow > 0 && `${count(shadow)} more in shadow`,
  ].filter((part) => part !== false)
  return (
    <>
      <Card className="overflow-hidden">
        <CardHead
          title={`${plural(violations.length - shadow, 'violation')} in ${plural(groups.length, 'product')}`}
          hint={counts.join(', ')}
        />
        <ul className="divide-y divide-line border-line border-t">
          {groups.slice(0, shown).map((group) => (
            <li key={group.product}>
              <ProductViolations
                group={group}
                mayWaive={({ policy }) => mayGovern(me.data, policyParams(policy).scope)}
                onWaive={setWaiving}
              />
            </li>
          ))}
        </ul>
        {groups.length > shown && (
          <div className="border-line border-t p-2 text-center">
            <Button variant="ghost" size="sm" onClick={() => setShown(shown * 3)}>
              More products
            </Button>
          </div>
        )}
      </Card>
      <Suspense>{waiving && <WaiveDialog violation={waiving} onClose={() => setWaiving(null)} />}</Suspense>
    </>
  )
}

/** One domain, one policy, one product; each stands in the address. */
function Filters() {
  const search = page.useSearch()
  const navigate = page.useNavigate()
  const domains = useApi('listDomains', {}, { staleTime: 60_000 })
  const policies = useApi('listPolicies', { query: {} }, { staleTime: 60_000 })
  const set = (part: { domain?: string; policy?: string }) =>
    void navigate({
      search: (was) =>
        Object.fromEntries(Object.entries({ ...was, ...part }).filter(([, value]) => value !== '')) as typeof was,
      replace: true,
      resetScroll: false,
    })
  const narrowed = search.domain ?? search.policy ?? search.product
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Select
        bare
        label="Domain"
        className="w-48"
        value={search.domain ?? ''}
        onChange={(domain) => set({ domain })}
        options={optionsOf(
          'All domains',
          domains.data?.domains.map(({ name }) => ({ value: name, label: readable(name) })),
          search.domain,
        )}
      />
      <Select
        bare
        label="Policy"
        className="w-72 max-w-full"
        value={search.policy ?? ''}
        onChange={(policy) => set({ policy })}
        options={optionsOf(
          'All policies',
          policies.data?.policies.map(({ id, title }) => ({ value: id, label: title })),
          search.policy,
        )}
      />
      {search.product && (
        <span className="inline-flex h-8 items-center gap-1.5 rounded-md bg-accent-soft px-2.5 text-accent-ink text-sm">
          {readable(partsOf(search.product).product)}
        </span>
      )}
      {narrowed && (
        <Button
          variant="ghost"
          size="sm"
          onClick={() => void navigate({ search: { tab: 'violations' }, replace: true, resetScroll: false })}
        >
          <X className="size-3.5" aria-hidden />
          Show all
        </Button>
      )}
    </div>
  )
}

type Options = { value: string; label: string }[]
/** What is chosen is offered also while the list is on its way. */
const optionsOf = (all: string, of: Options | undefined, chosen: string | undefined): Options => [
  { value: '', label: all },
  ...(of ?? (chosen ? [{ value: chosen, label: chosen }] : [])),
  ...(of && chosen && !of.some(({ value }) => value === chosen) ? [{ value: chosen, label: chosen }] : []),
]

const Nothing = ({ narrowed }: { narrowed: boolean }) => (
  <Card>
    <EmptyState
      icon={<CircleCheck className="size-5 text-ok-ink" aria-hidden />}
      title={narrowed ? 'Nothing is wrong here' : 'Every product keeps every policy'}
    >
      {narrowed
        ? 'The products that you may find keep this, or are excused.'
        : 'What a policy finds wrong stands here, with the line to mend. Policies in shadow are shown to governance only.'}
    </EmptyState>
  </Card>
)
