import { keepPreviousData } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { ArrowUpDown, LayoutGrid, List, Plus, X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { useApi } from '../api/index.ts'
import { useKeys } from '../shell/keys.ts'
import { ownsDomain, useMe } from '../shell/me.ts'
import { sorts } from '../shell/search.ts'
import { Button, ButtonLink, cn, Kbd, Loaded, Page, PageHead, SearchField } from '../ui/index.ts'
import { count, plural } from '../words/index.ts'
import { NothingFound } from './marketplace_empty.tsx'
import { Facets } from './marketplace_facets.tsx'
import {
  activeFilters,
  asked,
  cleared,
  type FacetKey,
  pageSize,
  sortOf,
  toggled,
  valueWord,
  type Wish,
} from './marketplace_filter.ts'
import { Cards, CardsSkeleton, Rows } from './marketplace_results.tsx'

const route = getRouteApi('/frame/products')

/** Every data product of the mesh: what it is, whether to trust it, whether one can use it now. */
export function Marketplace() {
  const wish: Wish = route.useSearch()
  const navigate = route.useNavigate()
  const change = (next: Wish, replace = false) =>
    void navigate({ search: next, replace, resetScroll: next.page !== wish.page })
  const from = useApi('search', { query: asked(wish) }, { placeholderData: keepPreviousData })
  const all = useApi('search', { query: { limit: 1 } }, { staleTime: 60_000 })
  const me = useMe()
  const field = useRef<HTMLInputElement>(null)
  const list = useRef<HTMLElement>(null)
  // `/` belongs to the shell: it goes to the search field of the page
  useKeys({
    j: () => move(list.current, 1),
    k: () => move(list.current, -1),
  })
  const toggle = (key: FacetKey, value: string) => change(toggled(wish, key, value))
  const active = activeFilters(wish)
  const facets = from.data?.facets

  return (
    <Page>
      <PageHead
        title="Data products"
        hint={
          all.data
            ? `${plural(all.data.total, 'product')} from ${plural(all.data.facets.domain?.length ?? 0, 'domain')}. ${count(
                all.data.facets.access?.find(({ value }) => value === 'readable')?.count ?? 0,
              )} you can read today.`
            : '\u00a0'
        }
      >
        {ownsDomain(me.data) && (
          <ButtonLink variant="primary" to="/new">
            <Plus className="size-4" aria-hidden />
            New product
          </ButtonLink>
        )}
      </PageHead>
      <SearchBox
        field={field}
        value={wish.q ?? ''}
        onChange={(q) => {
          const { q: _, page: __, ...rest } = wish
          change(q === '' ? rest : { ...rest, q }, true)
        }}
        onDown={() => move(list.current, 1)}
      />
      <div className="mt-4 flex items-start gap-6 max-md:flex-col max-md:gap-3">
        <aside aria-label="Filters" className="w-52 shrink-0 max-md:hidden">
          {(facets || !from.error) && <Facets counts={facets} wish={wish} onToggle={toggle} />}
        </aside>
        <details className="w-full rounded-lg border border-line bg-surface md:hidden">
          <summary className="px-3 py-2.5 font-medium">
            Filters{active.length > 0 && <span className="text-ink-3"> · {active.length} on</span>}
          </summary>
          <div className="px-3 pb-2">
            <Facets counts={facets} wish={wish} onToggle={toggle} />
          </div>
        </details>
        <section ref={list} aria-label="Results" className="min-w-0 flex-1 max-md:w-full">
          <div className="mb-3 flex min-h-8 flex-wrap items-center gap-1.5">
            {active.map(({ key, title, value }) => (
              <button
                key={`${key}:${value}`}
                type="button"
                aria-label={`Remove filter ${title}: ${valueWord(key, value)}`}
                onClick={() => toggle(key, value)}
                className="inline-flex h-7 items-center gap-1.5 rounded-full bg-accent-soft px-2.5 font-medium text-accent-ink text-xs hover:brightness-95"
              >
                {valueWord(key, value)}
                <X className="size-3" aria-hidden />
              </button>
            ))}
            <span role="status" className="mx-1 text-ink-3 text-xs">
              {from.data ? plural(from.data.total, 'result') : '\u00a0'}
            </span>
            {active.length > 1 && (
              <Button
                variant="ghost"
                size="sm"
                onClick={() => change({ ...cleared(wish), ...(wish.q && { q: wish.q }) })}
              >
                Clear filters
              </Button>
            )}
            <div className="ml-auto flex items-center gap-2">
              <SortBy wish={wish} onChange={change} />
              <Views wish={wish} onChange={change} />
            </div>
          </div>
          <div className={cn('transition-opacity', from.isPlaceholderData && 'opacity-60')}>
            <h2 className="sr-only">Products</h2>
            <Loaded
              from={from}
              skeleton={<CardsSkeleton />}
              isEmpty={({ hits }) => hits.length === 0}
              empty={<NothingFound wish={wish} onChange={change} mayCreate={ownsDomain(me.data)} />}
            >
              {({ hits, total }) => (
                <>
                  {wish.view === 'rows' ? <Rows hits={hits} /> : <Cards hits={hits} />}
                  <Pages wish={wish} total={total} onChange={change} />
                </>
              )}
            </Loaded>
          </div>
        </section>
      </div>
    </Page>
  )
}

type Change = (next: Wish, replace?: boolean) => void

/** Typing stays here and is smooth; the address follows when the fingers rest. */
function SearchBox({
  field,
  value,
  onChange,
  onDown,
}: {
  field: React.RefObject<HTMLInputElement | null>
  value: string
  onChange: (q: string) => void
  onDown: () => void
}) {
  const [text, setText] = useState(value)
  const latest = useRef({ value, onChange })
  latest.current = { value, onChange }
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (text.trim() === latest.current.value) return
    const timer = setTimeout(() => latest.current.onChange(text.trim()), 180)
    return () => clearTimeout(timer)
  }, [text])
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') {
      event.preventDefault()
      onDown()
    }
    if (event.key === 'Enter') onChange(text.trim())
    if (event.key === 'Escape') {
      if (text === '') field.current?.blur()
      setText('')
    }
  }
  return (
    <SearchField
      big
      ref={field}
      label="Search data products"
      placeholder="Search names, columns, tags, owners. Try “delay” or “airport_code”"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={onKeyDown}
    >
      {text === '' ? (
        <span aria-hidden>
          <Kbd>/</Kbd>
        </span>
      ) : (
        <Button variant="ghost" size="icon-sm" aria-label="Clear search" onClick={() => setText('')}>
          <X className="size-3.5" aria-hidden />
        </Button>
      )}
    </SearchField>
  )
}

