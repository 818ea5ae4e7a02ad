import { type RawBuilder, sql } from 'kysely'

declare const jsonOf: unique symbol
/** The write type of a jsonb column: only `json()` makes one. */
export type Json<T> = { readonly [jsonOf]: T }

/**
 * A value for a jsonb column or operand. Needed because drivers disagree on bare values: `pg` sends an array as a Postgres array and
 * a string as is, PGlite goes by the column's type.
 */
export const json = <T>(value: T): RawBuilder<Json<T>> =>
  sql`cast(cast(${JSON.stringify(value ?? null)} as text) as jsonb)`

/** True where the jsonb column contains `part` (`@>`, answered by a GIN index where there is one). */
export const jsonContains = (column: string, part: unknown): RawBuilder<boolean> =>
  sql<boolean>`${sql.ref(column)} @> ${json(part)}`

/** The text at a path of a jsonb column, null where absent: `jsonText('definition', 'team', 'name')`. */
export const jsonText = (column: string, ...path: readonly string[]): RawBuilder<string | null> =>
  sql<
    string | null
  >`${sql.ref(column)} #>> cast(${`{${path.map((part) => `"${part.replace(/(["\\])/g, '\\$1')}"`).join(',')}}`} as text[])`
