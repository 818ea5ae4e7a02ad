import {
  asks,
  type CheckResult,
  type DataProduct,
  mainTable,
  type ReplyOf,
  type Report,
  schemaChecks,
} from '@datamesh/core'

type Check = ReplyOf<'getContract'>['checks'][number]

/**
 * Every rule that a release is held to, with what the newest report says: those of its manifest and its schema, then those that only
 * the build knows (tests of a dbt project).
 */
export const checksOf = (product: DataProduct, report: Report | null): Check[] => {
  const results = new Map(report?.checks.map((result) => [result.id, result]))
  const written = [...product.checks, ...schemaChecks(product)].map(
    (spec): Check => ({
      id: spec.id,
      name: spec.name,
      type: spec.type,
      table: spec.table ?? mainTable(product),
      columns: spec.columns,
      severity: spec.severity,
      threshold: spec.threshold,
      asks: asks(spec),
      at: spec.at,
      outcome: results.get(spec.id)?.outcome ?? null,
    }),
  )
  const known = new Set(written.map((check) => check.id))
  const built = (report?.checks ?? []).filter((result) => !known.has(result.id) && isOfBuild(result))
  return [...written, ...built.map(checkOf)]
}

/** Tests of the models belong to whatever release built them; other checks that the manifest does not name are gone. */
const isOfBuild = (result: CheckResult): boolean => result.id.startsWith('dbt.')

const checkOf = ({ id, name, type, table, columns, severity, threshold, outcome, at }: CheckResult): Check => ({
  ...{ id, name, type, table, columns, severity, threshold, outcome },
  asks: sentenceOf({ name, type, columns }),
  at: placeOf(at),
})

/** The report keeps no details of a rule; what the two common tests of dbt ask is known all the same. */
const sentenceOf = ({ name, type, columns }: Pick<CheckResult, 'name' | 'type' | 'columns'>): string => {
  if (type === 'not_null') return `${columns.join(' and ')} is never empty`
  return type === 'unique' ? `${columns.join(' and ')} is unique` : `the test ${name} finds no row`
}

/** `file:line:column` as a position. */
const placeOf = (at: string | undefined): Check['at'] => {
  const match = /^(.*):(\d+):(\d+)$/.exec(at ?? '')
  return match ? { file: match[1]!, line: Number(match[2]), column: Number(match[3]) } : null
}
