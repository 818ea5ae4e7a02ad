import { quoteIdent, quoteText } from '@datamesh/core'
import { first } from './ask.ts'
import type { Finding, Measuring } from './measure.ts'
import { ageText } from './message.ts'
import { columnOf, hasExactBounds } from './staged.ts'

/**
 * Age of the newest value of a date or timestamp column. A date counts from its first moment, a timestamp without a zone is UTC
 * (Rule: dbt source freshness casts the same way). A value in the future has age 0. An empty table has no freshness and fails.
 */
export const freshness = async ({ connection, spec, table, now, secret }: Measuring): Promise<Finding> => {
  const column = columnOf(table, spec.columns[0]!)!
  const name = quoteIdent(column.name)
  const stats = table.stats[column.name]
  const byStatistics =
    spec.where === undefined && hasExactBounds(column.type) && (stats?.max !== undefined || stats?.nulls === table.rows)
  const newest = byStatistics
    ? stats?.max === undefined
      ? 'null'
      : `${quoteText(stats.max)}::${column.type}`
    : `(select max(${name}) from ${table.relation}${spec.where === undefined ? '' : ` where (${spec.where})`})`
  // Both sides as UTC without a zone, so that the session's zone has no say.
  const utc = /^TIMESTAMP WITH TIME ZONE$/i.test(column.type)
    ? `${newest} at time zone 'UTC'`
    : `try_cast(${newest} as timestamp)`
  const [text, age] = await first(
    connection,
    `select newest::varchar, epoch(${quoteText(now.toISOString().replace('Z', ''))}::timestamp) - epoch(newest) from (select ${utc} as newest)`,
  )
  const base = {
    by: byStatistics ? ('statistics' as const) : ('query' as const),
    failingRows: null,
    totalRows: table.rows,
  }
  if (age === null) {
    return {
      ...base,
      holds: false,
      value: null,
      message: `no row has a ${column.name}${/^VARCHAR/i.test(column.type) ? ' that reads as a time' : ''}, so nothing says how fresh the table is`,
    }
  }
  const seconds = Math.max(0, Math.round(Number(age)))
  const most = spec.maxAgeSeconds ?? Number.POSITIVE_INFINITY
  const told = secret
    ? `the newest ${column.name} is ${ageText(seconds)} old`
    : `the newest ${column.name}, ${text}, is ${ageText(seconds)} old`
  return {
    ...base,
    holds: seconds <= most,
    value: seconds,
    message: spec.maxAgeSeconds === undefined ? told : `${told}; at most ${ageText(most)} may pass`,
  }
}
