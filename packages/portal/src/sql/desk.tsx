import { useNavigate } from '@tanstack/react-router'
import { FileQuestion } from 'lucide-react'
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useChange } from '../api/index.ts'
import { ButtonLink, EmptyState, useToasts } from '../ui/index.ts'
import { Editor } from './editor/editor.tsx'
import type { EditorHandle, ToRun } from './editor/handle.ts'
import { placeInEditor } from './editor/place.ts'
import { Results } from './result/results.tsx'
import type { ToSave } from './saved/dialogs.tsx'
import type { Document, Saved } from './saved/document.ts'
import { dropDraft, keepDraft, readDraft } from './saved/drafts.ts'
import { Examples } from './saved/examples_list.tsx'
import { Side, type SideProps } from './side.tsx'
import { Splitter, usePane } from './splitter.tsx'
import { Toolbar } from './toolbar.tsx'
import type { Catalog } from './tree/catalog.ts'
import { type QueryView, useRun } from './use_run.ts'

const SideDrawer = lazy(() => import('./side_drawer.tsx'))
const SaveDialog = lazy(async () => ({ default: (await import('./saved/dialogs.tsx')).SaveDialog }))
const DeleteDialog = lazy(async () => ({ default: (await import('./saved/dialogs.tsx')).DeleteDialog }))

const all = (sql: string): ToRun => ({ sql, start: { line: 1, column: 1 }, part: false })

