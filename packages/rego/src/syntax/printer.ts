import type { Comment, Location } from './ast.ts'

/** Two comments would end up on one line. Thrown while a rule is printed; the rule is then left as it is written. */
export class Collision extends Error {}

/**
 * Where printing stands: what is written, how far lines are indented, and the comments that still wait for their place. A comment on a line
 * of its own stays before what followed it; one behind code waits for the end of the line that is printed.
 */
export class Printer {
  readonly text: string
  readonly #lineStarts: readonly number[]
  readonly #parts: string[] = []
  #waiting: readonly Comment[]
  #trailing: Comment | undefined
  #level = 0
  /** Something stands on the line already. */
  inline = false

  constructor(text: string, comments: readonly Comment[]) {
    this.text = text
    this.#waiting = comments
    const starts = [0]
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
    this.#lineStarts = starts
  }

  /** Lines count from 1. */
  rowOf(offset: number): number {
    let low = 0
    let high = this.#lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#lineStarts[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return low + 1
  }
  /** The position behind a line. */
  endOfRow(row: number): number {
    return this.#lineStarts[row] ?? this.text.length
  }
  endRow(location: Location): number {
    return this.rowOf(Math.max(location.end - 1, location.offset))
  }
  source(location: Location): string {
    return this.text.slice(location.offset, location.end)
  }
  startsWith(location: Location, mark: string): boolean {
    return this.text.startsWith(mark, location.offset)
  }
  /** The line of the next `mark` behind `offset`, stepping over space, separators and comments only. */
  closingRow(offset: number, mark: string): number {
    let at = offset
    while (at < this.text.length && this.text[at] !== mark) {
      if (this.text[at] === '#') at = (this.text.indexOf('\n', at) + 1 || this.text.length + 1) - 1
      at++
    }
    return this.rowOf(at)
  }

  write(text: string): void {
    this.#parts.push(text)
  }
  startLine(): void {
    this.inline = true
    if (this.#level > 0) this.#parts.push('\t'.repeat(this.#level))
  }
  endLine(): void {
    this.inline = false
    if (this.#trailing) this.#parts.push(` ${commentText(this.#trailing)}`)
    this.#trailing = undefined
    this.#parts.push('\n')
  }
  blankLine(): void {
    if (this.inline) this.endLine()
    this.#parts.push('\n')
  }
  up(): void {
    this.#level++
  }
  down(): void {
    this.#level--
  }

  /** Comments that stand before this line are written; one on it waits for the end of the printed line. */
  reach(row: number): void {
    const { before, at, after } = this.#split(row)
    this.#waiting = after
    this.#writeComments(before)
    const last = before.at(-1)
    if (last && row - last.location.row > 1) this.blankLine()
    if (at === undefined) return
    if (this.#trailing) throw new Collision()
    this.#trailing = at
  }
  #split(row: number): { before: Comment[]; at: Comment | undefined; after: readonly Comment[] } {
    const first = this.#waiting[0]
    if (first === undefined || first.location.row > row) return { before: [], at: undefined, after: this.#waiting }
    return {
      before: this.#waiting.filter(({ location }) => location.row < row),
      at: this.#waiting.find(({ location }) => location.row === row),
      after: this.#waiting.filter(({ location }) => location.row > row),
    }
  }
  #writeComments(comments: readonly Comment[]): void {
    let row: number | undefined
    for (const comment of comments) {
      if (row !== undefined && comment.location.row - row > 1) this.blankLine()
      if (!this.inline) this.startLine()
      this.write(commentText(comment))
      this.endLine()
      row = comment.location.row
    }
  }
  /** A comment that waits stands above this line, or at the end of what is printed. */
  hasCommentAbove(row: number): boolean {
    return this.#trailing !== undefined || (this.#waiting[0] !== undefined && this.#waiting[0].location.row < row)
  }
  /** Takes the comment of one line out of those that wait. */
  takeAt(row: number): Comment | undefined {
    const found = this.#waiting.find(({ location }) => location.row === row)
    if (found) this.#waiting = this.#waiting.filter((each) => each !== found)
    return found
  }
  /** Those within a stretch of the text are dropped: they are written with it. */
  drop(location: Location): void {
    this.#waiting = this.#waiting.filter(
      (each) => each.location.offset < location.offset || each.location.offset >= location.end,
    )
  }
  rest(): void {
    const comments = this.#waiting
    this.#waiting = []
    for (const comment of comments) {
      if (!this.inline) this.startLine()
      this.write(commentText(comment))
      this.endLine()
    }
  }

  save(): () => { text: string; comments: readonly Comment[]; restore: () => void } {
    const count = this.#parts.length
    const [waiting, trailing, level, inline] = [this.#waiting, this.#trailing, this.#level, this.inline]
    return () => ({
      text: this.#parts.slice(count).join(''),
      comments: [...(trailing ? [trailing] : []), ...waiting.filter((each) => !this.#waiting.includes(each))],
      restore: () => {
        this.#parts.length = count
        this.#waiting = waiting
        this.#trailing = trailing
        this.#level = level
        this.inline = inline
      },
    })
  }
  toString(): string {
    return `${this.#parts.join('').replace(/\n+$/, '')}\n`
  }
}

export const commentText = (comment: Comment): string => `#${comment.text.trimEnd()}`
