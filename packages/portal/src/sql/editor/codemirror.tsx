import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { keywordCompletionSource, schemaCompletionSource } from '@codemirror/lang-sql'
import { bracketMatching, indentOnInput } from '@codemirror/language'
import { setDiagnostics } from '@codemirror/lint'
import { Compartment, EditorState, Prec } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  placeholder,
} from '@codemirror/view'
import { useEffect, useRef } from 'react'
import { theme } from '../../editor/theme.ts'
import type { Catalog } from '../tree/catalog.ts'
import { completeNames, namespaceOf, unlessWritten } from './completion.ts'
import { duckdb } from './dialect.ts'
import type { EditorHandle, EditorProps } from './handle.ts'
import { wordAt } from './place.ts'

/** The editor itself; loaded on its own, because it is the heaviest thing of the page. */
export default function CodeMirror({ start, catalog, fault, onChange, onRun, onSave, onReady }: EditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const names = useRef(new Compartment())
  // what the editor calls is always what the page gave it last
  const latest = useRef({ catalog, onChange, onRun, onSave })
  latest.current = { catalog, onChange, onRun, onSave }

  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor lives as long as the page; its text is its own
  useEffect(() => {
    const made = new EditorView({
      parent: place.current as HTMLElement,
      state: EditorState.create({
        doc: start,
        extensions: [
          Prec.highest(
            keymap.of([
              { key: 'Mod-Enter', run: () => done(latest.current.onRun) },
              { key: 'Mod-s', preventDefault: true, run: () => done(latest.current.onSave) },
            ]),
          ),
          lineNumbers(),
          history(),
          drawSelection(),
          indentOnInput(),
          bracketMatching(),
          closeBrackets(),
          highlightActiveLine(),
          highlightActiveLineGutter(),
          EditorView.lineWrapping,
          placeholder('select …'),
          names.current.of(completionOf(latest.current.catalog)),
          duckdb.language,
          EditorView.contentAttributes.of({
            'aria-label': 'SQL',
            'aria-describedby': 'sql-editor-keys',
            spellcheck: 'false',
          }),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) latest.current.onChange(state.doc.toString())
          }),
          keymap.of([
            ...closeBracketsKeymap,
            ...completionKeymap,
            { key: 'Tab', run: acceptCompletion },
            ...historyKeymap,
            ...defaultKeymap,
            // Esc, then Tab leaves: the editor's own rule
            indentWithTab,
          ]),
          theme,
        ],
      }),
    })
    view.current = made
    onReady(handleOf(made))
    return () => made.destroy()
  }, [])

  useEffect(() => {
    view.current?.dispatch({ effects: names.current.reconfigure(completionOf(catalog)) })
  }, [catalog])

  useEffect(() => {
    const editor = view.current
    if (!editor) return
    if (!fault || fault.line > editor.state.doc.lines) return editor.dispatch(setDiagnostics(editor.state, []))
    const line = editor.state.doc.line(fault.line)
    const { from, to } = wordAt(line.text, fault.column)
    const range = { from: line.from + from, to: line.from + to }
    editor.dispatch(setDiagnostics(editor.state, [{ ...range, severity: 'error', message: fault.message }]))
    editor.dispatch({ effects: EditorView.scrollIntoView(range.from) })
  }, [fault])

  return (
    <>
      <div ref={place} className="h-full overflow-hidden" />
      <p id="sql-editor-keys" className="sr-only">
        Escape, then Tab, leaves the editor. Control or Command with Enter runs the query, with S saves it.
      </p>
    </>
  )
}

/** A key that is the editor's own whatever comes of it. */
const done = (act: () => void): true => {
  act()
  return true
}

const completionOf = (catalog: Catalog | undefined) =>
  autocompletion({
    icons: false,
    override: [
      completeNames(() => catalog),
      schemaCompletionSource({ dialect: duckdb, schema: catalog ? namespaceOf(catalog) : {} }),
      keywordCompletionSource(duckdb),
    ].map(unlessWritten),
  })

const handleOf = (view: EditorView): EditorHandle => ({
  insert(text) {
    const { from, to } = view.state.selection.main
    const before = view.state.sliceDoc(from - 1, from)
    const piece = `${before === '' || /[\s(.,]/.test(before) ? '' : ' '}${text}`
    view.dispatch({
      changes: { from, to, insert: piece },
      selection: { anchor: from + piece.length },
      scrollIntoView: true,
    })
    view.focus()
  },
  replace(text) {
    if (text === view.state.doc.toString()) return
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: 0 } })
  },
  toRun() {
    closeCompletion(view)
    const { from, to, empty } = view.state.selection.main
    const part = view.state.sliceDoc(from, to)
    if (empty || part.trim() === '')
      return { sql: view.state.doc.toString(), start: { line: 1, column: 1 }, part: false }
    const line = view.state.doc.lineAt(from)
    return { sql: part, start: { line: line.number, column: from - line.from + 1 }, part: true }
  },
  show({ line, column }) {
    if (line > view.state.doc.lines) return
    const { from, to } = view.state.doc.line(line)
    view.dispatch({ selection: { anchor: Math.min(to, from + column - 1) }, scrollIntoView: true })
    view.focus()
  },
  focus: () => view.focus(),
})
