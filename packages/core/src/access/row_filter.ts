import { quoteIdent, quoteText, slowLike } from '../sql.ts'

/** A condition over the columns of a table: as SQL that we wrote ourselves, and which columns it looks at. */
export type RowFilter = { sql: string; columns: readonly string[] }

/** Lets no row through: what a filter is that cannot be read. */
export const noRows: RowFilter = { sql: 'false', columns: [] }

/** All of them hold: each one only takes rows away. */
export const combineFilters = (filters: readonly RowFilter[]): RowFilter | null => {
  const [first, ...more] = filters
  if (first === undefined) return null
  if (more.length === 0) return first
  const texts = [...new Set(filters.map(({ sql }) => sql))].sort()
  return {
    sql: texts.map((text) => `(${text})`).join(' and '),
    columns: [...new Set(filters.flatMap(({ columns }) => columns))],
  }
}

export class FilterMistake extends Error {}

/**
 * Reads a row filter. What it may say is little on purpose: comparisons, `and`, `or`, `not`, `in`, `between`, `like`, `is null`, columns,
 * constants and a few functions of one value. No subquery, no table, no aggregate and no clock: it can neither look at anybody else's data
 * nor answer differently tomorrow. The SQL is written anew from what was understood, so nothing of the text reaches the engine as it came.
 * @throws FilterMistake
 */
export const readFilter = (text: string): RowFilter => {
  // the engine ends its text at a NUL
  if (text.includes('\0')) throw new FilterMistake('the row filter has a NUL character')
  if (text.length > 4000) throw new FilterMistake('the row filter is longer than 4000 characters')
  const reader = new Reader(tokensOf(text))
  const sql = reader.condition()
  reader.end()
  return { sql, columns: [...reader.columns] }
}

type Token = { is: 'name' | 'quoted' | 'text' | 'number' | 'sign'; text: string; at: number }

const signs = ['<>', '!=', '<=', '>=', '=', '<', '>', '(', ')', ',', '+', '-', '*', '/']

const tokensOf = (text: string): Token[] => {
  const tokens: Token[] = []
  const pattern =
    /\s+|([A-Za-z_][A-Za-z0-9_]*)|"((?:[^"]|"")+)"|'((?:[^']|'')*)'|(\d{1,18}(?:\.\d{1,18})?)|(<>|!=|<=|>=|[=<>(),+\-*/])/y
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex
    const found = pattern.exec(text)
    if (found === null) throw new FilterMistake(`the row filter cannot be read at ${shown(text.slice(at))}`)
    const [, name, quoted, literal, number, sign] = found
    if (name !== undefined) tokens.push({ is: 'name', text: name, at })
    else if (quoted !== undefined) tokens.push({ is: 'quoted', text: quoted.replaceAll('""', '"'), at })
    else if (literal !== undefined) tokens.push({ is: 'text', text: literal.replaceAll("''", "'"), at })
    else if (number !== undefined) tokens.push({ is: 'number', text: number, at })
    else if (sign !== undefined && signs.includes(sign)) tokens.push({ is: 'sign', text: sign, at })
    if (tokens.length > 1000) throw new FilterMistake('the row filter is too long')
  }
  return tokens
}

const shown = (text: string): string => JSON.stringify(text.slice(0, 20))

/** Of one value, with the same answer every time, and never an error. */
const functions = new Set(['lower', 'upper', 'trim', 'length', 'abs', 'year', 'month', 'day', 'coalesce'])
const words = new Set([
  'and',
  'or',
  'not',
  'in',
  'between',
  'like',
  'ilike',
  'is',
  'null',
  'true',
  'false',
  'date',
  'timestamp',
])
const comparisons = new Set(['=', '<>', '!=', '<', '<=', '>', '>='])
const deepest = 40

