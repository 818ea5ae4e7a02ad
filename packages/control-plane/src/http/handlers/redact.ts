import {
  type Actor,
  type CheckResult,
  type Decision,
  mayQuoteRows,
  type ReplyOf,
  type Report,
  type Run,
  type RunEntry,
  type Snapshot,
  type TableProfile,
} from '@datamesh/core'
import type { Access } from '../../access/index.ts'

/** Names of columns differ in case between files and manifests; DuckDB does not tell them apart either. */
const isMasked = (decision: Decision): ((column: string) => boolean) => {
  // over rows that a filter hides no figure is told of any column
  if (decision.rowFilter !== null) return () => true
  const masked = new Set(decision.masks.map((mask) => mask.column.toLowerCase()))
  return (column) => masked.has(column.toLowerCase())
}

/** A report for somebody who may see these rows, and for somebody who may see none: then what failed stays, the rows go. */
export const redactReport = (report: Report, decision: Decision): Report => ({
  ...report,
  checks: report.checks.map((check) => redactResult(check, decision)),
  quarantined: redactQuarantined(report.quarantined, decision),
})

/** The same for the history of checks: its newest results, and the figures of all of them. */
export const redactQuality = (quality: ReplyOf<'getQuality'>, decision: Decision): ReplyOf<'getQuality'> => ({
  ...quality,
  checks: quality.checks.map((check) => ({
    ...check,
    last: check.last === null ? null : redactResult(check.last, decision),
    history: check.history.map((each) => ({
      ...each,
      value: redactValue(each.value, check.columns, decision),
      ...(decision.rowFilter === null ? {} : { failingRows: null, totalRows: 0 }),
    })),
  })),
  quarantined: redactQuarantined(quality.quarantined, decision),
})

const redactResult = (check: CheckResult, decision: Decision): CheckResult => {
  const masked = isMasked(decision)
  return {
    ...check,
    value: redactValue(check.value, check.columns, decision),
    ...(decision.rowFilter === null ? {} : { failingRows: null, totalRows: 0, message: withheldCounts }),
    samples: seesAll(decision) ? check.samples.map((row) => redactRow(row, masked)) : [],
    // here the engine is quoted
    ...(check.outcome === 'not-run' && !decision.allow ? { message: `not run: ${withheld}` } : {}),
  }
}

/** A measured value can be a value of the column itself. */
const redactValue = (value: CheckResult['value'], columns: readonly string[], decision: Decision) =>
  decision.rowFilter !== null || (typeof value === 'string' && (!decision.allow || columns.some(isMasked(decision))))
    ? null
    : value

/** Texts about broken lines quote them. */
const redactQuarantined = (quarantined: Report['quarantined'], decision: Decision): Report['quarantined'] =>
  quarantined.map((each) => ({
    ...each,
    ...(decision.rowFilter === null ? {} : { rows: 0 }),
    examples: seesAll(decision) && decision.masks.length === 0 ? each.examples : [],
  }))

const seesAll = ({ allow, rowFilter }: Decision): boolean => allow && rowFilter === null
const withheldCounts = 'figures of all rows are not told to readers of some'

/** How many rows there are is told to nobody who reads some of them. */
export const withoutCounts = <C extends { rows: number | null; bytes: number | null }>(card: C) => ({
  ...card,
  rows: null,
  bytes: null,
})

/** Cards for somebody who reads some rows of some of the products. */
export const counted = async <C extends { id: string; rows: number | null }>(
  access: Pick<Access, 'filteredIn'>,
  actor: Actor,
  cards: C[],
): Promise<C[]> => {
  const filtered = await access.filteredIn(
    actor,
    cards.map(({ id }) => id),
  )
  return cards.map((card) => (filtered.has(card.id) ? { ...card, rows: null } : card))
}

type Told<S extends Snapshot> = Omit<S, 'tables'> & {
  tables: (Omit<Snapshot['tables'][number], 'rows' | 'bytes'> & { rows: number | null; bytes: number | null })[]
}

/** Statistics of a column tell its smallest and largest value. */
export const redactSnapshot = <S extends Snapshot>(snapshot: S, decision: Decision): Told<S> => {
  const masked = isMasked(decision)
  return {
    ...snapshot,
    tables: snapshot.tables
      .map((table) => ({
        ...table,
        ...(decision.rowFilter === null ? {} : { rows: null, bytes: null, files: [] }),
      }))
      .map((table) => ({
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
      masked(column.name)
        ? {
            ...column,
            ...{ min: null, max: null, mean: null, quantiles: null, top: [] },
            ...(decision.rowFilter === null ? {} : { rows: 0, nulls: 0, distinct: null }),
          }
        : column,
    ),
    sample: profile.sample.map((row) => redactRow(row, masked)),
  }
}

/** Texts of a run quote what the engine says: they are for nobody from whom anything of the product is hidden. */
const isWithheld = (decision: Decision): boolean => !seesAll(decision) || decision.masks.length > 0
const withheld = 'what went wrong may quote rows that you may not read'

export const redactRun = <R extends Run>(run: R, decision: Decision): R => {
  const { error } = run
  if (error === null || !mayQuoteRows.has(error.code)) return run
  if (!isWithheld(decision)) return run
  const { why: _, examples: __, ...facts } = error.facts
  const about = facts.model ?? facts.table ?? facts.port
  const title = about === undefined ? withheld : `${String(about)}: ${withheld}`
  return { ...run, error: { ...error, title, hint: 'its owner can read it', facts } }
}

export const redactEntry = <E extends Omit<RunEntry, 'seq'>>(given: E, decision: Decision): E => {
  const { rows: _, ...uncounted } = given
  const entry = decision.rowFilter === null ? given : (uncounted as E)
  return redactMessage(entry, decision)
}

const redactMessage = <E extends Omit<RunEntry, 'seq'>>(entry: E, decision: Decision): E =>
  entry.kind === 'check' && decision.rowFilter !== null
    ? { ...entry, message: withheldCounts }
    : entry.state === 'failed' && entry.message !== undefined && isWithheld(decision)
      ? { ...entry, message: withheld }
      : entry

const redactRow = (row: Record<string, unknown>, masked: (column: string) => boolean): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).map(([column, value]) => [column, masked(column) ? '•••' : value]))
