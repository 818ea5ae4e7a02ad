import { useState } from 'react'
import type { Reply } from '../../api/index.ts'
import { Badge, Card, CardHead, cn } from '../../ui/index.ts'

type Issue = Reply<'planProduct'>['issues'][number]

/** The files as they will be applied; every one can be changed by hand. Mistakes stand under the file that has them. */
export function Files({
  files,
  main,
  busy,
  issues,
  onChange,
}: {
  files: Record<string, string>
  main: string
  busy: boolean
  issues: readonly Issue[]
  onChange: (path: string, text: string) => void
}) {
  const [open, setOpen] = useState(main)
  const path = open in files ? open : main
  const here = issues.filter(({ at }) => (at?.file ?? main) === path)
  return (
    <Card className="overflow-hidden">
      <CardHead title="Files" hint={busy ? 'being written again…' : 'change them as you like'} />
      <div className="grid grid-cols-[15rem_minmax(0,1fr)] border-line border-t max-md:grid-cols-1">
        <ul aria-label="Files of the product" className="max-h-[28rem] overflow-y-auto border-line p-2 md:border-r">
          {Object.keys(files)
            .sort((a, b) => Number(b === main) - Number(a === main) || a.localeCompare(b))
            .map((each) => {
              const wrong = issues.filter(
                ({ at, severity }) => severity === 'error' && (at?.file ?? main) === each,
              ).length
              return (
                <li key={each}>
                  <button
                    type="button"
                    aria-current={each === path ? 'true' : undefined}
                    onClick={() => setOpen(each)}
                    className={cn(
                      'flex w-full items-center gap-2 rounded-md px-2 py-1.5 text-left font-mono text-xs hover:bg-sunken',
                      each === path ? 'bg-accent-soft text-accent-ink' : 'text-ink-2',
                    )}
                  >
                    <span className="min-w-0 break-all">{each}</span>
                    {wrong > 0 && <Badge tone="bad">{wrong}</Badge>}
                  </button>
                </li>
              )
            })}
        </ul>
        <div className="min-w-0">
          <textarea
            aria-label={`Text of ${path}`}
            spellCheck={false}
            value={files[path] ?? ''}
            onChange={(event) => onChange(path, event.target.value)}
            className="block h-[28rem] w-full resize-none bg-sunken p-3 font-mono text-ink-2 text-xs leading-relaxed focus-visible:outline-offset-[-2px]"
            wrap="off"
          />
          {here.length > 0 && (
            <ul aria-label="Findings" className="border-line border-t px-4 py-2">
              {here.map((issue) => (
                <li
                  key={`${issue.code} ${issue.at?.line} ${issue.message}`}
                  className={cn('py-1 text-xs', issue.severity === 'error' ? 'text-bad-ink' : 'text-warn-ink')}
                >
                  {issue.at && <code className="mr-2 font-mono">{`${issue.at.line}:${issue.at.column}`}</code>}
                  {issue.message}
                  {issue.fix && <span className="text-ink-3"> {issue.fix}</span>}
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
    </Card>
  )
}
