import type { CheckSpec } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { count, first } from './ask.ts'
import { freshness } from './freshness.ts'
import { countMessage, figure, percent, rowsText } from './message.ts'
import { countOrphans } from './relationship.ts'
import { breaking } from './rows.ts'
import { countRepeated, countShared } from './sets.ts'
import type { StagedTable } from './staged.ts'
import { failingByStatistics } from './statistics.ts'

/** What a check found, before samples, severity and time are added. */
export type Finding = {
  by: 'statistics' | 'query' | 'implied'
  holds: boolean
  failingRows: number | null
  totalRows: number
  value: number | string | null
  message: string
}

export type Measuring = {
  connection: DuckDBConnection
  spec: CheckSpec
  table: StagedTable
  /** The other side of a relationship. */
  other: string | undefined
  /** The text of an `sql` check, looked at and with its table put in. */
  sql: string | undefined
  now: Date
  /** Values of these columns may not be told. */
  secret: boolean
}

/** The finding for a count of failing rows under the rule's threshold. */
const ofRows = (spec: CheckSpec, by: Finding['by'], failing: number, total: number): Finding => ({
  by,
  holds: failing === 0 || (total - failing) / total >= spec.threshold,
  failingRows: failing,
  totalRows: total,
  value: null,
  message: countMessage(spec, failing, total),
})

/** Rows that the rule is about. What the statistics say of all rows holds for every part of them and needs no count. */
const judged = async ({ connection, spec, table }: Measuring, failing: number, by: Finding['by']): Promise<number> =>
  spec.where === undefined || (failing === 0 && by === 'statistics')
    ? table.rows
    : count(connection, `select count(*) from ${table.relation} where (${spec.where})`)

const counted = async (measuring: Measuring, failing: number, by: Finding['by'] = 'query'): Promise<Finding> =>
  ofRows(measuring.spec, by, failing, await judged(measuring, failing, by))

const ofRowRule = async (measuring: Measuring): Promise<Finding> => {
  const { connection, spec, table } = measuring
  const known = await failingByStatistics(connection, spec, table)
  if (known !== null) return counted(measuring, known, 'statistics')
  const where = spec.where === undefined ? '' : ` and (${spec.where})`
  const failing = await count(
    connection,
    `select count(*) from ${table.relation} where (${breaking(spec, table)})${where}`,
  )
  return counted(measuring, failing)
}

const within = (value: number, spec: CheckSpec): boolean =>
  (spec.min === undefined || value >= Number(spec.min)) && (spec.max === undefined || value <= Number(spec.max))

const boundsText = ({ min, max }: CheckSpec): string => {
  if (min === undefined) return max === undefined ? 'any number is right' : `at most ${figure(Number(max))}`
  if (max === undefined) return `at least ${figure(Number(min))}`
  return min === max ? `exactly ${figure(Number(min))}` : `${figure(Number(min))} to ${figure(Number(max))}`
}

const ofNumber = (spec: CheckSpec, by: Finding['by'], value: number, totalRows: number, told: string): Finding => {
  const holds = within(value, spec)
  const expected = boundsText(spec)
  return {
    by,
    holds,
    failingRows: null,
    totalRows,
    value,
    message: `${told}; ${holds ? 'expected' : 'it must be'} ${expected}`,
  }
}

const ofRowCount = async ({ connection, spec, table }: Measuring): Promise<Finding> => {
  if (spec.where === undefined)
    return ofNumber(spec, 'statistics', table.rows, table.rows, `the table has ${rowsText(table.rows)}`)
  const matching = await count(connection, `select count(*) from ${table.relation} where (${spec.where})`)
  return ofNumber(spec, 'query', matching, table.rows, `${rowsText(matching)} where ${spec.where.trim()}`)
}

const ofDuplicates = async ({ connection, spec, table }: Measuring): Promise<Finding> => {
  const { repeated, total } = await countRepeated(connection, spec, table)
  const share = total === 0 ? 0 : repeated / total
  const most = spec.maxShare ?? 0
  const of = spec.columns.length === 0 ? 'an earlier row' : `${spec.columns.join(', ')} of an earlier row`
  return {
    by: 'query',
    holds: share <= most,
    failingRows: repeated,
    totalRows: total,
    value: share,
    message:
      repeated === 0
        ? `none of ${rowsText(total)} repeats ${of}`
        : `${figure(repeated)} of ${rowsText(total)} ${repeated === 1 ? 'repeats' : 'repeat'} ${of}: ${percent(share)}, at most ${percent(most)} may`,
  }
}

const ofSql = async (measuring: Measuring): Promise<Finding> => {
  const { connection, spec, table, sql } = measuring
  if (spec.sqlReturns === 'number') {
    const answer = await first(connection, sql!)
    if (answer[0] === null || answer[0] === undefined || !Number.isFinite(Number(answer[0]))) {
      return {
        by: 'query',
        holds: false,
        failingRows: null,
        totalRows: table.rows,
        value: null,
        message: 'the query returns no number',
      }
    }
    return ofNumber(spec, 'query', Number(answer[0]), table.rows, `the query returns ${figure(Number(answer[0]))}`)
  }
  const failing = await count(connection, `select count(*) from (${sql}\n) as failing`)
  // A query may return more rows than the table has (one per finding); the share is of the larger number.
  return ofRows(spec, 'query', failing, Math.max(table.rows, failing))
}

/** Measures one rule the cheapest way that is still exact. Engine errors pass through. */
export const measure = async (measuring: Measuring): Promise<Finding> => {
  const { connection, spec, table } = measuring
  switch (spec.type) {
    case 'row_count':
      return ofRowCount(measuring)
    case 'freshness':
      return freshness(measuring)
    case 'unique':
      return counted(measuring, await countShared(connection, spec, table))
    case 'duplicate_share':
      return ofDuplicates(measuring)
    case 'relationship':
      return counted(measuring, await countOrphans(connection, spec, table, measuring.other!))
    case 'sql':
      return ofSql(measuring)
    default:
      return ofRowRule(measuring)
  }
}
