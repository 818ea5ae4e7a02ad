import type { Catalog } from '../tree/catalog.ts'
import type { Place } from './place.ts'

/** What is sent: everything, or the `part` that is selected. */
export type ToRun = { sql: string; start: Place; part: boolean }

/** What the page may do with the editor, whose text is its own. */
export type EditorHandle = {
  /** At the cursor, as one step that can be undone. */
  insert: (text: string) => void
  /** Everything, as one step that can be undone. */
  replace: (text: string) => void
  toRun: () => ToRun
  /** The cursor goes there. */
  show: (place: Place) => void
  focus: () => void
}

export type Fault = Place & { message: string }

export type EditorProps = {
  start: string
  catalog: Catalog | undefined
  /** Underlined until the next run. */
  fault: Fault | null
  onChange: (text: string) => void
  onRun: () => void
  onSave: () => void
  onReady: (handle: EditorHandle) => void
}
