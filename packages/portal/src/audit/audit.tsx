import { getRouteApi } from '@tanstack/react-router'
import { Download, Lock } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { readsAudit, useMe } from '../shell/me.ts'
import { Button, ButtonLink, Card, EmptyState, Page, PageHead } from '../ui/index.ts'
import { Filters } from './filters.tsx'
import { Integrity } from './integrity.tsx'
import { Log } from './log.tsx'
import { exportPath } from './words.ts'

const EntryDrawer = lazy(() => import('./entry_drawer.tsx'))
const page = getRouteApi('/frame/audit')

/** Who did what, on what, when, why and from where; and that nothing of it was changed since. */
export function Audit() {
  const search = page.useSearch()
  const navigate = page.useNavigate()
  const me = useMe()
  if (!readsAudit(me.data)) return <NotMine />
  return (
    <Page>
      <PageHead title="Audit log" hint="Who did what, on what, when, why and from where. Entries are only ever added.">
        <a
          href={exportPath(search)}
          download="audit.ndjson"
          className="inline-flex h-8 items-center gap-1.5 rounded-md border border-line-2 bg-surface px-3 font-medium text-sm shadow-card hover:bg-sunken"
        >
          <Download className="size-3.5" aria-hidden />
          Export
        </a>
      </PageHead>
      <div className="flex flex-col gap-3.5">
        <Integrity />
        <Filters />
        <Log
          search={search}
          onOpen={(entry) => void navigate({ search: (was) => ({ ...was, entry }), resetScroll: false })}
        />
      </div>
      <Suspense>
        {search.entry !== undefined && (
          <EntryDrawer
            seq={search.entry}
            onClose={() => void navigate({ search: ({ entry: _, ...was }) => was, resetScroll: false })}
          />
        )}
      </Suspense>
    </Page>
  )
}

/** What there would be, and who has it. */
const NotMine = () => (
  <Page>
    <PageHead title="Audit log" hint="Who did what, on what, when, why and from where." />
    <Card>
      <EmptyState
        icon={<Lock className="size-5" aria-hidden />}
        title="The audit log is for governance"
        action={
          <>
            <ButtonLink to="/access">My access</ButtonLink>
            <Button onClick={() => history.back()}>Back</Button>
          </>
        }
      >
        Members of governance and administrators of the platform read it; an administrator gives the role governance.
        What happened to your own rights stands under Access, and what happened to a product on its page.
      </EmptyState>
    </Card>
  </Page>
)
