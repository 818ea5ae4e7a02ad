import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useApi } from '../api/index.ts'
import { useKeys } from '../shell/keys.ts'
import { type ProductTab, productTabs } from '../shell/search.ts'
import {
  ButtonLink,
  copyText,
  ErrorState,
  Loaded,
  Page,
  readable,
  Skeleton,
  SkeletonRows,
  Tab,
  TabList,
  TabPanel,
  Tabs,
  useToasts,
} from '../ui/index.ts'
import { useFollow } from './actions.tsx'
import { ProductHeader } from './header.tsx'
import { firstSnippet } from './snippet.ts'
import { loaders, panels } from './tabs/index.ts'
import type { View } from './words.ts'

const AccessDialog = lazy(() => import('./access_dialog.tsx'))

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
  policies: 'Policies',
  consumers: 'Consumers',
  runs: 'Runs',
}

export function Product() {
  const { domain, product } = route.useParams()
  const from = useApi('getProduct', { params: { domain, product } })
  if (from.data === undefined && from.error?.kind === 'missing')
    return (
      <Page>
        <ErrorState
          page
          error={from.error}
          action={
            <ButtonLink to="/products" search={{ q: readable(product) }} variant="primary">
              Search the marketplace
            </ButtonLink>
          }
        />
      </Page>
    )
  return (
    <Page>
      <Loaded page from={from} skeleton={<ProductSkeleton />}>
        {(product) => <ProductPage product={product} />}
      </Loaded>
    </Page>
  )
}

function ProductPage({ product }: { product: View }) {
  const { tab = 'overview', dialog } = route.useSearch()
  const navigate = route.useNavigate()
  const toasts = useToasts()
  const follow = useFollow(product)
  // once opened it stays, so that it can leave in its own time
  const [asked, setAsked] = useState(false)
  if (dialog === 'access' && !asked) setAsked(true)
  const go = (next: ProductTab) =>
    void navigate({ search: next === 'overview' ? {} : { tab: next }, resetScroll: false })
  const copyFirst = async () => {
    const snippet = firstSnippet(product, location.origin)
    if (!snippet) return
    await copyText(snippet.code)
    toasts.tell(`${snippet.label} copied`, 'Set DATAMESH_TOKEN to one of your tokens before you run it.')
  }
  useKeys({
    ...Object.fromEntries(productTabs.slice(0, 9).map((each, at) => [String(at + 1), () => go(each)] as const)),
    r: () => void navigate({ search: (was) => ({ ...was, dialog: 'access' }), resetScroll: false }),
    q: () => {
      if (product.access.canRead) void navigate({ to: '/sql', search: { product: product.id } })
    },
    c: () => void copyFirst(),
    w: follow.toggle,
    v: () => go('versions'),
  })
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
      <ProductHeader product={product} />
      <Tabs value={tab} onValueChange={(next: ProductTab) => go(next)} className="mt-5">
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
        <TabPanel key={tab} value={tab} className="pt-4 outline-offset-4">
          <Suspense fallback={<SkeletonRows rows={8} />}>
            <Panel product={product} />
          </Suspense>
        </TabPanel>
      </Tabs>
      <Suspense>
        {asked && (
          <AccessDialog
            product={product}
            open={dialog === 'access'}
            onClose={() => void navigate({ search: ({ dialog: _, ...was }) => was, resetScroll: false })}
          />
        )}
      </Suspense>
    </>
  )
}

const ProductSkeleton = () => (
  <div>
    <Skeleton className="h-4 w-56" />
    <div className="mt-4 flex gap-4">
      <Skeleton className="size-11 rounded-xl max-md:hidden" />
      <div className="flex-1">
        <Skeleton className="h-8 w-72" />
        <Skeleton className="mt-2 h-5 w-full max-w-xl" />
        <Skeleton className="mt-3 h-5 w-96 max-w-full" />
      </div>
    </div>
    <Skeleton className="mt-8 h-6 w-full max-w-3xl" />
    <div className="mt-5 grid grid-cols-[minmax(0,1fr)_20.5rem] gap-3.5 max-lg:grid-cols-1">
      <Skeleton className="h-72 rounded-xl" />
      <Skeleton className="h-72 rounded-xl" />
    </div>
  </div>
)
