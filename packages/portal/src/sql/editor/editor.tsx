import { lazy, Suspense } from 'react'
import type { EditorProps } from './handle.ts'

const CodeMirror = lazy(() => import('./codemirror.tsx'))

/** The text stands where it will stand before the editor is there. */
export const Editor = (props: EditorProps) => (
  <Suspense fallback={<Before text={props.start} />}>
    <CodeMirror {...props} />
  </Suspense>
)

const Before = ({ text }: { text: string }) => (
  <div role="status" aria-busy="true" className="h-full overflow-hidden py-[10px] font-mono text-ink-2 leading-[21px]">
    <span className="sr-only">Loading the editor</span>
    <pre aria-hidden className="whitespace-pre-wrap pr-4 pl-[48px] font-mono">
      {text}
    </pre>
  </div>
)
