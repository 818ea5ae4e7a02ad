import { type CheckResult, type CheckSpec, isMeshError, mainTable, placeOf, type Report } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { assertReadsOnly, toldBy, withoutValues } from '../compute/index.ts'
import { first } from './ask.ts'
import { ruleSetDigest } from './digest.ts'
import { implied, type Proven } from './implied.ts'
import { type Finding, measure } from './measure.ts'
import { hiddenColumns, samplesOf, samplesOfSql } from './samples.ts'
import { columnOf, type Staged, type StagedTable } from './staged.ts'

export type CheckOptions = {
  /** Called once per check as soon as it is answered (not in the order of the report). */
  onResult?: (result: CheckResult) => void
  /** After this many seconds the running query is interrupted and no check starts; what is left is reported as not run, and a rule of severity error that was not run does not pass. */
  deadlineSeconds?: number
}

/** Cheap answers first: a report with a deadline then holds as many as possible, and what is proven early implies the rest. */
const COST: Record<CheckSpec['type'], number> = {
  row_count: 0,
  freshness: 0,
  not_null: 1,
  range: 2,
  accepted_values: 3,
  pattern: 4,
  relationship: 5,
  unique: 6,
  duplicate_share: 7,
  sql: 8,
}

const CHECKED = 'datamesh_checked'

/**
 * Measures every rule of the manifest and of its dbt tests on the staged tables, all of them even when the first one fails:
 * whoever mends data wants the whole list. Results stand in the order of the manifest. Does not throw for data or rules:
 * a rule that cannot be measured is reported as not run, with the reason.
 */
export const runChecks = async (
  connection: DuckDBConnection,
  staged: Staged,
  options: CheckOptions = {},
): Promise<Report> => {
  const started = performance.now()
  const specs = [...staged.product.checks, ...staged.extra]
  const [version] = await first(connection, 'select version()')
  const results = new Map<CheckSpec, CheckResult>()
  const proven: Proven[] = []
  // The smaller key first: it may imply the larger one.
  const order = [...specs].sort((a, b) => COST[a.type] - COST[b.type] || a.columns.length - b.columns.length)
  const seconds = options.deadlineSeconds ?? Number.POSITIVE_INFINITY
  const isLate = () => performance.now() - started >= seconds * 1000
  const alarm = Number.isFinite(seconds) ? setInterval(() => isLate() && connection.interrupt(), 100) : undefined
  for (const spec of order) {
    const since = performance.now()
    const measured = isLate() ? null : await answer(connection, spec, staged, proven)
    const cut = measured === null || (measured.outcome === 'not-run' && isLate())
    const result = cut ? notRun(spec, staged, `the time for checks, ${seconds} s, was used up`, since) : measured
    results.set(spec, result)
    options.onResult?.(result)
  }
  clearInterval(alarm)
  const checks = specs.map((spec) => results.get(spec)!)
  return {
    ruleSet: ruleSetDigest(specs, String(version)),
    passed: checks.every((check) => check.severity === 'warn' || check.outcome === 'passed'),
    checks,
    quarantined: [],
    durationMs: performance.now() - started,
  }
}

const tableName = (spec: CheckSpec, { product }: Staged): string => spec.table ?? mainTable(product)

const base = (spec: CheckSpec, staged: Staged, since: number) => ({
  id: spec.id,
  name: spec.name,
  type: spec.type,
  table: tableName(spec, staged),
  columns: [...spec.columns],
  severity: spec.severity,
  threshold: spec.threshold,
  at: placeOf(spec.at),
  durationMs: performance.now() - since,
})

const notRun = (spec: CheckSpec, staged: Staged, why: string, since: number): CheckResult => ({
  ...base(spec, staged, since),
  outcome: 'not-run',
  by: 'query',
  failingRows: null,
  totalRows: staged.tables[tableName(spec, staged)]?.rows ?? 0,
  value: null,
  message: `not run: ${why}`,
  samples: [],
})

