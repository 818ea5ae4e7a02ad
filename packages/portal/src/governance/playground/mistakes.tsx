import type { PolicyMistake } from '@datamesh/core'
import { CircleX } from 'lucide-react'
import { sentence } from '../../ui/index.ts'
import { plural } from '../../words/index.ts'

/** What cannot be read as it is written; pressing one opens its file. */
export const Mistakes = ({ of, onOpen }: { of: readonly PolicyMistake[]; onOpen?: (file: string) => void }) => (
  <div role="alert" className="rounded-xl border border-bad/40 bg-bad-soft px-4 py-3 text-bad-ink">
    <p className="flex items-center gap-2 font-semibold text-sm">
      <CircleX className="size-4" aria-hidden />
      {plural(of.length, 'mistake')}
    </p>
    <ul className="mt-2 flex flex-col gap-2 text-sm">
      {of.slice(0, 30).map(({ file, line, column, message, hint, code }) => (
        <li key={`${file} ${line} ${column} ${code} ${message}`}>
          {file !== '' &&
            (onOpen ? (
              <button
                type="button"
                onClick={() => onOpen(file)}
                className="inline-flex min-h-6 items-center rounded font-mono text-xs underline underline-offset-2"
              >
                {file}:{line}:{column}
              </button>
            ) : (
              <code className="font-mono text-xs">
                {file}:{line}:{column}
              </code>
            ))}
          <span className="block [overflow-wrap:anywhere]">{sentence(message)}</span>
          {hint && <span className="block text-ink-2 text-xs">{sentence(hint)}</span>}
        </li>
      ))}
    </ul>
  </div>
)
