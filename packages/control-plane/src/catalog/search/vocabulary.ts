/** Weights of Postgres: A name, B filing, C prose, D columns. */
const weightOf: Readonly<Record<string, number>> = { A: 1, B: 0.4, C: 0.2, D: 0.1 }

export type Lexeme = { lexeme: string; weight: number; count: number; inColumn: boolean }

/**
 * A tsvector as Postgres prints it, `'custom':3A,9 'daily':4`: each lexeme with its heaviest weight and how often it stands there. Weight D,
 * that of columns, is not printed.
 */
export function* lexemesOf(printed: string): Generator<Lexeme> {
  for (const [, quoted = '', places = ''] of printed.matchAll(/'((?:[^']|'')*)'(?::([0-9A-D,]+))?/g)) {
    const each = places.split(',')
    const weight = Math.max(...each.map((place) => weightOf[place.at(-1) ?? 'D'] ?? 0.1))
    const inColumn = each.some((place) => !/[ABC]$/.test(place))
    yield { lexeme: quoted.replaceAll("''", "'"), weight, count: each.length, inColumn }
  }
}

/** Where a lexeme stands: documents in ascending order, with the weight of each; `columns`: those that name a column so. */
export type Posting = { documents: number[]; weights: number[]; columns: number[] }

/** Lexemes in order, so that a prefix is a range; new ones wait apart until there are enough to sort again. */
export class Vocabulary {
  postings = new Map<string, Posting>()
  #sorted: string[] = []
  #fresh: string[] = []

  add(lexeme: string, document: number, weight: number, inColumn: boolean): void {
    let posting = this.postings.get(lexeme)
    if (!posting) {
      posting = { documents: [], weights: [], columns: [] }
      this.postings.set(lexeme, posting)
      this.#fresh.push(lexeme)
    }
    posting.documents.push(document)
    posting.weights.push(weight)
    if (inColumn) posting.columns.push(document)
  }

  startingWith(prefix: string): string[] {
    if (this.#fresh.length > 256) {
      this.#sorted = [...this.postings.keys()].sort()
      this.#fresh = []
    }
    const found = this.#fresh.filter((lexeme) => lexeme.startsWith(prefix))
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#sorted[middle] as string) < prefix) low = middle + 1
      else high = middle
    }
    for (let at = low; this.#sorted[at]?.startsWith(prefix); at++) found.push(this.#sorted[at] as string)
    return found
  }

  /** Lexemes that are `word` but for one slip: a letter too few, too many, wrong, or two swapped. */
  nearly(word: string): string[] {
    if (word.length < 4) return []
    return [...this.postings.keys()].filter((lexeme) => isOneSlip(word, lexeme))
  }
}

const isOneSlip = (a: string, b: string): boolean => {
  if (Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  let endA = a.length
  let endB = b.length
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--
    endB--
  }
  const left = endA - start
  const right = endB - start
  if (left <= 1 && right <= 1) return true
  return left === 2 && right === 2 && a[start] === b[start + 1] && a[start + 1] === b[start]
}
