import { getRouteApi } from '@tanstack/react-router'
import { useCallback, useMemo, useState } from 'react'
import { useApi } from '../api/index.ts'
import { useKeys } from '../shell/keys.ts'
import { useNarrow } from '../shell/narrow.ts'
import { Combobox } from '../ui/combobox.tsx'
import { cn, EmptyState, Loaded, Skeleton } from '../ui/index.ts'
import type { Mesh } from './model.ts'
import type { Change, State } from './state.ts'
import { Toolbar } from './toolbar.tsx'
import { LineageView } from './view.tsx'

const route = getRouteApi('/frame/lineage')

/** Where data comes from and goes to: domains, products, columns. */
export function Lineage() {
  const from = useApi('getMesh', {}, { staleTime: 30_000 })
  return (
    <Loaded
      from={from}
      skeleton={<PageSkeleton />}
      isEmpty={({ products }) => products.length === 0}
      empty={
        <EmptyState title="There is no product yet">
          <h1 className="sr-only">Lineage</h1>Lineage shows itself once a first product is registered.
        </EmptyState>
      }
    >
      {(mesh) => <LineagePage mesh={mesh} />}
    </Loaded>
  )
}

function LineagePage({ mesh }: { mesh: Mesh }) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const small = useNarrow()
  const focus = search.focus ?? null
  const state: State = {
    focus,
    level: search.level ?? (focus?.includes('/') ? 'products' : 'domains'),
    depth: search.depth ?? 2,
    column: search.column ?? null,
    list: (search.view ?? (small ? 'list' : 'graph')) === 'list',
    traced: search.traced === 'yes',
    indirect: search.indirect === 'yes',
    impact: search.show === 'impact',
  }
  const change: Change = useCallback(
    (next) =>
      void navigate({
        search: (was) => {
          const { focus, level, depth, column, list, traced, indirect, impact } = next
          const all = {
            ...was,
            ...('focus' in next && { focus: focus ?? undefined }),
            ...('column' in next && { column: column ?? undefined }),
            ...(level && { level }),
            ...(depth && { depth }),
            ...(list !== undefined && { view: list ? ('list' as const) : ('graph' as const) }),
            ...(traced !== undefined && { traced: traced ? ('yes' as const) : undefined }),
            ...(indirect !== undefined && { indirect: indirect ? ('yes' as const) : undefined }),
            ...(impact !== undefined && { show: impact ? ('impact' as const) : undefined }),
          }
          return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
        },
        resetScroll: false,
      }),
    [navigate],
  )
  const [full, setFull] = useState(false)
  useKeys({
    Escape: () => {
      if (full) setFull(false)
      else if (state.impact) change({ impact: false })
      else if (state.column !== null) change({ column: null })
    },
  })
  const options = useMemo(() => {
    const titles = new Map(mesh.domains.map(({ name, title }) => [name, title]))
    return mesh.products
      .map(({ id, title, domain }) => ({ value: id, label: `${title} · ${titles.get(domain) ?? domain}` }))
      .sort((a, b) => (a.label < b.label ? -1 : 1))
  }, [mesh])
  const choose = (id: string | null) =>
    change({
      focus: id,
      column: null,
      ...(id !== null && state.level === 'domains' ? { level: 'products' as const } : {}),
    })
  return (
    <div className={cn('flex flex-col bg-canvas', full ? 'fixed inset-0 z-40' : 'h-dvh max-md:h-[calc(100dvh-3rem)]')}>
      <header className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-b px-6 py-3 max-md:px-4">
        <h1 className="font-semibold text-xl tracking-tight">Lineage</h1>
        <Combobox
          bare
          label="Product in focus"
          placeholder="Choose a product"
          className="min-w-44 max-w-72 flex-1 basis-44 max-md:max-w-none max-md:basis-full"
          options={options}
          value={focus}
          onChange={choose}
        />
        <div className="ml-auto max-md:ml-0">
          <Toolbar state={state} change={change} full={{ on: full, toggle: () => setFull(!full) }} />
        </div>
      </header>
      <div className="relative min-h-0 flex-1 bg-sunken">
        <LineageView mesh={mesh} state={state} change={change} />
      </div>
    </div>
  )
}

const PageSkeleton = () => (
  <div className="flex h-dvh flex-col">
    <header className="flex items-center gap-4 border-line border-b px-6 py-3">
      <h1 className="font-semibold text-xl tracking-tight">Lineage</h1>
      <Skeleton className="h-8 w-72" />
      <Skeleton className="ml-auto h-8 w-96" />
    </header>
    <Skeleton className="m-6 flex-1 rounded-xl" />
  </div>
)
