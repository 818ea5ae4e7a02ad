import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { type Reply, useApi } from '../../api/index.ts'
import { CodeEditor } from '../../editor/index.ts'
import { useMe } from '../../shell/me.ts'
import { useNarrow } from '../../shell/narrow.ts'
import { Splitter, usePane } from '../../sql/splitter.tsx'
import { Button, cn } from '../../ui/index.ts'
import { filesInOrder } from '../policy/files.ts'
import { FileList } from '../policy/source.tsx'
import { governs } from '../words.ts'
import { Answers } from './answers.tsx'
import { Bar } from './bar.tsx'
import { InputPane } from './input_pane.tsx'
import { type Question, type Show, usePlay } from './use_play.ts'

const ApplyDialog = lazy(() => import('./apply_dialog.tsx'))

/** Rego to the left, what it is asked about and what it answers to the right. */
export function Bench({
  name,
  files: start,
  policy,
}: {
  name: string
  files: Readonly<Record<string, string>>
  policy: Reply<'getPolicy'> | null
}) {
  const { product: wanted } = useSearch({ from: '/frame/playground' })
  const navigate = useNavigate({ from: '/playground' })
  const me = useMe()
  const narrow = useNarrow()
  const mesh = useApi('getMesh', {}, { staleTime: 60_000 })
  const [files, setFiles] = useState(start)
  const paths = useMemo(() => filesInOrder(files), [files])
  const [open, setOpen] = useState(() => filesInOrder(start)[0] ?? '')
  const [version, setVersion] = useState<'v0' | 'v1'>(() => versionIn(start))
  const [from, setFrom] = useState<'product' | 'json' | 'data'>('product')
  const [asJson, setAsJson] = useState(false)
  const [input, setInput] = useState('')
  const [data, setData] = useState('')
  const [query, setQuery] = useState('')
  const [show, setShow] = useState<Show>('result')
  const [edited, setEdited] = useState(false)
  // the editor's text is its own: another one is another editor
  const [begun, setBegun] = useState(0)
  const [applying, setApplying] = useState(false)
  const { outcome, busy, run } = usePlay()
  const right = usePane({ name: 'playground', first: 520, least: 340, most: () => innerWidth * 0.6 })
  const top = usePane({ name: 'playground-input', first: 300, least: 120, most: () => innerHeight - 260 })

  const product = asJson ? null : (wanted ?? mesh.data?.products[0]?.id ?? null)
  const question: Question = { files, version, query, product, input, data }
  const ask = (which: Show) => {
    setShow(which)
    setEdited(false)
    void run(which, question)
  }
  const evaluate = () => ask(show === 'impact' ? 'result' : show)
  const latest = useRef(evaluate)
  latest.current = evaluate
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return
      if (document.querySelector('[role=dialog]')) return
      event.preventDefault()
      latest.current()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  // another product is another answer; the first one is there before anybody asks
  useEffect(() => {
    if (product !== null) latest.current()
  }, [product])

  const mistakes = useMemo(() => Map.groupBy(outcome?.mistakes ?? [], ({ file }) => file), [outcome])
  const coverage = edited || outcome?.answer == null ? null : (outcome.answer.coverage[open] ?? null)
  const change = (path: string, text: string) => {
    setFiles((was) => ({ ...was, [path]: text }))
    setEdited(true)
  }
  const mayApply = me.data?.roles.some(({ role }) => role === 'domain-owner') || governs(me.data)
  return (
    <div className={cn('flex min-h-0 flex-col', !narrow && 'h-dvh')}>
      <Bar
        name={name}
        policy={policy}
        changed={paths.some((path) => files[path] !== start[path])}
        busy={busy}
        onRun={evaluate}
        onImpact={() => ask('impact')}
        onApply={mayApply ? () => setApplying(true) : undefined}
        onOpen={(id) =>
          void navigate({ search: ({ policy: _, ...was }) => (id === null ? was : { ...was, policy: id }) })
        }
        onReset={() => {
          setFiles(start)
          setBegun(begun + 1)
          setEdited(true)
        }}
      />
      <div className={cn('flex min-h-0 flex-1', narrow && 'flex-col')}>
        <section
          aria-label="Policy"
          className={cn('flex min-w-0 flex-col bg-surface', narrow ? 'h-[55dvh]' : 'flex-1')}
        >
          <div className="flex items-center border-line border-b">
            <FileList
              paths={paths}
              open={open}
              onOpen={setOpen}
              marks={new Map([...mistakes].map(([file, all]) => [file, all.length]))}
            />
            <Button
              size="sm"
              variant="ghost"
              className="mr-2 ml-auto font-mono"
              onClick={() => setVersion(version === 'v1' ? 'v0' : 'v1')}
              aria-label={`Rego ${version}; press for ${version === 'v1' ? 'v0' : 'v1'}`}
              title="Version of the language"
            >
              Rego {version}
            </Button>
          </div>
          <div className="min-h-0 flex-1">
            <CodeEditor
              key={`${open} ${begun}`}
              path={open}
              text={files[open] ?? ''}
              label={`Text of ${open}`}
              mistakes={mistakes.get(open) ?? none}
              coverage={coverage}
              onChange={(text) => change(open, text)}
              onRun={evaluate}
              className="h-full"
            />
          </div>
        </section>
        {!narrow && <Splitter label="Width of input and answer" pane={right} across={false} grows={-1} />}
        <div className="flex min-h-0 flex-col" style={narrow ? {} : { width: right.size }}>
          <div className="min-h-0 shrink-0 bg-surface" style={{ height: narrow ? 320 : top.size }}>
            <InputPane
              from={from}
              onFrom={(next) => {
                setFrom(next)
                if (next === 'data') return
                // what was taken from the product is where one's own begins
                if (next === 'json' && input.trim() === '' && outcome?.answer)
                  setInput(`${JSON.stringify(outcome.answer.input, null, 2)}\n`)
                setAsJson(next === 'json')
              }}
              products={mesh.data?.products ?? []}
              product={product}
              onProduct={(id) => void navigate({ search: (was) => ({ ...was, product: id }), replace: true })}
              taken={outcome?.answer?.input}
              input={input}
              onInput={setInput}
              data={data}
              onData={setData}
              mistakes={mistakes}
              onRun={evaluate}
            />
          </div>
          {!narrow && <Splitter label="Height of the input" pane={top} across grows={1} />}
          <section aria-label="Answer" className={cn('flex min-h-0 flex-1 flex-col', narrow && 'border-line border-t')}>
            <Answers
              outcome={outcome}
              show={show}
              busy={busy}
              edited={edited}
              query={query}
              onQuery={setQuery}
              onShow={ask}
              onOpen={(file) => paths.includes(file) && setOpen(file)}
              onRun={evaluate}
            />
          </section>
        </div>
      </div>
      <Suspense>{applying && <ApplyDialog files={files} onClose={() => setApplying(false)} />}</Suspense>
    </div>
  )
}

const none: never[] = []

/** What the document of the policy says, where it says so. */
const versionIn = (files: Readonly<Record<string, string>>): 'v0' | 'v1' =>
  Object.entries(files).some(([path, text]) => /\.ya?ml$/.test(path) && /^\s+version:\s*["']?v0\b/m.test(text))
    ? 'v0'
    : 'v1'
