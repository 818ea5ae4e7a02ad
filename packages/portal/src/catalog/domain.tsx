import { getRouteApi, Link } from '@tanstack/react-router'
import { ArrowRight, Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { type Reply, useApi } from '../api/index.ts'
import { ProductList } from '../home/product_list.tsx'
import { ownsDomain, useMe } from '../shell/me.ts'
import {
  Avatar,
  alignmentWord,
  Badge,
  ButtonLink,
  Card,
  CardHead,
  DomainDot,
  DomainTile,
  EmptyState,
  Loaded,
  Page,
  readable,
  Skeleton,
  Stat,
} from '../ui/index.ts'
import { compact, plural } from '../words/index.ts'

const page = getRouteApi('/frame/domains/$domain')

/** One domain: its team, its products by alignment, and what flows in and out. */
export function Domain() {
  const { domain: name } = page.useParams()
  const domain = useApi('getDomain', { params: { domain: name } })
  const products = useApi('search', { query: { domain: name, limit: 100, sort: 'name' } })
  const mesh = useApi('getMesh', {}, { staleTime: 60_000 })
  const me = useMe()
  const mine = ownsDomain(me.data, name)
  return (
    <Page>
      <Loaded
        page
        from={domain}
        skeleton={<DomainSkeleton />}
        missing={
          <ButtonLink to="/map" variant="primary">
            Domain map
          </ButtonLink>
        }
      >
        {(it) => (
          <>
            <header className="mb-5 flex flex-wrap items-start gap-4">
              <DomainTile domain={name} className="size-12 rounded-xl" />
              <div className="min-w-0 flex-1 basis-72">
                <div className="flex flex-wrap items-center gap-2">
                  <h1 className="font-semibold text-2xl tracking-tight">{readable(name)}</h1>
                  <Badge tone="accent">{alignmentWord(it.alignment)}</Badge>
                  <Badge>{it.kind}</Badge>
                </div>
                <p className="mt-1.5 max-w-3xl text-base text-ink-2">
                  {it.description || 'This domain has not described itself yet.'}
                </p>
              </div>
              {mine && (
                <ButtonLink to="/new" search={{ domain: name }} variant="primary">
                  <Plus className="size-4" aria-hidden />
                  New product
                </ButtonLink>
              )}
            </header>
            <div className="grid grid-cols-[minmax(0,1fr)_20rem] gap-4 max-lg:grid-cols-1">
              <div className="flex min-w-0 flex-col gap-4">
                {products.data && <Figures products={products.data.hits} />}
                <Loaded
                  from={products}
                  isEmpty={({ hits }) => hits.length === 0}
                  empty={
                    <Card>
                      <EmptyState
                        title="No products yet"
                        action={
                          mine && (
                            <ButtonLink to="/new" search={{ domain: name }}>
                              New product
                            </ButtonLink>
                          )
                        }
                      >
                        What this domain publishes will stand here.
                      </EmptyState>
                    </Card>
                  }
                >
                  {({ hits }) => <ByAlignment products={hits} />}
                </Loaded>
              </div>
              <div className="flex min-w-0 flex-col gap-4">
                <Team domain={it} />
                {mesh.data && <Flows domain={name} mesh={mesh.data} />}
              </div>
            </div>
          </>
        )}
      </Loaded>
    </Page>
  )
}

type Hits = Reply<'search'>['hits']

const Figures = ({ products }: { products: Hits }) => {
  const well = products.filter(({ trust }) => trust.health === 'ok').length
  const certified = products.filter(({ tier }) => tier !== null).length
  return (
    <Card className="grid grid-cols-4 divide-x divide-line overflow-hidden max-md:grid-cols-2 max-md:[&>*:nth-child(2)]:border-r-0 max-md:[&>*:nth-child(n+3)]:border-line max-md:[&>*:nth-child(n+3)]:border-t">
      <Stat label="Products" value={products.length} />
      <Stat label="Healthy" value={well} note={`of ${products.length}`} tone={well < products.length ? 'warn' : 'ok'} />
      <Stat
        label="Certified"
        value={certified}
        note={`${products.filter(({ tier }) => tier === 'gold').length} gold`}
      />
      <Stat label="Reads, 30 days" value={compact(products.reduce((sum, { reads }) => sum + reads, 0))} />
    </Card>
  )
}

const order = ['source-aligned', 'aggregate-aligned', 'consumer-aligned']
const ByAlignment = ({ products }: { products: Hits }) =>
  [...Map.groupBy(products, ({ alignment }) => alignment ?? '')]
    .sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([alignment, group]) => (
      <Card key={alignment} className="overflow-hidden">
        <CardHead title={alignmentWord(alignment || null)} hint={group.length} />
        <ProductList products={group} />
      </Card>
    ))

