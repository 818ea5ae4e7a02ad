import { getRouteApi } from '@tanstack/react-router'
import { ownsDomain, useMe } from '../shell/me.ts'
import { Page, PageHead, readable, Tab, TabList, TabPanel, Tabs } from '../ui/index.ts'
import { Appearance } from './appearance.tsx'
import { Members } from './members.tsx'
import { SignInSettings } from './sign_in.tsx'
import { Teams } from './teams.tsx'
import { Tokens } from './tokens.tsx'

const page = getRouteApi('/frame/settings')

export function Settings() {
  const { tab = 'tokens' } = page.useSearch()
  const navigate = page.useNavigate()
  const me = useMe()
  const admin = me.data?.roles.some(({ role }) => role === 'platform-admin') ?? false
  const roles = me.data?.roles
    .map(({ role, domain }) => `${readable(role).toLowerCase()}${domain ? ` of ${readable(domain)}` : ''}`)
    .join(', ')
  return (
    <Page>
      <PageHead
        title="Settings"
        hint={me.data ? `Signed in as ${me.data.name}${roles ? `, ${roles}` : ''}.` : undefined}
      />
      <Tabs
        value={tab}
        onValueChange={(next: NonNullable<typeof tab>) =>
          void navigate({ search: next === 'tokens' ? {} : { tab: next } })
        }
      >
        <TabList aria-label="Settings">
          <Tab value="tokens">API keys</Tab>
          <Tab value="sign-in">Password and sessions</Tab>
          {(admin || ownsDomain(me.data)) && <Tab value="members">Members</Tab>}
          {admin && <Tab value="teams">Teams and clients</Tab>}
          <Tab value="appearance">Appearance and keys</Tab>
        </TabList>
        <TabPanel value="tokens" className="max-w-5xl pt-5">
          <Tokens />
        </TabPanel>
        <TabPanel value="sign-in" className="max-w-5xl pt-5">
          <SignInSettings />
        </TabPanel>
        <TabPanel value="teams" className="max-w-5xl pt-5">
          <Teams />
        </TabPanel>
        <TabPanel value="members" className="max-w-5xl pt-5">
          <Members />
        </TabPanel>
        <TabPanel value="appearance" className="max-w-5xl pt-5">
          <Appearance />
        </TabPanel>
      </Tabs>
    </Page>
  )
}
