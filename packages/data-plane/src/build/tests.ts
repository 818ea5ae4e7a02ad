import type { CheckSpec } from '@datamesh/core'
import type { CompiledTest } from './dbt/index.ts'

/**
 * A test of a dbt project as a check. What the writer's statistics or a keyed scan can answer becomes that rule; any other test is
 * its query for failing rows, where `error_if` holds the rows back until it applies.
 * `own`: the published table that the tested model makes; a test of an inner model is reported with `main`.
 */
export const checkOfTest = (test: CompiledTest, own: string | undefined, main: string | undefined): CheckSpec => {
  const table = own ?? main
  const base = {
    id: `dbt.${test.name}`,
    name: test.description ?? test.name,
    severity: test.severity,
    threshold: 1,
    at: { file: test.path, line: 1, column: 1 },
    ...(table === undefined ? {} : { table }),
  }
  const plain =
    test.kind === 'generic' && test.errorIf === '!= 0' && own !== undefined && !test.sql.includes('dbt_subquery')
  if (plain && test.column !== undefined && /^\w+$/.test(test.column)) {
    if (test.name === `not_null_${test.model}_${test.column}`)
      return { ...base, type: 'not_null', columns: [test.column] }
    if (test.name === `unique_${test.model}_${test.column}`) return { ...base, type: 'unique', columns: [test.column] }
  }
  const condition = test.severity === 'warn' ? test.warnIf : test.errorIf
  const sql =
    condition === '!= 0' || !/^\s*(=|!=|<>|<=?|>=?)\s*\d+\s*$/.test(condition)
      ? test.sql
      : `select * from (${test.sql}\n) where (select count(*) from (${test.sql}\n)) ${condition}`
  return { ...base, type: 'sql', columns: [], sql, sqlReturns: 'failing_rows' }
}
