import { lazy, Suspense } from 'react'
import { cn } from '../ui/index.ts'
import type { CodeProps } from './props.ts'

const CodeMirror = lazy(() => import('./code_mirror.tsx'))

/** The text stands where it will stand before the editor is there. */
export const CodeEditor = (props: CodeProps) => (
  <Suspense
    fallback={
      <div
        role="status"
        aria-busy="true"
        className={cn('overflow-hidden py-[10px] font-mono text-[13px] text-ink-2 leading-[21px]', props.className)}
      >
        <span className="sr-only">Loading the editor</span>
        <pre aria-hidden className="whitespace-pre-wrap pr-4 pl-[62px] font-mono">
          {props.text}
        </pre>
      </div>
    }
  >
    <CodeMirror {...props} />
  </Suspense>
)