const sortWords: Record<(typeof sorts)[number], string> = {
  relevance: 'Best match',
  name: 'Name',
  used: 'Most used',
  published: 'Last published',
  tier: 'Highest tier',
}
const SortBy = ({ wish, onChange }: { wish: Wish; onChange: Change }) => {
  const byItself = sortOf({ q: wish.q })
  // without words there is nothing to match
  const offered = sorts.filter((each) => each !== 'relevance' || wish.q)
  return (
    <label className="relative inline-flex h-8 items-center gap-1.5 rounded-md pl-2 font-medium text-ink-2 text-sm hover:bg-sunken hover:text-ink">
      <ArrowUpDown className="size-3.5" aria-hidden />
      <span className="sr-only">Sort by</span>
      <select
        className="h-full cursor-pointer appearance-none rounded-md bg-transparent pr-2 [&>option]:bg-raised"
        value={wish.sort ?? byItself}
        onChange={(event) => {
          const { sort: _, page: __, ...rest } = wish
          const next = sorts.find((each) => each === event.target.value)
          onChange(next && next !== byItself ? { ...rest, sort: next } : rest)
        }}
      >
        {offered.map((each) => (
          <option key={each} value={each}>
            {sortWords[each]}
          </option>
        ))}
      </select>
    </label>
  )
}

const Views = ({ wish, onChange }: { wish: Wish; onChange: Change }) => (
  <div className="flex gap-0.5 rounded-lg bg-sunken p-0.5 ring-1 ring-line ring-inset" role="group" aria-label="View">
    {(
      [
        ['cards', LayoutGrid, 'Cards'],
        ['rows', List, 'Rows'],
      ] as const
    ).map(([view, Icon, word]) => (
      <button
        key={view}
        type="button"
        aria-label={word}
        aria-pressed={(wish.view ?? 'cards') === view}
        onClick={() => {
          const { view: _, ...rest } = wish
          onChange(view === 'cards' ? rest : { ...rest, view })
        }}
        className="grid size-7 place-items-center rounded-md text-ink-3 hover:text-ink aria-pressed:bg-surface aria-pressed:text-ink aria-pressed:shadow-card aria-pressed:ring-1 aria-pressed:ring-line"
      >
        <Icon className="size-3.5" aria-hidden />
      </button>
    ))}
  </div>
)

function Pages({ wish, total, onChange }: { wish: Wish; total: number; onChange: Change }) {
  const page = wish.page ?? 1
  const last = Math.ceil(total / pageSize)
  if (last <= 1) return null
  const to = (next: number) => {
    const { page: _, ...rest } = wish
    onChange(next === 1 ? rest : { ...rest, page: next })
  }
  return (
    <nav aria-label="Pages" className="mt-5 flex items-center justify-center gap-3 text-ink-3 text-xs">
      <Button size="sm" disabled={page <= 1} onClick={() => to(page - 1)}>
        Previous
      </Button>
      <span className="tabular-nums">
        {count((page - 1) * pageSize + 1)}–{count(Math.min(total, page * pageSize))} of {count(total)}
      </span>
      <Button size="sm" disabled={page >= last} onClick={() => to(page + 1)}>
        Next
      </Button>
    </nav>
  )
}

/** To the next or previous result; from elsewhere to the first. */
const move = (list: HTMLElement | null, step: 1 | -1): void => {
  const links = [...(list?.querySelectorAll<HTMLElement>('a[data-result]') ?? [])]
  const at = links.indexOf(document.activeElement as HTMLElement)
  const next =
    links[at === -1 ? (step === 1 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step))]
  next?.focus()
  next?.closest('li, tr')?.scrollIntoView({ block: 'nearest' })
}
