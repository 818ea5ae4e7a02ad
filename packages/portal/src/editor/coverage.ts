import type { Extension } from '@codemirror/state'
import { Decoration, EditorView, GutterMarker, gutter } from '@codemirror/view'
import type { Coverage } from './props.ts'

class Reached extends GutterMarker {
  readonly was: boolean
  constructor(was: boolean) {
    super()
    this.was = was
  }
  override toDOM() {
    const mark = document.createElement('span')
    mark.className = this.was ? 'cm-covered' : 'cm-not-covered'
    mark.title = this.was ? 'evaluated' : 'never evaluated'
    return mark
  }
}
const yes = new Reached(true)
const no = new Reached(false)
const missed = Decoration.line({ class: 'cm-missed' })

/** A green or red edge beside each line that could be reached; what was not reached is tinted too. */
export const coverageOf = ({ covered, notCovered }: Coverage): Extension => {
  const [reached, left] = [new Set(covered), new Set(notCovered)]
  return [
    gutter({
      class: 'cm-coverage',
      lineMarker: (view, { from }) => {
        const { number } = view.state.doc.lineAt(from)
        return reached.has(number) ? yes : left.has(number) ? no : null
      },
    }),
    EditorView.decorations.compute(['doc'], ({ doc }) =>
      Decoration.set(
        [...left]
          .filter((n) => n >= 1 && n <= doc.lines)
          .sort((a, b) => a - b)
          .map((n) => missed.range(doc.line(n).from)),
      ),
    ),
  ]
}
