import { getRouteApi } from '@tanstack/react-router'
import { useApi } from '../api/index.ts'
import { ErrorState, Skeleton } from '../ui/index.ts'
import { Desk } from './desk.tsx'
import { documentOf } from './saved/document.ts'

const route = getRouteApi('/frame/sql')

/** SQL over everything that one may read. `?q=` opens a saved query, `?product=` a first look at one product. */
export function Workbench() {
  const search = route.useSearch()
  const catalog = useApi('sqlCatalog', {}, { staleTime: 60_000 })
  const saved = useApi('listSavedQueries', {})
  const doc = documentOf(search, saved.data?.saved, catalog.data)
  if (doc) return <Desk doc={doc} catalog={catalog.data} product={search.product} />
  const failed = search.q === undefined ? catalog : saved
  if (failed.error)
    return (
      <>
        <h1 className="sr-only">SQL workbench</h1>
        <ErrorState error={failed.error} retry={() => void failed.refetch()} className="min-h-dvh justify-center" />
      </>
    )
  return <DeskSkeleton />
}

const DeskSkeleton = () => (
  <div role="status" aria-busy="true" className="flex h-dvh">
    <span className="sr-only">Loading</span>
    <div className="w-64 border-line border-r bg-surface p-3 max-md:hidden">
      <Skeleton className="h-8 w-full" />
      <Skeleton className="mt-4 h-64 w-full" />
    </div>
    <div className="flex-1">
      <div className="flex h-12 items-center border-line border-b px-4">
        <Skeleton className="w-40" />
      </div>
      <div className="h-[250px] border-line border-b bg-surface p-4">
        <Skeleton className="w-72" />
      </div>
    </div>
  </div>
)
