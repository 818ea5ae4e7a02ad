import { closeBrackets, closeBracketsKeymap } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands'
import { bracketMatching, indentOnInput, indentUnit } from '@codemirror/language'
import { lintGutter, setDiagnostics } from '@codemirror/lint'
import { Compartment, EditorState, type Extension, Prec } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { useEffect, useId, useRef } from 'react'
import { coverageOf } from './coverage.ts'
import { modeOf } from './modes.ts'
import type { CodeProps, Mistake } from './props.ts'
import { theme } from './theme.ts'

/** One text with colours, mistakes under the words they are about, and which lines were reached. */
export default function CodeMirror({
  text,
  path,
  label,
  readOnly = false,
  mistakes,
  coverage,
  onChange,
  onRun,
  className,
}: CodeProps) {
  const about = useId()
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const covered = useRef(new Compartment())
  const latest = useRef({ onChange, onRun })
  latest.current = { onChange, onRun }

  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is the editor's own until another file is opened
  useEffect(() => {
    const made = new EditorView({
      parent: place.current as HTMLElement,
      state: EditorState.create({
        doc: text,
        extensions: [
          ...(readOnly ? reading : writing(() => latest.current.onRun?.())),
          lineNumbers(),
          bracketMatching(),
          EditorView.lineWrapping,
          modeOf(path) ?? [],
          covered.current.of([]),
          mistakes === undefined ? [] : lintGutter(),
          EditorView.contentAttributes.of({
            'aria-label': label,
            'aria-describedby': about,
            spellcheck: 'false',
            // what scrolls has to be reached by keyboard, also where nothing can be written
            tabindex: '0',
          }),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) latest.current.onChange?.(state.doc.toString())
          }),
          theme,
        ],
      }),
    })
    view.current = made
    return () => made.destroy()
  }, [path, readOnly])

  // biome-ignore lint/correctness/useExhaustiveDependencies: also for another file
  useEffect(() => {
    const editor = view.current
    if (!editor || mistakes === undefined) return
    editor.dispatch(
      setDiagnostics(
        editor.state,
        mistakes.map((each) => diagnosticOf(editor.state, each)),
      ),
    )
  }, [mistakes, path])

  // biome-ignore lint/correctness/useExhaustiveDependencies: also for another file
  useEffect(() => {
    view.current?.dispatch({ effects: covered.current.reconfigure(coverage ? coverageOf(coverage) : []) })
  }, [coverage, path])

  return (
    <div className={className}>
      <div ref={place} className="h-full overflow-hidden" />
      <p id={about} className="sr-only">
        {readOnly ? 'Only to be read.' : 'Escape, then Tab, leaves the editor. Control or Command with Enter runs.'}
      </p>
    </div>
  )
}

const reading: Extension[] = [EditorState.readOnly.of(true), keymap.of(defaultKeymap)]

const writing = (run: () => void): Extension[] => [
  Prec.highest(
    keymap.of([
      {
        key: 'Mod-Enter',
        run: () => {
          run()
          return true
        },
      },
    ]),
  ),
  history(),
  drawSelection(),
  indentOnInput(),
  indentUnit.of('\t'),
  closeBrackets(),
  highlightActiveLine(),
  highlightActiveLineGutter(),
  keymap.of([...closeBracketsKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab]),
]

/** Under the word that stands there; under one sign where none does. */
const diagnosticOf = (state: EditorState, { line, column, message, hint }: Mistake) => {
  const at = state.doc.line(Math.min(Math.max(1, line), state.doc.lines))
  const from = Math.min(at.to, at.from + Math.max(0, column - 1))
  const length = /^[\w.]+/.exec(state.sliceDoc(from, at.to))?.[0].length ?? 1
  return {
    from,
    to: Math.min(at.to, from + length),
    severity: 'error' as const,
    message: hint ? `${message}\n${hint}` : message,
  }
}
