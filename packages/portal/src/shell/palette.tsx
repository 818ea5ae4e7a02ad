import { Autocomplete } from '@base-ui/react/autocomplete'
import { Dialog } from '@base-ui/react/dialog'
import { useRouter } from '@tanstack/react-router'
import { Columns3, CornerDownRight, Hexagon, Search, User, Zap } from 'lucide-react'
import { useState } from 'react'
import { useApi } from '../api/index.ts'
import { Kbd } from '../ui/index.ts'
import { type Entry, type EntryGroup, entriesFor } from './entries.ts'
import { useSettled } from './settled.ts'

const icons = { product: Hexagon, column: Columns3, person: User, action: Zap, page: CornerDownRight }

/** Products, columns, people, actions and pages in one box. On a product its own actions come first. */
export default function Palette({ onClose }: { onClose: () => void }) {
  const router = useRouter()
  const [text, setText] = useState('')
  const asked = useSettled(text.trim(), 120)
  const found = useApi(
    'suggest',
    { query: { q: asked, limit: 6 } },
    { placeholderData: (before) => before, staleTime: 30_000 },
  )
  const current = asked === text.trim() && !found.isPlaceholderData
  const groups = entriesFor(text, found.data, router.state.location.pathname, current)
  const go = (entry: Entry) => {
    onClose()
    entry.run(router)
  }
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/30 backdrop-blur-[2px]" />
        <Dialog.Popup
          aria-label="Command palette"
          className="fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-xl border border-line bg-raised shadow-pop"
        >
          <Autocomplete.Root
            open
            inline
            mode="none"
            items={groups}
            value={text}
            onValueChange={setText}
            itemToStringValue={(entry: Entry) => entry.label}
            autoHighlight="always"
            keepHighlight
          >
            <div className="flex items-center gap-2.5 border-line border-b px-4">
              <Search className="size-4 text-ink-3" aria-hidden />
              <Autocomplete.Input
                aria-label="Search products, columns, people, actions"
                placeholder="Search products, columns, people, actions…"
                className="h-12 w-full bg-transparent text-lg outline-none placeholder:text-ink-3"
                autoFocus
              />
            </div>
            <Autocomplete.Empty>
              <div className="px-4 py-8 text-center text-ink-3 text-sm empty:hidden">
                {found.isFetching
                  ? 'Searching…'
                  : found.error
                    ? `Search does not answer: ${found.error.message}`
                    : 'Nothing matches.'}
              </div>
            </Autocomplete.Empty>
            <Autocomplete.List className="max-h-96 overflow-y-auto p-1.5 empty:hidden">
              {(group: EntryGroup) => (
                <Autocomplete.Group key={group.value} items={group.items}>
                  <Autocomplete.GroupLabel className="px-2.5 pt-2 pb-1 font-medium text-2xs text-ink-3">
                    {group.value}
                  </Autocomplete.GroupLabel>
                  <Autocomplete.Collection>
                    {(entry: Entry) => {
                      const Icon = icons[entry.kind]
                      return (
                        <Autocomplete.Item
                          key={entry.id}
                          value={entry}
                          onClick={() => go(entry)}
                          className="flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 text-sm outline-none data-highlighted:bg-accent-soft data-highlighted:text-accent-ink"
                        >
                          <Icon className="size-3.5 shrink-0 opacity-70" aria-hidden />
                          <span className="truncate">{entry.label}</span>
                          <span className="ml-auto shrink-0 text-ink-3 text-xs">
                            {entry.keys ? <Kbd>{entry.keys}</Kbd> : entry.hint}
                          </span>
                        </Autocomplete.Item>
                      )
                    }}
                  </Autocomplete.Collection>
                </Autocomplete.Group>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
