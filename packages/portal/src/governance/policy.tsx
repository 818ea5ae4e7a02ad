import { getRouteApi, Link } from '@tanstack/react-router'
import { ChevronRight, FlaskConical, SlidersHorizontal, Trash2 } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { type Reply, useApi } from '../api/index.ts'
import {
  Badge,
  Button,
  ButtonLink,
  Loaded,
  Page,
  readable,
  Skeleton,
  SkeletonRows,
  Tab,
  TabList,
  TabPanel,
  Tabs,
} from '../ui/index.ts'
import { ModeBadge } from './parts.tsx'
import { PolicyOverview } from './policy/overview.tsx'
import { kindWords, severityWords } from './words.ts'

const Source = lazy(async () => ({ default: (await import('./policy/source.tsx')).Source }))
const ImpactTab = lazy(async () => ({ default: (await import('./policy/impact_tab.tsx')).ImpactTab }))
const History = lazy(async () => ({ default: (await import('./policy/history.tsx')).History }))
const SwitchDialog = lazy(() => import('./policy/switch_dialog.tsx'))
const RemoveDialog = lazy(() => import('./policy/remove_dialog.tsx'))

const page = getRouteApi('/frame/policies/$scope/$policy')
const tabs = {
  overview: { word: 'Overview', Panel: PolicyOverview },
  source: { word: 'Source', Panel: Source },
  impact: { word: 'Impact', Panel: ImpactTab },
  history: { word: 'History', Panel: History },
} as const
type Name = keyof typeof tabs
type View = Reply<'getPolicy'>

/** One policy: what it asks and why, its Rego, whom it hits, and how it came here. */
export function PolicyPage() {
  const params = page.useParams()
  const policy = useApi('getPolicy', { params })
  return (
    <Page>
      <Loaded
        page
        from={policy}
        skeleton={<PolicySkeleton />}
        missing={
          <ButtonLink to="/policies" variant="primary">
            Policies
          </ButtonLink>
        }
      >
        {(it) => <One key={it.id} policy={it} />}
      </Loaded>
    </Page>
  )
}

function One({ policy }: { policy: View }) {
  const { tab = 'overview' } = page.useSearch()
  const navigate = page.useNavigate()
  const [dialog, setDialog] = useState<'switch' | 'remove' | null>(null)
  const { Panel } = tabs[tab]
  const counts: Partial<Record<Name, number>> = {
    source: Object.keys(policy.files).length,
    impact: policy.hits,
    history: policy.history.length,
  }
  return (
    <>
      <nav aria-label="Where this policy is" className="flex flex-wrap items-center gap-1 text-ink-3 text-sm">
        <Link to="/policies" className="rounded hover:text-ink">
          Policies
        </Link>
        <ChevronRight className="size-3.5" aria-hidden />
        <Link to="/policies" search={{ domain: policy.domain ?? 'global' }} className="rounded hover:text-ink">
          {policy.domain === null ? 'Whole mesh' : readable(policy.domain)}
        </Link>
        <ChevronRight className="size-3.5" aria-hidden />
        <span aria-current="page" className="text-ink">
          {policy.title}
        </span>
      </nav>
      <header className="mt-4 flex flex-wrap items-start gap-4">
        <div className="min-w-0 flex-1 basis-80">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1.5">
            <h1 className="mr-1 font-semibold text-2xl tracking-tight">{policy.title}</h1>
            <ModeBadge mode={policy.mode} />
            <Badge>{severityWords[policy.severity]}</Badge>
            <Badge title={kindWords[policy.kind].means}>{kindWords[policy.kind].word}</Badge>
            {policy.starter && <Badge tone="accent">starter</Badge>}
            <Badge className="font-mono">v{policy.version}</Badge>
          </div>
          <p className="mt-1.5 max-w-2xl text-base text-ink-2">{policy.description}</p>
        </div>
        <div className="flex flex-wrap items-center gap-2">
          {policy.may.change && (
            <Button
              variant="danger"
              size="icon"
              aria-label="Remove this policy…"
              title="Remove…"
              onClick={() => setDialog('remove')}
            >
              <Trash2 className="size-4" aria-hidden />
            </Button>
          )}
          <ButtonLink to="/playground" search={{ policy: policy.id }}>
            <FlaskConical className="size-4" aria-hidden />
            {policy.may.change ? 'Edit in the playground' : 'Try in the playground'}
          </ButtonLink>
          {policy.may.change && (
            <Button variant="primary" onClick={() => setDialog('switch')}>
              <SlidersHorizontal className="size-4" aria-hidden />
              Switch mode
            </Button>
          )}
        </div>
      </header>
      <Tabs
        value={tab}
        onValueChange={(next: Name) =>
          void navigate({ search: next === 'overview' ? {} : { tab: next }, resetScroll: false })
        }
        className="mt-5"
      >
        <TabList aria-label="About this policy">
          {Object.entries(tabs).map(([name, { word }]) => (
            <Tab key={name} value={name} count={counts[name as Name]}>
              {word}
            </Tab>
          ))}
        </TabList>
        <TabPanel key={tab} value={tab} className="pt-4 outline-offset-4">
          <Suspense fallback={<SkeletonRows rows={8} />}>
            <Panel policy={policy} />
          </Suspense>
        </TabPanel>
      </Tabs>
      <Suspense>
        {dialog === 'switch' && <SwitchDialog policy={policy} onClose={() => setDialog(null)} />}
        {dialog === 'remove' && <RemoveDialog policy={policy} onClose={() => setDialog(null)} />}
      </Suspense>
    </>
  )
}

const PolicySkeleton = () => (
  <div>
    <Skeleton className="h-4 w-56" />
    <Skeleton className="mt-5 h-8 w-96 max-w-full" />
    <Skeleton className="mt-3 h-5 w-full max-w-xl" />
    <Skeleton className="mt-8 h-6 w-80" />
    <div className="mt-5 grid grid-cols-[minmax(0,1fr)_20.5rem] gap-3.5 max-lg:grid-cols-1">
      <Skeleton className="h-64 rounded-xl" />
      <Skeleton className="h-64 rounded-xl" />
    </div>
  </div>
)
