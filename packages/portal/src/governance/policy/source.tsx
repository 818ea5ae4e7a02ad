import { CircleCheck, CircleX } from 'lucide-react'
import { useState } from 'react'
import type { Reply } from '../../api/index.ts'
import { CodeEditor } from '../../editor/index.ts'
import { Card, CardHead, CopyButton, cn, EmptyState } from '../../ui/index.ts'
import { plural } from '../../words/index.ts'
import { filesInOrder } from './files.ts'

type View = Reply<'getPolicy'>

/** The files as they stand, and what their tests say of them now. */
export function Source({ policy }: { policy: View }) {
  const paths = filesInOrder(policy.files)
  const [path, setPath] = useState(() => paths.find((each) => each.endsWith('.rego')) ?? paths[0] ?? '')
  const text = policy.files[path] ?? ''
  if (paths.length === 0)
    return (
      <Card>
        <EmptyState title="It has no files">A passive policy takes results that other tools push.</EmptyState>
      </Card>
    )
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_21rem] items-start gap-3.5 max-lg:grid-cols-1">
      <Card className="overflow-hidden">
        <div className="flex items-center border-line border-b">
          <FileList paths={paths} open={path} onOpen={setPath} />
          <span className="mr-2 ml-auto shrink-0">
            <CopyButton text={text} label={`Copy ${path}`} quiet />
          </span>
        </div>
        <CodeEditor
          key={path}
          path={path}
          text={text.trimEnd()}
          label={`Text of ${path}`}
          readOnly
          className="min-h-40 [&_.cm-editor]:max-h-[45rem]"
        />
      </Card>
      <Tests of={policy.tests} />
    </div>
  )
}

/** The files of a policy, one beside the other. */
export const FileList = ({
  paths,
  open,
  onOpen,
  marks,
}: {
  paths: readonly string[]
  open: string
  onOpen: (path: string) => void
  /** How many mistakes stand in a file. */
  marks?: ReadonlyMap<string, number>
}) => (
  <ul className="flex min-w-0 gap-0.5 overflow-x-auto p-1.5 [scrollbar-width:none]" aria-label="Files">
    {paths.map((path) => (
      <li key={path} className="shrink-0">
        <button
          type="button"
          aria-current={path === open ? 'true' : undefined}
          onClick={() => onOpen(path)}
          className={cn(
            'flex h-7 items-center gap-1.5 rounded-md px-2 font-mono text-xs',
            path === open ? 'bg-sunken text-ink ring-1 ring-line ring-inset' : 'text-ink-3 hover:text-ink',
          )}
        >
          {path}
          {(marks?.get(path) ?? 0) > 0 && (
            <span className="rounded-full bg-bad-soft px-1.5 font-sans text-2xs text-bad-ink">
              {marks?.get(path)}
              <span className="sr-only"> mistakes</span>
            </span>
          )}
        </button>
      </li>
    ))}
  </ul>
)

export const Tests = ({ of }: { of: View['tests'] }) => {
  const failed = of.filter(({ passed }) => !passed).length
  return (
    <Card>
      <CardHead
        title="Tests"
        hint={of.length === 0 ? undefined : failed === 0 ? `all ${of.length} pass` : `${failed} of ${of.length} fail`}
      />
      <TestList of={of} />
    </Card>
  )
}

export const TestList = ({ of }: { of: View['tests'] }) =>
  of.length === 0 ? (
    <p className="px-4 pb-4 text-ink-3 text-sm">No rule whose name begins with test_.</p>
  ) : (
    <ul className="flex flex-col gap-1.5 px-4 pb-4" aria-label={plural(of.length, 'test')}>
      {of.map(({ name, passed, error }) => (
        <li key={name} className="flex items-start gap-2 text-xs">
          {passed ? (
            <CircleCheck className="mt-px size-4 shrink-0 text-ok-ink" aria-label="Passed" />
          ) : (
            <CircleX className="mt-px size-4 shrink-0 text-bad-ink" aria-label="Failed" />
          )}
          <span className="min-w-0">
            <code className="font-mono [overflow-wrap:anywhere]">{name.split('.').at(-1)}</code>
            {error && <span className="block text-bad-ink">{error}</span>}
          </span>
        </li>
      ))}
    </ul>
  )
