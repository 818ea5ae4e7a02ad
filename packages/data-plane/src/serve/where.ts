import { quoteIdent, slowLike } from '@datamesh/core'
import { type Reading, type Term, type TypedFilter, valuesOf } from './reading.ts'
import type { Values } from './sql.ts'

const comparisons = { eq: '=', ne: '<>', lt: '<', lte: '<=', gt: '>', gte: '>=' } as const

const filterSql = (filter: TypedFilter, values: Values): string => {
  const column = quoteIdent(filter.column)
  switch (filter.op) {
    case 'null':
      return `${column} is ${filter.value === 'true' ? '' : 'not '}null`
    case 'like': {
      const slow = slowLike(filter.value)
      if (slow !== null) return `regexp_full_match(${column}::varchar, ${values.of(slow, 'VARCHAR')})`
      return `${column} like ${values.of(filter.value, 'VARCHAR')}`
    }
    case 'in':
      return `${column} in (${valuesOf(filter)
        .map((value) => values.of(value, filter.type))
        .join(', ')})`
    default:
      return `${column} ${comparisons[filter.op]} ${values.of(filter.value, filter.type)}`
  }
}

/**
 * Rows that come after the cursor's row in the order, NULLs last. The first conjunct says again, for the whole, what the lexicographic
 * comparison implies for its first column: that is what the engine can hold against minima and maxima.
 */
const afterSql = (order: readonly Term[], after: readonly (string | null)[], values: Values): string => {
  const rest = (at: number): string => {
    const term = order[at]!
    const column = quoteIdent(term.column)
    const value = after[at] ?? null
    const last = at === order.length - 1
    if (value === null) return last ? 'false' : `(${column} is null and ${rest(at + 1)})`
    const bound = values.of(value, term.type)
    const beyond = `${column} ${term.descending ? '<' : '>'} ${bound}${term.nullable ? ` or ${column} is null` : ''}`
    return last ? `(${beyond})` : `(${beyond} or (${column} = ${bound} and ${rest(at + 1)}))`
  }
  const [first] = order
  const from = after[0] ?? null
  const prune =
    first && from !== null && !first.nullable
      ? `${quoteIdent(first.column)} ${first.descending ? '<=' : '>='} ${values.of(from, first.type)} and `
      : ''
  return prune + rest(0)
}

export const orderSql = (order: readonly Term[]): string =>
  order
    .map(
      (term) => `${quoteIdent(term.column)} ${term.descending ? 'desc' : 'asc'}${term.nullable ? ' nulls last' : ''}`,
    )
    .join(', ')

/** `bound`: a value of the first order column that enough rows for the page do not exceed. */
export const whereSql = (reading: Reading, bound: string | null, values: Values): string => {
  const conditions = reading.filters.map((filter) => filterSql(filter, values))
  if (reading.after) conditions.push(afterSql(reading.order, reading.after, values))
  const [first] = reading.order
  if (bound !== null && first)
    conditions.push(`${quoteIdent(first.column)} ${first.descending ? '>=' : '<='} ${values.of(bound, first.type)}`)
  return conditions.length === 0 ? '' : `where ${conditions.join('\n  and ')}`
}
