import { Link } from '@tanstack/react-router'
import { ChevronRight, Hexagon, Lock, Table2 } from 'lucide-react'
import { type KeyboardEvent, memo, useDeferredValue, useMemo, useRef, useState } from 'react'
import { cn, DomainDot, EmptyState, SearchField } from '../../ui/index.ts'
import type { Catalog } from './catalog.ts'
import { mostRows, moveInTree, type TreeRow, treeRows } from './rows.ts'

/** Everything that a query can name. Arrows walk and open, Enter or a click puts the name where the cursor is. */
export const SchemaTree = memo(function SchemaTree({
  catalog,
  onInsert,
  opened,
}: {
  catalog: Catalog
  onInsert: (name: string) => void
  /** Open from the start. */
  opened?: string | undefined
}) {
  const [filter, setFilter] = useState('')
  const [open, setOpen] = useState<ReadonlySet<string>>(
    () => new Set([...catalog.domains.map(({ name }) => name), ...(opened === undefined ? [] : [opened])]),
  )
  const [shut, setShut] = useState<ReadonlySet<string>>(new Set())
  const [active, setActive] = useState<string | null>(null)
  const wanted = useDeferredValue(filter)
  const rows = useMemo(() => treeRows(catalog, open, wanted, shut), [catalog, open, wanted, shut])
  const tree = useRef<HTMLDivElement>(null)
  const at = rows.some(({ id }) => id === active) ? active : (rows[0]?.id ?? null)

  const toggle = (id: string) => {
    setOpen((was) => turned(was, id))
    setShut((was) => turned(was, id))
  }
  const narrow = (text: string) => {
    setFilter(text)
    setShut(new Set())
  }
  const focus = (id: string) => {
    setActive(id)
    tree.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)?.focus()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    // the link of a locked product is its own
    if (at === null || (event.target as HTMLElement).closest('a')) return
    if (event.key === 'Enter') {
      const row = rows.find(({ id }) => id === at)
      if (row?.insert) onInsert(row.insert)
      else if (row && row.expanded !== null) toggle(row.id)
      return event.preventDefault()
    }
    const move = moveInTree(rows, at, event.key)
    if (!move) return
    event.preventDefault()
    if (move.toggle) toggle(move.toggle)
    if (move.to) focus(move.to)
  }
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <SearchField
        label="Filter products and columns"
        placeholder="Filter products and columns"
        className="mx-3 mb-2"
        value={filter}
        onChange={(event) => narrow(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' && at !== null) {
            event.preventDefault()
            focus(at)
          }
          if (event.key === 'Escape') narrow('')
        }}
      />
      {rows.length === 0 ? (
        <EmptyState
          title={catalog.domains.length === 0 ? 'Nothing is published yet' : 'Nothing has that name'}
          className="py-8"
        >
          {catalog.domains.length === 0 ? 'Publish a product and its tables stand here.' : 'Write less of it.'}
        </EmptyState>
      ) : (
        <div
          ref={tree}
          role="tree"
          aria-label="Products and columns"
          onKeyDown={onKeyDown}
          className="min-h-0 flex-1 overflow-y-auto overflow-x-hidden px-2 pb-4 [scrollbar-width:thin]"
        >
          {rows.map((row) => (
            <Row
              key={row.id}
              row={row}
              active={row.id === at}
              onInsert={onInsert}
              onToggle={toggle}
              onFocus={setActive}
            />
          ))}
        </div>
      )}
      {rows.length >= mostRows && (
        <p className="border-line border-t px-4 py-2 text-ink-3 text-xs">More than that: filter to see the rest.</p>
      )}
    </div>
  )
})

const turned = (was: ReadonlySet<string>, id: string): ReadonlySet<string> => {
  const next = new Set(was)
  if (!next.delete(id)) next.add(id)
  return next
}

const indent = ['', 'pl-1', 'pl-4', 'pl-9', 'pl-13']

const Row = memo(function Row({
  row,
  active,
  onInsert,
  onToggle,
  onFocus,
}: {
  row: TreeRow
  active: boolean
  onInsert: (name: string) => void
  onToggle: (id: string) => void
  onFocus: (id: string) => void
}) {
  const leaf = row.kind === 'column'
  const act = () => {
    if (row.kind === 'domain' || row.insert === null) {
      if (row.expanded !== null) onToggle(row.id)
      return
    }
    onInsert(row.insert)
  }
  const why = row.masked ? 'Masked for you by policy' : row.locked ? row.about : ''
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
    <div
      role="treeitem"
      aria-level={row.level}
      aria-setsize={row.of}
      aria-posinset={row.place}
      aria-expanded={row.expanded ?? undefined}
      aria-selected={active}
      tabIndex={active ? 0 : -1}
      data-row={row.id}
      title={[row.about, why === row.about ? '' : why].filter(Boolean).join('. ') || undefined}
      onFocus={() => onFocus(row.id)}
      onClick={act}
      className={cn(
        'group flex cursor-pointer select-none items-center gap-1.5 rounded-md pr-1.5 hover:bg-sunken focus-visible:outline-offset-[-2px]',
        indent[row.level],
        leaf ? 'h-6 font-mono text-2xs text-ink-3' : 'h-7',
        row.kind === 'domain' ? 'mt-1.5 font-medium first:mt-0' : 'text-ink-2',
      )}
    >
      {row.expanded !== null && (
        // biome-ignore lint/a11y/noStaticElementInteractions: for pointers; arrows open and close
        // biome-ignore lint/a11y/useKeyWithClickEvents: for pointers; arrows open and close
        <span
          className="-my-1 -mr-1 grid size-6 shrink-0 place-items-center"
          onClick={(event) => {
            event.stopPropagation()
            onToggle(row.id)
          }}
        >
          <ChevronRight className={cn('size-3.5 text-ink-3', row.expanded && 'rotate-90')} aria-hidden />
        </span>
      )}
      {row.kind === 'domain' && <DomainDot domain={row.domain} className="rounded-sm" />}
      {row.kind === 'product' && <Hexagon className="size-3.5 shrink-0 text-ink-3" aria-hidden />}
      {row.kind === 'table' && <Table2 className="size-3.5 shrink-0 text-ink-3" aria-hidden />}
      <span className={cn('truncate', row.locked && 'text-ink-3', leaf && 'group-hover:text-ink')}>{row.label}</span>
      {(row.masked || (row.locked && row.kind === 'product')) && (
        <Lock className="size-3 shrink-0 text-warn-ink" aria-hidden />
      )}
      {leaf && (
        <span className="ml-auto shrink-0 pl-2 text-[0.65625rem]">
          <span className="sr-only">, </span>
          {row.detail}
          {row.masked && <span className="sr-only">, masked</span>}
        </span>
      )}
      {row.kind === 'product' && row.locked && <span className="sr-only">, no access</span>}
      {row.kind === 'product' && row.locked && (
        <Link
          to="/products/$domain/$product"
          params={{ domain: row.domain, product: row.label }}
          search={{ dialog: 'access' }}
          tabIndex={active ? 0 : -1}
          aria-label={`Request access to ${row.label}`}
          onClick={(event) => event.stopPropagation()}
          className="ml-auto inline-flex h-6 shrink-0 items-center rounded px-1.5 text-2xs text-accent-ink hover:underline"
        >
          Request
        </Link>
      )}
    </div>
  )
})
