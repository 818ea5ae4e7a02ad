import { type Column, type ColumnProfile, type ColumnStats, quoteIdent, type TableProfile } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { first, rows } from './ask.ts'
import { masked } from './samples.ts'
import { isInteger, type StagedTable } from './staged.ts'

export type ProfileOptions = {
  /** About so many rows are looked at for quantiles and frequent values; smaller tables wholly. */
  sampleRows?: number
  /** Columns whose values are not shown, besides those marked `pii`. */
  piiColumns?: readonly string[]
}

const SAMPLE_ROWS = 20_000
const SHOWN_ROWS = 20
const TOP_VALUES = 10
const QUANTILES = ['0.05', '0.25', '0.5', '0.75', '0.95']

/** What is asked about one column. A question that is not asked is answered with NULL. */
type Questions = {
  distinct: string
  quantiles: string
  mean: string
  top: string
  nulls: string
  min: string
  max: string
}

/** Of all rows, and of the sample: two passes, because a FILTER for each question of the second kind would look at every row again. */
const OF_ALL: (keyof Questions)[] = ['distinct', 'mean', 'nulls', 'min', 'max']
const OF_SAMPLE: (keyof Questions)[] = ['quantiles', 'top']

const isNumber = (type: string): boolean => isInteger(type) || /^(HUGEINT|DOUBLE|FLOAT|DECIMAL\(.*\))$/i.test(type)
const isTime = (type: string): boolean => /^(DATE|TIMESTAMP|TIMESTAMP WITH TIME ZONE)$/i.test(type)
const isPlain = (type: string): boolean =>
  isNumber(type) || isTime(type) || /^(VARCHAR|BOOLEAN|ENUM\(.*\))$/i.test(type)

const questions = (column: Column, secret: boolean, stats: ColumnStats | undefined): Questions => {
  const name = quoteIdent(column.name)
  const plain = isPlain(column.type)
  const ordered = isNumber(column.type) || isTime(column.type)
  // The writer leaves bounds out where a NaN is among the values; its bounds of texts are their first 256 bytes.
  const byScan = !secret && plain && stats?.min === undefined
  const unless = (condition: boolean, sql: string) => (condition ? sql : 'null')
  return {
    distinct: unless(plain, `approx_count_distinct(${name})`),
    quantiles: unless(ordered && !secret, `quantile_disc(${name}, [${QUANTILES.join(', ')}])::varchar[]`),
    mean: unless(isNumber(column.type) && !secret, `avg(${name})::double`),
    top: unless(
      plain && !secret,
      `list_slice(list_reverse_sort([{'count': entry.value, 'value': entry.key::varchar} for entry in map_entries(histogram(${name})) if entry.value > 1]), 1, ${TOP_VALUES})`,
    ),
    nulls: unless(stats === undefined, `count(*) - count(${name})`),
    min: unless(byScan, `min(${name})::varchar`),
    max: unless(byScan, `max(${name})::varchar`),
  }
}

type Answers = { [key in keyof Questions]: unknown }

const profileOf = (
  column: Column,
  secret: boolean,
  table: Pick<StagedTable, 'rows' | 'stats'>,
  answers: Answers,
  share: number,
): ColumnProfile => {
  const stats = table.stats[column.name]
  const text = (value: unknown): string | null =>
    secret || value === undefined || value === null ? null : String(value)
  const nulls = stats?.nulls ?? Number(answers.nulls)
  const mean = answers.mean === null ? null : Number(answers.mean)
  const quantiles = answers.quantiles as string[] | null
  const top = (answers.top ?? []) as { value: string; count: string }[]
  return {
    name: column.name,
    type: column.type,
    rows: table.rows,
    nulls,
    // The estimate may be a few percent above what is possible.
    distinct: answers.distinct === null ? null : Math.min(Number(answers.distinct), table.rows - nulls),
    min: text(stats?.min ?? answers.min),
    max: text(stats?.max ?? answers.max),
    mean: mean === null || !Number.isFinite(mean) ? null : mean,
    quantiles:
      quantiles === null ? null : Object.fromEntries(QUANTILES.map((quantile, i) => [quantile, String(quantiles[i])])),
    top: top.map(({ value, count }) => ({ value: value.slice(0, 200), count: Math.round(Number(count) / share) })),
    sampled: share < 1,
  }
}

/**
 * What a table looks like: nulls and bounds come from the writer's statistics, distinct counts are estimates over all
 * rows (HyperLogLog), quantiles and frequent values come from a random sample (`sampled`; counts are scaled to the table). Of a PII
 * column only type, nulls and number of distinct values are told. Never SUMMARIZE: it takes one core and four times as long.
 */
export const profileTable = async (
  connection: DuckDBConnection,
  table: string,
  { relation, columns, stats, rows: rowCount }: StagedTable,
  { sampleRows = SAMPLE_ROWS, piiColumns = [] }: ProfileOptions = {},
): Promise<TableProfile> => {
  const hidden = new Set(piiColumns.map((name) => name.toLowerCase()))
  const secret = (column: Column) => column.pii || hidden.has(column.name.toLowerCase())
  const share = rowCount <= sampleRows ? 1 : sampleRows / rowCount
  const asked = columns.map((column) => questions(column, secret(column), stats[column.name]))
  const answersTo = async (kinds: (keyof Questions)[], from: string): Promise<Partial<Answers>[]> => {
    const sql = asked.flatMap((questions) => kinds.map((kind) => questions[kind])).join(',\n  ')
    const answers = await first(connection, `select\n  ${sql}\nfrom ${from}`)
    return columns.map((_, i) =>
      Object.fromEntries(kinds.map((kind, j) => [kind, answers[i * kinds.length + j] ?? null])),
    )
  }
  const ofAll = await answersTo(OF_ALL, relation)
  const sample = share === 1 ? relation : `(select * from ${relation} where random() < ${share})`
  const ofSample = await answersTo(OF_SAMPLE, sample)
  const shown = await rows(connection, `select * from ${relation} limit ${SHOWN_ROWS}`)
  const secrets = new Set(columns.filter(secret).map((column) => column.name))
  return {
    table,
    columns: columns.map((column, i) =>
      profileOf(column, secret(column), { rows: rowCount, stats }, { ...ofAll[i], ...ofSample[i] } as Answers, share),
    ),
    sample: masked(shown, (name) => secrets.has(name)),
  }
}
