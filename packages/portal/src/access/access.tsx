import { getRouteApi } from '@tanstack/react-router'
import { Inbox, KeyRound } from 'lucide-react'
import { useApi } from '../api/index.ts'
import { ButtonLink, Card, EmptyState, Loaded, Page, PageHead, Tab, TabList, TabPanel, Tabs } from '../ui/index.ts'
import { AccessTable } from './access_table.tsx'
import { RequestCard } from './request_card.tsx'

const page = getRouteApi('/frame/access')

/** What I may read and asked for, and what waits for my decision. */
export function Access() {
  const { box = 'mine' } = page.useSearch()
  const navigate = page.useNavigate()
  const mine = useApi('listAccess', { query: { box: 'mine' } })
  const inbox = useApi('listAccess', { query: { box: 'inbox', state: 'requested' } })
  return (
    <Page>
      <PageHead title="Access" hint="Rights to read data products: asked for, given, ended." />
      <Tabs
        value={box}
        onValueChange={(next: 'mine' | 'inbox') => void navigate({ search: next === 'mine' ? {} : { box: next } })}
      >
        <TabList aria-label="Access">
          <Tab value="mine" count={mine.data?.access.length}>
            My access
          </Tab>
          <Tab value="inbox" count={inbox.data?.access.length}>
            Waiting for me
          </Tab>
        </TabList>
        <TabPanel value="mine" className="pt-5">
          <Card className="overflow-hidden">
            <Loaded
              from={mine}
              isEmpty={({ access }) => access.length === 0}
              empty={
                <EmptyState
                  icon={<KeyRound className="size-5" aria-hidden />}
                  title="You have asked for nothing yet"
                  action={<ButtonLink to="/products">Marketplace</ButtonLink>}
                >
                  Public and internal products are readable without a grant. For the others, press Request access on
                  their page.
                </EmptyState>
              }
            >
              {({ access }) => <AccessTable access={access} of="product" />}
            </Loaded>
          </Card>
        </TabPanel>
        <TabPanel value="inbox" className="pt-5">
          <Loaded
            from={inbox}
            isEmpty={({ access }) => access.length === 0}
            empty={
              <Card>
                <EmptyState icon={<Inbox className="size-5" aria-hidden />} title="All done">
                  Requests for products of your domains will stand here.
                </EmptyState>
              </Card>
            }
          >
            {({ access }) => (
              <ul className="flex flex-col gap-3">
                {access.map((request) => (
                  <li key={request.id}>
                    <RequestCard request={request} />
                  </li>
                ))}
              </ul>
            )}
          </Loaded>
        </TabPanel>
      </Tabs>
    </Page>
  )
}
