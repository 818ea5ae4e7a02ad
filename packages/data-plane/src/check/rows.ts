import { type CheckSpec, quoteIdent, quoteText } from '@datamesh/core'
import { columnOf, type StagedTable } from './staged.ts'

const isText = (type: string): boolean => /^(VARCHAR|ENUM\(.*\))$/i.test(type)

/** A value of the manifest as a literal that compares with a column of `type`. */
export const literal = (value: string | number | boolean, type: string): string =>
  typeof value === 'string' || isText(type) ? quoteText(String(value)) : String(value)

const orAny = (conditions: readonly string[]): string => conditions.map((condition) => `(${condition})`).join(' or ')

/**
 * The condition a row fulfils when it breaks the rule; null for checks that are not about single rows.
 * NULL breaks only not_null: whether a value may be missing is that check's question alone.
 * WHERE form, because the engine then pushes it into the Parquet scan (dictionaries, row group statistics).
 */
export const breaking = (spec: CheckSpec, table: StagedTable): string | null => {
  const each = (condition: (column: string, type: string) => string) =>
    orAny(
      spec.columns.map((name) => {
        const column = columnOf(table, name)!
        return condition(quoteIdent(column.name), column.type)
      }),
    )
  switch (spec.type) {
    case 'not_null':
      return each((column) => `${column} is null`)
    case 'range':
      return each((column, type) =>
        orAny([
          ...(spec.min === undefined ? [] : [`${column} < ${literal(spec.min, type)}`]),
          ...(spec.max === undefined ? [] : [`${column} > ${literal(spec.max, type)}`]),
          ...(spec.min === undefined && spec.max === undefined ? ['false'] : []),
        ]),
      )
    case 'accepted_values':
      return each((column, type) => {
        const values = spec.values ?? []
        if (values.length === 0) return `${column} is not null`
        return `${column} not in (${values.map((value) => literal(value, type)).join(', ')})`
      })
    case 'pattern':
      // Unanchored, as `pattern` of JSON Schema: the author writes ^ and $.
      return each(
        (column, type) =>
          `not regexp_matches(${isText(type) ? column : `${column}::varchar`}, ${quoteText(spec.pattern ?? '')})`,
      )
    default:
      return null
  }
}
