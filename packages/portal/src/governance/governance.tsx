import { getRouteApi } from '@tanstack/react-router'
import { FlaskConical, Scale } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { useApi } from '../api/index.ts'
import { ButtonLink, Page, PageHead, SkeletonRows, Tab, TabList, TabPanel, Tabs } from '../ui/index.ts'
import { plural } from '../words/index.ts'
import { Overview } from './overview/overview.tsx'

const Violations = lazy(async () => ({ default: (await import('./violations/violations.tsx')).Violations }))
const Waivers = lazy(async () => ({ default: (await import('./waivers/waivers.tsx')).Waivers }))
const Classification = lazy(async () => ({
  default: (await import('./classification/classification.tsx')).Classification,
}))
const Health = lazy(async () => ({ default: (await import('./health/health.tsx')).Health }))

const page = getRouteApi('/frame/governance')
const tabs = {
  overview: { word: 'Overview', Panel: Overview },
  violations: { word: 'Violations', Panel: Violations },
  waivers: { word: 'Waivers', Panel: Waivers },
  classification: { word: 'Classification', Panel: Classification },
  health: { word: 'Health', Panel: Health },
} as const
type Name = keyof typeof tabs

/** How well the mesh keeps its own rules, who breaks which, who is excused, and what ails it as a whole. */
export function Governance() {
  const { tab = 'overview' } = page.useSearch()
  const navigate = page.useNavigate()
  const overview = useApi('governance', { query: {} })
  const proposals = useApi('listProposals', { query: { state: 'proposed' } }, { staleTime: 60_000 })
  const health = useApi('meshHealth', {}, { staleTime: 60_000 })
  const numbers = overview.data?.numbers
  const counts: Partial<Record<Name, number | undefined>> = {
    violations: numbers?.violations,
    waivers: numbers?.waiversLive,
    classification: proposals.data?.proposals.length,
    health: health.data?.ailments.length,
  }
  const { Panel } = tabs[tab]
  return (
    <Page>
      <PageHead
        title="Governance"
        hint={
          overview.data
            ? `${plural(overview.data.policies.length, 'policy', 'policies')} over ${plural(overview.data.numbers.products, 'product')}, asked at every change and on a timetable.`
            : 'What the mesh asks of its products, and how well they keep it.'
        }
      >
        <ButtonLink to="/playground">
          <FlaskConical className="size-4" aria-hidden />
          Playground
        </ButtonLink>
        <ButtonLink to="/policies" variant="primary">
          <Scale className="size-4" aria-hidden />
          Policies
        </ButtonLink>
      </PageHead>
      <Tabs
        value={tab}
        onValueChange={(next: Name) =>
          void navigate({ search: next === 'overview' ? {} : { tab: next }, resetScroll: false })
        }
      >
        <TabList aria-label="Governance">
          {Object.entries(tabs).map(([name, { word }]) => (
            <Tab key={name} value={name} count={counts[name as Name]}>
              {word}
            </Tab>
          ))}
        </TabList>
        <TabPanel key={tab} value={tab} className="pt-4 outline-offset-4">
          <Suspense fallback={<SkeletonRows rows={8} />}>
            <Panel />
          </Suspense>
        </TabPanel>
      </Tabs>
    </Page>
  )
}
