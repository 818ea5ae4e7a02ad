import { getRouteApi } from '@tanstack/react-router'
import { Suspense } from 'react'
import { type Reply, useApi } from '../api/index.ts'
import { useKeys } from '../shell/keys.ts'
import { type ProductTab, productTabs } from '../shell/search.ts'
import { Loaded, Page, Skeleton, SkeletonRows, Tab, TabList, TabPanel, Tabs } from '../ui/index.ts'
import { loaders, panels } from './tabs/index.ts'

const route = getRouteApi('/frame/products/$domain/$product')

const words: Readonly<Record<ProductTab, string>> = {
  overview: 'Overview',
  schema: 'Schema',
  contract: 'Contract',
  ports: 'Ports',
  quality: 'Quality',
  slo: 'SLO',
  lineage: 'Lineage',
  samples: 'Samples',
  versions: 'Versions',
  consumers: 'Consumers',
  runs: 'Runs',
}

export function Product() {
  const { domain, product } = route.useParams()
  const from = useApi('getProduct', { params: { domain, product } })
  return (
    <Page>
      <Loaded from={from} skeleton={<ProductSkeleton />}>
        {(product) => <ProductPage product={product} />}
      </Loaded>
    </Page>
  )
}

function ProductPage({ product }: { product: Reply<'getProduct'> }) {
  const { tab = 'overview' } = route.useSearch()
  const navigate = route.useNavigate()
  const go = (next: ProductTab) =>
    void navigate({ search: () => (next === 'overview' ? {} : { tab: next }), resetScroll: false })
  useKeys(Object.fromEntries(productTabs.slice(0, 9).map((each, at) => [String(at + 1), () => go(each)] as const)))
  const counts: Partial<Record<ProductTab, number>> = {
    schema: product.counts.columns,
    ports: product.outputPorts.length,
    quality: product.counts.checks,
    versions: product.counts.releases,
    consumers: product.counts.consumers,
    runs: product.counts.runs,
  }
  const Panel = panels[tab]
  return (
    <>
      <h1 className="font-semibold text-2xl tracking-tight">{product.title}</h1>
      <Tabs value={tab} onValueChange={(next: ProductTab) => go(next)} className="mt-4">
        <TabList aria-label="About this product">
          {productTabs.map((each) => (
            <Tab
              key={each}
              value={each}
              count={counts[each]}
              onPointerEnter={() => void loaders[each]()}
              onFocus={() => void loaders[each]()}
            >
              {words[each]}
            </Tab>
          ))}
        </TabList>
        <TabPanel value={tab} className="pt-4">
          <Suspense fallback={<SkeletonRows rows={8} />}>
            <Panel product={product} />
          </Suspense>
        </TabPanel>
      </Tabs>
    </>
  )
}

const ProductSkeleton = () => (
  <div>
    <Skeleton className="h-8 w-64" />
    <Skeleton className="mt-3 h-4 w-full max-w-xl" />
    <Skeleton className="mt-8 h-px w-full" />
    <SkeletonRows rows={8} />
  </div>
)
