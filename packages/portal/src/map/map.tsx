import { getRouteApi } from '@tanstack/react-router'
import { List, Map as MapIcon, Maximize, Minus, Plus, Shuffle } from 'lucide-react'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { useApi } from '../api/index.ts'
import { useKeys } from '../shell/keys.ts'
import { useNarrow } from '../shell/narrow.ts'
import {
  Button,
  ButtonLink,
  cn,
  EmptyState,
  Loaded,
  SearchField,
  Segment,
  SegmentList,
  Skeleton,
  Tabs,
} from '../ui/index.ts'
import { plural } from '../words/index.ts'
import { bandsOf } from './bands.ts'
import type { Camera } from './camera.ts'
import { type ColourBy, HexMap, manyProducts } from './hex_map.tsx'
import { forgetPlaces, keepPlaces, keptPlaces } from './kept.ts'
import { type Kept, layoutMesh } from './layout.ts'
import { Legend } from './legend.tsx'
import { MeshList } from './list.tsx'
import { findProducts, indexMesh, type Mesh } from './mesh.ts'
import { Panel } from './panel.tsx'

const route = getRouteApi('/frame/map')

/** All domains and their products as islands of hexagons, or as a list of the same. */
export function DomainMap() {
  const from = useApi('getMesh', {}, { staleTime: 30_000 })
  return (
    <Loaded
      from={from}
      skeleton={<MapSkeleton />}
      isEmpty={({ domains, products }) => domains.length + products.length === 0}
      empty={
        <EmptyState
          title="No domain is registered yet"
          icon={<MapIcon className="size-5" aria-hidden />}
          action={
            <ButtonLink variant="primary" to="/new">
              New product
            </ButtonLink>
          }
        >
          <h1 className="sr-only">Domain map</h1>A domain is a team and what it answers for. Write it as a manifest and
          apply it: <code className="font-mono">datamesh apply domain.yaml</code>
        </EmptyState>
      }
    >
      {(mesh) => <MapPage mesh={mesh} />}
    </Loaded>
  )
}

