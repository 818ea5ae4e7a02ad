import { CircleCheck, CircleSlash, CircleX, History, LoaderCircle, Play } from 'lucide-react'
import { memo } from 'react'
import { useApi } from '../../api/index.ts'
import { Button, EmptyState, Loaded } from '../../ui/index.ts'
import { ago, duration, plural } from '../../words/index.ts'
import type { QueryView } from '../use_run.ts'

const marks = {
  running: { word: 'running', icon: LoaderCircle, ink: 'text-accent-ink' },
  succeeded: { word: 'succeeded', icon: CircleCheck, ink: 'text-ok-ink' },
  failed: { word: 'failed', icon: CircleX, ink: 'text-bad-ink' },
  cancelled: { word: 'cancelled', icon: CircleSlash, ink: 'text-ink-3' },
}

/** What I asked, newest first. A click puts it into the editor, with its result if that is still kept. */
export const HistoryList = memo(function HistoryList({
  onOpen,
  onAgain,
}: {
  onOpen: (view: QueryView) => void
  onAgain: (view: QueryView) => void
}) {
  const from = useApi('listQueries', { query: { limit: 50 } })
  return (
    <Loaded
      from={from}
      isEmpty={({ queries }) => queries.length === 0}
      empty={
        <EmptyState title="Nothing asked yet" icon={<History className="size-5" aria-hidden />} className="py-8">
          Every query that you run stands here, and only you see it.
        </EmptyState>
      }
    >
      {({ queries }) => (
        <ul className="min-h-0 flex-1 overflow-y-auto px-2 pb-4">
          {queries.map((view) => {
            const { word, icon: Icon, ink } = marks[view.state]
            return (
              <li key={view.id} className="group relative">
                <button
                  type="button"
                  onClick={() => onOpen(view)}
                  className="block w-full rounded-md py-1.5 pr-9 pl-2 text-left hover:bg-sunken focus-visible:outline-offset-[-2px]"
                >
                  <span className="line-clamp-2 break-words font-mono text-2xs text-ink-2">{oneLine(view.sql)}</span>
                  <span className="mt-0.5 flex items-center gap-1 truncate text-2xs text-ink-3">
                    <Icon className={`size-3 shrink-0 ${ink}`} aria-hidden />
                    <span className="truncate">
                      <span className="sr-only">{word}, </span>
                      {[
                        ago(view.startedAt),
                        view.state === 'succeeded' ? plural(view.rows, 'row') : word,
                        view.durationMs === null ? '' : duration(view.durationMs / 1000),
                      ]
                        .filter(Boolean)
                        .join(' · ')}
                    </span>
                  </span>
                </button>
                <span className="absolute top-1.5 right-1">
                  <Button
                    size="icon-sm"
                    variant="ghost"
                    aria-label={`Run again: ${oneLine(view.sql).slice(0, 60)}`}
                    title="Run again"
                    onClick={() => onAgain(view)}
                  >
                    <Play className="size-3.5" aria-hidden />
                  </Button>
                </span>
              </li>
            )
          })}
        </ul>
      )}
    </Loaded>
  )
})

const oneLine = (sql: string): string => sql.replaceAll(/\s+/g, ' ').trim().slice(0, 200)
