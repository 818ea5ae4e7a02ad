import { Link } from '@tanstack/react-router'
import { Bookmark, Ellipsis, Users } from 'lucide-react'
import { useApi, useChange } from '../../api/index.ts'
import { Button, cn, EmptyState, Loaded, Menu, useToasts } from '../../ui/index.ts'
import { ago } from '../../words/index.ts'
import type { Saved } from './document.ts'

/** My queries first, then what others share. */
export function SavedList({
  current,
  onEdit,
  onDelete,
  onOpen,
}: {
  current: string | undefined
  onEdit: (saved: Saved) => void
  onDelete: (saved: Saved) => void
  onOpen: () => void
}) {
  const from = useApi('listSavedQueries', {})
  return (
    <Loaded
      from={from}
      isEmpty={({ saved }) => saved.length === 0}
      empty={
        <EmptyState title="No saved query yet" icon={<Bookmark className="size-5" aria-hidden />} className="py-8">
          Save one under a name and it stands here; share it and everybody can open it by its link.
        </EmptyState>
      }
    >
      {({ saved }) => {
        const mine = saved.filter((each) => each.mine)
        const others = saved.filter((each) => !each.mine)
        return (
          <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-4">
            <List title="Mine" queries={mine} {...{ current, onEdit, onDelete, onOpen }} />
            <List title="Shared by others" queries={others} {...{ current, onEdit, onDelete, onOpen }} />
          </div>
        )
      }}
    </Loaded>
  )
}

function List({
  title,
  queries,
  current,
  onEdit,
  onDelete,
  onOpen,
}: {
  title: string
  queries: readonly Saved[]
  current: string | undefined
  onEdit: (saved: Saved) => void
  onDelete: (saved: Saved) => void
  onOpen: () => void
}) {
  const toasts = useToasts()
  const change = useChange('saveQuery', { stale: ['listSavedQueries'], failed: toasts.fail })
  if (queries.length === 0) return null
  return (
    <section className="mb-3">
      <h2 className="px-2 pt-1 pb-1.5 font-medium text-2xs text-ink-3">{title}</h2>
      <ul>
        {queries.map((saved) => (
          <li key={saved.id} className="group relative">
            <Link
              to="/sql"
              search={{ q: saved.id }}
              onClick={onOpen}
              aria-current={saved.id === current ? 'page' : undefined}
              className={cn(
                'block rounded-md py-1.5 pr-9 pl-2 hover:bg-sunken focus-visible:outline-offset-[-2px]',
                saved.id === current && 'bg-accent-soft hover:bg-accent-soft',
              )}
            >
              <span className="flex items-center gap-1.5">
                <span className="truncate text-ink text-sm">{saved.name}</span>
                {saved.shared && <Users className="size-3 shrink-0 text-ink-3" aria-label="shared" />}
              </span>
              <span className="block truncate text-2xs text-ink-3">
                {saved.mine ? `changed ${ago(saved.updatedAt)}` : `by ${saved.ownerName}`}
              </span>
            </Link>
            {saved.mine && (
              <span className="absolute top-2 right-1">
                <Menu
                  trigger={
                    <Button size="icon-sm" variant="ghost" aria-label={`More for ${saved.name}`}>
                      <Ellipsis className="size-3.5" aria-hidden />
                    </Button>
                  }
                  items={[
                    { label: 'Rename', onSelect: () => onEdit(saved) },
                    {
                      label: saved.shared ? 'Stop sharing' : 'Share with everybody',
                      onSelect: () =>
                        change.mutate({
                          params: { id: saved.id },
                          body: { name: saved.name, sql: saved.sql, shared: !saved.shared },
                        }),
                    },
                    { label: 'Delete', danger: true, onSelect: () => onDelete(saved) },
                  ]}
                />
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