const Team = ({ domain }: { domain: Reply<'getDomain'> }) => (
  <Card>
    <CardHead title="Team" />
    <dl className="flex flex-col gap-2.5 px-4 pb-4 text-sm">
      <Person what="Team" name={domain.team} />
      <Person what="Product owner" name={domain.roles.productOwner} />
      <Person what="Technical lead" name={domain.roles.technicalLead} />
      <Person what="Data steward" name={domain.roles.dataSteward} />
      {domain.sourceSystems.length > 0 && (
        <Line term="Source systems">
          <span className="flex flex-wrap justify-end gap-1">
            {domain.sourceSystems.map((system) => (
              <Badge key={system}>{system}</Badge>
            ))}
          </span>
        </Line>
      )}
      {domain.parent && (
        <Line term="Part of">
          <Link to="/domains/$domain" params={{ domain: domain.parent }} className="hover:underline">
            {readable(domain.parent)}
          </Link>
        </Line>
      )}
    </dl>
  </Card>
)
const Line = ({ term, children }: { term: string; children: ReactNode }) => (
  <div className="flex items-start justify-between gap-3">
    <dt className="whitespace-nowrap text-ink-3">{term}</dt>
    <dd className="min-w-0 text-right">{children}</dd>
  </div>
)
const Person = ({ what, name }: { what: string; name: string | null }) => (
  <Line term={what}>
    {name ? (
      <span className="inline-flex items-center gap-1.5">
        <Avatar name={name} className="size-5" />
        {name}
      </span>
    ) : (
      <span className="text-warn-ink">nobody named</span>
    )}
  </Line>
)

/** Which domains feed this one and which read from it, by number of flows between products. */
function Flows({ domain, mesh }: { domain: string; mesh: Reply<'getMesh'> }) {
  const between = (from: 'from' | 'to', to: 'from' | 'to') =>
    [
      ...Map.groupBy(
        mesh.flows.filter((flow) => flow[from].split('/')[0] === domain && flow[to].split('/')[0] !== domain),
        (flow) => flow[to].split('/')[0] ?? '',
      ),
    ].sort(([, a], [, b]) => b.length - a.length)
  const feeds = between('from', 'to')
  const reads = between('to', 'from')
  return (
    <Card>
      <CardHead title="Flows">
        <ButtonLink to="/map" search={{ sel: `domain:${domain}` }} size="sm" variant="ghost">
          Map
          <ArrowRight className="size-3" aria-hidden />
        </ButtonLink>
      </CardHead>
      <div className="flex flex-col gap-3 px-4 pb-4 text-sm">
        <FlowList title="Reads from" flows={reads} none="no other domain" />
        <FlowList title="Feeds" flows={feeds} none="no other domain yet" />
      </div>
    </Card>
  )
}
const FlowList = ({ title, flows, none }: { title: string; flows: [string, unknown[]][]; none: string }) => (
  <section>
    <h3 className="mb-1 text-ink-3 text-xs">{title}</h3>
    {flows.length === 0 ? (
      <p className="text-ink-3">{none}</p>
    ) : (
      <ul className="flex flex-col gap-1">
        {flows.map(([other, list]) => (
          <li key={other} className="flex items-center gap-2">
            <DomainDot domain={other} />
            <Link to="/domains/$domain" params={{ domain: other }} className="hover:underline">
              {readable(other)}
            </Link>
            <span className="ml-auto text-ink-3 text-xs">{plural(list.length, 'flow')}</span>
          </li>
        ))}
      </ul>
    )}
  </section>
)

const DomainSkeleton = () => (
  <>
    <div className="mb-5 flex gap-4">
      <Skeleton className="size-12 rounded-xl" />
      <div className="flex-1">
        <Skeleton className="h-7 w-56" />
        <Skeleton className="mt-3 w-96 max-w-full" />
      </div>
    </div>
    <Skeleton className="h-20 rounded-xl" />
    <Skeleton className="mt-4 h-64 rounded-xl" />
  </>
)
