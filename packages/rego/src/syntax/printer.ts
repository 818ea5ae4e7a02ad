import type { Comment, Location } from './ast.ts'

/** There is no place for a comment, or two would end up on one line. Thrown while a rule is printed; the rule is then left as it is written. */
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
  /** A line is begun. */
  inline = false
  /** Nothing but its indentation stands on it. */
  #isFresh = true

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
  /** Where the next `mark` stands behind `offset`, stepping over space, separators and comments only. */
  closingRow(offset: number, mark: string): number {
    return this.rowOf(this.closing(offset, mark))
  }
  closing(offset: number, mark: string): number {
    let at = offset
    while (at < this.text.length && this.text[at] !== mark) {
      if (this.text[at] === '#') at = (this.text.indexOf('\n', at) + 1 || this.text.length + 1) - 1
      // a body without braces closes where it ends
      else if (!/[\s;,]/.test(this.text[at] as string)) return Math.max(offset - 1, 0)
      at++
    }
    return at
  }

  write(text: string): void {
    this.#isFresh = false
    this.#parts.push(text)
  }
  startLine(): void {
    this.inline = true
    this.#isFresh = true
    if (this.#level > 0) this.#parts.push('\t'.repeat(this.#level))
  }
  /** `keep`: a comment that waits for the end of a line goes to the next one. */
  endLine(keep = false): void {
    this.inline = false
    if (keep) {
      this.#parts.push('\n')
      return
    }
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
    const at = this.reachAbove(row)
    if (at === undefined) return
    this.#waiting = this.#waiting.filter((each) => each !== at)
    if (this.#trailing) throw new Collision()
    this.#trailing = at
  }
  /** Leaves the comment on this line where it is, and returns it. */
  reachAbove(row: number): Comment | undefined {
    const { before, at, after } = this.#split(row)
    if (before.length > 0) this.#waiting = at ? [at, ...after] : after
    this.#writeComments(before)
    const last = before.at(-1)
    if (last && row - last.location.row > 1) this.blankLine()
    return at
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
    // amid a line there is no place for one
    if (comments.length > 0 && this.inline && !this.#isFresh) throw new Collision()
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
  hasCommentAt(row: number): boolean {
    return this.#waiting.some((each) => each.location.row === row)
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
    const [waiting, trailing, level, inline, isFresh] = [
      this.#waiting,
      this.#trailing,
      this.#level,
      this.inline,
      this.#isFresh,
    ]
    return () => ({
      text: this.#parts.slice(count).join(''),
      comments: [...(trailing ? [trailing] : []), ...waiting.filter((each) => !this.#waiting.includes(each))],
      restore: () => {
        this.#parts.length = count
        this.#waiting = waiting
        this.#trailing = trailing
        this.#level = level
        this.inline = inline
        this.#isFresh = isFresh
      },
    })
  }
  toString(): string {
    return `${this.#parts.join('').replace(/\n+$/, '')}\n`
  }
}

export const commentText = (comment: Comment): string => `#${comment.text.trimEnd()}`
