import { type Column, type ColumnGuess, guessTable, quoteIdent } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { first } from './ask.ts'
import type { StagedTable } from './staged.ts'

const LOOKED_AT_ROWS = 2_000
const LOOKED_AT_VALUES = 100

/** Types whose values may be e-mail addresses, numbers of cards or persons: texts and whole numbers. */
const tells = ({ type }: Column): boolean => /^(VARCHAR|BIGINT|HUGEINT|UBIGINT)$/i.test(type)

/**
 * What the columns of a table look like, for a steward: from their names and up to a hundred different values of the first rows. The
 * values stay in this process. Columns that are marked as personal already are not guessed about.
 */
export const guessColumns = async (
  connection: DuckDBConnection,
  { relation, columns }: Pick<StagedTable, 'relation' | 'columns'>,
): Promise<{ column: string; guess: ColumnGuess }[]> => {
  const asked = columns.filter(tells)
  const values =
    asked.length === 0
      ? []
      : await first(
          connection,
          `select\n  ${asked.map(({ name }) => `list_slice(list_distinct(list(left(${quoteIdent(name)}::varchar, 500))), 1, ${LOOKED_AT_VALUES})`).join(',\n  ')}
from (select * from ${relation} limit ${LOOKED_AT_ROWS})`,
        )
  const known = new Map(asked.map(({ name }, i) => [name, (values[i] ?? []) as string[]]))
  const settled = new Set(columns.filter(({ pii }) => pii).map(({ name }) => name))
  const evidence = columns.map(({ name, type }) => ({ name, type, values: known.get(name) ?? [] }))
  // those that are settled are looked at as well: a place on the map is one of a person where they stand beside it
  return guessTable(evidence).filter(({ column }) => !settled.has(column))
}
