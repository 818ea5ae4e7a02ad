import { ArrowRight, Terminal } from 'lucide-react'
import { EmptyState, Kbd } from '../../ui/index.ts'
import { commandKey } from '../../words/index.ts'
import type { Catalog } from '../tree/catalog.ts'
import { examplesFor } from './examples.ts'

/** Before the first query: three that work. */
export function Examples({ catalog, onChoose }: { catalog: Catalog | undefined; onChoose: (sql: string) => void }) {
  const examples = catalog ? examplesFor(catalog) : []
  if (catalog && examples.length === 0)
    return (
      <EmptyState
        title="Nothing to ask yet"
        icon={<Terminal className="size-5" aria-hidden />}
        className="h-full justify-center"
      >
        You may read no published product so far. Products with a lock in the tree can be asked for.
      </EmptyState>
    )
  return (
    <div className="h-full overflow-y-auto p-6 max-md:p-4">
      <h2 className="font-semibold text-base">Begin with one of these</h2>
      <p className="mt-0.5 text-ink-3 text-sm">
        Over products that you may read. <Kbd>{commandKey('↵')}</Kbd> runs the text, or what is selected of it.
      </p>
      <ul className="mt-4 grid max-w-5xl grid-cols-[repeat(auto-fit,minmax(15rem,1fr))] gap-3">
        {examples.map(({ title, about, sql }) => (
          <li key={title}>
            <button
              type="button"
              onClick={() => onChoose(sql)}
              className="group flex h-full w-full flex-col rounded-xl border border-line bg-surface p-4 text-left shadow-card hover:border-accent"
            >
              <span className="flex w-full items-center gap-2 font-medium text-sm first-letter:uppercase">
                <span className="min-w-0 truncate first-letter:uppercase">{title}</span>
                <ArrowRight className="ml-auto size-3.5 shrink-0 text-ink-3 group-hover:text-accent-ink" aria-hidden />
              </span>
              <span className="text-ink-3 text-xs">{about}</span>
              <code className="mt-3 line-clamp-6 whitespace-pre-wrap break-words font-mono text-2xs text-ink-2">
                {sql}
              </code>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
