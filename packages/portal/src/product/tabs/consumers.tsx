import { Link } from '@tanstack/react-router'
import { Share2, Users } from 'lucide-react'
import { type Reply, useApi } from '../../api/index.ts'
import {
  Button,
  ButtonLink,
  Card,
  CardHead,
  copyText,
  DomainDot,
  EmptyState,
  Loaded,
  readable,
  Skeleton,
  SkeletonRows,
  Stat,
  useToasts,
} from '../../ui/index.ts'
import { Bars, ChartCard } from '../../viz/index.ts'
import { compact, count, day, partsOf, plural } from '../../words/index.ts'
import { Grants } from '../consumers/grants.tsx'
import { Readers } from '../consumers/readers.tsx'

type Product = Reply<'getProduct'>
type View = Reply<'listConsumers'>

/** Who reads this product, how much, and by which right. */
export const Consumers = ({ product }: { product: Product }) => {
  const consumers = useApi('listConsumers', { params: { domain: product.domain, product: product.name } })
  return (
    <Loaded from={consumers} skeleton={<ConsumersSkeleton />}>
      {(consumers) =>
        consumers.products.length + consumers.readers.length + consumers.access.length === 0 ? (
          <Nobody product={product} />
        ) : (
          <div className="flex flex-col gap-4">
            <Figures product={product} consumers={consumers} />
            <Reads days={consumers.days} />
            {(product.may.decideAccess || consumers.access.length > 0) && (
              <Grants access={consumers.access} decides={product.may.decideAccess} />
            )}
            <div className="grid items-start gap-4 lg:grid-cols-2">
              <Products products={consumers.products} />
              <Readers readers={consumers.readers} />
            </div>
          </div>
        )
      }
    </Loaded>
  )
}

function Figures({ product, consumers }: { product: Product; consumers: View }) {
  const sum = (of: 'reads' | 'rows') => consumers.days.reduce((total, each) => total + each[of], 0)
  const waiting = consumers.access.filter((each) => each.state === 'requested').length
  return (
    <Card className="flex flex-wrap items-center">
      <div className="grid min-w-0 flex-1 grid-cols-4 max-md:basis-full divide-x divide-line max-md:grid-cols-2 max-md:divide-x-0">
        <Stat label="Products that read it" value={count(consumers.products.length)} />
        <Stat
          label="People and machines"
          value={count(new Set(consumers.readers.map((reader) => reader.principal ?? reader.name ?? reader)).size)}
          note="30 days"
        />
        <Stat label="Reads" value={compact(sum('reads'))} note={`${compact(sum('rows'))} rows, 30 days`} />
        <Stat
          label="Waiting for a decision"
          value={count(waiting)}
          tone="warn"
          note={waiting > 0 ? 'see below' : undefined}
        />
      </div>
      <div className="px-4 py-3 max-md:pt-0">
        <Share product={product} />
      </div>
    </Card>
  )
}

/** The address of the product, for those who should know it. */
function Share({ product }: { product: Product }) {
  const { tell } = useToasts()
  return (
    <Button
      onClick={async () => {
        await copyText(`${location.origin}/products/${product.id}`)
        tell('Link copied', 'Who opens it sees the product and can ask for access there.')
      }}
    >
      <Share2 className="size-3.5" aria-hidden />
      Share link
    </Button>
  )
}

const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })

const Reads = ({ days }: { days: View['days'] }) => (
  <ChartCard
    title="Reads by day"
    hint="all ports, 30 days"
    columns={['Day', 'Reads', 'Rows']}
    rows={days.map((each) => [day(each.day), count(each.reads), count(each.rows)])}
  >
    <Bars
      label="Reads by day"
      unit="reads"
      write={count}
      bars={days.map((each) => ({
        id: each.day,
        name: shortDay.format(new Date(each.day)),
        value: each.reads,
        note: plural(each.rows, 'row'),
      }))}
    />
  </ChartCard>
)

const Products = ({ products }: { products: View['products'] }) => (
  <Card>
    <CardHead title="Products that read it" hint={count(products.length)} />
    {products.length === 0 ? (
      <p className="px-4 pb-4 text-ink-3 text-sm">No product of the mesh reads it.</p>
    ) : (
      <ul className="divide-y divide-line border-line border-t">
        {products.map((product) => {
          const { domain, product: name } = partsOf(product.id)
          return (
            <li key={product.id} className="px-4 py-2.5">
              <p className="flex items-center gap-2 text-sm">
                <DomainDot domain={domain} />
                <Link
                  to="/products/$domain/$product"
                  params={{ domain, product: name }}
                  className="font-medium hover:underline"
                >
                  {product.title}
                </Link>
                <span className="ml-auto text-ink-3 text-xs">{readable(domain)}</span>
              </p>
              <p className="mt-1 flex flex-wrap gap-1">
                {product.columns.map((column) => (
                  <code key={column} className="rounded bg-sunken px-1.5 py-px font-mono text-2xs text-ink-2">
                    {column}
                  </code>
                ))}
                {product.columns.length === 0 && <span className="text-ink-3 text-xs">columns are not known</span>}
              </p>
            </li>
          )
        })}
      </ul>
    )}
  </Card>
)

const Nobody = ({ product }: { product: Product }) => (
  <Card>
    <EmptyState
      icon={<Users className="size-5" aria-hidden />}
      title="Nobody reads it yet"
      action={
        <>
          <Share product={product} />
          <ButtonLink
            to="/products/$domain/$product"
            params={{ domain: product.domain, product: product.name }}
            search={{ tab: 'ports' }}
          >
            Ports
          </ButtonLink>
        </>
      }
    >
      Send the link to those who should use it: they see what it is and can ask for access on the page.
    </EmptyState>
  </Card>
)

const ConsumersSkeleton = () => (
  <div className="flex flex-col gap-4">
    <Skeleton className="h-18 rounded-xl max-md:h-36" />
    <Skeleton className="h-56 rounded-xl" />
    <div className="grid gap-4 lg:grid-cols-2">
      <Card>
        <SkeletonRows rows={5} />
      </Card>
      <Card>
        <SkeletonRows rows={5} />
      </Card>
    </div>
  </div>
)
