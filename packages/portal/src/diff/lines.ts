/** One line of a comparison. Numbers count from 1; null: the line is not in that text. */
export type DiffLine = { kind: 'same' | 'added' | 'removed'; before: number | null; after: number | null; text: string }

/** Above so many pairs of lines the middle is told as replaced: the answer stays right, only longer. */
const mostPairs = 4_000_000

/** What changed from one text to another, line by line: the longest common run of lines stays, the rest is removed or added. */
export const diffLines = (before: string, after: string): DiffLine[] => {
  const [a, b] = [linesOf(before), linesOf(after)]
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const same = (i: number, j: number): DiffLine => ({ kind: 'same', before: i + 1, after: j + 1, text: a[i] ?? '' })
  return [
    ...a.slice(0, head).map((_, i) => same(i, i)),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail), head),
    ...Array.from({ length: tail }, (_, i) => same(a.length - tail + i, b.length - tail + i)),
  ]
}

const linesOf = (text: string): string[] => {
  const lines = text.split(/\r\n|\n/)
  if (lines.at(-1) === '') lines.pop()
  return lines
}

const middle = (a: readonly string[], b: readonly string[], offset: number): DiffLine[] => {
  const lines: DiffLine[] = []
  const removed = (i: number) => lines.push({ kind: 'removed', before: offset + i + 1, after: null, text: a[i] ?? '' })
  const added = (j: number) => lines.push({ kind: 'added', before: null, after: offset + j + 1, text: b[j] ?? '' })
  let i = 0
  let j = 0
  if (a.length * b.length <= mostPairs) {
    const wide = b.length + 1
    const common = commonLengths(a, b)
    const at = (row: number, column: number) => common[row * wide + column] ?? 0
    while (i < a.length && j < b.length) {
      if (a[i] === b[j]) {
        lines.push({ kind: 'same', before: offset + i + 1, after: offset + j + 1, text: a[i] ?? '' })
        i++
        j++
      } else if (at(i + 1, j) >= at(i, j + 1)) removed(i++)
      else added(j++)
    }
  }
  while (i < a.length) removed(i++)
  while (j < b.length) added(j++)
  return lines
}

/** For every pair of places, how many lines the rests have in common. */
const commonLengths = (a: readonly string[], b: readonly string[]): Uint32Array => {
  const wide = b.length + 1
  const table = new Uint32Array((a.length + 1) * wide)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      table[i * wide + j] =
        a[i] === b[j]
          ? (table[(i + 1) * wide + j + 1] ?? 0) + 1
          : Math.max(table[(i + 1) * wide + j] ?? 0, table[i * wide + j + 1] ?? 0)
  return table
}

export type Hunk = { skipped: number; lines: DiffLine[] }

/** Changes with `context` unchanged lines around them; `skipped`: unchanged lines left out before. */
export const hunksOf = (lines: readonly DiffLine[], context = 3): { hunks: Hunk[]; rest: number } => {
  const near = new Array<boolean>(lines.length).fill(false)
  lines.forEach((line, at) => {
    if (line.kind !== 'same') near.fill(true, Math.max(0, at - context), Math.min(lines.length, at + context + 1))
  })
  const hunks: Hunk[] = []
  let skipped = 0
  lines.forEach((line, at) => {
    if (!near[at]) skipped++
    else if (at > 0 && near[at - 1]) hunks.at(-1)?.lines.push(line)
    else {
      hunks.push({ skipped, lines: [line] })
      skipped = 0
    }
  })
  return { hunks, rest: skipped }
}

export type Pair = { left: DiffLine | null; right: DiffLine | null }

/** What was removed beside what took its place. */
export const pairsOf = (lines: readonly DiffLine[]): Pair[] => {
  const pairs: Pair[] = []
  let open = 0
  for (const line of lines) {
    if (line.kind === 'same') {
      pairs.push({ left: line, right: line })
      open = pairs.length
    } else if (line.kind === 'removed') pairs.push({ left: line, right: null })
    else {
      const free = pairs.slice(open).find((pair) => pair.right === null)
      if (free) free.right = line
      else pairs.push({ left: null, right: line })
    }
  }
  return pairs
}