/** The editor and all that is around it. Another document changes its text, never the editor itself. */
export function Desk({
  doc,
  catalog,
  product,
}: {
  doc: Document
  catalog: Catalog | undefined
  product: string | undefined
}) {
  const toasts = useToasts()
  const navigate = useNavigate()
  const editor = useRef<EditorHandle>(undefined)
  const [start] = useState(() => readDraft(doc.key) ?? doc.base)
  const [text, setText] = useState(start)
  const [side, setSide] = useState(() => localStorage.getItem('datamesh.sql.side') !== 'hidden')
  const [drawer, setDrawer] = useState(false)
  const [saving, setSaving] = useState<ToSave | null>(null)
  const [deleting, setDeleting] = useState<Saved | null>(null)
  const run = useRun()
  const sidePane = usePane({ name: 'side', first: 256, least: 180, most: () => Math.min(480, innerWidth * 0.4) })
  const editorPane = usePane({ name: 'editor', first: 250, least: 96, most: () => innerHeight - 220 })

  // one text for the document in the address; what is written belongs to that
  const shown = useRef(doc.key)
  useEffect(() => {
    if (shown.current === doc.key) return
    shown.current = doc.key
    editor.current?.replace(readDraft(doc.key) ?? doc.base)
  }, [doc.key, doc.base])
  const onChange = (next: string) => {
    setText(next)
    if (next === doc.base) dropDraft(doc.key)
    else keepDraft(doc.key, next, Date.now())
  }
  const dirty = text !== doc.base && text.trim() !== ''

  const runText = () => run.run(editor.current?.toRun() ?? all(text))
  const fault = useMemo(() => {
    const place = run.view?.error && run.start ? placeInEditor(run.start, run.view.error) : null
    return place && run.view?.error ? { ...place, message: run.view.error.title } : null
  }, [run.view, run.start])
  // wherever on the page somebody is; the editor takes its own
  const latestRun = useRef(runText)
  latestRun.current = runText
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.defaultPrevented) return
      if (document.querySelector('[role=dialog]')) return
      event.preventDefault()
      latestRun.current()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])

  /** A text without a name: what stands under a name is left as it is. */
  const openText = (sql: string) => {
    if (doc.saved === null) return editor.current?.replace(sql)
    keepDraft('new', sql, Date.now())
    void navigate({ to: '/sql', search: {} })
  }
  const copyLink = async (id: string) => {
    await navigator.clipboard.writeText(`${location.origin}/sql?q=${id}`)
    toasts.tell('Link copied', 'Whoever opens it reads only what that reader may.')
  }
  const keep = useChange('saveQuery', {
    stale: ['listSavedQueries'],
    done: (saved) => dropDraft(saved.id),
    failed: toasts.fail,
  })
  const mine = doc.saved?.mine ? doc.saved : null
  const draft = (): ToSave => ({
    ...(mine ? { id: mine.id } : {}),
    name: mine?.name ?? (doc.saved ? `${doc.saved.name} (copy)` : ''),
    sql: text,
    shared: mine?.shared ?? false,
  })
  const onSave = () => {
    if (text.trim() === '' || keep.isPending) return
    if (!mine) return setSaving(draft())
    if (dirty) keep.mutate({ params: { id: mine.id }, body: { name: mine.name, sql: text, shared: mine.shared } })
  }
  const onShare = () => {
    if (doc.saved?.shared && !dirty) return void copyLink(doc.saved.id)
    setSaving({ ...draft(), share: true })
  }
  const onSaved = (saved: Saved, how: ToSave) => {
    setSaving(null)
    dropDraft(saved.id)
    // what was written here is kept under the new name now
    if (how.sql === text && how.id === undefined) dropDraft(doc.key)
    if (how.share) void copyLink(saved.id)
    else toasts.tell(`Saved as ${saved.name}`)
    if (how.id === undefined) void navigate({ to: '/sql', search: { q: saved.id } })
  }

  // the tree is large: it is drawn again for another catalogue, not for every letter
  const onInsert = useCallback((name: string) => {
    setDrawer(false)
    editor.current?.insert(name)
  }, [])
  const sideProps: SideProps = {
    current: doc.saved?.id,
    product,
    onInsert,
    onEdit: ({ id, name, sql, shared }) => setSaving({ id, name, sql, shared }),
    onDelete: setDeleting,
    onOpen(view: QueryView) {
      setDrawer(false)
      openText(view.sql)
      run.look(view)
    },
    onAgain(view: QueryView) {
      setDrawer(false)
      openText(view.sql)
      run.run(all(view.sql))
    },
    onChosen() {
      setDrawer(false)
      run.clear()
    },
  }
  const toggleSide = () => {
    localStorage.setItem('datamesh.sql.side', side ? 'hidden' : 'shown')
    setSide(!side)
  }
  return (
    <div className="flex h-dvh min-h-0 max-md:h-[calc(100dvh-3rem)]">
      {side && (
        <>
          <aside
            aria-label="Tables and queries"
            className="shrink-0 overflow-hidden bg-surface max-lg:hidden"
            style={{ width: sidePane.size }}
          >
            <Side {...sideProps} />
          </aside>
          <Splitter label="Width of the tree" pane={sidePane} across={false} grows={1} className="max-lg:hidden" />
        </>
      )}
      <div className="flex min-w-0 flex-1 flex-col">
        <Toolbar
          doc={doc}
          dirty={dirty}
          empty={text.trim() === ''}
          run={run}
          saving={keep.isPending}
          sideOpen={side}
          onSide={toggleSide}
          onDrawer={() => setDrawer(true)}
          onNew={() => {
            run.clear()
            if (doc.key === 'new') editor.current?.replace('')
            else void navigate({ to: '/sql', search: {} })
          }}
          onSave={onSave}
          onShare={onShare}
          onRun={runText}
          onRevert={() => editor.current?.replace(doc.base)}
        />
        <div className="shrink-0 bg-surface max-md:max-h-[38dvh]" style={{ height: editorPane.size }}>
          <Editor
            start={start}
            catalog={catalog}
            fault={fault}
            onChange={onChange}
            onRun={runText}
            onSave={onSave}
            onReady={(handle) => {
              editor.current = handle
            }}
          />
        </div>
        <Splitter label="Height of the editor" pane={editorPane} across grows={1} />
        <section aria-label="Result" className="min-h-0 flex-1">
          <Results
            run={run}
            name={doc.saved || doc.base !== '' ? doc.name : 'query'}
            onAgain={runText}
            onShow={(place) => editor.current?.show(place)}
            before={
              doc.missing ? (
                <Missing />
              ) : (
                <Examples
                  catalog={catalog}
                  onChoose={(sql) => {
                    openText(sql)
                    run.run(all(sql))
                  }}
                />
              )
            }
          />
        </section>
      </div>
      <Suspense>
        {drawer && <SideDrawer {...sideProps} onClose={() => setDrawer(false)} />}
        {saving && (
          <SaveDialog query={saving} onClose={() => setSaving(null)} onSaved={(saved) => onSaved(saved, saving)} />
        )}
        {deleting && (
          <DeleteDialog
            saved={deleting}
            onClose={() => setDeleting(null)}
            onDeleted={() => {
              toasts.tell(`${deleting.name} deleted`)
              dropDraft(deleting.id)
              if (deleting.id === doc.saved?.id) void navigate({ to: '/sql', search: {} })
              setDeleting(null)
            }}
          />
        )}
      </Suspense>
    </div>
  )
}

const Missing = () => (
  <EmptyState
    title="This query is not here"
    icon={<FileQuestion className="size-5" aria-hidden />}
    className="h-full justify-center"
    action={
      <ButtonLink to="/sql" search={{}}>
        New query
      </ButtonLink>
    }
  >
    It was deleted, or whoever keeps it does not share it. Ask for the link again.
  </EmptyState>
)
