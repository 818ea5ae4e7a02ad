import type { CheckResult, Report, Snapshot } from '@datamesh/core'
import { z } from 'zod'

/** What trust and service levels need of a snapshot without opening its report. Shares are 0..1, null: not measurable. */
export const SnapshotStatistics = z.object({
  checks: z.object({ total: z.number(), passed: z.number(), warned: z.number() }),
  completeness: z.number().nullable(),
  accuracy: z.number().nullable(),
})
export type SnapshotStatistics = z.infer<typeof SnapshotStatistics>

export const statisticsOf = (snapshot: Pick<Snapshot, 'tables'>, report: Report): SnapshotStatistics => ({
  checks: {
    total: report.checks.length,
    passed: report.checks.filter((check) => check.outcome === 'passed').length,
    warned: report.checks.filter((check) => check.outcome === 'warned').length,
  },
  completeness: completenessOf(snapshot, report),
  accuracy: accuracyOf(report.checks),
})

/** Share of filled cells over the required columns (not nullable, or checked by not_null), from the writer's statistics: no scan. */
const completenessOf = (snapshot: Pick<Snapshot, 'tables'>, report: Report): number | null => {
  let cells = 0
  let empty = 0
  for (const table of snapshot.tables) {
    const checked = report.checks.filter((check) => check.type === 'not_null' && check.table === table.name)
    const required = new Set(checked.flatMap((check) => check.columns))
    for (const column of table.columns) if (!column.nullable) required.add(column.name)
    for (const file of table.files)
      for (const column of required) {
        const stats = file.stats[column]
        if (!stats) continue
        cells += file.rows
        empty += stats.nulls
      }
  }
  return cells === 0 ? null : 1 - empty / cells
}

/** Mean share of rows that passed, over the checks that ran; a check that counts no rows is 1 or 0. */
const accuracyOf = (checks: readonly CheckResult[]): number | null => {
  const ran = checks.filter((check) => check.outcome !== 'not-run')
  if (ran.length === 0) return null
  const shares = ran.map((check) =>
    check.failingRows !== null && check.totalRows > 0
      ? 1 - Math.min(check.failingRows, check.totalRows) / check.totalRows
      : check.outcome === 'passed'
        ? 1
        : 0,
  )
  return shares.reduce((sum, share) => sum + share, 0) / shares.length
}
