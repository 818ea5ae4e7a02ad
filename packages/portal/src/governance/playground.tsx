import { getRouteApi } from '@tanstack/react-router'
import { useApi } from '../api/index.ts'
import { useMe } from '../shell/me.ts'
import { ButtonLink, Loaded, Page, Skeleton } from '../ui/index.ts'
import { Bench } from './playground/bench.tsx'
import { templateFor } from './playground/template.ts'
import { policyParams } from './words.ts'

const page = getRouteApi('/frame/playground')

/** Rego over a product or over JSON: what it answers, how it came there, what it would hit. Nothing is kept before it is applied. */
export function Playground() {
  const { policy: id } = page.useSearch()
  const known = useApi(
    'getPolicy',
    { params: policyParams(id ?? '') },
    { enabled: id !== undefined, staleTime: 60_000 },
  )
  const me = useMe()
  if (id === undefined)
    return me.data === undefined ? (
      <PlaygroundSkeleton />
    ) : (
      <Bench key="new" name="New policy" files={templateFor(me.data)} policy={null} />
    )
  if (known.data === undefined)
    return (
      <Page>
        <Loaded
          page
          from={known}
          skeleton={<PlaygroundSkeleton />}
          missing={
            <ButtonLink to="/playground" variant="primary">
              Begin a new one
            </ButtonLink>
          }
        >
          {() => null}
        </Loaded>
      </Page>
    )
  return <Bench key={id} name={known.data.title} files={known.data.files} policy={known.data} />
}

const PlaygroundSkeleton = () => (
  <div className="flex flex-col gap-3 p-4">
    <Skeleton className="h-8 w-72" />
    <div className="grid grid-cols-[minmax(0,1fr)_26rem] gap-3 max-lg:grid-cols-1">
      <Skeleton className="h-[70vh] rounded-xl" />
      <Skeleton className="h-[70vh] rounded-xl" />
    </div>
  </div>
)
