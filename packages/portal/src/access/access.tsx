import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useApi } from '../api/index.ts'
import { ButtonLink, Page, PageHead, SkeletonRows, Tab, TabList, TabPanel, Tabs } from '../ui/index.ts'
import { useCart } from './cart/kept.ts'
import { Inbox } from './inbox/inbox.tsx'
import { Mine } from './mine/mine.tsx'

const Explain = lazy(async () => ({ default: (await import('./explain/explain.tsx')).Explain }))
const page = getRouteApi('/frame/access')
type Box = 'mine' | 'inbox' | 'explain'

/** What I may read and asked for, what waits for my decision, and why somebody can or cannot read something. */
export function Access() {
  const { box = 'mine' } = page.useSearch()
  const navigate = page.useNavigate()
  const mine = useApi('listAccess', { query: { box: 'mine' } })
  const inbox = useApi('listAccess', { query: { box: 'inbox' } })
  const cart = useCart()
  return (
    <Page>
      <PageHead title="Access" hint="Rights to read data products: asked for, given, ended, explained.">
        {cart.items.length > 0 && (
          <ButtonLink to="/cart" variant="primary">
            Your request ({cart.items.length})
          </ButtonLink>
        )}
      </PageHead>
      <Tabs value={box} onValueChange={(next: Box) => void navigate({ search: next === 'mine' ? {} : { box: next } })}>
        <TabList aria-label="Access">
          <Tab value="mine" count={mine.data?.access.length}>
            My access
          </Tab>
          <Tab value="inbox" count={inbox.data?.access.length}>
            Waiting for me
          </Tab>
          <Tab value="explain">Explain</Tab>
        </TabList>
        <TabPanel value="mine" className="pt-5">
          <Mine from={mine} />
        </TabPanel>
        <TabPanel value="inbox" className="pt-5">
          <Inbox from={inbox} />
        </TabPanel>
        <TabPanel value="explain" className="pt-5">
          <Suspense fallback={<SkeletonRows rows={8} />}>
            <Explain />
          </Suspense>
        </TabPanel>
      </Tabs>
    </Page>
  )
}