function MapPage({ mesh }: { mesh: Mesh }) {
  const { by = 'domain', sel = null, view, find = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const set = (change: Partial<{ by: ColourBy; sel: string; view: 'map' | 'list'; find: string }>, replace = false) =>
    void navigate({ search: (was) => ({ ...was, ...change }), replace, resetScroll: false })
  const clear = (...names: ('sel' | 'find' | 'by')[]) =>
    void navigate({
      search: (was) => Object.fromEntries(Object.entries(was).filter(([name]) => !names.includes(name as 'sel'))),
      replace: true,
      resetScroll: false,
    })
  const small = useNarrow()
  const list = (view ?? (small ? 'list' : 'map')) === 'list'

  const index = useMemo(() => indexMesh(mesh), [mesh])
  const [places, setPlaces] = useState<Kept>(keptPlaces)
  const layout = useMemo(
    () => layoutMesh([...index.domain.values()], mesh.products, mesh.flows, places),
    [index, mesh, places],
  )
  useEffect(() => keepPlaces(layout.places), [layout])
  const left = useMemo(() => bandsOf(layout, mesh.flows).left, [layout, mesh])
  const found = useMemo(() => findProducts(index, find), [index, find])
  const foundIds = useMemo(() => found?.map(({ id }) => id) ?? null, [found])
  const selected = sel !== null && (index.product.has(sel) || index.domain.has(sel)) ? sel : null
  const camera = useRef<Camera>(null)
  const select = (what: string | null) => (what === null ? selected !== null && clear('sel') : set({ sel: what }))
  const open = (id: string) => {
    const product = index.product.get(id)
    if (product)
      void navigate({ to: '/products/$domain/$product', params: { domain: product.domain, product: product.name } })
  }
  useKeys(
    list
      ? {}
      : {
          '+': () => camera.current?.zoomBy(1.4),
          '=': () => camera.current?.zoomBy(1.4),
          '-': () => camera.current?.zoomBy(1 / 1.4),
          '0': () => camera.current?.fit(),
          Escape: () => clear('sel', 'find'),
        },
  )
  const onFindKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && found?.[0]) set({ sel: found[0].id })
    if (event.key === 'Escape') clear('find')
  }
  return (
    <div
      className={cn(
        'flex flex-col',
        !list &&
          'h-dvh overflow-hidden bg-[radial-gradient(var(--line)_1px,transparent_1px)] [background-size:22px_22px] max-md:h-[calc(100dvh-3rem)]',
      )}
    >
      <header className="flex flex-wrap items-center gap-x-3 gap-y-2 px-6 py-4 max-md:px-4">
        <h1 className="font-semibold text-xl tracking-tight">Domain map</h1>
        <span className="text-ink-3 text-sm">
          {plural(index.domain.size, 'domain')}, {plural(mesh.products.length, 'product')},{' '}
          {plural(mesh.flows.length, 'flow')}
        </span>
        <div className="ml-auto flex flex-wrap items-center gap-2 max-md:ml-0 max-md:w-full">
          <SearchField
            label="Find on the map"
            placeholder="Find a product"
            className="w-56 max-md:w-full"
            value={find}
            onChange={(event) => (event.target.value ? set({ find: event.target.value }, true) : clear('find'))}
            onKeyDown={onFindKey}
          >
            {found && (
              <span className="text-ink-3 text-xs tabular-nums" role="status">
                {found.length}
                <span className="sr-only"> found</span>
              </span>
            )}
          </SearchField>
          {!list && (
            <Tabs value={by} onValueChange={(next: ColourBy) => (next === 'domain' ? clear('by') : set({ by: next }))}>
              <SegmentList aria-label="Colour by" className="w-60 bg-surface shadow-card">
                <Segment value="domain">Domain</Segment>
                <Segment value="health">Health</Segment>
                <Segment value="tier">Tier</Segment>
              </SegmentList>
            </Tabs>
          )}
          <Button onClick={() => set({ view: list ? 'map' : 'list' })}>
            {list ? <MapIcon className="size-4" aria-hidden /> : <List className="size-4" aria-hidden />}
            {list ? 'Map view' : 'List view'}
          </Button>
        </div>
      </header>
      {list ? (
        <div className="mx-auto w-full max-w-[85rem] px-6 pb-8 max-md:px-4">
          <MeshList index={index} found={foundIds && new Set(foundIds)} selected={selected} />
        </div>
      ) : (
        <div className="relative min-h-0 flex-1">
          <HexMap
            key={String(layout.at.size > manyProducts)}
            index={index}
            layout={layout}
            by={by}
            selected={selected}
            found={foundIds}
            covered={selected === null ? free : small ? below : beside}
            camera={camera}
            onSelect={select}
            onOpen={open}
          />
          <Legend
            by={by}
            left={left}
            many={layout.at.size > manyProducts}
            className="absolute bottom-4 left-6 max-md:hidden"
          />
          <div
            className={cn(
              'absolute right-5 bottom-4 flex flex-col overflow-hidden rounded-lg border border-line bg-surface shadow-card',
              selected && 'right-90 max-md:hidden',
            )}
          >
            <Control label="Zoom in" onClick={() => camera.current?.zoomBy(1.4)} icon={Plus} />
            <Control label="Zoom out" onClick={() => camera.current?.zoomBy(1 / 1.4)} icon={Minus} />
            <Control label="Show everything" onClick={() => camera.current?.fit()} icon={Maximize} />
            <Control
              label="Arrange the islands anew"
              onClick={() => {
                forgetPlaces()
                setPlaces({})
                camera.current?.fit()
              }}
              icon={Shuffle}
            />
          </div>
          {selected && (
            <Panel
              index={index}
              selected={selected}
              onSelect={select}
              className="absolute top-0 right-5 bottom-4 w-82 max-md:inset-x-3 max-md:top-auto max-md:bottom-3 max-md:max-h-90 max-md:w-auto"
            />
          )}
        </div>
      )}
    </div>
  )
}

const free = { right: 0, below: 0 }
const beside = { right: 350, below: 0 }
const below = { right: 0, below: 380 }

const Control = ({ label, icon: Icon, onClick }: { label: string; icon: typeof Plus; onClick: () => void }) => (
  <button
    type="button"
    aria-label={label}
    title={label}
    onClick={onClick}
    className="grid size-8 place-items-center border-line text-ink-2 not-first:border-t hover:bg-sunken hover:text-ink focus-visible:outline-offset-[-2px]"
  >
    <Icon className="size-4" aria-hidden />
  </button>
)

const MapSkeleton = () => (
  <div className="px-6 py-4">
    <div className="flex items-center gap-3">
      <h1 className="font-semibold text-xl tracking-tight">Domain map</h1>
      <Skeleton className="w-52" />
      <Skeleton className="ml-auto h-8 w-96" />
    </div>
    <Skeleton className="mt-6 h-[75dvh] w-full rounded-xl" />
  </div>
)