class Reader {
  readonly columns = new Set<string>()
  readonly #tokens: readonly Token[]
  #next = 0
  #depth = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  condition(): string {
    this.#deeper()
    const parts = [this.#all()]
    while (this.#word('or')) parts.push(this.#all())
    this.#depth -= 1
    return parts.length === 1 ? (parts[0] as string) : `(${parts.join(' or ')})`
  }

  end(): void {
    const token = this.#peek()
    if (token !== undefined) throw new FilterMistake(`the row filter has ${shown(token.text)} too much`)
  }

  #all(): string {
    const parts = [this.#negation()]
    while (this.#word('and')) parts.push(this.#negation())
    return parts.length === 1 ? (parts[0] as string) : `(${parts.join(' and ')})`
  }

  #negation(): string {
    if (!this.#word('not')) return this.#comparison()
    this.#deeper()
    const inner = this.#negation()
    this.#depth -= 1
    return `(not ${inner})`
  }

  #comparison(): string {
    const left = this.#sum()
    const token = this.#peek()
    if (token?.is === 'sign' && comparisons.has(token.text)) {
      this.#next += 1
      return `(${left} ${token.text === '!=' ? '<>' : token.text} ${this.#sum()})`
    }
    if (this.#word('is')) {
      const not = this.#word('not')
      this.#must('null')
      return `(${left} is ${not ? 'not ' : ''}null)`
    }
    const not = this.#word('not') ? 'not ' : ''
    if (this.#word('in')) return `(${left} ${not}in (${this.#list()}))`
    if (this.#word('between')) {
      const low = this.#sum()
      this.#must('and')
      return `(${left} ${not}between ${low} and ${this.#sum()})`
    }
    for (const like of ['like', 'ilike'])
      if (this.#word(like)) {
        const pattern = this.#take('text')
        if (pattern === undefined) throw new FilterMistake(`${like} needs a text in single quotes`)
        const slow = slowLike(pattern, like === 'ilike')
        if (slow !== null) return `(${not}regexp_full_match(${left}, ${quoteText(slow)}))`
        return `(${left} ${not}${like} ${quoteText(pattern)})`
      }
    if (not !== '') throw new FilterMistake('not is followed by in, between or like here')
    return left
  }

  #list(): string {
    this.#sign('(')
    const items = [this.#sum()]
    while (this.#isSign(',')) items.push(this.#sum())
    this.#sign(')')
    return items.join(', ')
  }

  #sum(): string {
    let left = this.#value()
    for (;;) {
      const token = this.#peek()
      if (token?.is !== 'sign' || !['+', '-', '*'].includes(token.text)) return left
      this.#next += 1
      left = `(${left} ${token.text} ${this.#value()})`
    }
  }

  #value(): string {
    const token = this.#peek()
    if (token === undefined) throw new FilterMistake('the row filter ends too early')
    this.#next += 1
    if (token.is === 'text') return quoteText(token.text)
    if (token.is === 'number') return token.text
    if (token.is === 'quoted') return this.#column(token.text)
    if (token.is === 'sign') {
      if (token.text === '-') return `(-${this.#number()})`
      if (token.text !== '(') throw new FilterMistake(`the row filter has ${shown(token.text)} where a value belongs`)
      const inner = this.condition()
      this.#sign(')')
      return `(${inner})`
    }
    const word = token.text.toLowerCase()
    if (word === 'true' || word === 'false' || word === 'null') return word
    if ((word === 'date' || word === 'timestamp') && this.#peek()?.is === 'text') return this.#moment(word)
    if (this.#isSign('(')) return this.#call(word)
    if (words.has(word))
      throw new FilterMistake(`${shown(token.text)} is no column; write it in double quotes if it is`)
    return this.#column(token.text)
  }

  #call(name: string): string {
    if (!functions.has(name))
      throw new FilterMistake(`a row filter may not call ${name}; it may: ${[...functions].join(', ')}`)
    this.#deeper()
    const given = [this.#sum()]
    while (this.#isSign(',')) given.push(this.#sum())
    this.#sign(')')
    this.#depth -= 1
    return `${name}(${given.join(', ')})`
  }

  #moment(word: 'date' | 'timestamp'): string {
    const text = this.#take('text') ?? ''
    if (Number.isNaN(Date.parse(text)) || !/^\d{4}-\d{2}-\d{2}([T ][\d:.]+Z?)?$/.test(text))
      throw new FilterMistake(`${shown(text)} is no ${word}`)
    return `${word} ${quoteText(text)}`
  }

  #column(name: string): string {
    this.columns.add(name)
    return quoteIdent(name)
  }

  #number(): string {
    const text = this.#take('number')
    if (text === undefined) throw new FilterMistake('- is followed by a number here')
    return text
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next]
  }

  #take(is: Token['is']): string | undefined {
    const token = this.#peek()
    if (token?.is !== is) return undefined
    this.#next += 1
    return token.text
  }

  #word(word: string): boolean {
    const token = this.#peek()
    if (token?.is !== 'name' || token.text.toLowerCase() !== word) return false
    this.#next += 1
    return true
  }

  #must(word: string): void {
    if (!this.#word(word)) throw new FilterMistake(`the row filter needs ${word} here`)
  }

  #isSign(sign: string): boolean {
    const token = this.#peek()
    if (token?.is !== 'sign' || token.text !== sign) return false
    this.#next += 1
    return true
  }

  #sign(sign: string): void {
    if (!this.#isSign(sign)) throw new FilterMistake(`the row filter needs ${sign} here`)
  }

  #deeper(): void {
    this.#depth += 1
    if (this.#depth > deepest) throw new FilterMistake('the row filter is nested too deeply')
  }
}
