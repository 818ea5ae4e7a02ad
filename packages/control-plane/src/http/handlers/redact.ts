import type { Decision, Report, Snapshot, TableProfile } from '@datamesh/core'

/** Names of columns differ in case between files and manifests; DuckDB does not tell them apart either. */
const isMasked = (decision: Decision): ((column: string) => boolean) => {
  const masked = new Set(decision.masks.map((mask) => mask.column.toLowerCase()))
  return (column) => masked.has(column.toLowerCase())
}

/** A report for somebody who may see these rows, and for somebody who may see none: then what failed stays, the rows go. */
export const redactReport = (report: Report, decision: Decision): Report => {
  const masked = isMasked(decision)
  return {
    ...report,
    checks: report.checks.map((check) => {
      const hidden = !decision.allow || check.columns.some(masked)
      return {
        ...check,
        // a measured value can be a value of the column itself
        value: hidden && typeof check.value === 'string' ? null : check.value,
        samples: decision.allow ? check.samples.map((row) => redactRow(row, masked)) : [],
      }
    }),
    // texts about broken lines quote them
    quarantined: report.quarantined.map((each) => ({
      ...each,
      examples: decision.allow && decision.masks.length === 0 ? each.examples : [],
    })),
  }
}

/** Statistics of a column tell its smallest and largest value. */
export const redactSnapshot = <S extends Snapshot>(snapshot: S, decision: Decision): S => {
  const masked = isMasked(decision)
  return {
    ...snapshot,
    tables: snapshot.tables.map((table) => ({
      ...table,
      files: table.files.map((file) => ({
        ...file,
        stats: Object.fromEntries(
          Object.entries(file.stats).map(([column, stats]) => [
            column,
            decision.allow && !masked(column) ? stats : { nulls: stats.nulls },
          ]),
        ),
      })),
    })),
  }
}

export const redactProfile = (profile: TableProfile, decision: Decision): TableProfile => {
  const masked = isMasked(decision)
  return {
    ...profile,
    columns: profile.columns.map((column) =>
      masked(column.name) ? { ...column, min: null, max: null, mean: null, quantiles: null, top: [] } : column,
    ),
    sample: profile.sample.map((row) => redactRow(row, masked)),
  }
}

const redactRow = (row: Record<string, unknown>, masked: (column: string) => boolean): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).map(([column, value]) => [column, masked(column) ? '•••' : value]))