/** What stands in the way of measuring a rule at all; undefined when nothing does. */
const obstacle = (spec: CheckSpec, staged: Staged): string | undefined => {
  const name = tableName(spec, staged)
  const table = staged.tables[name]
  if (table === undefined)
    return `this product builds no table ${name} (it builds ${Object.keys(staged.tables).join(', ')})`
  const missing = spec.columns.find((column) => columnOf(table, column) === undefined)
  if (missing !== undefined) return `table ${name} has no column ${missing}`
  if (spec.type === 'freshness') {
    const untimely = spec.columns.map((column) => columnOf(table, column)!).find(({ type }) => !isTimely(type))
    if (untimely) return `${untimely.name} is ${untimely.type}; freshness needs a date, a timestamp or text of one`
  }
  const needsColumns = spec.type !== 'row_count' && spec.type !== 'sql' && spec.type !== 'duplicate_share'
  if (needsColumns && spec.columns.length === 0) return 'it names no column'
  if (spec.type === 'sql' && spec.sql === undefined) return 'it has no SQL'
  if (spec.type !== 'relationship') return undefined
  const other = spec.references
  if (other === undefined) return 'it does not say which table it refers to'
  if (otherSide(spec, staged) === undefined) return `there is no table ${other.table} to refer to`
  if (other.columns.length !== spec.columns.length)
    return `it has ${spec.columns.length} columns here and ${other.columns.length} there`
  return undefined
}

const isTimely = (type: string): boolean => /^(DATE|TIMESTAMP|VARCHAR)/i.test(type)

const otherSide = (spec: CheckSpec, staged: Staged): string | undefined => {
  const name = spec.references?.table ?? ''
  return staged.references[name] ?? staged.tables[name]?.relation
}

/** The user's SQL with its table put in, after it was found to be one SELECT over relations it may read. */
const lookedAt = async (
  connection: DuckDBConnection,
  spec: CheckSpec,
  staged: Staged,
  table: StagedTable,
): Promise<string | undefined> => {
  if (spec.sql === undefined && spec.where === undefined) return undefined
  const known = new Set(
    [CHECKED, ...Object.keys(staged.tables), ...Object.keys(staged.references)].map((name) => name.toLowerCase()),
  )
  if (spec.where !== undefined) {
    await assertReadsOnly(connection, `select 1 from ${CHECKED} where (${spec.where})`, known, spec.name)
  }
  if (spec.sql === undefined) return undefined
  await connection.run(`create or replace temp view ${CHECKED} as select * from ${table.relation}`)
  const sql = spec.sql.replaceAll(/\{\{\s*table\s*\}\}/g, CHECKED).replace(/;\s*$/, '')
  await assertReadsOnly(connection, sql, known, spec.name)
  return sql
}

/** The engine quotes values in its errors ("could not convert string 'ann@…'"); they are left out where a table holds PII. */
const told = (error: unknown, secret: boolean): string => {
  if (isMeshError(error) || !(error instanceof Error)) return String((error as Error).message ?? error)
  return secret ? withoutValues(toldBy(error)) : toldBy(error)
}

const answer = async (
  connection: DuckDBConnection,
  written: CheckSpec,
  staged: Staged,
  proven: Proven[],
): Promise<CheckResult> => {
  const since = performance.now()
  // A comment at the end of a condition must not swallow the bracket that closes it.
  const spec = written.where === undefined ? written : { ...written, where: `${written.where}\n` }
  const why = obstacle(spec, staged)
  if (why !== undefined) return notRun(spec, staged, why, since)
  const name = tableName(spec, staged)
  const table = staged.tables[name]!
  const hidden = hiddenColumns(table, staged.piiColumns)
  try {
    const sql = await lookedAt(connection, spec, staged, table)
    const other = otherSide(spec, staged)
    const secret = spec.columns.some((column) => hidden.has(column.toLowerCase()))
    const finding =
      implied(spec, name, table, proven) ??
      (await measure({ connection, spec, table, other, sql, now: staged.now, secret }))
    if (finding.holds && finding.failingRows === 0) proven.push({ table: name, spec })
    const samples = finding.holds ? [] : await breakingRows(connection, spec, table, other, sql, hidden)
    return { ...base(spec, staged, since), outcome: outcomeOf(spec, finding), ...found(finding), samples }
  } catch (error) {
    return notRun(spec, staged, told(error, hidden.size > 0), since)
  }
}

const breakingRows = (
  connection: DuckDBConnection,
  spec: CheckSpec,
  table: StagedTable,
  other: string | undefined,
  sql: string | undefined,
  hidden: ReadonlySet<string>,
) =>
  spec.type === 'sql' && spec.sqlReturns !== 'number'
    ? samplesOfSql(connection, sql!, hidden)
    : samplesOf(connection, spec, table, other, hidden)

const outcomeOf = (spec: CheckSpec, finding: Finding): CheckResult['outcome'] => {
  if (finding.holds) return 'passed'
  return spec.severity === 'warn' ? 'warned' : 'failed'
}

const found = ({ by, failingRows, totalRows, value, message }: Finding) => ({
  by,
  failingRows,
  totalRows,
  value,
  message,
})
